//! The gate's own rules, beside those of the checker: schemas that are none, references that lead nowhere, files that are gone.

use crate::compat::{self, Severity};

/// A rule as people look it up, wherever it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct RuleRow {
    pub(in crate::cli) id: &'static str,
    pub(in crate::cli) severity: Severity,
    pub(in crate::cli) confluent: Option<&'static str>,
    pub(in crate::cli) summary: &'static str,
    pub(in crate::cli) why: &'static str,
    pub(in crate::cli) fix: &'static str,
}

pub(super) const AMBIGUOUS: &str = "ref/ambiguous";
pub(super) const CYCLE: &str = "ref/cycle";
pub(super) const UNKNOWN: &str = "ref/unknown";
pub(super) const UNMAPPED: &str = "ref/unmapped";
pub(super) const INVALID: &str = "parse/invalid";
pub(super) const NOT_UTF8: &str = "parse/not-utf8";
pub(super) const TOO_LARGE: &str = "parse/too-large";
pub(super) const UNREADABLE: &str = "parse/unreadable";
pub(super) const DELETED: &str = "subject/deleted";
pub(super) const EXPIRED: &str = "waiver/expired";
pub(super) const UNUSED: &str = "waiver/unused";

const OWN: &[RuleRow] = &[
    RuleRow {
        id: INVALID,
        severity: Severity::Error,
        confluent: None,
        summary: "a file is no schema of its format",
        why: "Nothing can be registered or compiled from it.",
        fix: "Mend the text at the place that is shown.",
    },
    RuleRow {
        id: NOT_UTF8,
        severity: Severity::Error,
        confluent: None,
        summary: "a schema is not UTF-8",
        why: "Avro, Protobuf and JSON texts are UTF-8; other encodings are read differently by every tool.",
        fix: "Save the file as UTF-8.",
    },
    RuleRow {
        id: TOO_LARGE,
        severity: Severity::Error,
        confluent: None,
        summary: "a schema is larger or deeper than is read",
        why: "A registry takes no request over 1 MiB, and no honest schema needs what the limits refuse.",
        fix: "Split it into schemas that refer to each other.",
    },
    RuleRow {
        id: UNREADABLE,
        severity: Severity::Error,
        confluent: None,
        summary: "a schema's file cannot be read",
        why: "What cannot be read cannot be compared.",
        fix: "See to the file's permissions.",
    },
    RuleRow {
        id: AMBIGUOUS,
        severity: Severity::Error,
        confluent: None,
        summary: "a name is declared by several files that are all as near",
        why: "Which of them is meant would be chance.",
        fix: "Keep one, move it nearer to the file that refers to it, or say in schemawire.toml which folders are import roots.",
    },
    RuleRow {
        id: CYCLE,
        severity: Severity::Error,
        confluent: None,
        summary: "schemas refer to each other in a circle",
        why: "A registry takes a schema only when all that it refers to is registered, so a circle can never be registered, not even where the language allows one, as JSON Schema does.",
        fix: "Move what both need into a third file, or put both into one.",
    },
    RuleRow {
        id: UNKNOWN,
        severity: Severity::Error,
        confluent: None,
        summary: "a reference leads to nothing in the tree",
        why: "The schema cannot be compiled, and its registration would be refused.",
        fix: "Add the file, or name its folder in schemawire.toml: `[[proto]] roots` and `vendor`, `[json.ids]`.",
    },
    RuleRow {
        id: UNMAPPED,
        severity: Severity::Error,
        confluent: None,
        summary: "a `$ref` leads to a server, and no folder stands for it",
        why: "Nothing is ever fetched: what a server answers today is not what it answers when the schema is used.",
        fix: "Keep a copy in the tree and map its beginning to the folder in schemawire.toml: `[json.ids]`.",
    },
    RuleRow {
        id: DELETED,
        severity: Severity::Warning,
        confluent: None,
        summary: "a subject's file is gone",
        why: "Messages that were written with it may still be in topics, and readers that were built from it still run.",
        fix: "Keep the file until nothing of it is left. `deletes` in schemawire.toml says how much it matters.",
    },
    RuleRow {
        id: EXPIRED,
        severity: Severity::Error,
        confluent: None,
        summary: "a waiver's last day is over",
        why: "A waiver is a loan: whoever took it said until when.",
        fix: "Mend what it waives, or agree on another day with its author.",
    },
    RuleRow {
        id: UNUSED,
        severity: Severity::Warning,
        confluent: None,
        summary: "a waiver waives nothing",
        why: "It would silently cover the next finding of its kind.",
        fix: "Remove it from schemawire.toml.",
    },
];

/// All rules, the checker's and the gate's, by name.
pub(in crate::cli) fn all() -> Vec<RuleRow> {
    let mut rows: Vec<RuleRow> = compat::rules().iter().map(of_checker).chain(OWN.iter().copied()).collect();
    rows.sort_unstable_by_key(|row| row.id);
    rows
}

/// The rule of that name.
pub(in crate::cli) fn find(id: &str) -> Option<RuleRow> {
    let own = || OWN.iter().find(|row| row.id == id).copied();
    compat::rule(id).map(of_checker).or_else(own)
}

fn of_checker(rule: &compat::Rule) -> RuleRow {
    let compat::Rule { id, severity, confluent, summary, why, fix, .. } = *rule;
    RuleRow { id, severity, confluent, summary, why, fix }
}
