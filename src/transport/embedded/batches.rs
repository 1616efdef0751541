//! Batches in their table: read with their place checked, written with their seal.

use std::ops::{Deref, Range};
use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable, Table};

use crate::record::{Batch, BatchError, TopicPartition};

use super::super::{TransportError, TransportErrorKind};
use super::fault::Fault;
use super::tables::{BATCHES, batch_key, batch_seal, key_offset};

/// The bytes of the seal before each batch.
pub(super) const SEAL: usize = 4;

/// Where batches are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The partition, for messages.
    pub(super) at: &'p TopicPartition,
    /// The topic's number.
    pub(super) topic: u32,
}

impl Place<'_> {
    fn key(&self, offset: u64) -> [u8; 16] {
        batch_key(self.topic, self.at.partition, offset)
    }

    fn fault(&self, base: u64, what: impl std::fmt::Display) -> Fault {
        Fault::Corrupt(format!("the batch of {} at offset {base}: {what}", self.at))
    }

    /// The batches from the one that covers `wanted.start` on, about that many bytes; the batches lie next to each other up to
    /// `wanted.end`, or one is missing.
    pub(super) fn read(
        &self,
        transaction: &ReadTransaction,
        wanted: Range<u64>,
        bytes: usize,
    ) -> Result<Vec<Arc<Batch>>, Fault> {
        let table = transaction.open_table(BATCHES)?;
        let mut found = Vec::new();
        let mut left = bytes;
        for batch in self.scan(&table, wanted)? {
            let batch = batch?;
            left = left.saturating_sub(batch.size());
            found.push(Arc::new(batch));
            if left == 0 {
                break;
            }
        }
        Ok(found)
    }

    /// The same, one after the other.
    pub(super) fn scan<'t>(
        &'t self,
        table: &'t impl ReadableTable<&'static [u8], &'static [u8]>,
        wanted: Range<u64>,
    ) -> Result<impl Iterator<Item = Result<Batch, Fault>> + 't, Fault> {
        let missing = move |offset| self.fault(offset, "it is missing");
        let (from, end) = (self.key(wanted.start), self.key(u64::MAX));
        let covering = table.range(&self.key(0)[..]..=&from[..])?.next_back().transpose()?;
        let first =
            covering.and_then(|(key, _)| key_offset(key.value())).ok_or_else(|| missing(wanted.start))?;
        let mut entries = table.range(&self.key(first)[..]..=&end[..])?;
        let mut expected = first;
        Ok(std::iter::from_fn(move || {
            if expected >= wanted.end {
                return None;
            }
            let batch = match entries.next() {
                None => Err(missing(expected)),
                Some(entry) => entry.map_err(Fault::from).and_then(|(key, row)| {
                    let offset = key_offset(key.value()).filter(|offset| *offset == expected);
                    self.unseal(key.value(), row.value(), offset.ok_or_else(|| missing(expected))?)
                }),
            };
            let batch = batch.and_then(|batch| {
                // The first one has to reach to what is wanted; the others are next to each other.
                if batch.next_offset() > wanted.start { Ok(batch) } else { Err(missing(batch.next_offset())) }
            });
            expected = batch.as_ref().map_or(u64::MAX, Batch::next_offset);
            Some(batch)
        }))
    }

    fn unseal(&self, key: &[u8], row: &[u8], offset: u64) -> Result<Batch, Fault> {
        let (seal, stored) = row.split_first_chunk().ok_or_else(|| self.fault(offset, "it is cut off"))?;
        if *seal != batch_seal(key, stored) {
            return Err(self.fault(offset, "it is damaged, or belongs elsewhere"));
        }
        let batch = Batch::decode(stored).map_err(|error| match error {
            // Nothing is wrong with it, so nobody shall be told to restore anything.
            BatchError::NotBuiltIn { .. } => {
                let message = format!("the batch of {} at offset {offset}: {error}", self.at);
                Fault::Told(TransportError::new(TransportErrorKind::UnknownVersion, message))
            }
            error => self.fault(offset, error),
        })?;
        if batch.base_offset() == offset {
            Ok(batch)
        } else {
            Err(self.fault(offset, format!("it says that it begins at offset {}", batch.base_offset())))
        }
    }

    /// Writes a batch; gives the bytes that it takes.
    pub(super) fn write(
        &self,
        table: &mut Table<'_, &'static [u8], &'static [u8]>,
        batch: &Batch,
        row: &mut Vec<u8>,
    ) -> Result<u64, Fault> {
        let key = self.key(batch.base_offset());
        row.clear();
        row.extend_from_slice(&[0; SEAL]);
        batch.encode(row);
        if let Some((seal, stored)) = row.split_first_chunk_mut() {
            *seal = batch_seal(&key, stored);
        }
        table.insert(&key[..], row.as_slice())?;
        Ok(row.len() as u64)
    }

    /// Removes the batches that begin in a range.
    pub(super) fn remove(
        &self,
        table: &mut Table<'_, &'static [u8], &'static [u8]>,
        bases: Range<u64>,
    ) -> Result<(), Fault> {
        let (from, to) = (self.key(bases.start), self.key(bases.end));
        Ok(table.retain_in(&from[..]..&to[..], |_, _| false)?)
    }
}

/// A batch of its own where a lent one is expected.
pub(super) struct Owned(pub(super) Batch);

impl Deref for Owned {
    type Target = Batch;

    fn deref(&self) -> &Batch {
        &self.0
    }
}
