//! The rules for Avro.

use crate::compat::rule::{Category, Provable, Rule, Severity};

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use crate::compat::RuleId;

    pub(in crate::compat) const ALIAS_LOST: RuleId = "avro/alias-lost-elsewhere";
    pub(in crate::compat) const BYTES_READ_AS_TEXT: RuleId = "avro/bytes-read-as-text";
    pub(in crate::compat) const DECIMAL_PRECISION_REDUCED: RuleId = "avro/decimal-precision-reduced";
    pub(in crate::compat) const DECIMAL_SCALE_CHANGED: RuleId = "avro/decimal-scale-changed";
    pub(in crate::compat) const ENUM_SYMBOL_ADDED: RuleId = "avro/enum-symbol-added";
    pub(in crate::compat) const ENUM_SYMBOL_REMOVED: RuleId = "avro/enum-symbol-removed";
    pub(in crate::compat) const FIELD_ADDED: RuleId = "avro/field-added-without-default";
    pub(in crate::compat) const FIELD_MATCHES_TWO: RuleId = "avro/field-matches-two";
    pub(in crate::compat) const FIELD_REMOVED: RuleId = "avro/field-removed-without-default";
    pub(in crate::compat) const FIXED_SIZE_CHANGED: RuleId = "avro/fixed-size-changed";
    pub(in crate::compat) const LOGICAL_TYPE_ADDED: RuleId = "avro/logical-type-added";
    pub(in crate::compat) const LOGICAL_TYPE_CHANGED: RuleId = "avro/logical-type-changed";
    pub(in crate::compat) const NAME_CHANGED: RuleId = "avro/name-changed";
    pub(in crate::compat) const NAMESPACE_CHANGED_IN_UNION: RuleId = "avro/namespace-changed-in-union";
    pub(in crate::compat) const NUMBER_ROUNDED: RuleId = "avro/number-rounded";
    pub(in crate::compat) const TYPE_CHANGED: RuleId = "avro/type-changed";
    pub(in crate::compat) const UNION_BRANCH_ADDED: RuleId = "avro/union-branch-added";
    pub(in crate::compat) const UNION_BRANCH_REMOVED: RuleId = "avro/union-branch-removed";
}

pub(in crate::compat) const RULES: &[Rule] = &[
    Rule {
        id: id::ALIAS_LOST,
        severity: Severity::Note,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "a renamed record reads a field by an alias, which Java's reader then ignores",
        why: "The specification reads it, and so does this library; Java takes the field's default instead, and says nothing.",
        fix: "Rename the record and its fields in two versions, or read it with this library only.",
    },
    Rule {
        id: id::BYTES_READ_AS_TEXT,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "bytes are read as a string",
        why: "The specification promotes bytes to a string, but not all bytes are UTF-8: some readers refuse the message, others replace what they do not understand. Registries let it pass.",
        fix: "Keep the bytes; add a new field of type string with a default.",
    },
    Rule {
        id: id::DECIMAL_PRECISION_REDUCED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "the reader's decimals have fewer digits than the writer's",
        why: "A number of more digits than the reader's precision is refused. Registries ignore logical types and let it pass.",
        fix: "Keep the precision, or a greater one.",
    },
    Rule {
        id: id::LOGICAL_TYPE_ADDED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "the reader's annotation takes fewer values than the writer's plain type",
        why: "Text that is no UUID, numbers outside of a day and bytes that are no decimal are refused. Registries ignore logical types and let it pass.",
        fix: "Add a new field with the logical type and a default; or see to it that nothing else was ever written.",
    },
    Rule {
        id: id::NAMESPACE_CHANGED_IN_UNION,
        severity: Severity::Note,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "a named type in a union has another namespace",
        why: "The specification compares names without their namespaces, and so does this library; within a union Java compares full names and finds no branch.",
        fix: "List the full old name in the `aliases` of the reading type.",
    },
    Rule {
        id: id::NUMBER_ROUNDED,
        severity: Severity::Note,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "a whole number is read as a float that does not hold all of its digits",
        why: "The specification promotes it: beyond 24 bits in a float, and 53 in a double, the last digits are lost.",
        fix: "Keep the whole number where its last digits matter.",
    },
    Rule {
        id: id::DECIMAL_SCALE_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a decimal's scale differs",
        why: "The bytes hold the unscaled number alone, so 12.34 written with scale 2 is read as 0.1234 with scale 4. Registries ignore logical types and let it pass.",
        fix: "Keep the scale; add a new field with the new scale and a default instead.",
    },
    Rule {
        id: id::ENUM_SYMBOL_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("MISSING_ENUM_SYMBOLS"),
        summary: "an enum gained a symbol, and the earlier version has no default for it",
        why: "Readers of the earlier version do not know the new symbol and cannot read a message that holds it.",
        fix: "Give the enum itself a default (not the field) in one version, let readers take it up, and add symbols after that.",
    },
    Rule {
        id: id::ENUM_SYMBOL_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("MISSING_ENUM_SYMBOLS"),
        summary: "an enum lost a symbol and has no default for it",
        why: "Messages that hold the symbol were written already, and nothing says what it reads as now.",
        fix: "Keep the symbol, or give the enum itself a default (not the field) that it reads as.",
    },
    Rule {
        id: id::FIELD_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
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
        witness: Provable::Always,
        confluent: Some("READER_FIELD_MISSING_DEFAULT_VALUE"),
        summary: "a record lost a field that has no default in the earlier version",
        why: "Readers of the earlier version need the field, and new messages no longer hold it.",
        fix: "Give the field a default in one version, let readers take it up, and remove it after that.",
    },
    Rule {
        id: id::FIXED_SIZE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("FIXED_SIZE_MISMATCH"),
        summary: "a fixed has another size",
        why: "A fixed stands without a length; with another size every byte behind it is misread.",
        fix: "Declare a new fixed under another name, in a new field with a default; or use bytes.",
    },
    Rule {
        id: id::LOGICAL_TYPE_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a value means something else: another unit, another logical type",
        why: "The bytes are the same, so milliseconds are read as microseconds, or a day as a moment. Registries ignore logical types and let it pass.",
        fix: "Keep the logical type; add a new field with the new one and a default instead.",
    },
    Rule {
        id: id::NAME_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("NAME_MISMATCH"),
        summary: "a record, enum or fixed has another name",
        why: "A named type is read only as a type of the same name, or of one that lists the written name in its aliases.",
        fix: "Keep the name, or list the full old name in the `aliases` of the reading type.",
    },
    Rule {
        id: id::TYPE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("TYPE_MISMATCH"),
        summary: "a type became one that cannot read it",
        why: "Only int reads as long, float and double, long as float and double, float as double, and string and bytes as each other.",
        fix: "Keep the type; add a new field of the new type with a default, or let the reader take a union of both.",
    },
    Rule {
        id: id::UNION_BRANCH_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("MISSING_UNION_BRANCH"),
        summary: "new messages may hold a type that the earlier version's union does not take",
        why: "Readers of the earlier version have no branch for it.",
        fix: "Let readers take up the wider union first: register it under BACKWARD, upgrade readers, then write the new type.",
    },
    Rule {
        id: id::UNION_BRANCH_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("MISSING_UNION_BRANCH"),
        summary: "a union does not take a type that earlier messages may hold",
        why: "Messages that hold it were written already, and no branch reads them.",
        fix: "Keep the branch.",
    },
];
