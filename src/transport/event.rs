//! What a transport answers: where batches went, what a consumer meets, what became of a commit.

use std::sync::Arc;

use crate::record::{Batch, TopicPartition};

/// Where a batch was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The partition.
    pub at: TopicPartition,
    /// The offset of its first record. [`Appended::UNKNOWN_OFFSET`] where nobody waited for it, or nobody knows it any more.
    pub base_offset: u64,
    /// Where the offsets of its records do not follow each other: from the record with that index on they count from that offset.
    /// Empty on the transports of one process, and on Kafka while no other producer's batch came in between.
    pub breaks: Vec<(u32, u64)>,
    /// The time it was stamped with, in milliseconds since 1970, for records without a time of their own.
    pub timestamp: i64,
    /// Whether it was there already, from an earlier try.
    pub duplicate: bool,
}

impl Appended {
    /// The base offset of a batch that was answered before it was stored ([`Acknowledge::None`](super::Acknowledge::None)).
    pub const UNKNOWN_OFFSET: u64 = u64::MAX;

    /// The offset of one of its records, counted from 0; `None` where the offset is not known.
    ///
    /// ```
    /// use schemawire::record::TopicPartition;
    /// use schemawire::transport::Appended;
    ///
    /// let (at, breaks) = (TopicPartition::new("quakes", 0), vec![(2, 90)]);
    /// let appended = Appended { at, base_offset: 10, breaks, timestamp: 0, duplicate: false };
    /// assert_eq!((0..4).filter_map(|index| appended.offset_of(index)).collect::<Vec<_>>(), [10, 11, 90, 91]);
    /// ```
    #[must_use]
    pub fn offset_of(&self, index: u32) -> Option<u64> {
        if self.base_offset == Self::UNKNOWN_OFFSET {
            return None;
        }
        let run = self.breaks.iter().rev().find(|(first, _)| *first <= index);
        let (first, offset) = run.copied().unwrap_or((0, self.base_offset));
        (offset != Self::UNKNOWN_OFFSET).then(|| offset.saturating_add(u64::from(index - first)))
    }
}

/// What a consumer meets.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Records of one partition, in order. Those below the position (after a seek into a batch) are to be skipped.
    Records {
        /// The partition.
        at: TopicPartition,
        /// The generation it was read in.
        generation: Generation,
        /// The first offset that is wanted; earlier ones in the batch were read before.
        from: u64,
        /// The records.
        batch: Arc<Batch>,
    },
    /// These partitions are this member's now; each begins at that offset.
    Assigned {
        /// The new generation.
        generation: Generation,
        /// What was added, and where it begins.
        partitions: Vec<(TopicPartition, u64)>,
    },
    /// These partitions are about to go; finish, commit, answer with [`RawConsumer::revoked`](super::RawConsumer::revoked).
    /// Without an answer within the session timeout they are [`Event::Lost`].
    Revoking {
        /// The generation in which they were this member's.
        generation: Generation,
        /// What goes.
        partitions: Vec<TopicPartition>,
    },
    /// These partitions are gone already; drop their state, commit nothing.
    Lost {
        /// The generation in which they were this member's.
        generation: Generation,
        /// What is gone.
        partitions: Vec<TopicPartition>,
    },
    /// Records that no longer exist were skipped (retention, compaction does not count).
    Gap {
        /// The partition.
        at: TopicPartition,
        /// The first offset that was asked for.
        from: u64,
        /// The first offset that exists.
        to: u64,
    },
    /// Nothing happened within the wait.
    Idle,
}

/// One arrangement of a group's members; grows with each rebalance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

/// A group's position in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The next offset to read.
    pub offset: u64,
    /// A text kept beside it.
    pub metadata: Option<String>,
}

impl Committed {
    /// The position before that offset.
    #[must_use]
    pub const fn at(offset: u64) -> Self {
        Self { offset, metadata: None }
    }
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It is stored.
    Stored,
    /// One of the partitions is no longer this member's, or was not all the time since; nothing was changed.
    StaleGeneration,
}

/// Which member of which group asks; opaque.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupToken {
    pub(crate) group: String,
    pub(crate) member: u64,
    pub(crate) generation: Generation,
}
