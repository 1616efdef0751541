//! Batches that lie compressed in the embedded log.

use std::path::Path;
use std::time::Duration;

use pollster::block_on;
use schemawire::record::{Batch, Compression, Headers, TopicPartition};
use schemawire::transport::{
    ConsumerSpec, Embedded, Event, Memory, PollLimits, ProducerSpec, Retention, TopicSpec, Transport,
};

use super::{producer, serdes, stored};

/// Sends texts, and gives the size of the file.
fn send(
    path: &Path,
    serdes: &schemawire::serdes::Serdes,
    compression: Compression,
    values: &[String],
) -> u64 {
    let log = Embedded::open(path).expect("a log");
    let producer = producer(&log, serdes, 1, |it| it.compression(compression));
    block_on(producer.send_batch(values)).expect("stored");
    block_on(producer.close(Duration::from_secs(10))).expect("closes");
    block_on(log.close()).expect("closes");
    std::fs::metadata(path).expect("a file").len()
}

#[test]
fn each_codec_is_read_back_beside_what_was_written_without_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.db");
    let serdes = serdes();
    let values =
        |round: usize| (0..200).map(|it| format!("{round}: the same text, {}", it % 3)).collect::<Vec<_>>();
    let mut expected = Vec::new();
    for (round, compression) in Compression::ALL.into_iter().enumerate() {
        send(&path, &serdes, compression, &values(round));
        expected.extend(values(round));
    }
    let log = Embedded::open(&path).expect("a log");
    assert_eq!(stored(&log, &serdes, 1), [expected]);
}

#[test]
fn the_file_is_smaller_for_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let serdes = serdes();
    let values: Vec<String> =
        (0..20_000).map(|it| format!("{} {}", "a text that repeats ".repeat(20), it % 7)).collect();
    let size = |compression: Compression| {
        send(&directory.path().join(compression.name()), &serdes, compression, &values)
    };
    let plain = size(Compression::None);
    for compression in &Compression::ALL[1..] {
        let packed = size(*compression);
        assert!(packed * 2 < plain, "{compression}: {packed} of {plain}");
    }
}

#[test]
fn memory_takes_the_setting_and_compresses_nothing() {
    let (log, serdes) = (Memory::new(), serdes());
    let producer = producer(&log, &serdes, 1, |it| it.compression(Compression::Zstd));
    block_on(producer.send("a")).expect("stored");
    assert_eq!(stored(&log, &serdes, 1), [["a"]]);
    assert_eq!(block_on(log.partitions("t")).expect("answers"), Some(1));
}

/// The codec of each batch of the topic, and its records' values.
fn batches(log: &Embedded) -> Vec<(Compression, Vec<Vec<u8>>)> {
    block_on(async {
        let mut consumer = log.open_consumer(ConsumerSpec::new(&["t"])).await.expect("a consumer");
        let mut found = Vec::new();
        loop {
            match consumer.next(PollLimits::default().now()).await.expect("reads") {
                Event::Records { batch, .. } => {
                    let value = |it: schemawire::record::RecordRef<'_>| it.value.unwrap_or_default().to_vec();
                    found.push((batch.compression(), batch.iter().map(value).collect()));
                }
                Event::Idle => return found,
                _ => {}
            }
        }
    })
}

/// A batch of one key's values, as many as are asked for.
fn of_key(key: &[u8], values: usize) -> Batch {
    let mut batch = Batch::new();
    for number in 0..values {
        let value = format!("{number:04} {}", "a text that repeats ".repeat(5));
        batch.push(Some(key), Some(value.as_bytes()), &Headers::new(), None);
    }
    batch
}

fn log_with(path: &Path, retention: Retention) -> Embedded {
    let log = Embedded::builder(path).sync(false).open().expect("a log");
    block_on(log.create_topic(TopicSpec::new("t", 1).with_retention(retention))).expect("a topic");
    log
}

fn append(log: &Embedded, compression: Compression, batches: impl IntoIterator<Item = Batch>) {
    let spec = ProducerSpec::default().with_compression(compression);
    let producer = block_on(log.open_producer(spec)).expect("a producer");
    for batch in batches {
        block_on(producer.append(&TopicPartition::new("t", 0), batch)).expect("stored");
    }
}

#[test]
fn compaction_keeps_each_batch_in_its_codec() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.db");
    let log = log_with(&path, Retention { compact: true, ..Retention::default() });
    for compression in Compression::ALL {
        // Two keys in a batch, one of which is written again: some of its records stay.
        let mut batch = of_key(b"all", 40);
        for number in 0..40 {
            let key = format!("{compression} {number}");
            batch.push(Some(key.as_bytes()), Some(&[b'x'; 50]), &Headers::new(), None);
        }
        append(&log, compression, [batch]);
    }
    block_on(log.maintain(0)).expect("compacted");
    block_on(log.close()).expect("closes");
    let found = batches(&Embedded::open(&path).expect("a log"));
    assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), Compression::ALL);
    assert_eq!(found.iter().map(|it| it.1.len()).collect::<Vec<_>>(), [40, 40, 40, 40, 41]);
}

/// Retention counts the bytes in the file, and goes on doing so: what went is taken off as it was added.
#[test]
fn retention_counts_compressed_bytes_and_does_not_drift() {
    let directory = tempfile::tempdir().expect("a directory");
    for compression in [Compression::None, Compression::Lz4] {
        let path = directory.path().join(compression.name());
        let log = log_with(&path, Retention { bytes: Some(8000), ..Retention::default() });
        let stored_size = {
            let mut batch = of_key(b"key", 4);
            batch.pack(compression);
            let mut bytes = Vec::new();
            batch.encode(&mut bytes);
            bytes.len() + 4
        };
        for _ in 0..20 {
            append(&log, compression, (0..100).map(|_| of_key(b"key", 4)));
            block_on(log.maintain(0)).expect("expired");
            let kept = batches(&log).len();
            assert_eq!(kept, 8000 / stored_size, "{compression}: batches of {stored_size} bytes");
        }
    }
}
