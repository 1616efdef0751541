//! The documents of a JSON Schema, and where a `$ref` in one of them leads.

use std::collections::HashMap;
use std::rc::Rc;

use crate::schema::json::{Draft, Model, Pointers, Walk, all_references, model_of, resolve, split};
use crate::schema::json_text::Node;
use crate::schema::{Position, Schema, Span};

/// A schema's own text, or that of a schema it refers to.
struct Document<'d> {
    /// The reference that it came with; `None` for the schema itself.
    reference: Option<&'d str>,
    text: &'d str,
    draft: Draft,
    walk: Walk<'d>,
    /// The URI around each `$ref`, by the place of its text.
    bases: HashMap<usize, Rc<str>>,
}

/// All documents, the schema's own first.
#[derive(Default)]
pub(super) struct Documents<'d> {
    all: Vec<Document<'d>>,
    uris: HashMap<String, (usize, &'d Node)>,
    pointers: Pointers<'d>,
}

/// Where a `$ref` leads.
pub(super) enum Target<'d> {
    /// To a schema in one of the documents.
    Schema(usize, &'d Node),
    /// To the schema of a draft, which takes whatever is a schema.
    Draft,
    Nothing,
}

impl<'d> Documents<'d> {
    pub(super) fn of(schema: &'d Schema, model: &'d Model) -> Self {
        let mut documents = Self::default();
        documents.push(None, "", schema, model, model.draft());
        for (name, base, other) in all_references(model, schema.references()) {
            let Some(parsed) = model_of(other) else { continue };
            let number = documents.all.len();
            documents.push(Some(name), &resolve(&base, name), other, parsed, model.draft());
            documents.uris.entry(split(name).0.to_owned()).or_insert((number, parsed.root()));
        }
        documents
    }

    fn push(
        &mut self,
        reference: Option<&'d str>,
        base: &str,
        schema: &'d Schema,
        model: &'d Model,
        draft: Draft,
    ) {
        let root = model.root();
        let named = root.member("$schema").and_then(Node::as_str).and_then(Draft::from_uri);
        let draft = named.unwrap_or(draft);
        let walk = Walk::of(root, draft, base);
        let number = self.all.len();
        for (uri, node) in &walk.resources {
            self.uris.entry(uri.clone()).or_insert((number, node));
        }
        let bases = walk.links.iter().map(|link| (place(link.node), Rc::clone(&link.base))).collect();
        self.all.push(Document { reference, text: schema.text(), draft, walk, bases });
    }

    pub(super) fn draft(&self, document: usize) -> Draft {
        self.all.get(document).map_or_else(Draft::default, |it| it.draft)
    }

    pub(super) fn position(&self, document: usize, span: Span) -> Option<Position> {
        self.all.get(document).map(|it| span.position(it.text))
    }

    pub(super) fn reference(&self, document: usize) -> Option<&'d str> {
        self.all.get(document).and_then(|it| it.reference)
    }

    /// Where the `$ref` whose text is `link` leads.
    pub(super) fn target(&self, document: usize, link: &'d Node) -> Target<'d> {
        let Some((from, written)) = self.all.get(document).zip(link.as_str()) else { return Target::Nothing };
        let base: &str = from.bases.get(&place(link)).map_or("", |base| base);
        let target = resolve(base, written);
        let (uri, fragment) = split(&target);
        let own = from.walk.resources.get(uri).map(|node| (document, *node));
        if own.is_none() && Draft::from_uri(uri).is_some() {
            return Target::Draft;
        }
        let find = |uri: &str| self.uris.get(uri).copied();
        let found = own.or_else(|| find(uri)).or_else(|| find(split(written).0));
        let inside = |(number, resource): (usize, &'d Node)| {
            if fragment.is_empty() || fragment.starts_with('/') {
                return Some((number, self.pointers.find(resource, fragment)?));
            }
            let anchors = &self.all.get(number)?.walk.anchors;
            Some((number, anchors.get(&format!("{uri}#{fragment}")).copied()?))
        };
        found.and_then(inside).map_or(Target::Nothing, |(number, node)| Target::Schema(number, node))
    }
}

/// What tells one value of a text from all others: where it stands in memory.
pub(super) fn place(node: &Node) -> usize {
    std::ptr::from_ref(node) as usize
}
