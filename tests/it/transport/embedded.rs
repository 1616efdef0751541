//! The embedded log: what a file adds to the laws of a transport.

use std::path::Path;
use std::sync::Arc;

use pollster::block_on;
use schemawire::record::{Batch, Headers, TopicPartition};
#[cfg(feature = "conformance")]
use schemawire::transport::conformance;
use schemawire::transport::{
    Acknowledge, Committed, ConsumerSpec, Embedded, Event, PollLimits, ProducerSpec, RawConsumer, TopicSpec,
    Transport, TransportError, TransportErrorKind,
};

pub(super) fn batch_of(values: impl IntoIterator<Item = String>) -> Batch {
    let mut batch = Batch::new();
    for value in values {
        batch.push(None, Some(value.as_bytes()), &Headers::new(), None);
    }
    batch
}

/// All values of a partition, until there is nothing more.
pub(super) async fn values(log: &Embedded, topic: &str) -> Result<Vec<String>, TransportError> {
    let mut consumer: Box<dyn RawConsumer> = log.open_consumer(ConsumerSpec::new(&[topic])).await?;
    let mut values = Vec::new();
    loop {
        match consumer.next(PollLimits::default().now()).await? {
            Event::Records { batch, from, .. } => values.extend(
                batch
                    .iter()
                    .filter(|it| it.offset >= from)
                    .map(|it| String::from_utf8_lossy(it.value.unwrap_or_default()).into_owned()),
            ),
            Event::Idle => return Ok(values),
            Event::Assigned { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

fn open(path: &Path) -> Embedded {
    Embedded::open(path).expect("the log opens")
}

#[cfg(feature = "conformance")]
#[test]
fn the_embedded_log_keeps_every_law_of_a_transport() {
    let directory = tempfile::tempdir().unwrap();
    let mut number = 0;
    for case in conformance::CASES {
        eprintln!("{}", case.law);
        number += 1;
        let log =
            Embedded::builder(directory.path().join(format!("{number}.db"))).sync(false).open().unwrap();
        block_on((case.run)(Arc::new(log)));
    }
}

#[test]
fn a_batch_that_is_appended_again_is_stored_once_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    super::local::sequences_are_kept(&open(&directory.path().join("log.db")));
}

#[test]
fn everything_is_there_after_it_was_closed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let at = TopicPartition::new("t", 1);
    let batch = || {
        let mut batch = batch_of(["a".into(), "b".into()]);
        batch.set_sequence(Some(schemawire::record::Sequence { producer: 7, epoch: 0, number: 0 }));
        batch
    };
    block_on(async {
        let log = open(&path);
        log.create_topic(TopicSpec::new("t", 2)).await.unwrap();
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        producer.append(&at, batch()).await.unwrap();
        let mut member = log.open_consumer(ConsumerSpec::new(&["t"]).with_group("g")).await.unwrap();
        let Event::Assigned { generation, .. } = member.next(PollLimits::default()).await.unwrap() else {
            panic!()
        };
        let position = Committed { offset: 1, metadata: Some("é".into()) };
        member.commit(generation, &[(at.clone(), position)]).await.unwrap();
        log.close().await.unwrap();

        let after = producer.append(&at, batch_of(["c".into()])).await.unwrap_err();
        assert_eq!(after.source.kind, TransportErrorKind::Closed);
        assert!(after.batch.is_some() && !after.possibly_written);
        assert_eq!(log.close().await.unwrap_err().kind, TransportErrorKind::Closed);
        drop((producer, member, log));

        let log = open(&path);
        assert_eq!(log.topics().await.unwrap(), [TopicSpec::new("t", 2)]);
        assert_eq!(values(&log, "t").await.unwrap(), ["a", "b"]);
        let committed = log.committed("g").await.unwrap();
        assert_eq!(committed.get(&at), Some(&Committed { offset: 1, metadata: Some("é".into()) }));
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        let again = producer.append(&at, batch()).await.unwrap();
        assert!(again.duplicate, "sequences are remembered, too");
    });
}

#[test]
fn dropping_the_last_handle_stores_what_was_handed_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    for acknowledge in [Acknowledge::None, Acknowledge::Leader, Acknowledge::All] {
        let log = open(&path);
        block_on(log.create_topic(TopicSpec::new("t", 1))).unwrap();
        let producer =
            block_on(log.open_producer(ProducerSpec::default().with_acknowledge(acknowledge))).unwrap();
        for number in 0..10 {
            drop(
                producer
                    .append(&TopicPartition::new("t", 0), batch_of([format!("{acknowledge:?} {number}")])),
            );
        }
    }
    assert_eq!(block_on(values(&open(&path), "t")).unwrap().len(), 30);
}

#[test]
fn a_second_opening_is_told_who_holds_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let log = open(&path);
    let error = Embedded::open(&path).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::InUse);
    assert!(error.message.contains("this process"), "{error}");
    drop(log);
    drop(open(&path));
    assert!(!directory.path().join("log.db.lock").exists(), "nothing is left beside it");
}

#[test]
fn places_where_no_log_can_be_are_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let error = Embedded::open(directory.path().join("missing/log.db")).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Io);
    assert!(error.message.contains("directory does not exist"), "{error}");
    let error = Embedded::open(directory.path()).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Io);
    assert!(error.message.contains("it is a directory"), "{error}");
    let other = directory.path().join("other.db");
    std::fs::write(&other, "not a log at all, but a text that someone wrote").unwrap();
    let error = Embedded::open(&other).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Corrupt, "{error}");
    assert!(error.message.contains("no log"), "{error}");
    assert_eq!(std::fs::read_to_string(&other).unwrap().len(), 47, "another's file is left as it is");
}

#[test]
fn an_unknown_format_version_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    drop(open(&path));
    // The row as the documentation draws it, with another version.
    let mut row = Vec::new();
    let mut sum = crc32fast::Hasher::new();
    for part in [&b"meta\0"[..], &6_u32.to_le_bytes(), b"format", &9_u32.to_le_bytes()] {
        sum.update(part);
    }
    row.extend_from_slice(&sum.finalize().to_le_bytes());
    row.extend_from_slice(&9_u32.to_le_bytes());
    let database = redb::Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let meta = redb::TableDefinition::<&[u8], &[u8]>::new("meta");
    transaction.open_table(meta).unwrap().insert(&b"format"[..], row.as_slice()).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = Embedded::open(&path).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::UnknownVersion);
    assert!(error.message.contains("version 9") && error.message.contains("version 1"), "{error}");
}

#[test]
fn a_log_whose_beginning_was_cut_off_is_begun_again_and_an_empty_database_is_not_taken_for_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    drop(redb::Database::create(&path).unwrap());
    let error = Embedded::open(&path).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Corrupt, "{error}");
    std::fs::write(directory.path().join("log.db.lock"), "1 0 beginning\n").unwrap();
    let log = open(&path);
    assert!(block_on(log.topics()).unwrap().is_empty());
    drop(log);
    drop(open(&path));
}
