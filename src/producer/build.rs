//! Opening a producer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::background;
use super::breaker::Breaker;
use super::budget::Budget;
use super::core::{Core, Delivering};
use super::dice::Dice;
use super::key::{RawKeys, TypedKeys};
use super::lanes::Lanes;
use super::settings::Settings;
use super::spill::{self, Spill};
use super::told::Told;
use super::{BreakerSettings, Output, Producer, SendError, Shared, Staged};
use crate::backoff::Backoff;
use crate::codec::Codec;
use crate::ids::KeyOrValue;
use crate::observer::Observer;
use crate::record::{Compression, Partitioner};
use crate::schema::Schema;
use crate::serdes::{Serdes, Writer};
use crate::transport::{Acknowledge, Clock, TopicSpec, Transport};

/// The most bytes that are on their way to the spill log, beside the buffer.
const ON_THE_WAY_ASIDE: usize = 4 << 20;

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

    /// Chooses partitions with that: a [`KeyHash`](crate::record::KeyHash) for the choice of another client (default: `JavaDefault`), or one
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

    /// Whether the transport stores once, and in order, what it repeats by itself (default: yes; applies with
    /// [`Acknowledge::All`]).
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.settings.idempotent = idempotent;
        self
    }

    /// How batches are compressed (default: not at all).
    pub fn compression(mut self, compression: Compression) -> Self {
        self.settings.compression = compression;
        self
    }

    /// The name under which a server logs, counts and throttles this producer (default: that of the transport).
    pub fn client_id(mut self, client_id: &str) -> Self {
        self.settings.client_id = Some(client_id.to_owned());
        self
    }

    /// The most bytes that wait to be acknowledged (default: 32 MiB).
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.settings.buffer = bytes;
        self
    }

    /// The most records that wait to be acknowledged (default: 1,000,000).
    pub fn buffer_records(mut self, records: usize) -> Self {
        self.settings.buffer_records = records;
        self
    }

    /// How long a send waits for room where the buffer is full, before it fails with [`SendError::Full`] (default: 60 s). Nothing
    /// waits in `enqueue`.
    pub fn max_block(mut self, longest: Duration) -> Self {
        self.settings.max_block = longest;
        self
    }

    /// The size at which a batch leaves although nobody awaits it yet (default: 256 KiB).
    pub fn batch(mut self, bytes: usize) -> Self {
        self.settings.batch = bytes;
        self
    }

    /// How long a batch that nobody awaits waits for more records before it leaves (default: 5 ms).
    pub fn linger(mut self, longest: Duration) -> Self {
        self.settings.linger = longest;
        self
    }

    /// How long a batch is tried, from its first record on, before it is given up (default: 120 s). Every handle resolves by then.
    pub fn delivery_timeout(mut self, timeout: Duration) -> Self {
        self.settings.delivery_timeout = timeout;
        self
    }

    /// How long to wait before another try (default: 100 ms at most before the second, doubled up to 1 s, with full jitter).
    /// Where the transport tries again by itself, as Kafka's does, this core does not.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.settings.backoff = backoff;
        self
    }

    /// The breaker of the destination (default: one of this producer, with [`BreakerSettings::default`], named as the topic).
    /// While it is open, batches wait within their `delivery_timeout`.
    pub fn breaker(mut self, breaker: &Breaker) -> Self {
        self.settings.breaker = Some(breaker.clone());
        self
    }

    /// Refuses records with [`SendError::Open`] while the breaker is open, instead of letting them wait.
    pub fn refuse_when_open(mut self) -> Self {
        self.settings.refuses_when_open = true;
        self
    }

    /// Lays records aside in that log while the buffer is full or the breaker open, and forwards them in order once the
    /// destination is back. A record that lies aside counts as acknowledged: [`Delivered::spilled`](super::Delivered::spilled).
    pub fn spill(mut self, spill: Spill) -> Self {
        self.settings.spill = Some(spill);
        self
    }

    /// Tells that observer what becomes of batches, the buffer and the breaker.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.settings.told = Told(Some(observer));
        self
    }

    /// What tells the producer the time (default: the system's clock).
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
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
    /// Settings that contradict each other; a registry that refuses a schema; a transport that does not open; a topic that must
    /// exist and does not.
    pub async fn build(self) -> Result<Producer<C, K::Keys>, SendError> {
        let Self { transport, topic, settings, value, key } = self;
        settings.check()?;
        let partitions = find_topic(transport, &topic, settings.create).await?;
        let writer = value.writer(&topic, KeyOrValue::Value).await?;
        let keys = key.prepare(&topic).await?;
        let raw = transport.open_producer(settings.spec()).await?;
        let able = transport.capabilities();
        let (aside, reader, backlogs) = match settings.spill.clone() {
            Some(spill) => {
                let (aside, reader, backlogs) = spill.open(&topic, partitions).await?;
                (Some(aside), Some(reader), backlogs)
            }
            None => (None, None, Vec::new()),
        };
        let forwards = match reader {
            Some(reader) => {
                let spec = match settings.spec() {
                    spec if able.retries => spec.with_delivery_timeout(spill::FORWARDING),
                    spec => spec,
                };
                Some((reader, transport.open_producer(spec).await?))
            }
            None => None,
        };
        let own = || Breaker::new(&topic, BreakerSettings::within(settings.delivery_timeout));
        let core = Arc::new(Core {
            topic: topic.as_str().into(),
            raw: raw.into(),
            settings: Delivering {
                batch: settings.batch.min(able.max_batch),
                linger: settings.linger,
                timeout: settings.delivery_timeout,
                backoff: settings.backoff,
                pipelined: able.idempotent || able.retries,
                retries: !able.retries,
            },
            budget: Budget::new(settings.buffer, settings.buffer_records),
            breaker: settings.breaker.unwrap_or_else(own),
            aside_budget: Budget::new(ON_THE_WAY_ASIDE.max(settings.batch), settings.buffer_records),
            aside,
            clock: settings.clock,
            told: settings.told,
            lanes: Arc::new(Mutex::new(Lanes::new(partitions, backlogs, Dice::new()))),
        });
        if let (Some(aside), Some((reader, raw))) = (&core.aside, forwards) {
            background::spawn(spill::forward(Arc::downgrade(&core), Arc::clone(aside), reader, raw.into()));
        }
        Ok(Producer::new(Shared {
            core,
            partitions,
            writer,
            keys,
            partitioner: settings.partitioner,
            max_block: settings.max_block,
            refuses_when_open: settings.refuses_when_open,
            max_batch: able.max_batch,
        }))
    }

    /// Opens an output of a transaction instead, such as a consumer's session. `buffer` and `buffer_records` bound the records of
    /// one transaction, `batch` and the partitioner count as well; deadlines and what else is about delivery do not.
    ///
    /// # Errors
    /// A registry that refuses a schema; a topic that must exist and does not.
    pub async fn output(self, transaction: &impl AsRef<Staged>) -> Result<Output<C, K::Keys>, SendError> {
        let staged = transaction.as_ref().clone();
        let Self { transport, topic, settings, value, key } = self;
        let partitions = find_topic(transport, &topic, settings.create).await?;
        let max_batch = transport.capabilities().max_batch;
        Ok(Output {
            partitions,
            writer: value.writer(&topic, KeyOrValue::Value).await?,
            keys: key.prepare(&topic).await?,
            topic: topic.into(),
            partitioner: settings.partitioner,
            staged,
            batch: settings.batch.min(max_batch),
            max_batch,
            buffer: settings.buffer,
            buffer_records: settings.buffer_records,
        })
    }
}

/// How many partitions the topic has, which is created with so many where it is missing.
async fn find_topic<T: Transport + ?Sized>(
    transport: &T,
    topic: &str,
    create: Option<u32>,
) -> Result<u32, SendError> {
    if let Some(partitions) = transport.partitions(topic).await? {
        return Ok(partitions);
    }
    let partitions = create.ok_or_else(|| unknown_topic(topic))?;
    transport.create_topic(TopicSpec::new(topic, partitions)).await?;
    transport.partitions(topic).await?.ok_or_else(|| unknown_topic(topic))
}

fn unknown_topic(topic: &str) -> SendError {
    let message = format!("topic `{topic}` does not exist");
    crate::transport::TransportError::new(crate::transport::TransportErrorKind::UnknownTopic, message).into()
}
