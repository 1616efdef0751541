//! Reading: from a parsed schema to a [`Graph`] with the forms in which the format's codec shows its values.

#[cfg(feature = "avro")]
mod avro;
#[cfg(feature = "bincode")]
mod bincode;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "protobuf")]
mod protobuf;

use super::ConvertError;
use super::graph::Graph;
use super::report::{Entry, Place, Verdict};
use crate::schema::{Format, Model, Schema, SchemaError, SchemaErrorKind};

/// A schema as it was read.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) graph: Graph,
    /// What of the schema has no place in a graph.
    pub(super) entries: Vec<Entry>,
}

impl Read {
    /// Notes a part of the schema that no value shows and that goes no further.
    fn drop(&mut self, place: Place, rule: &str, source: impl Into<String>, why: impl Into<String>) {
        self.note(place, Verdict::Dropped, rule, source, why);
    }

    fn note(
        &mut self,
        place: Place,
        verdict: Verdict,
        rule: &str,
        source: impl Into<String>,
        why: impl Into<String>,
    ) {
        self.entries.push(Entry {
            place,
            verdict,
            rule: rule.to_owned(),
            source: source.into(),
            target: String::new(),
            why: why.into(),
        });
    }
}

/// Reads a schema; `message` names the Protobuf message to start from.
pub(super) fn read(schema: &Schema, message: Option<&str>) -> Result<Read, ConvertError> {
    if message.is_some() && schema.format() != Format::Protobuf {
        let sentence = format!("a schema in {} has no messages to choose from", schema.format());
        return Err(SchemaError::new(schema.format(), SchemaErrorKind::Mismatch, sentence).into());
    }
    match schema.model() {
        #[cfg(feature = "avro")]
        Model::Avro(_) => Ok(avro::read(schema)?),
        #[cfg(feature = "protobuf")]
        Model::Protobuf(model) => Ok(protobuf::read(schema, model, message)?),
        #[cfg(feature = "json")]
        Model::Json(model) => Ok(json::read(schema, model)),
        #[cfg(feature = "bincode")]
        Model::Bincode(model) => Ok(bincode::read(schema, model)),
        _ => Err(SchemaError::unsupported(schema.format()).into()),
    }
}
