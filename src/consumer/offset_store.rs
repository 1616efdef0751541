//! Positions kept in the application's own store, beside what it writes there.
//!
//! ```text
//! assigned -> load -> read from the checkpoint, or where `start` says        commit -> save, instead of the transport's own commit
//! ```
//!
//! Whoever saves the position in the same transaction as the effect of the record gets the effect once, however often the record
//! comes. [`MemoryOffsets`] is for tests, [`LogOffsets`](super::LogOffsets) keeps positions on a topic of a log.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use super::StoreError;
use crate::record::TopicPartition;
use crate::transport::BoxFuture;

/// Where the positions of consumers are kept.
pub trait OffsetStore: Debug + Send + Sync + 'static {
    /// The next offset to read of these partitions, where one was saved under that name.
    fn load<'a>(
        &'a self,
        name: &'a str,
        partitions: &'a [TopicPartition],
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, u64>, StoreError>>;

    /// Keeps these, all or none. Law: what was saved is loaded again, also after a crash where the store is a lasting one.
    fn save<'a>(
        &'a self,
        name: &'a str,
        positions: &'a [(TopicPartition, u64)],
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// Positions in memory, gone with the process.
#[derive(Debug, Default)]
pub struct MemoryOffsets(Mutex<BTreeMap<String, BTreeMap<TopicPartition, u64>>>);

impl MemoryOffsets {
    /// No positions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl OffsetStore for MemoryOffsets {
    fn load<'a>(
        &'a self,
        name: &'a str,
        partitions: &'a [TopicPartition],
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, u64>, StoreError>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = all.get(name).cloned().unwrap_or_default();
        drop(all);
        let wanted = saved.into_iter().filter(|(at, _)| partitions.contains(at)).collect();
        Box::pin(std::future::ready(Ok(wanted)))
    }

    fn save<'a>(
        &'a self,
        name: &'a str,
        positions: &'a [(TopicPartition, u64)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(name.to_owned()).or_default().extend(positions.iter().cloned());
        drop(all);
        Box::pin(std::future::ready(Ok(())))
    }
}
