//! What the transports of one process do alike: sequences, and groups under a clock of the test.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pollster::block_on;
use schemawire::record::{Batch, Headers, Sequence, TopicPartition};
use schemawire::transport::{
    Assignor, Clock, CommitOutcome, Committed, ConsumerSpec, Event, Generation, Memory, PollLimits,
    ProducerSpec, RawConsumer, TopicSpec, Transport, TransportErrorKind,
};

/// A clock that stands still until the test moves it.
#[derive(Debug, Default)]
pub(super) struct TestClock(AtomicU64);

impl TestClock {
    pub(super) fn forward(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn wall(&self) -> i64 {
        self.0.load(Ordering::SeqCst) as i64
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn one(value: &str) -> Batch {
    let mut batch = Batch::new();
    batch.push(None, Some(value.as_bytes()), &Headers::new(), None);
    batch
}

/// A batch under a sequence of its own, as one that came back with an error has it.
fn numbered(producer: u64, epoch: u32, number: u64) -> Batch {
    let mut batch = one(&format!("{producer}/{epoch}/{number}"));
    batch.set_sequence(Some(Sequence { producer, epoch, number }));
    batch
}

pub(super) fn sequences_are_kept(log: &dyn Transport) {
    block_on(async {
        log.create_topic(TopicSpec::new("sequences", 2)).await.unwrap();
        let [at, other] = [0, 1].map(|partition| TopicPartition::new("sequences", partition));
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        let first = producer.append(&at, numbered(900, 0, 0)).await.unwrap();
        assert!(!first.duplicate);
        producer.append(&at, numbered(900, 0, 1)).await.unwrap();
        let again = producer.append(&at, numbered(900, 0, 0)).await.unwrap();
        assert!(again.duplicate, "a batch that is there is not stored again");
        assert_eq!((again.base_offset, again.timestamp), (first.base_offset, first.timestamp));

        let early = producer.append(&at, numbered(900, 0, 3)).await.unwrap_err();
        assert_eq!(early.source.kind, TransportErrorKind::OutOfSequence, "one before it is missing");
        assert!(early.class().is_retriable() && !early.possibly_written);
        let handed_back = *early.batch.expect("it comes back");
        producer.append(&at, numbered(900, 0, 2)).await.unwrap();
        assert_eq!(producer.append(&at, handed_back).await.unwrap().base_offset, 3);
        producer.append(&other, numbered(900, 0, 0)).await.expect("each partition counts by itself");

        producer.append(&at, numbered(900, 1, 0)).await.expect("a newer epoch");
        let zombie = producer.append(&at, numbered(900, 0, 4)).await.unwrap_err();
        assert_eq!(zombie.source.kind, TransportErrorKind::Fenced, "an older epoch is fenced");
    });
}

#[test]
fn a_batch_that_is_appended_again_is_stored_once() {
    sequences_are_kept(&Memory::new());
}

#[test]
fn a_batch_that_was_refused_comes_back_and_can_be_appended_again() {
    block_on(async {
        let log = Memory::new();
        let at = TopicPartition::new("t", 0);
        log.create_topic(TopicSpec::new("t", 1)).await.unwrap();
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        producer.append(&at, one("a")).await.unwrap();
        log.delete_topic("t").await.unwrap();
        // Handed over while the topic is there, answered when it is not: here it is refused at once, and comes back.
        let error = producer.append(&at, one("b")).await.unwrap_err();
        log.create_topic(TopicSpec::new("t", 1)).await.unwrap();
        producer.append(&at, *error.batch.unwrap()).await.unwrap();
        producer.append(&at, one("c")).await.unwrap();
    });
}

async fn now(consumer: &mut Box<dyn RawConsumer>) -> Event {
    consumer.next(PollLimits::default().now()).await.unwrap()
}

async fn group_of(clock: &Arc<TestClock>) -> (Memory, ConsumerSpec) {
    let log = Memory::with_clock(Arc::clone(clock) as Arc<dyn Clock>);
    log.create_topic(TopicSpec::new("t", 2)).await.unwrap();
    (log, ConsumerSpec::new(&["t"]).with_group("g").with_session_timeout(Duration::from_secs(10)))
}

#[test]
fn a_silent_member_loses_its_partitions_and_joins_again() {
    block_on(async {
        let clock = Arc::new(TestClock::default());
        let (log, spec) = group_of(&clock).await;
        let mut silent = log.open_consumer(spec.clone()).await.unwrap();
        let Event::Assigned { generation, partitions } = now(&mut silent).await else { panic!() };
        assert_eq!(partitions.len(), 2);
        let mut other = log.open_consumer(spec).await.unwrap();
        assert!(matches!(now(&mut other).await, Event::Idle), "the partitions are still the first one's");

        clock.forward(Duration::from_secs(9));
        assert!(matches!(now(&mut other).await, Event::Idle));
        clock.forward(Duration::from_secs(2));
        let Event::Assigned { partitions, .. } = now(&mut other).await else { panic!("the silence is over") };
        assert_eq!(partitions.len(), 2);

        let late =
            silent.commit(generation, &[(TopicPartition::new("t", 0), Committed::at(1))]).await.unwrap();
        assert_eq!(late, CommitOutcome::StaleGeneration);
        let Event::Lost { partitions, generation: lost } = now(&mut silent).await else {
            panic!("it is told")
        };
        assert_eq!((partitions.len(), lost), (2, generation));
        assert!(matches!(now(&mut silent).await, Event::Idle), "it has joined again and waits for its share");
        let Event::Revoking { generation, partitions } = now(&mut other).await else {
            panic!("which is asked for")
        };
        assert_eq!(partitions.len(), 1);
        other.revoked(generation).await.unwrap();
        assert!(matches!(now(&mut silent).await, Event::Assigned { .. }));
    });
}

#[test]
fn a_partition_that_is_not_given_back_in_time_is_lost() {
    block_on(async {
        let clock = Arc::new(TestClock::default());
        let (log, spec) = group_of(&clock).await;
        let mut first = log.open_consumer(spec.clone()).await.unwrap();
        assert!(matches!(now(&mut first).await, Event::Assigned { .. }));
        let mut second = log.open_consumer(spec).await.unwrap();
        let Event::Revoking { generation, partitions } = now(&mut first).await else { panic!() };
        for _ in 0..4 {
            // It lives, but does not answer.
            clock.forward(Duration::from_secs(3));
            let _ = now(&mut first).await;
            let _ = now(&mut second).await;
        }
        let outcome = first.commit(generation, &[(partitions[0].clone(), Committed::at(1))]).await.unwrap();
        assert_eq!(outcome, CommitOutcome::StaleGeneration);
        first.revoked(generation).await.expect("too late, which changes nothing");
        let position = [(partitions[0].clone(), Committed::at(1))];
        let owner = second.commit(Generation(u64::MAX), &position).await;
        assert_eq!(owner.unwrap(), CommitOutcome::Stored);
    });
}

#[test]
fn a_member_that_waits_is_alive() {
    block_on(async {
        let clock = Arc::new(TestClock::default());
        let (log, spec) = group_of(&clock).await;
        let mut waiting = log.open_consumer(spec.clone()).await.unwrap();
        assert!(matches!(now(&mut waiting).await, Event::Assigned { .. }));
        let mut wait = waiting.next(PollLimits::default());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(wait.as_mut().poll(&mut context).is_pending());
        clock.forward(Duration::from_secs(100));
        let mut other = log.open_consumer(spec).await.unwrap();
        assert!(matches!(now(&mut other).await, Event::Idle), "nothing is taken from one that waits");
        let Event::Revoking { .. } = wait.await.unwrap() else { panic!("it is asked") };
    });
}

/// What each member has once nothing moves any more.
fn settled(members: &mut [Box<dyn RawConsumer>], owned: &mut [BTreeSet<TopicPartition>]) {
    let mut is_quiet = false;
    while !is_quiet {
        is_quiet = true;
        for (member, owned) in members.iter_mut().zip(owned.iter_mut()) {
            match block_on(member.next(PollLimits::default().now())).unwrap() {
                Event::Idle => continue,
                Event::Assigned { partitions, .. } => owned.extend(partitions.into_iter().map(|it| it.0)),
                Event::Revoking { generation, partitions } => {
                    owned.retain(|at| !partitions.contains(at));
                    block_on(member.revoked(generation)).unwrap();
                }
                other => panic!("{other:?}"),
            }
            is_quiet = false;
        }
    }
}

fn numbers(owned: &BTreeSet<TopicPartition>) -> Vec<u32> {
    owned.iter().map(|at| at.partition).collect()
}

#[test]
fn a_group_shares_by_the_assignor_that_its_members_name() {
    for (assignor, two, three) in [
        (Assignor::Range, [vec![0, 1, 2], vec![3, 4, 5]], [vec![0, 1], vec![2, 3], vec![4, 5]]),
        (Assignor::RoundRobin, [vec![0, 2, 4], vec![1, 3, 5]], [vec![0, 3], vec![1, 4], vec![2, 5]]),
        // The third is given one of each, and nothing moves between the others.
        (Assignor::CooperativeSticky, [vec![0, 1, 2], vec![3, 4, 5]], [vec![0, 1], vec![3, 4], vec![2, 5]]),
    ] {
        let log = Memory::new();
        block_on(log.create_topic(TopicSpec::new("shared", 6))).unwrap();
        let spec = ConsumerSpec::new(&["shared"]).with_group("g").with_assignor(assignor);
        let (mut members, mut owned) = (Vec::new(), Vec::new());
        for expected in [&[vec![0, 1, 2, 3, 4, 5]][..], &two, &three] {
            members.push(block_on(log.open_consumer(spec.clone())).unwrap());
            owned.push(BTreeSet::new());
            settled(&mut members, &mut owned);
            assert_eq!(owned.iter().map(numbers).collect::<Vec<_>>(), expected, "{assignor:?}");
        }
    }
}

#[test]
fn a_member_that_would_share_otherwise_than_its_group_is_refused() {
    let log = Memory::new();
    block_on(log.create_topic(TopicSpec::new("shared", 2))).unwrap();
    let spec = ConsumerSpec::new(&["shared"]).with_group("g");
    let first = block_on(log.open_consumer(spec.clone())).unwrap();
    let other = spec.with_assignor(Assignor::RoundRobin);
    let error = block_on(log.open_consumer(other.clone())).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);
    assert!(error.message.contains("Range") && error.message.contains("RoundRobin"), "{error}");
    drop(first);
    block_on(log.open_consumer(other)).expect("a group that nobody is in takes any");
}
