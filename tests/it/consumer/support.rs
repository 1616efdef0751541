//! Logs, clocks and consumers for the tests of the consumer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::future::{Either, select};
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, ConsumerBuilder};
use schemawire::observer::{Observation, Observer};
use schemawire::producer::{ProduceExt, Producer};
use schemawire::record::{Batch, Record, TopicPartition};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::{Reader, Serdes};
use schemawire::transport::{
    Clock, ConsumerSpec, Embedded, Event, Memory, PollLimits, ProducerSpec, TopicSpec, Transport, sleep,
};

#[cfg(feature = "kafka")]
use crate::on_kafka;

/// A log with serdes for texts.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) log: Arc<dyn Transport>,
    pub(super) serdes: Serdes,
    pub(super) clock: Arc<HandClock>,
    in_time: bool,
    _directory: Option<Arc<tempfile::TempDir>>,
}

/// Every kind of log. The consumers are told the time by hand, and so are memory and the embedded log.
pub(super) fn on_every_log<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    on_local_logs(&test);
    on_kafka(false, &test);
}

/// The same by the system's clock, for what has to wait.
pub(super) fn in_time<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    in_local_time(&test);
    on_kafka(true, &test);
}

/// The logs of one process alone, for what no broker lets a test do: tell it the time, or let go of records at once.
pub(super) fn on_local_logs<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    pollster::block_on(async {
        test(Log::memory().await).await;
        test(Log::embedded().await).await;
    });
}

/// The same by the system's clock.
pub(super) fn in_local_time<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    pollster::block_on(async {
        let clock = Arc::new(HandClock::default());
        test(Log::memory_in_time().await).await;
        let directory = Arc::new(tempfile::tempdir().expect("a directory"));
        let builder = Embedded::builder(directory.path().join("log.redb")).sync(false);
        let embedded = Log::over(Arc::new(builder.open().expect("opens")), clock, Some(directory));
        test(Log { in_time: true, ..embedded.await }).await;
    });
}

/// Logs on which a group has several members: all but the broker in the process.
pub(super) fn with_members<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    on_local_logs(&test);
    on_real_kafka(false, &test);
}

/// The same by the system's clock.
pub(super) fn with_members_in_time<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    in_local_time(&test);
    on_real_kafka(true, &test);
}

#[cfg(feature = "kafka")]
fn on_kafka<F: Future<Output = ()>>(in_time: bool, test: &impl Fn(Log) -> F) {
    pollster::block_on(async {
        let (log, _broker) = on_kafka::fake().await;
        test(Log { in_time, ..Log::over(log, Arc::default(), None).await }).await;
    });
    on_real_kafka(in_time, test);
}

#[cfg(feature = "kafka")]
fn on_real_kafka<F: Future<Output = ()>>(in_time: bool, test: &impl Fn(Log) -> F) {
    pollster::block_on(async {
        if let Some(log) = on_kafka::real().await {
            test(Log { in_time, ..Log::over(log, Arc::default(), None).await }).await;
        }
    });
}

#[cfg(not(feature = "kafka"))]
fn on_kafka<F: Future<Output = ()>>(_: bool, _: &impl Fn(Log) -> F) {}

#[cfg(not(feature = "kafka"))]
fn on_real_kafka<F: Future<Output = ()>>(_: bool, _: &impl Fn(Log) -> F) {}

impl Log {
    pub(super) async fn memory() -> Self {
        let clock = Arc::new(HandClock::default());
        let log = Memory::with_clock(Arc::<HandClock>::clone(&clock));
        Self::over(Arc::new(log), clock, None).await
    }

    /// By the system's clock.
    pub(super) async fn memory_in_time() -> Self {
        let log = Self::over(Arc::new(Memory::new()), Arc::default(), None).await;
        Self { in_time: true, ..log }
    }

    pub(super) async fn embedded() -> Self {
        let clock = Arc::new(HandClock::default());
        let directory = Arc::new(tempfile::tempdir().expect("a directory"));
        let builder = Embedded::builder(directory.path().join("log.redb"));
        let log = builder.clock(Arc::<HandClock>::clone(&clock)).sync(false).open().expect("opens");
        Self::over(Arc::new(log), clock, Some(directory)).await
    }

    async fn over(
        log: Arc<dyn Transport>,
        clock: Arc<HandClock>,
        directory: Option<Arc<tempfile::TempDir>>,
    ) -> Self {
        let serdes = Serdes::new(EmbeddedRegistry::on(&log).await.expect("a registry"));
        Self { log, serdes, clock, in_time: false, _directory: directory }
    }

    /// A consumer of topic `t` in a group, told the time by hand.
    pub(super) fn reader(&self, group: &str) -> ConsumerBuilder<'_, Arc<dyn Transport>, Reader<Json>> {
        let builder = self.log.consumer("t").group(group).value(&self.serdes, Json, &text());
        if self.in_time { builder } else { builder.clock(Arc::<HandClock>::clone(&self.clock)) }
    }

    /// A producer of texts for a topic with that many partitions.
    pub(super) async fn writer(&self, topic: &str, partitions: u32) -> Producer<Json> {
        let builder = self.log.producer(topic).value(&self.serdes, Json, &text());
        builder.create_with(partitions).build().await.expect("a producer")
    }

    /// Sends texts to a partition of topic `t`, which gets two.
    pub(super) async fn fill(&self, partition: u32, values: &[&str]) {
        let writer = self.writer("t", 2).await;
        for value in values {
            writer.message(*value).partition(partition).send().await.expect("acknowledged");
        }
    }

    /// Sends pairs of key and text to the only partition of topic `t`.
    pub(super) async fn fill_keyed(&self, pairs: &[(&str, &str)]) {
        let writer = self.writer("t", 1).await;
        for (key, value) in pairs {
            writer.send_keyed(*key, *value).await.expect("acknowledged");
        }
    }

    /// All records of a topic, as they are.
    pub(super) async fn records(&self, topic: &str) -> Vec<Record> {
        let mut records = Vec::new();
        let spec = ConsumerSpec::new(&[topic]);
        let mut raw = self.log.open_consumer(spec).await.expect("the topic exists");
        loop {
            match raw.next(PollLimits::default().now()).await.expect("reads") {
                Event::Records { batch, .. } => records.extend(batch.iter().map(|record| Record {
                    key: record.key.map(<[u8]>::to_vec),
                    value: record.value.map(<[u8]>::to_vec),
                    headers: record.headers(),
                    timestamp: Some(record.timestamp),
                })),
                Event::Idle => return records,
                _ => {}
            }
        }
    }

    /// Appends a record to the only partition of a topic, as it is.
    pub(super) async fn append(&self, topic: &str, record: &Record) {
        self.log.create_topic(TopicSpec::new(topic, 1)).await.expect("created");
        let producer = self.log.open_producer(ProducerSpec::default()).await.expect("opens");
        let mut batch = Batch::new();
        batch.push_record(record);
        producer.append(&TopicPartition::new(topic, 0), batch).await.expect("acknowledged");
    }

    /// What the group has committed, by partition.
    pub(super) async fn committed(&self, group: &str) -> Vec<(u32, u64)> {
        let committed = self.log.committed(group).await.expect("an answer");
        committed.into_iter().map(|(at, committed)| (at.partition, committed.offset)).collect()
    }
}

pub(super) fn text() -> Schema {
    Schema::json(r#"{"type": "string"}"#).expect("a schema")
}

pub(super) fn at(partition: u32) -> TopicPartition {
    TopicPartition::new("t", partition)
}

/// A clock that is set by hand; it begins at a second of 2023.
#[derive(Debug, Default)]
pub(super) struct HandClock(AtomicU64);

impl HandClock {
    pub(super) const START: i64 = 1_700_000_000_000;

    pub(super) fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn wall(&self) -> i64 {
        Self::START + self.0.load(Ordering::SeqCst) as i64
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// What a future gives, if it gives anything before everything has come to rest.
pub(super) async fn for_a_while<F: Future>(future: F) -> Option<F::Output> {
    match select(std::pin::pin!(future), sleep(Duration::from_millis(60))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(((), _)) => None,
    }
}

/// Polls a future once.
pub(super) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Keeps what it is told, each as a line.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Vec<String>>);

impl Told {
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.lines().iter().any(|line| line.contains(part))
    }
}

impl Observer for Told {
    fn observe(&self, observation: &Observation<'_>) {
        self.0.lock().unwrap().push(format!("{observation:?}"));
    }
}
