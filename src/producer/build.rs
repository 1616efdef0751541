//! Opening a producer.

use std::sync::Arc;

use super::budget::Budget;
use super::key::{RawKeys, TypedKeys};
use super::{Producer, SendError, Shared};
use crate::codec::Codec;
use crate::ids::KeyOrValue;
use crate::record::{KeyHash, Partitioner};
use crate::schema::Schema;
use crate::serdes::{Serdes, Writer};
use crate::transport::{Acknowledge, ProducerSpec, TopicSpec, Transport};

/// Settings of a producer that are the same whatever it sends.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    partitioner: Arc<dyn Partitioner>,
    acknowledge: Acknowledge,
    buffer: usize,
    batch: usize,
    create: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            partitioner: Arc::new(KeyHash::JavaDefault),
            acknowledge: Acknowledge::All,
            buffer: 32 << 20,
            batch: 256 << 10,
            create: Some(1),
        }
    }
}

/// A producer that is not open yet. `V` and `K` say how values and keys are written.
#[derive(Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct ProducerBuilder<'t, T: ?Sized, V = (), K = RawKeys> {
    transport: &'t T,
    topic: String,
    settings: Settings,
    value: V,
    key: K,
}

/// What [`ProducerBuilder::value`] and [`ProducerBuilder::key`] keep until the topic's subject is prepared.
#[derive(Debug)]
pub struct Typed<C> {
    serdes: Serdes,
    codec: C,
    schema: Schema,
}

impl<'t, T: Transport + ?Sized> ProducerBuilder<'t, T> {
    pub(super) fn new(transport: &'t T, topic: &str) -> Self {
        Self { transport, topic: topic.into(), settings: Settings::default(), value: (), key: RawKeys }
    }
}

impl<'t, T: Transport + ?Sized, V, K> ProducerBuilder<'t, T, V, K> {
    /// Writes values with that codec and schema, under the subject that the serdes' strategy names.
    pub fn value<C: Codec>(
        self,
        serdes: &Serdes,
        codec: C,
        schema: &Schema,
    ) -> ProducerBuilder<'t, T, Typed<C>, K> {
        let value = Typed { serdes: serdes.clone(), codec, schema: schema.clone() };
        ProducerBuilder {
            transport: self.transport,
            topic: self.topic,
            settings: self.settings,
            value,
            key: self.key,
        }
    }

    /// Writes keys with that codec and schema; without it keys are plain bytes.
    pub fn key<C: Codec>(
        self,
        serdes: &Serdes,
        codec: C,
        schema: &Schema,
    ) -> ProducerBuilder<'t, T, V, Typed<C>> {
        let key = Typed { serdes: serdes.clone(), codec, schema: schema.clone() };
        ProducerBuilder {
            transport: self.transport,
            topic: self.topic,
            settings: self.settings,
            value: self.value,
            key,
        }
    }

    /// Chooses partitions with that: a [`KeyHash`] for the choice of another client (default: [`KeyHash::JavaDefault`]), or one
    /// of your own.
    pub fn partitioner(mut self, partitioner: impl Partitioner) -> Self {
        self.settings.partitioner = Arc::new(partitioner);
        self
    }

    /// When a record counts as acknowledged (default: [`Acknowledge::All`], it survives a crash of the machine).
    pub fn acknowledge(mut self, acknowledge: Acknowledge) -> Self {
        self.settings.acknowledge = acknowledge;
        self
    }

    /// The most bytes that wait to be acknowledged (default: 32 MiB).
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.settings.buffer = bytes;
        self
    }

    /// The size at which a batch leaves although nobody awaits it yet (default: 256 KiB).
    pub fn batch(mut self, bytes: usize) -> Self {
        self.settings.batch = bytes;
        self
    }

    /// Creates a topic that does not exist with that many partitions (default: 1).
    pub fn create_with(mut self, partitions: u32) -> Self {
        self.settings.create = Some(partitions);
        self
    }

    /// Refuses a topic that does not exist.
    pub fn must_exist(mut self) -> Self {
        self.settings.create = None;
        self
    }
}

/// The keys of a builder, made ready when it builds.
pub trait PrepareKeys {
    /// What the producer writes keys with.
    type Keys;

    /// Registers the key's schema, where there is one.
    fn prepare(self, topic: &str) -> impl Future<Output = Result<Self::Keys, SendError>> + Send;
}

impl PrepareKeys for RawKeys {
    type Keys = Self;

    async fn prepare(self, _topic: &str) -> Result<Self, SendError> {
        Ok(self)
    }
}

impl<C: Codec> PrepareKeys for Typed<C> {
    type Keys = TypedKeys<C>;

    async fn prepare(self, topic: &str) -> Result<TypedKeys<C>, SendError> {
        Ok(TypedKeys(self.writer(topic, KeyOrValue::Key).await?))
    }
}

impl<C: Codec> Typed<C> {
    async fn writer(self, topic: &str, role: KeyOrValue) -> Result<Writer<C>, SendError> {
        let subject = self.serdes.subject(topic, role, &self.schema)?;
        let writer = self.serdes.writer_of(self.codec, &subject, &self.schema, role);
        writer.prepare().await?;
        Ok(writer)
    }
}

impl<T: Transport + ?Sized, C: Codec, K: PrepareKeys> ProducerBuilder<'_, T, Typed<C>, K> {
    /// Opens the producer: the topic is there and the schemas are registered when it returns.
    ///
    /// # Errors
    /// A registry that refuses a schema; a transport that does not open; a topic that must exist and does not.
    pub async fn build(self) -> Result<Producer<C, K::Keys>, SendError> {
        let Self { transport, topic, settings, value, key } = self;
        if let Some(partitions) = settings.create
            && transport.partitions(&topic).await?.is_none()
        {
            transport.create_topic(TopicSpec::new(&topic, partitions)).await?;
        }
        let partitions = transport.partitions(&topic).await?.ok_or_else(|| unknown_topic(&topic))?;
        let writer = value.writer(&topic, KeyOrValue::Value).await?;
        let keys = key.prepare(&topic).await?;
        let spec = ProducerSpec::default().with_acknowledge(settings.acknowledge);
        let raw = transport.open_producer(spec).await?;
        let max_batch = transport.capabilities().max_batch;
        Ok(Producer::new(Shared {
            topic: topic.into(),
            partitions,
            raw: raw.into(),
            writer,
            keys,
            partitioner: settings.partitioner,
            budget: Budget::new(settings.buffer),
            batch: settings.batch.min(max_batch),
            max_batch,
            lanes: super::lanes::Lanes::new(partitions),
        }))
    }
}

fn unknown_topic(topic: &str) -> SendError {
    let message = format!("topic `{topic}` does not exist");
    crate::transport::TransportError::new(crate::transport::TransportErrorKind::UnknownTopic, message).into()
}
