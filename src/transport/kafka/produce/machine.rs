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
use krafka::error::ErrorCode;

use crate::backoff::Backoff;
use crate::record::TopicPartition;

use super::super::super::local::{unknown_partition, unknown_topic};
use super::super::super::{TransportError, TransportErrorKind};
use super::super::error::{fault, is_refusal};
use super::super::wire::Missing;
use super::handed::{Handed, Told};
use super::lane::Lane;
use super::request::{Load, Outcome};

/// Requests to one broker that are on their way at once.
const REQUESTS: u32 = 5;
/// The bytes of a request, unless one batch alone has more.
const REQUEST: usize = 8 << 20;
/// How often a topic is looked for that nobody knows: brokers learn of a new one at different times.
const LOOKS: u32 = 10;

/// What a broker answers who does not know any more what came before, so that the batch was not stored.
const FORGOTTEN: [ErrorCode; 3] =
    [ErrorCode::OutOfOrderSequenceNumber, ErrorCode::UnknownProducerId, ErrorCode::InvalidProducerEpoch];
const TOO_LARGE: [ErrorCode; 2] = [ErrorCode::MessageTooLarge, ErrorCode::RecordListTooLarge];

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
    rules: Rules,
    owner: Owner,
    lanes: BTreeMap<TopicPartition, Lane<T>>,
    brokers: BTreeMap<i32, Broker>,
    /// Topics of which nobody knows, or not any more, who leads them; and whether they are being asked for.
    lost: BTreeSet<Arc<str>>,
    is_looking: bool,
    /// Whether a new number is being asked for.
    is_asking: bool,
    told: Vec<Told<T>>,
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
struct Broker {
    requests: u32,
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

    /// A request has come back: what became of each of its loads.
    pub(super) fn answered(&mut self, broker: i32, outcomes: Vec<(TopicPartition, Outcome)>, now: Duration) {
        if let Some(broker) = self.brokers.get_mut(&broker) {
            broker.requests = broker.requests.saturating_sub(1);
        }
        for (at, outcome) in outcomes {
            self.outcome(&at, outcome, now);
        }
    }

    fn outcome(&mut self, at: &TopicPartition, outcome: Outcome, now: Duration) {
        let is_owned = self.owner != Owner::Nobody;
        let Self { lanes, told, .. } = self;
        let Some(lane) = lanes.get_mut(at) else { return };
        let (code, error, is_led) = match outcome {
            Outcome::Stored { offset, time } => return lane.stored(offset, time, false, told),
            Outcome::Refused { code: ErrorCode::DuplicateSequenceNumber, .. } if is_owned => {
                return lane.stored(-1, -1, true, told);
            }
            Outcome::Refused { code, is_led } => {
                (Some(code), KrafkaError::broker(code, "the broker refused it"), is_led)
            }
            Outcome::Lost(error) => (None, error, false),
        };
        let has = |codes: &[ErrorCode]| code.is_some_and(|code| codes.contains(&code));
        lane.landed(!code.is_some_and(is_refusal));
        let (records, bytes) = lane.sent();
        let is_unsure = lane.may_be_there();
        if has(&TOO_LARGE) && !is_unsure {
            // One record that is too large says nothing of others.
            lane.limit = if records > 1 { lane.limit.min(bytes) / 2 } else { self.rules.limit };
            if records > 1 {
                return lane.undo();
            }
        }
        let forgotten = is_owned && has(&FORGOTTEN);
        // One that may be there must not come with new numbers, and the old ones mean nothing any more.
        let retries = if forgotten { !is_unsure } else { code.is_none_or(|code| code.is_retriable()) };
        if lane.is_forsaken() && is_unsure {
            lane.forsake();
            self.renumber(at);
        } else if !retries {
            let refused = |at: &_| {
                let mut refused = fault(format_args!("a batch for {at} was not stored"), error.clone());
                if forgotten {
                    refused.kind = TransportErrorKind::OutOfSequence;
                }
                refused
            };
            lane.refuse_sent(refused, told);
            if is_unsure {
                self.renumber(at);
            }
        } else {
            if !is_unsure {
                lane.undo();
            }
            if !is_led && !forgotten {
                self.lost.insert(Arc::clone(&at.topic));
            }
            lane.trouble = Some(error);
            let failed = lane.failed;
            lane.failed = failed.saturating_add(1);
            let rest = self.rest(failed);
            if let Some(lane) = self.lanes.get_mut(at) {
                lane.rests_until = now.saturating_add(rest);
            }
            if forgotten {
                self.renumber(at);
            }
        }
    }

    /// The next numbers of a partition are of another epoch.
    fn renumber(&mut self, at: &TopicPartition) {
        let is_owned = self.owner != Owner::Nobody;
        if is_owned && self.lanes.get_mut(at).is_some_and(|lane| !lane.next_epoch()) {
            self.owner = Owner::Unknown;
        }
    }

    /// What nobody waits for is late by then.
    pub(super) fn hurry(&mut self, until: Duration, is_forgotten: &dyn Fn(&T) -> bool) {
        for lane in self.lanes.values_mut() {
            lane.hurry(until, is_forgotten);
        }
    }

    /// Gives back what is late.
    pub(super) fn expire(&mut self, now: Duration) {
        let timeout = self.rules.delivery_timeout;
        let mut forsaken = Vec::new();
        for lane in self.lanes.values_mut() {
            let late = |lane: &Lane<T>| {
                let (at, failed) = (&lane.at, lane.failed);
                let message = format!(
                    "a batch for {at} was not stored within {timeout:?}, after {failed} tries that failed: no answer in time; see \
                     whether the brokers run and can be reached from here"
                );
                let error = TransportError::new(TransportErrorKind::Unreachable, message);
                match &lane.trouble {
                    Some(trouble) => error.because(trouble.clone()),
                    None => error,
                }
            };
            lane.expire(now, late, &mut self.told);
            if lane.waits() && lane.is_forsaken() {
                lane.forsake();
                forsaken.push(lane.at.clone());
            }
        }
        for at in forsaken {
            self.renumber(&at);
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
    fn rest(&mut self, failed: u32) -> Duration {
        // An xorshift: it only has to spread those who failed together.
        let mut seed = self.rules.seed | 1;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        self.rules.seed = seed;
        self.rules.backoff.wait(failed, seed)
    }
}
