//! JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12: model, parse, canonical text ([json-schema.org](https://json-schema.org/specification)).
//!
//! ```text
//! text -parse-> Model { document with places, draft, title, id } -canonical-> compact text, members in their order
//! ```
//!
//! | | strict | lenient |
//! |---|---|---|
//! | text | JSON, no member twice | JSON, the last of two members holds |
//! | root | object or boolean | object or boolean |
//! | keyword values | of the draft's types | kept as they are |
//! | `$ref` | leads to a schema of this document or of a reference | kept as it is |
//!
//! Nothing is ever fetched: a `$ref` to `http://…` or `file:…` leads to a reference of that name, or to an error.
//! A document nests at most 128 levels, is shorter than 4 GiB, and refers to at most 1,000 others, directly or through others.
//!
//! ```
//! use schemawire::schema::{Schema, SchemaErrorKind};
//!
//! let place = Schema::json(r#"{"title": "Place", "type": "object", "properties": {"depth": {"type": "number"}}}"#)?;
//! assert_eq!(place.full_name().as_deref(), Some("Place"));
//!
//! let error = Schema::json(r#"{"properties": {"depth": {"type": "float"}}}"#).unwrap_err();
//! assert_eq!(error.pointer.as_deref(), Some("/properties/depth/type"));
//! # Ok::<(), schemawire::schema::SchemaError>(())
//! ```

mod check;
mod draft;
mod keywords;
mod pointers;
mod uri;
mod walk;

pub use draft::Draft;
pub(crate) use uri::resolve;
#[cfg(feature = "json")]
pub(crate) use {pointers::Pointers, uri::split, walk::Walk};

use std::collections::HashSet;

use super::json_text::{Dialect, Document, Node, Shape};
use super::{Format, Mode, Reference, Schema, SchemaError, SchemaErrorKind};

/// A parsed JSON Schema, unlinked.
#[derive(Debug, Clone)]
pub struct Model {
    document: Document,
    draft: Draft,
    /// The text it was parsed from.
    text: Box<str>,
}

impl Model {
    /// The draft it follows.
    #[must_use]
    pub fn draft(&self) -> Draft {
        self.draft
    }

    /// The title of the outermost schema.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.root().member("title").and_then(Node::as_str)
    }

    /// The URI that the outermost schema gives itself.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.root().member(self.draft.id_keyword()).and_then(Node::as_str)
    }

    /// The outermost schema, with places.
    pub(crate) fn root(&self) -> &Node {
        &self.document.root
    }
}

/// Parses a JSON Schema.
///
/// # Errors
/// Text that is not JSON, or whose root is neither object nor boolean; in strict mode keyword values that the draft does
/// not allow, and a `$ref` that leads nowhere.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let dialect = Dialect { duplicates: mode == Mode::Lenient, ..Dialect::STRICT };
    let document = Document::parse(Format::Json, text, dialect)?;
    if !matches!(document.root.shape, Shape::Object(_) | Shape::Bool(_)) {
        let message = format!("a schema is an object or a boolean, not {}", document.root.kind());
        return Err(document.error(
            Format::Json,
            SchemaErrorKind::Invalid,
            message,
            text,
            document.root.span,
        ));
    }
    let named = document.root.member("$schema").and_then(Node::as_str);
    let draft = named.and_then(Draft::from_uri).unwrap_or_default();
    let model = Model { document, draft, text: text.into() };
    if mode == Mode::Strict {
        let walk = walk::Walk::of(model.root(), draft, "");
        check::keywords(&model, &walk)?;
        check::links(&model, &walk, references)?;
    }
    Ok(model)
}

/// The canonical text, as Confluent's registry stores it: compact, members in their order, numbers as they were written.
#[must_use]
pub fn canonical(model: &Model) -> String {
    model.root().to_text()
}

/// The other documents that a text's `$ref`s lead to, as they are written there, each once; none for a text that is no schema.
/// URIs of the drafts themselves are not among them.
pub(crate) fn referenced_names(text: &str) -> Vec<String> {
    let Ok(model) = parse(text, &[], Mode::Lenient) else { return Vec::new() };
    let walk = walk::Walk::of(model.root(), model.draft, "");
    let mut seen = HashSet::new();
    let links = walk.links.iter().filter_map(|link| {
        let (written, _) = uri::split(link.written);
        let target = uri::resolve(&link.base, written);
        let elsewhere = !walk.resources.contains_key(&target) && Draft::from_uri(&target).is_none();
        (elsewhere && seen.insert(written)).then(|| written.to_owned())
    });
    links.collect()
}

/// The URI that a text gives itself; none for a text that is no schema.
pub(crate) fn declared_id(text: &str) -> Option<String> {
    parse(text, &[], Mode::Lenient).ok()?.id().map(str::to_owned)
}

/// How many documents, each under each of its URIs, one schema may refer to, directly or through others.
const REFERENCES: usize = 1_000;

/// All schemas that a schema refers to, directly or through others: each URI once (the nearest schema of that URI), as the
/// name it goes by and the URI against which that name resolves. What exceeds [`REFERENCES`] is left out, and so unknown.
pub(crate) fn all_references<'s>(
    model: &Model,
    references: &'s [(Reference, Schema)],
) -> Vec<(&'s str, String, &'s Schema)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut level = vec![(model.id().unwrap_or_default().to_owned(), references)];
    while !level.is_empty() {
        let mut next = Vec::new();
        for (base, references) in level {
            for (reference, schema) in references {
                let retrieved = uri::resolve(&base, &reference.name);
                if found.len() < REFERENCES && seen.insert(retrieved.clone()) {
                    found.push((reference.name.as_str(), base.clone(), schema));
                    let own = model_of(schema).and_then(Model::id).map(|id| uri::resolve(&retrieved, id));
                    next.push((own.unwrap_or(retrieved), schema.references()));
                }
            }
        }
        level = next;
    }
    found
}

/// The JSON model of a schema; `None` for another format.
pub(crate) fn model_of(schema: &Schema) -> Option<&Model> {
    match schema.model() {
        super::Model::Json(model) => Some(model),
        _ => None,
    }
}
