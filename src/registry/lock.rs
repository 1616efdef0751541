//! A lock that is waited for without a runtime: first come, first served, and no place in the line is lost with a dropped future.
//!
//! The value itself travels: from the lock to the guard, and from a guard that is dropped to the next one in the line. A waiter
//! that is gone hands it on, so a lock is never left closed.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::oneshot;

/// A value that one task at a time may use, across its waits.
#[derive(Debug)]
pub(crate) struct Lock<T>(Arc<Mutex<Line<T>>>);

#[derive(Debug)]
struct Line<T> {
    /// The value, while nobody uses it.
    value: Option<T>,
    waiters: VecDeque<oneshot::Sender<Guard<T>>>,
}

/// The value, in use; dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Guard<T> {
    line: Arc<Mutex<Line<T>>>,
    /// `None` only once it was passed on.
    value: Option<T>,
}

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(Line { value: Some(value), waiters: VecDeque::new() })))
    }

    /// Waits for the value.
    pub(crate) async fn lock(&self) -> Guard<T> {
        loop {
            let turn = {
                let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(value) = line.value.take() {
                    return Guard { line: Arc::clone(&self.0), value: Some(value) };
                }
                let (sender, turn) = oneshot::channel();
                line.waiters.push_back(sender);
                turn
            };
            // A sender is only ever dropped after it was used; should that change, the loop joins the line again.
            if let Ok(guard) = turn.await {
                return guard;
            }
        }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        let mut value = self.value.take();
        // The loop, not the next guard's drop, passes over waiters that are gone: a long line of them must not recurse.
        while value.is_some() {
            let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(waiter) = line.waiters.pop_front() else {
                line.value = value;
                return;
            };
            drop(line);
            let next = Self { line: Arc::clone(&self.line), value: value.take() };
            value = waiter.send(next).err().and_then(|mut refused| refused.value.take());
        }
    }
}

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("a guard holds its value")
    }
}

impl<T> DerefMut for Guard<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("a guard holds its value")
    }
}
