//! What was handled, on a topic of a log: in the same file as the records, where that log is the embedded one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::dedupe::{Table, row};
use super::log_topic::LogTopic;
use super::{DedupeLimits, DedupeStore, Seen, StoreError};
use crate::record::{Batch, Headers, TopicPartition};
use crate::transport::{BoxFuture, Clock, Retention, SystemClock, Transport};

/// A [`DedupeStore`] on the topic [`LogDedupe::TOPIC`] of a log. Clones share it.
///
/// ✔ What is done survives a crash, and is known to every handle on the log. ✔ [`LogDedupe::record`] makes it part of a transaction, so
/// that the effect and its mark are written together or not at all. ✗ Reservations are known to this handle and its clones alone: they
/// end with the process, as what they stood for does. Ids are kept in memory, within [`DedupeLimits::most`].
///
/// The topic keeps a record for [`DedupeLimits::time_to_live`]: key `length of the group (4 bytes, big-endian), group, id`, value the time in
/// milliseconds since 1970 (8 bytes, big-endian).
#[derive(Debug, Clone)]
pub struct LogDedupe(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    topic: LogTopic,
    limits: DedupeLimits,
    table: Mutex<Table>,
    clock: Arc<dyn Clock>,
}

impl LogDedupe {
    /// The topic's name.
    pub const TOPIC: &str = "schemawire-dedupe";

    /// On that log, with the default limits.
    ///
    /// # Errors
    /// A log that fails.
    pub async fn open(transport: &(impl Transport + ?Sized)) -> Result<Self, StoreError> {
        Self::with(transport, DedupeLimits::default(), Arc::new(SystemClock::default())).await
    }

    /// The same with other limits, told the time by that clock. The first one to open it decides how long the topic keeps.
    ///
    /// # Errors
    /// A log that fails.
    pub async fn with(
        transport: &(impl Transport + ?Sized),
        limits: DedupeLimits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let retention = Retention { age: Some(limits.time_to_live), ..Retention::default() };
        let topic = LogTopic::open(transport, Self::TOPIC, retention).await?;
        Ok(Self(Arc::new(Inner { topic, limits, table: Mutex::new(Table::new(limits)), clock })))
    }

    /// What says that a message is done, to be appended in the transaction that has the effect.
    #[must_use]
    pub fn record(&self, group: &str, id: &[u8]) -> (TopicPartition, Batch) {
        let mut batch = Batch::new();
        let wall = self.0.clock.wall();
        batch.push(Some(&row(group, id)), Some(&wall.to_be_bytes()), &Headers::new(), Some(wall));
        (self.0.topic.at.clone(), batch)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns what others have done since.
    async fn read(&self) -> Result<(), StoreError> {
        let (wall, steady) = (self.0.clock.wall(), self.0.clock.steady());
        let whole = self.0.limits.time_to_live;
        let learnt = self.0.topic.read(|record| {
            let Some((row, done)) = done_record(record.key, record.value) else { return };
            // A clock that jumped back does not make it longer.
            let age = u64::try_from(wall.saturating_sub(done)).map_or(Duration::ZERO, Duration::from_millis);
            if let Some(left) = whole.checked_sub(age).filter(|left| !left.is_zero()) {
                self.table().done_until(row, steady, steady.saturating_add(left));
            }
        });
        learnt.await
    }
}

/// Row and time of a record of the topic; others are none of ours.
fn done_record(key: Option<&[u8]>, value: Option<&[u8]>) -> Option<(Vec<u8>, i64)> {
    Some((key?.to_vec(), i64::from_be_bytes(value?.try_into().ok()?)))
}

impl DedupeStore for LogDedupe {
    fn check_and_reserve<'a>(
        &'a self,
        group: &'a str,
        id: &'a [u8],
    ) -> BoxFuture<'a, Result<Seen, StoreError>> {
        Box::pin(async move {
            self.read().await?;
            Ok(self.table().check_and_reserve(row(group, id), self.0.clock.steady()))
        })
    }

    fn done<'a>(&'a self, group: &'a str, id: &'a [u8]) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let (_, batch) = self.record(group, id);
            self.0.topic.append(batch).await?;
            self.table().done(row(group, id), self.0.clock.steady());
            Ok(())
        })
    }

    fn release<'a>(&'a self, group: &'a str, id: &'a [u8]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.table().release(&row(group, id));
        Box::pin(std::future::ready(Ok(())))
    }
}
