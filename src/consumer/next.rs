//! One message after the other, lent from its batch.

use std::sync::Arc;

use futures_util::future::{Either, select};

use super::member::Member;
use super::message::{Readers, Received};
use super::{ConsumeError, Consumer, LoadKeys, Message};
use crate::codec::Codec;
use crate::ids::SchemaKey;
use crate::observer::Observation;
use crate::record::{Batch, Cursor, Headers, RecordRef, TopicPartition};
use crate::transport::{Event, PollLimits};

/// The batch that is being read, and the record to give next.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) at: TopicPartition,
    pub(super) batch: Arc<Batch>,
    /// Before the next record.
    pub(super) cursor: Cursor,
    /// Records below it were read before.
    pub(super) from: u64,
    /// Whether the delay of the next record was waited for.
    pub(super) waited: bool,
    /// Whether the last record that was given left room for the next: only giving takes it away.
    pub(super) has_room: bool,
}

impl Current {
    pub(super) fn new(at: TopicPartition, from: u64, batch: Arc<Batch>) -> Self {
        let cursor = batch.cursor();
        Self { at, batch, cursor, from, waited: false, has_room: false }
    }
}

impl<C: Codec, K: LoadKeys> Consumer<C, K> {
    /// The next message; waits for one. `None` at the end of the log, where [`stop_at_end`](super::ConsumerBuilder::stop_at_end) was
    /// asked for.
    ///
    /// The schemas that the message needs are loaded when it is given. Rebalances are answered, and commits made, while this waits.
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    /// A transport that fails; a registry that does not answer. The message then stays the next one.
    pub async fn next(&mut self) -> Result<Option<Message<'_, C, K>>, ConsumeError> {
        if !self.is_ready() && !self.advance().await? {
            return Ok(None);
        }
        let Some(current) = &mut self.current else { return Ok(None) };
        let cursor = current.cursor;
        let Some(record) = current.batch.read(&mut current.cursor) else { return Ok(None) };
        let (partitions, window) = (&self.member.partitions, self.member.settings.window);
        let given = partitions.lock().give(&current.at, record.offset);
        current.has_room = given.is_some_and(|(_, span)| span < window);
        let tenure = given.map(|(tenure, _)| tenure);
        let (readers, batch) = (&self.readers, &current.batch);
        let received = Received { at: &current.at, record, readers };
        Ok(Some(Message { received, readers, batch, cursor, partitions, tenure }))
    }

    /// Whether the next record can be given out at once, as most can.
    fn is_ready(&self) -> bool {
        let Some(current) = self.current.as_ref().filter(|current| current.has_room) else { return false };
        if self.paused || self.member.unsettled().is_some() {
            return false;
        }
        let mut ahead = current.cursor;
        let record = current.batch.read(&mut ahead);
        record.is_some_and(|record| record.offset >= current.from && is_loaded(&self.readers, &record))
    }

    /// Moves to the next record that is wanted and whose schemas are there. False at the end.
    async fn advance(&mut self) -> Result<bool, ConsumeError> {
        loop {
            if self.member.unsettled().is_some() {
                // Partitions that come are not paused.
                self.pause(false);
                let gone = self.member.settle().await?;
                self.drop_batches(&gone);
            }
            let has_next = self.load_next().await?;
            let window = self.member.settings.window;
            let full = self
                .current
                .as_ref()
                .filter(|current| has_next && !current.has_room)
                .filter(|current| self.member.partitions.lock().is_full(&current.at, window))
                .map(|current| current.at.clone());
            self.pause(full.is_some());
            if has_next && full.is_none() {
                return Ok(true);
            }
            if !has_next && let Some(behind) = self.behind.pop_front() {
                self.current = Some(behind);
                continue;
            }
            let mut limits = PollLimits::default();
            if self.member.is_commit_due() {
                self.member.commit().await?;
            }
            if let Some(wait) = self.member.next_commit() {
                limits = limits.with_wait(wait);
            }
            let stop_at_end = self.member.settings.stop_at_end && full.is_none();
            if stop_at_end {
                limits = limits.now();
            }
            let event = match full {
                None => self.member.raw.next(limits).await?,
                Some(at) => {
                    // The membership goes on while the window is full.
                    let room = std::pin::pin!(self.member.partitions.room(&at, window));
                    match select(self.member.raw.next(limits), room).await {
                        Either::Left((event, _)) => event?,
                        Either::Right(((), _)) => continue,
                    }
                }
            };
            match event {
                Event::Idle if stop_at_end => return Ok(false),
                Event::Idle => {}
                Event::Records { at, from, batch, .. } => {
                    self.member.tell_received(&at, &batch);
                    self.behind.push_back(Current::new(at, from, batch));
                }
                event => self.member.take(event),
            }
        }
    }

    /// Lets the transport give no records, or records again.
    fn pause(&mut self, pause: bool) {
        if self.paused != pause {
            let all = self.member.partitions.lock().all();
            if pause {
                self.member.raw.pause(&all)
            } else {
                self.member.raw.resume(&all)
            }
            self.paused = pause;
        }
    }

    /// Skips records that were read before, and loads the schemas of the next one. False where the batch is used up.
    async fn load_next(&mut self) -> Result<bool, ConsumeError> {
        let Some(current) = &mut self.current else { return Ok(false) };
        loop {
            let mut ahead = current.cursor;
            let Some(record) = current.batch.read(&mut ahead) else {
                self.member.partitions.lock().end_batch(&current.at, current.batch.next_offset());
                self.current = None;
                return Ok(false);
            };
            if record.offset < current.from {
                current.cursor = ahead;
                continue;
            }
            return match load(&self.readers, &record).await {
                Err(error) if error.class().is_retriable() => Err(error),
                // A schema that nobody knows is told by the message itself.
                _ => Ok(true),
            };
        }
    }
}

impl Member {
    /// Tells the observer of records that came.
    pub(super) fn tell_received(&self, at: &TopicPartition, batch: &Batch) {
        self.tell(&Observation::Received {
            group: self.name(),
            topic: &at.topic,
            partition: at.partition,
            records: batch.len() as u64,
            bytes: batch.size() as u64,
        });
    }
}

/// Loads the schemas that a record needs.
pub(super) async fn load<C: Codec, K: LoadKeys>(
    readers: &Readers<C, K>,
    record: &RecordRef<'_>,
) -> Result<(), ConsumeError> {
    let (value, key) = missing(readers, record);
    let registry = |key| move |source| ConsumeError::Registry { key, source };
    if let Some(key) = value {
        readers.values.load(key).await.map_err(registry(key))?;
    }
    if let Some(key) = key {
        readers.keys.load(key).await.map_err(registry(key))?;
    }
    Ok(())
}

/// Whether all schemas are there that a record needs.
fn is_loaded<C: Codec, K: LoadKeys>(readers: &Readers<C, K>, record: &RecordRef<'_>) -> bool {
    matches!(missing(readers, record), (None, None))
}

/// The schemas of its value and key that are not there.
fn missing<C: Codec, K: LoadKeys>(
    readers: &Readers<C, K>,
    record: &RecordRef<'_>,
) -> (Option<SchemaKey>, Option<SchemaKey>) {
    let headers = if record.has_headers() { record.headers() } else { Headers::new() };
    let value = record.value.and_then(|bytes| readers.values.missing(bytes, &headers));
    (value, record.key.and_then(|bytes| readers.keys.missing(bytes, &headers)))
}
