//! Records as they really are, and batches of them.
//!
//! ```text
//! record = key? + value? + headers + timestamp, at a topic, partition, offset
//! batch  = records moved together
//! ```
//!
//! A null value is a tombstone, not an empty one; headers keep order, repeated names and null values.

mod batch;
mod compression;
mod headers;
mod pack;
mod partitioner;
mod read;

pub use batch::{BATCH_VERSION, Batch, BatchError, PACKED_VERSION};
pub use compression::Compression;
pub use headers::Headers;
pub use partitioner::{KeyHash, Partitioner, murmur2};
pub use read::{Cursor, RecordRef, Records};

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The partition's number, from 0.
    pub partition: u32,
}

impl TopicPartition {
    /// That partition of that topic.
    #[must_use]
    pub fn new(topic: impl Into<Arc<str>>, partition: u32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

/// By name, then by number. Most of those that are compared, for every record, share the name: it is not read then.
impl Ord for TopicPartition {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let topics = match Arc::ptr_eq(&self.topic, &other.topic) {
            true => Ordering::Equal,
            false => self.topic.cmp(&other.topic),
        };
        topics.then(self.partition.cmp(&other.partition))
    }
}

impl PartialOrd for TopicPartition {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// One record that owns its bytes, on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The key's message; records of one key stay in order.
    pub key: Option<Vec<u8>>,
    /// The value's message; `None` is a tombstone, which deletes its key under compaction.
    pub value: Option<Vec<u8>>,
    /// Names and values beside the messages.
    pub headers: Headers,
    /// Milliseconds since 1970-01-01T00:00:00Z; `None` lets the transport stamp it when it is appended.
    pub timestamp: Option<i64>,
}

/// Which producer's which batch for one partition: a batch that is appended again under the same sequence is stored once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// The producer, as its transport numbers them.
    pub producer: u64,
    /// Grows when the producer gives batches up; an older one's batches are refused from then on.
    pub epoch: u32,
    /// The number of the batch in its partition and epoch, from 0.
    pub number: u64,
}
