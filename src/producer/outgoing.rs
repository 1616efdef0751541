//! One record on its way in, with all that it can carry.

use super::delivery::{Callback, size_of};
use super::{Delivered, Delivery, Producer, SendError, WriteKey};
use crate::codec::Codec;
use crate::record::{Headers, Record};
use crate::serdes::{SerdesError, Writer};

/// A record that is not sent yet. What was wrong with its value or key is told when it is sent.
#[derive(Debug)]
#[must_use = "a record goes nowhere before `send` or `enqueue`"]
pub struct Outgoing<'p, C: Codec, K> {
    producer: &'p Producer<C, K>,
    record: Record,
    partition: Option<u32>,
    refused: Option<SerdesError>,
}

impl<'p, C: Codec, K> Outgoing<'p, C, K> {
    pub(super) fn new(producer: &'p Producer<C, K>) -> Self {
        Self { producer, record: Record::default(), partition: None, refused: None }
    }

    pub(super) fn fill(
        &mut self,
        write: impl FnOnce(&Writer<C>, &mut Headers, &mut Vec<u8>) -> Result<(), SerdesError>,
    ) {
        // Most messages fit, so that they are not moved while they grow.
        let mut bytes = Vec::with_capacity(256);
        match write(&self.producer.0.writer, &mut self.record.headers, &mut bytes) {
            Ok(()) => self.record.value = Some(bytes),
            Err(error) => self.refused = Some(error),
        }
    }

    /// Puts it under a key.
    pub fn key<Q: ?Sized>(mut self, key: &Q) -> Self
    where
        K: WriteKey<Q>,
    {
        let mut bytes = Vec::new();
        match self.producer.0.keys.write_key(key, &mut self.record.headers, &mut bytes) {
            Ok(()) => self.record.key = Some(bytes),
            Err(error) => self.refused = self.refused.or(Some(error)),
        }
        self
    }

    /// Adds a header behind the others; a name may come twice, a value may be null.
    pub fn header(mut self, name: &str, value: Option<&[u8]>) -> Self {
        self.record.headers.push(name, value);
        self
    }

    /// Gives it a time, in milliseconds since 1970, instead of the time of the append.
    pub fn timestamp(mut self, millis: i64) -> Self {
        self.record.timestamp = Some(millis);
        self
    }

    /// Sends it to that partition, whatever its key.
    pub fn partition(mut self, partition: u32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// Sends it and waits until it is acknowledged.
    ///
    /// # Errors
    /// A value or key that does not fit; a record that is too large; a batch that was not acknowledged.
    pub async fn send(self) -> Result<Delivered, SendError> {
        self.enqueue_waiting().await?.await
    }

    /// Lays it into its batch and returns a handle at once.
    ///
    /// # Errors
    /// A value or key that does not fit; a record that is too large; [`SendError::Full`] where too much waits already.
    pub fn enqueue(mut self) -> Result<Delivery, SendError> {
        let (partition, size) = self.check()?;
        let room = self.producer.try_room(size)?;
        let (shipment, place) = self.producer.0.core.push(partition, &self.record, room, None)?;
        Ok(Delivery::new(shipment, place))
    }

    /// Lays it into its batch, and calls back with what became of it: on a thread of the producer's own, in the order of the
    /// records of a partition. A callback that blocks holds up the others; one that panics ends those of its batch.
    ///
    /// # Errors
    /// As [`Outgoing::enqueue`]; then there is no call.
    pub fn enqueue_then(
        mut self,
        callback: impl FnOnce(Result<Delivered, SendError>) + Send + 'static,
    ) -> Result<(), SendError> {
        let (partition, size) = self.check()?;
        let room = self.producer.try_room(size)?;
        let callback: Callback = Box::new(callback);
        self.producer.0.core.push(partition, &self.record, room, Some(callback)).map(drop)
    }

    /// Lays it into its batch as soon as there is room.
    ///
    /// # Errors
    /// A value or key that does not fit; a record that is too large; [`SendError::Full`] where no room came within `max_block`.
    pub async fn enqueue_waiting(mut self) -> Result<Delivery, SendError> {
        let (partition, size) = self.check()?;
        let room = self.producer.room(size).await?;
        let (shipment, place) = self.producer.0.core.push(partition, &self.record, room, None)?;
        Ok(Delivery::new(shipment, place))
    }

    /// Its partition and size, if nothing is wrong with it.
    fn check(&mut self) -> Result<(Option<u32>, usize), SendError> {
        if let Some(error) = self.refused.take() {
            return Err(error.into());
        }
        let size = size_of(&self.record);
        let limit = self.producer.0.max_batch;
        if size > limit {
            return Err(SendError::TooLarge { size, limit });
        }
        Ok((self.producer.partition(self.partition, self.record.key.as_deref())?, size))
    }
}
