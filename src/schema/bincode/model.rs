//! What a layout document says.

use std::sync::Arc;

use super::Linked;
use crate::schema::Span;

/// A parsed layout document.
#[derive(Debug, Clone)]
pub struct Model {
    /// How integers, lengths and variant numbers are encoded.
    pub integers: Integers,
    /// What the whole document is about.
    pub doc: Option<String>,
    /// The outermost type.
    pub root: Type,
    /// The named types, in the order of the text.
    pub types: Vec<Named<Box<Type>>>,
    /// The same types with every name resolved.
    pub(crate) linked: Arc<Linked>,
}

impl Model {
    /// The name of the outermost type, where it has one.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        match &self.root.kind {
            Kind::Named(name) => Some(name),
            _ => None,
        }
    }

    /// All types with every name resolved, those of referenced documents included.
    #[must_use]
    pub fn linked(&self) -> &Linked {
        &self.linked
    }
}

/// How integers wider than a byte are encoded, lengths and variant numbers among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Integers {
    /// One byte up to 250, else a byte that tells the width; signed ones in zigzag. bincode 2's `standard()`.
    Varint,
    /// As wide as their type; lengths 64 bits, variant numbers 32. bincode 2's `legacy()`, and bincode 1.
    Fixed,
}

impl Integers {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Varint, Self::Fixed];

    /// The word in a document.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Varint => "varint",
            Self::Fixed => "fixed",
        }
    }
}

/// A use of a type, and where it stands.
#[derive(Debug, Clone)]
pub struct Type {
    /// What it is.
    pub kind: Kind<Box<Self>>,
    /// Where it stands in the text.
    pub span: Span,
}

/// What a type is; `T` is how it holds the types inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<T> {
    /// `()`, no bytes.
    Unit,
    /// `bool`, a byte that is 0 or 1.
    Bool,
    /// A number.
    Number(Number),
    /// `char`, one to four bytes of UTF-8.
    Char,
    /// Text: its length in bytes, and UTF-8.
    String,
    /// Bytes: their length, and themselves.
    Bytes,
    /// A logical type of this crate.
    Logical(Logical),
    /// `Option<T>`: a byte that is 0 or 1, and the value after 1.
    Option(T),
    /// `Vec<T>`: the number of items, and the items.
    Seq(T),
    /// `[T; N]`: the items alone.
    Array(T, usize),
    /// `(A, B)`: the items alone.
    Tuple(Vec<T>),
    /// `BTreeMap<K, V>`: the number of entries, and key and value of each.
    Map(T, T),
    /// A named type.
    Named(Box<str>),
}

/// A number's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "Rust's own names")]
pub enum Number {
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
}

impl Number {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::I128,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::U128,
        Self::F32,
        Self::F64,
    ];

    /// The word in a document.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Whether it is a float.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// How many bytes it takes at its full width.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
            Self::I128 | Self::U128 => 16,
        }
    }
}

/// A logical type of this crate, by the newtype that serde sees.
///
/// | word | bytes as of |
/// |---|---|
/// | `decimal` | `(i128 unscaled, u32 scale)` |
/// | `uuid` | `bytes`, 16 of them |
/// | `date` | `i32` days since 1970-01-01 |
/// | `time` | `u64` nanoseconds since midnight |
/// | `timestamp`, `local-timestamp` | `(i64 seconds, u32 nanoseconds)` since 1970-01-01T00:00:00 |
/// | `duration` | `(u32 months, u32 days, u32 milliseconds)` |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the types of `crate::value` by their own names")]
pub enum Logical {
    Decimal,
    Uuid,
    Date,
    Time,
    Timestamp,
    LocalTimestamp,
    Duration,
}

impl Logical {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Decimal,
        Self::Uuid,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::LocalTimestamp,
        Self::Duration,
    ];

    /// The word in a document.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Decimal => "decimal",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::LocalTimestamp => "local-timestamp",
            Self::Duration => "duration",
        }
    }

    /// The numbers that its bytes are; none for a UUID, which is bytes.
    #[must_use]
    pub const fn numbers(self) -> &'static [Number] {
        match self {
            Self::Decimal => &[Number::I128, Number::U32],
            Self::Uuid => &[],
            Self::Date => &[Number::I32],
            Self::Time => &[Number::U64],
            Self::Timestamp | Self::LocalTimestamp => &[Number::I64, Number::U32],
            Self::Duration => &[Number::U32, Number::U32, Number::U32],
        }
    }
}

/// A named type.
#[derive(Debug, Clone)]
pub struct Named<T> {
    /// Its name.
    pub name: Box<str>,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is.
    pub definition: Definition<T>,
    /// Where its name stands in the text.
    pub span: Span,
}

/// What a named type is.
#[derive(Debug, Clone)]
pub enum Definition<T> {
    /// A struct of any shape.
    Struct(Shape<T>),
    /// An enum: the variant's number, and its content.
    Enum(Vec<Variant<T>>),
}

/// The content of a struct or of an enum's variant.
#[derive(Debug, Clone)]
pub enum Shape<T> {
    /// Nothing.
    Unit,
    /// One item without a name.
    Newtype(T),
    /// Items without names.
    Tuple(Vec<T>),
    /// Items with names.
    Struct(Vec<Field<T>>),
}

/// A named item.
#[derive(Debug, Clone)]
pub struct Field<T> {
    /// Its name.
    pub name: Box<str>,
    /// Other names that it reads.
    pub aliases: Vec<Box<str>>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its type.
    pub schema: T,
    /// What a reader takes where the writer has no such field.
    pub default: Option<serde_json::Value>,
    /// Where it stands in the text.
    pub span: Span,
}

/// A variant of an enum.
#[derive(Debug, Clone)]
pub struct Variant<T> {
    /// Its name.
    pub name: Box<str>,
    /// Other names that it reads.
    pub aliases: Vec<Box<str>>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its content.
    pub shape: Shape<T>,
    /// Where it stands in the text.
    pub span: Span,
}
