//! Schemawire, on Kafka; the handles of what was accepted are kept, as a service keeps them.

use schemawire::producer::SendError;

use super::measure;
use crate::child::Job;
use crate::meter::Outcome;
use crate::reading::Reading;
use crate::{Failure, ours};

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let kafka = ours::kafka(job).await?;
    let producer = ours::producer(&kafka, job).await?;
    // What connects and grows once does so before.
    producer.send(&Reading::new(0)).await?;
    let mut handles = Vec::new();
    let outcome = measure(job.records, |number| match producer.enqueue(&Reading::new(number)) {
        Ok(handle) => {
            handles.push(handle);
            Ok(true)
        }
        Err(SendError::Full { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    })
    .await;
    drop(handles);
    outcome
}
