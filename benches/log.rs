//! The embedded log: appending batches that are on the disk before they are acknowledged, and reading them back.
//!
//! `cargo bench --bench log`. Records have 200 bytes, batches 1,000 of them; eight batches are under way at once, as a producer
//! has them, so that they share syncs.

use std::collections::VecDeque;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pollster::block_on;
use schemawire::record::{Batch, Headers, TopicPartition};
use schemawire::transport::{
    AppendError, Appended, BoxFuture, ConsumerSpec, Embedded, Event, PollLimits, ProducerSpec, RawProducer,
    TopicSpec, Transport,
};

const RECORDS: u64 = 1_000;
const BATCHES: u64 = 100;
const IN_FLIGHT: usize = 8;

fn batch() -> Batch {
    let mut batch = Batch::with_capacity(RECORDS as usize * 204);
    for number in 0..RECORDS {
        let value = format!("{number:0>192}");
        batch.push(Some(&number.to_le_bytes()), Some(value.as_bytes()), &Headers::new(), None);
    }
    batch
}

fn append(producer: &dyn RawProducer, at: &TopicPartition, batch: &Batch, batches: u64) {
    let mut pending: VecDeque<BoxFuture<'static, Result<Appended, AppendError>>> = VecDeque::new();
    block_on(async {
        for _ in 0..batches {
            if pending.len() == IN_FLIGHT
                && let Some(first) = pending.pop_front()
            {
                let _ = black_box(first.await.expect("stored"));
            }
            pending.push_back(producer.append(at, batch.clone()));
        }
        for append in pending {
            append.await.expect("stored");
        }
    });
}

fn read(log: &Embedded, topic: &str) -> u64 {
    let mut records = 0;
    block_on(async {
        let mut consumer = log.open_consumer(ConsumerSpec::new(&[topic])).await.expect("a consumer");
        loop {
            match consumer.next(PollLimits::default().now()).await.expect("an event") {
                Event::Records { batch, .. } => {
                    for record in batch.iter() {
                        records += u64::from(black_box(record).value.is_some());
                    }
                }
                Event::Idle => return,
                _ => {}
            }
        }
    });
    records
}

fn log(criterion: &mut Criterion) {
    // Beside the build, because a temporary directory may lie in memory, where a sync costs nothing.
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let batch = batch();
    let mut group = criterion.benchmark_group("embedded log");
    group.sample_size(20);

    group.throughput(Throughput::Elements(RECORDS * BATCHES));
    for (name, sync) in [("append, durable", true), ("append, not synced", false)] {
        let path = directory.path().join(format!("{sync}.db"));
        let log = Embedded::builder(path).sync(sync).open().expect("a log");
        let retention = schemawire::transport::Retention { bytes: Some(1 << 30), ..Default::default() };
        block_on(log.create_topic(TopicSpec::new("bench", 1).with_retention(retention))).expect("a topic");
        let producer = block_on(log.open_producer(ProducerSpec::default())).expect("a producer");
        let at = TopicPartition::new("bench", 0);
        group.bench_function(name, |bencher| bencher.iter(|| append(&*producer, &at, &batch, BATCHES)));
    }

    let log = Embedded::open(directory.path().join("read.db")).expect("a log");
    block_on(log.create_topic(TopicSpec::new("bench", 1))).expect("a topic");
    let producer = block_on(log.open_producer(ProducerSpec::default())).expect("a producer");
    append(&*producer, &TopicPartition::new("bench", 0), &batch, 10 * BATCHES);
    group.throughput(Throughput::Elements(10 * RECORDS * BATCHES));
    group.bench_function("read", |bencher| {
        bencher.iter(|| assert_eq!(read(&log, "bench"), 10 * RECORDS * BATCHES));
    });
    group.throughput(Throughput::Elements(1));
    let mut one = Batch::new();
    one.push(None, Some(&[b'x'; 200]), &Headers::new(), None);
    let at = TopicPartition::new("bench", 0);
    group.bench_function("one record, durable", |bencher| bencher.iter(|| append(&*producer, &at, &one, 1)));
    group.finish();
}

criterion_group!(benches, log);
criterion_main!(benches);
