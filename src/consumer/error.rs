//! Why nothing is read.

use crate::class::Class;
use crate::ids::SchemaKey;
use crate::serdes::SerdesError;
use crate::transport::TransportError;

/// A consumer that cannot go on, or a message that does not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsumeError {
    /// The transport.
    #[error("the transport")]
    Transport(#[from] TransportError),
    /// The message does not read; the consumer can go on behind it.
    #[error("{place} does not read")]
    Message {
        /// Where it is, as `topic-partition at offset`.
        place: String,
        /// Why.
        #[source]
        source: SerdesError,
    },
    /// The record has no value; ask [`super::Message::optional`] where tombstones are expected.
    #[error("{place} is a tombstone: it has no value")]
    Tombstone {
        /// Where it is, as `topic-partition at offset`.
        place: String,
    },
    /// The record has no key.
    #[error("{place} has no key")]
    NoKey {
        /// Where it is, as `topic-partition at offset`.
        place: String,
    },
    /// The registry did not answer for the schema of the next message, which stays the next one: the same call may succeed later.
    #[error("the schema with {key} cannot be loaded")]
    Registry {
        /// Which schema.
        key: SchemaKey,
        /// Why.
        #[source]
        source: SerdesError,
    },
    /// The reader's schema cannot be used.
    #[error("the consumer cannot be set up")]
    Setup(#[source] SerdesError),
}

impl ConsumeError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Transport(it) => it.class(),
            Self::Message { source, .. } | Self::Registry { source, .. } | Self::Setup(source) => {
                source.class()
            }
            Self::Tombstone { .. } | Self::NoKey { .. } => Class::BadData,
        }
    }
}
