//! Avro: values compared along both schemas, and what readers make of bytes that take annotations for comments.

use serde_json::Value as Json;

use super::scalars::same_scalar;
use crate::schema::avro::{Linked, LinkedKind as Kind, TypeIndex, link};
use crate::schema::{Format, Mode, Schema};
use crate::value::{Value, ValueRef, View};

/// The same schema without logical types, as the specification has readers take those that they do not know.
pub(super) fn without_annotations(schema: &Schema) -> Option<Schema> {
    fn strip(json: &mut Json) {
        match json {
            Json::Array(items) => items.iter_mut().for_each(strip),
            Json::Object(members) => {
                if members.get("logicalType").is_some_and(Json::is_string) {
                    members.remove("logicalType");
                }
                members.values_mut().for_each(strip);
            }
            _ => {}
        }
    }
    let mut json: Json = serde_json::from_str(schema.text()).ok()?;
    strip(&mut json);
    Schema::parse(Format::Avro, &json.to_string(), schema.references().to_vec(), Mode::Lenient).ok()
}

/// Both schemas.
#[derive(Debug)]
pub(super) struct Comparison {
    writer: Linked,
    reader: Linked,
}

impl Comparison {
    pub(super) fn of(writer: &Schema, reader: &Schema) -> Option<Self> {
        Some(Self { writer: link(writer).ok()?, reader: link(reader).ok()? })
    }

    /// Whether the reader's value says what the writer's does, as far as the reader looks.
    pub(super) fn is_same(&self, written: &Value<'_>, read: &Value<'_>) -> bool {
        self.same((self.writer.root, written.root()), (self.reader.root, read.root()))
    }

    /// Values are as deep as a decoder lets them be.
    fn same(&self, written: (TypeIndex, ValueRef<'_>), read: (TypeIndex, ValueRef<'_>)) -> bool {
        let (w, r) = (self.writer.get(written.0), self.reader.get(read.0));
        let branch = |kind: &Kind, value: ValueRef<'_>| match kind {
            Kind::Union(branches) => branches.get(value.branch().unwrap_or_default() as usize).copied(),
            _ => None,
        };
        if let Some(inner) = branch(&w.kind, written.1) {
            return self.same((inner, written.1), read);
        }
        if let Some(inner) = branch(&r.kind, read.1) {
            return self.same(written, (inner, read.1));
        }
        match (&w.kind, &r.kind, written.1.view(), read.1.view()) {
            (Kind::Array(w), Kind::Array(r), View::Array(written), View::Array(read)) => {
                written.len() == read.len()
                    && written.zip(read).all(|(written, read)| self.same((*w, written), (*r, read)))
            }
            (Kind::Map(w), Kind::Map(r), View::Map(written), View::Map(read)) => {
                written.len() == read.len()
                    && written.zip(read).all(|((key, written), (other, read))| {
                        key == other && self.same((*w, written), (*r, read))
                    })
            }
            (Kind::Record(from, from_types), Kind::Record(to, to_types), ..) => {
                let place = |name: &String| from.fields.iter().position(|it| it.name == *name);
                to.fields.iter().zip(to_types).all(|(field, r)| {
                    let found = place(&field.name).or_else(|| field.aliases.iter().find_map(place));
                    // What the writer does not have is the reader's default.
                    let Some(at) = found else { return true };
                    let Some((name, w)) = from.fields.get(at).zip(from_types.get(at)) else { return false };
                    let values = written.1.field(&name.name).zip(read.1.field(&field.name));
                    values.is_some_and(|(written, read)| self.same((*w, written), (*r, read)))
                })
            }
            (Kind::Enum(_), Kind::Enum(to), View::Symbol { name, .. }, View::Symbol { name: read, .. }) => {
                // What the reader does not know reads as its default, as it says.
                name == read
                    || (to.default.as_deref() == Some(read) && !to.symbols.iter().any(|it| it == name))
            }
            // Annotated on one side: the number stands as it is, and means what that side says.
            _ if w.logical.is_some() != r.logical.is_some() => true,
            _ => same_scalar(written.1, read.1),
        }
    }
}
