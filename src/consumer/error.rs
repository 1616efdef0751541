//! Why nothing is read.

use std::error::Error;

use crate::class::Class;
use crate::ids::SchemaKey;
use crate::record::TopicPartition;
use crate::serdes::SerdesError;
use crate::transport::{AppendError, TransportError};

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
    /// The record has no value; ask [`super::Received::optional`] where tombstones are expected.
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
    /// The registry did not answer for the schema of the next message, which stays the next one: the same call may succeed later. Or,
    /// as a handler's failure: nobody knows the schema.
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
    /// Settings that contradict each other.
    #[error("{message}")]
    Setting {
        /// Which, and what to do.
        message: String,
    },
    /// The next record no longer exists, and [`OnGap::Stop`](super::OnGap::Stop) was asked for.
    #[error(
        "{at} was to be read from offset {from}, but its next record is at {to}: seek there to go on without those in between"
    )]
    OutOfRange {
        /// The partition.
        at: TopicPartition,
        /// The first offset that was wanted.
        from: u64,
        /// The first one that exists.
        to: u64,
    },
    /// A message that failed is taken neither by its retry topic nor by the dead letters.
    #[error("{place} failed, and the topic for such messages does not take it")]
    DeadLetters {
        /// Where it is, as `topic-partition at offset`.
        place: String,
        /// Why.
        #[source]
        source: AppendError,
    },
    /// A message was given up, and [`OnFailure::Stop`](super::OnFailure::Stop) was asked for, or somebody else has taken over.
    #[error("{place} was given up")]
    GivenUp {
        /// Where it is, as `topic-partition at offset`.
        place: String,
        /// What may be done about it.
        class: Class,
        /// What its handler said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The application's own store.
    #[error("the application's store")]
    Store(#[from] StoreError),
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
            Self::Setting { .. } | Self::OutOfRange { .. } => Class::Config,
            Self::Store(it) => it.class,
            Self::DeadLetters { source, .. } => source.class(),
            Self::GivenUp { class, .. } => *class,
        }
    }
}

/// A store of the application that cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// What may be done about it.
    pub class: Class,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The store's own error under it.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// Passing trouble of a store: the same call may succeed later.
    #[must_use]
    pub fn retry(message: impl Into<String>) -> Self {
        Self { class: Class::RETRY, message: message.into(), source: None }
    }

    /// The same over the error that caused it.
    #[must_use]
    pub fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}
