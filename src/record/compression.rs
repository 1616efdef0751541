//! How the records of a batch are compressed on the wire and on disk.

use std::fmt;
use std::str::FromStr;

use crate::ids::InvalidName;

/// A compression, by the name that Kafka's `compression.type` has for it.
///
/// ```
/// use schemawire::record::Compression;
///
/// assert_eq!("zstd".parse(), Ok(Compression::Zstd));
/// assert_eq!(Compression::default().to_string(), "none");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// As they are.
    #[default]
    None,
    /// Deflate in gzip's frame: small, slow.
    Gzip,
    /// Google's: fast, less small.
    Snappy,
    /// LZ4 in its frame: fast.
    Lz4,
    /// Zstandard: small and fast.
    Zstd,
}

impl Compression {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The name, as configurations have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Compression {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let named = Self::ALL.into_iter().find(|it| it.name() == text);
        named.ok_or_else(|| InvalidName {
            what: "compression",
            text: text.into(),
            expected: "none, gzip, snappy, lz4 or zstd",
        })
    }
}
