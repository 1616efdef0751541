//! Records that are to become visible together: laid into batches here, handed over by whoever ends the transaction.
//!
//! ```text
//! Output of one topic  ─┐
//! Output of another    ─┴─> Staged ── commit ──> one transaction
//!                                  └─ abort ───> nowhere
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::delivery::size_of;
use super::{RawKeys, SendError, WriteKey};
use crate::codec::{Codec, Encode};
use crate::record::{Batch, Headers, Partitioner, Record, TopicPartition};
use crate::serdes::Writer;

/// What the outputs of one transaction share.
#[derive(Debug, Clone, Default)]
pub struct Staged(Arc<Mutex<Stage>>);

#[derive(Debug, Default)]
struct Stage {
    batches: Vec<(TopicPartition, Batch)>,
    /// Which batch of a partition takes the next record.
    open: BTreeMap<TopicPartition, usize>,
    bytes: usize,
    records: usize,
    /// Grows with each transaction: records without a key keep to one partition for as long.
    round: u32,
}

impl Staged {
    /// How many records wait for the end of the transaction.
    #[must_use]
    pub fn records(&self) -> usize {
        self.lock().records
    }

    /// Takes all batches, in the order in which they were begun.
    pub(crate) fn take(&self) -> Vec<(TopicPartition, Batch)> {
        let mut stage = self.lock();
        let round = stage.round.wrapping_add(1);
        std::mem::replace(&mut *stage, Stage { round, ..Stage::default() }).batches
    }

    fn lock(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends typed records to one topic, as a part of a transaction. Nothing of it is seen before the transaction is committed.
pub struct Output<C: Codec, K = RawKeys> {
    pub(super) topic: Arc<str>,
    pub(super) partitions: u32,
    pub(super) writer: Writer<C>,
    pub(super) keys: K,
    pub(super) partitioner: Arc<dyn Partitioner>,
    pub(super) staged: Staged,
    /// The size at which the next batch is begun.
    pub(super) batch: usize,
    pub(super) max_batch: usize,
    /// The most bytes and records of one transaction.
    pub(super) buffer: usize,
    pub(super) buffer_records: usize,
}

impl<C: Codec, K> fmt::Debug for Output<C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl<C: Codec, K> Output<C, K> {
    /// Adds a value without a key.
    ///
    /// # Errors
    /// A value that does not fit; [`SendError::Full`] where the transaction has no room: commit more often.
    pub fn send<T: ?Sized>(&self, value: &T) -> Result<(), SendError>
    where
        C::Bound: Encode<T>,
    {
        let mut record = Record::default();
        self.write(value, &mut record)?;
        self.stage(&record)
    }

    /// Adds a value under a key. Records of one key stay in order.
    ///
    /// # Errors
    /// As [`Output::send`].
    pub fn send_keyed<Q: ?Sized, T: ?Sized>(&self, key: &Q, value: &T) -> Result<(), SendError>
    where
        C::Bound: Encode<T>,
        K: WriteKey<Q>,
    {
        let mut record = Record::default();
        self.write(value, &mut record)?;
        self.keys.write_key(key, &mut record.headers, record.key.get_or_insert_default())?;
        self.stage(&record)
    }

    /// Adds a null value under a key, which deletes the key under compaction.
    ///
    /// # Errors
    /// As [`Output::send`].
    pub fn send_tombstone<Q: ?Sized>(&self, key: &Q) -> Result<(), SendError>
    where
        K: WriteKey<Q>,
    {
        let mut record = Record::default();
        self.keys.write_key(key, &mut record.headers, record.key.get_or_insert_default())?;
        self.stage(&record)
    }

    fn write<T: ?Sized>(&self, value: &T, record: &mut Record) -> Result<(), SendError>
    where
        C::Bound: Encode<T>,
    {
        let headers: &mut Headers = &mut record.headers;
        Ok(self.writer.serialize_into(value, headers, record.value.get_or_insert_default())?)
    }

    fn stage(&self, record: &Record) -> Result<(), SendError> {
        let size = size_of(record);
        if size > self.max_batch {
            return Err(SendError::TooLarge { size, limit: self.max_batch });
        }
        let partitions = self.partitions.max(1);
        let mut stage = self.staged.lock();
        let chosen = self.partitioner.partition(record.key.as_deref(), partitions);
        let partition = chosen.unwrap_or(stage.round % partitions);
        if partition >= partitions {
            return Err(SendError::UnknownPartition { topic: self.topic.to_string(), partition, partitions });
        }
        if stage.bytes + size > self.buffer || stage.records >= self.buffer_records {
            return Err(SendError::Full {
                buffered: stage.bytes,
                limit: self.buffer,
                records: stage.records,
                most_records: self.buffer_records,
                waited: std::time::Duration::ZERO,
            });
        }
        stage.bytes += size;
        stage.records += 1;
        let at = TopicPartition::new(Arc::clone(&self.topic), partition);
        let open = stage.open.get(&at).copied();
        if let Some((_, batch)) = open.and_then(|open| stage.batches.get_mut(open))
            && batch.size() + size <= self.batch
        {
            batch.push_record(record);
            return Ok(());
        }
        let mut batch = Batch::new();
        batch.push_record(record);
        let place = stage.batches.len();
        stage.open.insert(at.clone(), place);
        stage.batches.push((at, batch));
        Ok(())
    }
}
