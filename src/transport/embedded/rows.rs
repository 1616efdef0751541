//! What stands in the rows: each kind written and read.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::super::local::SequenceRow;
use super::super::{Committed, Retention, TopicSpec};
use super::catalog::{Counts, PartitionRow};
use super::tables::Fields;

/// A group's offsets: by topic and partition.
pub(super) type GroupRow = BTreeMap<(u32, u32), Committed>;

pub(super) fn write_topic(id: u32, spec: &TopicSpec) -> Vec<u8> {
    let Retention { age, bytes, compact } = spec.retention;
    let mut row = Vec::new();
    row.extend_from_slice(&id.to_le_bytes());
    row.extend_from_slice(&spec.partitions.to_le_bytes());
    row.push(u8::from(age.is_some()) | u8::from(bytes.is_some()) << 1 | u8::from(compact) << 2);
    let age = age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
    row.extend_from_slice(&age.to_le_bytes());
    row.extend_from_slice(&bytes.unwrap_or(0).to_le_bytes());
    row
}

pub(super) fn read_topic(name: &str, row: &[u8]) -> Option<(u32, TopicSpec)> {
    let mut fields = Fields(row);
    let (id, partitions, flags) = (fields.u32()?, fields.u32()?, fields.byte()?);
    let (age, bytes) = (fields.u64()?, fields.u64()?);
    fields.end()?;
    let retention = Retention {
        age: (flags & 1 != 0).then(|| Duration::from_millis(age)),
        bytes: (flags & 2 != 0).then_some(bytes),
        compact: flags & 4 != 0,
    };
    Some((id, TopicSpec::new(name, partitions).with_retention(retention)))
}

pub(super) fn write_partition(row: &PartitionRow) -> Vec<u8> {
    [row.bounds.start, row.bounds.end, row.size].iter().flat_map(|number| number.to_le_bytes()).collect()
}

pub(super) fn read_partition(row: &[u8]) -> Option<PartitionRow> {
    let mut fields = Fields(row);
    let row = PartitionRow { bounds: fields.u64()?..fields.u64()?, size: fields.u64()? };
    fields.end()?;
    Some(row)
}

pub(super) fn write_group(offsets: &GroupRow) -> Vec<u8> {
    let mut row = Vec::new();
    for ((topic, partition), committed) in offsets {
        row.extend_from_slice(&topic.to_le_bytes());
        row.extend_from_slice(&partition.to_le_bytes());
        row.extend_from_slice(&committed.offset.to_le_bytes());
        let metadata = committed.metadata.as_deref();
        let length = metadata.map_or(0, |text| text.len() as u32 + 1);
        row.extend_from_slice(&length.to_le_bytes());
        row.extend_from_slice(metadata.unwrap_or_default().as_bytes());
    }
    row
}

pub(super) fn read_group(row: &[u8]) -> Option<GroupRow> {
    let mut fields = Fields(row);
    let mut offsets = GroupRow::new();
    while fields.end().is_none() {
        let (topic, partition, offset) = (fields.u32()?, fields.u32()?, fields.u64()?);
        let metadata = match fields.u32()?.checked_sub(1) {
            None => None,
            Some(length) => Some(str::from_utf8(fields.bytes(length as usize)?).ok()?.to_owned()),
        };
        offsets.insert((topic, partition), Committed { offset, metadata });
    }
    Some(offsets)
}

pub(super) fn write_producer(row: &SequenceRow) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&row.epoch.to_le_bytes());
    out.extend_from_slice(&row.last.to_le_bytes());
    out.extend_from_slice(&row.written.to_le_bytes());
    for (offset, time) in &row.places {
        out.extend_from_slice(&offset.to_le_bytes());
        out.extend_from_slice(&time.to_le_bytes());
    }
    out
}

pub(super) fn read_producer(row: &[u8]) -> Option<SequenceRow> {
    let mut fields = Fields(row);
    let (epoch, last, written) = (fields.u32()?, fields.u64()?, fields.i64()?);
    let mut places = VecDeque::new();
    while fields.end().is_none() {
        places.push_back((fields.u64()?, fields.i64()?));
    }
    Some(SequenceRow { epoch, last, written, places })
}

pub(super) fn write_counts(counts: &Counts) -> Vec<u8> {
    let Counts { topics, groups, producers, next_topic, next_producer } = *counts;
    [topics, groups, producers, next_topic.into(), next_producer]
        .iter()
        .flat_map(|it| it.to_le_bytes())
        .collect()
}

pub(super) fn read_counts(row: &[u8]) -> Option<Counts> {
    let mut fields = Fields(row);
    let counts = Counts {
        topics: fields.u64()?,
        groups: fields.u64()?,
        producers: fields.u64()?,
        next_topic: fields.u64()?.try_into().ok()?,
        next_producer: fields.u64()?,
    };
    fields.end()?;
    Some(counts)
}
