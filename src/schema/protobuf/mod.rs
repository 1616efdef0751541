//! Protobuf schemas.

use super::{Format, Mode, Reference, Schema, SchemaError};

/// A parsed Protobuf schema.
#[derive(Debug, Clone)]
pub struct Model {}

impl Model {
    /// The full name of the first message.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        None
    }
}

/// Parses a Protobuf schema.
///
/// # Errors
/// Text that is not one.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let _ = (text, references, mode);
    Err(SchemaError::unsupported(Format::Protobuf))
}

/// The canonical text.
#[must_use]
pub fn canonical(model: &Model) -> String {
    let _ = model;
    String::new()
}
