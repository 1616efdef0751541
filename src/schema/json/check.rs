//! What a new schema is checked for: keyword values by draft, and that every `$ref` leads somewhere.

use std::collections::{HashMap, HashSet};

use super::keywords::{misfit, schemas_inside, takes};
use super::pointers::Pointers;
use super::walk::{Link, Walk};
use super::{Draft, Model, uri};
use crate::schema::json_text::{Node, Shape};
use crate::schema::{Format, Reference, Schema, SchemaError, SchemaErrorKind};

/// Checks the values of all keywords that the draft knows.
pub(super) fn keywords(model: &Model, walk: &Walk<'_>) -> Result<(), SchemaError> {
    let draft = model.draft();
    for schema in &walk.schemas {
        let members = match &schema.shape {
            Shape::Object(members) => members,
            // Where draft 4 takes no boolean depends on the keyword around it, below.
            Shape::Bool(_) => continue,
            _ => {
                return Err(invalid(
                    model,
                    schema,
                    format!("a schema is an object or a boolean, not {}", schema.kind()),
                ));
            }
        };
        let alone =
            draft.reference_stands_alone() && schema.member("$ref").is_some_and(|it| it.as_str().is_some());
        for member in members {
            let keyword = &*member.name;
            if alone && keyword != "$ref" {
                continue;
            }
            let Some(takes) = takes(keyword, draft) else { continue };
            if let Some((at, expected)) = misfit(takes, &member.value) {
                let message = format!("`{keyword}` takes {expected} in {draft}, not {}", at.kind());
                return Err(invalid(model, at, message));
            }
            if draft == Draft::Draft4 && !matches!(keyword, "additionalItems" | "additionalProperties") {
                let mut boolean = None;
                schemas_inside(takes, &member.value, &mut |inner| {
                    boolean = boolean.or(matches!(inner.shape, Shape::Bool(_)).then_some(inner));
                });
                if let Some(at) = boolean {
                    return Err(invalid(
                        model,
                        at,
                        format!("a schema is an object in {draft}, not a boolean"),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Checks that every `$ref` leads to a schema: in this document, in one of the references, or to a draft's own schema.
pub(super) fn links(
    model: &Model,
    walk: &Walk<'_>,
    references: &[(Reference, Schema)],
) -> Result<(), SchemaError> {
    let given = Given::new(model, references);
    let pointers = Pointers::default();
    let mut good: HashSet<(&str, &str)> = HashSet::new();
    for link in &walk.links {
        if good.contains(&(&*link.base, link.written)) {
            continue;
        }
        let target = uri::resolve(&link.base, link.written);
        let (document, fragment) = uri::split(&target);
        if let Some(resource) = walk.resources.get(document) {
            inside(model, walk, link, document, fragment, resource, &pointers)?;
        } else if Draft::from_uri(document).is_none() && !document.contains("json-schema.org/draft") {
            let other = given.find(link, document).ok_or_else(|| unknown(model, link, document))?;
            other.map_or(Ok(()), |other| in_reference(model, link, document, fragment, other))?;
        }
        good.insert((&link.base, link.written));
    }
    Ok(())
}

/// A `$ref` into this document.
fn inside<'d>(
    model: &Model,
    walk: &Walk<'d>,
    link: &Link<'_>,
    document: &str,
    fragment: &str,
    resource: &'d Node,
    pointers: &Pointers<'d>,
) -> Result<(), SchemaError> {
    let found = if fragment.is_empty() || fragment.starts_with('/') {
        pointers.find(resource, fragment).is_some()
    } else {
        walk.anchors.contains_key(&format!("{document}#{fragment}"))
    };
    if found { Ok(()) } else { Err(nothing_there(model, link, "this document")) }
}

/// A `$ref` into a referenced document. Its anchors are taken on trust: they may be declared where only its own draft looks.
fn in_reference(
    model: &Model,
    link: &Link<'_>,
    document: &str,
    fragment: &str,
    other: &Model,
) -> Result<(), SchemaError> {
    let found = !fragment.starts_with('/') || Pointers::default().find(other.root(), fragment).is_some();
    if found { Ok(()) } else { Err(nothing_there(model, link, &format!("`{document}`"))) }
}

/// The documents that came with the schema, under every URI that leads to them.
struct Given<'s> {
    documents: HashMap<String, Option<&'s Model>>,
}

impl<'s> Given<'s> {
    fn new(model: &Model, references: &'s [(Reference, Schema)]) -> Self {
        let mut documents = HashMap::new();
        for (name, base, other) in super::all_references(model, references) {
            let parsed = super::model_of(other);
            for uri in [name.to_owned(), uri::resolve(&base, name)] {
                documents.entry(uri::split(&uri).0.to_owned()).or_insert(parsed);
            }
            if let Some(id) = parsed.and_then(Model::id) {
                documents.entry(uri::split(&uri::resolve(&base, id)).0.to_owned()).or_insert(parsed);
            }
        }
        Self { documents }
    }

    fn find(&self, link: &Link<'_>, document: &str) -> Option<Option<&'s Model>> {
        self.documents.get(document).or_else(|| self.documents.get(uri::split(link.written).0)).copied()
    }
}

fn invalid(model: &Model, at: &Node, message: String) -> SchemaError {
    model.document.error(Format::Json, SchemaErrorKind::Invalid, message, &model.text, at.span)
}

fn nothing_there(model: &Model, link: &Link<'_>, document: &str) -> SchemaError {
    invalid(model, link.node, format!("`{}` leads to nothing in {document}", link.written))
}

fn unknown(model: &Model, link: &Link<'_>, document: &str) -> SchemaError {
    let message = format!(
        "no schema was given for `{document}`, which `{}` refers to: nothing is fetched, so name it among the references",
        link.written
    );
    model.document.error(
        Format::Json,
        SchemaErrorKind::UnknownReference,
        message,
        &model.text,
        link.node.span,
    )
}
