//! The names that schemas go by: id, GUID, subject, version.

use std::fmt;
use std::str::FromStr;

/// A schema's number in one registry context, as Confluent's registry gives it: 1 and up, four bytes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub u32);

impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A schema's content as a UUID: the MD5 of its canonical text, references, metadata and rules. The same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub [u8; 16]);

impl fmt::Display for Guid {
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

impl FromStr for Guid {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let wrong = || InvalidName {
            what: "GUID",
            text: text.into(),
            expected: "32 hex digits, with or without dashes",
        };
        let digits = || text.chars().filter(|character| *character != '-');
        if digits().count() != 32 {
            return Err(wrong());
        }
        let mut guid = [0; 16];
        for (place, character) in digits().enumerate() {
            let digit = character.to_digit(16).ok_or_else(wrong)? as u8;
            if let Some(byte) = guid.get_mut(place / 2) {
                *byte = *byte << 4 | digit;
            }
        }
        Ok(Self(guid))
    }
}

/// What a framing carries to name the writer's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaKey {
    /// A number of one registry context.
    Id(SchemaId),
    /// A content address.
    Guid(Guid),
    /// The CRC-64-AVRO fingerprint of an Avro schema's Parsing Canonical Form.
    Fingerprint(u64),
}

impl fmt::Display for SchemaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "id {id}"),
            Self::Guid(guid) => write!(f, "GUID {guid}"),
            Self::Fingerprint(fingerprint) => write!(f, "fingerprint {fingerprint:016x}"),
        }
    }
}

/// A version of a subject: 1 and up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a message is a record's key or its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyOrValue {
    /// The record's key.
    Key,
    /// The record's value.
    Value,
}

impl KeyOrValue {
    /// `key` or `value`, the suffix of the topic name strategy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
        }
    }
}

/// A name, number or address that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid {what}: expected {expected}")]
pub struct InvalidName {
    /// What it should have been.
    pub what: &'static str,
    /// The text that was given.
    pub text: String,
    /// The shape that is accepted.
    pub expected: &'static str,
}
