//! What is checked before a text reaches the parser: its length and how deep its brackets nest.

use super::{Format, SchemaError, SchemaErrorKind, Span};

/// The most brackets that may be open at once. The language itself stops at 32 messages within each other.
const MAX_NESTING: usize = 64;

/// Refuses text in which more than [`MAX_NESTING`] brackets are open at once, outside of comments and strings.
pub(super) fn check_nesting(text: &str) -> Result<(), SchemaError> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'/' if rest.starts_with(b"//") => length_until(rest, b"\n"),
            b'/' if rest.starts_with(b"/*") => 2 + length_until(rest.get(2..).unwrap_or_default(), b"*/"),
            b'"' | b'\'' => string_length(rest),
            b'{' | b'[' | b'(' | b'<' => {
                depth += 1;
                if depth > MAX_NESTING {
                    let message = format!("more than {MAX_NESTING} brackets are open within each other");
                    let place = Span::new(at, at + 1);
                    return Err(SchemaError::at(
                        Format::Protobuf,
                        SchemaErrorKind::TooLarge,
                        message,
                        text,
                        place,
                    ));
                }
                1
            }
            b'}' | b']' | b')' | b'>' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
    }
    Ok(())
}

/// Bytes up to and including the first `end`, or all of them.
fn length_until(bytes: &[u8], end: &[u8]) -> usize {
    bytes.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |found| found + end.len())
}

/// Bytes of a string literal, quotes included; a literal ends at the end of its line at the latest.
fn string_length(bytes: &[u8]) -> usize {
    let quote = bytes.first();
    let mut escaped = false;
    for (index, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'\n' => return index,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if Some(byte) == quote => return index + 1,
            _ => {}
        }
    }
    bytes.len()
}
