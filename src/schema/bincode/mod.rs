//! Bincode schemas.

use super::{Format, Mode, Reference, Schema, SchemaError};

/// A parsed Bincode schema.
#[derive(Debug, Clone)]
pub struct Model {}

impl Model {
    /// The name of the outermost type.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        None
    }
}

/// Parses a Bincode schema.
///
/// # Errors
/// Text that is not one.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let _ = (text, references, mode);
    Err(SchemaError::unsupported(Format::Bincode))
}

/// The canonical text.
#[must_use]
pub fn canonical(model: &Model) -> String {
    let _ = model;
    String::new()
}
