//! Rules about what registries do not compare: what validation rejects all the same.

use super::{Category, Provable, Rule, Severity, id};

/// A row of the table.
const fn row(id: crate::compat::RuleId, summary: &'static str, why: &'static str, fix: &'static str) -> Rule {
    let (severity, category, witness) = (Severity::Warning, Category::Wire, Provable::Sometimes);
    Rule { id, severity, category, witness, confluent: None, summary, why, fix }
}

pub(super) const UNSEEN: &[Rule] = &[
    row(
        id::CONDITION_NARROWED,
        "the reader has conditions by `if` that nothing in the writer makes sure of",
        "Data that meets the condition and not what follows is rejected. Registries do not look into conditions and let it pass.",
        "Leave the condition out; or put it into the first version.",
    ),
    row(
        id::CONTAINS_NARROWED,
        "the reader says by `contains` what some item has to be, and nothing in the writer makes sure of it",
        "A list without such an item is rejected. Registries do not compare `contains` and let it pass.",
        "Leave it out; or put it into the first version.",
    ),
    row(
        id::NOT_PROVED,
        "it is not proved that the reader accepts all that the writer accepts",
        "The reader may reject data that the writer accepts: no proof was found that it does not. A witness shows that it does; without one nobody knows.",
        "Look at the keyword yourself. If both mean the same, write them alike, and the proof is found.",
    ),
    row(
        id::PATTERN_PROPERTIES_NARROWED,
        "the reader says by `patternProperties` what some properties have to be, and nothing in the writer makes sure of it",
        "Data with such a property of another kind is rejected. Registries look at patterns only as cover for listed properties, and let it pass.",
        "Leave the pattern out; or put it into the first version.",
    ),
    row(
        id::PROPERTY_NAMES_NARROWED,
        "the reader restricts the names of properties by `propertyNames`, and nothing in the writer does",
        "Data with another name is rejected. Registries do not compare `propertyNames` and let it pass.",
        "Leave it out; or put it into the first version.",
    ),
    row(
        id::UNDECLARED_REQUIRED,
        "the reader requires a property that it does not declare, and the writer does not require it",
        "Data without the property is rejected. Registries look at `required` only for declared properties, and let it pass.",
        "Leave it optional.",
    ),
];
