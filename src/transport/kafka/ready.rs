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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use krafka::ConsumerRecord;

    use super::{Ready, Run};
    use crate::record::TopicPartition;
    use crate::transport::{Event, Generation};

    /// Records at these offsets, of so many bytes, behind which `end` comes next.
    fn run(at: &TopicPartition, offsets: &[i64], bytes: usize, end: u64) -> Run {
        let value = || Some(vec![7; bytes].into());
        let record = |offset: &i64| ConsumerRecord::new(&*at.topic, 0, *offset, None, value());
        let records: Vec<_> = offsets.iter().map(record).collect();
        let range = 0..records.len();
        Run { at: at.clone(), generation: Generation::default(), records: Arc::new(records), range, end }
    }

    /// What is taken until nothing is left: of batches the offset from which on, where they end, and how many records they have.
    fn taken(ready: &mut Ready) -> Vec<(TopicPartition, u64, u64, usize)> {
        let event = |event| match event {
            Event::Records { at, from, batch, .. } => (at, from, batch.next_offset(), batch.len()),
            Event::Gap { at, from, to } => (at, from, to, 0),
            other => panic!("{other:?}"),
        };
        std::iter::from_fn(|| ready.take()).map(event).collect()
    }

    #[test]
    fn records_come_in_order_a_batch_at_a_time_and_the_last_one_covers_what_is_none() {
        let at = TopicPartition::new("t", 0);
        let mut ready = Ready::default();
        ready.push(run(&at, &[5, 6, 8], 40 << 10, 10));
        assert!(ready.bytes() > 120 << 10);
        assert_eq!(taken(&mut ready), [(at.clone(), 5, 7, 2), (at, 8, 10, 1)]);
        assert_eq!(ready.bytes(), 0);
    }

    #[test]
    fn a_batch_ends_before_an_offset_that_it_cannot_cover() {
        let (at, far) = (TopicPartition::new("t", 0), i64::from(u32::MAX));
        let mut ready = Ready::default();
        ready.push(run(&at, &[0, far - 1, far], 1, far as u64 + 1));
        let far = far as u64;
        assert_eq!(taken(&mut ready), [(at.clone(), 0, far, 2), (at, far, far + 1, 1)]);
    }

    #[test]
    fn what_is_split_off_comes_back_in_front_and_what_is_forgotten_does_not() {
        let [one, other] = [0, 1].map(|partition| TopicPartition::new("t", partition));
        let mut ready = Ready::default();
        ready.push(run(&one, &[0], 1, 1));
        ready.push(run(&other, &[0, 1], 1, 2));
        ready.push_gap(one.clone(), 1, 4);
        let bytes = ready.bytes();

        let held = ready.split(&one);
        assert_eq!(ready.bytes() + held.bytes(), bytes);
        ready.put_back(held);
        assert_eq!(ready.bytes(), bytes);
        ready.forget(&[other]);
        assert_eq!(taken(&mut ready), [(one.clone(), 0, 1, 1), (one, 1, 4, 0)]);
        assert!(ready.is_empty() && ready.bytes() == 0);
    }
}
