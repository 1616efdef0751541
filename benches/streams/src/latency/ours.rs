//! Schemawire on Kafka, and on the embedded log with and without syncing.

use std::path::Path;
use std::sync::Arc;

use schemawire::transport::Transport;

use super::measure;
use crate::child::Job;
use crate::meter::Outcome;
use crate::reading::{self, Reading};
use crate::{Failure, ours};

pub async fn kafka(job: &Job) -> Result<Outcome, Failure> {
    run(&ours::kafka(job).await?, job).await
}

pub async fn embedded(job: &Job, sync: bool) -> Result<Outcome, Failure> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/embedded-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = run(&ours::embedded(&folder, sync)?, job).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn run(transport: &Arc<dyn Transport>, job: &Job) -> Result<Outcome, Failure> {
    let producer = ours::producer(transport, job).await?;
    let mut consumer = ours::consumer(transport, job).await?;
    let send = async |number| {
        producer.send(&Reading::new(number)).await?;
        Ok(())
    };
    let receive = async || {
        let message = consumer.next().await?.ok_or("the topic does not end")?;
        let number = reading::number(&message.value()?);
        message.done();
        Ok(number)
    };
    measure(job.records, send, receive).await
}
