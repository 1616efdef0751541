//! UUIDs, RFC 9562.

use std::fmt;
use std::str::FromStr;

use super::wire::{Bytes16, Logical, through_serde};
use super::{LogicalError, token};

/// A UUID, RFC 9562: its sixteen bytes in network order. As text it is written in lower case and read in any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Where the dashes stand in the text (RFC 9562, section 4).
    const DASHES: [usize; 4] = [8, 13, 18, 23];
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Uuid {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        read(text).ok_or_else(|| LogicalError::text("UUID", text, <Self as Logical>::EXPECTED))
    }
}

fn read(text: &str) -> Option<Uuid> {
    let mut bytes = [0; 16];
    let mut digits = 0;
    if text.len() != 36 {
        return None;
    }
    for (place, character) in text.bytes().enumerate() {
        if Uuid::DASHES.contains(&place) {
            if character != b'-' {
                return None;
            }
            continue;
        }
        let digit = char::from(character).to_digit(16)? as u8;
        let byte: &mut u8 = bytes.get_mut(digits / 2)?;
        *byte = *byte << 4 | digit;
        digits += 1;
    }
    Some(Uuid(bytes))
}

impl Logical for Uuid {
    const TOKEN: &'static str = token::UUID;
    const EXPECTED: &'static str = "a UUID as 89791762-2336-4186-9674-299b90a802e2";
    type Inner = Bytes16;

    fn inner(&self) -> Bytes16 {
        Bytes16(self.0)
    }

    fn from_inner(inner: Bytes16) -> Result<Self, LogicalError> {
        Ok(Self(inner.0))
    }
}

through_serde!(Uuid);
