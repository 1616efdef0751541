//! The open batch of each partition, and the batches on their way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::budget::Reserved;
use super::shipment::{Answer, Shipment};
use crate::record::{Record, TopicPartition};
use crate::transport::RawProducer;

/// One lane a partition. Locked for the few moments in which a record is laid into its batch.
#[derive(Debug)]
pub(super) struct Lanes(Mutex<State>);

struct State {
    open: Vec<Option<Arc<Shipment>>>,
    /// Where records without a key go until their batch leaves.
    sticky: u32,
    /// Answers to come, oldest first; those that came are dropped from the front.
    flying: VecDeque<Answer>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("open", &self.open)
            .field("flying", &self.flying.len())
            .finish_non_exhaustive()
    }
}

impl Lanes {
    pub(super) fn new(partitions: u32) -> Self {
        let open = (0..partitions).map(|_| None).collect();
        Self(Mutex::new(State { open, sticky: 0, flying: VecDeque::new() }))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lays a record into the open batch of its partition (`None`: of the sticky one), and gives batch and place.
    /// A batch that is full leaves first, so that batches of one partition leave in order.
    pub(super) fn push(
        &self,
        topic: &Arc<str>,
        partition: Option<u32>,
        raw: &Arc<dyn RawProducer>,
        most: usize,
        record: &Record,
        room: Reserved,
    ) -> (Arc<Shipment>, u64) {
        let mut room = Some(room);
        let mut state = self.state();
        loop {
            let number = partition.unwrap_or(state.sticky);
            let partitions = state.open.len() as u32;
            let open = state.open.get_mut(number as usize).and_then(|lane| lane.as_ref());
            if let Some(shipment) = open.cloned() {
                if let Some(place) = shipment.push(most, record, &mut room) {
                    return (shipment, place);
                }
                state.fly(shipment.send());
                if let Some(lane) = state.open.get_mut(number as usize) {
                    *lane = None;
                }
                if partition.is_none() {
                    state.sticky = (number + 1) % partitions.max(1);
                }
                continue;
            }
            let at = TopicPartition::new(Arc::clone(topic), number);
            let shipment = Arc::new(Shipment::new(at, Arc::clone(raw)));
            if let Some(lane) = state.open.get_mut(number as usize) {
                *lane = Some(shipment);
            }
        }
    }

    /// Sends every open batch, partition by partition.
    pub(super) fn send_open(&self) {
        let mut state = self.state();
        let sticky = state.sticky as usize;
        if state.open.get(sticky).is_some_and(Option::is_some) {
            state.sticky = (state.sticky + 1) % (state.open.len() as u32).max(1);
        }
        let open: Vec<Arc<Shipment>> = state.open.iter_mut().filter_map(Option::take).collect();
        for shipment in open {
            state.fly(shipment.send());
        }
    }

    /// The oldest batch that is not answered.
    pub(super) fn oldest(&self) -> Option<Answer> {
        let mut state = self.state();
        state.drop_answered();
        state.flying.front().cloned()
    }

    /// All batches that are not answered.
    pub(super) fn flying(&self) -> Vec<Answer> {
        let mut state = self.state();
        state.drop_answered();
        state.flying.iter().cloned().collect()
    }
}

impl State {
    fn fly(&mut self, answer: Answer) {
        self.drop_answered();
        self.flying.push_back(answer);
    }

    fn drop_answered(&mut self) {
        while self.flying.front().is_some_and(|answer| answer.peek().is_some()) {
            self.flying.pop_front();
        }
    }
}
