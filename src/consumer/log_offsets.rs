//! Positions on a compacted topic of a log: in the same file as the records, where that log is the embedded one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::log_topic::LogTopic;
use super::{OffsetStore, StoreError};
use crate::record::{Batch, Headers, TopicPartition};
use crate::transport::{BoxFuture, Retention, Transport};

/// An [`OffsetStore`] on the topic [`LogOffsets::TOPIC`] of a log. Clones share it.
///
/// [`LogOffsets::record`] makes positions part of a transaction, so that effects and position are written together or not at all.
/// Key of a record: `name, 0, topic, 0, partition` (decimal); value: the next offset to read, decimal.
#[derive(Debug, Clone)]
pub struct LogOffsets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    topic: LogTopic,
    saved: Mutex<BTreeMap<Vec<u8>, u64>>,
}

impl LogOffsets {
    /// The topic's name.
    pub const TOPIC: &str = "schemawire-offsets";

    /// On that log.
    ///
    /// # Errors
    /// A log that fails.
    pub async fn open(transport: &(impl Transport + ?Sized)) -> Result<Self, StoreError> {
        let retention = Retention { compact: true, ..Retention::default() };
        let topic = LogTopic::open(transport, Self::TOPIC, retention).await?;
        Ok(Self(Arc::new(Inner { topic, saved: Mutex::default() })))
    }

    /// What keeps these positions, to be appended in the transaction that has the effects.
    #[must_use]
    pub fn record(&self, name: &str, positions: &[(TopicPartition, u64)]) -> (TopicPartition, Batch) {
        let mut batch = Batch::new();
        for (at, offset) in positions {
            batch.push(Some(&key(name, at)), Some(offset.to_string().as_bytes()), &Headers::new(), None);
        }
        (self.0.topic.at.clone(), batch)
    }

    /// Learns what was saved since.
    async fn read(&self) -> Result<(), StoreError> {
        let number = |value: &[u8]| str::from_utf8(value).ok()?.parse().ok();
        let positions = self.0.topic.read(|record| {
            if let (Some(key), Some(offset)) = (record.key, record.value.and_then(number)) {
                self.saved().insert(key.to_vec(), offset);
            }
        });
        positions.await
    }

    fn saved(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, u64>> {
        self.0.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &str, at: &TopicPartition) -> Vec<u8> {
    format!("{name}\0{}\0{}", at.topic, at.partition).into_bytes()
}

impl OffsetStore for LogOffsets {
    fn load<'a>(
        &'a self,
        name: &'a str,
        partitions: &'a [TopicPartition],
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, u64>, StoreError>> {
        Box::pin(async move {
            self.read().await?;
            let saved = self.saved();
            let of = |at: &TopicPartition| Some((at.clone(), *saved.get(&key(name, at))?));
            Ok(partitions.iter().filter_map(of).collect())
        })
    }

    fn save<'a>(
        &'a self,
        name: &'a str,
        positions: &'a [(TopicPartition, u64)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if positions.is_empty() {
                return Ok(());
            }
            self.0.topic.append(self.record(name, positions).1).await
        })
    }
}
