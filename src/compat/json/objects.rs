//! Object schemas: properties, what is required, what depends on what, and properties beyond those that are listed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::compare::{Comparison, Difference, Spot};
use super::content::{self, Extra, cover};
use super::rules::id;
use super::schemas::{Class, Item};
use super::values;
use crate::compat::rule::RuleId;
use crate::schema::json_text::{Member, Node, Shape};

/// What an object schema says about properties that it does not list.
#[derive(Debug, Clone, Copy)]
struct Content<'d> {
    patterns: &'d [Member],
    additional: Extra<'d>,
    unevaluated: Extra<'d>,
}

impl<'d> Content<'d> {
    fn of(item: &Item<'d>, modern: bool) -> Self {
        Self {
            patterns: item.keyword("patternProperties").map(Node::members).unwrap_or_default(),
            additional: Extra::of(item.keyword("additionalProperties")),
            unevaluated: Extra::of(item.keyword("unevaluatedProperties").filter(|_| modern)),
        }
    }

    fn is_open(&self) -> bool {
        self.patterns.is_empty() && self.additional.is_open() && self.unevaluated.is_open()
    }

    /// The schema that a property of that name has to fit.
    fn cover(&self, comparison: &mut Comparison<'_, 'd>, name: &str) -> Option<&'d Node> {
        let pattern = self.patterns.iter().find(|it| comparison.schemas.patterns.finds(&it.name, name));
        pattern.map(|it| &it.value).or_else(|| cover(self.additional, self.unevaluated))
    }
}

pub(super) fn compare(comparison: &mut Comparison<'_, '_>) {
    comparison.upper("maxProperties", id::MAX_PROPERTIES_ADDED, id::MAX_PROPERTIES_DECREASED);
    comparison.lower("minProperties", id::MIN_PROPERTIES_ADDED, id::MIN_PROPERTIES_INCREASED);
    let original = Content::of(&comparison.original, is_modern(comparison, &comparison.original));
    let update = Content::of(&comparison.update, is_modern(comparison, &comparison.update));
    properties(comparison, &original, &update);
    dependencies(comparison);
    let both = (original.additional, update.additional);
    let rules = (id::ADDITIONAL_PROPERTIES_REMOVED, id::ADDITIONAL_PROPERTIES_NARROWED);
    content::compare(comparison, "additionalProperties", both, rules);
    let both = (original.unevaluated, update.unevaluated);
    let rules = (id::UNEVALUATED_PROPERTIES_REMOVED, id::UNEVALUATED_PROPERTIES_NARROWED);
    content::compare(comparison, "unevaluatedProperties", both, rules);
}

fn is_modern(comparison: &Comparison<'_, '_>, item: &Item<'_>) -> bool {
    !comparison.schemas.documents.draft(item.document).reference_stands_alone()
}

fn properties<'d>(comparison: &mut Comparison<'_, 'd>, original: &Content<'d>, update: &Content<'d>) {
    let of = |item: &Item<'d>| item.keyword("properties").map(Node::members).unwrap_or_default();
    let required = |item: &Item<'d>| -> HashSet<&'d str> {
        item.keyword("required")
            .map(|it| it.items().iter().filter_map(Node::as_str).collect())
            .unwrap_or_default()
    };
    let (before, now) = (of(&comparison.original), of(&comparison.update));
    let (required_before, required_now) = (required(&comparison.original), required(&comparison.update));
    let by_name: HashMap<&str, &'d Member> = now.iter().map(|it| (&*it.name, it)).collect();
    for property in before {
        let name = &*property.name;
        let Some(updated) = by_name.get(name) else {
            removed(comparison, property, update);
            continue;
        };
        comparison.inside(&property.value, &updated.value, None);
        let newly = required_now.contains(name) && !required_before.contains(name);
        if newly && updated.value.member("default").is_none() {
            let original = Spot { member: Some(property), ..comparison.spot(true) };
            let difference = Difference { original, ..at_update(comparison, id::REQUIRED_ADDED, updated) };
            comparison.add(difference);
        }
    }
    let known: HashSet<&str> = before.iter().map(|it| &*it.name).collect();
    for property in now.iter().filter(|it| !known.contains(&*it.name)) {
        added(comparison, property, original, required_now.contains(&*property.name));
    }
}

/// A property that only the original lists: the update has to take it as one that is not listed.
fn removed<'d>(comparison: &mut Comparison<'_, 'd>, property: &'d Member, update: &Content<'d>) {
    if update.is_open() {
        return;
    }
    if let Some(cover) = update.cover(comparison, &property.name) {
        let otherwise = at_original(comparison, id::PROPERTY_REMOVED_NOT_COVERED, property);
        comparison.inside(&property.value, cover, Some(otherwise));
        return;
    }
    let class = comparison.class_inside(comparison.original.document, &property.value);
    if !matches!(class, Some(Class::False)) {
        let difference = at_original(comparison, id::PROPERTY_REMOVED_FROM_CLOSED, property);
        comparison.add(difference);
    }
}

/// A property that only the update lists: it has to take what the original took as one that is not listed.
fn added<'d>(
    comparison: &mut Comparison<'_, 'd>,
    property: &'d Member,
    original: &Content<'d>,
    is_required: bool,
) {
    let has_default = property.value.member("default").is_some();
    let rule = if original.is_open() {
        let class = comparison.class_inside(comparison.update.document, &property.value);
        match (class, is_required, has_default) {
            (Some(Class::Empty | Class::True), ..) => return,
            (_, true, true) => id::REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN,
            (_, true, false) => id::REQUIRED_PROPERTY_ADDED_TO_OPEN,
            (_, false, _) => id::OPTIONAL_PROPERTY_ADDED_TO_OPEN,
        }
    } else {
        if let Some(cover) = original.cover(comparison, &property.name) {
            let otherwise = at_update(comparison, id::PROPERTY_ADDED_NOT_COVERED, property);
            comparison.inside(cover, &property.value, Some(otherwise));
        }
        if !is_required || has_default {
            return;
        }
        id::REQUIRED_PROPERTY_ADDED_TO_UNOPEN
    };
    let difference = at_update(comparison, rule, property);
    comparison.add(difference);
}

/// What has to be there where a property is: names, or a schema.
#[derive(Debug, Default)]
struct Dependencies<'d> {
    names: BTreeMap<&'d str, (&'d Member, &'d Node)>,
    schemas: BTreeMap<&'d str, (&'d Member, &'d Node)>,
}

impl<'d> Dependencies<'d> {
    fn of(item: &Item<'d>, modern: bool) -> Self {
        let keywords: &[&str] =
            if modern { &["dependentRequired", "dependentSchemas"] } else { &["dependencies"] };
        let mut found = Self::default();
        for member in keywords.iter().filter_map(|it| item.keyword(it)).flat_map(Node::members) {
            let row = (&*member.name, (member, &member.value));
            match &member.value.shape {
                Shape::Array(names) if names.is_empty() => {}
                Shape::Array(_) => drop(found.names.insert(row.0, row.1)),
                _ => drop(found.schemas.insert(row.0, row.1)),
            }
        }
        found
    }
}

fn dependencies(comparison: &mut Comparison<'_, '_>) {
    let original = Dependencies::of(&comparison.original, is_modern(comparison, &comparison.original));
    let update = Dependencies::of(&comparison.update, is_modern(comparison, &comparison.update));
    for (name, (member, now)) in &update.names {
        let Some((_, before)) = original.names.get(name) else {
            let difference = at_update(comparison, id::DEPENDENCY_ARRAY_ADDED, member);
            comparison.add(difference);
            continue;
        };
        let (before, now) = (values::names(before), values::names(now));
        if !now.is_subset(&before) {
            let extended = now.is_superset(&before);
            let rule = if extended { id::DEPENDENCY_ARRAY_EXTENDED } else { id::DEPENDENCY_ARRAY_CHANGED };
            let difference = at_update(comparison, rule, member);
            comparison.add(difference);
        }
    }
    for (name, (member, now)) in &update.schemas {
        match original.schemas.get(name) {
            Some((_, before)) => comparison.inside(before, now, None),
            None => {
                let difference = at_update(comparison, id::DEPENDENCY_SCHEMA_ADDED, member);
                comparison.add(difference);
            }
        }
    }
}

/// A difference at a member that the update has.
fn at_update<'d>(comparison: &Comparison<'_, 'd>, rule: RuleId, member: &'d Member) -> Difference<'d> {
    Difference {
        rule,
        original: comparison.spot(true),
        update: Spot { member: Some(member), ..comparison.spot(false) },
        name: &member.name,
    }
}

/// A difference at a member that the original has.
fn at_original<'d>(comparison: &Comparison<'_, 'd>, rule: RuleId, member: &'d Member) -> Difference<'d> {
    Difference {
        rule,
        original: Spot { member: Some(member), ..comparison.spot(true) },
        update: comparison.spot(false),
        name: &member.name,
    }
}
