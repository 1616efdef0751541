//! Array schemas: lengths, items, and items beyond those that are listed.

use super::compare::{Comparison, Difference, Spot};
use super::content::{self, Extra, cover};
use super::rules::id;
use super::schemas::{Class, Item};
use crate::compat::rule::RuleId;
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

/// Where an array schema says what its items are. Draft 2020-12 moved both keywords.
#[derive(Debug, Clone, Copy)]
struct Items<'d> {
    /// The schema of all items.
    all: Option<&'d Node>,
    /// The schemas of the first items.
    listed: &'d [Node],
    /// The schema of the items behind those, and its keyword.
    additional: Extra<'d>,
    keyword: &'static str,
    unevaluated: Extra<'d>,
}

impl<'d> Items<'d> {
    fn of(item: &Item<'d>, draft: Draft) -> Self {
        let items = item.keyword("items");
        let listed = |node: Option<&'d Node>| match node.map(|it| &it.shape) {
            Some(Shape::Array(listed)) => Some(listed.as_slice()),
            _ => None,
        };
        let modern = !draft.reference_stands_alone();
        let unevaluated = Extra::of(item.keyword("unevaluatedItems").filter(|_| modern));
        if modern && let Some(listed) = listed(item.keyword("prefixItems")) {
            return Self { all: None, listed, additional: Extra::of(items), keyword: "items", unevaluated };
        }
        let additional = item.keyword("additionalItems").filter(|_| !modern || listed(items).is_some());
        let all = items.filter(|_| listed(items).is_none());
        let additional = Extra::of(additional);
        Self {
            all,
            listed: listed(items).unwrap_or_default(),
            additional,
            keyword: "additionalItems",
            unevaluated,
        }
    }

    fn is_open(&self) -> bool {
        self.additional.is_open() && self.unevaluated.is_open()
    }

    fn cover(&self) -> Option<&'d Node> {
        cover(self.additional, self.unevaluated)
    }
}

pub(super) fn compare(comparison: &mut Comparison<'_, '_>) {
    comparison.upper("maxItems", id::MAX_ITEMS_ADDED, id::MAX_ITEMS_DECREASED);
    comparison.lower("minItems", id::MIN_ITEMS_ADDED, id::MIN_ITEMS_INCREASED);
    let unique =
        |item: &Item<'_>| matches!(item.keyword("uniqueItems").map(|it| &it.shape), Some(Shape::Bool(true)));
    if unique(&comparison.update) && !unique(&comparison.original) {
        comparison.differs(id::UNIQUE_ITEMS_ADDED, "uniqueItems");
    }
    contains(comparison);
    items(comparison);
}

/// `minContains` and `maxContains`; the schema of `contains` itself is not compared.
fn contains(comparison: &mut Comparison<'_, '_>) {
    let of = |comparison: &Comparison<'_, '_>, item: &Item<'_>| {
        let modern = !comparison.schemas.documents.draft(item.document).reference_stands_alone();
        let least = item.number("minContains").or_else(|| item.keyword("contains").map(|_| 1.0));
        (least.filter(|_| modern), item.number("maxContains").filter(|_| modern))
    };
    let (least_before, most_before) = of(comparison, &comparison.original);
    let (least, most) = of(comparison, &comparison.update);
    match (most_before, most) {
        (None, Some(_)) => comparison.differs(id::MAX_CONTAINS_ADDED, "maxContains"),
        (Some(before), Some(now)) if now < before => {
            comparison.differs(id::MAX_CONTAINS_DECREASED, "maxContains")
        }
        _ => {}
    }
    match (least_before, least) {
        (None, Some(_)) => comparison.differs(id::MIN_CONTAINS_ADDED, "minContains"),
        (Some(before), Some(now)) if now > before => {
            comparison.differs(id::MIN_CONTAINS_INCREASED, "minContains")
        }
        _ => {}
    }
}

fn items(comparison: &mut Comparison<'_, '_>) {
    let draft = |item: &Item<'_>| comparison.schemas.documents.draft(item.document);
    let original = Items::of(&comparison.original, draft(&comparison.original));
    let update = Items::of(&comparison.update, draft(&comparison.update));
    match (original.all, update.all) {
        (None, Some(_)) => comparison.differs(id::SCHEMA_ADDED, "items"),
        (Some(before), Some(now)) => comparison.inside(before, now, None),
        _ => {}
    }
    for (before, now) in original.listed.iter().zip(update.listed) {
        comparison.inside(before, now, None);
    }
    for item in original.listed.iter().skip(update.listed.len()) {
        removed(comparison, item, &update);
    }
    for item in update.listed.iter().skip(original.listed.len()) {
        added(comparison, item, &original);
    }
    let both = (original.additional, update.additional);
    content::compare(
        comparison,
        update.keyword,
        both,
        (id::ADDITIONAL_ITEMS_REMOVED, id::ADDITIONAL_ITEMS_NARROWED),
    );
    let both = (original.unevaluated, update.unevaluated);
    let rules = (id::UNEVALUATED_ITEMS_REMOVED, id::UNEVALUATED_ITEMS_NARROWED);
    content::compare(comparison, "unevaluatedItems", both, rules);
}

/// An item that only the original lists: the update has to take it as one that is not listed.
fn removed<'d>(comparison: &mut Comparison<'_, 'd>, item: &'d Node, update: &Items<'d>) {
    if update.is_open() {
        return;
    }
    let at = |comparison: &Comparison<'_, 'd>, rule: RuleId| Difference {
        original: Spot { node: item, ..comparison.spot(true) },
        ..comparison.difference(rule, update.keyword)
    };
    if let Some(cover) = update.cover() {
        let otherwise = at(comparison, id::ITEM_REMOVED_NOT_COVERED);
        comparison.inside(item, cover, Some(otherwise));
    } else if !matches!(comparison.class_inside(comparison.original.document, item), Some(Class::False)) {
        let difference = at(comparison, id::ITEM_REMOVED_FROM_CLOSED);
        comparison.add(difference);
    }
}

/// An item that only the update lists: it has to take what the original took as one that is not listed.
fn added<'d>(comparison: &mut Comparison<'_, 'd>, item: &'d Node, original: &Items<'d>) {
    let at = |comparison: &Comparison<'_, 'd>, rule: RuleId| Difference {
        update: Spot { node: item, ..comparison.spot(false) },
        ..comparison.difference(rule, original.keyword)
    };
    if original.is_open() {
        let class = comparison.class_inside(comparison.update.document, item);
        if !matches!(class, Some(Class::Empty | Class::True)) {
            let difference = at(comparison, id::ITEM_ADDED_TO_OPEN);
            comparison.add(difference);
        }
    } else if let Some(cover) = original.cover() {
        let otherwise = at(comparison, id::ITEM_ADDED_NOT_COVERED);
        comparison.inside(cover, item, Some(otherwise));
    }
}
