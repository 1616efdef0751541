//! All partitions of a producer: what is to be sent where, and what becomes of it. It is told the time and does no I/O.
//!
//! ```text
//! append ─> lane ─ led, rested ─> errands: a connection ─> request: the front of every lane that broker leads
//!            ^                                                │
//!            └── again, after a pause <── refused, lost ──────┴─> stored, given back: told
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;

use crate::backoff::Backoff;
use crate::record::TopicPartition;

use super::super::super::local::{unknown_partition, unknown_topic};
use super::super::error::fault;
use super::super::wire::Missing;
use super::handed::{Handed, Told};
use super::lane::Lane;
use super::request::Load;

/// Requests to one broker that are on their way at once.
const REQUESTS: u32 = 5;
/// The bytes of a request, unless one batch alone has more.
const REQUEST: usize = 8 << 20;
/// How often a topic is looked for that nobody knows: brokers learn of a new one at different times.
const LOOKS: u32 = 10;

/// The settings of a producer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) delivery_timeout: Duration,
    /// The bytes of one record batch.
    pub(super) limit: usize,
    pub(super) backoff: Backoff,
    pub(super) seed: u64,
}

/// A producer without its sockets.
#[derive(Debug)]
pub(super) struct Machine<T> {
    pub(super) rules: Rules,
    pub(super) owner: Owner,
    pub(super) lanes: BTreeMap<TopicPartition, Lane<T>>,
    pub(super) brokers: BTreeMap<i32, Broker>,
    /// Topics of which nobody knows, or not any more, who leads them; and whether they are being asked for.
    pub(super) lost: BTreeSet<Arc<str>>,
    is_looking: bool,
    /// Whether a new number is being asked for.
    is_asking: bool,
    pub(super) told: Vec<Told<T>>,
}

/// By which number brokers know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// They do not have to.
    Nobody,
    /// A number and an epoch.
    Known(i64, i16),
    /// A new number is needed.
    Unknown,
}

#[derive(Debug, Default)]
pub(super) struct Broker {
    pub(super) requests: u32,
    is_connecting: bool,
    failed: u32,
    rests_until: Duration,
}

/// What has to be done outside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Errands {
    /// Brokers to connect to.
    pub(super) brokers: Vec<i32>,
    /// Topics to ask for.
    pub(super) topics: Vec<Arc<str>>,
    /// Whether a new number is needed.
    pub(super) owner: bool,
}

/// Who leads a partition.
pub(super) type Leaders<'l> = &'l dyn Fn(&TopicPartition) -> Option<i32>;

impl<T> Machine<T> {
    pub(super) fn new(rules: Rules, owner: Owner) -> Self {
        let (lanes, brokers, lost) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { rules, owner, lanes, brokers, lost, is_looking: false, is_asking: false, told: Vec::new() }
    }

    pub(super) fn append(&mut self, at: &TopicPartition, handed: Handed<T>) {
        if let Some(lane) = self.lanes.get_mut(at) {
            return lane.push(handed);
        }
        let mut lane = Lane::new(at.clone(), self.rules.limit);
        lane.push(handed);
        self.lanes.insert(at.clone(), lane);
    }

    /// The answers since the last call.
    pub(super) fn told(&mut self) -> Vec<Told<T>> {
        std::mem::take(&mut self.told)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lanes.values().all(Lane::is_empty)
    }

    /// What has to be done so that something can be sent.
    pub(super) fn errands(&mut self, now: Duration, leaders: Leaders<'_>) -> Errands {
        let mut errands = Errands::default();
        for lane in self.lanes.values_mut().filter(|lane| lane.waits() && lane.rests_until <= now) {
            if self.owner == Owner::Unknown && !lane.is_numbered() {
                errands.owner |= !std::mem::replace(&mut self.is_asking, true);
                continue;
            }
            let Some(leader) = leaders(&lane.at) else {
                if !self.is_looking {
                    self.lost.insert(Arc::clone(&lane.at.topic));
                }
                continue;
            };
            lane.is_known = true;
            let broker = self.brokers.entry(leader).or_default();
            if !broker.is_connecting && broker.requests < REQUESTS && broker.rests_until <= now {
                broker.is_connecting = true;
                errands.brokers.push(leader);
            }
        }
        if !self.is_looking {
            errands.topics = std::mem::take(&mut self.lost).into_iter().collect();
            self.is_looking = !errands.topics.is_empty();
        }
        errands
    }

    /// There is a connection to that broker: what goes there.
    pub(super) fn load(&mut self, broker: i32, now: Duration, leaders: Leaders<'_>) -> Vec<Load> {
        let owner = match self.owner {
            Owner::Known(producer, epoch) => Some((producer, epoch)),
            Owner::Nobody | Owner::Unknown => None,
        };
        let (mut loads, mut bytes) = (Vec::new(), 0);
        for lane in self.lanes.values_mut().filter(|lane| lane.waits() && lane.rests_until <= now) {
            if leaders(&lane.at) != Some(broker) || self.owner == Owner::Unknown && !lane.is_numbered() {
                continue;
            }
            let (parts, stamp) = lane.load(owner);
            loads.push(Load { at: lane.at.clone(), parts, stamp, packed: None });
            bytes += lane.sent().1;
            if bytes + self.rules.limit > REQUEST {
                break;
            }
        }
        let broker = self.brokers.entry(broker).or_default();
        broker.is_connecting = false;
        broker.failed = 0;
        broker.requests += u32::from(!loads.is_empty());
        loads
    }

    /// There is none.
    pub(super) fn unreachable(
        &mut self,
        broker: i32,
        error: &KrafkaError,
        now: Duration,
        leaders: Leaders<'_>,
    ) {
        // Never long: with each try the topics are looked at, and when another broker leads, nobody is to sleep through it.
        let rest = self.rest(self.brokers.get(&broker).map_or(0, |it| it.failed.min(1)));
        let known = self.brokers.entry(broker).or_default();
        known.is_connecting = false;
        known.failed = known.failed.saturating_add(1);
        known.rests_until = now.saturating_add(rest);
        for lane in self.lanes.values_mut().filter(|lane| lane.waits() && leaders(&lane.at) == Some(broker)) {
            lane.trouble = Some(error.clone());
            if !error.is_retriable() {
                let refused = |at: &_| fault(format_args!("a batch for {at} was not sent"), error.clone());
                lane.refuse_unsent(refused, &mut self.told);
            }
            self.lost.insert(Arc::clone(&lane.at.topic));
        }
    }

    /// The topics have been asked for: why those partitions have no leader that still have none.
    pub(super) fn looked(
        &mut self,
        now: Duration,
        leaders: Leaders<'_>,
        missing: &dyn Fn(&TopicPartition) -> Missing,
    ) {
        self.is_looking = false;
        for lane in self.lanes.values_mut().filter(|lane| lane.waits() && leaders(&lane.at).is_none()) {
            let missing = missing(&lane.at);
            lane.looked += u32::from(missing != Missing::Leader && !lane.is_known);
            if lane.looked >= LOOKS {
                lane.looked = 0;
                let refused = |at: &TopicPartition| match missing {
                    Missing::Partition(count) => unknown_partition(at, count),
                    Missing::Topic | Missing::Leader => unknown_topic(&at.topic),
                };
                lane.refuse_unsent(refused, &mut self.told);
            }
            lane.rests_until = now.saturating_add(self.rules.backoff.first);
        }
    }

    /// The new number; without one nothing more can be sent that has none.
    pub(super) fn owned(&mut self, owner: Result<(i64, i16), KrafkaError>) {
        self.is_asking = false;
        match owner {
            Ok((producer, epoch)) => self.owner = Owner::Known(producer, epoch),
            Err(error) => {
                for lane in self.lanes.values_mut() {
                    let refused =
                        |at: &_| fault(format_args!("a batch for {at} was not sent"), error.clone());
                    lane.refuse_unsent(refused, &mut self.told);
                }
            }
        }
    }

    /// When there is something to do again, if nothing happens before.
    pub(super) fn wake(&self, now: Duration) -> Option<Duration> {
        let lanes = self.lanes.values().filter(|lane| !lane.is_empty());
        let deadlines = lanes.clone().filter_map(Lane::deadline);
        let lanes = lanes.filter(|lane| lane.waits()).map(|lane| lane.rests_until);
        let brokers = self.brokers.values().map(|broker| broker.rests_until);
        deadlines.chain(lanes.chain(brokers).filter(|until| *until > now)).min()
    }

    /// A pause by chance, longer after more failures.
    pub(super) fn rest(&mut self, failed: u32) -> Duration {
        // An xorshift: it only has to spread those who failed together.
        let mut seed = self.rules.seed | 1;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        self.rules.seed = seed;
        self.rules.backoff.wait(failed, seed)
    }
}
