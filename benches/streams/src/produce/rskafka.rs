//! rskafka: batches that the caller makes, one request each, a task for each partition. It has no idempotent producer.

use std::collections::BTreeMap;

use chrono::DateTime;
use futures_util::future::try_join_all;
use rskafka::client::ClientBuilder;
use rskafka::client::partition::{Compression, UnknownTopicHandling};
use rskafka::record::Record;

use crate::Failure;
use crate::child::Job;
use crate::meter::{Meter, Outcome};
use crate::reading::ready_made;
use crate::settings::{BATCH, PARTITIONS};

pub async fn batches(job: &Job) -> Result<Outcome, Failure> {
    let brokers = job.brokers.split(',').map(str::to_owned).collect();
    let client = ClientBuilder::new(brokers).build().await?;
    // A run of numbers for each partition, in batches.
    let share = (job.records as usize).div_ceil(PARTITIONS as usize);
    let mut work = Vec::new();
    for (partition, messages) in ready_made(&job.topic, job.records).await?.chunks(share).enumerate() {
        let retry = UnknownTopicHandling::Retry;
        let partition = client.partition_client(job.topic.as_str(), partition as i32, retry).await?;
        let batches: Vec<Vec<Record>> = messages.chunks(BATCH).map(batch).collect();
        work.push((partition, batches));
    }
    let meter = Meter::start();
    let sent = work.into_iter().map(|(partition, batches)| async move {
        let mut acknowledged = 0;
        for batch in batches {
            acknowledged += partition.produce(batch, Compression::NoCompression).await?.len() as u64;
        }
        Ok::<u64, rskafka::client::error::Error>(acknowledged)
    });
    let acknowledged = try_join_all(sent).await?;
    meter.stop(acknowledged.iter().sum())
}

fn batch(messages: &[Vec<u8>]) -> Vec<Record> {
    let record = |message: &Vec<u8>| Record {
        key: None,
        value: Some(message.clone()),
        headers: BTreeMap::new(),
        timestamp: DateTime::UNIX_EPOCH,
    };
    messages.iter().map(record).collect()
}
