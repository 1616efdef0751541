//! Errors on their way up: one pointer wide, so that results stay small in the inner loops.

use std::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};

/// A [`DecodeError`] on its way up.
#[derive(Debug)]
pub(super) struct Fault(Box<DecodeError>);

/// An [`EncodeError`] on its way up.
#[derive(Debug)]
pub(super) struct Refusal(Box<EncodeError>);

impl Fault {
    #[cold]
    pub(super) fn new(kind: DecodeErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(DecodeError::new(kind, message)))
    }

    /// The same error with the byte at which it was found, unless it has one.
    #[cold]
    pub(super) fn at(self, offset: usize) -> Self {
        Self(Box::new(self.0.at(offset)))
    }

    /// The same error, seen from the container.
    #[cold]
    pub(super) fn inside(self, name: &str) -> Self {
        Self(Box::new(self.0.inside(name)))
    }

    /// The same error, seen from the array.
    #[cold]
    pub(super) fn inside_item(self, index: usize) -> Self {
        self.inside(&format!("[{index}]"))
    }

    /// The same error, seen from the map; keys that are no plain names are quoted.
    #[cold]
    pub(super) fn inside_entry(self, key: &str) -> Self {
        self.inside(&entry(key))
    }
}

impl Refusal {
    #[cold]
    pub(super) fn new(kind: EncodeErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(EncodeError::new(kind, message)))
    }

    /// The same error, seen from the container.
    #[cold]
    pub(super) fn inside(self, name: &str) -> Self {
        Self(Box::new(self.0.inside(name)))
    }

    /// The same error, seen from the array.
    #[cold]
    pub(super) fn inside_item(self, index: usize) -> Self {
        self.inside(&format!("[{index}]"))
    }

    /// The same error, seen from the map; keys that are no plain names are quoted.
    #[cold]
    pub(super) fn inside_entry(self, key: &str) -> Self {
        self.inside(&entry(key))
    }

    /// Whether another branch of a union may still take the value: not after a limit.
    pub(super) fn is_limit(&self) -> bool {
        self.0.kind == EncodeErrorKind::Limit
    }
}

/// A map's key as a step of a path.
fn entry(key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { key.to_owned() } else { format!("[{key:?}]") }
}

impl From<Fault> for DecodeError {
    fn from(fault: Fault) -> Self {
        *fault.0
    }
}

impl From<Refusal> for EncodeError {
    fn from(refusal: Refusal) -> Self {
        *refusal.0
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Fault {}
impl std::error::Error for Refusal {}

/// What serde's types call when a value is not what they expect: a matter of the Rust type, except for `custom`.
impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(DecodeErrorKind::Custom, message.to_string())
    }

    fn invalid_type(unexpected: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        let message = format!("the schema gives {unexpected}, the Rust type expects {expected}");
        Self::new(DecodeErrorKind::Type, message)
    }

    fn invalid_value(unexpected: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            DecodeErrorKind::Type,
            format!("{unexpected} does not fit the Rust type, which expects {expected}"),
        )
    }

    fn invalid_length(length: usize, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            DecodeErrorKind::Type,
            format!("a length of {length} does not fit the Rust type, which expects {expected}"),
        )
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("the Rust enum has no variant `{variant}`; it has {}", list(expected));
        Self::new(DecodeErrorKind::Type, message)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("the Rust struct denies the field `{field}`; it has {}", list(expected));
        Self::new(DecodeErrorKind::Type, message)
    }

    fn missing_field(field: &'static str) -> Self {
        let message =
            format!("the Rust struct needs a field `{field}`, which the reader's schema does not have");
        Self::new(DecodeErrorKind::Type, message)
    }
}

/// What serde's types call when they give up.
impl serde::ser::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(EncodeErrorKind::Custom, message.to_string())
    }
}

/// Names, quoted, with commas between them.
pub(super) fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
