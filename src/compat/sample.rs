//! Values of a schema, made from the schema alone: what leads to a finding, and any by a seed.

use super::finding::Finding;
use crate::schema::Schema;
use crate::value::Value;

/// How many documents are tried for what a JSON Schema rejects: no way leads to them.
#[cfg(feature = "json")]
const DOCUMENTS: u64 = 200;

/// How many nodes a value may have: records within records can double at every level.
#[cfg(any(feature = "avro", feature = "bincode"))]
pub(super) const NODES: usize = 20_000;

/// Values that lead to the end of a trail: so many of them as tell something there, each by its number.
#[cfg(any(feature = "avro", feature = "bincode"))]
pub(super) fn along(
    trail: &super::Trail,
    telling: usize,
    value: impl FnMut(usize) -> Option<Value<'static>>,
) -> Vec<Value<'static>> {
    let count = if trail.end == super::End::Telling { telling } else { 1 };
    (0..count).filter_map(value).collect()
}

/// Any value that a schema may write, the same for the same seed; `message` is the full name of a Protobuf message.
/// `None` where every value is very large, for schemas that do not link, and for custom formats. Of JSON Schema it may be one that
/// does not fit after all.
#[must_use]
pub fn sample(schema: &Schema, message: Option<&str>, seed: u64) -> Option<Value<'static>> {
    let _ = (message, seed);
    match schema.format() {
        #[cfg(feature = "avro")]
        crate::schema::Format::Avro => {
            let linked = crate::schema::avro::link(schema).ok()?;
            super::avro::any(&linked, seed)
        }
        #[cfg(feature = "json")]
        crate::schema::Format::Json => {
            let documents = super::json::documents(schema, None, seed..seed.saturating_add(1));
            documents.first().and_then(|it| crate::value::from_json(&it.to_string()).ok())
        }
        #[cfg(feature = "protobuf")]
        crate::schema::Format::Protobuf => {
            let first = schema.full_name();
            super::protobuf::any(schema, message.or(first.as_deref())?, seed)
        }
        #[cfg(feature = "bincode")]
        crate::schema::Format::Bincode => match schema.model() {
            crate::schema::Model::Bincode(model) => super::bincode::any(model.linked(), seed),
            _ => None,
        },
        _ => None,
    }
}

/// Values of the writer's schema that are likely to show what a finding says, the likeliest first.
pub(crate) fn candidates(finding: &Finding, writer: &Schema, reader: &Schema) -> Vec<Value<'static>> {
    let Some(trail) = &finding.trail else { return Vec::new() };
    let _ = (trail, reader);
    match writer.format() {
        #[cfg(feature = "avro")]
        crate::schema::Format::Avro => match crate::schema::avro::link(writer) {
            Ok(linked) => super::avro::candidates(&linked, trail),
            Err(_) => Vec::new(),
        },
        #[cfg(feature = "json")]
        crate::schema::Format::Json => {
            // Documents of very large schemas are large themselves.
            let count = match writer.text().len() {
                0x0..=0xffff => DOCUMENTS,
                0x1_0000..=0xf_ffff => DOCUMENTS / 10,
                _ => DOCUMENTS / 40,
            };
            let documents = super::json::documents(writer, Some(reader), 0..count);
            documents.iter().filter_map(|it| crate::value::from_json(&it.to_string()).ok()).collect()
        }
        #[cfg(feature = "protobuf")]
        crate::schema::Format::Protobuf => super::protobuf::candidates(writer, trail),
        #[cfg(feature = "bincode")]
        crate::schema::Format::Bincode => match writer.model() {
            crate::schema::Model::Bincode(model) => super::bincode::candidates(model.linked(), trail),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
