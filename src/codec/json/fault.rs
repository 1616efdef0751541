//! What `serde_json` says is wrong, as errors of ours: kind, byte and path instead of line and column.

use serde_json::error::Category;

use super::{exact, scan};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};

/// A payload that could not be read.
pub(super) fn decode(error: &serde_json::Error, payload: &[u8]) -> DecodeError {
    let message = message(error);
    let kind = match error.classify() {
        Category::Eof => DecodeErrorKind::Truncated,
        Category::Syntax | Category::Io if message.starts_with("recursion limit") => DecodeErrorKind::Limit,
        Category::Syntax | Category::Io if message.starts_with("trailing characters") => {
            DecodeErrorKind::TrailingBytes
        }
        Category::Syntax | Category::Io => DecodeErrorKind::Malformed,
        Category::Data if SERDE_SAYS.iter().any(|start| message.starts_with(start)) => DecodeErrorKind::Type,
        Category::Data => DecodeErrorKind::Custom,
    };
    let fault = DecodeError::new(kind, message);
    // An error that a type's own `Deserialize` brought along has no place.
    if error.line() == 0 {
        return fault;
    }
    let offset = if kind == DecodeErrorKind::Truncated { payload.len() } else { offset(error, payload) };
    let path = scan::path_at(payload, offset);
    DecodeError { path, ..fault }.at(offset)
}

/// A value that could not be written.
pub(super) fn encode(error: &serde_json::Error) -> EncodeError {
    let message = message(error);
    let kind = match message.as_str() {
        "key must be a string" => EncodeErrorKind::Type,
        "float key must be finite (got NaN or +/-inf)" => EncodeErrorKind::Value,
        other if other.starts_with(exact::NOT_FINITE) => EncodeErrorKind::Value,
        _ => EncodeErrorKind::Custom,
    };
    EncodeError::new(kind, message)
}

/// How serde's own sentences begin; any other sentence is a type's own.
const SERDE_SAYS: [&str; 7] = [
    "invalid type",
    "invalid value",
    "invalid length",
    "missing field",
    "unknown field",
    "unknown variant",
    "duplicate field",
];

/// The sentence without the place, which we tell in bytes.
fn message(error: &serde_json::Error) -> String {
    let mut message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    if let Some(stripped) = message.strip_suffix(&place) {
        message.truncate(stripped.len());
    }
    message
}

/// The byte that line and column mean. Columns count bytes, from 1; column 0 is the end of the line before.
fn offset(error: &serde_json::Error, payload: &[u8]) -> usize {
    let newlines = payload.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(index, _)| index + 1);
    let line_start = std::iter::once(0).chain(newlines).nth(error.line() - 1).unwrap_or(payload.len());
    (line_start + error.column()).saturating_sub(1).min(payload.len())
}
