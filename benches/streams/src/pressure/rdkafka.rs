//! rdkafka's `ThreadedProducer`, with a queue of 32 MiB, as ours has.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

use super::measure;
use crate::Failure;
use crate::child::Job;
use crate::meter::Outcome;
use crate::produce::rdkafka::config;
use crate::reading::{Reading, writer};
use crate::settings::{BUFFER, PATIENCE};

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let writer = writer(&job.topic).await?;
    let producer: ThreadedProducer<DefaultProducerContext> =
        config(&job.brokers).set("queue.buffering.max.kbytes", (BUFFER / 1024).to_string()).create()?;
    // What connects and grows once does so before.
    let message = writer.serialize(&Reading::new(0))?;
    producer.send(BaseRecord::<(), [u8]>::to(&job.topic).payload(&message)).map_err(|(error, _)| error)?;
    tokio::task::block_in_place(|| producer.flush(PATIENCE))?;
    measure(job.records, |number| {
        let message = writer.serialize(&Reading::new(number))?;
        match producer.send(BaseRecord::<(), [u8]>::to(&job.topic).payload(&message)) {
            Ok(()) => Ok(true),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => Ok(false),
            Err((error, _)) => Err(error.into()),
        }
    })
    .await
}
