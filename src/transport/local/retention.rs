//! What a topic keeps: from which offset on, and what compaction leaves. Told the time.

use std::collections::HashMap;
use std::ops::Deref;
use std::time::Duration;

use crate::record::{Batch, RecordRef};

use super::super::Retention;

/// What is known of a batch without its records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) next_offset: u64,
    pub(crate) newest: i64,
    pub(crate) size: u64,
}

impl Extent {
    pub(crate) fn of(batch: &Batch) -> Self {
        Self { next_offset: batch.next_offset(), newest: batch.newest(), size: batch.stored_size() as u64 }
    }
}

/// The first offset that is kept and the bytes that go, where batches go: whole ones, from the oldest on, while they are too old
/// or too much is kept. Looks at no more batches than it has to.
pub(crate) fn first_kept<E>(
    retention: &Retention,
    size: u64,
    batches: impl Iterator<Item = Result<Extent, E>>,
    now: i64,
) -> Result<Option<(u64, u64)>, E> {
    let oldest = retention.age.map(|age| now.saturating_sub(millis(age)));
    let mut found: Option<(u64, u64)> = None;
    for batch in batches {
        let batch = batch?;
        let gone = found.map_or(0, |(_, gone)| gone);
        let too_old = oldest.is_some_and(|oldest| batch.newest < oldest);
        let too_much = retention.bytes.is_some_and(|most| size.saturating_sub(gone) > most);
        if !too_old && !too_much {
            break;
        }
        found = Some((batch.next_offset, gone + batch.size));
    }
    Ok(found)
}

/// What compaction makes of a partition's batches: per key the newest record, without tombstones that are old enough.
/// The batches that change, with their new selves (`None` where the one before covers their offsets from now on).
///
/// `batches` is called twice and gives the same batches in order.
pub(crate) fn compacted<B: Deref<Target = Batch>, I: Iterator<Item = Result<B, E>>, E>(
    batches: impl Fn() -> Result<I, E>,
    now: i64,
) -> Result<Vec<(u64, Option<Batch>)>, E> {
    let mut newest: HashMap<Vec<u8>, u64> = HashMap::new();
    for batch in batches()? {
        for record in batch?.iter() {
            if let Some(key) = record.key {
                newest.insert(key.to_vec(), record.offset);
            }
        }
    }
    let oldest_tombstone = now.saturating_sub(millis(Retention::TOMBSTONES));
    let wanted = |record: &RecordRef<'_>| match record.key {
        // Without a key there is nothing that it could be a newer version of.
        None => true,
        Some(key) => {
            let is_old_tombstone = record.value.is_none() && record.timestamp < oldest_tombstone;
            newest.get(key) == Some(&record.offset) && !is_old_tombstone
        }
    };
    let mut changes: Vec<(u64, Option<Batch>)> = Vec::new();
    let mut before: Option<Batch> = None;
    for batch in batches()? {
        let batch = batch?;
        let kept = batch.retain(wanted);
        // An empty batch goes into the one before, where that can cover so much.
        if kept.is_empty()
            && let Some(before) = &mut before
            && before.cover_to(kept.next_offset())
        {
            set(&mut changes, before.base_offset(), Some(before.clone()));
            set(&mut changes, kept.base_offset(), None);
            continue;
        }
        if kept.len() != batch.len() {
            set(&mut changes, kept.base_offset(), Some(kept.clone()));
        }
        before = Some(kept);
    }
    Ok(changes)
}

/// Changes come in order, so that one for the same batch is among the last.
fn set(changes: &mut Vec<(u64, Option<Batch>)>, base: u64, batch: Option<Batch>) {
    match changes.iter_mut().rev().take_while(|(at, _)| *at >= base).find(|(at, _)| *at == base) {
        Some(change) => change.1 = batch,
        None => changes.push((base, batch)),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
