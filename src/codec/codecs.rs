//! The codec registry: codecs by format, for the paths that learn the format from the data.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Binding, BoundCodec, Codec};
use crate::schema::{Format, Mode, Reference, Schema, SchemaError};

/// The object-safe twin of [`Codec`], implemented for every codec.
pub trait DynCodec: Any + std::fmt::Debug + Send + Sync {
    /// As [`Codec::format`].
    fn format(&self) -> Format;

    /// As [`Codec::bind`], its type forgotten.
    ///
    /// # Errors
    /// As [`Codec::bind`].
    fn bind_dyn(&self, binding: &Binding<'_>) -> Result<Arc<dyn BoundCodec>, SchemaError>;

    /// As [`Codec::parse`].
    ///
    /// # Errors
    /// As [`Codec::parse`].
    fn parse(
        &self,
        text: &str,
        references: Vec<(Reference, Schema)>,
        mode: Mode,
    ) -> Result<Schema, SchemaError>;
}

impl<C: Codec> DynCodec for C {
    fn format(&self) -> Format {
        Codec::format(self)
    }

    fn bind_dyn(&self, binding: &Binding<'_>) -> Result<Arc<dyn BoundCodec>, SchemaError> {
        Ok(Arc::new(self.bind(binding)?))
    }

    fn parse(
        &self,
        text: &str,
        references: Vec<(Reference, Schema)>,
        mode: Mode,
    ) -> Result<Schema, SchemaError> {
        Codec::parse(self, text, references, mode)
    }
}

/// Codecs by format. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Codecs {
    codecs: Arc<BTreeMap<Format, Arc<dyn DynCodec>>>,
}

impl Codecs {
    /// No codec at all.
    #[must_use]
    pub fn empty() -> Self {
        Self { codecs: Arc::default() }
    }

    /// The same codecs and one more, which takes the place of an older one for its format.
    #[must_use]
    pub fn with(mut self, codec: impl Codec) -> Self {
        Arc::make_mut(&mut self.codecs).insert(Codec::format(&codec), Arc::new(codec));
        self
    }

    /// The codec for that format.
    ///
    /// # Errors
    /// A format without a codec here.
    pub fn codec(&self, format: Format) -> Result<&Arc<dyn DynCodec>, SchemaError> {
        self.codecs.get(&format).ok_or_else(|| SchemaError::unsupported(format))
    }

    /// The format of that name, as registries write it, in any case.
    #[must_use]
    pub fn format(&self, name: &str) -> Option<Format> {
        self.codecs.keys().copied().find(|format| format.as_str().eq_ignore_ascii_case(name))
    }

    /// The formats that have a codec.
    pub fn formats(&self) -> impl Iterator<Item = Format> {
        self.codecs.keys().copied()
    }
}

/// All codecs of this build, with their defaults.
impl Default for Codecs {
    fn default() -> Self {
        let codecs = Self::empty();
        #[cfg(feature = "avro")]
        let codecs = codecs.with(super::Avro::default());
        #[cfg(feature = "protobuf")]
        let codecs = codecs.with(super::Protobuf::default());
        #[cfg(feature = "json")]
        let codecs = codecs.with(super::Json::default());
        #[cfg(feature = "bincode")]
        let codecs = codecs.with(super::Bincode::default());
        codecs
    }
}
