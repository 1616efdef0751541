//! The documents of both sides, and where a `$ref` in one of them leads.

use std::collections::HashMap;
use std::rc::Rc;

use crate::compat::Side;
use crate::schema::Schema;
use crate::schema::json::{Draft, Model, Pointers, Walk, all_references, model_of, resolve, split};
use crate::schema::json_text::Node;

/// A schema's own text, or that of a schema it refers to.
#[derive(Debug)]
pub(super) struct Document<'d> {
    /// The side that it belongs to. A text that both refer to is there twice, once for each.
    side: Side,
    /// The reference that it came with; `None` for the schema itself.
    pub(super) reference: Option<&'d str>,
    pub(super) text: &'d str,
    pub(super) root: &'d Node,
    /// Its own draft, else that of the schema it belongs to.
    pub(super) draft: Draft,
    /// The URI that a `$ref` outside of all known schemas resolves against.
    base: String,
    walk: Walk<'d>,
    /// The URI around each `$ref`, by the place of its text.
    bases: HashMap<usize, Rc<str>>,
}

/// Where a `$ref` leads.
#[derive(Debug, Clone)]
pub(super) enum Target<'d> {
    /// To a schema in one of the documents.
    Schema(usize, &'d Node),
    /// To the schema of a draft, by its URI.
    Draft(Rc<str>),
    /// To nothing that is there.
    Nothing(&'d str),
}

/// All documents, those of the old side first.
#[derive(Debug, Default)]
pub(super) struct Documents<'d> {
    all: Vec<Document<'d>>,
    uris: HashMap<(Side, String), (usize, &'d Node)>,
    pointers: Pointers<'d>,
}

impl<'d> Documents<'d> {
    /// Takes up a schema and all it refers to; answers its number. `None` for another format.
    pub(super) fn add(&mut self, side: Side, schema: &'d Schema) -> Option<usize> {
        let model = model_of(schema)?;
        let own = self.push(side, None, "", schema, model, model.draft());
        for (name, base, other) in all_references(model, schema.references()) {
            let Some(parsed) = model_of(other) else { continue };
            let number = self.push(side, Some(name), &resolve(&base, name), other, parsed, model.draft());
            self.uris.entry((side, split(name).0.to_owned())).or_insert((number, parsed.root()));
        }
        Some(own)
    }

    fn push(
        &mut self,
        side: Side,
        reference: Option<&'d str>,
        base: &str,
        schema: &'d Schema,
        model: &'d Model,
        draft: Draft,
    ) -> usize {
        let root = model.root();
        let named = root.member("$schema").and_then(Node::as_str).and_then(Draft::from_uri);
        let draft = named.unwrap_or(draft);
        let walk = Walk::of(root, draft, base);
        let number = self.all.len();
        for (uri, node) in &walk.resources {
            self.uris.entry((side, uri.clone())).or_insert((number, node));
        }
        let bases = walk.links.iter().map(|link| (place(link.node), Rc::clone(&link.base))).collect();
        let base = model.id().map_or_else(|| base.to_owned(), |id| resolve(base, id));
        self.all.push(Document { side, reference, text: schema.text(), root, draft, base, walk, bases });
        number
    }

    pub(super) fn all(&self) -> &[Document<'d>] {
        &self.all
    }

    /// The draft of a document.
    pub(super) fn draft(&self, document: usize) -> Draft {
        self.all.get(document).map_or_else(Draft::default, |it| it.draft)
    }

    /// Where the `$ref` whose text is `link` leads.
    pub(super) fn target(&self, document: usize, link: &'d Node) -> Target<'d> {
        let written = link.as_str().unwrap_or_default();
        let Some(from) = self.all.get(document) else { return Target::Nothing(written) };
        let base = from.bases.get(&place(link)).map_or(from.base.as_str(), |base| base);
        let target = resolve(base, written);
        let (uri, fragment) = split(&target);
        let own = from.walk.resources.get(uri).map(|node| (document, *node));
        if own.is_none() && (Draft::from_uri(uri).is_some() || uri.contains("json-schema.org/draft")) {
            return Target::Draft(target.into());
        }
        let find = |uri: &str| self.uris.get(&(from.side, uri.to_owned())).copied();
        let found = own.or_else(|| find(uri)).or_else(|| find(split(written).0));
        found
            .and_then(|(number, resource)| {
                Some(Target::Schema(number, self.inside(number, resource, uri, fragment)?))
            })
            .unwrap_or(Target::Nothing(written))
    }

    fn inside(&self, document: usize, resource: &'d Node, uri: &str, fragment: &str) -> Option<&'d Node> {
        if fragment.is_empty() || fragment.starts_with('/') {
            return self.pointers.find(resource, fragment);
        }
        let document = self.all.get(document)?;
        let anchor = |uri: &str| document.walk.anchors.get(&format!("{uri}#{fragment}")).copied();
        anchor(uri).or_else(|| anchor(split(&document.base).0))
    }
}

/// What tells one value of a text from all others: where it stands in memory.
pub(super) fn place(node: &Node) -> usize {
    std::ptr::from_ref(node) as usize
}
