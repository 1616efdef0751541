//! What goes wrong between a service and its log.

use std::error::Error;

use crate::class::Class;
use crate::record::{Batch, TopicPartition};

/// A transport that cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What kind of trouble it is.
    pub kind: TransportErrorKind,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The library's own error under it.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of trouble with a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The topic does not exist.
    UnknownTopic,
    /// The partition does not exist.
    UnknownPartition,
    /// A name, number or combination that is not allowed.
    InvalidRequest,
    /// The partition is not this consumer's, or no longer.
    NotAssigned,
    /// The batch is larger than the transport takes.
    TooLarge,
    /// Another process holds the log.
    InUse,
    /// The log cannot be opened, read or written: permissions, a missing directory, a full disk.
    Io,
    /// What was read is not what was written; the message names the batch.
    Corrupt,
    /// The log was written by another version of its format, or the server speaks other versions of its protocol.
    UnknownVersion,
    /// Nobody can be reached, or nobody has answered in time.
    Unreachable,
    /// The server does not know this user, or does not allow it this.
    Denied,
    /// A newer owner of the same transactional id has taken over.
    Fenced,
    /// The transaction cannot go on; abort it.
    Aborted,
    /// A batch before this one was not written; append that one first.
    OutOfSequence,
    /// The handle was closed.
    Closed,
}

impl TransportError {
    pub(crate) fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    #[cfg(any(feature = "embedded", feature = "kafka"))]
    pub(crate) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind {
            TransportErrorKind::TooLarge | TransportErrorKind::Corrupt => Class::BadData,
            TransportErrorKind::Io | TransportErrorKind::OutOfSequence | TransportErrorKind::Unreachable => {
                Class::RETRY
            }
            TransportErrorKind::Fenced => Class::Fenced,
            TransportErrorKind::Aborted => Class::Abort,
            _ => Class::Config,
        }
    }
}

/// A batch that was not acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("batch for {at} was {}", if *.possibly_written { "possibly written" } else { "not written" })]
pub struct AppendError {
    /// Where it was meant to go, as `topic-partition`.
    pub at: TopicPartition,
    /// Whether it may be in the log all the same.
    pub possibly_written: bool,
    /// The batch, handed back to be appended again, where the transport still has it.
    pub batch: Option<Box<Batch>>,
    /// Why.
    #[source]
    pub source: TransportError,
}

impl AppendError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        self.source.class()
    }
}
