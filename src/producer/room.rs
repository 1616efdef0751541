//! Room for a record, and its partition.

use std::time::Duration;

use futures_util::future::{Either, select};

use super::budget::Reserved;
use super::{Producer, SendError};
use crate::codec::Codec;
use crate::transport::sleep;

/// Room that a record has.
pub(super) struct Room {
    pub(super) reserved: Reserved,
    /// It is room on the way to the spill log: the buffer is full.
    pub(super) is_aside: bool,
}

impl<C: Codec, K> Producer<C, K> {
    /// Room for a record, now or not at all.
    pub(super) fn try_room(&self, bytes: usize) -> Result<Room, SendError> {
        self.passes()?;
        self.room_now(bytes).ok_or_else(|| self.full(Duration::ZERO))
    }

    fn room_now(&self, bytes: usize) -> Option<Room> {
        let core = &self.0.core;
        if let Some(reserved) = core.budget.try_reserve(bytes) {
            return Some(Room { reserved, is_aside: false });
        }
        core.aside.as_ref()?;
        Some(Room { reserved: core.aside_budget.try_reserve(bytes)?, is_aside: true })
    }

    /// Room for a record, in the order of the calls, within `max_block`.
    pub(super) async fn room(&self, bytes: usize) -> Result<Room, SendError> {
        self.passes()?;
        if let Some(room) = self.room_now(bytes) {
            return Ok(room);
        }
        let core = &self.0.core;
        // What takes the room may be what nobody has sent yet.
        core.send_open();
        let is_aside = core.aside.is_some();
        let budget = if is_aside { &core.aside_budget } else { &core.budget };
        let longest = self.0.max_block;
        match select(budget.reserve(bytes), sleep(longest)).await {
            Either::Left((Some(reserved), _)) => Ok(Room { reserved, is_aside }),
            Either::Left((None, _)) => Err(SendError::Closed { possibly_written: false }),
            Either::Right(_) => Err(self.full(longest)),
        }
    }

    /// Whether the breaker lets records in.
    fn passes(&self) -> Result<(), SendError> {
        if !self.0.refuses_when_open || self.0.core.aside.is_some() {
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
