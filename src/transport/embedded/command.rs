//! What the writer's thread is asked to do, and how it answers.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use futures_channel::oneshot::Sender;

use crate::record::{Batch, TopicPartition};

use super::super::local::{Transacted, Transaction};
use super::super::{Acknowledge, AppendError, Appended, TopicSpec, TransportError, TransportErrorKind};

/// Where an answer goes; nobody may be waiting for it any more.
pub(super) type Answer<T> = Sender<Result<T, TransportError>>;

/// What the writer is asked to do.
pub(super) enum Command {
    /// One of those that share a transaction.
    Write(Write),
    DeleteTopic {
        topic: String,
        answer: Answer<()>,
    },
    Maintain {
        now: i64,
        answer: Answer<()>,
    },
    /// Answers when everything before is answered.
    Settle {
        answer: Answer<()>,
    },
    /// A reader found the database unusable.
    Reopen,
    /// The last command.
    Close {
        answer: Answer<()>,
    },
}

/// What can share a transaction with others.
pub(super) enum Write {
    Append {
        at: TopicPartition,
        batch: Batch,
        acknowledge: Acknowledge,
        answer: Sender<Result<Appended, AppendError>>,
    },
    Transact {
        transaction: Transaction,
        answer: Answer<Transacted>,
    },
    CreateTopic {
        spec: TopicSpec,
        answer: Answer<()>,
    },
    GrowTopic {
        topic: String,
        partitions: u32,
        answer: Answer<()>,
    },
}

impl Write {
    /// How many bytes it brings.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Append { batch, .. } => batch.size(),
            Self::Transact { transaction, .. } => {
                transaction.batches.iter().map(|(_, batch)| batch.size()).sum()
            }
            Self::CreateTopic { .. } | Self::GrowTopic { .. } => 0,
        }
    }

    /// Whether it is answered only when the disk has it.
    pub(super) fn is_durable(&self) -> bool {
        !matches!(self, Self::Append { acknowledge: Acknowledge::None | Acknowledge::Leader, .. })
    }
}

/// A write that waits for the disk: what it is answered then.
pub(super) enum Pending {
    Append { appended: Appended, batch: Box<Batch>, answer: Sender<Result<Appended, AppendError>> },
    Transact { transacted: Transacted, answer: Answer<Transacted> },
    Topic { answer: Answer<()> },
}

impl Pending {
    /// It is written.
    pub(super) fn written(self) {
        // An answer that nobody waits for is dropped.
        match self {
            Self::Append { appended, answer, .. } => drop(answer.send(Ok(appended))),
            Self::Transact { transacted, answer } => drop(answer.send(Ok(transacted))),
            Self::Topic { answer } => drop(answer.send(Ok(()))),
        }
    }

    /// It is not, or that cannot be known.
    pub(super) fn failed(self, why: &Failure, possibly_written: bool) {
        match self {
            Self::Append { appended, batch, answer } => {
                // One that was there before is there still.
                let possibly_written = possibly_written || appended.duplicate;
                refuse(appended.at, *batch, answer, why.error(), possibly_written);
            }
            Self::Transact { answer, .. } => {
                let mut error = why.error();
                if possibly_written {
                    error.message.push_str("; the transaction is possibly written");
                } else {
                    error.kind = TransportErrorKind::Aborted;
                }
                drop(answer.send(Err(error)));
            }
            Self::Topic { answer } => drop(answer.send(Err(why.error()))),
        }
    }
}

/// Hands a batch back.
pub(super) fn refuse(
    at: TopicPartition,
    batch: Batch,
    answer: Sender<Result<Appended, AppendError>>,
    source: TransportError,
    possibly_written: bool,
) {
    drop(answer.send(Err(AppendError { at, possibly_written, batch: Some(Box::new(batch)), source })));
}

/// One trouble that many are told of.
pub(super) struct Failure {
    kind: TransportErrorKind,
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self { kind: error.kind, message: error.message, source: error.source.map(Arc::from) }
    }
}

impl Failure {
    pub(super) fn error(&self) -> TransportError {
        let error = TransportError::new(self.kind, self.message.clone());
        match &self.source {
            Some(source) => error.because(Shared(Arc::clone(source))),
            None => error,
        }
    }
}

/// An error that several errors have as their source.
#[derive(Debug)]
struct Shared(Arc<dyn Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
