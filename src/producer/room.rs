//! Room for a record, and its partition.

use std::time::Duration;

use futures_util::future::{Either, select};

use super::budget::Reserved;
use super::{Producer, SendError};
use crate::codec::Codec;
use crate::transport::sleep;

impl<C: Codec, K> Producer<C, K> {
    /// Room for a record, now or not at all.
    pub(super) fn try_room(&self, bytes: usize) -> Result<Reserved, SendError> {
        self.passes()?;
        self.0.core.budget.try_reserve(bytes).ok_or_else(|| self.full(Duration::ZERO))
    }

    /// Room for a record, in the order of the calls, within `max_block`.
    pub(super) async fn room(&self, bytes: usize) -> Result<Reserved, SendError> {
        self.passes()?;
        let budget = &self.0.core.budget;
        if let Some(room) = budget.try_reserve(bytes) {
            return Ok(room);
        }
        // What takes the room may be what nobody has sent yet.
        self.0.core.send_open();
        let longest = self.0.max_block;
        match select(budget.reserve(bytes), sleep(longest)).await {
            Either::Left((Some(room), _)) => Ok(room),
            Either::Left((None, _)) => Err(SendError::Closed { possibly_written: false }),
            Either::Right(_) => Err(self.full(longest)),
        }
    }

    /// Whether the breaker lets records in.
    fn passes(&self) -> Result<(), SendError> {
        if !self.0.refuses_when_open {
            return Ok(());
        }
        let breaker = &self.0.core.breaker;
        match breaker.refuses_for() {
            None => Ok(()),
            Some(wait) => Err(SendError::Open { destination: breaker.destination().to_owned(), wait }),
        }
    }

    fn full(&self, waited: Duration) -> SendError {
        let (used, most) = (self.0.core.budget.used(), self.0.core.budget.most());
        SendError::Full {
            buffered: used.bytes,
            limit: most.bytes,
            records: used.records,
            most_records: most.records,
            waited,
        }
    }

    /// The partition of a record: as it says, by its key, or the sticky one.
    pub(super) fn partition(
        &self,
        explicit: Option<u32>,
        key: Option<&[u8]>,
    ) -> Result<Option<u32>, SendError> {
        let partitions = self.0.partitions;
        match explicit.or_else(|| self.0.partitioner.partition(key, partitions)) {
            Some(partition) if partition >= partitions => {
                Err(SendError::UnknownPartition { topic: self.topic().to_owned(), partition, partitions })
            }
            chosen => Ok(chosen),
        }
    }
}
