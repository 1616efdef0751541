//! Batches in memory.
//!
//! The whole contract of [`Transport`] without a file: for tests, and for programs that need none. Everything is gone with the
//! last handle.
//!
//! ```
//! use schemawire::record::{Batch, Headers, TopicPartition};
//! use schemawire::transport::{Memory, ProducerSpec, TopicSpec, Transport};
//!
//! # pollster::block_on(async {
//! let log = Memory::new();
//! log.create_topic(TopicSpec::new("quakes", 1)).await?;
//! let mut batch = Batch::new();
//! batch.push(None, Some(b"6.1"), &Headers::new(), None);
//! let producer = log.open_producer(ProducerSpec::default()).await?;
//! let appended = producer.append(&TopicPartition::new("quakes", 0), batch).await?;
//! assert_eq!(appended.base_offset, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod store;

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use crate::record::{Batch, TopicPartition};

use self::store::MemoryStore;
use super::local::{LocalConsumer, LocalProducer, LocalTransaction, Store, offset_of};
use super::{
    BoxFuture, Capabilities, Clock, Committed, ConsumerSpec, Place, ProducerSpec, RawConsumer, RawProducer,
    RawTransaction, SystemClock, TopicSpec, Transport, TransportError,
};

/// The log in memory. Clones share it.
#[derive(Debug, Clone)]
pub struct Memory {
    store: Arc<MemoryStore>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock::default()))
    }
}

impl Memory {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log that is told the time by that clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { store: Arc::new(MemoryStore::new(clock)) }
    }
}

impl Transport for Memory {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            idempotent: true,
            transactions: true,
            groups: true,
            retries: false,
            maintains: true,
            max_batch: Batch::MAX_SIZE,
        }
    }

    fn open_producer(
        &self,
        spec: ProducerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawProducer>, TransportError>> {
        let producer = LocalProducer::open(Arc::clone(&self.store), spec);
        Box::pin(ready(producer.map(|producer| Box::new(producer) as Box<dyn RawProducer>)))
    }

    fn open_consumer(
        &self,
        spec: ConsumerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawConsumer>, TransportError>> {
        let consumer = LocalConsumer::open(Arc::clone(&self.store), &spec);
        Box::pin(ready(consumer.map(|consumer| Box::new(consumer) as Box<dyn RawConsumer>)))
    }

    fn open_transactional(&self, id: &str) -> BoxFuture<'_, Result<Box<dyn RawTransaction>, TransportError>> {
        let opened = LocalTransaction::open(Arc::clone(&self.store), id.to_owned());
        Box::pin(async { Ok(Box::new(opened.await?) as Box<dyn RawTransaction>) })
    }

    fn create_topic(&self, spec: TopicSpec) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(ready(self.store.create_topic(spec)))
    }

    fn grow_topic<'a>(
        &'a self,
        topic: &'a str,
        partitions: u32,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(ready(self.store.grow_topic(topic, partitions)))
    }

    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(ready(self.store.delete_topic(topic)))
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>> {
        Box::pin(ready(Ok(self.store.topics())))
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<u32>, TransportError>> {
        Box::pin(ready(Ok(self.store.topic(topic).ok().map(|spec| spec.partitions))))
    }

    fn offset<'a>(
        &'a self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        Box::pin(ready(offset_of(&*self.store, at, place)))
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, Committed>, TransportError>> {
        Box::pin(ready(self.store.committed(group)))
    }

    fn maintain(&self, now: i64) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(ready(self.store.maintain(now)))
    }
}
