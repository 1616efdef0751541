//! rdkafka's `FutureProducer` and `StreamConsumer`.

use rdkafka::Message;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};

use super::measure;
use crate::Failure;
use crate::child::Job;
use crate::meter::Outcome;
use crate::reading::{Reading, number_of, writer};
use crate::settings::PATIENCE;
use crate::{consume, produce};

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let writer = writer(&job.topic).await?;
    let producer: FutureProducer = produce::rdkafka::config(&job.brokers).create()?;
    let consumer: StreamConsumer = consume::rdkafka::config(job).create()?;
    consumer.subscribe(&[job.topic.as_str()])?;
    let send = async |number| {
        let message = writer.serialize(&Reading::new(number))?;
        let record = FutureRecord::<(), _>::to(&job.topic).payload(&message);
        producer.send(record, PATIENCE).await.map_err(|(error, _)| error)?;
        Ok(())
    };
    let receive = async || Ok(consumer.recv().await?.payload().and_then(number_of));
    measure(job.records, send, receive).await
}
