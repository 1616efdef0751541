//! What the records of these tests hold: a key, and where the record stands among those of its key.

use std::fmt;
use std::str::FromStr;

/// A record by its key and its place behind the others of that key, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Number {
    pub(super) key: u32,
    pub(super) sequence: u64,
}

impl Number {
    /// The key's bytes.
    pub(super) fn key_bytes(self) -> Vec<u8> {
        format!("key-{}", self.key).into_bytes()
    }

    /// The value: the number, and as much behind it as makes a record of about 200 bytes.
    pub(super) fn text(self) -> String {
        format!("{self} {:.>150}", "")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.sequence)
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(' ');
        let mut word = || words.next().and_then(|it| it.parse().ok());
        match (word(), word()) {
            (Some(key), Some(sequence)) => Ok(Self { key: key as u32, sequence }),
            _ => Err(format!("`{text}` is no number of these tests")),
        }
    }
}
