//! Text to model.

use super::Model;
use crate::schema::{Format, Mode, Reference, Schema, SchemaError};

/// Parses an Avro schema. Names that are not declared in the text must be declared in one of the references.
///
/// # Errors
/// Text that is not JSON or not an Avro schema; an unknown name; in strict mode a bad name or default.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let _ = (text, references, mode);
    Err(SchemaError::unsupported(Format::Avro))
}
