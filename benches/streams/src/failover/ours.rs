//! Schemawire, on Kafka.

use std::time::Instant;

use tokio::sync::mpsc::unbounded_channel;

use super::{longest_gap, pace, partition_of};
use crate::child::{Job, go, ready};
use crate::meter::{Meter, Outcome};
use crate::reading::Reading;
use crate::{Failure, ours};

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let kafka = ours::kafka(job).await?;
    let producer = ours::producer(&kafka, job).await?;
    ready()?;
    go().await?;
    let meter = Meter::start();
    let (tell, told) = unbounded_channel();
    let records = job.records;
    let sending = tokio::spawn(async move {
        let mut pace = pace();
        for number in 0..records {
            pace.tick().await;
            let partition = partition_of(number);
            let handle = producer.message(&Reading::new(number)).partition(partition).enqueue()?;
            let tell = tell.clone();
            tokio::spawn(async move {
                if handle.await.is_ok() {
                    let _ = tell.send((partition, Instant::now()));
                }
            });
        }
        Ok::<_, Failure>(producer)
    });
    let outcome = longest_gap(&meter, records, told).await?;
    sending.await??;
    Ok(outcome)
}
