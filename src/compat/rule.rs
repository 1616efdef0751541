//! Rules, a row each; docs and explanations come from this table.
//!
//! To add one: a row here, or in the table of its format, one place that emits it, and a case that breaks it and one that holds it in
//! `tests/cases/compat/<format>/<rule>/`.

use std::sync::LazyLock;

/// A rule's name, as `avro/field-added-without-default`. Never renamed.
pub type RuleId = &'static str;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Compatible by the level's rules, and harmful all the same.
    Warning,
    /// Incompatible.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a rule guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// Messages: what a registry refuses, and what is misread though it does not.
    Wire,
    /// Code generated from the schema, and numbers that may be taken again. Off unless it is asked for.
    Source,
}

impl Category {
    /// `wire` or `source`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Source => "source",
        }
    }
}

/// Whether a message can show that a finding of a rule is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provable {
    /// For each finding there is one, unless it lies deeper than decoders go.
    Always,
    /// There may be none: the finding is about what may not occur, or none was found.
    Sometimes,
    /// It is not about messages.
    Never,
}

impl Provable {
    /// `always`, `sometimes` or `never`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Sometimes => "sometimes",
            Self::Never => "never",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// How much it matters, unless the settings of a check say otherwise.
    pub severity: Severity,
    /// What it guards.
    pub category: Category,
    /// Whether a message can prove its findings.
    pub witness: Provable,
    /// Confluent's name for the difference, where it has one.
    pub confluent: Option<&'static str>,
    /// What it finds, in a line.
    pub summary: &'static str,
    /// Why it breaks.
    pub why: &'static str,
    /// What to do instead.
    pub fix: &'static str,
}

impl Rule {
    /// Schemas in which the rule fires, and such in which it does not.
    #[must_use]
    pub fn example(&self) -> Option<super::examples::Example> {
        super::examples::example(self.id)
    }
}

/// All rules, by name.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &ALL
}

/// The rule of that name.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id)
}

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use super::RuleId;

    pub(in crate::compat) const FORMAT_CHANGED: RuleId = "compat/format-changed";
    pub(in crate::compat) const FORMAT_NOT_YET_CHECKED: RuleId = "compat/format-not-yet-checked";
    pub(in crate::compat) const TOO_LARGE: RuleId = "compat/too-large";
    pub(in crate::compat) const UNLINKED: RuleId = "compat/unlinked";
}

/// The tables of all formats, as one in order of the alphabet.
static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut all = RULES.to_vec();
    #[cfg(feature = "avro")]
    all.extend(super::avro::rules::RULES);
    #[cfg(feature = "bincode")]
    all.extend(super::bincode::rules::RULES);
    #[cfg(feature = "protobuf")]
    all.extend(super::protobuf::rules::RULES);
    #[cfg(feature = "json")]
    all.extend(super::json::rules::rules());
    all.sort_unstable_by_key(|rule| rule.id);
    all
});

const RULES: &[Rule] = &[
    Rule {
        id: id::FORMAT_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "the schema is of another format than an earlier version",
        why: "Bytes of one format are noise to a reader of another.",
        fix: "Register it under a subject of its own.",
    },
    Rule {
        id: id::FORMAT_NOT_YET_CHECKED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "the schema differs from an earlier version, and its format has no rules yet",
        why: "Rules for this format do not exist yet, so nothing can be promised about a change.",
        fix: "Review the change yourself and register it under level NONE.",
    },
    Rule {
        id: id::TOO_LARGE,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "the types of both schemas meet in more places than can be compared",
        why: "Types that contain themselves in circles of different lengths meet in very many ways; what was not compared is not known to be read.",
        fix: "Let the circles be as long as they were.",
    },
    Rule {
        id: id::UNLINKED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "a schema uses a name that neither it nor its references declare",
        why: "What cannot be linked cannot be compared.",
        fix: "Give the missing reference.",
    },
];
