//! The embedded log: topics, batches, group offsets and producer sequences in one file.
//!
//! Everything that changes together lies in one transaction of [redb](https://docs.rs/redb); one thread writes, and answers after
//! one sync for all who wait. Its futures need no runtime.
//!
//! | | |
//! |---|---|
//! | ✔ | what is acknowledged ([`Acknowledge::All`](super::Acknowledge::All)) survives `kill -9` and a power cut, in order, once |
//! | ✔ | a flipped byte is an error that names the batch, never other data |
//! | ✔ | a full disk loses nothing, and the log goes on when there is space |
//! | ✗ | one process at a time: a second one is told who holds it |
//! | ✗ | reading takes place on the caller's thread, a batch or a few at once |
//!
//! ```
//! use schemawire::transport::{Embedded, TopicSpec, Transport};
//!
//! # pollster::block_on(async {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("quakes.db");
//! let log = Embedded::open(path)?;
//! log.create_topic(TopicSpec::new("quakes", 4)).await?;
//! log.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # The file, format version 1
//!
//! A redb 4 database with these tables of bytes to bytes. Keys are big-endian, so that rows lie in order; values are
//! little-endian. Each value begins with its seal, a CRC-32 (IEEE) over
//! `table name, 0, key length (4 bytes, little-endian), key, value behind the seal`; of a batch only the first four bytes, which
//! are its own CRC.
//!
//! ```text
//! table       key                              value, behind 4 bytes of seal
//! meta        "format"                         version 4
//!             "counts"                         topics 8, groups 8, producers 8, next topic 8, next producer 8
//! topics      name                             id 4, partitions 4, flags 1 (1 age, 2 bytes, 4 compact), age in ms 8, bytes 8
//! partitions  topic 4, partition 4             first offset 8, next offset 8, bytes of its batches 8
//! batches     topic 4, partition 4, offset 8   a batch as `record::Batch` draws it, compressed or not; they cover the partition without a hole
//! groups      name                             for each partition: topic 4, partition 4, offset 8, metadata (0 or length + 1) 4, bytes
//! producers   producer 8, topic 4, partition 4 epoch 4, last number 8, written at 8, then up to 8 times: offset 8, time 8
//! dedupe      reserved
//! ```
//!
//! Beside it, while it is open, lies `NAME.lock`: process id, a blank, the time of opening in milliseconds since 1970, and
//! ` beginning` until a new file has its tables. The lock itself is the operating system's, on the log.

mod batches;
mod builder;
mod catalog;
mod command;
mod disk;
mod fault;
mod holder;
mod log;
mod maintain;
mod rows;
mod session;
mod tables;
mod writer;

pub use builder::EmbeddedBuilder;
#[doc(hidden)]
pub use disk::{Faults, FileOperation};

use std::collections::BTreeMap;
use std::future::ready;
use std::path::Path;
use std::sync::Arc;

use crate::record::{Batch, TopicPartition};

use self::command::{Command, Write};
use self::log::Log;
use super::local::{LocalConsumer, LocalProducer, LocalTransaction, Store, offset_of};
use super::{
    BoxFuture, Capabilities, Committed, ConsumerSpec, Place, ProducerSpec, RawConsumer, RawProducer,
    RawTransaction, TopicSpec, Transport, TransportError,
};

/// The embedded log. Clones share it; with the last handle it is closed.
#[derive(Debug, Clone)]
pub struct Embedded {
    log: Arc<Log>,
}

impl Embedded {
    /// Opens the log in that file, which is created where it is missing.
    ///
    /// # Errors
    /// As [`EmbeddedBuilder::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TransportError> {
        Self::builder(path).open()
    }

    /// Options for a log in that file.
    pub fn builder(path: impl AsRef<Path>) -> EmbeddedBuilder {
        EmbeddedBuilder::new(path.as_ref())
    }

    /// Answers everything that was handed over, then closes the file, for all handles.
    ///
    /// # Errors
    /// A log that has been closed before.
    pub fn close(&self) -> BoxFuture<'static, Result<(), TransportError>> {
        self.log.ask(|answer| Command::Close { answer })
    }
}

impl Transport for Embedded {
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
        let producer = LocalProducer::open(Arc::clone(&self.log), spec);
        Box::pin(ready(producer.map(|producer| Box::new(producer) as Box<dyn RawProducer>)))
    }

    fn open_consumer(
        &self,
        spec: ConsumerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawConsumer>, TransportError>> {
        let consumer = LocalConsumer::open(Arc::clone(&self.log), &spec);
        Box::pin(ready(consumer.map(|consumer| Box::new(consumer) as Box<dyn RawConsumer>)))
    }

    fn open_transactional(&self, id: &str) -> BoxFuture<'_, Result<Box<dyn RawTransaction>, TransportError>> {
        let opened = LocalTransaction::open(Arc::clone(&self.log), id.to_owned());
        Box::pin(async { Ok(Box::new(opened.await?) as Box<dyn RawTransaction>) })
    }

    fn create_topic(&self, spec: TopicSpec) -> BoxFuture<'_, Result<(), TransportError>> {
        self.log.ask(|answer| Command::Write(Write::CreateTopic { spec, answer }))
    }

    fn grow_topic<'a>(
        &'a self,
        topic: &'a str,
        partitions: u32,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        let topic = topic.to_owned();
        self.log.ask(|answer| Command::Write(Write::GrowTopic { topic, partitions, answer }))
    }

    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>> {
        self.log.ask(|answer| Command::DeleteTopic { topic: topic.to_owned(), answer })
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>> {
        Box::pin(ready(Ok(self.log.topics())))
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<u32>, TransportError>> {
        Box::pin(ready(Ok(self.log.topic(topic).ok().map(|spec| spec.partitions))))
    }

    fn offset<'a>(
        &'a self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        Box::pin(ready(offset_of(&*self.log, at, place)))
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, Committed>, TransportError>> {
        Box::pin(ready(self.log.committed(group)))
    }

    fn maintain(&self, now: i64) -> BoxFuture<'_, Result<(), TransportError>> {
        self.log.ask(|answer| Command::Maintain { now, answer })
    }
}
