//! Why a record was not sent.

use std::sync::Arc;
use std::time::Duration;

use crate::class::Class;
use crate::record::TopicPartition;
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
    /// The batch that held the record was not acknowledged in time.
    #[error(
        "the batch was {} when its {timeout:?} were over, after {failed} tries that failed; see what holds up the transport, or raise `delivery_timeout`",
        if *.possibly_written { "possibly written" } else { "not written" }
    )]
    Deadline {
        /// The time that it had.
        timeout: Duration,
        /// How many tries had failed.
        failed: u32,
        /// Whether it may be there all the same.
        possibly_written: bool,
        /// What was wrong with the last try that failed.
        #[source]
        source: Option<Arc<AppendError>>,
    },
    /// The producer was closed.
    #[error(
        "the producer is closed; the record was {}",
        if *.possibly_written { "possibly written" } else { "not written" }
    )]
    Closed {
        /// Whether it may be there all the same.
        possibly_written: bool,
    },
    /// The transport cannot do what was asked.
    #[error("the transport")]
    Transport(#[source] Arc<TransportError>),
    /// The buffer is full, or was for as long as a send may wait; nothing was written.
    #[error(
        "{buffered} bytes in {records} records wait to be acknowledged, {limit} bytes in {most_records} records are allowed{}: await the handles, `flush`, or raise `buffer` or `buffer_records`",
        if .waited.is_zero() { String::new() } else { format!(", and no room came within {waited:?}") }
    )]
    Full {
        /// Bytes that wait.
        buffered: usize,
        /// The most that may.
        limit: usize,
        /// Records that wait.
        records: usize,
        /// The most that may.
        most_records: usize,
        /// How long this one waited for room.
        waited: Duration,
    },
    /// The destination has failed so often that it is left alone for a while; nothing was written.
    #[error(
        "`{destination}` fails, and is left alone for {wait:?}; send again then, or give the producer a spill"
    )]
    Open {
        /// What the breaker guards.
        destination: String,
        /// How long until the next probe.
        wait: Duration,
    },
    /// So much lies aside already that the record was not laid there; nothing was written.
    #[error(
        "more than {limit} bytes for {at} lie aside; see why they are not forwarded, or raise the spill's `limit`"
    )]
    SpillFull {
        /// Where the record was meant to go.
        at: TopicPartition,
        /// The most bytes of a partition that may lie aside.
        limit: u64,
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
    /// One of several values that were sent together was not sent; others may be written.
    #[error("value {index} of those sent together")]
    InBatch {
        /// Which one, from 0: the first that was refused or not acknowledged.
        index: usize,
        /// Why.
        #[source]
        source: Box<Self>,
    },
    /// Settings that contradict each other.
    #[error("{message}")]
    Settings {
        /// Which ones, and what to do.
        message: String,
    },
}

impl SendError {
    /// Whether the record may be in the log although it is not acknowledged.
    #[must_use]
    pub fn possibly_written(&self) -> bool {
        match self {
            Self::Append(error) => error.possibly_written,
            Self::Deadline { possibly_written, .. } | Self::Closed { possibly_written } => *possibly_written,
            Self::InBatch { source, .. } => source.possibly_written(),
            _ => false,
        }
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Serdes(it) => it.class(),
            Self::Append(it) => it.class(),
            Self::Transport(it) => it.class(),
            Self::Deadline { source, .. } => source.as_ref().map_or(Class::RETRY, |it| it.class()),
            Self::Full { .. } | Self::SpillFull { .. } => Class::RETRY,
            Self::Open { wait, .. } => Class::Retry { after: Some(*wait) },
            Self::TooLarge { .. } => Class::BadData,
            Self::UnknownPartition { .. } | Self::Closed { .. } | Self::Settings { .. } => Class::Config,
            Self::InBatch { source, .. } => source.class(),
        }
    }

    pub(super) fn in_batch(self, index: usize) -> Self {
        Self::InBatch { index, source: Box::new(self) }
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
