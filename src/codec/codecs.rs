//! The codec registry: codecs by format, for the paths that learn the format from the data.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Binding, BoundCodec, Codec, DecodeError, EncodeError};
use crate::schema::{Format, Mode, Reference, Schema, SchemaError};
use crate::value::Value;

/// The object-safe twin of [`Codec`], implemented for every codec.
pub trait DynCodec: Any + std::fmt::Debug + Send + Sync {
    /// As [`Codec::format`].
    fn format(&self) -> Format;

    /// As [`Codec::variant`], and the name of the codec's type where that is empty.
    fn variant(&self) -> &str;

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

    fn variant(&self) -> &str {
        match Codec::variant(self) {
            "" => std::any::type_name::<C>(),
            variant => variant,
        }
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

/// A codec whose type is not known where it is used: the dynamic half of any codec, as a [`Codec`] of its own.
#[derive(Debug, Clone)]
pub struct Dynamic(Arc<dyn DynCodec>);

/// What a [`Dynamic`] codec binds to.
#[derive(Debug, Clone)]
pub struct BoundDynamic(Arc<dyn BoundCodec>);

impl Dynamic {
    /// The dynamic half of that codec.
    #[must_use]
    pub fn new(codec: impl Codec) -> Self {
        Self(Arc::new(codec))
    }
}

impl Codec for Dynamic {
    type Bound = BoundDynamic;

    fn format(&self) -> Format {
        self.0.format()
    }

    fn variant(&self) -> &str {
        self.0.variant()
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundDynamic, SchemaError> {
        self.0.bind_dyn(binding).map(BoundDynamic)
    }

    fn parse(
        &self,
        text: &str,
        references: Vec<(Reference, Schema)>,
        mode: Mode,
    ) -> Result<Schema, SchemaError> {
        self.0.parse(text, references, mode)
    }
}

impl BoundCodec for BoundDynamic {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.0.encode_value(value, out)
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        self.0.decode_value(payload)
    }

    fn value_indexes(&self) -> Option<&[i32]> {
        self.0.value_indexes()
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

    /// The dynamic half of the codec for that format.
    ///
    /// # Errors
    /// A format without a codec here.
    pub fn dynamic(&self, format: Format) -> Result<Dynamic, SchemaError> {
        self.codec(format).map(|codec| Dynamic(Arc::clone(codec)))
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
        let codecs = codecs.with(super::Avro);
        #[cfg(feature = "protobuf")]
        let codecs = codecs.with(super::Protobuf);
        #[cfg(feature = "json")]
        let codecs = codecs.with(super::Json);
        #[cfg(feature = "bincode")]
        let codecs = codecs.with(super::Bincode);
        codecs
    }
}
