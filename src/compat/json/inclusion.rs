//! Whether a schema accepts all that another one accepts: what validation would say, not what a registry compares.
//!
//! A proof or none: where no proof is found the answer is no, though there may be no document that shows it. A pair of
//! schemas that needs itself holds if a document gets smaller on the way (the greatest fixed point).

use std::collections::{BTreeSet, HashMap, HashSet};

use super::documents::{Target, place};
use super::evaluate::{Evaluator, canonical, is_huge};
use super::facts::{Mask, Writer};
use super::schemas::Schemas;
use super::values;
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

/// A schema: its document, and where it stands.
pub(super) type At<'d> = (usize, &'d Node);

/// How many schemas and keywords may be looked at before nothing more is proved, besides one for so many bytes of both texts.
const WORK: usize = 30_000;
const BYTES: usize = 64;

/// Objects with more members are looked into by an index.
const MANY: usize = 16;

/// How deep proofs go into each other.
const DEPTH: usize = 40;

/// How many alternatives of the writer are told apart within each other.
const SPLITS: usize = 3;

/// Texts longer than that are not compared as a whole.
const LONG: u32 = 1 << 14;

/// A keyword of the reader's that was not proved.
#[derive(Debug, Clone)]
pub(super) struct Reason<'d> {
    pub(super) reader: At<'d>,
    /// Where the writer's schema stands, where it has one.
    pub(super) writer: Option<At<'d>>,
    /// The keyword, or the schema itself.
    pub(super) keyword: &'static str,
}

/// The proofs of one direction.
pub(super) struct Inclusion<'s, 'd> {
    pub(super) schemas: &'s mut Schemas<'d>,
    /// What was proved, or could not be.
    known: HashMap<Key, bool>,
    /// What was proved while something else was only assumed, in order.
    provisional: Vec<Key>,
    /// What is being proved, and how deep into the document.
    open: HashMap<Key, usize>,
    rendered: HashMap<usize, (String, bool)>,
    /// The members of large objects.
    indexes: HashMap<usize, HashMap<&'d str, &'d Node>>,
    /// The values of lists, as texts.
    lists: HashMap<usize, HashSet<String>>,
    work: usize,
    most: usize,
    depth: usize,
    /// How deep into the document.
    level: usize,
    reasons: Option<Vec<Reason<'d>>>,
}

/// The places of a writer's schemas, its types, and the reader's place.
type Key = (Vec<usize>, u8, usize);

impl<'s, 'd> Inclusion<'s, 'd> {
    pub(super) fn new(schemas: &'s mut Schemas<'d>) -> Self {
        let bytes: usize = schemas.documents.all().iter().map(|it| it.text.len()).sum();
        Self {
            schemas,
            most: WORK + bytes / BYTES,
            indexes: HashMap::new(),
            lists: HashMap::new(),
            known: HashMap::new(),
            provisional: Vec::new(),
            open: HashMap::new(),
            rendered: HashMap::new(),
            work: 0,
            depth: 0,
            level: 0,
            reasons: None,
        }
    }

    /// Whether the reader's schema is proved to accept all that the writer's does.
    pub(super) fn holds(&mut self, writer: At<'d>, reader: At<'d>) -> bool {
        let writer = self.writer_of(&[writer]);
        self.proves(&writer, reader)
    }

    /// The same, with the keywords that were not proved.
    pub(super) fn explain(&mut self, writer: At<'d>, reader: At<'d>) -> (bool, Vec<Reason<'d>>) {
        let holds = self.holds(writer, reader);
        if holds {
            return (true, Vec::new());
        }
        // What failed is known by now, so that only the way down to it is walked again.
        self.reasons = Some(Vec::new());
        self.known.retain(|_, holds| *holds);
        self.work = 0;
        self.holds(writer, reader);
        (false, self.reasons.take().unwrap_or_default())
    }

    /// Without a record of reasons, where one of several proofs will do.
    fn quietly<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let reasons = self.reasons.take();
        let result = run(self);
        self.reasons = reasons;
        result
    }

    pub(super) fn fail(&mut self, writer: &Writer<'d>, reader: At<'d>, keyword: &'static str) -> bool {
        if let Some(reasons) = &mut self.reasons
            && reasons.len() < 1000
        {
            reasons.push(Reason { reader, writer: writer.nodes.first().copied(), keyword });
        }
        false
    }

    /// One step into the document, on both sides.
    pub(super) fn inside(&mut self, writer: &[At<'d>], reader: At<'d>) -> bool {
        self.level += 1;
        let writer = self.writer_of(writer);
        let holds = self.proves(&writer, reader);
        self.level -= 1;
        holds
    }

    /// As [`Self::inside`]; where nothing in there says why it fails, the keyword that leads there does.
    pub(super) fn within(
        &mut self,
        writer: &Writer<'d>,
        part: At<'d>,
        keyword: &'static str,
        own: &[At<'d>],
        said: At<'d>,
    ) -> bool {
        if keyword == "patternProperties" {
            // Registries do not look into these at all, so that the keyword itself is what is not seen.
            return self.quietly(|it| it.inside(own, said)) || self.fail(writer, part, keyword);
        }
        let before = self.reasons.as_ref().map_or(0, Vec::len);
        if self.inside(own, said) {
            return true;
        }
        if self.reasons.as_ref().is_some_and(|reasons| reasons.len() == before) {
            self.fail(writer, part, keyword);
        }
        false
    }

    /// Schemas that all hold, with what they refer to and the members of their `allOf`.
    pub(super) fn writer_of(&mut self, schemas: &[At<'d>]) -> Writer<'d> {
        let mut nodes = Vec::new();
        let mut seen = HashSet::new();
        for at in schemas {
            // A reference that leads nowhere says nothing about the writer, which is weaker, and so no lie.
            self.flatten(*at, &mut nodes, &mut seen);
        }
        let mut writer = Writer { nodes, mask: Mask::ANY, split: Vec::new() };
        writer.mask = self.mask(&writer, 0);
        writer
    }

    /// Whether every reference led somewhere.
    fn flatten(&mut self, at: At<'d>, nodes: &mut Vec<At<'d>>, seen: &mut HashSet<usize>) -> bool {
        let mut waiting = vec![at];
        let mut is_whole = true;
        while let Some((document, node)) = waiting.pop() {
            if !seen.insert(place(node)) {
                continue;
            }
            let draft = self.schemas.documents.draft(document);
            if let Some(link) = node.member("$ref").filter(|it| it.as_str().is_some()) {
                match self.schemas.documents.target(document, link) {
                    Target::Schema(document, node) => waiting.push((document, node)),
                    Target::Draft(_) | Target::Nothing(_) => is_whole = false,
                }
                if draft.reference_stands_alone() {
                    continue;
                }
            }
            nodes.push((document, node));
            let members = node.member("allOf").map(Node::items).unwrap_or_default();
            waiting.extend(members.iter().rev().map(|it| (document, it)));
        }
        is_whole
    }

    /// At the same place of the document.
    pub(super) fn proves_in(&mut self, writer: &Writer<'d>, reader: At<'d>) -> bool {
        self.proves(writer, reader)
    }

    fn proves(&mut self, writer: &Writer<'d>, reader: At<'d>) -> bool {
        self.work += 1;
        if self.work > self.most || self.depth > DEPTH {
            return self.fail(writer, reader, "");
        }
        if writer.mask.is_empty() {
            return true;
        }
        let mut places: Vec<usize> = writer.nodes.iter().map(|(_, node)| place(node)).collect();
        places.sort_unstable();
        places.dedup();
        let key = (places, writer.mask.0, place(reader.1));
        if let Some(known) = self.known.get(&key).copied() {
            return known;
        }
        if let Some(level) = self.open.get(&key) {
            return *level < self.level;
        }
        self.open.insert(key.clone(), self.level);
        self.depth += 1;
        let first = self.provisional.len();
        let holds = self.parts(writer, reader);
        self.depth -= 1;
        self.open.remove(&key);
        if holds {
            self.provisional.push(key.clone());
        } else {
            // What was proved on the way may have assumed this.
            for dependent in self.provisional.drain(first..) {
                self.known.remove(&dependent);
            }
        }
        if self.open.is_empty() {
            self.provisional.clear();
        }
        self.known.insert(key, holds);
        holds
    }

    fn parts(&mut self, writer: &Writer<'d>, reader: At<'d>) -> bool {
        let mut parts = Vec::new();
        if !self.flatten(reader, &mut parts, &mut HashSet::new()) {
            return self.fail(writer, reader, "$ref");
        }
        let mut holds = true;
        for part in parts {
            holds &= self.part(writer, part);
            if !holds && self.reasons.is_none() {
                break;
            }
        }
        holds
    }

    /// One schema of the reader's, its references and its `allOf` aside.
    fn part(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        match &part.1.shape {
            Shape::Bool(false) => return self.fail(writer, part, ""),
            Shape::Object(_) => {}
            _ => return true,
        }
        if self.is_written_alike(writer, part) {
            return true;
        }
        if let Some(values) = writer.values().filter(|it| it.len() <= MANY || part.1.members().len() == 1) {
            let only = part.1.member("enum").filter(|_| part.1.members().len() == 1);
            if let Some(list) = only {
                let is_fine =
                    values.iter().all(|it| self.is_listed(list, it) || !self.may_accept(writer, it));
                return is_fine || self.fail(writer, part, "enum");
            }
            let unknown = values.iter().any(|value| match self.evaluate(part, value) {
                Some(true) => false,
                // What the writer does not accept by its other keywords need not be accepted.
                Some(false) | None => self.may_accept(writer, value),
            });
            return !unknown || self.fail(writer, part, "enum");
        }
        let is_loud = self.reasons.is_some();
        let can_split = writer.split.len() < SPLITS
            && writer.nodes.iter().any(|(_, node)| {
                let lists = ["anyOf", "oneOf"].iter().filter_map(|keyword| node.member(keyword));
                lists.into_iter().any(|list| !writer.split.contains(&place(list)))
            });
        if is_loud && !can_split {
            return self.keywords(writer, part);
        }
        if self.quietly(|it| it.keywords(writer, part)) {
            return true;
        }
        if let Some(cases) = self.split(writer) {
            let holds = self.quietly(|it| cases.iter().all(|case| it.part(case, part)));
            if holds {
                return true;
            }
        }
        // Once more, to say why.
        if self.reasons.is_some() { self.keywords(writer, part) } else { false }
    }

    /// The writer's alternatives, each with all else that holds; none where there are no more to tell apart.
    fn split(&mut self, writer: &Writer<'d>) -> Option<Vec<Writer<'d>>> {
        if writer.split.len() >= SPLITS {
            return None;
        }
        let found = writer.nodes.iter().find_map(|(document, node)| {
            ["anyOf", "oneOf"].iter().find_map(|keyword| {
                let members = node.member(keyword)?;
                let is_new = !writer.split.contains(&place(members));
                (is_new && !members.items().is_empty()).then_some((*document, members))
            })
        });
        let (document, members) = found?;
        let mut cases = Vec::new();
        for member in members.items() {
            let mut case = writer.clone();
            case.split.push(place(members));
            let mut seen = case.nodes.iter().map(|(_, node)| place(node)).collect();
            self.flatten((document, member), &mut case.nodes, &mut seen);
            case.mask = Mask(writer.mask.0 & self.mask(&case, 0).0);
            if !case.mask.is_empty() {
                cases.push(case);
            }
        }
        Some(cases)
    }

    /// Whether one of the writer's schemas is the very same, and leads nowhere else.
    fn is_written_alike(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let Some((text, leads)) = self.render(part.1) else { return false };
        let draft = self.schemas.documents.draft(part.0);
        !leads
            && writer.nodes.iter().any(|(document, node)| {
                self.schemas.documents.draft(*document) == draft
                    && self.render(node).is_some_and(|(other, _)| other == text)
            })
    }

    fn render(&mut self, node: &'d Node) -> Option<(String, bool)> {
        if node.span.end - node.span.start > LONG {
            return None;
        }
        self.work += 1 + (node.span.end - node.span.start) as usize / 1024;
        let render = || {
            let text = values::rendered(node);
            let leads = text.contains("\"$ref\"")
                || text.contains("\"$dynamicRef\"")
                || text.contains("\"$recursiveRef\"");
            (text, leads)
        };
        Some(self.rendered.entry(place(node)).or_insert_with(render).clone())
    }

    fn keywords(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let mut holds = true;
        let checks: [fn(&mut Self, &Writer<'d>, At<'d>) -> bool; 8] = [
            Self::types,
            Self::finite,
            Self::numbers,
            Self::texts,
            Self::arrays,
            Self::objects,
            Self::combined,
            Self::unknown,
        ];
        for check in checks {
            holds &= check(self, writer, part);
            if !holds && self.reasons.is_none() {
                return false;
            }
        }
        holds
    }

    fn types(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let Some(types) = part.1.member("type") else { return true };
        let mask = Mask::of_types(types, self.schemas.documents.draft(part.0));
        writer.mask.is_within(mask) || self.fail(writer, part, "type")
    }

    /// `enum` and `const`: the writer's values are known by now not to be few, or not to be known.
    fn finite(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let is_old = self.schemas.documents.draft(part.0) < Draft::Draft6;
        for keyword in ["enum", "const"] {
            let Some(values) = part.1.member(keyword).filter(|_| keyword == "enum" || !is_old) else {
                continue;
            };
            if let Some(own) = writer.values().filter(|_| keyword == "enum") {
                if own.iter().all(|it| self.is_listed(values, it)) {
                    continue;
                }
                return self.fail(writer, part, keyword);
            }
            let values = if keyword == "enum" { values.items() } else { std::slice::from_ref(values) };
            let has = |wanted: &str| values.iter().any(|it| values::value(it) == wanted);
            let null = !writer.mask.has(Mask::NULL) || has("null");
            let boolean = !writer.mask.has(Mask::BOOLEAN) || (has("true") && has("false"));
            if !(writer.mask.is_within(Mask(Mask::NULL.0 | Mask::BOOLEAN.0)) && null && boolean) {
                return self.fail(writer, part, keyword);
            }
        }
        true
    }

    fn combined(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let (document, node) = part;
        let mut holds = true;
        if let Some(members) = node.member("anyOf") {
            let any = self.quietly(|it| it.any(writer, document, members.items()));
            holds &= any || self.fail(writer, part, "anyOf");
        }
        if let Some(members) = node.member("oneOf") {
            let one = self.quietly(|it| it.one(writer, document, members));
            holds &= one || self.fail(writer, part, "oneOf");
        }
        if let Some(inner) = node.member("not") {
            let excluded = self.quietly(|it| it.excludes(writer, (document, inner)));
            holds &= excluded || self.fail(writer, part, "not");
        }
        holds & self.condition(writer, part)
    }

    fn any(&mut self, writer: &Writer<'d>, document: usize, members: &'d [Node]) -> bool {
        if members.iter().any(|member| self.proves(writer, (document, member))) {
            return true;
        }
        // Type by type: each may have a member of its own.
        let kinds: Vec<Mask> = writer.mask.kinds();
        kinds.len() > 1
            && kinds.into_iter().all(|mask| {
                let case = Writer { mask, ..writer.clone() };
                members.iter().any(|member| self.proves(&case, (document, member)))
            })
    }

    /// Exactly one member: one that takes all, and no other that takes any; or the writer's own `oneOf`, member by member.
    fn one(&mut self, writer: &Writer<'d>, document: usize, members: &'d Node) -> bool {
        let items = members.items();
        let alone = |it: &mut Self, case: &Writer<'d>| {
            items.iter().enumerate().any(|(at, member)| {
                it.proves(case, (document, member))
                    && items
                        .iter()
                        .enumerate()
                        .filter(|(other, _)| *other != at)
                        .all(|(_, other)| it.excludes(case, (document, other)))
            })
        };
        let own = writer.nodes.iter().find_map(|(document, node)| Some((*document, node.member("oneOf")?)));
        if let Some((other_document, others)) = own
            && others.items().len() == items.len()
        {
            let mut left: Vec<&'d Node> = others.items().iter().collect();
            let is_same = items.iter().all(|member| {
                let found = left.iter().position(|other| {
                    let (one, other) = ((document, member), (other_document, *other));
                    let one_writer = self.writer_of(&[one]);
                    let other_writer = self.writer_of(&[other]);
                    self.proves(&one_writer, other) && self.proves(&other_writer, one)
                });
                found.map(|at| left.remove(at)).is_some()
            });
            if is_same {
                return true;
            }
        }
        if alone(self, writer) {
            return true;
        }
        let kinds = writer.mask.kinds();
        kinds.len() > 1 && kinds.into_iter().all(|mask| alone(self, &Writer { mask, ..writer.clone() }))
    }

    fn condition(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let (document, node) = part;
        if self.schemas.documents.draft(document) < Draft::Draft7 {
            return true;
        }
        let Some(condition) = node.member("if") else { return true };
        let branches: Vec<(&'static str, &'d Node)> = ["then", "else"]
            .into_iter()
            .filter_map(|keyword| Some((keyword, node.member(keyword)?)))
            .collect();
        for (keyword, branch) in branches {
            let holds = self.quietly(|it| {
                if it.proves(writer, (document, branch)) {
                    return true;
                }
                if keyword == "then" && it.excludes(writer, (document, condition)) {
                    return true;
                }
                if keyword == "else" && it.proves(writer, (document, condition)) {
                    return true;
                }
                // The writer's own condition, if it is the same one and its branch says as much.
                let own = writer
                    .nodes
                    .iter()
                    .find_map(|(at, node)| Some((*at, node.member("if")?, node.member(keyword)?)));
                let Some((other_document, other, other_branch)) = own else { return false };
                let (one, other) = ((document, condition), (other_document, other));
                let (one_writer, other_writer) = (it.writer_of(&[one]), it.writer_of(&[other]));
                it.proves(&one_writer, other) && it.proves(&other_writer, one) && {
                    let mut schemas = writer.nodes.clone();
                    schemas.push((other_document, other_branch));
                    let case = it.writer_of(&schemas);
                    it.proves(&case, (document, branch))
                }
            });
            if !holds {
                return self.fail(writer, part, "if");
            }
        }
        true
    }

    /// Keywords that change what the others mean.
    fn unknown(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let found =
            ["$dynamicRef", "$recursiveRef"].into_iter().find(|keyword| part.1.member(keyword).is_some());
        found.is_none_or(|keyword| self.fail(writer, part, keyword))
    }

    /// Whether no document that the writer accepts is accepted by a schema.
    pub(super) fn excludes(&mut self, writer: &Writer<'d>, other: At<'d>) -> bool {
        self.work += 1;
        if self.work > self.most || self.depth > DEPTH {
            return false;
        }
        let others = self.writer_of(&[other]);
        if writer.mask.is_disjoint(others.mask) {
            return true;
        }
        if let Some(values) = writer.values()
            && values.iter().all(|value| self.evaluate(other, value) == Some(false))
        {
            return true;
        }
        if let Some(values) = others.values()
            && values.iter().all(|value| !self.may_accept(writer, value))
        {
            return true;
        }
        // What the writer forbids itself.
        let forbidden: Vec<At<'d>> =
            writer.nodes.iter().filter_map(|(at, node)| Some((*at, node.member("not")?))).collect();
        if forbidden.into_iter().any(|inner| self.proves(&others, inner)) {
            return true;
        }
        // A property that the other needs, and that is another one here.
        if !writer.mask.is_within(Mask::OBJECT) && !others.mask.is_within(Mask::OBJECT) {
            return false;
        }
        let needed: Vec<&'d str> = others.required().into_iter().collect();
        self.depth += 1;
        let found = needed.into_iter().any(|name| {
            // The other needs it, so that only documents in which it is there count.
            let Some(here) = self.property(writer, name) else { return true };
            let there = self.property(&others, name).unwrap_or_default();
            let here = self.writer_of(&here);
            there.into_iter().any(|other| self.excludes(&here, other))
        });
        self.depth -= 1;
        found
    }

    /// Whether a value may be one of the writer's.
    fn may_accept(&mut self, writer: &Writer<'d>, value: &'d Node) -> bool {
        !writer.nodes.iter().any(|at| self.evaluate_alone(*at, value) == Some(false))
    }

    fn evaluate(&mut self, at: At<'d>, value: &'d Node) -> Option<bool> {
        const STEPS: usize = 2000;
        if is_huge(value) || self.work > self.most {
            return None;
        }
        let mut evaluator = Evaluator { schemas: self.schemas, work: STEPS, depth: 0 };
        let accepts = evaluator.accepts(at, value);
        self.work += 1 + (STEPS - evaluator.work) / 4;
        accepts
    }

    /// As [`Self::evaluate`], of a schema in which references may lead anywhere.
    fn evaluate_alone(&mut self, at: At<'d>, value: &'d Node) -> Option<bool> {
        self.work += 1;
        self.evaluate(at, value)
    }

    /// The types that all of the writer's schemas take.
    fn mask(&mut self, writer: &Writer<'d>, depth: usize) -> Mask {
        let mut mask = writer.mask;
        for (document, node) in &writer.nodes {
            mask = Mask(mask.0 & self.mask_of((*document, node), depth).0);
        }
        mask
    }

    fn mask_of(&mut self, (document, node): At<'d>, depth: usize) -> Mask {
        self.work += 1;
        let draft = self.schemas.documents.draft(document);
        let mut mask = Mask::ANY;
        match &node.shape {
            Shape::Bool(false) => return Mask::NONE,
            Shape::Object(_) => {}
            _ => return mask,
        }
        if let Some(types) = node.member("type") {
            mask = Mask(mask.0 & Mask::of_types(types, draft).0);
        }
        if let Some(values) = node.member("enum") {
            mask = Mask(mask.0 & Mask::of_values(values.items()).0);
        }
        if let Some(value) = node.member("const").filter(|_| draft >= Draft::Draft6) {
            mask = Mask(mask.0 & Mask::of_values(std::slice::from_ref(value)).0);
        }
        if depth < 3 {
            for members in ["anyOf", "oneOf"].iter().filter_map(|keyword| node.member(keyword)) {
                let mut any = 0;
                for member in members.items() {
                    let mut nodes = Vec::new();
                    self.flatten((document, member), &mut nodes, &mut HashSet::new());
                    let inner = Writer { nodes, mask: Mask::ANY, split: Vec::new() };
                    any |= self.mask(&inner, depth + 1).0;
                }
                mask = Mask(mask.0 & any);
            }
        }
        mask
    }

    /// The schemas that a property of the writer's has to fit; `None` where it cannot be there.
    pub(super) fn property(&mut self, writer: &Writer<'d>, name: &str) -> Option<Vec<At<'d>>> {
        let mut found = Vec::new();
        for (document, node) in &writer.nodes {
            let own = node.member("properties").and_then(|it| self.member(it, name));
            let mut is_listed = own.is_some();
            found.extend(own.map(|it| (*document, it)));
            for member in node.member("patternProperties").map(Node::members).unwrap_or_default() {
                if self.schemas.patterns.finds(&member.name, name) {
                    is_listed = true;
                    found.push((*document, &member.value));
                }
            }
            if !is_listed {
                found.extend(rest_of(node).map(|it| (*document, it)));
            }
        }
        let is_impossible = found.iter().any(|(_, node)| matches!(node.shape, Shape::Bool(false)));
        (!is_impossible).then_some(found)
    }

    /// A member of an object, however many there are.
    pub(super) fn member(&mut self, object: &'d Node, name: &str) -> Option<&'d Node> {
        let members = object.members();
        if members.len() <= MANY {
            return object.member(name);
        }
        let index = || members.iter().map(|it| (&*it.name, &it.value)).collect();
        self.indexes.entry(place(object)).or_insert_with(index).get(name).copied()
    }

    /// Whether a value is in a list.
    fn is_listed(&mut self, list: &'d Node, value: &Node) -> bool {
        let values = || list.items().iter().map(canonical).collect();
        self.lists.entry(place(list)).or_insert_with(values).contains(&canonical(value))
    }

    /// The names that the writer's schemas list.
    pub(super) fn listed(writer: &Writer<'d>) -> BTreeSet<&'d str> {
        let lists = writer.nodes.iter().filter_map(|(_, node)| node.member("properties"));
        lists.flat_map(|it| it.members().iter().map(|member| &*member.name)).collect()
    }
}

/// The schema of properties that a schema does not list: `additionalProperties`, or where nothing beside it evaluates any,
/// `unevaluatedProperties`.
pub(super) fn rest_of(node: &Node) -> Option<&Node> {
    let plain = node.member("additionalProperties");
    plain.or_else(|| node.member("unevaluatedProperties").filter(|_| evaluates_alone(node)))
}

/// Whether nothing in a schema but its own lists evaluates properties or items.
pub(super) fn evaluates_alone(node: &Node) -> bool {
    const OTHERS: [&str; 10] = [
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "dependentSchemas",
        "not",
        "contains",
    ];
    OTHERS.iter().all(|keyword| node.member(keyword).is_none())
}
