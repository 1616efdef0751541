//! The descriptor of a schema, as clients ask for it that read no `.proto` text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;

use super::link;
use crate::schema::{Schema, SchemaError};

/// The file's name in the descriptor, as Confluent's registry gives it to every schema.
const FILE_NAME: &str = "default";

/// The linked file as a `FileDescriptorProto` in base64, every type by its full name. Confluent's `format=serialized`.
///
/// Messages, enums, fields, oneofs and extensions are in it; services, places in the text, and options that do not matter to the
/// bytes, are not.
///
/// # Errors
/// A schema that is not Protobuf, or does not link.
pub fn serialized(schema: &Schema) -> Result<String, SchemaError> {
    let mut file = link(schema)?.file_descriptor_proto().clone();
    file.name = Some(FILE_NAME.to_owned());
    file.source_code_info = None;
    Ok(STANDARD.encode(file.encode_to_vec()))
}
