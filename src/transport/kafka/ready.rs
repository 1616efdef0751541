//! What polls have brought and nobody has taken yet.
//!
//! ```text
//! poll ─> [records of p0][gap in p1][records of p1] ... ─> take: the front as an event, records a batch at a time
//! ```
//!
//! Records become a batch when they are taken: then it is read while the processor's cache still has it, and at its end its memory
//! is there for the next one.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use krafka::ConsumerRecord;

use crate::record::{Batch, TopicPartition};

use super::super::{Event, Generation};
use super::records;

/// In the order in which it came.
#[derive(Default)]
pub(super) struct Ready {
    entries: VecDeque<Entry>,
    bytes: usize,
}

enum Entry {
    Records(Run),
    Gap { at: TopicPartition, from: u64, to: u64 },
}

/// Records of one partition, in order.
pub(super) struct Run {
    pub(super) at: TopicPartition,
    pub(super) generation: Generation,
    /// All that a poll brought, and which of it are these.
    pub(super) records: Arc<Vec<ConsumerRecord>>,
    pub(super) range: Range<usize>,
    /// What has been read ends there: behind the last record, or behind what comes next and is none, the end of a transaction.
    pub(super) end: u64,
}

impl Ready {
    pub(super) fn push(&mut self, run: Run) {
        self.bytes += run.size();
        self.entries.push_back(Entry::Records(run));
    }

    pub(super) fn push_gap(&mut self, at: TopicPartition, from: u64, to: u64) {
        self.entries.push_back(Entry::Gap { at, from, to });
    }

    /// What is next.
    pub(super) fn take(&mut self) -> Option<Event> {
        let mut front = self.entries.pop_front()?;
        match &mut front {
            Entry::Gap { at, from, to } => Some(Event::Gap { at: at.clone(), from: *from, to: *to }),
            Entry::Records(run) => {
                let (batch, size) = run.take();
                self.bytes = self.bytes.saturating_sub(size);
                let (at, generation, from) = (run.at.clone(), run.generation, batch.base_offset());
                if !run.range.is_empty() {
                    self.entries.push_front(front);
                }
                Some(Event::Records { at, generation, from, batch: Arc::new(batch) })
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes that the records hold.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// What is there of one partition, taken out.
    pub(super) fn split(&mut self, at: &TopicPartition) -> Self {
        let (gone, left) = std::mem::take(&mut self.entries).into_iter().partition(|entry| entry.at() == at);
        *self = Self::of(left);
        Self::of(gone)
    }

    /// Puts that in front.
    pub(super) fn put_back(&mut self, mut earlier: Self) {
        earlier.entries.append(&mut self.entries);
        *self = Self::of(earlier.entries);
    }

    /// Lets go of what is there of these partitions.
    pub(super) fn forget(&mut self, partitions: &[TopicPartition]) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.retain(|entry| !partitions.contains(entry.at()));
        *self = Self::of(entries);
    }

    fn of(entries: VecDeque<Entry>) -> Self {
        let bytes = entries.iter().map(Entry::size).sum();
        Self { entries, bytes }
    }
}

impl Entry {
    const fn at(&self) -> &TopicPartition {
        match self {
            Self::Records(Run { at, .. }) | Self::Gap { at, .. } => at,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Records(run) => run.size(),
            Self::Gap { .. } => 0,
        }
    }
}

impl Run {
    fn left(&self) -> &[ConsumerRecord] {
        self.records.get(self.range.clone()).unwrap_or_default()
    }

    fn size(&self) -> usize {
        self.left().iter().map(records::held).sum()
    }

    /// The next batch, and the bytes that its records held.
    fn take(&mut self) -> (Batch, usize) {
        let (mut batch, count) = records::incoming(self.left());
        let size = self.left().iter().take(count).map(records::held).sum();
        self.range.start += count;
        if self.range.is_empty() {
            // A batch cannot cover more than 2^32 offsets; the next one begins where it begins all the same.
            let _ = batch.cover_to(self.end);
        }
        (batch, size)
    }
}
