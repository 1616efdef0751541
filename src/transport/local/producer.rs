//! A producer over a [`Store`]: numbers its batches, so that one that is appended again is stored once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::record::{Batch, Compression, Sequence, TopicPartition};

use super::super::{
    Acknowledge, AppendError, Appended, BoxFuture, ProducerSpec, RawProducer, TransportError,
    TransportErrorKind,
};
use super::{Store, unknown_partition};

/// Appends batches to a [`Store`].
#[derive(Debug)]
pub(crate) struct LocalProducer<S> {
    store: Arc<S>,
    spec: ProducerSpec,
    id: u64,
    partitions: Partitions,
}

/// The next sequence by partition; shared with the futures, which say when a batch has failed.
type Partitions = Arc<Mutex<HashMap<TopicPartition, Next>>>;

#[derive(Debug, Default, Clone, Copy)]
struct Next {
    epoch: u32,
    number: u64,
    /// A batch of this epoch came back. New ones begin another epoch, behind which those before are refused.
    broken: bool,
}

impl<S: Store> LocalProducer<S> {
    pub(crate) fn open(store: Arc<S>, spec: ProducerSpec) -> Result<Self, TransportError> {
        spec.check()?;
        if store.compresses() && spec.compression != Compression::None && !cfg!(feature = "compression") {
            let message = format!(
                "compression {} needs the feature `compression`, which was not built in",
                spec.compression
            );
            return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        }
        let id = store.next_producer();
        Ok(Self { store, spec, id, partitions: Partitions::default() })
    }

    fn number(&self, at: &TopicPartition) -> Sequence {
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let next = partitions.entry(at.clone()).or_default();
        if next.broken {
            *next = Next { epoch: next.epoch + 1, number: 0, broken: false };
        }
        let sequence = Sequence { producer: self.id, epoch: next.epoch, number: next.number };
        next.number += 1;
        sequence
    }
}

impl<S: Store> RawProducer for LocalProducer<S> {
    fn append(
        &self,
        at: &TopicPartition,
        mut batch: Batch,
    ) -> BoxFuture<'static, Result<Appended, AppendError>> {
        if let Err(source) = check(&*self.store, at, &batch) {
            let (at, batch) = (at.clone(), Some(Box::new(batch)));
            let refused = AppendError { at, possibly_written: false, batch, source };
            return Box::pin(std::future::ready(Err(refused)));
        }
        // One that nobody waits for is never tried again, and must not hold up those behind it.
        if batch.sequence().is_none() && self.spec.acknowledge != Acknowledge::None {
            batch.set_sequence(Some(self.number(at)));
        }
        // Here, and not where the log is written: many may compress at once. A batch that comes again is packed already, and one that
        // was read from another log loses how it lay there.
        let compresses = self.store.compresses();
        batch.pack(if compresses { self.spec.compression } else { Compression::None });
        let sequence = batch.sequence();
        let partitions = Arc::clone(&self.partitions);
        let answer = self.store.append(at, batch, self.spec.acknowledge);
        Box::pin(async move {
            let answer = answer.await;
            if let (Err(error), Some(sequence)) = (&answer, sequence) {
                let mut partitions = partitions.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(next) = partitions.get_mut(&error.at) {
                    next.broken |= next.epoch == sequence.epoch;
                }
            }
            answer
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        self.store.settled()
    }
}

/// Refuses what can never be stored.
pub(super) fn check(store: &impl Store, at: &TopicPartition, batch: &Batch) -> Result<(), TransportError> {
    let partitions = store.topic(&at.topic)?.partitions;
    if at.partition >= partitions {
        return Err(unknown_partition(at, partitions));
    }
    if batch.size() > Batch::MAX_SIZE {
        let (size, most) = (batch.size(), Batch::MAX_SIZE);
        let message = format!(
            "a batch of {size} bytes for {at} is over the limit of {most}; send fewer records at once"
        );
        return Err(TransportError::new(TransportErrorKind::TooLarge, message));
    }
    if batch.is_empty() {
        let message = format!("a batch for {at} has no records");
        return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
    }
    Ok(())
}
