//! The partitions that are this member's, each with its watermark, and who may still finish records of them.
//!
//! A partition that comes, comes back, or is read from another place begins a new *tenure*. A record is finished under the tenure in
//! which it was given out; one of an older tenure changes nothing, since its record is given out again:
//!
//! ```text
//! assigned, tenure 1    given 5, 6     lost    assigned at 5, tenure 2    given 5     finished (1, 5): ignored
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::watermark::Watermark;
use crate::record::TopicPartition;

/// One assignment of a partition, until it goes or is read from another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tenure(u64);

/// The partitions, shared by the consumer and the marks that it gave away.
#[derive(Debug, Clone, Default)]
pub(super) struct Partitions(Arc<Mutex<Holdings>>);

impl Partitions {
    /// Locked for the few moments in which a record is given out or finished.
    pub(super) fn lock(&self) -> MutexGuard<'_, Holdings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when no mark of these partitions is left with anybody.
    pub(super) async fn unmarked(&self, partitions: &[TopicPartition]) {
        std::future::poll_fn(|context| {
            let mut holdings = self.lock();
            let is_marked = |at: &TopicPartition| holdings.held.get(at).is_some_and(|it| it.marks > 0);
            if !partitions.iter().any(is_marked) {
                return Poll::Ready(());
            }
            holdings.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Resolves when the partition is not full, see [`Holdings::is_full`].
    pub(super) async fn room(&self, at: &TopicPartition, window: u64) {
        std::future::poll_fn(|context| {
            let mut holdings = self.lock();
            if !holdings.is_full(at, window) {
                return Poll::Ready(());
            }
            holdings.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// What is held, without waiting for anything.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    held: BTreeMap<TopicPartition, Held>,
    tenures: u64,
    waiting: Vec<Waker>,
}

#[derive(Debug)]
struct Held {
    tenure: Tenure,
    watermark: Watermark,
    /// Where the batches end of which not all is done.
    ends: VecDeque<u64>,
    /// Marks that somebody holds.
    marks: usize,
}

impl Holdings {
    /// A partition comes, and is read from there on.
    pub(super) fn assign(&mut self, at: TopicPartition, start: u64) -> Tenure {
        let tenure = self.next_tenure();
        let held = Held { tenure, watermark: Watermark::new(start), ends: VecDeque::new(), marks: 0 };
        self.held.insert(at, held);
        tenure
    }

    /// Partitions go.
    pub(super) fn remove(&mut self, partitions: &[TopicPartition]) {
        for at in partitions {
            self.held.remove(at);
        }
        self.wake();
    }

    /// A partition is read from another place.
    pub(super) fn seek(&mut self, at: &TopicPartition, offset: u64) {
        let tenure = self.next_tenure();
        if let Some(held) = self.held.get_mut(at) {
            (held.tenure, held.marks) = (tenure, 0);
            held.ends.clear();
            held.watermark.seek(offset);
        }
        self.wake();
    }

    fn next_tenure(&mut self) -> Tenure {
        self.tenures += 1;
        Tenure(self.tenures)
    }

    /// A record is given out: under which tenure, and the span with it. `None` where the partition is not held.
    pub(super) fn give(&mut self, at: &TopicPartition, offset: u64) -> Option<(Tenure, u64)> {
        let held = self.held.get_mut(at)?;
        held.watermark.give(offset);
        Some((held.tenure, held.watermark.span()))
    }

    /// A record is finished under that tenure. False where that tenure is over.
    pub(super) fn finish(&mut self, at: &TopicPartition, tenure: Tenure, offset: u64) -> bool {
        match self.held.get_mut(at) {
            Some(held) if held.tenure == tenure => {
                held.watermark.finish(offset);
                true
            }
            _ => false,
        }
    }

    /// Whether that tenure lasts.
    pub(super) fn is_held(&self, at: &TopicPartition, tenure: Tenure) -> bool {
        self.held.get(at).is_some_and(|held| held.tenure == tenure)
    }

    /// Somebody keeps a mark of a record.
    pub(super) fn mark(&mut self, at: &TopicPartition, tenure: Tenure) {
        if let Some(held) = self.held.get_mut(at).filter(|held| held.tenure == tenure) {
            held.marks += 1;
        }
    }

    /// And no longer does.
    pub(super) fn unmark(&mut self, at: &TopicPartition, tenure: Tenure) {
        if let Some(held) = self.held.get_mut(at).filter(|held| held.tenure == tenure) {
            held.marks = held.marks.saturating_sub(1);
        }
        self.wake();
    }

    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }

    /// Nothing below that offset will be given out any more.
    pub(super) fn pass(&mut self, at: &TopicPartition, offset: u64) {
        if let Some(held) = self.held.get_mut(at) {
            held.watermark.pass(offset);
        }
    }

    /// A batch is given out whole; it ends before that offset.
    pub(super) fn end_batch(&mut self, at: &TopicPartition, next_offset: u64) {
        if let Some(held) = self.held.get_mut(at) {
            held.watermark.pass(next_offset);
            held.ends.push_back(next_offset);
        }
    }

    /// Whether all of a batch was done since this was asked last.
    pub(super) fn ended_batches(&mut self) -> bool {
        let mut any = false;
        for held in self.held.values_mut() {
            let position = held.watermark.position();
            while held.ends.front().is_some_and(|end| *end <= position) {
                held.ends.pop_front();
                any = true;
            }
        }
        any
    }

    /// Whether one more record may be given out without more than `window` offsets between the first unfinished one and behind it.
    pub(super) fn has_room(&self, at: &TopicPartition, window: u64) -> bool {
        self.held.get(at).is_some_and(|held| held.watermark.span() < window)
    }

    /// Whether the next record has to wait for a mark that somebody holds. Without marks nothing would end the wait.
    pub(super) fn is_full(&self, at: &TopicPartition, window: u64) -> bool {
        self.held.get(at).is_some_and(|held| held.marks > 0) && !self.has_room(at, window)
    }

    /// The partitions.
    pub(super) fn all(&self) -> Vec<TopicPartition> {
        self.held.keys().cloned().collect()
    }

    /// What is to be committed.
    pub(super) fn due(&self) -> Vec<(TopicPartition, u64)> {
        let due = |(at, held): (&TopicPartition, &Held)| Some((at.clone(), held.watermark.to_commit()?));
        self.held.iter().filter_map(due).collect()
    }

    /// That was stored.
    pub(super) fn stored(&mut self, stored: &[(TopicPartition, u64)]) {
        for (at, offset) in stored {
            if let Some(held) = self.held.get_mut(at) {
                held.watermark.stored(*offset);
            }
        }
    }

    /// The partitions, each with the offset up to which everything is done.
    pub(super) fn positions(&self) -> Vec<(TopicPartition, u64)> {
        self.held.iter().map(|(at, held)| (at.clone(), held.watermark.position())).collect()
    }
}

#[cfg(test)]
mod tests;
