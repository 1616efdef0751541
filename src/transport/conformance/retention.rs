//! Cases of retention and compaction.

use std::sync::Arc;
use std::time::Duration;

use crate::record::{Batch, Headers, TopicPartition};

use super::super::{ConsumerSpec, Event, Place, Retention, TopicSpec, Transport};
use super::support::{consumer, event, found, producer, texts};

pub(super) async fn gap(transport: Arc<dyn Transport>) {
    let retention = Retention { age: Some(Duration::from_secs(10)), ..Retention::default() };
    let spec = TopicSpec::new("gap", 1).with_retention(retention);
    transport.create_topic(spec).await.expect("created");
    let at = TopicPartition::new("gap", 0);
    let mut reader = consumer(&transport, ConsumerSpec::new(&["gap"])).await;
    assert!(matches!(event(&mut reader).await, Event::Assigned { .. }));
    let producer = producer(&transport).await;
    for second in 0..6_i64 {
        let mut batch = Batch::new();
        batch.push(None, Some(second.to_string().as_bytes()), &Headers::new(), Some(second * 1000));
        producer.append(&at, batch).await.expect("stored");
    }
    // 13 s after the first: those of seconds 0, 1 and 2 are older than 10 s.
    transport.maintain(13_000).await.expect("maintained");
    assert_eq!(transport.offset(&at, Place::Earliest).await.expect("an offset"), 3);
    assert_eq!(transport.offset(&at, Place::Latest).await.expect("an offset"), 6);
    let Event::Gap { from, to, .. } = event(&mut reader).await else { panic!("the gap comes first") };
    assert_eq!((from, to), (0, 3));
    let Event::Records { batch, from, .. } = event(&mut reader).await else { panic!("then records") };
    assert_eq!((texts(&batch, from).concat(), from), ("3".to_owned(), 3));
    assert_eq!(found(&transport, "gap").await.concat(), "345", "a new reader begins at what is kept");

    let retention = Retention { bytes: Some(1000), ..Retention::default() };
    let spec = TopicSpec::new("gap-size", 1).with_retention(retention);
    transport.create_topic(spec).await.expect("created");
    let at = TopicPartition::new("gap-size", 0);
    for _ in 0..10 {
        let mut batch = Batch::new();
        batch.push(None, Some(&[b'x'; 300]), &Headers::new(), None);
        producer.append(&at, batch).await.expect("stored");
    }
    transport.maintain(0).await.expect("maintained");
    let kept = found(&transport, "gap-size").await.len();
    assert!((1..=3).contains(&kept), "of 300-byte records in 1000 bytes {kept} are kept");
}

pub(super) async fn compaction(transport: Arc<dyn Transport>) {
    let retention = Retention { compact: true, ..Retention::default() };
    let spec = TopicSpec::new("compaction", 1).with_retention(retention);
    transport.create_topic(spec).await.expect("created");
    let at = TopicPartition::new("compaction", 0);
    let producer = producer(&transport).await;
    let day = i64::try_from(Retention::TOMBSTONES.as_millis()).expect("a day");
    let put = async |records: &[(&str, Option<&str>)], time: i64| {
        let mut batch = Batch::new();
        for (key, value) in records {
            batch.push(Some(key.as_bytes()), value.map(str::as_bytes), &Headers::new(), Some(time));
        }
        producer.append(&at, batch).await.expect("stored");
    };
    put(&[("a", Some("a1")), ("b", Some("b1"))], 0).await;
    put(&[("a", Some("a2")), ("c", Some("c1"))], 0).await;
    put(&[("c", None), ("d", Some("d1"))], day).await;
    put(&[("a", Some("a3"))], day).await;

    transport.maintain(day).await.expect("maintained");
    assert_eq!(found(&transport, "compaction").await, ["b1", "null", "d1", "a3"], "the newest of each key");
    let mut reader = consumer(&transport, ConsumerSpec::new(&["compaction"])).await;
    let mut offsets = Vec::new();
    while offsets.len() < 4 {
        match event(&mut reader).await {
            Event::Records { batch, .. } => offsets.extend(batch.iter().map(|record| record.offset)),
            Event::Gap { .. } => panic!("compaction is not a gap"),
            _ => {}
        }
    }
    assert_eq!(offsets, [1, 4, 5, 6], "records keep their offsets");
    transport.maintain(3 * day).await.expect("maintained");
    assert_eq!(found(&transport, "compaction").await, ["b1", "d1", "a3"], "an old tombstone goes");
    put(&[("d", Some("d2"))], 3 * day).await;
    assert_eq!(found(&transport, "compaction").await.len(), 4);
    assert_eq!(transport.offset(&at, Place::Latest).await.expect("an offset"), 8);
}
