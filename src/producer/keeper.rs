//! Looks after a producer's batches when nobody else does: lets them leave that have lingered, and ends those that are late.
//!
//! It holds the producer only for the moment in which a batch leaves, so that it keeps no log open; without anything to look
//! after it ends, and the next batch starts another.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::task::AtomicWaker;

use super::core::Core;
use super::lanes::Lanes;
use crate::transport::{Clock, sleep};

/// The keeper of one producer.
#[derive(Debug)]
pub(super) struct Keeper {
    core: Weak<Core>,
    lanes: Arc<Mutex<Lanes>>,
    clock: Arc<dyn Clock>,
    linger: Duration,
}

impl Keeper {
    pub(super) fn new(core: &Arc<Core>) -> Self {
        Self {
            core: Arc::downgrade(core),
            lanes: Arc::clone(&core.lanes),
            clock: Arc::clone(&core.clock),
            linger: core.settings.linger,
        }
    }

    pub(super) async fn keep(self) {
        let mut was_idle = false;
        loop {
            let now = self.clock.steady();
            let (look, signal) = {
                let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
                (lanes.look(now, self.linger, was_idle), Arc::clone(&lanes.signal))
            };
            was_idle = look.is_idle;
            let Some(next) = look.next else { return };
            if look.is_due {
                let Some(core) = self.core.upgrade() else { return };
                core.send_due();
            } else {
                signal.wait(next.saturating_sub(now)).await;
            }
        }
    }
}

/// What is to be done for a batch that was opened.
#[derive(Debug)]
pub(super) enum Wake {
    /// There is no keeper.
    Start,
    /// It would look too late.
    Earlier(Arc<Signal>),
}

impl Wake {
    pub(super) fn carry_out(self, core: &Arc<Core>) {
        match self {
            Self::Start => core.start_keeper(),
            Self::Earlier(signal) => signal.give(),
        }
    }
}

/// Wakes one who waits before its time.
#[derive(Debug, Default)]
pub(super) struct Signal {
    is_given: AtomicBool,
    waker: AtomicWaker,
}

impl Signal {
    pub(super) fn give(&self) {
        self.is_given.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Resolves when it is given, once.
    pub(super) async fn given(&self) {
        self.wait(Duration::MAX).await;
    }

    async fn wait(&self, longest: Duration) {
        let mut pause = sleep(longest);
        poll_fn(|context| {
            self.waker.register(context.waker());
            if self.is_given.swap(false, Ordering::AcqRel) {
                Poll::Ready(())
            } else {
                pause.poll_unpin(context)
            }
        })
        .await;
    }
}
