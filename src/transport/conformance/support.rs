//! What the cases share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::record::{Batch, Headers, TopicPartition};

use super::super::{
    Committed, ConsumerSpec, Event, Generation, PollLimits, ProducerSpec, RawConsumer, RawProducer,
    TopicSpec, Transport,
};

/// Longer than any transport may take for anything here.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn topic(transport: &Arc<dyn Transport>, name: &str, partitions: u32) {
    transport.create_topic(TopicSpec::new(name, partitions)).await.expect("the topic is created");
}

pub(super) async fn producer(transport: &Arc<dyn Transport>) -> Box<dyn RawProducer> {
    transport.open_producer(ProducerSpec::default()).await.expect("a producer opens")
}

pub(super) async fn consumer(transport: &Arc<dyn Transport>, spec: ConsumerSpec) -> Box<dyn RawConsumer> {
    transport.open_consumer(spec).await.expect("a consumer opens")
}

pub(super) fn batch(values: &[&str]) -> Batch {
    let mut batch = Batch::new();
    for value in values {
        batch.push(Some(value.as_bytes()), Some(value.as_bytes()), &Headers::new(), None);
    }
    batch
}

/// Appends one batch and waits for it.
pub(super) async fn append(transport: &Arc<dyn Transport>, at: &TopicPartition, values: &[&str]) -> u64 {
    let producer = producer(transport).await;
    producer.append(at, batch(values)).await.expect("the batch is stored").base_offset
}

pub(super) fn values(of: std::ops::Range<usize>) -> Vec<String> {
    of.map(|number| format!("value {number}")).collect()
}

/// The next event, which has to come.
pub(super) async fn event(consumer: &mut Box<dyn RawConsumer>) -> Event {
    let event = consumer.next(PollLimits::default().with_wait(PATIENCE)).await.expect("an event");
    assert!(!matches!(event, Event::Idle), "nothing came within {PATIENCE:?}");
    event
}

/// The next `count` records, as text; other events are passed over.
pub(super) async fn read(consumer: &mut Box<dyn RawConsumer>, count: usize) -> Vec<String> {
    let mut read = Vec::new();
    while read.len() < count {
        if let Event::Records { batch, from, .. } = event(consumer).await {
            read.extend(texts(&batch, from));
        }
    }
    assert_eq!(read.len(), count, "more records came than were appended: {read:?}");
    read
}

pub(super) fn texts(batch: &Batch, from: u64) -> Vec<String> {
    let wanted = batch.iter().filter(|record| record.offset >= from);
    wanted.map(|record| String::from_utf8_lossy(record.value.unwrap_or(b"null")).into_owned()).collect()
}

/// What a fresh consumer without a group finds in a topic, until there is nothing more.
pub(super) async fn found(transport: &Arc<dyn Transport>, topic: &str) -> Vec<String> {
    let mut consumer = consumer(transport, ConsumerSpec::new(&[topic])).await;
    let mut found = Vec::new();
    loop {
        match consumer.next(PollLimits::default().now()).await.expect("an event") {
            Event::Records { batch, from, .. } => found.extend(texts(&batch, from)),
            Event::Idle => return found,
            _ => {}
        }
    }
}

/// A member that does what a consumer has to: reads, commits what it read before it gives a partition back.
pub(super) struct Member {
    pub(super) consumer: Box<dyn RawConsumer>,
    pub(super) owned: BTreeMap<TopicPartition, Generation>,
    pub(super) read: Vec<String>,
    next: BTreeMap<TopicPartition, u64>,
}

impl Member {
    pub(super) async fn join(transport: &Arc<dyn Transport>, topic: &str, group: &str) -> Self {
        let consumer = consumer(transport, ConsumerSpec::new(&[topic]).with_group(group)).await;
        Self { consumer, owned: BTreeMap::new(), read: Vec::new(), next: BTreeMap::new() }
    }

    pub(super) async fn step(&mut self) {
        let limits = PollLimits::default().with_wait(Duration::from_millis(5));
        match self.consumer.next(limits).await.expect("an event") {
            Event::Assigned { generation, partitions } => {
                for (at, position) in partitions {
                    self.next.insert(at.clone(), position);
                    self.owned.insert(at, generation);
                }
            }
            Event::Records { at, batch, from, .. } => {
                assert!(self.owned.contains_key(&at), "records of {at}, which is not this member's");
                self.read.extend(texts(&batch, from));
                self.next.insert(at, batch.next_offset());
            }
            Event::Revoking { generation, partitions } => {
                self.commit(generation, &partitions).await;
                self.owned.retain(|at, _| !partitions.contains(at));
                self.consumer.revoked(generation).await.expect("the answer is taken");
            }
            Event::Lost { partitions, .. } => self.owned.retain(|at, _| !partitions.contains(at)),
            _ => {}
        }
    }

    pub(super) async fn commit(&self, generation: Generation, partitions: &[TopicPartition]) {
        let next = |at: &TopicPartition| Some((at.clone(), Committed::at(*self.next.get(at)?)));
        let offsets: Vec<_> = partitions.iter().filter_map(next).collect();
        self.consumer.commit(generation, &offsets).await.expect("the commit is answered");
    }
}

/// Lets the members go on until each partition has an owner, and each member a share.
pub(super) async fn settle(members: &mut [&mut Member], partitions: usize) {
    for _ in 0..10_000 {
        for member in members.iter_mut() {
            member.step().await;
        }
        let owned: Vec<_> = members.iter().flat_map(|member| member.owned.keys()).collect();
        let distinct: BTreeSet<_> = owned.iter().collect();
        assert_eq!(distinct.len(), owned.len(), "a partition has two owners: {owned:?}");
        if owned.len() == partitions && members.iter().all(|member| !member.owned.is_empty()) {
            return;
        }
    }
    panic!("the members never shared the {partitions} partitions");
}
