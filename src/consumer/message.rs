//! One record on its way out: [`Received`] is what it holds, [`Message`] adds that its work can be done.

use std::ops::Deref;
use std::sync::Arc;

use super::key::ReadKey;
use super::partitions::{Partitions, Tenure};
use super::{ConsumeError, Mark, OwnedMessage, RawKeys};
use crate::codec::{Codec, Decode};
use crate::observer::{Observation, Observer};
use crate::record::{Batch, Cursor, Headers, RecordRef, TopicPartition};
use crate::serdes::Reader;
use crate::transport::Clock;
use crate::value::Value;

/// What values and keys are read with.
#[derive(Debug)]
pub(super) struct Readers<C: Codec, K> {
    pub(super) values: Reader<C>,
    pub(super) keys: K,
    /// Who is told how long values take to decode, and what tells the time.
    pub(super) told: Option<(Arc<dyn Observer>, Arc<dyn Clock>)>,
}

/// A record within a batch that is shared.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) at: TopicPartition,
    pub(super) batch: Arc<Batch>,
    /// Before the record.
    pub(super) cursor: Cursor,
}

/// What a record holds, lent from its batch.
#[derive(Debug)]
pub struct Received<'b, C: Codec, K = RawKeys> {
    pub(super) at: &'b TopicPartition,
    pub(super) record: RecordRef<'b>,
    pub(super) readers: &'b Readers<C, K>,
}

impl<'b, C: Codec, K> Received<'b, C, K> {
    /// The value, as the consumer's schema sees it; may borrow from the batch.
    ///
    /// # Errors
    /// [`ConsumeError::Tombstone`] for a null value; a value that does not read.
    pub fn value<T>(&self) -> Result<T, ConsumeError>
    where
        C::Bound: Decode<'b, T>,
    {
        match self.record.value {
            Some(bytes) => self.read(bytes),
            None => Err(ConsumeError::Tombstone { place: self.place() }),
        }
    }

    /// The value, or `None` for a tombstone.
    ///
    /// # Errors
    /// A value that does not read.
    pub fn optional<T>(&self) -> Result<Option<T>, ConsumeError>
    where
        C::Bound: Decode<'b, T>,
    {
        self.record.value.map(|bytes| self.read(bytes)).transpose()
    }

    fn read<T>(&self, bytes: &'b [u8]) -> Result<T, ConsumeError>
    where
        C::Bound: Decode<'b, T>,
    {
        let values = &self.readers.values;
        let read = || match self.record.has_headers() {
            false => values.deserialize(bytes),
            true => values.deserialize_with(bytes, &self.headers()),
        };
        // A `map_err` moves the value once more.
        match self.timed(read) {
            Ok(value) => Ok(value),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    /// Tells an observer how long it took.
    fn timed<T>(&self, decode: impl FnOnce() -> T) -> T {
        let Some((observer, clock)) = &self.readers.told else { return decode() };
        let began = clock.steady();
        let decoded = decode();
        let took = clock.steady().saturating_sub(began);
        observer.observe(&Observation::Decoded { topic: &self.at.topic, records: 1, took });
        decoded
    }

    /// The dynamic value, or `None` for a tombstone.
    ///
    /// # Errors
    /// A value that does not read.
    pub fn dynamic(&self) -> Result<Option<Value<'b>>, ConsumeError> {
        let read = |bytes| self.readers.values.deserialize_value(bytes, &self.headers());
        let Some(bytes) = self.record.value else { return Ok(None) };
        self.timed(|| read(bytes)).map(Some).map_err(|source| self.unreadable(source))
    }

    /// The value by a reader of one's own, where the topic has several types ([`Serdes::type_name`] tells which, and
    /// [`Types`](super::Types) does both).
    ///
    /// # Errors
    /// As [`Received::value`]; [`SerdesError::UnknownSchema`] where that reader's serdes have not loaded the schema.
    ///
    /// [`Serdes::type_name`]: crate::serdes::Serdes::type_name
    /// [`SerdesError::UnknownSchema`]: crate::serdes::SerdesError::UnknownSchema
    pub fn value_by<D: Codec, T>(&self, reader: &Reader<D>) -> Result<T, ConsumeError>
    where
        D::Bound: Decode<'b, T>,
    {
        let bytes = self.record.value.ok_or_else(|| ConsumeError::Tombstone { place: self.place() })?;
        let read = || reader.deserialize_with(bytes, &self.headers());
        self.timed(read).map_err(|source| self.unreadable(source))
    }

    /// The key; may borrow from the batch.
    ///
    /// # Errors
    /// [`ConsumeError::NoKey`] for a record without one; a key that does not read.
    pub fn key<T>(&self) -> Result<T, ConsumeError>
    where
        K: ReadKey<'b, T>,
    {
        let bytes = self.record.key.ok_or_else(|| ConsumeError::NoKey { place: self.place() })?;
        self.readers.keys.read_key(bytes, &self.headers()).map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: crate::serdes::SerdesError) -> ConsumeError {
        ConsumeError::Message { place: self.place(), source }
    }

    /// Whether the value is null.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.record.value.is_none()
    }

    /// The value's message, frame and all.
    #[must_use]
    pub fn value_bytes(&self) -> Option<&'b [u8]> {
        self.record.value
    }

    /// The key's bytes, frame and all.
    #[must_use]
    pub fn key_bytes(&self) -> Option<&'b [u8]> {
        self.record.key
    }

    /// The last value under that name: `None` where there is none, `Some(None)` where it is null.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Option<&'b [u8]>> {
        self.record.iter_headers().filter(|(it, _)| *it == name).last().map(|(_, value)| value)
    }

    /// The headers, read now.
    #[must_use]
    pub fn headers(&self) -> Headers {
        self.record.headers()
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &'b TopicPartition {
        self.at
    }

    /// The offset.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.record.offset
    }

    /// The time, in milliseconds since 1970: the record's own, or that of its append.
    #[must_use]
    pub fn timestamp(&self) -> i64 {
        self.record.timestamp
    }

    /// Where it is, for people.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} at offset {}", self.at, self.record.offset)
    }
}

/// A record, lent from its batch. Say [`Message::done`] when its work is finished: only then may it be committed.
#[derive(Debug)]
#[must_use = "a message that is not `done` is given again after a restart"]
pub struct Message<'b, C: Codec, K = RawKeys> {
    pub(super) received: Received<'b, C, K>,
    pub(super) readers: &'b Arc<Readers<C, K>>,
    pub(super) batch: &'b Arc<Batch>,
    /// Before the record.
    pub(super) cursor: Cursor,
    pub(super) partitions: &'b Partitions,
    /// `None` where the partition is no longer held.
    pub(super) tenure: Option<Tenure>,
}

impl<'b, C: Codec, K> Deref for Message<'b, C, K> {
    type Target = Received<'b, C, K>;

    fn deref(&self) -> &Received<'b, C, K> {
        &self.received
    }
}

impl<'b, C: Codec, K> Message<'b, C, K> {
    /// The work is finished, as far as the watermark knows; what it holds is given on.
    pub(super) fn finish(self) -> Received<'b, C, K> {
        if let Some(tenure) = self.tenure {
            self.partitions.lock().finish(self.received.at, tenure, self.received.record.offset);
        }
        self.received
    }
}

impl<C: Codec, K> Message<'_, C, K> {
    /// The work is finished: the record may be committed, and is not given again.
    pub fn done(self) {
        let _ = self.finish();
    }

    /// The message for itself, which outlives the batch without copying a byte, and the mark that says when its work is done: for
    /// handlers that run beside [`Consumer::next`](super::Consumer::next).
    #[must_use = "a mark that is dropped leaves the record unfinished"]
    pub fn detach(self) -> (OwnedMessage<C, K>, Mark) {
        let at = self.received.at;
        let place = Place { at: at.clone(), batch: Arc::clone(self.batch), cursor: self.cursor };
        let mark = Mark::new(self.partitions, at, self.tenure, self.received.record.offset);
        (OwnedMessage::new(place, self.readers), mark)
    }
}
