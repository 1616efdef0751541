//! Schemawire: every message decoded into the borrowed struct, and done before it is committed.

use super::Progress;
use crate::child::Job;
use crate::meter::Outcome;
use crate::reading::{self, Reading};
use crate::settings::COMMIT_EVERY;
use crate::{Failure, ours};

pub async fn run(job: &Job) -> Result<Outcome, Failure> {
    let mut progress = Progress::new(job.records);
    let kafka = ours::kafka(job).await?;
    let mut consumer = ours::consumer(&kafka, job).await?;
    while !progress.is_complete() {
        let message = consumer.next().await?.ok_or("the topic does not end")?;
        let reading: Reading<'_> = message.value()?;
        let is_due = progress.handled(reading::number(&reading));
        message.done();
        if is_due {
            consumer.commit().await?;
        }
    }
    if !job.records.is_multiple_of(COMMIT_EVERY) {
        consumer.commit().await?;
    }
    progress.finish()
}
