//! The log of a test: how it is opened, and read again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use schemawire::registry::{EmbeddedRegistry, RegistryExt};
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::{ConsumerSpec, Event, Memory, PollLimits, TopicSpec, Transport, sleep};

use super::count::Log;
use super::number::Number;

/// The log at that address; a cluster with time-outs that are over within a test.
pub(super) async fn open(address: &str) -> Arc<dyn Transport> {
    #[cfg(feature = "kafka")]
    if let Some(brokers) = address.strip_prefix("kafka://") {
        let short = Duration::from_secs(5);
        let kafka =
            schemawire::transport::Kafka::builder(brokers).connect_timeout(short).request_timeout(short);
        let kafka = kafka.metadata_age(Duration::from_secs(2)).connect().await;
        return Arc::new(kafka.unwrap_or_else(|error| panic!("{address}: {error:?}")));
    }
    schemawire::transport::open(address).await.unwrap_or_else(|error| panic!("{address}: {error:?}"))
}

/// Serdes over a registry of this process: all processes register one schema alone, so that its id is the same in each.
pub(super) async fn serdes() -> Serdes {
    let registry = EmbeddedRegistry::on(&Memory::new()).await.expect("a registry");
    registry.register_schema("text", &text()).await.expect("registered");
    Serdes::new(registry)
}

pub(super) fn text() -> Schema {
    Schema::json(r#"{"type": "string"}"#).expect("a schema")
}

pub(super) async fn create(log: &Arc<dyn Transport>, topic: &str, partitions: u32) {
    log.create_topic(TopicSpec::new(topic, partitions))
        .await
        .unwrap_or_else(|error| panic!("{topic}: {error:?}"));
}

/// All that a topic holds and that is committed, without a group.
pub(super) async fn read_again(log: &Arc<dyn Transport>, topic: &str) -> Log {
    let mut consumer = log.open_consumer(ConsumerSpec::new(&[topic])).await.expect("opens");
    let mut read: Log = BTreeMap::new();
    loop {
        match consumer.next(PollLimits::default().now()).await.expect("reads") {
            Event::Records { at, from, batch, .. } => {
                let records = batch.iter().filter(|record| record.offset >= from);
                read.entry(at.partition).or_default().extend(records.filter_map(|it| number(it.value)));
            }
            Event::Idle => break,
            Event::Assigned { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    consumer.close().await.expect("closes");
    read
}

/// Waits until that file exists.
pub(super) async fn wait_for(file: &Path) {
    while !file.exists() {
        sleep(Duration::from_millis(10)).await;
    }
}

/// The number in a value; `None` in a poisoned one.
pub(super) fn number(value: Option<&[u8]>) -> Option<Number> {
    // A frame of five bytes, and the text in quotes.
    let text = std::str::from_utf8(value?.get(6..)?).ok()?;
    text.parse().ok()
}
