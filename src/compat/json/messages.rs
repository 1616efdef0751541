//! What a finding says, in words that fit both directions: who reads, and who wrote.

use super::compare::{Difference, Spot};
use super::rules::id;
use super::schemas::Schemas;
use crate::compat::Side;

/// Who is who in a sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    /// The side that reads: that of the update.
    pub(super) reader: Side,
    /// Of a member without a partner, whether it is the original's.
    pub(super) alone: Option<bool>,
}

/// How much of a value is shown.
const SHOWN: usize = 60;

pub(super) fn message(schemas: &Schemas<'_>, difference: &Difference<'_>, sides: Sides) -> String {
    let (reader, writer) = match sides.reader {
        Side::New => ("the new schema", "the earlier version"),
        Side::Old => ("the earlier version", "the new schema"),
    };
    let name = difference.name;
    let class = |spot: Spot<'_>| schemas.item(spot.schema).map_or("a schema", |it| it.class.name());
    match difference.rule {
        crate::compat::rule::id::UNLINKED => format!("`{name}` leads to no schema that was given"),
        id::TYPE_CHANGED | id::TYPE_NARROWED | id::COMBINED_CHANGED => {
            let (before, now) = (class(difference.original), class(difference.update));
            format!("{writer} has {before} here, and {reader} has {now}")
        }
        id::SCHEMA_ADDED => format!("{reader} says what every item has to be, and {writer} takes any items"),
        id::REQUIRED_ADDED => format!("{reader} requires property `{name}`, and {writer} does not"),
        id::REQUIRED_PROPERTY_ADDED_TO_OPEN | id::REQUIRED_PROPERTY_ADDED_TO_UNOPEN => {
            format!("{reader} requires property `{name}`, and {writer} does not list it")
        }
        id::REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN => format!(
            "{reader} requires property `{name}` (which has a default), and {writer} takes any value under that name"
        ),
        id::OPTIONAL_PROPERTY_ADDED_TO_OPEN => format!(
            "{reader} says what property `{name}` has to be, and {writer} takes any value under that name"
        ),
        id::PROPERTY_REMOVED_FROM_CLOSED => {
            format!("{writer} lists property `{name}`, and {reader} neither lists it nor takes others")
        }
        id::PROPERTY_REMOVED_NOT_COVERED => {
            format!(
                "{writer} lists property `{name}`, and {reader} does not take it as one that is not listed"
            )
        }
        id::PROPERTY_ADDED_NOT_COVERED => format!(
            "{reader} lists property `{name}`, and does not take under it what {writer} takes as one that is not listed"
        ),
        id::ITEM_ADDED_TO_OPEN => {
            format!("{reader} says what this item has to be, and {writer} takes any item there")
        }
        id::ITEM_REMOVED_FROM_CLOSED => {
            format!("{writer} lists this item, and {reader} neither lists it nor takes others")
        }
        id::ITEM_REMOVED_NOT_COVERED => {
            format!("{writer} lists this item, and {reader} does not take it as one that is not listed")
        }
        id::ITEM_ADDED_NOT_COVERED => format!(
            "{reader} lists this item, and does not take there what {writer} takes as one that is not listed"
        ),
        id::DEPENDENCY_ARRAY_ADDED
        | id::DEPENDENCY_ARRAY_CHANGED
        | id::DEPENDENCY_ARRAY_EXTENDED
        | id::DEPENDENCY_SCHEMA_ADDED => {
            format!("where property `{name}` is there, {reader} asks for more than {writer}")
        }
        id::COMBINED_MEMBERS_CHANGED if sides.alone == Some(true) => format!(
            "no member of {reader} is left that takes what this one of {writer} takes: each goes with one of its own"
        ),
        id::COMBINED_MEMBERS_CHANGED => format!(
            "this member of {reader} does not take what any one of {writer} takes that has no other: each goes with one of its own"
        ),
        id::PRODUCT_EXTENDED => {
            format!("{reader} has more conditions, all of which have to hold, than {writer}")
        }
        id::SUM_NARROWED => format!("{reader} has fewer alternatives than {writer}"),
        id::NOT_EXTENDED => format!("{reader} forbids more by `not` than {writer}"),
        id::CONST_NULL => "the constant null cannot be compared by registries".to_owned(),
        _ => keyword(difference, reader, writer),
    }
}

/// A keyword's two values.
fn keyword(difference: &Difference<'_>, reader: &str, writer: &str) -> String {
    let name = difference.name;
    let value = |spot: Spot<'_>| spot.member.map(|it| shortened(&it.value.to_text()));
    match (value(difference.update), value(difference.original)) {
        (Some(now), Some(before)) => format!("`{name}` is {now} in {reader}, and {before} in {writer}"),
        (Some(now), None) => format!("`{name}` is {now} in {reader}, and not said in {writer}"),
        (None, Some(before)) => format!("`{name}` is {before} in {writer}, and not said in {reader}"),
        (None, None) => format!("{reader} says more by `{name}` than {writer}"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
