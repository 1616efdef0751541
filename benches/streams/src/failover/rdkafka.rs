//! rdkafka's `ThreadedProducer`.

use std::time::Instant;

use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, ProducerContext, ThreadedProducer};
use rdkafka::{ClientContext, Message};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::{Acknowledged, longest_gap, pace, partition_of};
use crate::Failure;
use crate::child::{Job, go, ready};
use crate::meter::{Meter, Outcome};
use crate::produce::rdkafka::config;
use crate::reading::ready_made;

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let (tell, told) = unbounded_channel();
    let producer: ThreadedProducer<_> = config(&job.brokers).create_with_context(Telling(tell))?;
    let messages = ready_made(&job.topic, job.records).await?;
    ready()?;
    go().await?;
    let meter = Meter::start();
    let (topic, records) = (job.topic.clone(), job.records);
    let sending = tokio::spawn(async move {
        let mut pace = pace();
        for (number, message) in messages.iter().enumerate() {
            pace.tick().await;
            let partition = partition_of(number as u64) as i32;
            let record = BaseRecord::<(), [u8]>::to(&topic).partition(partition).payload(message);
            producer.send(record).map_err(|(error, _)| error)?;
        }
        Ok::<_, Failure>(producer)
    });
    let outcome = longest_gap(&meter, records, told).await?;
    drop(sending.await??);
    Ok(outcome)
}

struct Telling(UnboundedSender<Acknowledged>);

impl ClientContext for Telling {}

impl ProducerContext for Telling {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Ok(message) = result {
            let _ = self.0.send((message.partition() as u32, Instant::now()));
        }
    }
}
