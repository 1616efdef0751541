//! What a producer is behind its types: lanes of batches, and those on their way.
//!
//! ```text
//! record ──> open batch of its partition ── full, awaited, flushed, or lingered long enough ──> Flight ──> transport or spill
//! ```
//!
//! One lock, held for the few moments in which a record is laid into its batch, or a batch leaves: so the order of the calls is
//! the order of the batches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;

use super::background;
use super::breaker::Breaker;
use super::budget::Budget;
use super::delivery::{Answer, Landed, Shipment};
use super::flight::Previous;
use super::keeper::Keeper;
use super::lanes::{Lanes, Laying, Open};
use super::room::Room;
use super::spill::Aside;
use super::ticket::End;
use super::told::Told;
use super::{SendError, delivery};
use crate::backoff::Backoff;
use crate::observer::Observation;
use crate::record::{Batch, Record, TopicPartition};
use crate::transport::{Clock, RawProducer};

/// What a [`Producer`](super::Producer) is, whatever it sends.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) topic: Arc<str>,
    pub(super) raw: Arc<dyn RawProducer>,
    pub(super) settings: Delivering,
    pub(super) budget: Budget,
    pub(super) breaker: Breaker,
    /// Where batches are laid aside, and the room for those on their way there.
    pub(super) aside: Option<Arc<Aside>>,
    pub(super) aside_budget: Budget,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) told: Told,
    pub(super) lanes: Arc<Mutex<Lanes>>,
}

/// How batches are delivered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivering {
    /// The size at which a batch leaves.
    pub(super) batch: usize,
    /// How long an open batch waits for more.
    pub(super) linger: Duration,
    /// From the first record of a batch until it is given up.
    pub(super) timeout: Duration,
    pub(super) backoff: Backoff,
    /// Whether several batches of a lane may be on their way at once: what is behind one that failed is not taken.
    pub(super) pipelined: bool,
    /// Whether to try again here; otherwise the transport has done that.
    pub(super) retries: bool,
}

impl Core {
    pub(super) fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A random number.
    pub(super) fn roll(&self) -> u64 {
        self.lanes().dice.roll()
    }

    /// Lays a record into the open batch of its partition (`None`: of the sticky one), and gives batch and place.
    pub(super) fn push(
        self: &Arc<Self>,
        partition: Option<u32>,
        record: &Record,
        Room { reserved, is_aside }: Room,
        callback: Option<delivery::Callback>,
    ) -> Result<(Arc<Shipment>, u64), SendError> {
        let mut lanes = self.lanes();
        if lanes.is_closed {
            return Err(SendError::Closed { possibly_written: false });
        }
        let size = delivery::size_of(record);
        let mut number = partition.unwrap_or(lanes.sticky.current());
        let mut left = Vec::new();
        // The sticky partition moves when its batch leaves, maybe to a lane whose batch has no room either.
        while lanes.open(number).is_some_and(|open| open.batch.size() + size > self.settings.batch) {
            left.extend(lanes.depart(self, number));
            number = partition.unwrap_or(lanes.sticky.current());
        }
        let mut keeper = None;
        if lanes.open(number).is_none() {
            let at = TopicPartition::new(Arc::clone(&self.topic), number);
            let opened = self.clock.steady();
            lanes.begin(Arc::new(Shipment::new(at, self)), opened);
            keeper = lanes.schedule(opened.saturating_add(self.settings.linger));
        }
        let Some(open) = lanes.open(number) else {
            return Err(SendError::Closed { possibly_written: false });
        };
        let place = open.batch.len() as u64;
        open.batch.push_record(record);
        open.reserve(reserved);
        open.callbacks.extend(callback.map(|callback| (place, callback)));
        let shipment = Arc::clone(&open.shipment);
        if is_aside {
            // A partition that the spill does not have goes the direct way.
            let _ = lanes.go_aside(self, number);
        }
        drop(lanes);
        if let Some(wake) = keeper {
            wake.carry_out(self);
        }
        self.launch(left);
        Ok((shipment, place))
    }

    /// Lets that batch leave, if it is still open; whoever asks goes on with it.
    pub(super) fn leave(self: &Arc<Self>, shipment: &Arc<Shipment>) {
        let mut lanes = self.lanes();
        let number = shipment.at.partition;
        if lanes.open(number).is_some_and(|open| Arc::ptr_eq(&open.shipment, shipment)) {
            drop(lanes.depart(self, number));
            drop(lanes);
            self.tell_buffered();
        }
    }

    /// Sends batches on their way; those that are not answered at once go on in the background.
    fn launch(&self, answers: Vec<Answer>) {
        if !answers.is_empty() {
            self.tell_buffered();
        }
        for answer in answers {
            if answer.clone().now_or_never().is_none() {
                background::spawn(async { drop(answer.await) });
            }
        }
    }

    /// Lets every open batch leave.
    pub(super) fn send_open(self: &Arc<Self>) {
        let left = self.lanes().depart_all(self, |_| true);
        self.launch(left);
    }

    /// Lets the batches leave that were opened long enough ago.
    pub(super) fn send_due(self: &Arc<Self>) {
        let now = self.clock.steady();
        let is_due = |open: &Open| open.opened.saturating_add(self.settings.linger) <= now;
        let left = self.lanes().depart_all(self, is_due);
        self.launch(left);
    }

    /// Takes no more records, and ends what is on its way.
    pub(super) fn end(&self) {
        self.stop();
        self.lanes().end_all(End::Closed);
    }

    /// Takes no more records.
    pub(super) fn stop(&self) {
        self.lanes().is_closed = true;
        self.budget.close();
        self.aside_budget.close();
    }

    /// Those behind that batch wait.
    pub(super) fn hold(&self, shipment: &Shipment) {
        if let Some(lane) = self.lanes().lane(shipment.at.partition) {
            lane.held += 1;
        }
    }

    /// They need not any longer.
    pub(super) fn let_go(&self, shipment: &Shipment) {
        if let Some(lane) = self.lanes().lane(shipment.at.partition) {
            lane.held -= 1;
        }
    }

    /// A batch is answered.
    pub(super) fn landed(&self, shipment: &Arc<Shipment>, is_held: bool, result: &Result<Landed, SendError>) {
        let mut lanes = self.lanes();
        if is_held && let Some(lane) = lanes.lane(shipment.at.partition) {
            lane.held -= 1;
        }
        if let Err(error) = result {
            lanes.failed(shipment, error);
        }
    }

    /// Hands a batch to the spill log, if its partition lies aside and the batch may: `Err` gives it back.
    pub(super) fn lay_aside(
        &self,
        shipment: &Shipment,
        place: u64,
        batch: Batch,
        previous: Option<&Previous>,
    ) -> Result<Laying, Batch> {
        self.lanes().lay_aside(self, shipment.at.partition, place, batch, previous)
    }

    /// Lays the partition of that batch aside from now on, if there is a spill.
    /// Answers whether the batch at that place of the lane may lie there.
    pub(super) fn go_aside(&self, shipment: &Shipment, place: u64) -> bool {
        let mut lanes = self.lanes();
        let number = shipment.at.partition;
        lanes.go_aside(self, number) && lanes.lane(number).is_some_and(|lane| lane.backlog.takes(place))
    }

    /// A batch has been handed to the spill log, and lies there up to that offset, or does not.
    pub(super) fn laid(&self, shipment: &Shipment, end: Option<u64>, bytes: u64, records: u64) {
        if let Some(lane) = self.lanes().lane(shipment.at.partition) {
            lane.backlog.laid(end, bytes, records);
        }
        self.tell_spilled();
    }

    /// A batch is forwarded.
    pub(super) fn forwarded(&self, partition: u32, batch: &Batch) {
        if let Some(lane) = self.lanes().lane(partition) {
            lane.backlog.forward(batch.next_offset(), batch.size() as u64, batch.len() as u64);
        }
        self.tell_spilled();
    }

    fn tell_spilled(&self) {
        let records = || self.lanes().spilled();
        self.told.observe(|| Observation::Spilled { topic: &self.topic, records: records() });
    }

    pub(super) fn tell_buffered(&self) {
        self.told.observe(|| Observation::Buffered {
            topic: &self.topic,
            bytes: self.budget.used().bytes as u64,
            limit: self.budget.most().bytes as u64,
        });
    }

    pub(super) fn start_keeper(self: &Arc<Self>) {
        let keeper = Keeper::new(self);
        background::spawn(keeper.keep());
    }
}
