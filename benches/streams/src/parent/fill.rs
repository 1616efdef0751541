//! A topic full of readings, for consumers.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::cluster::Cluster;
use super::topic::Topic;
use crate::Failure;
use crate::produce::rdkafka::config;
use crate::reading::ready_made;
use crate::settings::{PARTITIONS, PATIENCE};

/// Where the records go.
#[derive(Debug, Clone, Copy)]
pub enum Spread {
    /// In turn.
    Even,
    /// All to the first partition.
    Hot,
}

pub fn fill(topic: &Topic<'_>, cluster: &Cluster, records: u64, spread: Spread) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let messages = runtime.block_on(ready_made(&topic.name, records))?;
    let producer: BaseProducer = config(&cluster.brokers).create()?;
    for (number, message) in messages.iter().enumerate() {
        let partition = match spread {
            Spread::Even => number as i32 % PARTITIONS as i32,
            Spread::Hot => 0,
        };
        let mut record = BaseRecord::<(), [u8]>::to(&topic.name).partition(partition).payload(message);
        while let Err((error, back)) = producer.send(record) {
            if !matches!(error, KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)) {
                return Err(error.into());
            }
            producer.poll(PATIENCE);
            record = back;
        }
    }
    Ok(producer.flush(PATIENCE)?)
}
