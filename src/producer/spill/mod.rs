//! Laying records aside while their destination is away: in a log on this machine, from which they are forwarded in order.
//!
//! ```text
//! batch ── the buffer is full, the breaker is open, or its partition lies aside already ──> spill log ── forward ──> destination
//! ```
//!
//! ✔ Records of a partition stay in order: once some lie aside, later ones queue behind them. ✔ What lies aside survives a
//! restart; a producer with the same spill goes on with it. ✔ It is bounded: [`SendError::SpillFull`](super::SendError::SpillFull) tells.
//! ✔ A batch is forwarded under a number that is kept beside it, so that a log that knows numbers (memory, embedded) stores it
//! once, whenever this process dies. ✔ On Kafka the number is of the producer that forwards, which tries a batch under it for up to
//! 24 h, whatever becomes of its answers: it is there once. ✗ That number ends with the producer: what was forwarded to Kafka and
//! not marked when the process died, or the producer was closed, is forwarded again, and may be there twice.
//!
//! | in the spill log | |
//! |---|---|
//! | topic `NAME-NUMBER` | a partition for each of the destination; `NUMBER`, 16 hexadecimal digits, is the producer's that forwards |
//! | group of the same name | what is forwarded: offsets, each with the number of the next batch as its metadata |

mod forward;
mod open;

use std::fmt;
use std::sync::Arc;

use super::keeper::Signal;
use super::ticket::Ticket;
use crate::record::TopicPartition;
use crate::transport::{RawProducer, Transport};

pub(super) use forward::{FORWARDING, forward};

/// Where records are laid aside, and how many.
///
/// ```
/// use schemawire::producer::Spill;
/// use schemawire::transport::Memory;
///
/// let aside = Memory::new();
/// let spill = Spill::on(aside).limit(64 << 20);
/// ```
#[derive(Clone)]
pub struct Spill {
    log: Arc<dyn Transport>,
    name: Option<String>,
    limit: u64,
}

impl Spill {
    /// Lays records aside in that log: an embedded one, where they are to survive a restart.
    #[must_use]
    pub fn on(log: impl Transport) -> Self {
        Self { log: Arc::new(log), name: None, limit: 256 << 20 }
    }

    /// Its name in that log (default: `spill-TOPIC`). One producer at a time may have it.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// The most bytes of each partition that lie aside (default: 256 MiB). The log's file keeps up to twice that of each, since
    /// what is forwarded is let go of later.
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }
}

impl fmt::Debug for Spill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spill").field("name", &self.name).field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// A spill that is open.
#[derive(Debug)]
pub(super) struct Aside {
    /// The topic in the spill log, which is its group, too.
    pub(super) topic: Arc<str>,
    /// The number under which batches are forwarded.
    number: u64,
    log: Arc<dyn Transport>,
    pub(super) raw: Arc<dyn RawProducer>,
    pub(super) limit: u64,
    /// Partitions that it has; the destination may have more, which are not laid aside until it is empty.
    pub(super) partitions: u32,
    /// Ends the forwarding.
    pub(super) stop: Signal,
    /// Says when it has ended.
    pub(super) ended: Arc<Ticket>,
}

impl Aside {
    /// Where what goes to that partition lies aside.
    pub(super) fn at(&self, partition: u32) -> TopicPartition {
        TopicPartition::new(Arc::clone(&self.topic), partition)
    }
}

/// What of one partition lies aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Backlog {
    /// Whether batches are laid aside.
    pub(super) is_aside: bool,
    /// The first batch that was, by its place in the lane: those before it go the direct way to the end.
    pub(super) first: Option<u64>,
    /// Batches that are on their way to the spill log.
    pub(super) in_the_air: u32,
    /// Behind what is in the spill log.
    pub(super) end: u64,
    /// Behind what is forwarded.
    pub(super) forwarded: u64,
    /// Bytes and records that wait to be forwarded.
    pub(super) bytes: u64,
    pub(super) records: u64,
}

impl Backlog {
    /// Whether the batch at that place of the lane may be laid aside, or has to.
    pub(super) fn takes(&self, place: u64) -> bool {
        self.is_aside && self.first.is_none_or(|first| place >= first)
    }

    /// The batch at that place goes to the spill log.
    pub(super) fn lay(&mut self, place: u64, bytes: u64, records: u64) {
        self.first.get_or_insert(place);
        self.in_the_air += 1;
        self.bytes += bytes;
        self.records += records;
    }

    /// It is there, up to that offset, or could not be laid there.
    pub(super) fn laid(&mut self, end: Option<u64>, bytes: u64, records: u64) {
        self.in_the_air = self.in_the_air.saturating_sub(1);
        match end {
            Some(end) => self.end = self.end.max(end),
            None => self.take(bytes, records),
        }
        self.settle();
    }

    /// A batch is forwarded.
    pub(super) fn forward(&mut self, to: u64, bytes: u64, records: u64) {
        self.forwarded = to;
        self.take(bytes, records);
        self.settle();
    }

    fn take(&mut self, bytes: u64, records: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
        self.records = self.records.saturating_sub(records);
    }

    /// Once nothing lies aside any more, batches go the direct way again.
    fn settle(&mut self) {
        if self.in_the_air == 0 && self.forwarded >= self.end {
            (self.is_aside, self.first) = (false, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Backlog;
    use proptest::prelude::*;

    /// What can happen to a lane.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Leaves,
        GoesAside,
        Laid { well: bool },
        Forwarded,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Leaves),
            1 => Just(Step::GoesAside),
            3 => any::<bool>().prop_map(|well| Step::Laid { well }),
            3 => Just(Step::Forwarded),
        ]
    }

    proptest! {
        /// Against a naive model with the batches themselves: the order at the destination is that in which they left, and the
        /// counts are those of what lies aside.
        #[test]
        fn a_lane_keeps_its_order_on_both_ways(steps in prop::collection::vec(step(), 0..200)) {
            let mut backlog = Backlog::default();
            let (mut place, mut end) = (0, 0);
            let (mut air, mut aside, mut arrived) = (Vec::new(), Vec::new(), Vec::new());
            for step in steps {
                match step {
                    Step::GoesAside => backlog.is_aside = true,
                    Step::Leaves => {
                        place += 1;
                        if backlog.takes(place) {
                            backlog.lay(place, 10, 1);
                            air.push(place);
                        } else {
                            arrived.push(place);
                        }
                    }
                    Step::Laid { well } if !air.is_empty() => {
                        let batch = air.remove(0);
                        end += u64::from(well);
                        backlog.laid(well.then_some(end), 10, 1);
                        if well {
                            aside.push(batch);
                        }
                    }
                    Step::Forwarded if !aside.is_empty() => {
                        arrived.push(aside.remove(0));
                        let to = end - aside.len() as u64;
                        backlog.forward(to, 10, 1);
                    }
                    Step::Laid { .. } | Step::Forwarded => {}
                }
                let waiting = (air.len() + aside.len()) as u64;
                prop_assert_eq!((backlog.records, backlog.bytes), (waiting, 10 * waiting));
                prop_assert!(waiting == 0 || backlog.is_aside);
            }
            prop_assert!(arrived.is_sorted(), "{:?}", arrived);
        }
    }
}
