//! Why a value is not written, or a payload not read: the kind, the place, the sentence.

use std::fmt;

use crate::class::Class;

/// A value that cannot be written with its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    /// What kind of trouble it is.
    pub kind: EncodeErrorKind,
    /// What is wrong, in a sentence without a place.
    pub message: String,
    /// The path to the field, as `place.tags[3]`; empty for the value itself.
    pub path: String,
}

/// The kinds of trouble with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// The value's type is not the schema's.
    Type,
    /// The type fits, the value does not: out of range, an unknown symbol, another scale.
    Value,
    /// A field that the schema asks for is not there.
    MissingField,
    /// A field that the schema does not have.
    UnknownField,
    /// A limit was exceeded.
    Limit,
    /// The value's own `Serialize` gave up.
    Custom,
}

/// A payload that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What kind of trouble it is.
    pub kind: DecodeErrorKind,
    /// What is wrong, in a sentence without a place.
    pub message: String,
    /// The byte of the payload at which it was found, where the format tells.
    pub offset: Option<usize>,
    /// The path to the field, as `place.tags[3]`; empty for the value itself.
    pub path: String,
}

/// The kinds of trouble with a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The payload ends before the value does.
    Truncated,
    /// Bytes are left over behind the value.
    TrailingBytes,
    /// Bytes that no value is written as: a bad varint, invalid UTF-8, an index out of range.
    Malformed,
    /// The writer's value has no counterpart in the reader's schema (an enum symbol, a union branch).
    Unresolvable,
    /// The value does not satisfy its schema (JSON Schema validation).
    Invalid,
    /// The Rust type does not fit the reader's schema.
    Type,
    /// A limit was exceeded: see [`crate::limits::Limits`].
    Limit,
    /// The type's own `Deserialize` gave up.
    Custom,
}

impl EncodeError {
    /// An error at the value itself; containers put their place before it with [`EncodeError::inside`].
    #[must_use]
    pub fn new(kind: EncodeErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), path: String::new() }
    }

    /// The same error, seen from the container: `name` is a field's name or `[index]`.
    #[must_use]
    pub fn inside(mut self, name: &str) -> Self {
        prepend(&mut self.path, name);
        self
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::BadData
    }
}

impl DecodeError {
    /// An error without a place; containers put their place before it with [`DecodeError::inside`].
    #[must_use]
    pub fn new(kind: DecodeErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), offset: None, path: String::new() }
    }

    /// The same error with the byte at which it was found.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.offset.get_or_insert(offset);
        self
    }

    /// The same error, seen from the container: `name` is a field's name or `[index]`.
    #[must_use]
    pub fn inside(mut self, name: &str) -> Self {
        prepend(&mut self.path, name);
        self
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::BadData
    }
}

fn prepend(path: &mut String, name: &str) {
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    *path = format!("{name}{dot}{path}");
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot encode")?;
        if !self.path.is_empty() {
            write!(f, " `{}`", self.path)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot decode")?;
        if !self.path.is_empty() {
            write!(f, " `{}`", self.path)?;
        }
        if let Some(offset) = self.offset {
            write!(f, ", at byte {offset} of the payload")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for EncodeError {}
impl std::error::Error for DecodeError {}

/// What serde calls when a type's own `Serialize` gives up.
impl serde::ser::Error for EncodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(EncodeErrorKind::Custom, message.to_string())
    }
}

/// What serde calls when a type's own `Deserialize` gives up.
impl serde::de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(DecodeErrorKind::Custom, message.to_string())
    }
}
