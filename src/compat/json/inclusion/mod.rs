//! Whether a schema accepts all that another one accepts: what validation would say, not what a registry compares.
//!
//! A proof or none: where no proof is found the answer is no, though there may be no document that shows it. A pair of
//! schemas that needs itself holds if a document gets smaller on the way (the greatest fixed point).

mod combined;
mod values;
mod writer;

pub(super) use writer::{evaluates_alone, rest_of};

use std::collections::{HashMap, HashSet};

use super::documents::place;
use super::facts::{Mask, Writer};
use super::schemas::Schemas;
use super::values::rendered;
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
            let text = rendered(node);
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

    /// Keywords that change what the others mean.
    fn unknown(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let found =
            ["$dynamicRef", "$recursiveRef"].into_iter().find(|keyword| part.1.member(keyword).is_some());
        found.is_none_or(|keyword| self.fail(writer, part, keyword))
    }
}
