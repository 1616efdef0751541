//! Json schemas.

use super::{Format, Mode, Reference, Schema, SchemaError};

/// A parsed Json schema.
#[derive(Debug, Clone)]
pub struct Model {}

impl Model {
    /// The title of the outermost schema.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        None
    }
}

/// Parses a Json schema.
///
/// # Errors
/// Text that is not one.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let _ = (text, references, mode);
    Err(SchemaError::unsupported(Format::Json))
}

/// The canonical text.
#[must_use]
pub fn canonical(model: &Model) -> String {
    let _ = model;
    String::new()
}
