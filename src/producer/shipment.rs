//! One batch on its way, shared by the handles of its records.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::Shared;

use super::SendError;
use super::budget::Reserved;
use crate::record::{Batch, Record, TopicPartition};
use crate::transport::{Appended, BoxFuture, RawProducer};

/// What the transport will say of a batch, for all who ask.
pub(super) type Answer = Shared<BoxFuture<'static, Result<Appended, SendError>>>;

/// A batch that is being filled, or was handed to the transport.
#[derive(Debug)]
pub(super) struct Shipment {
    at: TopicPartition,
    raw: Arc<dyn RawProducer>,
    state: Mutex<State>,
}

enum State {
    /// Records may still be added.
    Open { batch: Batch, reserved: Option<Reserved> },
    /// The transport has it.
    Sent(Answer),
}

impl Shipment {
    pub(super) fn new(at: TopicPartition, raw: Arc<dyn RawProducer>) -> Self {
        let state = Mutex::new(State::Open { batch: Batch::new(), reserved: None });
        Self { at, raw, state }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record while the batch is open and has room; gives its place in the batch.
    pub(super) fn push(&self, most: usize, record: &Record, room: &mut Option<Reserved>) -> Option<u64> {
        match &mut *self.state() {
            State::Open { batch, reserved } if batch.is_empty() || batch.size() + size_of(record) <= most => {
                let place = batch.len() as u64;
                batch.push_record(record);
                match (reserved.as_mut(), room.take()) {
                    (Some(reserved), Some(more)) => reserved.join(more),
                    (None, more) => *reserved = more,
                    (Some(_), None) => {}
                }
                Some(place)
            }
            _ => None,
        }
    }

    /// Hands the batch to the transport if that did not happen yet, and gives the answer to come.
    pub(super) fn send(&self) -> Answer {
        let mut state = self.state();
        let (batch, reserved) = match &mut *state {
            State::Sent(answer) => return answer.clone(),
            State::Open { batch, reserved } => (std::mem::take(batch), reserved.take()),
        };
        let appended = self.raw.append(&self.at, batch);
        let answer: BoxFuture<'static, _> = Box::pin(async move {
            let answer = appended.await.map_err(|error| SendError::Append(Arc::new(error)));
            drop(reserved);
            answer
        });
        let answer = answer.shared();
        *state = State::Sent(answer.clone());
        answer
    }
}

/// Bytes that a record takes in a batch, at most: lengths and flags included.
pub(super) fn size_of(record: &Record) -> usize {
    let bytes = |it: &Option<Vec<u8>>| it.as_ref().map_or(0, |it| it.len() + 10);
    let headers: usize =
        record.headers.iter().map(|(name, value)| name.len() + value.map_or(0, <[u8]>::len) + 20).sum();
    32 + bytes(&record.key) + bytes(&record.value) + headers
}

/// A shipment that nobody awaits still leaves.
impl Drop for Shipment {
    fn drop(&mut self) {
        if matches!(&*self.state(), State::Open { batch, .. } if !batch.is_empty()) {
            drop(self.send());
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { batch, .. } => write!(f, "Open({} records)", batch.len()),
            Self::Sent(_) => f.write_str("Sent"),
        }
    }
}

/// Where a record was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The partition.
    pub at: TopicPartition,
    /// The record's offset.
    pub offset: u64,
    /// The time that records without one were stamped with, in milliseconds since 1970.
    pub timestamp: i64,
}

/// The handle of one record: resolves when it is acknowledged.
///
/// The first poll sends the record's batch, if it has not left yet. Dropping the handle takes nothing back.
#[must_use = "a record is acknowledged only when its handle says so"]
pub struct Delivery {
    shipment: Arc<Shipment>,
    place: u64,
    answer: Option<Answer>,
}

impl Delivery {
    pub(super) fn new(shipment: Arc<Shipment>, place: u64) -> Self {
        Self { shipment, place, answer: None }
    }
}

impl Future for Delivery {
    type Output = Result<Delivered, SendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let answer = this.answer.get_or_insert_with(|| this.shipment.send());
        let place = this.place;
        answer.poll_unpin(context).map_ok(|appended| Delivered {
            offset: appended.base_offset + place,
            timestamp: appended.timestamp,
            at: appended.at,
        })
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("shipment", &self.shipment).field("place", &self.place).finish()
    }
}
