//! Other tags for a schema: the text again, with some put in and some taken out.
//!
//! What has the tags is named as `findTags` names it. Beyond that a record or field of Avro may be named without its namespace,
//! one of Protobuf with a dot before, and a definition of a JSON Schema by its own place, as `object.definitions.Line.object.at`.
//! Source: `modifySchemaTags` of Confluent's `AvroSchema`, `JsonSchema` and `ProtobufSchema`.

use std::collections::BTreeMap;

#[cfg(feature = "protobuf")]
use super::protobuf;
use super::{json, places};
use crate::registry::api::{SchemaEntityBody, SchemaTagsBody};
use crate::schema::json_text::Node;
#[cfg(feature = "avro")]
use crate::schema::json_text::{Dialect, Document};
use crate::schema::{Model, Schema};

/// Things that one request may change: each is looked for in the whole schema.
const MOST: usize = 1000;

/// What is to become of tags, by what has them.
#[derive(Debug, Default)]
pub(in super::super) struct Changes<'b> {
    of: BTreeMap<(&'b str, Kind), Change<'b>>,
}

/// What is to become of the tags of one thing.
#[derive(Debug, Default)]
pub(super) struct Change<'b> {
    add: Vec<&'b str>,
    remove: Vec<&'b str>,
}

/// What has tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Record,
    Field,
}

impl<'b> Changes<'b> {
    /// Tags to put in and tags to take out; the same tag in both is taken out.
    ///
    /// # Errors
    /// What is neither a record nor a field; more than can be looked for.
    pub(in super::super) fn new(
        add: Option<&'b Vec<SchemaTagsBody>>,
        remove: Option<&'b Vec<SchemaTagsBody>>,
    ) -> Result<Self, String> {
        let mut all = Self::default();
        for body in add.into_iter().flatten() {
            all.of(&body.schema_entity)?.add.extend(body.tags.iter().map(String::as_str));
        }
        for body in remove.into_iter().flatten() {
            all.of(&body.schema_entity)?.remove.extend(body.tags.iter().map(String::as_str));
        }
        if all.of.len() > MOST {
            return Err(format!(
                "tags of {} things are more than the {MOST} that one request may change",
                all.of.len()
            ));
        }
        Ok(all)
    }

    fn of(&mut self, entity: &'b SchemaEntityBody) -> Result<&mut Change<'b>, String> {
        let kind = match entity.entity_type.to_ascii_lowercase().as_str() {
            "sr_record" => Kind::Record,
            "sr_field" => Kind::Field,
            other => {
                return Err(format!(
                    "{} has tags as sr_record or sr_field, not as '{}'",
                    entity.entity_path.escape_debug(),
                    other.escape_debug()
                ));
            }
        };
        Ok(self.of.entry((entity.entity_path.as_str(), kind)).or_default())
    }

    /// Whether there are any.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The schema's text with these changes. `Missing` says what becomes of changes to what the schema does not have.
    ///
    /// # Errors
    /// What the schema does not have, unless that is passed over; a format without tags.
    pub(in super::super) fn text(&self, schema: &Schema, missing: Missing) -> Result<String, String> {
        let mut tree = Tree::of(schema)?;
        for ((path, kind), change) in &self.of {
            if !tree.change(path, *kind, change) && missing == Missing::Refused {
                return Err(format!("No matching path '{}' found in the schema", path.escape_debug()));
            }
        }
        Ok(tree.text())
    }
}

/// A schema in the form that is changed.
enum Tree {
    #[cfg(feature = "avro")]
    Avro(Node),
    Json(Node),
    #[cfg(feature = "protobuf")]
    Protobuf(Box<crate::schema::protobuf::Model>),
}

impl Tree {
    fn of(schema: &Schema) -> Result<Self, String> {
        match schema.model() {
            #[cfg(feature = "avro")]
            Model::Avro(_) => {
                // As Avro is parsed. What is registered has been read before.
                let dialect = Dialect { comments: true, duplicates: true };
                let document = Document::parse(schema.format(), schema.text(), dialect);
                document.map(|it| Self::Avro(it.root)).map_err(|error| error.to_string())
            }
            Model::Json(model) => Ok(Self::Json(model.root().clone())),
            #[cfg(feature = "protobuf")]
            Model::Protobuf(model) => Ok(Self::Protobuf(Box::new(model.clone()))),
            _ => Err(format!("a schema of {} has no tags", schema.format())),
        }
    }

    /// Changes the tags of one thing, where it is there.
    fn change(&mut self, path: &str, kind: Kind, change: &Change<'_>) -> bool {
        match self {
            #[cfg(feature = "avro")]
            Self::Avro(root) => places::of_avro(root, path, kind).is_some_and(|it| json::change(it, change)),
            Self::Json(root) => places::of_json(root, path, kind).is_some_and(|it| json::change(it, change)),
            #[cfg(feature = "protobuf")]
            Self::Protobuf(model) => protobuf::change(model.file_mut(), path, kind, change),
        }
    }

    fn text(&self) -> String {
        match self {
            #[cfg(feature = "avro")]
            Self::Avro(root) => root.to_text(),
            Self::Json(root) => root.to_text(),
            #[cfg(feature = "protobuf")]
            Self::Protobuf(model) => crate::schema::protobuf::canonical(model),
        }
    }
}

/// What becomes of tags for what a schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Missing {
    /// The change as a whole is refused.
    Refused,
    /// They are passed over: what was removed from a schema takes its tags with it.
    PassedOver,
}

impl Change<'_> {
    /// The tags that there are afterwards: those that were there first, none twice.
    pub(super) fn applied(&self, before: Vec<String>) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        let added = self.add.iter().map(|tag| (*tag).to_owned());
        for tag in before.into_iter().chain(added) {
            if !tags.contains(&tag) && !self.remove.contains(&tag.as_str()) {
                tags.push(tag);
            }
        }
        tags
    }
}
