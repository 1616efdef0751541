//! How much of the past and the future a schema has to fit.

use std::fmt;
use std::str::FromStr;

use crate::ids::InvalidName;

/// A compatibility level, as in Confluent Schema Registry. BACKWARD: the new schema reads what the old one wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Level {
    /// Nothing is checked.
    None,
    /// New reads the latest version.
    #[default]
    Backward,
    /// New reads every version.
    BackwardTransitive,
    /// The latest version reads new.
    Forward,
    /// Every version reads new.
    ForwardTransitive,
    /// Both ways with the latest version.
    Full,
    /// Both ways with every version.
    FullTransitive,
}

impl Level {
    /// All levels with their names.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::None, "NONE"),
        (Self::Backward, "BACKWARD"),
        (Self::BackwardTransitive, "BACKWARD_TRANSITIVE"),
        (Self::Forward, "FORWARD"),
        (Self::ForwardTransitive, "FORWARD_TRANSITIVE"),
        (Self::Full, "FULL"),
        (Self::FullTransitive, "FULL_TRANSITIVE"),
    ];

    /// The name as registries write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(level, _)| *level == self).map_or("NONE", |(_, name)| name)
    }

    /// Whether every version counts, not only the latest.
    #[must_use]
    pub const fn is_transitive(self) -> bool {
        matches!(self, Self::BackwardTransitive | Self::ForwardTransitive | Self::FullTransitive)
    }

    /// Whether the new schema has to read old data.
    #[must_use]
    pub const fn is_backward(self) -> bool {
        matches!(self, Self::Backward | Self::BackwardTransitive | Self::Full | Self::FullTransitive)
    }

    /// Whether old schemas have to read new data.
    #[must_use]
    pub const fn is_forward(self) -> bool {
        matches!(self, Self::Forward | Self::ForwardTransitive | Self::Full | Self::FullTransitive)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In any case, with `-` or `_`.
impl FromStr for Level {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name = text.replace('-', "_").to_ascii_uppercase();
        Self::ALL.iter().find(|(_, it)| *it == name).map(|(level, _)| *level).ok_or_else(|| InvalidName {
            what: "compatibility level",
            text: text.into(),
            expected: "NONE, BACKWARD, FORWARD or FULL, the last three also with _TRANSITIVE",
        })
    }
}

/// Confluent's `compatibilityPolicy`; only JSON Schema heeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// The rules as they were before there were policies.
    #[default]
    Strict,
    /// Open content models may gain optional properties.
    Lenient,
}

/// In any case. `LOGICAL` is refused: it asks for checks of table formats that are not made here.
impl FromStr for Policy {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.to_ascii_uppercase().as_str() {
            "STRICT" => Ok(Self::Strict),
            "LENIENT" => Ok(Self::Lenient),
            _ => Err(InvalidName {
                what: "compatibility policy",
                text: text.into(),
                expected: "STRICT or LENIENT; LOGICAL asks for checks of table formats (Flink, Iceberg) that are not made here, so it is refused",
            }),
        }
    }
}

/// Whose answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// What Confluent Schema Registry answers.
    #[default]
    Confluent,
    /// Whether the reader reads what the writer wrote, with the same meaning.
    Wire,
}

impl Profile {
    /// `confluent` or `wire`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confluent => "confluent",
            Self::Wire => "wire",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In any case.
impl FromStr for Profile {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let known = [Self::Confluent, Self::Wire];
        known.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| InvalidName {
            what: "profile",
            text: text.into(),
            expected: "confluent or wire",
        })
    }
}
