//! Avro schemas: model, parse, canonical texts, fingerprints ([Apache Avro 1.12 specification](https://avro.apache.org/docs/1.12.0/specification/)).
//!
//! ```text
//! text -parse-> Model (names resolved, not followed)  -canonical---------------> what registries store
//!                 |                                   -parsing_canonical_form--> rabin, md5, sha256
//!                 `-link (with references)-> Linked (a graph) -> codec, compatibility
//! ```
//!
//! Where the specification and Java differ, and what is taken:
//!
//! | matter | here |
//! |---|---|
//! | a name used before its declaration | refused, by the specification; Java takes it since 1.12 |
//! | a name declared twice | taken where both are the same, as in Java |
//! | a union's default | may fit any branch, as in Java and Confluent's registry |
//! | defaults of enum, bytes, fixed | must be a symbol, code points up to 255, of the right length: by the specification; Java takes any text |
//! | comments in the text | taken, as in Java |
//!
//! ```
//! use schemawire::schema::{Schema, Model, avro};
//!
//! let schema = Schema::avro(r#"{"type": "record", "name": "a.R", "fields": [{"name": "f", "type": {"type": "int"}}]}"#)?;
//! assert_eq!(schema.canonical(), r#"{"type":"record","name":"R","namespace":"a","fields":[{"name":"f","type":"int"}]}"#);
//! let Model::Avro(model) = schema.model() else { unreachable!() };
//! let form = avro::parsing_canonical_form(model);
//! assert_eq!(form, r#"{"name":"a.R","type":"record","fields":[{"name":"f","type":"int"}]}"#);
//! assert_eq!(avro::rabin(&form), 0x424a_db50_56e0_3919);
//! # Ok::<(), schemawire::schema::SchemaError>(())
//! ```

mod canonical;
mod declarations;
mod defaults;
mod fingerprint;
mod linked;
mod logical;
mod name;
mod parse;

pub use canonical::{canonical, parsing_canonical_form, resolved};
pub use fingerprint::{md5, rabin, sha256};
pub use linked::{Linked, LinkedKind, LinkedType, TypeIndex, link};
pub use logical::{Logical, Unit};
pub use name::Name;
pub use parse::parse;

pub(crate) use parse::names;

use std::sync::Arc;

use super::Span;

/// A parsed Avro schema, unlinked: a use of a named type is its name.
#[derive(Debug, Clone)]
pub struct Model {
    /// The outermost type.
    pub root: Type,
}

impl Model {
    /// The outermost type's full name, where it has one.
    #[must_use]
    pub fn full_name(&self) -> Option<&str> {
        match &self.root.kind {
            Kind::Record(_) | Kind::Enum(_) | Kind::Fixed(_) | Kind::Named(_) => Some(self.root.kind.name()),
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
    pub properties: Vec<Property>,
}

/// A member of a type or a field that the specification gives no meaning there.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
    /// The value's canonical text, in which objects keep their order.
    pub(crate) text: Box<str>,
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
    Record(Arc<Record>),
    Enum(Enum),
    Fixed(Fixed),
    /// A named type that is declared elsewhere: earlier in this text, or in a reference.
    Named(Name),
}

impl Kind {
    /// The name by which unions tell their branches apart: the full name of a named type, else the type's own word.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Bytes => "bytes",
            Self::String => "string",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Union(_) => "union",
            Self::Record(it) => it.name.full(),
            Self::Enum(it) => it.name.full(),
            Self::Fixed(it) => it.name.full(),
            Self::Named(name) => name.full(),
        }
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
    /// A text for a `float` or `double`, such as `"1.5"`, is that number here, as in Java; `NaN` and the infinities stay texts.
    pub default: Option<serde_json::Value>,
    /// How the default was written; there exactly where `default` is.
    pub(crate) default_source: Option<DefaultSource>,
    /// `ascending`, `descending` or `ignore`, where it was written.
    pub order: Option<String>,
    /// Where it stands in the text.
    pub span: Span,
    /// All other members, in order.
    pub properties: Vec<Property>,
}

/// A default as it stands in the text.
#[derive(Debug, Clone)]
pub(crate) struct DefaultSource {
    /// Its canonical text, in which objects keep their order.
    pub(crate) text: Box<str>,
    pub(crate) span: Span,
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
