//! Bytes as people write them: raw, hex, base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;

/// How bytes are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Encoding {
    /// As they are: one message, all of the input or output
    Raw,
    /// Hexadecimal, a message a line
    Hex,
    /// Base64, a message a line
    Base64,
}

impl Encoding {
    /// One message as a line of text; `None` for [`Encoding::Raw`], which has no lines.
    pub(super) fn line(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Raw => None,
            Self::Hex => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
            Self::Base64 => Some(STANDARD.encode(bytes)),
        }
    }
}

/// Hex digits, spaces, colons and a leading `0x` between them allowed; `None` for anything else.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b':').collect();
    if digits.is_empty() || digits.len() % 2 == 1 {
        return None;
    }
    let nibble = |byte: &u8| (*byte as char).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some((nibble(high)? << 4 | nibble(low)?) as u8),
            _ => None,
        })
        .collect()
}

/// Base64 of the standard alphabet; `None` for anything else.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Encoding, from_base64, from_hex};

    #[test]
    fn text_reads_back_as_bytes() {
        let bytes = [0, 0x1f, 0xff];
        assert_eq!(Encoding::Hex.line(&bytes).as_deref(), Some("001fff"));
        assert_eq!(from_hex("0x00 1f:FF"), Some(bytes.to_vec()));
        assert_eq!(Encoding::Base64.line(&bytes).and_then(|text| from_base64(&text)), Some(bytes.to_vec()));
        assert_eq!((from_hex("0g"), from_hex("abc"), from_hex("")), (None, None, None));
    }
}
