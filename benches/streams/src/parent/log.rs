//! The log, read once more after a measurement: whatever was acknowledged has to be there, once, and in order.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

use super::cluster::Cluster;
use crate::Failure;
use crate::reading::{Seen, number_of};
use crate::settings::PATIENCE;

/// Reads all of a topic; fails unless each number below `records` is in it once, and those of each partition grow.
pub fn verify(cluster: &Cluster, topic: &str, records: u64) -> Result<(), Failure> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &cluster.brokers)
        .set("group.id", "verify")
        .set("enable.auto.commit", "false")
        .set("check.crcs", "true")
        .create()?;
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE)?;
    let mut partitions = TopicPartitionList::new();
    let mut left = 0;
    for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
        let (first, end) = consumer.fetch_watermarks(topic, partition.id(), PATIENCE)?;
        left += end - first;
        partitions.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
    }
    consumer.assign(&partitions)?;

    let mut seen = Seen::new(records);
    let mut last: BTreeMap<i32, u64> = BTreeMap::new();
    let mut disordered = 0;
    let mut silent = Duration::ZERO;
    let wait = Duration::from_millis(500);
    while left > 0 {
        let Some(message) = consumer.poll(wait) else {
            silent += wait;
            if silent > PATIENCE {
                return Err(format!("{left} records of {topic} cannot be read").into());
            }
            continue;
        };
        let message = message?;
        let number = message.payload().and_then(number_of);
        seen.note(number);
        if let Some(number) = number
            && last.insert(message.partition(), number).is_some_and(|before| before > number)
        {
            disordered += 1;
        }
        left -= 1;
    }
    seen.complete(records)?;
    if disordered > 0 {
        return Err(
            format!("{disordered} records of {topic} stand behind a later one of their partition").into()
        );
    }
    Ok(())
}
