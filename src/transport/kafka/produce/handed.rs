//! A batch that was handed over: how much of it is stored, and who is told.

use std::sync::Arc;
use std::time::Duration;

use crate::record::{Batch, TopicPartition};

use super::super::super::{AppendError, Appended, TransportError};
use super::encode::estimated_record;

/// A batch that was handed over, and who waits for it.
#[derive(Debug)]
pub(super) struct Handed<T> {
    pub(super) batch: Arc<Batch>,
    /// The time of records that have none of their own.
    pub(super) now: i64,
    pub(super) deadline: Duration,
    /// `None` once it was told.
    pub(super) ticket: Option<T>,
    /// The first record that is not stored yet.
    pub(super) from: u32,
    /// Where those before it are.
    stored: Option<Appended>,
}

/// An answer for one who waits.
pub(super) type Told<T> = (T, Result<Appended, AppendError>);

impl<T> Handed<T> {
    pub(super) fn new(batch: Arc<Batch>, now: i64, deadline: Duration, ticket: T) -> Self {
        Self { batch, now, deadline, ticket: Some(ticket), from: 0, stored: None }
    }

    pub(super) fn len(&self) -> u32 {
        self.batch.len() as u32
    }

    /// Its records up to that one are stored, from that offset on.
    pub(super) fn stored_until(
        &mut self,
        at: &TopicPartition,
        until: u32,
        offset: u64,
        timestamp: i64,
        duplicate: bool,
    ) {
        let stored = self.stored.get_or_insert_with(|| Appended {
            at: at.clone(),
            base_offset: offset,
            breaks: Vec::new(),
            timestamp,
            duplicate,
        });
        if self.from > 0 && stored.offset_of(self.from).unwrap_or(Appended::UNKNOWN_OFFSET) != offset {
            stored.breaks.push((self.from, offset));
        }
        stored.duplicate |= duplicate;
        self.from = until;
    }

    /// Tells that it is stored.
    pub(super) fn tell(&mut self, told: &mut Vec<Told<T>>) {
        if let (Some(ticket), Some(stored)) = (self.ticket.take(), self.stored.take()) {
            told.push((ticket, Ok(stored)));
        }
    }

    /// Gives it back.
    pub(super) fn refuse(
        &mut self,
        at: &TopicPartition,
        may_be_there: bool,
        source: TransportError,
        told: &mut Vec<Told<T>>,
    ) {
        if let Some(ticket) = self.ticket.take() {
            let possibly_written = may_be_there || self.from > 0;
            // A request that is being written has it, too.
            let batch = Arc::unwrap_or_clone(std::mem::take(&mut self.batch));
            let batch = Some(Box::new(batch));
            told.push((ticket, Err(AppendError { at: at.clone(), possibly_written, batch, source })));
        }
    }

    /// The records that fit, one at least: the one behind them, and their bytes.
    pub(super) fn cut(&self, limit: usize) -> (u32, usize) {
        let (mut until, mut bytes) = (self.from, 0);
        for record in self.batch.iter().skip(self.from as usize) {
            let size = estimated_record(&record);
            if until > self.from && bytes + size > limit {
                break;
            }
            (until, bytes) = (until + 1, bytes + size);
        }
        (until, bytes)
    }
}
