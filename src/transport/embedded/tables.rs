//! The tables of the file, their keys, and the seal on each row.
//!
//! redb hands flipped bytes back unnoticed, so every row carries a sum over its table, its key and its value: a row that changed,
//! or that turned up at another key, is an error and never data.

use redb::TableDefinition;

use super::fault::Fault;

/// A table of bytes to bytes.
pub(super) type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

pub(super) const META: Definition = Definition::new("meta");
pub(super) const TOPICS: Definition = Definition::new("topics");
pub(super) const PARTITIONS: Definition = Definition::new("partitions");
pub(super) const BATCHES: Definition = Definition::new("batches");
pub(super) const GROUPS: Definition = Definition::new("groups");
pub(super) const PRODUCERS: Definition = Definition::new("producers");
/// Reserved for the dedupe rows of consumers, so that they can share a transaction with the rest.
pub(super) const DEDUPE: Definition = Definition::new("dedupe");

/// The row of [`META`] with the version of the format.
pub(super) const FORMAT: &[u8] = b"format";
/// The row of [`META`] with the numbers of rows: one that is hidden by a damaged tree is missed.
pub(super) const COUNTS: &[u8] = b"counts";
/// The version that is written, and the only one that is read.
pub(super) const FORMAT_VERSION: u32 = 1;

/// `topic, partition`, big-endian, so that rows lie in order.
pub(super) fn partition_key(topic: u32, partition: u32) -> [u8; 8] {
    let [a, b, c, d] = topic.to_be_bytes();
    let [e, f, g, h] = partition.to_be_bytes();
    [a, b, c, d, e, f, g, h]
}

/// `topic, partition, offset`.
pub(super) fn batch_key(topic: u32, partition: u32, offset: u64) -> [u8; 16] {
    (u128::from(u64::from_be_bytes(partition_key(topic, partition))) << 64 | u128::from(offset)).to_be_bytes()
}

/// The offset of a [`batch_key`].
pub(super) fn key_offset(key: &[u8]) -> Option<u64> {
    key.last_chunk().map(|offset| u64::from_be_bytes(*offset))
}

/// `producer, topic, partition`.
pub(super) fn producer_key(producer: u64, topic: u32, partition: u32) -> [u8; 16] {
    (u128::from(producer) << 64 | u128::from(u64::from_be_bytes(partition_key(topic, partition))))
        .to_be_bytes()
}

/// A row: its sum, then its value.
pub(super) fn sealed(table: &Definition, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut row = sum(table, key, value).to_le_bytes().to_vec();
    row.extend_from_slice(value);
    row
}

/// The value of a row, if it is the one that was written there.
pub(super) fn unsealed<'r>(table: &Definition, key: &[u8], row: &'r [u8]) -> Result<&'r [u8], Fault> {
    match row.split_first_chunk() {
        Some((seal, value)) if *seal == sum(table, key, value).to_le_bytes() => Ok(value),
        _ => Err(Fault::row(table, key)),
    }
}

/// What is summed of a batch: its own sum, which stands first in it, is enough.
pub(super) fn batch_seal(key: &[u8], batch: &[u8]) -> [u8; 4] {
    sum(&BATCHES, key, batch.get(..4).unwrap_or(batch)).to_le_bytes()
}

fn sum(table: &Definition, key: &[u8], value: &[u8]) -> u32 {
    use redb::TableHandle;
    let mut sum = crc32fast::Hasher::new();
    for part in [table.name().as_bytes(), &[0], &(key.len() as u32).to_le_bytes(), key, value] {
        sum.update(part);
    }
    sum.finalize()
}

/// Reads the fields of a row's value.
#[derive(Debug)]
pub(super) struct Fields<'r>(pub(super) &'r [u8]);

impl<'r> Fields<'r> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'r [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
