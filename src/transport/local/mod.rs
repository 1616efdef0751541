//! What the transports of one process share: groups, consumers, producers and transactions over a [`Store`] of batches.
//!
//! ```text
//! LocalProducer ─┐                    ┌─ memory::MemoryStore
//! LocalConsumer ─┼─ Store: append, ───┤
//! LocalTransaction┘   transact, read  └─ embedded::Log
//!        └─ Hub: groups and generations, owners of transactional ids, who waits for news
//! ```
//!
//! Locks are taken in one order: the store's own, then the hub's.

mod assign;
mod consumer;
mod group;
mod hub;
mod producer;
mod refuse;
mod retention;
mod sequence;
mod transaction;

pub(super) use consumer::LocalConsumer;
pub(super) use hub::Hub;
pub(super) use producer::LocalProducer;
pub(super) use refuse::{exists, no_group, not_assigned, unknown_partition, unknown_topic, unsequenced};
pub(super) use retention::{Extent, compacted, first_kept};
pub(super) use sequence::{SequenceRow, Verdict};
pub(super) use transaction::LocalTransaction;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use crate::record::{Batch, TopicPartition};

use super::{
    Acknowledge, AppendError, Appended, BoxFuture, CommitOutcome, Committed, GroupToken, Place, TopicSpec,
    TransportError,
};

/// Where batches and offsets lie: what a transport of one process has to bring.
pub(super) trait Store: Debug + Send + Sync + 'static {
    /// Who reads and who owns.
    fn hub(&self) -> &Hub;

    /// A topic, or `UnknownTopic`.
    fn topic(&self, topic: &str) -> Result<TopicSpec, TransportError>;

    /// The first offset that is kept, and the one behind the last.
    fn bounds(&self, at: &TopicPartition) -> Result<Range<u64>, TransportError>;

    /// The batches from the one that covers that offset on, about that many bytes of them. None only
    /// where that offset is outside of the bounds, at least by now.
    fn read(&self, at: &TopicPartition, from: u64, bytes: usize) -> Result<Vec<Arc<Batch>>, TransportError>;

    /// What a group has committed.
    fn committed(&self, group: &str) -> Result<BTreeMap<TopicPartition, Committed>, TransportError>;

    /// Resolves when all that was handed over before has been answered, and can be seen.
    fn settled(&self) -> BoxFuture<'static, Result<(), TransportError>>;

    /// Appends one batch. The order is that of the calls.
    fn append(
        &self,
        at: &TopicPartition,
        batch: Batch,
        acknowledge: Acknowledge,
    ) -> BoxFuture<'static, Result<Appended, AppendError>>;

    /// Appends batches and stores offsets, all or none.
    fn transact(&self, transaction: Transaction) -> BoxFuture<'static, Result<Transacted, TransportError>>;

    /// Whether batches are stored in a form that can be compressed.
    fn compresses(&self) -> bool;

    /// A number that no producer had before.
    fn next_producer(&self) -> u64;
}

/// What becomes visible together.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// The transactional id with the epoch of its owner, who must not have been fenced.
    pub(super) owner: Option<(String, u64)>,
    /// What is appended.
    pub(super) batches: Vec<(TopicPartition, Batch)>,
    /// Which member commits which offsets, if it still may.
    pub(super) offsets: Vec<(GroupToken, Vec<(TopicPartition, Committed)>)>,
}

/// What became of a [`Transaction`].
#[derive(Debug)]
pub(super) struct Transacted {
    /// Where its batches are; none where it is stale.
    pub(super) appended: Vec<Appended>,
    /// Whether the offsets were still the member's to commit.
    pub(super) outcome: CommitOutcome,
}

impl Transacted {
    /// Nothing was changed, because a partition has another owner.
    pub(super) const fn stale() -> Self {
        Self { appended: Vec::new(), outcome: CommitOutcome::StaleGeneration }
    }
}

/// The offset of a place in a partition.
pub(super) fn offset_of(store: &dyn Store, at: &TopicPartition, place: Place) -> Result<u64, TransportError> {
    let bounds = store.bounds(at)?;
    let time = match place {
        Place::Earliest => return Ok(bounds.start),
        Place::Latest => return Ok(bounds.end),
        Place::Offset(offset) => return Ok(offset.clamp(bounds.start, bounds.end)),
        Place::Timestamp(time) => time,
    };
    // Records bring times of their own, in any order: the first one at or after it is found by looking.
    let mut from = bounds.start;
    while from < bounds.end {
        for batch in store.read(at, from, 1 << 20)? {
            if let Some(found) = batch.iter().find(|it| it.offset >= from && it.timestamp >= time) {
                return Ok(found.offset);
            }
            from = batch.next_offset();
        }
    }
    Ok(bounds.end)
}
