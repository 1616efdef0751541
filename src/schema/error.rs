//! Why a text is not a schema, and where.

use std::fmt;

use super::{Format, Position, Span};
use crate::class::Class;

/// A text that is not a valid schema: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// The format it was read as.
    pub format: Format,
    /// What kind of trouble it is.
    pub kind: SchemaErrorKind,
    /// What is wrong and what was expected, in a sentence without a place.
    pub message: String,
    /// Where in the text it is.
    pub position: Option<Position>,
    /// Where in the document it is, as a JSON pointer (RFC 6901); empty for the root, absent for formats that are not JSON.
    pub pointer: Option<String>,
}

/// The kinds of trouble with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaErrorKind {
    /// The text does not follow the grammar (of JSON, of `.proto`).
    Syntax,
    /// The text is well formed, but no schema.
    Invalid,
    /// It refers to a schema that was not given.
    UnknownReference,
    /// It is larger or deeper than allowed.
    TooLarge,
    /// The format is not built in, or its feature is off.
    Unsupported,
    /// The schemas cannot be bound: reader and writer do not fit, or the named message is not there.
    Mismatch,
}

impl SchemaError {
    /// An error at a stretch of the text.
    #[must_use]
    pub fn at(
        format: Format,
        kind: SchemaErrorKind,
        message: impl Into<String>,
        text: &str,
        span: Span,
    ) -> Self {
        let position = Some(span.position(text));
        Self { format, kind, message: message.into(), position, pointer: None }
    }

    /// An error without a place.
    #[must_use]
    pub fn new(format: Format, kind: SchemaErrorKind, message: impl Into<String>) -> Self {
        Self { format, kind, message: message.into(), position: None, pointer: None }
    }

    /// The same error with the JSON pointer of its place.
    #[must_use]
    pub fn with_pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    pub(crate) fn unsupported(format: Format) -> Self {
        let message = match format {
            Format::Custom(name) => format!("`{name}` is a custom format: its own codec has to parse it"),
            other => format!(
                "this build has no {other}: turn on the feature `{}` of schemawire",
                other.as_str().to_ascii_lowercase()
            ),
        };
        Self::new(format, SchemaErrorKind::Unsupported, message)
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind {
            SchemaErrorKind::Unsupported => Class::Config,
            _ => Class::BadData,
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} schema", self.format)?;
        if let Some(position) = self.position {
            write!(f, ", line {}, column {}", position.line, position.column)?;
        }
        match self.pointer.as_deref() {
            None => {}
            Some("") => f.write_str(", at the root")?,
            Some(pointer) => write!(f, ", at {pointer}")?,
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for SchemaError {}
