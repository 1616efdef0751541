//! The handle by which a run is stopped from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use futures_util::task::AtomicWaker;

/// Stops [`Consumer::run`](crate::consumer::Consumer::run) and asks it for commits, from any thread. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct RunHandle(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    stop: AtomicBool,
    commit: AtomicBool,
    waker: AtomicWaker,
}

impl RunHandle {
    /// Lets the run end: no record is given to a handler any more, those that are with one may finish within
    /// [`stop_within`](crate::consumer::ConsumerBuilder::stop_within), what is done is committed, the group is left. Before the
    /// run has begun, it ends as soon as it does.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Release);
        self.0.waker.wake();
    }

    /// Lets the run commit what is done by now.
    pub fn commit(&self) {
        self.0.commit.store(true, Ordering::Release);
        self.0.waker.wake();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.0.stop.load(Ordering::Acquire)
    }

    /// Whether a commit was asked for since this was asked last.
    pub(super) fn takes_commit(&self) -> bool {
        self.0.commit.swap(false, Ordering::AcqRel)
    }

    /// Whether something was asked for; wakes when something is.
    pub(super) fn is_asked(&self, waker: &Waker, stopping: bool) -> bool {
        self.0.waker.register(waker);
        self.0.commit.load(Ordering::Acquire) || self.is_stopped() && !stopping
    }
}
