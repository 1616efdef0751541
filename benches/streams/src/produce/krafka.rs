//! krafka, bare: `enqueue` for each record, then all handles.

use bytes::Bytes;
use krafka::producer::{Acks, DeliveryHandle, Producer};
use krafka::{Kafka, Record};

use crate::Failure;
use crate::child::Job;
use crate::meter::{Meter, Outcome};
use crate::reading::{Reading, ready_made as messages, writer};
use crate::settings::LINGER;
use crate::settings::krafka::BATCH_SIZE;

/// Bytes that were made before.
pub async fn ready_made(job: &Job) -> Result<Outcome, Failure> {
    let producer = open(&job.brokers).await?;
    let messages: Vec<Bytes> =
        messages(&job.topic, job.records).await?.into_iter().map(Bytes::from).collect();
    let meter = Meter::start();
    let mut handles = Vec::with_capacity(messages.len());
    for message in messages {
        handles.push(producer.enqueue(Record::new(job.topic.as_str(), message)).await?);
    }
    finish(&meter, handles).await
}

/// What our core has to do as well, without it: encodes and frames each reading, then hands it over.
pub async fn encoding(job: &Job) -> Result<Outcome, Failure> {
    let producer = open(&job.brokers).await?;
    let writer = writer(&job.topic).await?;
    let meter = Meter::start();
    let mut handles = Vec::with_capacity(job.records as usize);
    for number in 0..job.records {
        let message = writer.serialize(&Reading::new(number))?;
        handles.push(producer.enqueue(Record::new(job.topic.as_str(), message)).await?);
    }
    finish(&meter, handles).await
}

pub async fn open(brokers: &str) -> Result<Producer, Failure> {
    let kafka = Kafka::builder(brokers).connect().await?;
    let producer = kafka
        .producer()
        .acks(Acks::All)
        .idempotent(true)
        .linger(LINGER)
        .batch_size(BATCH_SIZE)
        .metrics_push(false);
    Ok(producer.build().await?)
}

async fn finish(meter: &Meter, handles: Vec<DeliveryHandle>) -> Result<Outcome, Failure> {
    let mut acknowledged = 0;
    for handle in handles {
        acknowledged += u64::from(handle.await?.is_persisted());
    }
    meter.stop(acknowledged)
}
