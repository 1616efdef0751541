//! The drafts of JSON Schema, and how a document says which one it follows.

use std::fmt;

/// A draft of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Draft {
    /// [Draft 4](https://json-schema.org/specification-links#draft-4).
    Draft4,
    /// [Draft 6](https://json-schema.org/specification-links#draft-6).
    Draft6,
    /// [Draft 7](https://json-schema.org/specification-links#draft-7): what a document follows that names none, or one that is not known.
    #[default]
    Draft7,
    /// [2019-09](https://json-schema.org/specification-links#draft-2019-09-(formerly-known-as-draft-8)).
    Draft201909,
    /// [2020-12](https://json-schema.org/specification-links#2020-12).
    Draft202012,
}

impl Draft {
    /// The draft that a `$schema` names: with `http` or `https`, with or without a `#` at its end.
    /// `http://json-schema.org/schema` is draft 4, as Confluent's registry has it.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
        let rest = rest.strip_prefix("json-schema.org/")?;
        Some(match rest.strip_suffix('#').unwrap_or(rest) {
            "draft-04/schema" | "schema" => Self::Draft4,
            "draft-06/schema" => Self::Draft6,
            "draft-07/schema" => Self::Draft7,
            "draft/2019-09/schema" => Self::Draft201909,
            "draft/2020-12/schema" => Self::Draft202012,
            _ => return None,
        })
    }

    /// The `$schema` that names it.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Draft4 => "http://json-schema.org/draft-04/schema#",
            Self::Draft6 => "http://json-schema.org/draft-06/schema#",
            Self::Draft7 => "http://json-schema.org/draft-07/schema#",
            Self::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
            Self::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The keyword that gives a schema its URI.
    #[must_use]
    pub const fn id_keyword(self) -> &'static str {
        match self {
            Self::Draft4 => "id",
            _ => "$id",
        }
    }

    /// Whether a `$ref` hides all keywords beside it.
    #[must_use]
    pub fn reference_stands_alone(self) -> bool {
        self <= Self::Draft7
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft4 => "draft-04",
            Self::Draft6 => "draft-06",
            Self::Draft7 => "draft-07",
            Self::Draft201909 => "2019-09",
            Self::Draft202012 => "2020-12",
        })
    }
}
