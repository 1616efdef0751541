//! A shared transport is a transport.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::TopicPartition;

use super::{
    BoxFuture, Capabilities, Committed, ConsumerSpec, Place, ProducerSpec, RawConsumer, RawProducer,
    RawTransaction, TopicSpec, Transport, TransportError,
};

#[deny(clippy::missing_trait_methods)]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn open_producer(
        &self,
        spec: ProducerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawProducer>, TransportError>> {
        (**self).open_producer(spec)
    }

    fn open_consumer(
        &self,
        spec: ConsumerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawConsumer>, TransportError>> {
        (**self).open_consumer(spec)
    }

    fn open_transactional(&self, id: &str) -> BoxFuture<'_, Result<Box<dyn RawTransaction>, TransportError>> {
        (**self).open_transactional(id)
    }

    fn create_topic(&self, spec: TopicSpec) -> BoxFuture<'_, Result<(), TransportError>> {
        (**self).create_topic(spec)
    }

    fn grow_topic<'a>(
        &'a self,
        topic: &'a str,
        partitions: u32,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        (**self).grow_topic(topic, partitions)
    }

    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>> {
        (**self).delete_topic(topic)
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>> {
        (**self).topics()
    }

    fn topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<TopicSpec>, TransportError>> {
        (**self).topic(topic)
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<u32>, TransportError>> {
        (**self).partitions(topic)
    }

    fn offset<'a>(
        &'a self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        (**self).offset(at, place)
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, Committed>, TransportError>> {
        (**self).committed(group)
    }

    fn maintain(&self, now: i64) -> BoxFuture<'_, Result<(), TransportError>> {
        (**self).maintain(now)
    }
}
