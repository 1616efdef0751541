//! A cap on the requests at once, in front of connections that have none, and what there is to count.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Lets so many requests in as there may be connections.
#[derive(Debug)]
pub(super) struct Pool {
    permits: Semaphore,
    limit: usize,
    timeout: Duration,
    waiting: AtomicUsize,
    pub(super) counters: Counters,
}

/// What happened since the client was built.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: AtomicU64,
    pub(super) retried: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) refused: AtomicU64,
}

/// What a client over sockets has in use, and has done since it was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Connections {
    /// Connections in use: requests that are under way.
    pub in_use: usize,
    /// Requests that wait for a connection.
    pub waiting: usize,
    /// The most connections in use.
    pub limit: usize,
    /// Tries that were sent.
    pub sent: u64,
    /// Tries after the first one of a call.
    pub retried: u64,
    /// Tries that brought no answer, or one of 408, 429 or 5xx.
    pub failed: u64,
    /// Calls that got no connection in time.
    pub refused: u64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// A request's place; dropping it lets the next one in.
pub(super) type Permit<'p> = SemaphorePermit<'p>;

/// Counts a waiter as long as it waits, also when it is dropped.
struct Waiting<'w>(&'w AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    pub(super) fn new(limit: usize, timeout: Duration) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        let (permits, waiting) = (Semaphore::new(limit), AtomicUsize::new(0));
        Self { permits, limit, timeout, waiting, counters: Counters::default() }
    }

    /// Waits for a place; `None` where none got free in time.
    pub(super) async fn enter(&self) -> Option<Permit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Some(permit);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        tokio::time::timeout(self.timeout, self.permits.acquire()).await.ok()?.ok()
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn counts(&self) -> Connections {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Connections {
            in_use: self.limit - self.permits.available_permits().min(self.limit),
            waiting: self.waiting.load(Ordering::Relaxed),
            limit: self.limit,
            sent: read(&self.counters.sent),
            retried: read(&self.counters.retried),
            failed: read(&self.counters.failed),
            refused: read(&self.counters.refused),
        }
    }
}
