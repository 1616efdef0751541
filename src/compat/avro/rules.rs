//! The rules for Avro.

use crate::compat::rule::{Category, Provable, Rule, Severity};

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use crate::compat::RuleId;

    pub(in crate::compat) const DECIMAL_SCALE_CHANGED: RuleId = "avro/decimal-scale-changed";
    pub(in crate::compat) const ENUM_SYMBOL_ADDED: RuleId = "avro/enum-symbol-added";
    pub(in crate::compat) const ENUM_SYMBOL_REMOVED: RuleId = "avro/enum-symbol-removed";
    pub(in crate::compat) const FIELD_ADDED: RuleId = "avro/field-added-without-default";
    pub(in crate::compat) const FIELD_MATCHES_TWO: RuleId = "avro/field-matches-two";
    pub(in crate::compat) const FIELD_REMOVED: RuleId = "avro/field-removed-without-default";
    pub(in crate::compat) const FIXED_SIZE_CHANGED: RuleId = "avro/fixed-size-changed";
    pub(in crate::compat) const LOGICAL_TYPE_CHANGED: RuleId = "avro/logical-type-changed";
    pub(in crate::compat) const NAME_CHANGED: RuleId = "avro/name-changed";
    pub(in crate::compat) const TYPE_CHANGED: RuleId = "avro/type-changed";
    pub(in crate::compat) const UNION_BRANCH_ADDED: RuleId = "avro/union-branch-added";
    pub(in crate::compat) const UNION_BRANCH_REMOVED: RuleId = "avro/union-branch-removed";
}

pub(in crate::compat) const RULES: &[Rule] = &[
    Rule {
        id: id::DECIMAL_SCALE_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: None,
        summary: "a decimal's scale differs",
        why: "The bytes hold the unscaled number alone, so 12.34 written with scale 2 is read as 0.1234 with scale 4. Registries ignore logical types and let it pass.",
        fix: "Keep the scale; add a new field with the new scale and a default instead.",
    },
    Rule {
        id: id::ENUM_SYMBOL_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("MISSING_ENUM_SYMBOLS"),
        summary: "an enum gained a symbol, and the earlier version has no default for it",
        why: "Readers of the earlier version do not know the new symbol and cannot read a message that holds it.",
        fix: "Give the enum itself a default (not the field) in one version, let readers take it up, and add symbols after that.",
    },
    Rule {
        id: id::ENUM_SYMBOL_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("MISSING_ENUM_SYMBOLS"),
        summary: "an enum lost a symbol and has no default for it",
        why: "Messages that hold the symbol were written already, and nothing says what it reads as now.",
        fix: "Keep the symbol, or give the enum itself a default (not the field) that it reads as.",
    },
    Rule {
        id: id::FIELD_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("READER_FIELD_MISSING_DEFAULT_VALUE"),
        summary: "a record gained a field without a default",
        why: "Messages written before do not hold the field, and nothing says what its value is.",
        fix: "Give the field a default. `[\"null\", …]` alone is none: write `\"default\": null` as well. If the field was renamed, list the old name in its `aliases`.",
    },
    Rule {
        id: id::FIELD_MATCHES_TWO,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: None,
        summary: "a field reads two fields of the other side, by its name and its aliases",
        why: "The writer has a field of the reader's name and another of one of its aliases; which of the two is meant is not said.",
        fix: "Remove the alias that names a field of its own.",
    },
    Rule {
        id: id::FIELD_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("READER_FIELD_MISSING_DEFAULT_VALUE"),
        summary: "a record lost a field that has no default in the earlier version",
        why: "Readers of the earlier version need the field, and new messages no longer hold it.",
        fix: "Give the field a default in one version, let readers take it up, and remove it after that.",
    },
    Rule {
        id: id::FIXED_SIZE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIXED_SIZE_MISMATCH"),
        summary: "a fixed has another size",
        why: "A fixed stands without a length; with another size every byte behind it is misread.",
        fix: "Declare a new fixed under another name, in a new field with a default; or use bytes.",
    },
    Rule {
        id: id::LOGICAL_TYPE_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: None,
        summary: "a value means something else: another unit, another logical type",
        why: "The bytes are the same, so milliseconds are read as microseconds, or a day as a moment. Registries ignore logical types and let it pass.",
        fix: "Keep the logical type; add a new field with the new one and a default instead.",
    },
    Rule {
        id: id::NAME_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("NAME_MISMATCH"),
        summary: "a record, enum or fixed has another name",
        why: "A named type is read only as a type of the same name, or of one that lists the written name in its aliases.",
        fix: "Keep the name, or list the full old name in the `aliases` of the reading type.",
    },
    Rule {
        id: id::TYPE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("TYPE_MISMATCH"),
        summary: "a type became one that cannot read it",
        why: "Only int reads as long, float and double, long as float and double, float as double, and string and bytes as each other.",
        fix: "Keep the type; add a new field of the new type with a default, or let the reader take a union of both.",
    },
    Rule {
        id: id::UNION_BRANCH_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("MISSING_UNION_BRANCH"),
        summary: "new messages may hold a type that the earlier version's union does not take",
        why: "Readers of the earlier version have no branch for it.",
        fix: "Let readers take up the wider union first: register it under BACKWARD, upgrade readers, then write the new type.",
    },
    Rule {
        id: id::UNION_BRANCH_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("MISSING_UNION_BRANCH"),
        summary: "a union does not take a type that earlier messages may hold",
        why: "Messages that hold it were written already, and no branch reads them.",
        fix: "Keep the branch.",
    },
];
