//! The descriptor of a schema, as clients ask for it that read no `.proto` text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;

use super::link;
use crate::schema::{Schema, SchemaError};

/// The linked file as a `FileDescriptorProto` in base64, every type by its full name. Confluent's `format=serialized`.
///
/// Messages, enums, fields, oneofs and extensions are in it; services, and options that do not matter to the bytes, are not.
///
/// # Errors
/// A schema that is not Protobuf, or does not link.
pub fn serialized(schema: &Schema) -> Result<String, SchemaError> {
    Ok(STANDARD.encode(link(schema)?.file_descriptor_proto().encode_to_vec()))
}
