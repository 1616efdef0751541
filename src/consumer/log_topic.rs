//! A topic of a log as a table in memory: appended to, and read to its end before anything is decided.

use std::fmt::Debug;

use futures_util::lock::Mutex;

use super::StoreError;
use crate::record::{Batch, RecordRef, TopicPartition};
use crate::transport::{
    ConsumerSpec, Event, PollLimits, ProducerSpec, RawConsumer, RawProducer, Retention, TopicSpec, Transport,
    TransportError,
};

/// One partition, written and read by one handle.
#[derive(Debug)]
pub(super) struct LogTopic {
    pub(super) at: TopicPartition,
    producer: Box<dyn RawProducer>,
    reader: Mutex<Box<dyn RawConsumer>>,
}

impl LogTopic {
    /// Opens the topic, which is made where it is missing.
    pub(super) async fn open(
        transport: &(impl Transport + ?Sized),
        name: &str,
        retention: Retention,
    ) -> Result<Self, StoreError> {
        transport.create_topic(TopicSpec::new(name, 1).with_retention(retention)).await?;
        let producer = transport.open_producer(ProducerSpec::default()).await?;
        let reader = Mutex::new(transport.open_consumer(ConsumerSpec::new(&[name])).await?);
        Ok(Self { at: TopicPartition::new(name, 0), producer, reader })
    }

    /// Hands over every record that came since the last time, up to the end of the topic. Each is handed over once, whether this is
    /// awaited to its end or not.
    pub(super) async fn read(&self, mut take: impl FnMut(&RecordRef<'_>)) -> Result<(), StoreError> {
        let mut reader = self.reader.lock().await;
        loop {
            match reader.next(PollLimits::default().now()).await? {
                Event::Records { from, batch, .. } => {
                    batch.iter().filter(|record| record.offset >= from).for_each(|record| take(&record));
                }
                Event::Idle => return Ok(()),
                _ => {}
            }
        }
    }

    /// Appends records, all or none; they last when this resolves.
    pub(super) async fn append(&self, batch: Batch) -> Result<(), StoreError> {
        match self.producer.append(&self.at, batch).await {
            Ok(_) => Ok(()),
            Err(error) => Err(StoreError {
                class: error.class(),
                message: format!("{} does not take what is to be kept there", self.at),
                source: Some(Box::new(error)),
            }),
        }
    }
}

impl From<TransportError> for StoreError {
    fn from(error: TransportError) -> Self {
        let (class, message) = (error.class(), "the log of the store".into());
        Self { class, message, source: Some(Box::new(error)) }
    }
}
