//! Schemawire: typed values, encoded and framed on the way.

use crate::child::Job;
use crate::meter::{Meter, Outcome};
use crate::reading::Reading;
use crate::settings::BATCH;
use crate::{Failure, ours};

/// A handle for each record, then all handles.
pub async fn one_by_one(job: &Job) -> Result<Outcome, Failure> {
    let kafka = ours::kafka(job).await?;
    let producer = ours::producer(&kafka, job).await?;
    let meter = Meter::start();
    let mut handles = Vec::with_capacity(job.records as usize);
    for number in 0..job.records {
        handles.push(producer.message(&Reading::new(number)).enqueue_waiting().await?);
    }
    let mut acknowledged = 0;
    for handle in handles {
        handle.await?;
        acknowledged += 1;
    }
    meter.stop(acknowledged)
}

/// A handle for each batch of readings, then all handles.
pub async fn in_batches(job: &Job) -> Result<Outcome, Failure> {
    let kafka = ours::kafka(job).await?;
    let producer = ours::producer(&kafka, job).await?;
    let meter = Meter::start();
    let mut handles = Vec::new();
    let mut readings = Vec::with_capacity(BATCH);
    for first in (0..job.records).step_by(BATCH) {
        readings.clear();
        readings.extend((first..job.records.min(first + BATCH as u64)).map(Reading::new));
        handles.push(producer.enqueue_batch(&readings).await?);
    }
    let mut acknowledged = 0;
    for handle in handles {
        acknowledged += handle.await?.len() as u64;
    }
    meter.stop(acknowledged)
}
