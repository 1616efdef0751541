//! The one thread of the process on which batches go on that nobody awaits: that linger, are tried again, or lie aside.
//!
//! ```text
//! spawn ──> queue ──> poll ── pending ──> its waker puts it into the queue again
//! ```
//!
//! It needs no runtime, and starts with the first task. Tasks wait, they do not work: one that blocks holds up the others.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Wake, Waker};
use std::thread;

use crate::transport::BoxFuture;

/// Goes on with that future until it is finished.
pub(super) fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    let future = Mutex::new(Some(Box::pin(future) as BoxFuture<'static, ()>));
    Arc::new(Task { future, is_queued: AtomicBool::new(false) }).wake();
}

struct Task {
    future: Mutex<Option<BoxFuture<'static, ()>>>,
    /// Set while it lies in the queue, so that it lies there once.
    is_queued: AtomicBool,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::AcqRel) {
            // The receiver lives as long as the process.
            let _ = queue().send(self);
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("is_queued", &self.is_queued).finish_non_exhaustive()
    }
}

fn queue() -> &'static Sender<Arc<Task>> {
    static QUEUE: OnceLock<Sender<Arc<Task>>> = OnceLock::new();
    QUEUE.get_or_init(|| {
        let (queue, tasks) = mpsc::channel();
        // Without the thread nothing leaves by itself; what is awaited still does.
        let work = move || tasks.into_iter().for_each(go_on);
        let _ = thread::Builder::new().name("schemawire-producer".into()).spawn(work);
        queue
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the queue gives it away")]
fn go_on(task: Arc<Task>) {
    task.is_queued.store(false, Ordering::Release);
    let waker = Waker::from(Arc::clone(&task));
    let mut slot = task.future.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(future) = slot.as_mut() else { return };
    // A callback of a user may panic; the others' batches go on.
    let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker))));
    if !matches!(polled, Ok(poll) if poll.is_pending()) {
        *slot = None;
    }
}

#[cfg(test)]
mod tests {
    use super::spawn;
    use futures_channel::oneshot;

    #[test]
    fn a_task_goes_on_when_it_is_woken_and_one_that_panics_ends_alone() {
        let (first, wait) = oneshot::channel::<u32>();
        let (answer, answered) = oneshot::channel();
        spawn(async { panic!("a user's callback") });
        spawn(async move {
            let _ = answer.send(wait.await.map(|number| number + 1));
        });
        first.send(1).expect("somebody waits");
        assert_eq!(pollster::block_on(answered), Ok(Ok(2)));
    }
}
