//! One record that outlives its batch's turn, and the mark of its work.

use std::sync::Arc;

use super::key::ReadKey;
use super::message::{Place, Readers, Received};
use super::partitions::{Partitions, Tenure};
use super::{ConsumeError, RawKeys};
use crate::codec::{Codec, Decode};
use crate::record::{Headers, TopicPartition};
use crate::value::Value;

/// A record that keeps its batch alive, without a copy of its bytes. Cloning shares it; values may borrow from it.
#[derive(Debug)]
pub struct OwnedMessage<C: Codec, K = RawKeys> {
    place: Place,
    readers: Arc<Readers<C, K>>,
}

impl<C: Codec, K> Clone for OwnedMessage<C, K> {
    fn clone(&self) -> Self {
        Self::new(self.place.clone(), &self.readers)
    }
}

impl<C: Codec, K> OwnedMessage<C, K> {
    pub(super) fn new(place: Place, readers: &Arc<Readers<C, K>>) -> Self {
        Self { place, readers: Arc::clone(readers) }
    }

    /// What it holds, lent.
    #[must_use]
    pub fn received(&self) -> Received<'_, C, K> {
        let mut cursor = self.place.cursor;
        // It was read from there before.
        let record = self.place.batch.read(&mut cursor).unwrap_or_default();
        Received { at: &self.place.at, record, readers: &self.readers }
    }

    /// As [`Received::value`].
    ///
    /// # Errors
    /// As [`Received::value`].
    pub fn value<'m, T>(&'m self) -> Result<T, ConsumeError>
    where
        C::Bound: Decode<'m, T>,
    {
        self.received().value()
    }

    /// As [`Received::optional`].
    ///
    /// # Errors
    /// As [`Received::optional`].
    pub fn optional<'m, T>(&'m self) -> Result<Option<T>, ConsumeError>
    where
        C::Bound: Decode<'m, T>,
    {
        self.received().optional()
    }

    /// As [`Received::dynamic`].
    ///
    /// # Errors
    /// As [`Received::dynamic`].
    pub fn dynamic(&self) -> Result<Option<Value<'_>>, ConsumeError> {
        self.received().dynamic()
    }

    /// As [`Received::key`].
    ///
    /// # Errors
    /// As [`Received::key`].
    pub fn key<'m, T>(&'m self) -> Result<T, ConsumeError>
    where
        K: ReadKey<'m, T>,
    {
        self.received().key()
    }

    /// The headers, read now.
    #[must_use]
    pub fn headers(&self) -> Headers {
        self.received().headers()
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &TopicPartition {
        &self.place.at
    }

    /// The offset.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.received().offset()
    }

    /// The time, in milliseconds since 1970: the record's own, or that of its append.
    #[must_use]
    pub fn timestamp(&self) -> i64 {
        self.received().timestamp()
    }

    /// Where it is, for people.
    #[must_use]
    pub fn place(&self) -> String {
        self.received().place()
    }
}

/// Says, once and from anywhere, that the work of a detached message is done.
///
/// A partition that is about to go waits for the marks of its records, within [`ConsumerBuilder::revoke_within`]. Done after that, a
/// mark changes nothing: its record is given to another member, or again to this one.
///
/// [`ConsumerBuilder::revoke_within`]: super::ConsumerBuilder::revoke_within
#[derive(Debug)]
#[must_use = "a mark that is dropped leaves the record unfinished"]
pub struct Mark {
    partitions: Partitions,
    at: TopicPartition,
    tenure: Option<Tenure>,
    offset: u64,
}

impl Mark {
    pub(super) fn new(
        partitions: &Partitions,
        at: &TopicPartition,
        tenure: Option<Tenure>,
        offset: u64,
    ) -> Self {
        if let Some(tenure) = tenure {
            partitions.lock().mark(at, tenure);
        }
        Self { partitions: partitions.clone(), at: at.clone(), tenure, offset }
    }

    /// The work is finished. Answers whether that counts: not where the partition went in the meantime, or was read from another
    /// place, since the record is given out again then.
    pub fn done(self) -> bool {
        let finish = |tenure| self.partitions.lock().finish(&self.at, tenure, self.offset);
        self.tenure.is_some_and(finish)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if let Some(tenure) = self.tenure {
            self.partitions.lock().unmark(&self.at, tenure);
        }
    }
}
