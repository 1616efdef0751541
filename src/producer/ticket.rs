//! What a batch on its way and those who watch over it tell each other.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::task::AtomicWaker;

/// One batch's: ends it early, and says when it has landed.
#[derive(Debug, Default)]
pub(super) struct Ticket {
    end: AtomicU8,
    flight: AtomicWaker,
    has_landed: AtomicBool,
    /// The batch behind it in its lane.
    next: AtomicWaker,
}

/// Why a batch is not waited for any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Deadline,
    Closed,
}

impl Ticket {
    /// Ends the batch's journey; the first reason counts.
    pub(super) fn end(&self, why: End) {
        let why = match why {
            End::Deadline => 1,
            End::Closed => 2,
        };
        let _ = self.end.compare_exchange(0, why, Ordering::AcqRel, Ordering::Acquire);
        self.flight.wake();
    }

    /// Why it was ended, if it was.
    pub(super) fn ended(&self) -> Option<End> {
        match self.end.load(Ordering::Acquire) {
            0 => None,
            1 => Some(End::Deadline),
            _ => Some(End::Closed),
        }
    }

    /// Waits for that, unless the journey is ended before.
    pub(super) async fn unless_ended<F: Future + Unpin>(&self, future: &mut F) -> Option<F::Output> {
        poll_fn(|context| {
            if let Poll::Ready(output) = future.poll_unpin(context) {
                return Poll::Ready(Some(output));
            }
            self.flight.register(context.waker());
            if self.ended().is_some() { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }

    /// The batch is answered, well or ill.
    pub(super) fn land(&self) {
        self.has_landed.store(true, Ordering::Release);
        self.next.wake();
    }

    /// Resolves when it is; for one waiter.
    pub(super) async fn landed(&self) {
        poll_fn(|context| {
            self.next.register(context.waker());
            if self.has_landed.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
