//! Transports: where batches live. Memory, the embedded log, Kafka; one trait, one conformance suite.
//!
//! The transport moves batches with offsets and generations; whatever is policy (retries, linger, commits, lanes) belongs to the
//! producer and consumer above it. A rebalance is an event here, not a callback.
//!
//! Object-safe: every future is boxed, once a batch, so that configuration can choose the transport.

mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
mod event;
mod forward;
#[cfg(feature = "kafka")]
pub mod kafka;
mod local;
pub mod memory;
mod open;
mod spec;

pub use clock::{Clock, Pause, SystemClock, sleep};
#[cfg(feature = "embedded")]
pub use embedded::Embedded;
pub use error::{AppendError, TransportError, TransportErrorKind};
pub use event::{Appended, CommitOutcome, Committed, Event, Generation, GroupToken};
#[cfg(feature = "kafka")]
pub use kafka::Kafka;
pub use memory::Memory;
pub use open::open;
pub use spec::{
    Acknowledge, Assignor, ConsumerSpec, GroupProtocol, Isolation, Place, PollLimits, ProducerSpec,
    Retention, TopicSpec,
};

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use crate::record::{Batch, TopicPartition};

/// A future that a trait object can give.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a transport can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// A batch that came back and is appended again is stored once. Where this is false, one that was possibly written must not
    /// be appended again; the transport has repeated it by itself for as long as its deadline allows.
    pub idempotent: bool,
    /// Several partitions and offsets change together or not at all.
    pub transactions: bool,
    /// Members of a group share the partitions of a topic.
    pub groups: bool,
    /// It tries a batch again by itself, until the delivery timeout; the core then does not.
    pub retries: bool,
    /// [`Transport::maintain`] lets go of what retention no longer keeps; otherwise a server does, at a time of its own.
    pub maintains: bool,
    /// The largest batch in bytes.
    pub max_batch: usize,
}

/// Where batches live. Cheap to share: wrap it in an [`Arc`](std::sync::Arc), which is a transport, too.
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

    /// Gives a topic that many partitions in all; the new ones are empty, and are assigned to those who read the topic. Keys go to
    /// other partitions from then on. A topic that has so many is left as it is.
    fn grow_topic<'a>(&'a self, topic: &'a str, partitions: u32)
    -> BoxFuture<'a, Result<(), TransportError>>;

    /// Deletes a topic with all its records.
    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>>;

    /// The topics, by name.
    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>>;

    /// A topic; `None` for one that does not exist.
    fn topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<TopicSpec>, TransportError>> {
        Box::pin(async move { Ok(self.topics().await?.into_iter().find(|it| it.name == topic)) })
    }

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

    /// Lets go of what retention no longer keeps at that time (milliseconds since 1970), and compacts. Transports whose server
    /// does that by itself answer at once.
    fn maintain(&self, now: i64) -> BoxFuture<'_, Result<(), TransportError>>;
}

/// Appends batches.
pub trait RawProducer: Debug + Send + Sync {
    /// Hands a batch over; the future resolves when it is stored as the spec's acknowledgement asks.
    /// Order is that of the calls, not of the polls, and a future that is dropped does not take its batch back.
    ///
    /// A batch that comes back with the error carries its [`Sequence`](crate::record::Sequence): append *that* one again, and it
    /// is stored once, however often it is tried. Batches behind a failed one come back, too, so that order holds.
    fn append(&self, at: &TopicPartition, batch: Batch) -> BoxFuture<'static, Result<Appended, AppendError>>;

    /// Resolves when every batch handed over before has been answered.
    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>>;
}

/// Reads batches.
pub trait RawConsumer: Debug + Send + Sync {
    /// What happens next; waits for it. Law: dropping the future loses nothing. Law: asked without any wait
    /// ([`PollLimits::now`]), [`Event::Idle`] comes behind all that was acknowledged before the call, and, in a group, not before
    /// the group has said what is this member's; so it is the end of what there was.
    fn next(&mut self, limits: PollLimits) -> BoxFuture<'_, Result<Event, TransportError>>;

    /// Stores the group's offsets, all or none. Law: it changes nothing, and says so, unless each partition has been this
    /// member's without a break since that generation.
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

    /// Answers every [`Event::Revoking`] that came so far with that generation or an older one: the partitions may go to
    /// another member now.
    fn revoked(&mut self, generation: Generation) -> BoxFuture<'_, Result<(), TransportError>>;

    /// What [`RawTransaction::send_offsets`] needs to know of this member.
    fn group_token(&self) -> GroupToken;

    /// Leaves the group; its partitions go to the others at once.
    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), TransportError>>;
}

/// A producer whose batches and offsets become visible together.
pub trait RawTransaction: Debug + Send + Sync {
    /// Starts a transaction.
    fn begin(&mut self) -> BoxFuture<'_, Result<(), TransportError>>;

    /// Adds a batch.
    fn append<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        batch: Batch,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Adds offsets of a group. Refused, now or at the commit, when one of the partitions has left the token's member since.
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
