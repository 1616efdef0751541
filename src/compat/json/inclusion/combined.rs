//! `anyOf`, `oneOf`, `not` and `if` of the reader's, and whether two schemas exclude each other.

use super::{At, DEPTH, Inclusion};
use crate::compat::json::facts::{Mask, Writer};
use crate::schema::json::Draft;
use crate::schema::json_text::Node;

impl<'d> Inclusion<'_, 'd> {
    pub(super) fn combined(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
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

    /// Whether no document that the writer accepts is accepted by a schema.
    pub(in crate::compat::json) fn excludes(&mut self, writer: &Writer<'d>, other: At<'d>) -> bool {
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
}
