//! Many records with one handle: laid into their batches straight from the values, with one buffer for all.

use super::delivery::size_of;
use super::{BatchDelivered, BatchDelivery, Producer, SendError, WriteKey};
use crate::codec::{Codec, Encode};
use crate::record::{Headers, Record};

impl<C: Codec, K> Producer<C, K> {
    /// Sends many values without keys, and waits once, until all are acknowledged.
    ///
    /// It costs no handle and no allocation a record; waits for room as it goes.
    ///
    /// # Errors
    /// [`SendError::InBatch`] with the first value that was refused or not acknowledged; others may be written.
    pub async fn send_batch<'v, T: 'v + ?Sized>(
        &self,
        values: impl IntoIterator<Item = &'v T>,
    ) -> Result<BatchDelivered, SendError>
    where
        C::Bound: Encode<T>,
    {
        self.enqueue_batch(values).await?.await
    }

    /// Sends many values under keys, and waits once, until all are acknowledged. Records of one key stay in order.
    ///
    /// # Errors
    /// As [`Producer::send_batch`].
    pub async fn send_batch_keyed<'v, Q: 'v + ?Sized, T: 'v + ?Sized>(
        &self,
        records: impl IntoIterator<Item = (&'v Q, &'v T)>,
    ) -> Result<BatchDelivered, SendError>
    where
        C::Bound: Encode<T>,
        K: WriteKey<Q>,
    {
        self.enqueue_batch_keyed(records).await?.await
    }

    /// Lays many values into their batches, as soon as there is room for each, and gives one handle for all.
    ///
    /// # Errors
    /// [`SendError::InBatch`] with the first value that was refused; those before it leave all the same.
    pub async fn enqueue_batch<'v, T: 'v + ?Sized>(
        &self,
        values: impl IntoIterator<Item = &'v T>,
    ) -> Result<BatchDelivery, SendError>
    where
        C::Bound: Encode<T>,
    {
        let mut laid = Laid::new(self);
        for value in values {
            laid.value(value)?;
            laid.lay().await?;
        }
        Ok(laid.handle)
    }

    /// The same under keys.
    ///
    /// # Errors
    /// As [`Producer::enqueue_batch`].
    pub async fn enqueue_batch_keyed<'v, Q: 'v + ?Sized, T: 'v + ?Sized>(
        &self,
        records: impl IntoIterator<Item = (&'v Q, &'v T)>,
    ) -> Result<BatchDelivery, SendError>
    where
        C::Bound: Encode<T>,
        K: WriteKey<Q>,
    {
        let mut laid = Laid::new(self);
        for (key, value) in records {
            laid.value(value)?;
            laid.key(key)?;
            laid.lay().await?;
        }
        Ok(laid.handle)
    }
}

/// Records that were laid into batches, and the buffer of the next one.
struct Laid<'p, C: Codec, K> {
    producer: &'p Producer<C, K>,
    record: Record,
    handle: BatchDelivery,
    count: usize,
}

impl<'p, C: Codec, K> Laid<'p, C, K> {
    fn new(producer: &'p Producer<C, K>) -> Self {
        Self { producer, record: Record::default(), handle: BatchDelivery::default(), count: 0 }
    }

    fn value<T: ?Sized>(&mut self, value: &T) -> Result<(), SendError>
    where
        C::Bound: Encode<T>,
    {
        self.record.headers = Headers::new();
        let bytes = self.record.value.get_or_insert_default();
        bytes.clear();
        let written = self.producer.0.writer.serialize_into(value, &mut self.record.headers, bytes);
        written.map_err(|error| SendError::from(error).in_batch(self.count))
    }

    fn key<Q: ?Sized>(&mut self, key: &Q) -> Result<(), SendError>
    where
        K: WriteKey<Q>,
    {
        let bytes = self.record.key.get_or_insert_default();
        bytes.clear();
        let written = self.producer.0.keys.write_key(key, &mut self.record.headers, bytes);
        written.map_err(|error| SendError::from(error).in_batch(self.count))
    }

    async fn lay(&mut self) -> Result<(), SendError> {
        self.try_lay().await.map_err(|error| error.in_batch(self.count))?;
        self.count += 1;
        Ok(())
    }

    async fn try_lay(&mut self) -> Result<(), SendError> {
        let Self { producer, record, handle, .. } = self;
        let size = size_of(record);
        let limit = producer.0.max_batch;
        if size > limit {
            return Err(SendError::TooLarge { size, limit });
        }
        let partition = producer.partition(None, record.key.as_deref())?;
        let room = producer.room(size).await?;
        let (shipment, place) = producer.0.core.push(partition, record, room, None)?;
        handle.push(shipment, place);
        Ok(())
    }
}
