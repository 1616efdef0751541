//! krafka, bare, with settings under which idle brokers do not hold it up.

use std::time::Duration;

use krafka::Kafka;
use krafka::consumer::{AutoOffsetReset, IsolationLevel};
use schemawire::codec::Avro;

use super::Progress;
use crate::Failure;
use crate::child::Job;
use crate::meter::Outcome;
use crate::reading::{self, Reading, number_of};
use crate::settings::krafka::{FETCH_MAX_WAIT, MAX_BUFFERED_RECORDS, MAX_POLL_RECORDS};

/// Decodes each message with our codec, or none.
pub async fn run(job: &Job, decode: bool) -> Result<Outcome, Failure> {
    let (serdes, schema) = reading::serdes().await?;
    reading::register(&serdes, &schema, &job.topic).await?;
    let reader = serdes.reader(Avro, &schema);
    let mut progress = Progress::new(job.records);
    let kafka = Kafka::builder(job.brokers.as_str()).connect().await?;
    let consumer = kafka
        .consumer(job.group.as_str())
        .auto_offset_reset(AutoOffsetReset::Earliest)
        .enable_auto_commit(false)
        .isolation_level(IsolationLevel::ReadCommitted)
        .fetch_max_wait(FETCH_MAX_WAIT)
        .max_poll_records(MAX_POLL_RECORDS)
        .max_buffered_records(MAX_BUFFERED_RECORDS)
        .metrics_push(false)
        .build()
        .await?;
    consumer.subscribe([job.topic.as_str()]).await?;
    while !progress.is_complete() {
        let mut due = false;
        for record in consumer.poll(Duration::from_secs(1)).await? {
            let Some(value) = &record.value else { return Err("a record without a value".into()) };
            let number =
                if decode { reading::number(&read(&reader, value).await?) } else { number_of(value) };
            due |= progress.handled(number);
        }
        // Its position moves a poll at a time, and a poll gives at most as many as lie between two commits.
        if due {
            consumer.commit().await?;
        }
    }
    consumer.commit().await?;
    progress.finish()
}

async fn read<'m>(
    reader: &schemawire::serdes::Reader<Avro>,
    message: &'m [u8],
) -> Result<Reading<'m>, Failure> {
    // Its schema is missing once.
    if let Some(key) = reader.missing(message, &schemawire::record::Headers::new()) {
        reader.load(key).await?;
    }
    Ok(reader.deserialize(message)?)
}
