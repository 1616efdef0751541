//! Keywords of a reader's schema, each proved from what is known of the writer's documents, or not.

use std::collections::BTreeSet;

use super::facts::{Mask, Writer, number};
use super::inclusion::{At, Inclusion, evaluates_alone, rest_of};
use crate::schema::json::Draft;
use crate::schema::json_text::{Member, Node, Shape};

/// Numbers from there on are compared as texts.
const HUGE: f64 = 9_007_199_254_740_992.0;

/// How many positions of an array are looked at one by one.
const POSITIONS: usize = 1000;

impl<'d> Inclusion<'_, 'd> {
    pub(super) fn numbers(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        if !writer.mask.has(Mask::NUMBER) {
            return true;
        }
        let is_draft4 = self.schemas.documents.draft(part.0) == Draft::Draft4;
        let mut holds = true;
        let mut check = |it: &mut Self, keyword: &'static str, is_fine: bool| {
            holds &= is_fine || it.fail(writer, part, keyword);
        };
        let bounds = [("minimum", "exclusiveMinimum", false), ("maximum", "exclusiveMaximum", true)];
        for (inclusive, exclusive, is_upper) in bounds {
            let known = self.bound(writer, inclusive, exclusive, is_upper);
            let strict = part.1.member(exclusive);
            let is_strict = is_draft4 && strict.is_some_and(|it| matches!(it.shape, Shape::Bool(true)));
            if let Some(said) = part.1.member(inclusive).and_then(number) {
                let is_fine = known.is_some_and(|known| known.implies(said, is_strict, is_upper));
                check(self, inclusive, is_fine);
            }
            if let Some(said) = strict.filter(|_| !is_draft4).and_then(number) {
                let is_fine = known.is_some_and(|known| known.implies(said, true, is_upper));
                check(self, exclusive, is_fine);
            }
        }
        if let Some((divisor, text)) = part.1.member("multipleOf").and_then(number) {
            let is_integer = writer.mask.0 & Mask::NUMBER.0 & Mask::FRACTION.0 == 0;
            let same = writer.has("multipleOf", |it| {
                number(it).is_some_and(|(own, own_text)| {
                    own_text == text
                        || (own.fract() == 0.0
                            && divisor.fract() == 0.0
                            && divisor != 0.0
                            && own.abs() < HUGE
                            && own % divisor == 0.0)
                })
            });
            let is_fine = same || (is_integer && divisor == 1.0);
            check(self, "multipleOf", is_fine);
        }
        holds
    }

    /// The tightest of the writer's bounds on one side.
    fn bound(
        &self,
        writer: &Writer<'d>,
        inclusive: &str,
        exclusive: &str,
        is_upper: bool,
    ) -> Option<Bound<'d>> {
        let mut best: Option<Bound<'d>> = None;
        for (document, node) in &writer.nodes {
            let is_draft4 = self.schemas.documents.draft(*document) == Draft::Draft4;
            let said = node.member(exclusive);
            let flag = is_draft4 && said.is_some_and(|it| matches!(it.shape, Shape::Bool(true)));
            let own = node.member(inclusive).and_then(number).map(|said| Bound { said, is_strict: flag });
            let strict =
                said.filter(|_| !is_draft4).and_then(number).map(|said| Bound { said, is_strict: true });
            for bound in [own, strict].into_iter().flatten() {
                let is_tighter = best.is_none_or(|best| bound.implies(best.said, best.is_strict, is_upper));
                if is_tighter {
                    best = Some(bound);
                }
            }
        }
        best
    }

    pub(super) fn texts(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        if !writer.mask.has(Mask::TEXT) {
            return true;
        }
        let mut holds = self.counts(writer, part, "minLength", "maxLength", (0.0, f64::INFINITY));
        if let Some(pattern) = part.1.member("pattern").and_then(Node::as_str) {
            let is_fine = writer.has("pattern", |it| it.as_str() == Some(pattern));
            holds &= is_fine || self.fail(writer, part, "pattern");
        }
        holds
    }

    /// Bounds of a length; `known` is what holds besides the writer's own bounds.
    fn counts(
        &mut self,
        writer: &Writer<'d>,
        part: At<'d>,
        least: &'static str,
        most: &'static str,
        known: (f64, f64),
    ) -> bool {
        let mut holds = true;
        if let Some((said, _)) = part.1.member(least).and_then(number) {
            let own = writer.most(least).map_or(0.0, |(own, _)| own).max(known.0);
            holds &= own >= said || self.fail(writer, part, least);
        }
        if let Some((said, _)) = part.1.member(most).and_then(number) {
            let own = writer.least(most).map_or(f64::INFINITY, |(own, _)| own).min(known.1);
            holds &= own <= said || self.fail(writer, part, most);
        }
        holds
    }

    pub(super) fn arrays(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        if !writer.mask.has(Mask::ARRAY) {
            return true;
        }
        let (document, node) = part;
        let draft = self.schemas.documents.draft(document);
        let mut holds = self.counts(writer, part, "minItems", "maxItems", (0.0, f64::INFINITY));
        let most = writer.least("maxItems").map_or(f64::INFINITY, |(most, _)| most);
        if node.member("uniqueItems").is_some_and(|it| matches!(it.shape, Shape::Bool(true))) {
            let own = writer.has("uniqueItems", |it| matches!(it.shape, Shape::Bool(true)));
            holds &= own || most <= 1.0 || self.fail(writer, part, "uniqueItems");
        }
        let (list, rest) = positions(node, draft);
        let longest =
            writer.nodes.iter().map(|(at, node)| positions(node, self.schemas.documents.draft(*at)).0.len());
        let longest = longest.max().unwrap_or(0).max(list.len());
        if longest > POSITIONS {
            return self.fail(writer, part, "items");
        }
        if !list.is_empty() || rest.is_some() {
            // One position behind all lists stands for all that follow.
            for at in 0..=longest {
                let Some(said) = list.get(at).or(rest.as_ref()) else { continue };
                if at as f64 >= most {
                    break;
                }
                let own = self.item(writer, at);
                let is_impossible = own.iter().any(|(_, node)| matches!(node.shape, Shape::Bool(false)));
                if !is_impossible && !self.within(writer, part, "items", &own, (document, said)) {
                    holds = false;
                    break;
                }
                if is_impossible {
                    // Nothing stands there, nor behind it.
                    break;
                }
            }
        }
        if node.member("unevaluatedItems").is_some() && !evaluates_alone(node) {
            holds &= self.fail(writer, part, "unevaluatedItems");
        }
        holds & self.contains(writer, part, draft)
    }

    /// The schemas that an item of the writer's has to fit.
    pub(super) fn item(&self, writer: &Writer<'d>, at: usize) -> Vec<At<'d>> {
        let of = |(document, node): &At<'d>| {
            let (list, rest) = positions(node, self.schemas.documents.draft(*document));
            Some((*document, list.get(at).copied().or(rest)?))
        };
        writer.nodes.iter().filter_map(of).collect()
    }

    fn contains(&mut self, writer: &Writer<'d>, part: At<'d>, draft: Draft) -> bool {
        let (document, node) = part;
        let Some(said) = node.member("contains").filter(|_| draft >= Draft::Draft6) else { return true };
        let count = |node: &Node, keyword: &str, draft: Draft| {
            node.member(keyword).filter(|_| draft >= Draft::Draft201909).and_then(number).map(|(it, _)| it)
        };
        let (least, most) =
            (count(node, "minContains", draft).unwrap_or(1.0), count(node, "maxContains", draft));
        let owns: Vec<(At<'d>, f64, Option<f64>)> = writer
            .nodes
            .iter()
            .filter_map(|(at, node)| {
                let draft = self.schemas.documents.draft(*at);
                let own = node.member("contains").filter(|_| draft >= Draft::Draft6)?;
                let least = count(node, "minContains", draft).unwrap_or(1.0);
                Some(((*at, own), least, count(node, "maxContains", draft)))
            })
            .collect();
        let many = least <= 0.0
            || owns
                .iter()
                .any(|(own, own_least, _)| *own_least >= least && self.inside(&[*own], (document, said)));
        let few = most.is_none_or(|most| {
            owns.iter().any(|(own, _, own_most)| {
                own_most.is_some_and(|own| own <= most) && self.inside(&[(document, said)], *own)
            })
        });
        (many && few) || self.fail(writer, part, "contains")
    }

    pub(super) fn objects(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        if !writer.mask.has(Mask::OBJECT) {
            return true;
        }
        let (document, node) = part;
        let draft = self.schemas.documents.draft(document);
        let required = writer.required();
        let mut holds = true;
        if let Some(names) = node.member("required") {
            let is_fine = names.items().iter().filter_map(Node::as_str).all(|name| required.contains(name));
            holds &= is_fine || self.fail(writer, part, "required");
        }
        let listed = Self::listed(writer);
        let is_closed = writer.nodes.iter().any(|(_, node)| {
            let rest = rest_of(node).is_some_and(|it| matches!(it.shape, Shape::Bool(false)));
            rest && node.member("patternProperties").is_none_or(|it| it.members().is_empty())
        });
        let most = if is_closed { listed.len() as f64 } else { f64::INFINITY };
        holds &= self.counts(writer, part, "minProperties", "maxProperties", (required.len() as f64, most));
        holds &= self.properties(writer, part, &listed);
        if let Some(names) = node.member("propertyNames").filter(|_| draft >= Draft::Draft6) {
            let owns: Vec<At<'d>> = writer
                .nodes
                .iter()
                .filter_map(|(at, node)| Some((*at, node.member("propertyNames")?)))
                .filter(|(at, _)| self.schemas.documents.draft(*at) >= Draft::Draft6)
                .collect();
            let is_fine = !owns.is_empty() && self.inside(&owns, (document, names));
            holds &= is_fine || self.fail(writer, part, "propertyNames");
        }
        holds & self.dependencies(writer, part, &required)
    }

    fn properties(&mut self, writer: &Writer<'d>, part: At<'d>, listed: &BTreeSet<&'d str>) -> bool {
        let (document, node) = part;
        let mut holds = true;
        let own = node.member("properties").map(Node::members).unwrap_or_default();
        let patterns = node.member("patternProperties").map(Node::members).unwrap_or_default();
        for member in own {
            // What cannot be there fits.
            let Some(there) = self.property(writer, &member.name) else { continue };
            holds &= self.within(writer, part, "properties", &there, (document, &member.value));
        }
        let rest = rest_of(node);
        if patterns.is_empty() && rest.is_none() {
            return holds && self.unevaluated(writer, part);
        }
        for name in listed.iter().copied() {
            let Some(there) = self.property(writer, name) else { continue };
            let mut is_known = node.member("properties").is_some_and(|it| self.member(it, name).is_some());
            for pattern in patterns {
                if self.schemas.patterns.finds(&pattern.name, name) {
                    is_known = true;
                    let said = (document, &pattern.value);
                    holds &= self.within(writer, part, "patternProperties", &there, said);
                }
            }
            if let Some(rest) = rest.filter(|_| !is_known) {
                holds &= self.within(writer, part, "additionalProperties", &there, (document, rest));
            }
        }
        // Names that the writer's patterns find, and those that nothing lists: whatever they are, they have to fit.
        let mut classes: Vec<(Option<&'d str>, Vec<At<'d>>)> = Vec::new();
        let mut others = Vec::new();
        let mut is_closed = false;
        for (at, node) in &writer.nodes {
            for member in node.member("patternProperties").map(Node::members).unwrap_or_default() {
                classes.push((Some(&*member.name), vec![(*at, &member.value)]));
            }
            if let Some(rest) = rest_of(node) {
                is_closed |= matches!(rest.shape, Shape::Bool(false));
                others.push((*at, rest));
            }
        }
        if !is_closed {
            classes.push((None, others));
        }
        for said in patterns {
            // Names that a pattern of both sides finds are found by it on both.
            let same = |member: &&'d Member| member.name == said.name;
            let owns: Vec<At<'d>> = writer
                .nodes
                .iter()
                .filter_map(|(at, node)| {
                    let own = node.member("patternProperties")?.members().iter().find(same)?;
                    Some((*at, &own.value))
                })
                .collect();
            if !owns.is_empty() {
                holds &= self.within(writer, part, "patternProperties", &owns, (document, &said.value));
            }
        }
        let is_of_both = |pattern: &str| {
            writer.nodes.iter().any(|(_, node)| {
                node.member("patternProperties").is_some_and(|it| it.member(pattern).is_some())
            })
        };
        for (pattern, schemas) in classes {
            for said in patterns.iter().filter(|said| !is_of_both(&said.name)) {
                holds &= self.within(writer, part, "patternProperties", &schemas, (document, &said.value));
            }
            let is_covered = pattern.is_some() && patterns.iter().any(|it| Some(&*it.name) == pattern);
            if let Some(rest) = rest.filter(|_| !is_covered) {
                holds &= self.within(writer, part, "additionalProperties", &schemas, (document, rest));
            }
        }
        holds && self.unevaluated(writer, part)
    }

    /// `unevaluatedProperties` beside what evaluates them is proved by being written alike only.
    fn unevaluated(&mut self, writer: &Writer<'d>, (document, node): At<'d>) -> bool {
        let said = node.member("unevaluatedProperties").is_some();
        let is_plain = node.member("additionalProperties").is_some() || evaluates_alone(node);
        !said || is_plain || self.fail(writer, (document, node), "unevaluatedProperties")
    }

    fn dependencies(&mut self, writer: &Writer<'d>, part: At<'d>, required: &BTreeSet<&'d str>) -> bool {
        let (document, node) = part;
        let mut holds = true;
        for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
            for member in node.member(keyword).map(Node::members).unwrap_or_default() {
                if self.property(writer, &member.name).is_none() {
                    continue;
                }
                let owns: Vec<At<'d>> = writer
                    .nodes
                    .iter()
                    .filter_map(|(at, node)| Some((*at, node.member(keyword)?.member(&member.name)?)))
                    .collect();
                let is_fine = match &member.value.shape {
                    Shape::Array(names) => {
                        let known = |name: &str| {
                            required.contains(name)
                                || owns
                                    .iter()
                                    .any(|(_, own)| own.items().iter().any(|it| it.as_str() == Some(name)))
                        };
                        names.iter().filter_map(Node::as_str).all(known)
                    }
                    _ => {
                        let mut schemas = writer.nodes.clone();
                        schemas.extend(owns.iter().filter(|(_, it)| !matches!(it.shape, Shape::Array(_))));
                        let case = self.writer_of(&schemas);
                        self.proves_in(&case, (document, &member.value))
                    }
                };
                holds &= is_fine || self.fail(writer, part, keyword);
            }
        }
        holds
    }
}

/// A bound, with its text, and whether it is itself excluded.
#[derive(Debug, Clone, Copy)]
struct Bound<'d> {
    said: (f64, &'d str),
    is_strict: bool,
}

impl Bound<'_> {
    /// Whether every number within this bound is within another.
    fn implies(self, (other, text): (f64, &str), is_strict: bool, is_upper: bool) -> bool {
        let (own, own_text) = self.said;
        if own == other {
            // Numbers that large may differ and be the same to a float.
            let is_exact = own_text == text || own.abs() < HUGE;
            return is_exact && (self.is_strict || !is_strict);
        }
        if is_upper { own < other } else { own > other }
    }
}

/// The schemas of an array's first items, and that of those behind them.
fn positions(node: &Node, draft: Draft) -> (Vec<&Node>, Option<&Node>) {
    let items = node.member("items");
    let (list, rest) = if draft >= Draft::Draft202012 {
        (node.member("prefixItems").map(Node::items).unwrap_or_default(), items)
    } else {
        match items {
            Some(Node { shape: Shape::Array(list), .. }) => (list.as_slice(), node.member("additionalItems")),
            items => (&[][..], items),
        }
    };
    let rest = rest.or_else(|| node.member("unevaluatedItems").filter(|_| evaluates_alone(node)));
    (list.iter().collect(), rest)
}
