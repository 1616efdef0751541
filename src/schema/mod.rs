//! Schemas: text in, model out. One parse per format, with positions, and with the schemas it refers to attached.
//!
//! ```text
//! text -parse-> Schema { format, text, model, references } -canonical-> text
//! ```
//!
//! A [`Schema`] is cheap to clone. It carries the schemas that it refers to, so nothing is ever fetched.

#[cfg(feature = "avro")]
pub mod avro;
#[cfg(feature = "bincode")]
pub mod bincode;
mod count;
mod error;
pub mod json;
pub(crate) mod json_text;
mod link;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod text;

pub use count::MessageCount;
pub use error::{SchemaError, SchemaErrorKind};
pub use link::{LinkError, SchemaSet};
#[cfg(feature = "cli")]
pub(crate) use link::{declared_names, referenced_names};
pub use text::{Position, Span};

use std::any::Any;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use crate::ids::InvalidName;

/// A schema language together with its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Apache Avro.
    Avro,
    /// Protocol Buffers.
    Protobuf,
    /// JSON with JSON Schema.
    Json,
    /// bincode with a layout document.
    Bincode,
    /// A user's own, by the name that the registry shows.
    Custom(&'static str),
}

impl Format {
    /// The name as registries write it: `AVRO`, `PROTOBUF`, `JSON`, `BINCODE`, or a custom one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Protobuf => "PROTOBUF",
            Self::Json => "JSON",
            Self::Bincode => "BINCODE",
            Self::Custom(name) => name,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Built-in formats only, in any case.
impl FromStr for Format {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        [Self::Avro, Self::Protobuf, Self::Json, Self::Bincode]
            .into_iter()
            .find(|format| format.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| InvalidName {
                what: "format",
                text: text.into(),
                expected: "avro, protobuf, json or bincode",
            })
    }
}

/// How much a parser forgives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// A new schema: names and default values are checked.
    #[default]
    Strict,
    /// A schema that was registered before: what old versions allowed is kept.
    Lenient,
}

/// Where a schema names another one: Confluent's `references`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The name by which the text refers to it: an Avro full name, a Protobuf import path, a JSON `$ref` URI.
    pub name: String,
    /// The subject it is registered under; empty when it is not from a registry.
    pub subject: String,
    /// Its version there; 0 when it is not from a registry.
    pub version: i32,
}

impl Reference {
    /// A reference by name alone, for schemas that do not come from a registry.
    #[must_use]
    pub fn local(name: &str) -> Self {
        Self { name: name.into(), subject: String::new(), version: 0 }
    }
}

/// What a custom format's parse gives: its model, which its own codec reads back by downcast.
pub trait CustomModel: Any + fmt::Debug + Send + Sync {
    /// The text that stands for all texts of the same meaning; what a registry stores and compares.
    fn canonical(&self) -> String;
}

/// The parsed form, by format.
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "protobuf",
    expect(clippy::large_enum_variant, reason = "there is one a schema, which is shared behind its `Arc`")
)]
#[non_exhaustive]
pub enum Model {
    /// Avro.
    #[cfg(feature = "avro")]
    Avro(avro::Model),
    /// Protobuf.
    #[cfg(feature = "protobuf")]
    Protobuf(protobuf::Model),
    /// JSON Schema.
    Json(json::Model),
    /// A bincode layout.
    #[cfg(feature = "bincode")]
    Bincode(bincode::Model),
    /// A user's own.
    Custom(Arc<dyn CustomModel>),
}

/// One schema: its format, its text as given, its model, and the schemas it refers to. Cloning shares all of it.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    format: Format,
    /// A hash of format, text and references, so that a schema as a map's key costs no walk over its text.
    digest: u64,
    text: Box<str>,
    model: Model,
    references: Vec<(Reference, Schema)>,
}

impl Schema {
    /// An Avro schema without references, parsed strictly.
    ///
    /// # Errors
    /// Text that is not a valid Avro schema, with line, column and JSON pointer.
    #[cfg(feature = "avro")]
    pub fn avro(text: &str) -> Result<Self, SchemaError> {
        Self::parse(Format::Avro, text, Vec::new(), Mode::Strict)
    }

    /// A Protobuf file without references (the well-known imports need none), parsed strictly.
    ///
    /// # Errors
    /// Text that is not a valid `.proto` file, with line and column.
    #[cfg(feature = "protobuf")]
    pub fn protobuf(text: &str) -> Result<Self, SchemaError> {
        Self::parse(Format::Protobuf, text, Vec::new(), Mode::Strict)
    }

    /// A JSON Schema without references, parsed strictly.
    ///
    /// # Errors
    /// Text that is not a valid JSON Schema, with line, column and JSON pointer.
    pub fn json(text: &str) -> Result<Self, SchemaError> {
        Self::parse(Format::Json, text, Vec::new(), Mode::Strict)
    }

    /// A bincode layout document.
    ///
    /// # Errors
    /// Text that is not a valid layout document, with line, column and JSON pointer.
    #[cfg(feature = "bincode")]
    pub fn bincode(text: &str) -> Result<Self, SchemaError> {
        Self::parse(Format::Bincode, text, Vec::new(), Mode::Strict)
    }

    /// A schema of a built-in format with the schemas it refers to.
    ///
    /// # Errors
    /// Text that does not parse; a built-in format whose feature is off; a custom format (use [`Schema::custom`]).
    pub fn parse(
        format: Format,
        text: &str,
        references: Vec<(Reference, Self)>,
        mode: Mode,
    ) -> Result<Self, SchemaError> {
        let model = match format {
            #[cfg(feature = "avro")]
            Format::Avro => Model::Avro(avro::parse(text, &references, mode)?),
            #[cfg(feature = "protobuf")]
            Format::Protobuf => Model::Protobuf(protobuf::parse(text, &references, mode)?),
            Format::Json => Model::Json(json::parse(text, &references, mode)?),
            #[cfg(feature = "bincode")]
            Format::Bincode => Model::Bincode(bincode::parse(text, &references, mode)?),
            other => return Err(SchemaError::unsupported(other)),
        };
        Ok(Self::assemble(format, text, model, references))
    }

    /// A schema of a custom format, parsed by its own code.
    #[must_use]
    pub fn custom(
        name: &'static str,
        text: &str,
        model: Arc<dyn CustomModel>,
        references: Vec<(Reference, Self)>,
    ) -> Self {
        Self::assemble(Format::Custom(name), text, Model::Custom(model), references)
    }

    fn assemble(format: Format, text: &str, model: Model, references: Vec<(Reference, Self)>) -> Self {
        let mut hasher = DefaultHasher::new();
        (format, text).hash(&mut hasher);
        references.iter().for_each(|it| it.hash(&mut hasher));
        Self(Arc::new(Inner { format, digest: hasher.finish(), text: text.into(), model, references }))
    }

    /// The format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.0.format
    }

    /// The text, as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The parsed form.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.0.model
    }

    /// The schemas that this one refers to directly, by the name it uses for them.
    #[must_use]
    pub fn references(&self) -> &[(Reference, Self)] {
        &self.0.references
    }

    /// The text that stands for all texts of the same meaning, as Confluent's registry stores it:
    /// Avro, JSON and layouts compact, Protobuf pretty-printed without comments; nothing that matters to a reader is lost.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self.model() {
            #[cfg(feature = "avro")]
            Model::Avro(model) => avro::canonical(model),
            #[cfg(feature = "protobuf")]
            Model::Protobuf(model) => protobuf::canonical(model),
            Model::Json(model) => json::canonical(model),
            #[cfg(feature = "bincode")]
            Model::Bincode(model) => bincode::canonical(model),
            Model::Custom(model) => model.canonical(),
        }
    }

    /// The CRC-64-AVRO fingerprint of the Parsing Canonical Form, which the single-object encoding carries. `None` for other
    /// formats, and for a schema with references: the form is of one whole text.
    #[must_use]
    pub fn fingerprint(&self) -> Option<u64> {
        match self.model() {
            #[cfg(feature = "avro")]
            Model::Avro(model) if self.references().is_empty() => {
                Some(avro::rabin(&avro::parsing_canonical_form(model)))
            }
            _ => None,
        }
    }

    /// The full name that record name strategies use: an Avro named type's, the first Protobuf message's, a JSON Schema's title, a layout's type name.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        match self.model() {
            #[cfg(feature = "avro")]
            Model::Avro(model) => model.full_name().map(str::to_owned),
            #[cfg(feature = "protobuf")]
            Model::Protobuf(model) => model.full_name(),
            Model::Json(model) => model.title().map(str::to_owned),
            #[cfg(feature = "bincode")]
            Model::Bincode(model) => model.full_name().map(str::to_owned),
            Model::Custom(_) => None,
        }
    }
}

/// Equal when format, text and references are equal.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.digest == other.0.digest
                && self.0.format == other.0.format
                && self.0.text == other.0.text
                && self.0.references == other.0.references)
    }
}

impl Eq for Schema {}

impl Hash for Schema {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.digest.hash(state);
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("format", &self.0.format)
            .field("text", &self.0.text)
            .field("references", &self.0.references.iter().map(|(it, _)| it).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
