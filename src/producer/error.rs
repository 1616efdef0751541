//! Why a record was not sent.

use std::sync::Arc;

use crate::class::Class;
use crate::serdes::SerdesError;
use crate::transport::{AppendError, TransportError};

/// A record that was refused, or is not acknowledged.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The value or the key was refused before anything was written.
    #[error("the record cannot be serialized")]
    Serdes(#[source] Arc<SerdesError>),
    /// The batch that held the record was not acknowledged; [`SendError::possibly_written`] tells whether it may be there all the same.
    #[error("the batch was not acknowledged")]
    Append(#[source] Arc<AppendError>),
    /// The transport cannot do what was asked.
    #[error("the transport")]
    Transport(#[source] Arc<TransportError>),
    /// The buffer is full; nothing was written.
    #[error(
        "{buffered} bytes are waiting to be acknowledged, {limit} are allowed: await the handles, or `flush`"
    )]
    Full {
        /// Bytes that wait.
        buffered: usize,
        /// The most that may.
        limit: usize,
    },
    /// The record alone is larger than a batch may be; nothing was written.
    #[error("the record has {size} bytes, the transport takes at most {limit} in a batch")]
    TooLarge {
        /// Bytes of the record.
        size: usize,
        /// The most that a batch may have.
        limit: usize,
    },
    /// The partition was named, and the topic has no such one.
    #[error("topic `{topic}` has {partitions} partitions, there is no partition {partition}")]
    UnknownPartition {
        /// The topic.
        topic: String,
        /// The partition that was named, or that the partitioner gave.
        partition: u32,
        /// How many there are, numbered from 0.
        partitions: u32,
    },
}

impl SendError {
    /// Whether the record may be in the log although it is not acknowledged.
    #[must_use]
    pub fn possibly_written(&self) -> bool {
        matches!(self, Self::Append(error) if error.possibly_written)
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Serdes(it) => it.class(),
            Self::Append(it) => it.class(),
            Self::Transport(it) => it.class(),
            Self::Full { .. } => Class::RETRY,
            Self::TooLarge { .. } => Class::BadData,
            Self::UnknownPartition { .. } => Class::Config,
        }
    }
}

impl From<SerdesError> for SendError {
    fn from(error: SerdesError) -> Self {
        Self::Serdes(Arc::new(error))
    }
}

impl From<TransportError> for SendError {
    fn from(error: TransportError) -> Self {
        Self::Transport(Arc::new(error))
    }
}
