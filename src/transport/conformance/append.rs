//! Cases of appending, and of topics.

use std::sync::Arc;

use crate::record::{Batch, Headers, TopicPartition};

use super::super::{
    Acknowledge, ConsumerSpec, Event, Place, ProducerSpec, Retention, TopicSpec, Transport,
    TransportErrorKind,
};
use super::support::{append, batch, consumer, event, found, producer, read, topic, values};

pub(super) async fn order(transport: Arc<dyn Transport>) {
    topic(&transport, "order", 1).await;
    let at = TopicPartition::new("order", 0);
    let producer = producer(&transport).await;
    // All are handed over before the first is waited for.
    let numbers = values(0..200);
    let pending: Vec<_> = numbers
        .chunks(4)
        .map(|four| producer.append(&at, batch(&four.iter().map(String::as_str).collect::<Vec<_>>())))
        .collect();
    let mut expected = 0;
    for answer in pending {
        let appended = answer.await.expect("stored");
        assert_eq!(appended.base_offset, expected, "offsets follow each other in the order of the calls");
        expected += 4;
    }
    let mut consumer = consumer(&transport, ConsumerSpec::new(&["order"])).await;
    assert_eq!(read(&mut consumer, 200).await, numbers, "records come back in the order of the calls");
}

pub(super) async fn acknowledged(transport: Arc<dyn Transport>) {
    topic(&transport, "acknowledged", 1).await;
    let at = TopicPartition::new("acknowledged", 0);
    for (offset, value) in (0..).zip(["a", "b", "c"]) {
        assert_eq!(append(&transport, &at, &[value]).await, offset);
        assert_eq!(transport.offset(&at, Place::Latest).await.expect("an offset"), offset + 1);
        assert_eq!(
            found(&transport, "acknowledged").await.len() as u64,
            offset + 1,
            "acknowledged, but not there"
        );
    }
}

pub(super) async fn dropped(transport: Arc<dyn Transport>) {
    topic(&transport, "dropped", 1).await;
    let at = TopicPartition::new("dropped", 0);
    let producer = producer(&transport).await;
    drop(producer.append(&at, batch(&["kept"])));
    producer.flush().await.expect("everything before is answered");
    assert_eq!(found(&transport, "dropped").await, ["kept"]);
}

pub(super) async fn fidelity(transport: Arc<dyn Transport>) {
    topic(&transport, "fidelity", 1).await;
    let at = TopicPartition::new("fidelity", 0);
    let mut headers = Headers::new();
    headers.push("trace", Some(b"1"));
    headers.push("trace", None);
    headers.push("empty", Some(b""));
    let mut batch = Batch::new();
    batch.push(Some(b"key"), None, &headers, Some(1_700_000_000_123));
    batch.push(None, Some(b""), &Headers::new(), Some(5));
    batch.push(Some(b""), Some(&[0, 255]), &Headers::new(), None);
    let stored = producer(&transport).await.append(&at, batch).await.expect("stored");

    let mut consumer = consumer(&transport, ConsumerSpec::new(&["fidelity"])).await;
    let batch = loop {
        if let Event::Records { batch, .. } = event(&mut consumer).await {
            break batch;
        }
    };
    let records: Vec<_> = batch.iter().collect();
    let [tombstone, empty, bytes] = records.as_slice() else {
        panic!("three records, not {}", records.len())
    };
    assert_eq!((tombstone.key, tombstone.value), (Some(&b"key"[..]), None), "a tombstone stays one");
    assert_eq!(tombstone.headers(), headers, "headers keep order, repeated names and null values");
    assert_eq!(tombstone.timestamp, 1_700_000_000_123);
    assert_eq!((empty.key, empty.value, empty.timestamp), (None, Some(&b""[..]), 5), "empty is not null");
    assert_eq!((bytes.key, bytes.value), (Some(&b""[..]), Some(&[0, 255][..])));
    assert_eq!(bytes.timestamp, stored.timestamp, "a record without a time has that of the append");
    assert!(bytes.headers().is_empty());
}

pub(super) async fn acknowledgements(transport: Arc<dyn Transport>) {
    topic(&transport, "acknowledgements", 1).await;
    let at = TopicPartition::new("acknowledgements", 0);
    for acknowledge in [Acknowledge::None, Acknowledge::Leader, Acknowledge::All] {
        let spec = ProducerSpec::default().with_acknowledge(acknowledge);
        let producer = transport.open_producer(spec).await.expect("a producer opens");
        producer.append(&at, batch(&["record"])).await.expect("taken");
        producer.flush().await.expect("answered");
    }
    assert_eq!(found(&transport, "acknowledgements").await.len(), 3);
}

pub(super) async fn refusals(transport: Arc<dyn Transport>) {
    topic(&transport, "refusals", 2).await;
    let producer = producer(&transport).await;
    let refused = async |at: TopicPartition, batch: Batch| {
        let error = producer.append(&at, batch).await.expect_err("it cannot be stored");
        assert!(!error.possibly_written, "{at}: refused, so not written");
        error.source.kind
    };
    let unknown = refused(TopicPartition::new("nowhere", 0), batch(&["a"])).await;
    assert_eq!(unknown, TransportErrorKind::UnknownTopic);
    let unknown = refused(TopicPartition::new("refusals", 2), batch(&["a"])).await;
    assert_eq!(unknown, TransportErrorKind::UnknownPartition);
    let empty = refused(TopicPartition::new("refusals", 0), Batch::new()).await;
    assert_eq!(empty, TransportErrorKind::InvalidRequest);
    let mut large = Batch::new();
    large.push(None, Some(&vec![0; transport.capabilities().max_batch]), &Headers::new(), None);
    assert_eq!(refused(TopicPartition::new("refusals", 0), large).await, TransportErrorKind::TooLarge);

    let error =
        transport.open_consumer(ConsumerSpec::new(&["nowhere"])).await.expect_err("there is no such topic");
    assert_eq!(error.kind, TransportErrorKind::UnknownTopic);
    let at = TopicPartition::new("refusals", 9);
    let error = transport.offset(&at, Place::Latest).await.expect_err("there is no such partition");
    assert_eq!(error.kind, TransportErrorKind::UnknownPartition);
    assert!(found(&transport, "refusals").await.is_empty());
}

pub(super) async fn topics(transport: Arc<dyn Transport>) {
    let retention = Retention { bytes: Some(1 << 30), compact: true, ..Retention::default() };
    let spec = TopicSpec::new("topics.one", 3).with_retention(retention);
    transport.create_topic(spec.clone()).await.expect("created");
    transport.create_topic(spec.clone()).await.expect("created again, which changes nothing");
    let error = transport.create_topic(TopicSpec::new("topics.one", 4)).await.expect_err("other partitions");
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);
    for name in ["", ".", "..", "with space", "slash/", &"x".repeat(250)] {
        let error = transport.create_topic(TopicSpec::new(name, 1)).await.expect_err("not a name");
        assert_eq!(error.kind, TransportErrorKind::InvalidRequest, "{name}");
    }
    let error = transport.create_topic(TopicSpec::new("topics.none", 0)).await.expect_err("no partition");
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);

    assert!(
        transport.topics().await.expect("a list").contains(&spec),
        "the topic is listed as it was created"
    );
    assert_eq!(transport.partitions("topics.one").await.expect("an answer"), Some(3));
    assert_eq!(transport.partitions("topics.two").await.expect("an answer"), None);
    append(&transport, &TopicPartition::new("topics.one", 2), &["a"]).await;
    transport.delete_topic("topics.one").await.expect("deleted");
    assert_eq!(transport.partitions("topics.one").await.expect("an answer"), None);
    let error = transport.delete_topic("topics.one").await.expect_err("it is gone");
    assert_eq!(error.kind, TransportErrorKind::UnknownTopic);
    transport.create_topic(spec).await.expect("created anew");
    assert!(found(&transport, "topics.one").await.is_empty(), "a new topic is empty");
}
