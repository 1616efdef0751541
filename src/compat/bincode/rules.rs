//! The rules for bincode layouts.

use crate::compat::rule::{Category, Provable, Rule, Severity};

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use crate::compat::RuleId;

    pub(in crate::compat) const FIELD_ADDED: RuleId = "bincode/field-added-without-default";
    pub(in crate::compat) const FIELD_REMOVED: RuleId = "bincode/field-removed-without-default";
    pub(in crate::compat) const NUMBER_NARROWED: RuleId = "bincode/number-narrowed";
    pub(in crate::compat) const OPTION_REQUIRED: RuleId = "bincode/option-required";
    pub(in crate::compat) const TYPE_CHANGED: RuleId = "bincode/type-changed";
    pub(in crate::compat) const VARIANT_ADDED: RuleId = "bincode/variant-added";
    pub(in crate::compat) const VARIANT_REMOVED: RuleId = "bincode/variant-removed";
    pub(in crate::compat) const VARIANT_SHAPE_CHANGED: RuleId = "bincode/variant-shape-changed";
}

pub(in crate::compat) const RULES: &[Rule] = &[
    Rule {
        id: id::FIELD_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a struct gained a field without a default",
        why: "Messages written before do not hold the field, and nothing says what its value is.",
        fix: "Give the field a default: `#[serde(default)]`, and trace the layout again. If it was renamed, list the old name in its `aliases`.",
    },
    Rule {
        id: id::FIELD_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a struct lost a field that has no default in the earlier version",
        why: "Readers of the earlier version need the field, and new messages no longer hold it.",
        fix: "Give the field a default in one version, let readers take it up, and remove it after that.",
    },
    Rule {
        id: id::NUMBER_NARROWED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a number is read as one that does not hold all of its values",
        why: "A value that the reader's type does not hold is refused.",
        fix: "Keep the type, or a wider one.",
    },
    Rule {
        id: id::OPTION_REQUIRED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "an option is read as what is inside it",
        why: "A message without the value is refused.",
        fix: "Keep the option.",
    },
    Rule {
        id: id::TYPE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a type became one that cannot read it",
        why: "bincode writes no types: only numbers, texts, sequences and structs that resolve by name read each other, as the codec says.",
        fix: "Keep the type; add a new field of the new type with a default.",
    },
    Rule {
        id: id::VARIANT_ADDED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "an enum gained a variant that the earlier version does not know",
        why: "Readers of the earlier version refuse a message that holds it.",
        fix: "Let readers take up the variant first: register it under BACKWARD, upgrade readers, then write it.",
    },
    Rule {
        id: id::VARIANT_REMOVED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "an enum lost a variant",
        why: "Messages that hold it were written already, and are refused.",
        fix: "Keep the variant. If it was renamed, list the old name in its `aliases`.",
    },
    Rule {
        id: id::VARIANT_SHAPE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a variant holds something of another shape",
        why: "A unit, a newtype, a tuple and a struct do not read each other within an enum.",
        fix: "Keep the shape; add a variant with the new one.",
    },
];
