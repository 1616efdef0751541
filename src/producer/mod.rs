//! The producer: typed values into acknowledged records, in order per partition.
//!
//! ```text
//! value -serdes-> message -> open batch of its partition -transport-> acknowledgement -> handle
//! ```
//!
//! A batch leaves when it is full, when the first of its handles is awaited, at [`Producer::flush`], when it has lingered, or
//! with the last clone of the producer; so `send` in a loop writes one record at a time, and `enqueue` followed by awaiting the
//! handles (or [`Producer::send_batch`]) writes many at once. A batch that fails is tried again until its deadline.
//! `docs/PRODUCER.md` has every setting.
//!
//! ✔ A record is acknowledged, refused, or reported as possibly written, by its deadline. ✔ Batches of one partition are stored in
//! the order of the calls. ✔ What waits is bounded in bytes and in records.
//! ✗ A handle that is dropped tells nobody whether its record arrived, except the next [`Producer::flush`].
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

mod background;
mod breaker;
mod budget;
mod build;
mod core;
mod delivery;
mod dice;
mod error;
mod flight;
mod keeper;
mod key;
mod lanes;
mod many;
mod outgoing;
mod retry;
mod room;
mod settings;
mod spill;
mod staged;
mod sticky;
mod ticket;
mod told;
mod types;

pub use breaker::{Breaker, BreakerSettings};
pub use build::{PrepareKeys, ProducerBuilder, Typed};
pub use delivery::{BatchDelivered, BatchDelivery, Delivered, Delivery};
pub use error::SendError;
pub use key::{RawKeys, TypedKeys, WriteKey};
pub use outgoing::Outgoing;
pub use spill::Spill;
pub use staged::{Output, Staged};

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};

use self::core::Core;
use crate::codec::{Codec, Encode};
use crate::record::Partitioner;
use crate::serdes::Writer;
use crate::transport::{Transport, sleep};
use crate::value::Value;

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
    core: Arc<Core>,
    partitions: u32,
    writer: Writer<C>,
    keys: K,
    partitioner: Arc<dyn Partitioner>,
    max_block: Duration,
    refuses_when_open: bool,
    max_batch: usize,
}

/// With the last clone every batch leaves, and nothing more is forwarded.
impl<C: Codec, K> Drop for Shared<C, K> {
    fn drop(&mut self) {
        self.core.send_open();
        if let Some(aside) = &self.core.aside {
            aside.stop.give();
        }
    }
}

impl<C: Codec, K> Clone for Producer<C, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: Codec, K> fmt::Debug for Producer<C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("topic", &self.0.core.topic)
            .field("breaker", &self.0.core.breaker)
            .field("lanes", &*self.0.core.lanes())
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
        &self.0.core.topic
    }

    /// How many partitions the topic had when the producer was opened.
    #[must_use]
    pub fn partitions(&self) -> u32 {
        self.0.partitions
    }

    /// Bytes that wait to be acknowledged.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.0.core.budget.used().bytes
    }

    /// Records that wait to be acknowledged.
    #[must_use]
    pub fn buffered_records(&self) -> usize {
        self.0.core.budget.used().records
    }

    /// Records that lie aside in its spill, and are not forwarded yet.
    #[must_use]
    pub fn spilled(&self) -> u64 {
        self.0.core.lanes().spilled()
    }

    /// The breaker of its destination.
    #[must_use]
    pub fn breaker(&self) -> &Breaker {
        &self.0.core.breaker
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
    /// The first batch since the last `flush` that was not acknowledged, and of which no handle has told so.
    pub async fn flush(&self) -> Result<(), SendError> {
        let core = &self.0.core;
        core.send_open();
        let flying = core.lanes().flying();
        for answer in flying {
            drop(answer.await);
        }
        let untold = core.lanes().untold();
        core.raw.flush().await?;
        untold.map_or(Ok(()), Err)
    }

    /// Takes no more records, here and in all clones, and waits until what was handed over is answered, for that long at most;
    /// then ends it. Every handle has resolved when this returns, with [`SendError::Closed`] saying what was possibly written.
    /// What lies aside stays there, for the next producer.
    ///
    /// # Errors
    /// As [`Producer::flush`]; [`SendError::Closed`] where something was not answered in time.
    pub async fn close(self, within: Duration) -> Result<(), SendError> {
        let core = &self.0.core;
        core.stop();
        let flushed = select(Box::pin(self.flush()), sleep(within)).await;
        let result = match flushed {
            Either::Left((flushed, _)) => flushed,
            Either::Right(_) => {
                core.end();
                let flying = core.lanes().flying();
                for answer in flying {
                    drop(answer.await);
                }
                let untold = core.lanes().untold();
                untold.map_or(Ok(()), Err)
            }
        };
        if let Some(aside) = &core.aside {
            aside.stop.give();
            aside.ended.reached(ticket::Stage::Landed).await;
        }
        result
    }
}
