//! krafka, bare.

use std::time::Instant;

use krafka::Record;
use tokio::sync::mpsc::unbounded_channel;

use super::{longest_gap, pace, partition_of};
use crate::Failure;
use crate::child::{Job, go, ready};
use crate::meter::{Meter, Outcome};
use crate::produce::krafka::open;
use crate::reading::ready_made;

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let producer = open(&job.brokers).await?;
    let messages = ready_made(&job.topic, job.records).await?;
    ready()?;
    go().await?;
    let meter = Meter::start();
    let (tell, told) = unbounded_channel();
    let (topic, records) = (job.topic.clone(), job.records);
    let sending = tokio::spawn(async move {
        let mut pace = pace();
        for (number, message) in messages.into_iter().enumerate() {
            pace.tick().await;
            let partition = partition_of(number as u64);
            let record = Record::new(topic.as_str(), message).partition(partition as i32);
            let handle = producer.enqueue(record).await?;
            let tell = tell.clone();
            tokio::spawn(async move {
                if handle.await.is_ok() {
                    let _ = tell.send((partition, Instant::now()));
                }
            });
        }
        // Closing it would end what still waits.
        Ok::<_, Failure>(producer)
    });
    let outcome = longest_gap(&meter, records, told).await?;
    sending.await??;
    Ok(outcome)
}
