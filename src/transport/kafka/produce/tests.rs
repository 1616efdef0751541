//! The machine against brokers in the test: whatever is refused, lost, frozen or led elsewhere, every batch is told the truth.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;
use krafka::error::ErrorCode;
use proptest::prelude::*;

use crate::backoff::Backoff;
use crate::record::{Batch, Headers, TopicPartition};

use super::super::wire::Missing;
use super::encode::Stamp;
use super::handed::Handed;
use super::machine::{Machine, Owner, Rules};
use super::request::{Load, Outcome};

const TIMEOUT: Duration = Duration::from_secs(10);
const PARTITIONS: u32 = 3;

/// What the world does next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A batch of so many records, which are large or not, for a partition.
    Append {
        partition: u32,
        records: u32,
        is_large: bool,
    },
    /// Connections come about, or fail.
    Connect(bool),
    /// The oldest request comes back so.
    Answer(Fate),
    /// Partitions move to another broker, or have none.
    Lead(Option<i32>),
    /// The topic was asked for.
    Look,
    Pass(u64),
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    /// Stored, if the numbers are right.
    Stored,
    /// Stored, and the answer is lost.
    AnswerLost,
    /// Stored, and the broker is replaced before it has heard from its followers.
    Moved,
    /// Not stored, and nobody knows.
    Lost,
    Refused(ErrorCode),
    /// All that it knew of the producer is gone.
    Forgets,
}

fn step() -> impl Strategy<Value = Step> {
    let refusals = prop::sample::select(vec![
        ErrorCode::NotLeaderForPartition,
        ErrorCode::NotEnoughReplicas,
        ErrorCode::MessageTooLarge,
        ErrorCode::TopicAuthorizationFailed,
    ]);
    let fate = prop_oneof![
        6 => Just(Fate::Stored),
        1 => Just(Fate::AnswerLost),
        1 => Just(Fate::Moved),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Forgets),
        1 => refusals.prop_map(Fate::Refused),
    ];
    prop_oneof![
        6 => (0..PARTITIONS, 1..4_u32, prop::bool::weighted(0.2))
            .prop_map(|(partition, records, is_large)| Step::Append { partition, records, is_large }),
        4 => prop::bool::weighted(0.9).prop_map(Step::Connect),
        4 => fate.prop_map(Step::Answer),
        1 => prop::option::weighted(0.8, 0..2).prop_map(Step::Lead),
        1 => Just(Step::Look),
        3 => prop_oneof![4 => 0..1_500_u64, 1 => Just(11_000)].prop_map(Step::Pass),
    ]
}

/// One partition as brokers keep it: its records, and the last batches of a producer by their numbers.
#[derive(Debug, Default)]
struct Log {
    records: Vec<u64>,
    epoch: i16,
    next: i32,
    last: VecDeque<(i32, usize, i64)>,
}

impl Log {
    /// As a broker decides: once, in order, within an epoch.
    fn store(&mut self, stamp: Option<Stamp>, records: &[u64]) -> Result<i64, ErrorCode> {
        let offset = self.records.len() as i64;
        if let Some(Stamp { epoch, sequence, .. }) = stamp {
            if epoch < self.epoch {
                return Err(ErrorCode::InvalidProducerEpoch);
            }
            if epoch > self.epoch {
                (self.epoch, self.next) = (epoch, 0);
                self.last.clear();
            }
            let known = self.last.iter().find(|it| it.0 == sequence && it.1 == records.len());
            if let Some((_, _, offset)) = known {
                return Ok(*offset);
            }
            if sequence != self.next {
                return Err(ErrorCode::OutOfOrderSequenceNumber);
            }
            self.next += records.len() as i32;
            self.last.push_back((sequence, records.len(), offset));
        }
        self.records.extend(records);
        Ok(offset)
    }
}

/// The records' numbers.
fn numbers(load: &Load) -> Vec<u64> {
    let records = load.parts.iter().flat_map(super::encode::Part::iter);
    records.filter_map(|(record, _)| Some(u64::from_be_bytes(record.key?.try_into().ok()?))).collect()
}

/// Which records a batch has.
#[derive(Debug, Clone)]
struct Sent {
    partition: u32,
    numbers: Vec<u64>,
    deadline: Duration,
    /// What it was told: where it is, or whether it may be there.
    told: Option<Result<Vec<u64>, bool>>,
}

struct World {
    machine: Machine<usize>,
    now: Duration,
    leader: Option<i32>,
    logs: BTreeMap<u32, Log>,
    connecting: Vec<i32>,
    requests: VecDeque<(i32, Vec<Load>)>,
    sent: Vec<Sent>,
    next: u64,
}

impl World {
    fn new(owner: Owner) -> Self {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
        let rules = Rules { delivery_timeout: TIMEOUT, limit: 4_000, backoff, seed: 0x9e37_79b9_7f4a_7c15 };
        Self {
            machine: Machine::new(rules, owner),
            now: Duration::ZERO,
            leader: Some(0),
            logs: BTreeMap::new(),
            connecting: Vec::new(),
            requests: VecDeque::new(),
            sent: Vec::new(),
            next: 0,
        }
    }

    fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        let leader = self.leader;
        let leaders = move |_: &TopicPartition| leader;
        match step {
            Step::Append { partition, records, is_large } => self.append(partition, records, is_large),
            Step::Connect(succeeds) => {
                for broker in std::mem::take(&mut self.connecting) {
                    if succeeds {
                        let loads = self.machine.load(broker, self.now, &leaders);
                        self.check(&loads)?;
                        self.requests.extend((!loads.is_empty()).then_some((broker, loads)));
                    } else {
                        let error = KrafkaError::timeout("nobody there");
                        self.machine.unreachable(broker, &error, self.now, &leaders);
                    }
                }
            }
            Step::Answer(fate) => self.answer(fate),
            Step::Lead(leader) => self.leader = leader,
            Step::Look => self.machine.looked(self.now, &leaders, &|_| Missing::Leader),
            Step::Pass(millis) => self.now += Duration::from_millis(millis),
        }
        self.settle()
    }

    fn append(&mut self, partition: u32, records: u32, is_large: bool) {
        let mut batch = Batch::new();
        let first = self.next;
        for number in first..first + u64::from(records) {
            let value = vec![0; if is_large { 3_000 } else { 20 }];
            batch.push(Some(&number.to_be_bytes()), Some(&value), &Headers::new(), None);
        }
        self.next += u64::from(records);
        let deadline = self.now + TIMEOUT;
        let ticket = self.sent.len();
        let numbers = (first..self.next).collect();
        self.sent.push(Sent { partition, numbers, deadline, told: None });
        let handed = Handed::new(Arc::new(batch), 0, deadline, ticket);
        self.machine.append(&TopicPartition::new("t", partition), handed);
    }

    /// One request at a time for a partition, whose records are in the order of the calls.
    fn check(&self, loads: &[Load]) -> Result<(), TestCaseError> {
        for load in loads {
            let flying = self.requests.iter().flat_map(|(_, loads)| loads);
            prop_assert!(flying.clone().all(|it| it.at != load.at), "two at once for {}", load.at);
            prop_assert!(numbers(load).is_sorted() && !load.parts.is_empty());
        }
        Ok(())
    }

    fn answer(&mut self, fate: Fate) {
        let Some((broker, loads)) = self.requests.pop_front() else { return };
        let mut outcomes = Vec::new();
        for load in loads {
            let log = self.logs.entry(load.at.partition).or_default();
            let mut store = || match log.store(load.stamp, &numbers(&load)) {
                Ok(offset) => Outcome::Stored { offset, time: -1 },
                Err(code) => Outcome::Refused { code, is_led: false },
            };
            let lost = || Outcome::Lost(KrafkaError::timeout("no answer"));
            let outcome = match fate {
                Fate::Stored => store(),
                Fate::AnswerLost => {
                    store();
                    lost()
                }
                Fate::Moved => {
                    store();
                    Outcome::Refused { code: ErrorCode::NotLeaderForPartition, is_led: false }
                }
                Fate::Lost => lost(),
                Fate::Refused(code) => Outcome::Refused { code, is_led: false },
                Fate::Forgets => Outcome::Refused { code: ErrorCode::UnknownProducerId, is_led: false },
            };
            outcomes.push((load.at, outcome));
        }
        self.machine.answered(broker, outcomes, self.now);
    }

    /// What the engine does in each of its turns.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        let leader = self.leader;
        self.machine.expire(self.now);
        self.connecting.extend(self.machine.errands(self.now, &move |_| leader).brokers);
        for (ticket, result) in self.machine.told() {
            let sent = &mut self.sent[ticket];
            prop_assert!(sent.told.is_none(), "told twice");
            sent.told = Some(match result {
                Ok(appended) => {
                    let offsets = (0..).map_while(|index| appended.offset_of(index));
                    Ok(offsets.take(sent.numbers.len()).collect())
                }
                Err(error) => {
                    let batch = error.batch.expect("it comes back");
                    prop_assert_eq!(batch.len(), sent.numbers.len());
                    Err(error.possibly_written)
                }
            });
        }
        for sent in &self.sent {
            prop_assert!(sent.told.is_some() || sent.deadline > self.now, "it waits beyond its deadline");
        }
        let waits = self.sent.iter().any(|sent| sent.told.is_none());
        prop_assert!(!waits || self.machine.wake(self.now).is_some(), "nobody will look again");
        Ok(())
    }

    /// All goes well from now on.
    fn heal(&mut self) -> Result<(), TestCaseError> {
        self.leader = Some(1);
        for _ in 0..500 {
            self.step(Step::Connect(true))?;
            self.step(Step::Answer(Fate::Stored))?;
            self.step(Step::Look)?;
            self.step(Step::Pass(50))?;
        }
        prop_assert!(self.machine.is_empty() && self.requests.is_empty(), "something stays behind");
        Ok(())
    }

    /// What everyone was told is what is there.
    fn judge(&self, is_owned: bool) -> Result<(), TestCaseError> {
        for sent in &self.sent {
            let empty = Vec::new();
            let log = self.logs.get(&sent.partition).map_or(&empty, |log| &log.records);
            let copies = |number: &u64| log.iter().filter(|it| *it == number).count();
            match sent.told.as_ref().expect("everyone was told") {
                Ok(offsets) => {
                    let there: Vec<_> = offsets.iter().map(|offset| log.get(*offset as usize)).collect();
                    prop_assert_eq!(there, sent.numbers.iter().map(Some).collect::<Vec<_>>());
                }
                Err(false) => prop_assert!(sent.numbers.iter().all(|it| copies(it) == 0), "it is there"),
                Err(true) => {}
            }
            prop_assert!(!is_owned || sent.numbers.iter().all(|it| copies(it) <= 1), "it is there twice");
        }
        for log in self.logs.values().filter(|_| is_owned) {
            prop_assert!(log.records.is_sorted(), "out of order: {:?}", log.records);
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn everyone_is_told_the_truth_in_time(is_owned: bool, steps in prop::collection::vec(step(), 1..150)) {
        let mut world = World::new(if is_owned { Owner::Known(7, 0) } else { Owner::Nobody });
        for step in steps {
            world.step(step)?;
        }
        world.heal()?;
        world.judge(is_owned)?;
    }
}

/// A world in which that was appended and is on its way.
fn sent(batches: u32) -> World {
    let mut world = World::new(Owner::Known(7, 0));
    for _ in 0..batches {
        world.step(Step::Append { partition: 0, records: 2, is_large: false }).unwrap();
    }
    world.step(Step::Connect(true)).unwrap();
    world
}

fn answered(world: &mut World, fate: Fate) {
    world.step(Step::Answer(fate)).unwrap();
    world.step(Step::Pass(1_000)).unwrap();
    world.step(Step::Connect(true)).unwrap();
}

#[test]
fn batches_that_wait_are_joined_and_each_knows_where_it_is() {
    let mut world = sent(3);
    assert_eq!(world.requests[0].1[0].parts.len(), 3);
    answered(&mut world, Fate::Stored);
    let told: Vec<_> = world.sent.iter().map(|sent| sent.told.clone()).collect();
    assert_eq!(told, [Some(Ok(vec![0, 1])), Some(Ok(vec![2, 3])), Some(Ok(vec![4, 5]))]);
}

#[test]
fn what_is_too_large_goes_in_pieces() {
    let mut world = sent(3);
    answered(&mut world, Fate::Refused(ErrorCode::MessageTooLarge));
    let again = &world.requests[0].1[0];
    assert!(numbers(again).len() < 6, "{again:?}");
    assert_eq!(again.stamp.map(|stamp| stamp.sequence), Some(0), "the numbers are free again");
    world.heal().unwrap();
    world.judge(true).unwrap();
    assert!(world.sent.iter().all(|sent| matches!(sent.told, Some(Ok(_)))));
}

#[test]
fn a_broker_that_has_forgotten_the_producer_gets_a_new_epoch_unless_the_batch_may_be_there() {
    let mut world = sent(1);
    answered(&mut world, Fate::Forgets);
    let stamp = world.requests[0].1[0].stamp;
    assert_eq!(stamp, Some(Stamp { producer: 7, epoch: 1, sequence: 0 }));

    let mut world = sent(1);
    answered(&mut world, Fate::AnswerLost);
    assert_eq!(world.requests[0].1[0].stamp.map(|stamp| stamp.epoch), Some(0), "it is sent as it was");
    answered(&mut world, Fate::Forgets);
    assert_eq!(world.sent[0].told, Some(Err(true)));
    assert!(world.requests.is_empty(), "and not sent again");
}

#[test]
fn what_nobody_waits_for_has_less_time_once_the_producer_is_gone() {
    let mut world = sent(3);
    world.machine.hurry(Duration::from_millis(500), &|ticket| *ticket != 1);
    world.step(Step::Pass(600)).unwrap();
    let told: Vec<_> = world.sent.iter().map(|sent| sent.told.clone()).collect();
    assert_eq!(
        told,
        [Some(Err(true)), None, None],
        "order is kept: the last one stands behind one that is awaited"
    );
    world.heal().unwrap();
    world.judge(true).unwrap();
    assert_eq!(world.sent[2].told, Some(Ok(vec![4, 5])));
}

#[test]
fn a_producer_whose_epochs_are_used_up_asks_for_another_number() {
    let mut world = World::new(Owner::Known(7, i16::MAX));
    world.step(Step::Append { partition: 0, records: 1, is_large: false }).unwrap();
    world.step(Step::Connect(true)).unwrap();
    world.step(Step::Answer(Fate::Forgets)).unwrap();
    world.now += Duration::from_secs(1);
    assert!(world.machine.errands(world.now, &|_| Some(0)).owner);
    assert!(!world.machine.errands(world.now, &|_| Some(0)).owner, "it is asked for once");
    world.machine.owned(Ok((8, 0)));
    world.settle().unwrap();
    world.step(Step::Connect(true)).unwrap();
    assert_eq!(world.requests[0].1[0].stamp, Some(Stamp { producer: 8, epoch: 0, sequence: 0 }));
}
