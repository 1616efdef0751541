//! A [`Value`] as plain JSON, and back.

use super::{Value, ValueRef};
use std::fmt;

/// Shows a value as plain JSON through serde: records and maps as objects, bytes as base64, logical values as text.
#[derive(Debug, Clone, Copy)]
pub struct AsJson<'v>(pub ValueRef<'v>);

/// A text that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("not JSON")]
pub struct JsonValueError(#[from] serde_json::Error);

/// Reads JSON text into a value.
///
/// # Errors
/// Text that is not JSON, or nested deeper than 128 levels.
pub fn from_json(text: &str) -> Result<Value<'static>, JsonValueError> {
    let _ = text;
    Err(JsonValueError(serde::ser::Error::custom("unwritten")))
}

impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        Ok(())
    }
}
