//! What in a schema has tags: `findTags` of the routes that show one schema, and the changes that a registration asks for.
//!
//! | format | tags stand in | the way to it |
//! |---|---|---|
//! | Avro | `confluent:tags` of records and fields | `shop.Order`, `shop.Order.id` |
//! | JSON Schema | `confluent:tags` of objects and properties | `object`, `object.id`, `object.lines.array.object.article` |
//! | Protobuf | `(confluent.message_meta)` and `(confluent.field_meta)`, their `tags` | `Order`, `Order.id`, without the package |
//!
//! References within a JSON Schema are followed, but not into themselves, 64 from one to the next, and 10,000 steps at most.
//! The tags of `metadata` are not looked at: they are in it, by their paths. What a schema refers to has tags of its own.

mod change;
mod json;
mod places;
#[cfg(feature = "protobuf")]
mod protobuf;

pub(super) use change::{Changes, Missing};

use std::borrow::Cow;

use super::request::Call;
use crate::registry::api::{SchemaEntityBody, SchemaTagsBody};
use crate::schema::{Model, Schema};

/// What has one of the tags that `findTags` names, which may be there several times; `*` is any tag. `None` where it is not there.
pub(super) fn asked_for(schema: &Schema, call: &Call<'_>) -> Option<Vec<SchemaTagsBody>> {
    let wanted: Vec<Cow<'_, str>> = call.all("findTags").filter(|tag| !tag.is_empty()).collect();
    if wanted.is_empty() {
        return None;
    }
    let is_wanted = |tag: &String| wanted.iter().any(|it| it == "*" || it == tag);
    let mut found = all(schema);
    found.retain(|it| it.tags.iter().any(is_wanted));
    Some(found)
}

/// Everything that has tags: what contains something before it, properties of JSON Schema by their names.
#[derive(Debug, Default)]
struct Tagged(Vec<SchemaTagsBody>);

impl Tagged {
    fn record(&mut self, path: &str, tags: Vec<String>) {
        self.add(path, "sr_record", tags);
    }

    fn field(&mut self, path: &str, tags: Vec<String>) {
        self.add(path, "sr_field", tags);
    }

    fn add(&mut self, path: &str, kind: &str, tags: Vec<String>) {
        if !tags.is_empty() {
            let schema_entity =
                SchemaEntityBody { entity_path: path.to_owned(), entity_type: kind.to_owned() };
            self.0.push(SchemaTagsBody { schema_entity, tags });
        }
    }
}

/// Everything in a schema that has tags.
pub(super) fn all(schema: &Schema) -> Vec<SchemaTagsBody> {
    let mut tagged = Tagged::default();
    match schema.model() {
        #[cfg(feature = "avro")]
        Model::Avro(_) => json::of_avro(schema.text(), &mut tagged),
        Model::Json(_) => json::of_json(schema.text(), &mut tagged),
        #[cfg(feature = "protobuf")]
        Model::Protobuf(model) => protobuf::of_protobuf(model, &mut tagged),
        _ => {}
    }
    tagged.0
}

/// `outer.inner`, or `inner` alone at the top.
fn within(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}.{inner}") }
}
