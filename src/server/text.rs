//! A schema's text in the form that was asked for.

use super::failure::Failure;
#[cfg(any(feature = "avro", feature = "protobuf"))]
use crate::schema::Model;
use crate::schema::Schema;

/// The text, by Confluent's parameter `format`:
///
/// | format | of | gives |
/// |---|---|---|
/// | absent or empty | all | the text as it is stored |
/// | `resolved` | Avro | with the types of references in their places |
/// | `serialized` | Protobuf | the `FileDescriptorProto` in base64 |
///
/// A form of another format, and one that nobody has, give the text as it is stored: clients ask before they know the format,
/// and for forms of later servers.
pub(super) fn shown(schema: &Schema, format: Option<&str>) -> Result<String, Failure> {
    match (format.unwrap_or_default(), schema.model()) {
        #[cfg(feature = "avro")]
        ("resolved", Model::Avro(model)) => Ok(crate::schema::avro::resolved(model, schema.references())),
        #[cfg(feature = "protobuf")]
        ("serialized", Model::Protobuf(_)) => {
            let unreadable = |error: crate::schema::SchemaError| {
                Failure::new(422, format!("the schema has no descriptor: {error}"))
            };
            crate::schema::protobuf::serialized(schema).map_err(unreadable)
        }
        _ => Ok(schema.text().to_owned()),
    }
}
