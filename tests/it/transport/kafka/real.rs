//! Against Apache Kafka, where `scripts/streams.sh` has started it.

mod secure;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use krafka::admin::DeleteRecordsOptions;
use krafka::consumer::TopicPartition as Named;
use schemawire::record::{Batch, Compression, Headers, TopicPartition};
use schemawire::transport::{
    Assignor, Committed, ConsumerSpec, Event, GroupProtocol, Isolation, Kafka, PollLimits, ProducerSpec,
    RawConsumer, TopicSpec, Transport, TransportErrorKind, conformance,
};

use super::{NOT_KAFKAS, batch, drain, texts};

/// The brokers' addresses, or a word that the test is skipped.
fn brokers() -> Option<String> {
    let brokers = std::env::var_os("SCHEMAWIRE_KAFKA").map(|it| it.into_string().unwrap());
    if brokers.is_none() {
        eprintln!("skipped: SCHEMAWIRE_KAFKA names no brokers; scripts/streams.sh starts one");
    }
    brokers
}

async fn kafka(brokers: &str) -> Kafka {
    Kafka::builder(brokers).metadata_age(Duration::from_millis(500)).connect().await.unwrap()
}

/// A topic of that name, empty.
async fn topic(kafka: &Kafka, name: &str, partitions: u32) {
    let _ = kafka.delete_topic(name).await;
    kafka.create_topic(TopicSpec::new(name, partitions)).await.unwrap();
}

#[test]
fn kafka_keeps_every_law_of_a_transport() {
    let Some(brokers) = brokers() else { return };
    let left_out = pollster::block_on(conformance::run(async || {
        let kafka = kafka(&brokers).await;
        // Cases name their topics, which an earlier run may have left.
        for topic in kafka.topics().await.unwrap() {
            if !topic.name.starts_with("test.") {
                kafka.delete_topic(&topic.name).await.unwrap();
            }
        }
        Arc::new(kafka) as Arc<dyn Transport>
    }));
    assert_eq!(left_out, NOT_KAFKAS);
}

#[test]
fn a_group_shares_under_every_protocol_and_assignor() {
    let Some(brokers) = brokers() else { return };
    pollster::block_on(async {
        let kafka = kafka(&brokers).await;
        for (number, (protocol, assignor)) in (0..).zip([
            (GroupProtocol::Classic, Assignor::Range),
            (GroupProtocol::Classic, Assignor::RoundRobin),
            (GroupProtocol::Classic, Assignor::CooperativeSticky),
            (GroupProtocol::Consumer, Assignor::Range),
            (GroupProtocol::Consumer, Assignor::CooperativeSticky),
        ]) {
            if protocol == GroupProtocol::Consumer && !has_consumer_groups(&kafka).await {
                // Past what the harness holds back of a test that passes.
                let line =
                    format!("skipped: {protocol:?} {assignor:?}: this broker has no groups of KIP-848\n");
                std::io::stderr().write_all(line.as_bytes()).unwrap();
                continue;
            }
            let name = format!("test.shared.{number}");
            topic(&kafka, &name, 4).await;
            let spec = ConsumerSpec::new(&[&name]).with_group(&name);
            let spec = spec.with_protocol(protocol).with_assignor(assignor);
            let (mut one, mut other) = (Shared::join(&kafka, &spec).await, Shared::join(&kafka, &spec).await);
            while one.owned.len() != 2 || other.owned.len() != 2 {
                one.step().await;
                other.step().await;
            }
            let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
            for partition in 0..4 {
                let at = TopicPartition::new(name.as_str(), partition);
                producer.append(&at, batch(&[&format!("value {partition}")])).await.unwrap();
            }
            while one.read.len() + other.read.len() < 4 {
                one.step().await;
                other.step().await;
            }
            let mut all = [one.read.clone(), other.read.clone()].concat();
            all.sort();
            assert_eq!(all, ["value 0", "value 1", "value 2", "value 3"], "{protocol:?} {assignor:?}");
            assert_eq!((one.read.len(), other.read.len()), (2, 2), "{protocol:?} {assignor:?}");
            // Who leaves leaves at once, and the other goes on behind its commit.
            one.commit().await;
            other.commit().await;
            other.consumer.close().await.unwrap();
            while one.owned.len() < 4 {
                one.step().await;
            }
            producer.append(&TopicPartition::new(name.as_str(), 3), batch(&["last"])).await.unwrap();
            while !one.read.contains(&"last".to_owned()) {
                one.step().await;
            }
            assert_eq!(one.read.len(), 3, "{protocol:?} {assignor:?}: nothing came twice: {:?}", one.read);
            one.consumer.close().await.unwrap();
        }
    });
}

/// Whether the broker assigns the partitions of groups itself, asked by joining one. One that does not is told what would.
async fn has_consumer_groups(kafka: &Kafka) -> bool {
    topic(kafka, "test.asked", 1).await;
    let spec = ConsumerSpec::new(&["test.asked"]).with_group("test.asked");
    let mut member = kafka.open_consumer(spec.with_protocol(GroupProtocol::Consumer)).await.unwrap();
    let answer = loop {
        match member.next(PollLimits::default()).await {
            Ok(Event::Idle) => {}
            answer => break answer,
        }
    };
    // Who never was a member has nothing to give back.
    let _ = member.close().await;
    let Err(error) = answer else { return true };
    assert_eq!(error.kind, TransportErrorKind::UnknownVersion, "{error:?}");
    assert!(error.message.contains("`GroupProtocol::Consumer` needs Kafka 4.0"), "{error}");
    false
}

/// Under the eager assignors a member gives everything back before it gets its share: that is not the end of what there is.
#[test]
fn a_member_that_waits_for_its_share_has_not_come_to_the_end() {
    let Some(brokers) = brokers() else { return };
    pollster::block_on(async {
        let kafka = kafka(&brokers).await;
        for assignor in [Assignor::Range, Assignor::RoundRobin, Assignor::CooperativeSticky] {
            let name = format!("test.waits.{assignor:?}");
            topic(&kafka, &name, 4).await;
            let spec = ConsumerSpec::new(&[&name]).with_group(&name).with_assignor(assignor);
            let mut one = Shared::join(&kafka, &spec).await;
            while one.owned.len() < 4 {
                one.step().await;
            }
            let mut other = Shared::join(&kafka, &spec).await;
            // The other one joins by itself: nobody has to wait for its calls.
            while one.owned.len() != 2 {
                let event = one.at_once().await;
                assert!(!event || !one.owned.is_empty(), "{assignor:?}: first it is told what is its own");
            }
            while other.owned.len() != 2 {
                other.step().await;
            }
            one.consumer.close().await.unwrap();
            other.consumer.close().await.unwrap();
        }
    });
}

/// A member of a group that answers what it is asked.
struct Shared {
    consumer: Box<dyn RawConsumer>,
    owned: BTreeMap<TopicPartition, u64>,
    generation: schemawire::transport::Generation,
    read: Vec<String>,
}

impl Shared {
    async fn join(kafka: &Kafka, spec: &ConsumerSpec) -> Self {
        let consumer = kafka.open_consumer(spec.clone()).await.unwrap();
        Self { consumer, owned: BTreeMap::new(), generation: Default::default(), read: Vec::new() }
    }

    async fn step(&mut self) {
        let limits = PollLimits::default().with_wait(Duration::from_millis(20));
        let event = self.consumer.next(limits).await.unwrap();
        self.take(event).await;
    }

    /// Takes what there is; whether there was nothing.
    async fn at_once(&mut self) -> bool {
        let event = self.consumer.next(PollLimits::default().now()).await.unwrap();
        let is_idle = matches!(event, Event::Idle);
        self.take(event).await;
        is_idle
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Assigned { generation, partitions } => {
                self.generation = generation;
                self.owned.extend(partitions);
            }
            Event::Records { at, batch, .. } => {
                self.read.extend(texts(&batch));
                self.owned.insert(at, batch.next_offset());
            }
            Event::Revoking { generation, partitions } => {
                self.commit().await;
                self.owned.retain(|at, _| !partitions.contains(at));
                self.consumer.revoked(generation).await.unwrap();
            }
            Event::Lost { partitions, .. } => self.owned.retain(|at, _| !partitions.contains(at)),
            _ => {}
        }
    }

    async fn commit(&self) {
        let offsets: Vec<_> =
            self.owned.iter().map(|(at, offset)| (at.clone(), Committed::at(*offset))).collect();
        self.consumer.commit(self.generation, &offsets).await.unwrap();
    }
}

#[test]
fn records_come_back_from_every_compression() {
    let Some(brokers) = brokers() else { return };
    pollster::block_on(async {
        let kafka = kafka(&brokers).await;
        topic(&kafka, "test.compressed", 1).await;
        let at = TopicPartition::new("test.compressed", 0);
        for compression in Compression::ALL {
            let spec = ProducerSpec::default().with_compression(compression);
            let opened = kafka.open_producer(spec).await;
            if compression == Compression::Zstd && !cfg!(feature = "kafka-zstd") {
                assert!(opened.unwrap_err().message.contains("kafka-zstd"));
                continue;
            }
            let values: Vec<_> = (0..500).map(|number| format!("{compression} {number}")).collect();
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            let stored = opened.unwrap().append(&at, batch(&values)).await.unwrap();
            let start = schemawire::transport::Place::Offset(stored.base_offset);
            let spec = ConsumerSpec::new(&["test.compressed"]).with_start(start);
            let mut consumer = kafka.open_consumer(spec).await.unwrap();
            assert_eq!(drain(&mut *consumer).await, values);
        }
    });
}

#[test]
fn a_record_over_the_brokers_limit_is_refused_and_not_written() {
    let Some(brokers) = brokers() else { return };
    pollster::block_on(async {
        let kafka = Kafka::builder(&brokers).max_batch(4 << 20).connect().await.unwrap();
        topic(&kafka, "test.large", 1).await;
        let at = TopicPartition::new("test.large", 0);
        let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
        let mut large = Batch::new();
        large.push(None, Some(&vec![b'x'; 2 << 20]), &Headers::new(), None);
        let error = producer.append(&at, large).await.unwrap_err();
        assert_eq!(error.source.kind, TransportErrorKind::TooLarge, "{error:?}");
        assert!(!error.possibly_written);
        // And the producer goes on.
        producer.append(&at, batch(&["small"])).await.unwrap();
        let mut consumer = kafka.open_consumer(ConsumerSpec::new(&["test.large"])).await.unwrap();
        assert_eq!(drain(&mut *consumer).await, ["small"]);
    });
}

#[tokio::test]
async fn what_the_broker_let_go_of_is_told_as_a_gap() {
    let Some(brokers) = brokers() else { return };
    let kafka = kafka(&brokers).await;
    topic(&kafka, "test.gap", 1).await;
    let at = TopicPartition::new("test.gap", 0);
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    for value in ["a", "b", "c", "d"] {
        producer.append(&at, batch(&[value])).await.unwrap();
    }
    let spec = ConsumerSpec::new(&["test.gap"]).with_group("test.gap");
    let mut member = Shared::join(&kafka, &spec).await;
    while member.read.is_empty() {
        member.step().await;
    }
    let generation = member.generation;
    member.consumer.commit(generation, &[(at.clone(), Committed::at(1))]).await.unwrap();
    member.consumer.close().await.unwrap();

    let admin = krafka::Kafka::builder(&*brokers).connect().await.unwrap().admin();
    let before = [(Named::new("test.gap", 0), 3)];
    admin.delete_records(before, DeleteRecordsOptions::default()).await.unwrap();

    // The group stands at 1, and 3 is the first that is kept.
    let mut consumer = kafka.open_consumer(spec).await.unwrap();
    let mut gaps = Vec::new();
    let found = loop {
        match consumer.next(PollLimits::default()).await.unwrap() {
            Event::Gap { from, to, .. } => gaps.push((from, to)),
            Event::Records { batch, .. } => break texts(&batch),
            _ => {}
        }
    };
    assert_eq!((gaps, found), (vec![(1, 3)], vec!["d".to_owned()]));
    // Behind the end there is nothing, either.
    consumer.seek(&at, schemawire::transport::Place::Offset(90)).await.unwrap();
    producer.append(&at, batch(&["e"])).await.unwrap();
    let gap = consumer.next(PollLimits::default()).await.unwrap();
    assert!(matches!(gap, Event::Gap { from: 90, to: 4, .. }), "{gap:?}");
    let next = consumer.next(PollLimits::default()).await.unwrap();
    assert!(matches!(&next, Event::Records { batch, .. } if texts(batch) == ["e"]), "{next:?}");
}

#[tokio::test]
async fn a_static_member_comes_back_to_its_partitions_without_a_rebalance() {
    let Some(brokers) = brokers() else { return };
    let kafka = kafka(&brokers).await;
    topic(&kafka, "test.static", 2).await;
    let spec = ConsumerSpec::new(&["test.static"]).with_group("test.static");
    let mut one = Shared::join(&kafka, &spec.clone().with_instance("one")).await;
    let mut other = Shared::join(&kafka, &spec.clone().with_instance("other")).await;
    while one.owned.len() != 1 || other.owned.len() != 1 {
        one.step().await;
        other.step().await;
    }
    let before = one.owned.clone();
    one.consumer.close().await.unwrap();
    let mut again = Shared::join(&kafka, &spec.with_instance("one")).await;
    while again.owned.is_empty() {
        again.step().await;
    }
    assert_eq!(again.owned, before);
    for _ in 0..20 {
        other.step().await;
    }
    assert_eq!(other.owned.len(), 1, "the other was not asked for anything");
}

#[tokio::test]
async fn an_uncommitted_record_is_seen_only_by_those_who_ask_for_it() {
    let Some(brokers) = brokers() else { return };
    let kafka = kafka(&brokers).await;
    topic(&kafka, "test.isolation", 1).await;
    let at = TopicPartition::new("test.isolation", 0);
    let mut transaction = kafka.open_transactional("test.isolation").await.unwrap();
    transaction.begin().await.unwrap();
    transaction.append(&at, batch(&["given up"])).await.unwrap();
    transaction.abort().await.unwrap();
    let spec = ConsumerSpec::new(&["test.isolation"]);
    let mut committed = kafka.open_consumer(spec.clone()).await.unwrap();
    assert!(drain(&mut *committed).await.is_empty());
    let spec = spec.with_isolation(Isolation::ReadUncommitted);
    let mut all = kafka.open_consumer(spec).await.unwrap();
    // What was given up may have been given up before it left.
    assert!(drain(&mut *all).await.len() <= 1);
}
