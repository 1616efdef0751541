//! A bound on the bytes that wait to be acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may wait at once.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    used: AtomicUsize,
}

/// Bytes taken from a budget, given back when dropped.
#[derive(Debug)]
pub(super) struct Reserved {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Inner { limit, used: AtomicUsize::new(0) }))
    }

    pub(super) fn limit(&self) -> usize {
        self.0.limit
    }

    /// Bytes that are taken now.
    pub(super) fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Takes the bytes if there is room. A record larger than the whole budget passes when nothing else waits.
    pub(super) fn try_reserve(&self, bytes: usize) -> Option<Reserved> {
        let take = |used| (used == 0 || used + bytes <= self.0.limit).then_some(used + bytes);
        self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        Some(Reserved { budget: self.clone(), bytes })
    }

    /// Takes the bytes, room or not.
    pub(super) fn force(&self, bytes: usize) -> Reserved {
        self.0.used.fetch_add(bytes, Ordering::Relaxed);
        Reserved { budget: self.clone(), bytes }
    }
}

impl Reserved {
    /// One reservation for both.
    pub(super) fn join(&mut self, mut other: Self) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.budget.0.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_is_dropped_is_given_back() {
        let budget = Budget::new(10);
        let mut first = budget.try_reserve(6).expect("there is room");
        first.join(budget.try_reserve(4).expect("there is room"));
        assert!(budget.try_reserve(1).is_none(), "10 of 10 are taken");
        drop(first);
        assert_eq!(budget.used(), 0);
        assert!(budget.try_reserve(11).is_some(), "alone, a large record passes");
    }
}
