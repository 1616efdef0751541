//! rdkafka: `ThreadedProducer` with a callback for each record, which is its fastest, and `FutureProducer` with a future for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{
    BaseRecord, FutureProducer, FutureRecord, Producer, ProducerContext, ThreadedProducer,
};
use rdkafka::{ClientConfig, ClientContext};

use crate::Failure;
use crate::child::Job;
use crate::meter::{Meter, Outcome};
use crate::reading::ready_made;
use crate::settings::{LINGER, PATIENCE};

pub async fn threaded(job: &Job) -> Result<Outcome, Failure> {
    let messages = ready_made(&job.topic, job.records).await?;
    let counts = Arc::new(Counts::default());
    let producer: ThreadedProducer<_> =
        config(&job.brokers).create_with_context(Counting(Arc::clone(&counts)))?;
    // It blocks, and is no task.
    let topic = job.topic.clone();
    tokio::task::spawn_blocking(move || {
        let meter = Meter::start();
        for message in &messages {
            let mut record = BaseRecord::<(), [u8]>::to(&topic).payload(message);
            loop {
                match producer.send(record) {
                    Ok(()) => break,
                    Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => record = back,
                    Err((error, _)) => return Err(error.into()),
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        producer.flush(PATIENCE)?;
        // Every callback has been called when the queue is empty.
        if counts.failed.load(Ordering::SeqCst) > 0 {
            return Err("some records were not acknowledged".into());
        }
        meter.stop(counts.acknowledged.load(Ordering::SeqCst))
    })
    .await?
}

pub async fn future(job: &Job) -> Result<Outcome, Failure> {
    let messages = ready_made(&job.topic, job.records).await?;
    let producer: FutureProducer = config(&job.brokers).create()?;
    let meter = Meter::start();
    let mut handles = Vec::with_capacity(messages.len());
    for message in &messages {
        let mut record = FutureRecord::<(), [u8]>::to(&job.topic).payload(message);
        loop {
            match producer.send_result(record) {
                Ok(handle) => break handles.push(handle),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => record = back,
                Err((error, _)) => return Err(error.into()),
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let mut acknowledged = 0;
    for handle in handles {
        handle.await?.map_err(|(error, _)| error)?;
        acknowledged += 1;
    }
    meter.stop(acknowledged)
}

/// Its defaults but for what all have, and for a queue that holds a whole measurement, so that it need not wait for room.
pub fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", LINGER.as_millis().to_string())
        .set("queue.buffering.max.messages", "10000000");
    config
}

#[derive(Debug, Default)]
struct Counts {
    acknowledged: AtomicU64,
    failed: AtomicU64,
}

struct Counting(Arc<Counts>);

impl ClientContext for Counting {}

impl ProducerContext for Counting {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let count = if result.is_ok() { &self.0.acknowledged } else { &self.0.failed };
        count.fetch_add(1, Ordering::Relaxed);
    }
}
