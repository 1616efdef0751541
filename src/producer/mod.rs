//! The producer: typed values into acknowledged records, in order per partition.
//!
//! ```text
//! value -serdes-> message -> open batch of its partition -transport-> acknowledgement -> handle
//! ```
//!
//! A batch leaves when it is full, when the first of its handles is awaited, at [`Producer::flush`], or when the last clone of
//! the producer is dropped; so `send` in a loop writes one record at a time, and `enqueue` followed by awaiting the handles
//! (or [`Producer::send_batch`]) writes many at once. There is no timer.
//!
//! ✔ A record is acknowledged, refused, or reported as possibly written. ✔ Batches of one partition leave in the order of the calls.
//! ✗ A handle that is dropped tells nobody whether its record arrived, and its batch waits for the next reason to leave.
//!
//! ```
//! use schemawire::codec::Json;
//! use schemawire::producer::ProduceExt;
//! use schemawire::registry::EmbeddedRegistry;
//! use schemawire::schema::Schema;
//! use schemawire::serdes::Serdes;
//! use schemawire::transport::Memory;
//!
//! # pollster::block_on(async {
//! let log = Memory::new();
//! let serdes = Serdes::new(EmbeddedRegistry::on(&log).await?);
//! let schema = Schema::json(r#"{"type": "string"}"#)?;
//!
//! let producer = log.producer("names").value(&serdes, Json, &schema).build().await?;
//! let sent = producer.send("Ada").await?;
//! assert_eq!((sent.at.to_string().as_str(), sent.offset), ("names-0", 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod budget;
mod build;
mod error;
mod key;
mod lanes;
mod outgoing;
mod shipment;

pub use build::{PrepareKeys, ProducerBuilder, Typed};
pub use error::SendError;
pub use key::{RawKeys, TypedKeys, WriteKey};
pub use outgoing::Outgoing;
pub use shipment::{Delivered, Delivery};

use std::fmt;
use std::sync::Arc;

use crate::codec::{Codec, Encode};
use crate::record::{Partitioner, Record};
use crate::serdes::Writer;
use crate::transport::{RawProducer, Transport};
use crate::value::Value;
use budget::{Budget, Reserved};
use lanes::Lanes;

/// Opens producers on any transport.
pub trait ProduceExt: Transport {
    /// A producer for that topic.
    fn producer(&self, topic: &str) -> ProducerBuilder<'_, Self> {
        ProducerBuilder::new(self, topic)
    }
}

impl<T: Transport + ?Sized> ProduceExt for T {}

/// Sends values of any type that its codec encodes. Cloning shares it; all methods take `&self`.
pub struct Producer<C: Codec, K = RawKeys>(Arc<Shared<C, K>>);

struct Shared<C: Codec, K> {
    topic: Arc<str>,
    partitions: u32,
    raw: Arc<dyn RawProducer>,
    writer: Writer<C>,
    keys: K,
    partitioner: Arc<dyn Partitioner>,
    budget: Budget,
    batch: usize,
    max_batch: usize,
    lanes: Lanes,
}

impl<C: Codec, K> Clone for Producer<C, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: Codec, K> fmt::Debug for Producer<C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("topic", &self.0.topic)
            .field("lanes", &self.0.lanes)
            .finish_non_exhaustive()
    }
}

impl<C: Codec, K> Producer<C, K> {
    fn new(shared: Shared<C, K>) -> Self {
        Self(Arc::new(shared))
    }

    /// The topic that it sends to.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// How many partitions the topic had when the producer was opened.
    #[must_use]
    pub fn partitions(&self) -> u32 {
        self.0.partitions
    }

    /// Bytes that wait to be acknowledged.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.0.budget.used()
    }

    /// Sends a value without a key and waits until it is acknowledged.
    ///
    /// # Errors
    /// A value that does not fit; a batch that was not acknowledged.
    pub async fn send<T: ?Sized>(&self, value: &T) -> Result<Delivered, SendError>
    where
        C::Bound: Encode<T>,
    {
        self.message(value).send().await
    }

    /// Sends a value under a key and waits until it is acknowledged. Records of one key stay in order.
    ///
    /// # Errors
    /// As [`Producer::send`].
    pub async fn send_keyed<Q: ?Sized, T: ?Sized>(&self, key: &Q, value: &T) -> Result<Delivered, SendError>
    where
        C::Bound: Encode<T>,
        K: WriteKey<Q>,
    {
        self.message(value).key(key).send().await
    }

    /// Sends a null value under a key, which deletes the key under compaction.
    ///
    /// # Errors
    /// As [`Producer::send`].
    pub async fn send_tombstone<Q: ?Sized>(&self, key: &Q) -> Result<Delivered, SendError>
    where
        K: WriteKey<Q>,
    {
        self.tombstone().key(key).send().await
    }

    /// Sends a dynamic value without a key and waits until it is acknowledged.
    ///
    /// # Errors
    /// As [`Producer::send`].
    pub async fn send_value(&self, value: &Value<'_>) -> Result<Delivered, SendError> {
        self.value(value).send().await
    }

    /// Sends many values without keys, and waits once, until all are acknowledged; gives them in order.
    ///
    /// # Errors
    /// The first value that is refused or not acknowledged; those before it may be written.
    pub async fn send_batch<'v, T: 'v + ?Sized>(
        &self,
        values: impl IntoIterator<Item = &'v T>,
    ) -> Result<Vec<Delivered>, SendError>
    where
        C::Bound: Encode<T>,
    {
        let mut handles = Vec::new();
        for value in values {
            handles.push(self.message(value).enqueue_waiting().await?);
        }
        self.0.lanes.send_open();
        let mut delivered = Vec::with_capacity(handles.len());
        for handle in handles {
            delivered.push(handle.await?);
        }
        Ok(delivered)
    }

    /// Lays a value into its batch and returns a handle at once.
    ///
    /// # Errors
    /// A value that does not fit; [`SendError::Full`] where too much waits already.
    pub fn enqueue<T: ?Sized>(&self, value: &T) -> Result<Delivery, SendError>
    where
        C::Bound: Encode<T>,
    {
        self.message(value).enqueue()
    }

    /// A record with that value, to be given a key, headers, a time, a partition.
    pub fn message<T: ?Sized>(&self, value: &T) -> Outgoing<'_, C, K>
    where
        C::Bound: Encode<T>,
    {
        let mut out = Outgoing::new(self);
        out.fill(|writer, headers, bytes| writer.serialize_into(value, headers, bytes));
        out
    }

    /// A record with that dynamic value, to be given a key, headers, a time, a partition.
    pub fn value(&self, value: &Value<'_>) -> Outgoing<'_, C, K> {
        let mut out = Outgoing::new(self);
        out.fill(|writer, headers, bytes| writer.serialize_value_into(value, headers, bytes));
        out
    }

    /// A record with a null value, to be given a key.
    pub fn tombstone(&self) -> Outgoing<'_, C, K> {
        Outgoing::new(self)
    }

    /// Sends what is buffered and waits until every record handed over before is answered, well or ill.
    ///
    /// # Errors
    /// The first batch that was not acknowledged, of those whose answers nobody has taken yet.
    pub async fn flush(&self) -> Result<(), SendError> {
        self.0.lanes.send_open();
        let mut first = Ok(());
        for answer in self.0.lanes.flying() {
            first = first.and(answer.await.map(drop));
        }
        self.0.raw.flush().await?;
        first
    }

    /// Flushes, and ends this handle; clones go on.
    ///
    /// # Errors
    /// As [`Producer::flush`].
    pub async fn close(self) -> Result<(), SendError> {
        self.flush().await
    }

    /// Room for a record, now or not at all.
    fn try_room(&self, bytes: usize) -> Result<Reserved, SendError> {
        let full = || SendError::Full { buffered: self.0.budget.used(), limit: self.0.budget.limit() };
        self.0.budget.try_reserve(bytes).ok_or_else(full)
    }

    /// Room for a record, after as many older batches as it takes have been answered.
    async fn room(&self, bytes: usize) -> Reserved {
        loop {
            if let Some(reserved) = self.0.budget.try_reserve(bytes) {
                return reserved;
            }
            self.0.lanes.send_open();
            match self.0.lanes.oldest() {
                // Its error is told by its own handles.
                Some(answer) => drop(answer.await),
                // What takes the room is being laid into a batch by others at this moment.
                None => return self.0.budget.force(bytes),
            }
        }
    }

    /// The partition of a record: as it says, by its key, or the sticky one.
    fn partition(&self, explicit: Option<u32>, key: Option<&[u8]>) -> Result<Option<u32>, SendError> {
        let chosen = explicit.or_else(|| self.0.partitioner.partition(key, self.0.partitions));
        match chosen {
            Some(partition) if partition >= self.0.partitions => Err(SendError::UnknownPartition {
                topic: self.topic().to_owned(),
                partition,
                partitions: self.0.partitions,
            }),
            chosen => Ok(chosen),
        }
    }

    fn push(&self, partition: Option<u32>, record: &Record, room: Reserved) -> Delivery {
        let shared = &*self.0;
        let (shipment, place) =
            shared.lanes.push(&shared.topic, partition, &shared.raw, shared.batch, record, room);
        Delivery::new(shipment, place)
    }
}
