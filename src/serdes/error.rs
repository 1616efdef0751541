//! Why a message is not written or not read.

use crate::class::Class;
use crate::codec::{DecodeError, EncodeError};
use crate::frame::FrameError;
use crate::ids::{InvalidName, SchemaKey};
use crate::registry::RegistryError;
use crate::schema::{Format, SchemaError};

/// A message that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SerdesError {
    /// The writer's schema is not in the cache. Answer: [`super::Serdes::load`], then the same call again.
    #[error("the schema with {0} is not loaded yet: await `load` first")]
    UnknownSchema(SchemaKey),
    /// The schema was not registered under this subject yet. Answer: [`super::Serdes::prepare`], then the same call again.
    #[error("the schema is not prepared for subject `{subject}` yet: await `prepare` first")]
    NotPrepared {
        /// The subject.
        subject: String,
    },
    /// The message's schema is of another format than the codec.
    #[error("the schema with {key} is {found}, the reader expects {expected}")]
    WrongFormat {
        /// The key in the message's frame.
        key: SchemaKey,
        /// The schema's format.
        found: Format,
        /// The codec's format.
        expected: Format,
    },
    /// A record strategy needs a name, and the schema has none.
    #[error("the subject strategy needs the schema's full name, and this {format} schema has none")]
    NamelessSchema {
        /// The schema's format.
        format: Format,
    },
    /// The framing carries fingerprints, and the schema has none.
    #[error(
        "the framing carries Avro fingerprints, and this {format} schema has none: they are of Avro schemas without references"
    )]
    NoFingerprint {
        /// The schema's format.
        format: Format,
    },
    /// A subject that cannot be one.
    #[error("invalid subject")]
    Subject(#[source] InvalidName),
    /// The message's frame.
    #[error("the message's frame")]
    Frame(#[from] FrameError),
    /// The registry.
    #[error("the registry")]
    Registry(#[from] RegistryError),
    /// The schemas do not bind.
    #[error("the schema")]
    Schema(#[from] SchemaError),
    /// The value.
    #[error("the value")]
    Encode(#[from] EncodeError),
    /// The payload.
    #[error("the payload")]
    Decode(#[from] DecodeError),
}

impl SerdesError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::UnknownSchema(_) | Self::NotPrepared { .. } => Class::RETRY,
            Self::WrongFormat { .. } => Class::BadData,
            Self::NamelessSchema { .. } | Self::NoFingerprint { .. } | Self::Subject(_) => Class::Config,
            Self::Frame(it) => it.class(),
            Self::Registry(it) => it.class(),
            Self::Schema(it) => it.class(),
            Self::Encode(it) => it.class(),
            Self::Decode(it) => it.class(),
        }
    }
}
