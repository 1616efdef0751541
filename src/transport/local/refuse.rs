//! The errors that transports of one process have in common.

use crate::record::{Sequence, TopicPartition};

use super::super::{TopicSpec, TransportError, TransportErrorKind};
use super::Verdict;

pub(crate) fn unknown_topic(topic: &str) -> TransportError {
    TransportError::new(
        TransportErrorKind::UnknownTopic,
        format!("topic `{topic}` does not exist; create it first"),
    )
}

pub(crate) fn no_group() -> TransportError {
    let message = "a consumer without a group has nowhere to commit to; name a group when it is opened";
    TransportError::new(TransportErrorKind::InvalidRequest, message)
}

pub(crate) fn not_assigned(at: &TopicPartition) -> TransportError {
    let message = format!("cannot seek in {at}: it is not assigned to this consumer");
    TransportError::new(TransportErrorKind::NotAssigned, message)
}

pub(crate) fn unknown_partition(at: &TopicPartition, partitions: u32) -> TransportError {
    let message = format!("{at} does not exist: topic `{}` has {partitions} partitions, from 0", at.topic);
    TransportError::new(TransportErrorKind::UnknownPartition, message)
}

/// The answer to the creation of a topic that is there.
pub(crate) fn exists(there: &TopicSpec, asked: &TopicSpec) -> Result<(), TransportError> {
    if there.partitions == asked.partitions {
        return Ok(());
    }
    let message = format!(
        "topic `{}` exists with {} partitions, not {}; keys would move to other partitions",
        there.name, there.partitions, asked.partitions
    );
    Err(TransportError::new(TransportErrorKind::InvalidRequest, message))
}

/// Why a batch with that sequence is not stored.
pub(crate) fn unsequenced(at: &TopicPartition, sequence: Sequence, verdict: Verdict) -> TransportError {
    let Sequence { producer, epoch, number } = sequence;
    let batch = format!("batch {number} of producer {producer}, epoch {epoch}, for {at}");
    match verdict {
        Verdict::Missing(expected) => {
            let message = format!(
                "{batch} comes behind batch {expected}, which was not written; append that one first"
            );
            TransportError::new(TransportErrorKind::OutOfSequence, message)
        }
        Verdict::Fenced => {
            let message = format!("{batch} comes behind batches of a newer epoch; it was given up");
            TransportError::new(TransportErrorKind::Fenced, message)
        }
        Verdict::LongAgo | Verdict::Next | Verdict::Duplicate(..) => {
            let message = format!("{batch} was written long ago; its offset is not known any more");
            TransportError::new(TransportErrorKind::InvalidRequest, message)
        }
    }
}
