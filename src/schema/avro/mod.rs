//! Avro schemas: model, parse, canonical texts, fingerprints ([Apache Avro 1.12 specification](https://avro.apache.org/docs/1.12.0/specification/)).

mod canonical;
mod fingerprint;
mod linked;
mod parse;

pub use canonical::{canonical, parsing_canonical_form};
pub use fingerprint::{md5, rabin, sha256};
pub use linked::{Linked, LinkedKind, LinkedType, TypeIndex, link};
pub use parse::parse;

use std::fmt;

use super::Span;

/// A parsed Avro schema, unlinked: a use of a named type is its name.
#[derive(Debug, Clone)]
pub struct Model {
    /// The outermost type.
    pub root: Type,
    /// The text it was parsed from.
    pub(crate) text: Box<str>,
}

impl Model {
    /// The outermost type's full name, where it has one.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        match &self.root.kind {
            Kind::Record(it) => Some(it.name.full()),
            Kind::Enum(it) => Some(it.name.full()),
            Kind::Fixed(it) => Some(it.name.full()),
            Kind::Named(name) => Some(name.full()),
            _ => None,
        }
    }
}

/// One type, where it stands, and what else was written there.
#[derive(Debug, Clone)]
pub struct Type {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the text.
    pub span: Span,
    /// What its values mean, where the annotation is valid for the kind; an invalid one is ignored, as the specification asks.
    pub logical: Option<Logical>,
    /// All members that the specification does not reserve for the kind, `logicalType` and its parameters included, in order.
    pub properties: Vec<(String, serde_json::Value)>,
}

/// What a type is.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the specification's own names")]
pub enum Kind {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
    Record(Record),
    Enum(Enum),
    Fixed(Fixed),
    /// A named type that is declared elsewhere: earlier in this text, or in a reference.
    Named(Name),
}

/// A full name: an optional namespace and a simple name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    full: Box<str>,
    /// Where the simple name starts.
    simple: usize,
}

impl Name {
    /// The name as written: one with dots is full; one without takes the namespace around it.
    #[must_use]
    pub fn new(name: &str, namespace: Option<&str>) -> Self {
        match (name.rfind('.'), namespace) {
            (Some(dot), _) => Self { full: name.into(), simple: dot + 1 },
            (None, Some(space)) if !space.is_empty() => {
                Self { full: format!("{space}.{name}").into(), simple: space.len() + 1 }
            }
            (None, _) => Self { full: name.into(), simple: 0 },
        }
    }

    /// `namespace.name`, or `name` alone.
    #[must_use]
    pub fn full(&self) -> &str {
        &self.full
    }

    /// The name without its namespace.
    #[must_use]
    pub fn simple(&self) -> &str {
        self.full.get(self.simple..).unwrap_or_default()
    }

    /// The namespace, without the last dot.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.full.get(..self.simple.saturating_sub(1)).filter(|it| !it.is_empty())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

/// A record type.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its full name.
    pub name: Name,
    /// Other full names that it reads.
    pub aliases: Vec<Name>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its fields, in the order of their bytes.
    pub fields: Vec<Field>,
    /// Whether it was written with `"type": "error"`.
    pub is_error: bool,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Other names that it reads.
    pub aliases: Vec<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its type.
    pub schema: Type,
    /// The value that a reader takes where the writer has no such field; bytes and fixed as text of code points 0 to 255.
    pub default: Option<serde_json::Value>,
    /// `ascending`, `descending` or `ignore`, where it was written.
    pub order: Option<String>,
    /// Where it stands in the text.
    pub span: Span,
    /// All other members, in order.
    pub properties: Vec<(String, serde_json::Value)>,
}

/// An enum type.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its full name.
    pub name: Name,
    /// Other full names that it reads.
    pub aliases: Vec<Name>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its symbols, in the order of their numbers.
    pub symbols: Vec<String>,
    /// The symbol that a reader takes for one that it does not know.
    pub default: Option<String>,
}

/// A fixed type.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// Its full name.
    pub name: Name,
    /// Other full names that it reads.
    pub aliases: Vec<Name>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its length in bytes.
    pub size: usize,
}

/// What a type's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Logical {
    /// `decimal` on bytes or fixed.
    Decimal {
        /// The most digits.
        precision: u32,
        /// Digits behind the point.
        scale: u32,
    },
    /// `uuid` on string, or on fixed of 16 bytes.
    Uuid,
    /// `date` on int.
    Date,
    /// `time-millis` on int, `time-micros` on long.
    Time(Unit),
    /// `timestamp-…` on long.
    Timestamp(Unit),
    /// `local-timestamp-…` on long.
    LocalTimestamp(Unit),
    /// `duration` on fixed of 12 bytes.
    Duration,
}

/// The unit of a time or timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the units name themselves")]
pub enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// How many nanoseconds one of it is.
    #[must_use]
    pub const fn nanos(self) -> u32 {
        match self {
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }
}
