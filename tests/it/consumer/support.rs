//! Logs, clocks and consumers for the tests of the consumer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, ConsumerBuilder};
use schemawire::observer::{Observation, Observer};
use schemawire::producer::{ProduceExt, Producer};
use schemawire::record::TopicPartition;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::{Reader, Serdes};
use schemawire::transport::{Clock, Embedded, Memory, Transport};

/// A log with serdes for texts.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) log: Arc<dyn Transport>,
    pub(super) serdes: Serdes,
    pub(super) clock: Arc<HandClock>,
    _directory: Option<Arc<tempfile::TempDir>>,
}

/// Both kinds of log, each told the time by hand, so that every test runs on both.
pub(super) fn on_every_log<F: Future<Output = ()>>(test: impl Fn(Log) -> F) {
    pollster::block_on(async {
        test(Log::memory().await).await;
        test(Log::embedded().await).await;
    });
}

impl Log {
    pub(super) async fn memory() -> Self {
        let clock = Arc::new(HandClock::default());
        let log = Memory::with_clock(Arc::<HandClock>::clone(&clock));
        Self::over(Arc::new(log), clock, None).await
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
        Self { log, serdes, clock, _directory: directory }
    }

    /// A consumer of topic `t` in a group, told the time by hand.
    pub(super) fn reader(&self, group: &str) -> ConsumerBuilder<'_, Arc<dyn Transport>, Reader<Json>> {
        let builder = self.log.consumer("t").group(group).value(&self.serdes, Json, &text());
        builder.clock(Arc::<HandClock>::clone(&self.clock))
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
