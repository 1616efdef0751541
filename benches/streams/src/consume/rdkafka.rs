//! rdkafka's `StreamConsumer`, which decodes nothing.

use rdkafka::ClientConfig;
use rdkafka::Message;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};

use super::Progress;
use crate::Failure;
use crate::child::Job;
use crate::meter::Outcome;
use crate::reading::number_of;

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let mut progress = Progress::new(job.records);
    let consumer: StreamConsumer = config(job).create()?;
    consumer.subscribe(&[job.topic.as_str()])?;
    while !progress.is_complete() {
        let message = consumer.recv().await?;
        if progress.handled(message.payload().and_then(number_of)) {
            drop(message);
            tokio::task::block_in_place(|| consumer.commit_consumer_state(CommitMode::Sync))?;
        }
    }
    if !job.records.is_multiple_of(crate::settings::COMMIT_EVERY) {
        tokio::task::block_in_place(|| consumer.commit_consumer_state(CommitMode::Sync))?;
    }
    progress.finish()
}

/// Its defaults, but for the place to begin and the commits.
pub fn config(job: &Job) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", job.brokers.as_str())
        .set("group.id", job.group.as_str())
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false");
    config
}
