//! Apache Kafka as a transport.
//!
//! ```text
//! RawProducer ─ batches ─> engine ─ requests ─> broker       one connection a broker for all producers of a handle, one for questions
//! RawConsumer <─ ready ─── poll task <─ fetch ─ broker       connections of its own for every consumer and member
//! ```
//!
//! The client is [krafka](https://docs.rs/krafka), in Rust. None of its types shows here, so that another one can take its place.
//! [docs/KAFKA.md](https://docs.rs/crate/schemawire/latest/source/docs/KAFKA.md) has the settings, what is tested, and the limits.
//!
//! What differs from the transports of one process:
//!
//! * [`Capabilities::retries`]: a batch is tried again until the delivery timeout; await what it answers.
//! * [`Capabilities::idempotent`] is false: a batch is repeated by itself, stored once, and given up after the delivery timeout. A
//!   batch that comes back has no sequence; appended again, it is a new one. Do so only where it was not `possibly_written`.
//! * A batch is stored as a whole, unless it is too large for the broker or the topic: then it goes in several pieces, and where it
//!   comes back as `possibly_written`, some of its records may be there.
//! * [`Transport::maintain`] does nothing: brokers let go by themselves, minutes after retention would allow it.
//! * A text beside an offset is kept by [`RawConsumer::commit`], and refused in a transaction.
//!
//! ```no_run
//! use schemawire::record::{Batch, Headers, TopicPartition};
//! use schemawire::transport::{Kafka, ProducerSpec, TopicSpec, Transport};
//!
//! # async fn produce() -> Result<(), Box<dyn std::error::Error>> {
//! let kafka = Kafka::connect("localhost:9092").await?;
//! kafka.create_topic(TopicSpec::new("quakes", 3)).await?;
//! let producer = kafka.open_producer(ProducerSpec::default()).await?;
//! let mut batch = Batch::new();
//! batch.push(Some(b"us7000"), Some(b"6.1"), &Headers::new(), None);
//! println!("stored at {}", producer.append(&TopicPartition::new("quakes", 0), batch).await?.base_offset);
//! # Ok(())
//! # }
//! ```

mod builder;
mod consumer;
mod error;
mod link;
mod member;
mod offsets;
mod poll;
mod produce;
mod ready;
mod records;
mod topics;
mod transaction;
mod wire;

pub use builder::{KafkaBuilder, Sasl, Tls};

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use crate::record::TopicPartition;

use self::consumer::KafkaConsumer;
use self::link::Link;
use self::produce::KafkaProducer;
use self::transaction::KafkaTransaction;
use super::{
    BoxFuture, Capabilities, Committed, ConsumerSpec, Place, ProducerSpec, RawConsumer, RawProducer,
    RawTransaction, TopicSpec, Transport, TransportError,
};

/// A Kafka cluster. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Kafka {
    link: Arc<Link>,
}

impl Kafka {
    /// The largest batch in bytes that is taken, where [`KafkaBuilder::max_batch`] does not say otherwise: with what Kafka adds it
    /// stays under the 1 048 588 of a broker's `message.max.bytes`.
    pub const MAX_BATCH: usize = 1_000_000;

    /// Connects to the cluster of these brokers, `host:port` with commas between, in plain text.
    ///
    /// # Errors
    /// As [`KafkaBuilder::connect`].
    pub async fn connect(brokers: &str) -> Result<Self, TransportError> {
        Self::builder(brokers).connect().await
    }

    /// Options for a connection to the cluster of these brokers.
    pub fn builder(brokers: &str) -> KafkaBuilder {
        KafkaBuilder::new(brokers)
    }

    /// Asks where the sockets are.
    fn ask<T: Send + 'static, F>(
        &self,
        question: impl FnOnce(Arc<Link>) -> F,
    ) -> BoxFuture<'static, Result<T, TransportError>>
    where
        F: Future<Output = Result<T, TransportError>> + Send + 'static,
    {
        self.link.runtime.run(question(Arc::clone(&self.link)))
    }
}

impl Transport for Kafka {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            idempotent: false,
            transactions: true,
            groups: true,
            retries: true,
            maintains: false,
            max_batch: self.link.settings.max_batch,
        }
    }

    fn open_producer(
        &self,
        spec: ProducerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawProducer>, TransportError>> {
        let opened = KafkaProducer::open(Arc::clone(&self.link), spec);
        Box::pin(async { Ok(Box::new(opened.await?) as Box<dyn RawProducer>) })
    }

    fn open_consumer(
        &self,
        spec: ConsumerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawConsumer>, TransportError>> {
        let opened = KafkaConsumer::open(Arc::clone(&self.link), spec);
        Box::pin(async { Ok(Box::new(opened.await?) as Box<dyn RawConsumer>) })
    }

    fn open_transactional(&self, id: &str) -> BoxFuture<'_, Result<Box<dyn RawTransaction>, TransportError>> {
        let opened = KafkaTransaction::open(Arc::clone(&self.link), id.to_owned());
        Box::pin(async { Ok(Box::new(opened.await?) as Box<dyn RawTransaction>) })
    }

    fn create_topic(&self, spec: TopicSpec) -> BoxFuture<'_, Result<(), TransportError>> {
        self.ask(|link| async move { topics::create(&link, spec).await })
    }

    fn grow_topic<'a>(
        &'a self,
        topic: &'a str,
        partitions: u32,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        let topic = topic.to_owned();
        self.ask(|link| async move { topics::grow(&link, &topic, partitions).await })
    }

    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>> {
        let topic = topic.to_owned();
        self.ask(|link| async move { topics::delete(&link, &topic).await })
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>> {
        self.ask(|link| async move { topics::all(&link).await })
    }

    fn topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<TopicSpec>, TransportError>> {
        let topic = topic.to_owned();
        self.ask(|link| async move { Ok(topics::described(&link, vec![topic]).await?.pop()) })
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<u32>, TransportError>> {
        let topic = topic.to_owned();
        self.ask(|link| async move { topics::partitions(&link, &topic).await })
    }

    fn offset<'a>(
        &'a self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        let at = at.clone();
        self.ask(|link| async move { offsets::offset(&link, &at, place).await })
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, Committed>, TransportError>> {
        let group = group.to_owned();
        self.ask(|link| async move { offsets::committed(&link, &group).await })
    }

    fn maintain(&self, _now: i64) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(ready(Ok(())))
    }
}
