//! The rules for JSON Schema: one for each difference of Confluent's registry that is incompatible under the policy STRICT.
//!
//! "Reader" and "writer" are the new schema and the earlier version, or under FORWARD the other way around.

mod bounds;
mod content;
mod shapes;
mod unseen;

use crate::compat::rule::{Category, Provable, Rule, RuleId, Severity};

/// All of them.
pub(in crate::compat) fn rules() -> Vec<Rule> {
    [bounds::BOUNDS, content::CONTENT, shapes::SHAPES, unseen::UNSEEN].concat()
}

/// Whether the policy LENIENT lets the difference pass.
pub(super) fn is_lenient(rule: RuleId) -> bool {
    LENIENT.contains(&rule)
}

const LENIENT: [RuleId; 9] = [
    id::ADDITIONAL_PROPERTIES_NARROWED,
    id::ADDITIONAL_PROPERTIES_REMOVED,
    id::OPTIONAL_PROPERTY_ADDED_TO_OPEN,
    id::PROPERTY_ADDED_NOT_COVERED,
    id::PROPERTY_REMOVED_FROM_CLOSED,
    id::PROPERTY_REMOVED_NOT_COVERED,
    id::REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN,
    id::UNEVALUATED_PROPERTIES_NARROWED,
    id::UNEVALUATED_PROPERTIES_REMOVED,
];

/// A row of the table; an empty `confluent` is no name.
const fn row(
    id: RuleId,
    confluent: &'static str,
    summary: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    let confluent = if confluent.is_empty() { None } else { Some(confluent) };
    let (severity, category, witness) = (Severity::Error, Category::Wire, Provable::Sometimes);
    Rule { id, severity, category, witness, confluent, summary, why, fix }
}

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use super::RuleId;

    pub(in crate::compat::json) const ADDITIONAL_ITEMS_NARROWED: RuleId = "json/additional-items-narrowed";
    pub(in crate::compat::json) const ADDITIONAL_ITEMS_REMOVED: RuleId = "json/additional-items-removed";
    pub(in crate::compat::json) const ADDITIONAL_PROPERTIES_NARROWED: RuleId =
        "json/additional-properties-narrowed";
    pub(in crate::compat::json) const ADDITIONAL_PROPERTIES_REMOVED: RuleId =
        "json/additional-properties-removed";
    pub(in crate::compat::json) const COMBINED_CHANGED: RuleId = "json/combined-type-changed";
    pub(in crate::compat::json) const COMBINED_MEMBERS_CHANGED: RuleId = "json/combined-members-changed";
    pub(in crate::compat::json) const CONDITION_NARROWED: RuleId = "json/condition-narrowed";
    pub(in crate::compat::json) const CONTAINS_NARROWED: RuleId = "json/contains-narrowed";
    pub(in crate::compat::json) const NOT_PROVED: RuleId = "json/not-proved";
    pub(in crate::compat::json) const PATTERN_PROPERTIES_NARROWED: RuleId =
        "json/pattern-properties-narrowed";
    pub(in crate::compat::json) const PROPERTY_NAMES_NARROWED: RuleId = "json/property-names-narrowed";
    pub(in crate::compat::json) const UNDECLARED_REQUIRED: RuleId = "json/undeclared-required";
    pub(in crate::compat::json) const CONST_NULL: RuleId = "json/const-null";
    pub(in crate::compat::json) const DEPENDENCY_ARRAY_ADDED: RuleId = "json/dependency-array-added";
    pub(in crate::compat::json) const DEPENDENCY_ARRAY_CHANGED: RuleId = "json/dependency-array-changed";
    pub(in crate::compat::json) const DEPENDENCY_ARRAY_EXTENDED: RuleId = "json/dependency-array-extended";
    pub(in crate::compat::json) const DEPENDENCY_SCHEMA_ADDED: RuleId = "json/dependency-schema-added";
    pub(in crate::compat::json) const ENUM_CHANGED: RuleId = "json/enum-changed";
    pub(in crate::compat::json) const ENUM_NARROWED: RuleId = "json/enum-narrowed";
    pub(in crate::compat::json) const EXCLUSIVE_MAXIMUM_ADDED: RuleId = "json/exclusive-maximum-added";
    pub(in crate::compat::json) const EXCLUSIVE_MAXIMUM_DECREASED: RuleId =
        "json/exclusive-maximum-decreased";
    pub(in crate::compat::json) const EXCLUSIVE_MINIMUM_ADDED: RuleId = "json/exclusive-minimum-added";
    pub(in crate::compat::json) const EXCLUSIVE_MINIMUM_INCREASED: RuleId =
        "json/exclusive-minimum-increased";
    pub(in crate::compat::json) const ITEM_ADDED_NOT_COVERED: RuleId = "json/item-added-not-covered";
    pub(in crate::compat::json) const ITEM_ADDED_TO_OPEN: RuleId = "json/item-added-to-open-content";
    pub(in crate::compat::json) const ITEM_REMOVED_FROM_CLOSED: RuleId =
        "json/item-removed-from-closed-content";
    pub(in crate::compat::json) const ITEM_REMOVED_NOT_COVERED: RuleId = "json/item-removed-not-covered";
    pub(in crate::compat::json) const MAXIMUM_ADDED: RuleId = "json/maximum-added";
    pub(in crate::compat::json) const MAXIMUM_DECREASED: RuleId = "json/maximum-decreased";
    pub(in crate::compat::json) const MAX_CONTAINS_ADDED: RuleId = "json/max-contains-added";
    pub(in crate::compat::json) const MAX_CONTAINS_DECREASED: RuleId = "json/max-contains-decreased";
    pub(in crate::compat::json) const MAX_ITEMS_ADDED: RuleId = "json/max-items-added";
    pub(in crate::compat::json) const MAX_ITEMS_DECREASED: RuleId = "json/max-items-decreased";
    pub(in crate::compat::json) const MAX_LENGTH_ADDED: RuleId = "json/max-length-added";
    pub(in crate::compat::json) const MAX_LENGTH_DECREASED: RuleId = "json/max-length-decreased";
    pub(in crate::compat::json) const MAX_PROPERTIES_ADDED: RuleId = "json/max-properties-added";
    pub(in crate::compat::json) const MAX_PROPERTIES_DECREASED: RuleId = "json/max-properties-decreased";
    pub(in crate::compat::json) const MINIMUM_ADDED: RuleId = "json/minimum-added";
    pub(in crate::compat::json) const MINIMUM_INCREASED: RuleId = "json/minimum-increased";
    pub(in crate::compat::json) const MIN_CONTAINS_ADDED: RuleId = "json/min-contains-added";
    pub(in crate::compat::json) const MIN_CONTAINS_INCREASED: RuleId = "json/min-contains-increased";
    pub(in crate::compat::json) const MIN_ITEMS_ADDED: RuleId = "json/min-items-added";
    pub(in crate::compat::json) const MIN_ITEMS_INCREASED: RuleId = "json/min-items-increased";
    pub(in crate::compat::json) const MIN_LENGTH_ADDED: RuleId = "json/min-length-added";
    pub(in crate::compat::json) const MIN_LENGTH_INCREASED: RuleId = "json/min-length-increased";
    pub(in crate::compat::json) const MIN_PROPERTIES_ADDED: RuleId = "json/min-properties-added";
    pub(in crate::compat::json) const MIN_PROPERTIES_INCREASED: RuleId = "json/min-properties-increased";
    pub(in crate::compat::json) const MULTIPLE_OF_ADDED: RuleId = "json/multiple-of-added";
    pub(in crate::compat::json) const MULTIPLE_OF_CHANGED: RuleId = "json/multiple-of-changed";
    pub(in crate::compat::json) const MULTIPLE_OF_EXPANDED: RuleId = "json/multiple-of-expanded";
    pub(in crate::compat::json) const NOT_EXTENDED: RuleId = "json/not-extended";
    pub(in crate::compat::json) const OPTIONAL_PROPERTY_ADDED_TO_OPEN: RuleId =
        "json/optional-property-added-to-open-content";
    pub(in crate::compat::json) const PATTERN_ADDED: RuleId = "json/pattern-added";
    pub(in crate::compat::json) const PATTERN_CHANGED: RuleId = "json/pattern-changed";
    pub(in crate::compat::json) const PRODUCT_EXTENDED: RuleId = "json/all-of-extended";
    pub(in crate::compat::json) const PROPERTY_ADDED_NOT_COVERED: RuleId = "json/property-added-not-covered";
    pub(in crate::compat::json) const PROPERTY_REMOVED_FROM_CLOSED: RuleId =
        "json/property-removed-from-closed-content";
    pub(in crate::compat::json) const PROPERTY_REMOVED_NOT_COVERED: RuleId =
        "json/property-removed-not-covered";
    pub(in crate::compat::json) const REQUIRED_ADDED: RuleId = "json/required-added";
    pub(in crate::compat::json) const REQUIRED_PROPERTY_ADDED_TO_OPEN: RuleId =
        "json/required-property-added-to-open-content";
    pub(in crate::compat::json) const REQUIRED_PROPERTY_ADDED_TO_UNOPEN: RuleId =
        "json/required-property-added-to-unopen-content";
    pub(in crate::compat::json) const REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN: RuleId =
        "json/required-property-with-default-added-to-open-content";
    pub(in crate::compat::json) const SCHEMA_ADDED: RuleId = "json/schema-added";
    pub(in crate::compat::json) const SUM_NARROWED: RuleId = "json/any-of-narrowed";
    pub(in crate::compat::json) const TOO_LARGE: RuleId = "json/too-large";
    pub(in crate::compat::json) const TYPE_CHANGED: RuleId = "json/type-changed";
    pub(in crate::compat::json) const TYPE_NARROWED: RuleId = "json/type-narrowed";
    pub(in crate::compat::json) const UNEVALUATED_ITEMS_NARROWED: RuleId = "json/unevaluated-items-narrowed";
    pub(in crate::compat::json) const UNEVALUATED_ITEMS_REMOVED: RuleId = "json/unevaluated-items-removed";
    pub(in crate::compat::json) const UNEVALUATED_PROPERTIES_NARROWED: RuleId =
        "json/unevaluated-properties-narrowed";
    pub(in crate::compat::json) const UNEVALUATED_PROPERTIES_REMOVED: RuleId =
        "json/unevaluated-properties-removed";
    pub(in crate::compat::json) const UNIQUE_ITEMS_ADDED: RuleId = "json/unique-items-added";
}
