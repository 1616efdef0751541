//! What is known of the log without reading a batch: topics, bounds, offsets, sequences. Read once, kept in memory, and changed
//! only by what has been committed.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use redb::{ReadTransaction, ReadableTable};

use crate::record::TopicPartition;

use super::super::local::{SequenceRow, unknown_partition, unknown_topic};
use super::super::{Committed, TopicSpec, TransportError, TransportErrorKind};
use super::fault::Fault;
use super::rows::{self, GroupRow};
use super::tables::{
    COUNTS, Definition, FORMAT, FORMAT_VERSION, GROUPS, META, PARTITIONS, PRODUCERS, TOPICS, partition_key,
    unsealed,
};

/// The log's contents page.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog {
    pub(super) topics: BTreeMap<String, Topic>,
    pub(super) groups: BTreeMap<String, GroupRow>,
    /// By producer, topic and partition.
    pub(super) producers: HashMap<(u64, u32, u32), SequenceRow>,
    pub(super) next_topic: u32,
    pub(super) next_producer: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub(super) id: u32,
    pub(super) spec: TopicSpec,
    pub(super) partitions: Vec<PartitionRow>,
}

/// What is known of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PartitionRow {
    /// The first offset that is kept, and the one behind the last.
    pub(super) bounds: Range<u64>,
    /// The bytes of its batches.
    pub(super) size: u64,
}

/// How many rows there are, and the next numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) topics: u64,
    pub(super) groups: u64,
    pub(super) producers: u64,
    pub(super) next_topic: u32,
    pub(super) next_producer: u64,
}

impl Catalog {
    /// Reads everything but the batches, and checks each row.
    pub(super) fn load(transaction: &ReadTransaction) -> Result<Self, Fault> {
        let meta = transaction.open_table(META)?;
        let version = meta.get(FORMAT)?.ok_or_else(|| Fault::row(&META, FORMAT))?;
        let version = unsealed(&META, FORMAT, version.value())?;
        let version = version.first_chunk().map_or(0, |version| u32::from_le_bytes(*version));
        if version != FORMAT_VERSION {
            let message = format!(
                "the log was written in format version {version}; this program reads version {FORMAT_VERSION}"
            );
            return Err(TransportError::new(TransportErrorKind::UnknownVersion, message).into());
        }
        let mut catalog = Self::default();
        let table = transaction.open_table(PARTITIONS)?;
        each(transaction, TOPICS, |key, row| {
            let name = str::from_utf8(key).ok()?;
            let (id, spec) = rows::read_topic(name, row)?;
            catalog.topics.insert(name.to_owned(), Topic { id, spec, partitions: Vec::new() });
            Some(())
        })?;
        for topic in catalog.topics.values_mut() {
            for partition in 0..topic.spec.partitions {
                let key = partition_key(topic.id, partition);
                let missing = || Fault::row(&PARTITIONS, &key);
                let row = table.get(&key[..])?.ok_or_else(missing)?;
                let row =
                    rows::read_partition(unsealed(&PARTITIONS, &key, row.value())?).ok_or_else(missing)?;
                topic.partitions.push(row);
            }
        }
        each(transaction, GROUPS, |key, row| {
            catalog.groups.insert(str::from_utf8(key).ok()?.to_owned(), rows::read_group(row)?);
            Some(())
        })?;
        each(transaction, PRODUCERS, |key, row| {
            let key = u128::from_be_bytes(key.try_into().ok()?);
            let key = ((key >> 64) as u64, (key >> 32) as u32, key as u32);
            catalog.producers.insert(key, rows::read_producer(row)?);
            Some(())
        })?;
        let counts = meta.get(COUNTS)?.ok_or_else(|| Fault::row(&META, COUNTS))?;
        let counts = rows::read_counts(unsealed(&META, COUNTS, counts.value())?);
        let counts = counts.ok_or_else(|| Fault::row(&META, COUNTS))?;
        (catalog.next_topic, catalog.next_producer) = (counts.next_topic, counts.next_producer);
        if catalog.counts() != counts {
            let what = format!("its rows are {:?}, but it had {counts:?}", catalog.counts());
            return Err(Fault::Corrupt(what));
        }
        Ok(catalog)
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            topics: self.topics.len() as u64,
            groups: self.groups.len() as u64,
            producers: self.producers.len() as u64,
            next_topic: self.next_topic,
            next_producer: self.next_producer,
        }
    }

    pub(super) fn topic(&self, topic: &str) -> Result<&Topic, TransportError> {
        self.topics.get(topic).ok_or_else(|| unknown_topic(topic))
    }

    /// The topic's number, and what is known of the partition.
    pub(super) fn partition(&self, at: &TopicPartition) -> Result<(u32, &PartitionRow), TransportError> {
        let topic = self.topic(&at.topic)?;
        let row = topic.partitions.get(at.partition as usize);
        row.map(|row| (topic.id, row)).ok_or_else(|| unknown_partition(at, topic.spec.partitions))
    }

    pub(super) fn partition_mut(&mut self, at: &TopicPartition) -> Option<&mut PartitionRow> {
        self.topics.get_mut(&*at.topic)?.partitions.get_mut(at.partition as usize)
    }

    /// A group's offsets under the names of their topics.
    pub(super) fn committed(&self, group: &str) -> BTreeMap<TopicPartition, Committed> {
        let Some(offsets) = self.groups.get(group) else { return BTreeMap::new() };
        let of_topic = |(name, topic): (&String, &Topic)| {
            let offsets = offsets.range((topic.id, 0)..=(topic.id, u32::MAX));
            let offsets = offsets.map(|((_, partition), committed)| {
                (TopicPartition::new(name.as_str(), *partition), committed.clone())
            });
            offsets.collect::<Vec<_>>()
        };
        self.topics.iter().flat_map(of_topic).collect()
    }
}

/// Every row of a table, its seal checked.
fn each(
    transaction: &ReadTransaction,
    definition: Definition,
    mut row: impl FnMut(&[u8], &[u8]) -> Option<()>,
) -> Result<(), Fault> {
    for entry in transaction.open_table(definition)?.iter()? {
        let (key, value) = entry?;
        let value = unsealed(&definition, key.value(), value.value())?;
        row(key.value(), value).ok_or_else(|| Fault::row(&definition, key.value()))?;
    }
    Ok(())
}
