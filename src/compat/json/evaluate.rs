//! Whether a schema accepts a value that stands in another schema, as far as that can be told in a few steps.

use super::documents::Target;
use super::facts::{Mask, number};
use super::inclusion::{At, rest_of};
use super::schemas::Schemas;
use super::values;
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

/// Numbers from there on are not all told apart.
const HUGE: f64 = 9_007_199_254_740_992.0;

/// Whether a value holds a number that 64 bits of float do not hold exactly.
pub(super) fn is_huge(node: &Node) -> bool {
    match &node.shape {
        Shape::Number(text) => text.parse::<f64>().is_ok_and(|it| it.abs() >= HUGE),
        Shape::Array(items) => items.iter().any(is_huge),
        Shape::Object(members) => members.iter().any(|it| is_huge(&it.value)),
        _ => false,
    }
}

pub(super) struct Evaluator<'s, 'd> {
    pub(super) schemas: &'s mut Schemas<'d>,
    /// How many steps are left.
    pub(super) work: usize,
    /// How deep it is within itself.
    pub(super) depth: usize,
}

/// How deep schemas are followed.
const DEPTH: usize = 40;

impl<'d> Evaluator<'_, 'd> {
    /// `None` where it is not known.
    pub(super) fn accepts(&mut self, at: At<'d>, value: &Node) -> Option<bool> {
        self.work = self.work.checked_sub(1)?;
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let accepts = self.all(at, value);
        self.depth -= 1;
        accepts
    }

    fn all(&mut self, (document, node): At<'d>, value: &Node) -> Option<bool> {
        match &node.shape {
            Shape::Bool(value) => return Some(*value),
            Shape::Object(_) => {}
            _ => return Some(true),
        }
        let draft = self.schemas.documents.draft(document);
        let mut all = Some(true);
        if let Some(link) = node.member("$ref").filter(|it| it.as_str().is_some()) {
            let target = match self.schemas.documents.target(document, link) {
                Target::Schema(document, node) => self.accepts((document, node), value),
                Target::Draft(_) | Target::Nothing(_) => None,
            };
            all = and(all, target);
            if draft.reference_stands_alone() {
                return all;
            }
        }
        for member in node.members() {
            let it = self.keyword(document, node, &member.name, &member.value, draft, value);
            all = and(all, it);
            if all == Some(false) {
                return all;
            }
        }
        all
    }

    fn keyword(
        &mut self,
        document: usize,
        node: &'d Node,
        keyword: &str,
        said: &'d Node,
        draft: Draft,
        value: &Node,
    ) -> Option<bool> {
        let mask = Mask::of_value(value);
        let count = |length: usize, holds: fn(f64, f64) -> bool| {
            number(said).map(|(bound, _)| holds(length as f64, bound))
        };
        match keyword {
            "type" => {
                // An integer with a fraction of zero is one from draft 6 on, and nobody knows how it will be written.
                let types = Mask::of_types(said, draft);
                match (mask.is_within(types), mask.is_disjoint(types)) {
                    (true, _) => Some(true),
                    (_, true) => Some(false),
                    _ => None,
                }
            }
            "enum" => {
                self.work = self.work.checked_sub(said.items().len() / 4)?;
                Some(said.items().iter().any(|it| canonical(it) == canonical(value)))
            }
            "const" if draft >= Draft::Draft6 => Some(canonical(said) == canonical(value)),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                let Some((it, _)) = number(value) else { return Some(true) };
                if draft == Draft::Draft4 && keyword != "multipleOf" {
                    let exclusive = |keyword: &str| {
                        node.member(keyword).is_some_and(|it| matches!(it.shape, Shape::Bool(true)))
                    };
                    let Some((bound, _)) = number(said) else { return Some(true) };
                    return Some(match keyword {
                        "minimum" if exclusive("exclusiveMinimum") => it > bound,
                        "maximum" if exclusive("exclusiveMaximum") => it < bound,
                        "minimum" => it >= bound,
                        _ => it <= bound,
                    });
                }
                let (bound, _) = number(said)?;
                match keyword {
                    "minimum" => Some(it >= bound),
                    "maximum" => Some(it <= bound),
                    "exclusiveMinimum" => Some(it > bound),
                    "exclusiveMaximum" => Some(it < bound),
                    _ if bound.fract() == 0.0 => Some(it % bound == 0.0),
                    _ => None,
                }
            }
            "minLength" | "maxLength" => {
                let Some(text) = value.as_str() else { return Some(true) };
                let length = text.chars().count();
                if keyword == "minLength" {
                    count(length, |a, b| a >= b)
                } else {
                    count(length, |a, b| a <= b)
                }
            }
            "pattern" => {
                let Some(text) = value.as_str() else { return Some(true) };
                // A pattern that gives up finds nothing, so that only what it finds is known.
                self.schemas.patterns.finds(said.as_str()?, text).then_some(true)
            }
            "required" => {
                let Shape::Object(_) = value.shape else { return Some(true) };
                Some(said.items().iter().filter_map(Node::as_str).all(|name| value.member(name).is_some()))
            }
            "properties" => {
                let Shape::Object(_) = value.shape else { return Some(true) };
                let mut all = Some(true);
                for member in said.members() {
                    if let Some(inner) = value.member(&member.name) {
                        all = and(all, self.accepts((document, &member.value), inner));
                    }
                }
                all
            }
            "additionalProperties" => {
                let Shape::Object(members) = &value.shape else { return Some(true) };
                if node.member("patternProperties").is_some() && !members.is_empty() {
                    return None;
                }
                let listed =
                    |name: &str| node.member("properties").is_some_and(|it| it.member(name).is_some());
                let rest = rest_of(node)?;
                let mut all = Some(true);
                for member in members.iter().filter(|it| !listed(&it.name)) {
                    all = and(all, self.accepts((document, rest), &member.value));
                }
                all
            }
            "minProperties" | "maxProperties" => {
                let Shape::Object(members) = &value.shape else { return Some(true) };
                let length = members.len();
                if keyword == "minProperties" {
                    count(length, |a, b| a >= b)
                } else {
                    count(length, |a, b| a <= b)
                }
            }
            "minItems" | "maxItems" => {
                let Shape::Array(items) = &value.shape else { return Some(true) };
                let length = items.len();
                if keyword == "minItems" {
                    count(length, |a, b| a >= b)
                } else {
                    count(length, |a, b| a <= b)
                }
            }
            "items"
                if matches!(said.shape, Shape::Object(_) | Shape::Bool(_))
                    && node.member("prefixItems").is_none() =>
            {
                let mut all = Some(true);
                for item in value.items() {
                    all = and(all, self.accepts((document, said), item));
                }
                all
            }
            "allOf" => {
                let mut all = Some(true);
                for member in said.items() {
                    all = and(all, self.accepts((document, member), value));
                }
                all
            }
            "anyOf" => {
                let found: Vec<_> =
                    said.items().iter().map(|it| self.accepts((document, it), value)).collect();
                if found.contains(&Some(true)) {
                    Some(true)
                } else if found.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            "oneOf" => {
                let found: Vec<_> =
                    said.items().iter().map(|it| self.accepts((document, it), value)).collect();
                (!found.contains(&None)).then(|| found.iter().filter(|it| **it == Some(true)).count() == 1)
            }
            "not" => self.accepts((document, said), value).map(|it| !it),
            // What says nothing about such a value.
            "items" | "prefixItems" | "additionalItems" | "uniqueItems" | "contains" | "minContains"
            | "maxContains" | "unevaluatedItems" => (!mask.has(Mask::ARRAY)).then_some(true),
            "patternProperties"
            | "propertyNames"
            | "dependencies"
            | "dependentRequired"
            | "dependentSchemas"
            | "unevaluatedProperties" => (!mask.has(Mask::OBJECT)).then_some(true),
            "if" | "then" | "else" if draft >= Draft::Draft7 => None,
            "$dynamicRef" | "$recursiveRef" => None,
            _ => Some(true),
        }
    }
}

/// A value as text, equal for `1` and `1.0`.
pub(super) fn canonical(node: &Node) -> String {
    match &node.shape {
        Shape::Number(text) => text.parse::<f64>().map_or_else(|_| text.to_string(), |it| format!("{it:?}")),
        Shape::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Shape::Object(members) => {
            let mut members: Vec<String> =
                members.iter().map(|it| format!("{:?}:{}", it.name, canonical(&it.value))).collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        _ => values::value(node),
    }
}

const fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}
