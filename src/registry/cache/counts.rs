//! What a cache counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a [`super::CachedRegistry`] has done since it was built. Messages that are written and read with what is known count nowhere:
/// they do not even ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CacheCounts {
    /// Questions answered from what is kept.
    pub hits: u64,
    /// Of these, such whose answer was stale.
    pub stale: u64,
    /// Of these, such that something is not there.
    pub absent: u64,
    /// Questions that went to the registry.
    pub asked: u64,
    /// Questions that waited for the answer to another one's.
    pub joined: u64,
    /// Questions to the registry that failed, not counting what is not there.
    pub failed: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) absent: AtomicU64,
    pub(super) asked: AtomicU64,
    pub(super) joined: AtomicU64,
    pub(super) failed: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> CacheCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheCounts {
            hits: read(&self.hits),
            stale: read(&self.stale),
            absent: read(&self.absent),
            asked: read(&self.asked),
            joined: read(&self.joined),
            failed: read(&self.failed),
        }
    }
}
