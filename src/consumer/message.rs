//! One record on its way out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::key::ReadKey;
use super::watermark::Watermark;
use super::{ConsumeError, RawKeys};
use crate::codec::{Codec, Decode};
use crate::record::{Headers, RecordRef, TopicPartition};
use crate::serdes::Reader;
use crate::value::Value;

/// The watermarks of the partitions that are assigned.
pub(super) type Watermarks = Mutex<BTreeMap<TopicPartition, Watermark>>;

/// A record, lent from its batch. Say [`Message::done`] when its work is finished: only then may it be committed.
#[derive(Debug)]
#[must_use = "a message that is not `done` is given again after a restart"]
pub struct Message<'b, C: Codec, K = RawKeys> {
    pub(super) at: &'b TopicPartition,
    pub(super) record: RecordRef<'b>,
    pub(super) reader: &'b Reader<C>,
    pub(super) keys: &'b K,
    pub(super) watermarks: &'b Watermarks,
}

impl<'b, C: Codec, K> Message<'b, C, K> {
    /// The value, as the consumer's schema sees it; may borrow from the batch.
    ///
    /// # Errors
    /// [`ConsumeError::Tombstone`] for a null value; a value that does not read.
    pub fn value<T>(&self) -> Result<T, ConsumeError>
    where
        C::Bound: Decode<'b, T>,
    {
        self.optional()?.ok_or_else(|| ConsumeError::Tombstone { place: self.place() })
    }

    /// The value, or `None` for a tombstone.
    ///
    /// # Errors
    /// A value that does not read.
    pub fn optional<T>(&self) -> Result<Option<T>, ConsumeError>
    where
        C::Bound: Decode<'b, T>,
    {
        let read = |bytes| match self.record.has_headers() {
            false => self.reader.deserialize(bytes),
            true => self.reader.deserialize_with(bytes, &self.headers()),
        };
        self.record.value.map(read).transpose().map_err(|source| self.unreadable(source))
    }

    /// The dynamic value, or `None` for a tombstone.
    ///
    /// # Errors
    /// A value that does not read.
    pub fn dynamic(&self) -> Result<Option<Value<'b>>, ConsumeError> {
        let read = |bytes| self.reader.deserialize_value(bytes, &self.headers());
        self.record.value.map(read).transpose().map_err(|source| self.unreadable(source))
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
        self.keys.read_key(bytes, &self.headers()).map_err(|source| self.unreadable(source))
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

    /// The work is finished: the record may be committed, and is not given again.
    pub fn done(self) {
        let mut watermarks = self.watermarks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watermark) = watermarks.get_mut(self.at) {
            watermark.finish(self.record.offset);
        }
    }
}
