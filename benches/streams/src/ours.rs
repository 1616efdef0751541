//! Schemawire on whichever transport a case needs, opened as a service opens it, with its defaults.

use std::path::Path;
use std::sync::Arc;

use schemawire::codec::Avro;
use schemawire::consumer::{ConsumeExt, Consumer};
use schemawire::producer::{ProduceExt, Producer};
use schemawire::transport::{self, Embedded, Transport};

use crate::Failure;
use crate::child::Job;
use crate::reading;

/// Kafka, at the job's brokers.
pub async fn kafka(job: &Job) -> Result<Arc<dyn Transport>, Failure> {
    Ok(transport::open(&format!("kafka://{}", job.brokers)).await?)
}

/// The embedded log, in a file of a folder that goes with the value. Beside the build, because a temporary directory may lie in
/// memory, where syncing costs nothing.
pub fn embedded(folder: &Path, sync: bool) -> Result<Arc<dyn Transport>, Failure> {
    Ok(Arc::new(Embedded::builder(folder.join("streams.db")).sync(sync).open()?))
}

/// A producer of readings.
pub async fn producer(transport: &Arc<dyn Transport>, job: &Job) -> Result<Producer<Avro>, Failure> {
    let (serdes, schema) = reading::serdes().await?;
    Ok(transport.producer(&job.topic).value(&serdes, Avro, &schema).build().await?)
}

/// A member of the job's group that commits when it is told to.
pub async fn consumer(transport: &Arc<dyn Transport>, job: &Job) -> Result<Consumer<Avro>, Failure> {
    let (serdes, schema) = reading::serdes().await?;
    // Whoever wrote the topic did the same in its own registry, and got the same id.
    reading::register(&serdes, &schema, &job.topic).await?;
    let consumer = transport.consumer(&job.topic).group(&job.group).value(&serdes, Avro, &schema);
    Ok(consumer.commit_by_hand().build().await?)
}
