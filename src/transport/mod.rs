//! Transports: where batches live. Memory, the embedded log, Kafka; one trait, one conformance suite.
//!
//! The transport moves batches with offsets and generations; whatever is policy (retries, linger, commits, lanes) belongs to the
//! producer and consumer above it. A rebalance is an event here, not a callback.
//!
//! Object-safe: every future is boxed, once a batch, so that configuration can choose the transport.

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
pub mod memory;

#[cfg(feature = "embedded")]
pub use embedded::Embedded;
pub use error::{AppendError, TransportError, TransportErrorKind};
pub use memory::Memory;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::record::{Batch, TopicPartition};

/// A future that a trait object can give.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a transport can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// A batch that is sent again is not stored again.
    pub idempotent: bool,
    /// Several partitions and offsets change together or not at all.
    pub transactions: bool,
    /// Members of a group share the partitions of a topic.
    pub groups: bool,
    /// It collects records into batches by itself; the core then does not linger.
    pub native_batching: bool,
    /// The largest batch in bytes.
    pub max_batch: usize,
}

/// Where batches live. Cheap to share: wrap it in an [`Arc`].
pub trait Transport: Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Opens a producer. Law: batches for one partition are stored in the order of the calls to `append`.
    fn open_producer(
        &self,
        spec: ProducerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawProducer>, TransportError>>;

    /// Opens a consumer, as a member of a group where the spec names one.
    fn open_consumer(
        &self,
        spec: ConsumerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawConsumer>, TransportError>>;

    /// Opens a transactional producer. Law: an older one of the same id is fenced from now on, and its open transaction aborted.
    fn open_transactional(&self, id: &str) -> BoxFuture<'_, Result<Box<dyn RawTransaction>, TransportError>>;

    /// Creates a topic; one that exists with the same partitions is left as it is.
    fn create_topic(&self, spec: TopicSpec) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Deletes a topic with all its records.
    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>>;

    /// The topics, by name.
    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>>;

    /// How many partitions a topic has; `None` for a topic that does not exist.
    fn partitions<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<u32>, TransportError>>;

    /// The offset of a place: the first record at or behind it.
    fn offset<'a>(
        &'a self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>>;

    /// The offsets that a group has committed: the next one to read, by partition.
    fn committed<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, Committed>, TransportError>>;
}

/// Appends batches.
pub trait RawProducer: Debug + Send + Sync {
    /// Hands a batch over; the future resolves when it is stored as the spec's acknowledgement asks.
    /// Order is that of the calls, not of the polls, and a future that is dropped does not take its batch back.
    fn append(&self, at: &TopicPartition, batch: Batch) -> BoxFuture<'static, Result<Appended, AppendError>>;

    /// Resolves when every batch handed over before has been answered.
    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>>;
}

/// Where a batch was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The partition.
    pub at: TopicPartition,
    /// The offset of its first record; the others follow without a gap.
    pub base_offset: u64,
    /// The time it was stamped with, in milliseconds since 1970, for records without a time of their own.
    pub timestamp: i64,
    /// Whether it was there already, from an earlier try.
    pub duplicate: bool,
}

/// Reads batches.
pub trait RawConsumer: Debug + Send {
    /// What happens next; waits for it. Law: dropping the future loses nothing.
    fn next(&mut self, limits: PollLimits) -> BoxFuture<'_, Result<Event, TransportError>>;

    /// Stores the group's offsets. An older generation's commit changes nothing and says so.
    fn commit<'a>(
        &'a self,
        generation: Generation,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<CommitOutcome, TransportError>>;

    /// Stops giving records of these partitions; membership goes on.
    fn pause(&mut self, partitions: &[TopicPartition]);

    /// Gives records of these partitions again.
    fn resume(&mut self, partitions: &[TopicPartition]);

    /// Goes on reading a partition from another place; gives the offset of that place.
    fn seek<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>>;

    /// Answers [`Event::Revoking`]: the partitions may go to another member now.
    fn revoked(&mut self, generation: Generation) -> BoxFuture<'_, Result<(), TransportError>>;

    /// What [`RawTransaction::send_offsets`] needs to know of this member.
    fn group_token(&self) -> GroupToken;

    /// Leaves the group; its partitions go to the others at once.
    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), TransportError>>;
}

/// A producer whose batches and offsets become visible together.
pub trait RawTransaction: Debug + Send {
    /// Starts a transaction.
    fn begin(&mut self) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Adds a batch.
    fn append<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        batch: Batch,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Adds offsets of a group. Refused when the group has rebalanced since the token was taken.
    fn send_offsets<'a>(
        &'a mut self,
        token: &'a GroupToken,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Makes all of it visible, or none.
    fn commit(&mut self) -> BoxFuture<'_, Result<Vec<Appended>, TransportError>>;

    /// Forgets all of it.
    fn abort(&mut self) -> BoxFuture<'_, Result<(), TransportError>>;
}

/// How a producer is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ProducerSpec {
    /// When a batch counts as stored.
    pub acknowledge: Acknowledge,
}

impl ProducerSpec {
    /// The same with another acknowledgement.
    #[must_use]
    pub const fn with_acknowledge(mut self, acknowledge: Acknowledge) -> Self {
        self.acknowledge = acknowledge;
        self
    }
}

/// When a batch counts as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acknowledge {
    /// When it is handed over; it may be lost.
    None,
    /// When one place has it, which may lose it in a crash of the machine (embedded: not yet synced to disk).
    Leader,
    /// When it survives: all in-sync replicas, or synced to disk.
    #[default]
    All,
}

/// How a consumer is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerSpec {
    /// The topics to read.
    pub topics: Vec<String>,
    /// The group to join; without one, all partitions are read and nothing is committed.
    pub group: Option<String>,
    /// Where to begin a partition without a committed offset.
    pub start: Place,
    /// How long a member may be silent before its partitions go to others.
    pub session_timeout: Duration,
}

impl ConsumerSpec {
    /// Reads these topics from the earliest record, without a group; session timeout 10 s.
    #[must_use]
    pub fn new(topics: &[&str]) -> Self {
        Self {
            topics: topics.iter().map(|&topic| topic.to_owned()).collect(),
            group: None,
            start: Place::Earliest,
            session_timeout: Duration::from_secs(10),
        }
    }

    /// Joins that group.
    #[must_use]
    pub fn with_group(mut self, group: &str) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Begins there.
    #[must_use]
    pub const fn with_start(mut self, start: Place) -> Self {
        self.start = start;
        self
    }
}

/// A place in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The oldest record that is kept.
    Earliest,
    /// Behind the newest record.
    Latest,
    /// That record, or the first one kept behind it.
    Offset(u64),
    /// The first record at or after that time, in milliseconds since 1970.
    Timestamp(i64),
}

/// How much [`RawConsumer::next`] may give at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollLimits {
    /// The most bytes, except that one batch is always given whole.
    pub bytes: usize,
    /// How long to wait before answering [`Event::Idle`]; `None` waits without end. Transports without a clock may wait longer.
    pub wait: Option<Duration>,
}

impl Default for PollLimits {
    fn default() -> Self {
        Self { bytes: 1 << 20, wait: None }
    }
}

impl PollLimits {
    /// Answers [`Event::Idle`] at once when there is nothing to read.
    #[must_use]
    pub const fn now(mut self) -> Self {
        self.wait = Some(Duration::ZERO);
        self
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
    /// These partitions are about to go; finish, commit, answer with [`RawConsumer::revoked`].
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
    /// The group has rebalanced since; nothing was changed.
    StaleGeneration,
}

/// Which member of which group asks; opaque.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupToken {
    pub(crate) group: String,
    pub(crate) member: u64,
    pub(crate) generation: Generation,
}

/// A topic as it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicSpec {
    /// Its name: 1 to 249 of letters, digits, `.`, `_`, `-`, as in Kafka.
    pub name: String,
    /// How many partitions, at least 1.
    pub partitions: u32,
    /// What is kept, and for how long.
    pub retention: Retention,
}

impl TopicSpec {
    /// A topic that keeps everything.
    #[must_use]
    pub fn new(name: &str, partitions: u32) -> Self {
        Self { name: name.into(), partitions, retention: Retention::default() }
    }

    /// The same with another retention.
    #[must_use]
    pub const fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }
}

/// What a topic keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Records older than this go; `None` keeps them for ever.
    pub age: Option<Duration>,
    /// The oldest batches go while a partition is larger than this; `None` keeps all.
    pub bytes: Option<u64>,
    /// Only the newest record of each key is kept; a tombstone removes its key.
    pub compact: bool,
}
