//! What a batch on its way and those who watch over it tell each other.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::task::AtomicWaker;

/// One batch's: ends it early, and says where it is.
#[derive(Debug, Default)]
pub(super) struct Ticket {
    end: AtomicU8,
    flight: AtomicWaker,
    stage: AtomicU8,
    /// The batch behind it in its lane.
    next: AtomicWaker,
}

/// Where a batch is. One that has failed and is to be tried again comes back to the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Not handed over yet.
    Ground = 0,
    /// Handed over for the first time, so that what is handed over behind it is stored behind it.
    Air = 1,
    /// Answered, well or ill.
    Landed = 2,
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

    /// The batch is there now.
    pub(super) fn is_at(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Release);
        self.next.wake();
    }

    pub(super) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Acquire) {
            0 => Stage::Ground,
            1 => Stage::Air,
            _ => Stage::Landed,
        }
    }

    /// Resolves when it is there, or further; for one waiter.
    pub(super) async fn reached(&self, stage: Stage) {
        poll_fn(|context| {
            self.next.register(context.waker());
            if self.stage() >= stage { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
