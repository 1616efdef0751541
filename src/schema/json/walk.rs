//! Where schemas stand in a document, under which URI, and what they refer to.

use std::collections::HashMap;
use std::rc::Rc;

use super::keywords::{schemas_inside, takes};
use super::{Draft, uri};
use crate::schema::json_text::{Node, Shape};

/// All schemas of a document, as far as keywords lead to them.
#[derive(Debug, Default)]
pub(crate) struct Walk<'d> {
    /// Every schema, the outermost first.
    pub(crate) schemas: Vec<&'d Node>,
    /// The schemas that have a URI, the document itself included.
    pub(crate) resources: HashMap<String, &'d Node>,
    /// The schemas that have an anchor, by `uri#name`.
    pub(crate) anchors: HashMap<String, &'d Node>,
    /// Every `$ref` (and its dynamic kin).
    pub(crate) links: Vec<Link<'d>>,
}

/// One `$ref`.
#[derive(Debug)]
pub(crate) struct Link<'d> {
    /// The string that it is written as.
    pub(crate) node: &'d Node,
    /// Its text.
    pub(crate) written: &'d str,
    /// The URI around it.
    pub(crate) base: Rc<str>,
}

impl<'d> Walk<'d> {
    /// Walks the document `root`, whose URI is `base` unless it says otherwise.
    pub(crate) fn of(root: &'d Node, draft: Draft, base: &str) -> Self {
        let mut walk = Self::default();
        walk.resources.insert(uri::split(base).0.to_owned(), root);
        walk.schema(root, draft, &Rc::from(base));
        walk
    }

    /// A document nests at most 128 levels, so the recursion ends.
    fn schema(&mut self, node: &'d Node, draft: Draft, base: &Rc<str>) {
        self.schemas.push(node);
        let Shape::Object(members) = &node.shape else { return };
        let reference = node.member("$ref").and_then(|it| Some((it, it.as_str()?)));
        let alone = reference.is_some() && draft.reference_stands_alone();
        let base = if alone { Rc::clone(base) } else { self.name(node, draft, base) };
        for member in members {
            let name = &*member.name;
            if alone && !matches!(name, "$ref" | "definitions" | "$defs") {
                continue;
            }
            let Some(takes) = takes(name, draft) else { continue };
            if matches!(name, "$ref" | "$dynamicRef" | "$recursiveRef")
                && let Some(written) = member.value.as_str()
            {
                self.links.push(Link { node: &member.value, written, base: Rc::clone(&base) });
            }
            schemas_inside(takes, &member.value, &mut |inner| self.schema(inner, draft, &base));
        }
    }

    /// Takes up the URI and the anchors that a schema gives itself; answers the URI for what is inside.
    fn name(&mut self, node: &'d Node, draft: Draft, base: &Rc<str>) -> Rc<str> {
        let mut base = Rc::clone(base);
        if let Some(id) = node.member(draft.id_keyword()).and_then(Node::as_str) {
            let (document, fragment) = uri::split(id);
            if !document.is_empty() {
                base = uri::resolve(&base, document).into();
                self.resources.insert(base.to_string(), node);
            }
            // Up to draft 7 an anchor is an id that is only a fragment.
            if !fragment.is_empty() {
                self.anchors.insert(format!("{base}#{fragment}"), node);
            }
        }
        if draft >= Draft::Draft201909 {
            for keyword in ["$anchor", "$dynamicAnchor"] {
                if let Some(anchor) = node.member(keyword).and_then(Node::as_str) {
                    self.anchors.insert(format!("{base}#{anchor}"), node);
                }
            }
        }
        base
    }
}
