//! Carries messages that failed to retry topics and to the dead letters.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::dice;
use super::flow::Job;
use crate::backoff::Backoff;
use crate::consumer::ConsumeError;
use crate::consumer::failure::DeadLetter;
use crate::record::{Batch, TopicPartition};
use crate::transport::{
    ProducerSpec, RawProducer, TopicSpec, Transport, TransportError, TransportErrorKind, sleep,
};

/// How long to wait between tries while the log does not take a message.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) };

/// A producer for messages as they are.
#[derive(Debug)]
pub(super) struct Forwarder {
    raw: Box<dyn RawProducer>,
    partitions: HashMap<String, u32>,
}

impl Forwarder {
    /// A producer for these topics, which exist when it returns: those that are missing are created with that many partitions, or
    /// refused.
    pub(super) async fn open(
        transport: &Arc<dyn Transport>,
        topics: &[String],
        create: Option<u32>,
    ) -> Result<Self, TransportError> {
        let mut partitions = HashMap::new();
        for topic in topics {
            let count = match (transport.partitions(topic).await?, create) {
                (Some(count), _) => count,
                (None, Some(count)) => {
                    transport.create_topic(TopicSpec::new(topic, count)).await?;
                    count
                }
                (None, None) => {
                    let message = format!(
                        "topic `{topic}` does not exist, to which messages go that fail: create it, or let the consumer do so"
                    );
                    return Err(TransportError::new(TransportErrorKind::UnknownTopic, message));
                }
            };
            partitions.insert(topic.clone(), count);
        }
        Ok(Self { raw: transport.open_producer(ProducerSpec::default()).await?, partitions })
    }

    /// Appends the message to a topic, with its letter behind its headers, and resolves when that is acknowledged. Passing trouble
    /// is waited out, however long it lasts: until then the message is not done.
    pub(super) async fn forward(
        &self,
        job: &Job,
        topic: &str,
        letter: &DeadLetter,
    ) -> Result<(), ConsumeError> {
        let mut batch = message(job, letter);
        let count = self.partitions.get(topic).copied().unwrap_or(1).max(1);
        // One key's messages stay in one partition: that of the original, where there are as many.
        let at = TopicPartition::new(topic, letter.at.partition % count);
        let mut failed = 0;
        loop {
            let Err(error) = self.raw.append(&at, batch).await else { return Ok(()) };
            if !error.class().is_retriable() {
                return Err(ConsumeError::DeadLetters { place: place(job), source: error });
            }
            // Handed back with its sequence, it is stored once, even where it was written.
            batch = error.batch.map_or_else(|| message(job, letter), |batch| *batch);
            sleep(BACKOFF.wait(failed, dice())).await;
            failed += 1;
        }
    }
}

/// The record as it was, and its letter. Its time is that of its append, so that retention counts from here.
fn message(job: &Job, letter: &DeadLetter) -> Batch {
    let mut cursor = job.place.cursor;
    let record = job.place.batch.read(&mut cursor).unwrap_or_default();
    let headers = record.headers();
    let mut headers = if job.letter.is_some() { DeadLetter::original_headers(&headers) } else { headers };
    letter.write(&mut headers);
    let mut batch = Batch::new();
    batch.push(record.key, record.value, &headers, None);
    batch
}

/// Where a job's record is, for people.
pub(super) fn place(job: &Job) -> String {
    format!("{} at offset {}", job.place.at, job.offset)
}
