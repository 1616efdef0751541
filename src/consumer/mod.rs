//! The consumer: records of a topic, read as one schema sees them, committed when their work is done.
//!
//! ```text
//! transport -batch-> records -frame, codec-> value      done -> watermark -commit-> transport
//! ```
//!
//! ✔ A commit never passes a record that is not [`Message::done`]. ✔ After a restart the group goes on at its last commit.
//! ✔ Dropping the future of [`Consumer::next`] loses nothing. ✗ A record that was done but not committed is given again after a crash.
//!
//! ```
//! use schemawire::codec::Json;
//! use schemawire::consumer::ConsumeExt;
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
//! log.producer("names").value(&serdes, Json, &schema).build().await?.send("Ada").await?;
//!
//! let mut consumer = log.consumer("names").group("greeters").value(&serdes, Json, &schema).stop_at_end().build().await?;
//! while let Some(message) = consumer.next().await? {
//!     assert_eq!(message.value::<&str>()?, "Ada");
//!     message.done();
//! }
//! consumer.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod build;
mod error;
mod key;
mod message;
mod watermark;

pub use build::ConsumerBuilder;
pub use error::ConsumeError;
pub use key::{LoadKeys, RawKeys, ReadKey, TypedKeys};
pub use message::Message;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::class::Class;
use crate::codec::Codec;
use crate::ids::SchemaKey;
use crate::record::{Batch, Cursor, TopicPartition};
use crate::serdes::{Reader, SerdesError};
use crate::transport::{
    CommitOutcome, Committed, Event, Generation, Place, PollLimits, RawConsumer, Transport,
};
use build::Settings;
use message::Watermarks;
use watermark::Watermark;

/// Opens consumers on any transport.
pub trait ConsumeExt: Transport {
    /// A consumer of that topic.
    fn consumer(&self, topic: &str) -> ConsumerBuilder<'_, Self> {
        ConsumerBuilder::new(self, topic)
    }
}

impl<T: Transport + ?Sized> ConsumeExt for T {}

/// Reads a topic, one message after the other.
#[derive(Debug)]
pub struct Consumer<C: Codec, K = RawKeys> {
    raw: Box<dyn RawConsumer>,
    reader: Reader<C>,
    keys: K,
    settings: Settings,
    in_group: bool,
    generation: Generation,
    watermarks: Watermarks,
    current: Option<Current>,
    skipped: u64,
}

/// The batch that is being read, and the record to give next.
#[derive(Debug)]
struct Current {
    at: TopicPartition,
    batch: Arc<Batch>,
    /// Before the next record.
    cursor: Cursor,
    /// Records below it were read before.
    from: u64,
}

impl<C: Codec, K> Consumer<C, K> {
    fn new(
        raw: Box<dyn RawConsumer>,
        reader: Reader<C>,
        keys: K,
        settings: Settings,
        in_group: bool,
    ) -> Self {
        let watermarks = Mutex::new(BTreeMap::new());
        let generation = Generation::default();
        Self { raw, reader, keys, settings, in_group, generation, watermarks, current: None, skipped: 0 }
    }

    fn watermarks(&self) -> std::sync::MutexGuard<'_, BTreeMap<TopicPartition, Watermark>> {
        self.watermarks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The partitions that are read, each with the offset up to which everything is done.
    #[must_use]
    pub fn positions(&self) -> Vec<(TopicPartition, u64)> {
        self.watermarks().iter().map(|(at, watermark)| (at.clone(), watermark.position())).collect()
    }

    /// How many records were asked for and no longer exist.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Commits what is done. Without a group there is nothing to commit.
    ///
    /// # Errors
    /// A transport that cannot store it; what was done stays done, and the next commit takes it along.
    pub async fn commit(&mut self) -> Result<(), ConsumeError> {
        if !self.in_group {
            return Ok(());
        }
        let due: Vec<(TopicPartition, Committed)> = self
            .watermarks()
            .iter()
            .filter_map(|(at, watermark)| Some((at.clone(), Committed::at(watermark.to_commit()?))))
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        // An older generation's partitions belong to others now; their events tell.
        if self.raw.commit(self.generation, &due).await? == CommitOutcome::Stored {
            let mut watermarks = self.watermarks();
            for (at, committed) in &due {
                if let Some(watermark) = watermarks.get_mut(at) {
                    watermark.stored(committed.offset);
                }
            }
        }
        Ok(())
    }

    /// Goes on reading a partition from another place; what was read of it and is not done no longer counts.
    ///
    /// # Errors
    /// A partition that is not this member's; a transport that cannot look the place up.
    pub async fn seek(&mut self, at: &TopicPartition, place: Place) -> Result<(), ConsumeError> {
        let offset = self.raw.seek(at, place).await?;
        if self.current.as_ref().is_some_and(|current| current.at == *at) {
            self.current = None;
        }
        if let Some(watermark) = self.watermarks().get_mut(at) {
            watermark.seek(offset);
        }
        Ok(())
    }

    /// Commits what is done and leaves the group.
    ///
    /// # Errors
    /// As [`Consumer::commit`].
    pub async fn close(mut self) -> Result<(), ConsumeError> {
        self.commit().await?;
        Ok(self.raw.close().await?)
    }

    /// Takes an event that is not a batch of records into account.
    async fn heed(&mut self, event: Event) -> Result<(), ConsumeError> {
        match event {
            Event::Records { at, from, batch, .. } => {
                let cursor = batch.cursor();
                self.current = Some(Current { at, batch, cursor, from });
            }
            Event::Assigned { generation, partitions } => {
                self.generation = generation;
                self.watermarks()
                    .extend(partitions.into_iter().map(|(at, start)| (at, Watermark::new(start))));
            }
            Event::Revoking { generation, partitions } => {
                self.commit().await?;
                self.forget(&partitions);
                self.raw.revoked(generation).await?;
            }
            Event::Lost { partitions, .. } => self.forget(&partitions),
            Event::Gap { at, from, to } => {
                self.skipped += to.saturating_sub(from);
                if let Some(watermark) = self.watermarks().get_mut(&at) {
                    watermark.pass(to);
                }
            }
            Event::Idle => {}
        }
        Ok(())
    }

    fn forget(&mut self, partitions: &[TopicPartition]) {
        self.watermarks().retain(|at, _| !partitions.contains(at));
        if self.current.as_ref().is_some_and(|current| partitions.contains(&current.at)) {
            self.current = None;
        }
    }
}

impl<C: Codec, K: LoadKeys> Consumer<C, K> {
    /// The next message; waits for one. `None` at the end of the log, where [`ConsumerBuilder::stop_at_end`] was asked for.
    ///
    /// The schemas that the message needs are loaded when it is given.
    ///
    /// # Errors
    /// A transport that fails; a registry that does not answer. The message then stays the next one.
    pub async fn next(&mut self) -> Result<Option<Message<'_, C, K>>, ConsumeError> {
        if !self.advance().await? {
            return Ok(None);
        }
        let Some(current) = &mut self.current else { return Ok(None) };
        let Some(record) = current.batch.read(&mut current.cursor) else { return Ok(None) };
        let mut watermarks = self.watermarks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watermark) = watermarks.get_mut(&current.at) {
            watermark.give(record.offset);
        }
        drop(watermarks);
        Ok(Some(Message {
            at: &current.at,
            record,
            reader: &self.reader,
            keys: &self.keys,
            watermarks: &self.watermarks,
        }))
    }

    /// Moves to the next record that is wanted and whose schemas are there. False at the end.
    async fn advance(&mut self) -> Result<bool, ConsumeError> {
        let limits = PollLimits::default();
        let limits = if self.settings.stop_at_end { limits.now() } else { limits };
        loop {
            if self.load_next().await? {
                return Ok(true);
            }
            if self.settings.auto_commit {
                self.commit().await?;
            }
            let event = self.raw.next(limits).await?;
            if matches!(event, Event::Idle) && self.settings.stop_at_end {
                return Ok(false);
            }
            self.heed(event).await?;
        }
    }

    /// Skips records that were read before, and loads the schemas of the next one. False where the batch is used up.
    async fn load_next(&mut self) -> Result<bool, ConsumeError> {
        let Some(current) = &mut self.current else { return Ok(false) };
        loop {
            let mut ahead = current.cursor;
            let Some(record) = current.batch.read(&mut ahead) else {
                let (at, behind) = (current.at.clone(), current.batch.next_offset());
                self.current = None;
                if let Some(watermark) = self.watermarks().get_mut(&at) {
                    watermark.pass(behind);
                }
                return Ok(false);
            };
            if record.offset < current.from {
                current.cursor = ahead;
                continue;
            }
            let headers = record.headers();
            let value = record.value.and_then(|bytes| self.reader.missing(bytes, &headers));
            let key = record.key.and_then(|bytes| self.keys.missing(bytes, &headers));
            if let Some(id) = value {
                settle(id, self.reader.load(id).await.map(drop))?;
            }
            if let Some(id) = key {
                settle(id, self.keys.load(id).await)?;
            }
            return Ok(true);
        }
    }
}

/// A schema that nobody knows is told by the message itself; a registry that does not answer holds the message back.
fn settle(key: SchemaKey, loaded: Result<(), SerdesError>) -> Result<(), ConsumeError> {
    match loaded {
        Err(source) if matches!(source.class(), Class::Retry { .. }) => {
            Err(ConsumeError::Registry { key, source })
        }
        _ => Ok(()),
    }
}
