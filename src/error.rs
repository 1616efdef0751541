//! All errors of this crate in one, for programs that hand them up.

#[cfg(feature = "bench")]
use crate::bench::{BenchError, CompareError};
use crate::class::Class;
use crate::codec::{DecodeError, EncodeError};
use crate::consumer::ConsumeError;
#[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
use crate::convert::{ConvertError, ValueError};
use crate::frame::FrameError;
use crate::ids::InvalidName;
use crate::producer::SendError;
use crate::registry::RegistryError;
use crate::schema::{LinkError, SchemaError};
use crate::serdes::SerdesError;
use crate::transport::TransportError;

/// Whatever can go wrong here. Shows itself as the error within.
///
/// ```
/// use schemawire::error::Error;
///
/// fn level(text: &str) -> Result<schemawire::compat::Level, Error> {
///     Ok(text.parse()?)
/// }
/// let error = level("SIDEWAYS").unwrap_err();
/// assert!(error.to_string().starts_with("`SIDEWAYS` is not a valid compatibility level"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that is no schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Schemas that do not link.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A value that is not written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A payload that is not read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A frame that is not read.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A name that cannot be one.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A registry that refuses.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A message that is not written or read.
    #[error(transparent)]
    Serdes(#[from] SerdesError),
    /// A transport that fails.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A record that is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// A consumer that cannot go on.
    #[error(transparent)]
    Consume(#[from] ConsumeError),
    /// A schema that is not converted.
    #[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
    #[error(transparent)]
    Convert(#[from] ConvertError),
    /// A value that a conversion does not carry.
    #[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
    #[error(transparent)]
    Value(#[from] ValueError),
    /// Codecs that are not measured.
    #[cfg(feature = "bench")]
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// Reports of benches that are not compared.
    #[cfg(feature = "bench")]
    #[error(transparent)]
    Compare(#[from] CompareError),
}

impl Error {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Schema(it) => it.class(),
            Self::Link(_) => Class::BadData,
            Self::Encode(it) => it.class(),
            Self::Decode(it) => it.class(),
            Self::Frame(it) => it.class(),
            Self::Name(_) => Class::Config,
            Self::Registry(it) => it.class(),
            Self::Serdes(it) => it.class(),
            Self::Transport(it) => it.class(),
            Self::Send(it) => it.class(),
            Self::Consume(it) => it.class(),
            #[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
            Self::Convert(it) => it.class(),
            #[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
            Self::Value(it) => it.class(),
            #[cfg(feature = "bench")]
            Self::Bench(it) => it.class(),
            #[cfg(feature = "bench")]
            Self::Compare(it) => it.class(),
        }
    }
}
