//! What the writer's schemas say together: the types that they leave, their alternatives, what a property has to fit.

use std::collections::{BTreeSet, HashSet};

use super::{At, Inclusion, MANY, SPLITS};
use crate::compat::json::documents::{Target, place};
use crate::compat::json::facts::{Mask, Writer};
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

impl<'d> Inclusion<'_, 'd> {
    /// Schemas that all hold, with what they refer to and the members of their `allOf`.
    pub(in crate::compat::json) fn writer_of(&mut self, schemas: &[At<'d>]) -> Writer<'d> {
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
    pub(super) fn flatten(&mut self, at: At<'d>, nodes: &mut Vec<At<'d>>, seen: &mut HashSet<usize>) -> bool {
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

    /// The writer's alternatives, each with all else that holds; none where there are no more to tell apart.
    pub(super) fn split(&mut self, writer: &Writer<'d>) -> Option<Vec<Writer<'d>>> {
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

    /// The types that all of the writer's schemas take.
    pub(super) fn mask(&mut self, writer: &Writer<'d>, depth: usize) -> Mask {
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
    pub(in crate::compat::json) fn property(
        &mut self,
        writer: &Writer<'d>,
        name: &str,
    ) -> Option<Vec<At<'d>>> {
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
    pub(in crate::compat::json) fn member(&mut self, object: &'d Node, name: &str) -> Option<&'d Node> {
        let members = object.members();
        if members.len() <= MANY {
            return object.member(name);
        }
        let index = || members.iter().map(|it| (&*it.name, &it.value)).collect();
        self.indexes.entry(place(object)).or_insert_with(index).get(name).copied()
    }

    /// The names that the writer's schemas list.
    pub(in crate::compat::json) fn listed(writer: &Writer<'d>) -> BTreeSet<&'d str> {
        let lists = writer.nodes.iter().filter_map(|(_, node)| node.member("properties"));
        lists.flat_map(|it| it.members().iter().map(|member| &*member.name)).collect()
    }
}

/// The schema of properties that a schema does not list: `additionalProperties`, or where nothing beside it evaluates any,
/// `unevaluatedProperties`.
pub(in crate::compat::json) fn rest_of(node: &Node) -> Option<&Node> {
    let plain = node.member("additionalProperties");
    plain.or_else(|| node.member("unevaluatedProperties").filter(|_| evaluates_alone(node)))
}

/// Whether nothing in a schema but its own lists evaluates properties or items.
pub(in crate::compat::json) fn evaluates_alone(node: &Node) -> bool {
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
