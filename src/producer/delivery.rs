//! What became of records: the handle of one, the handle of many, and a callback.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::Shared;

use super::SendError;
use super::background;
use super::core::Core;
use super::flight::Flight;
use crate::record::{Record, TopicPartition};
use crate::transport::{Appended, BoxFuture};

/// What will be known of a batch, for all who ask.
pub(super) type Answer = Shared<BoxFuture<'static, Result<Landed, SendError>>>;
/// Told what became of a record.
pub(super) type Callback = Box<dyn FnOnce(Result<Delivered, SendError>) + Send>;

/// Where a batch has landed.
#[derive(Debug, Clone)]
pub(super) struct Landed {
    appended: Arc<Appended>,
    is_aside: bool,
}

impl Landed {
    /// In the spill log; its offset at the destination is not known yet.
    pub(super) fn aside(mut appended: Appended) -> Self {
        appended.base_offset = Appended::UNKNOWN_OFFSET;
        Self { appended: Arc::new(appended), is_aside: true }
    }

    /// The offset of a record of the batch; [`Appended::UNKNOWN_OFFSET`] where it is not known.
    fn offset_of(&self, place: u64) -> u64 {
        let index = u32::try_from(place).ok();
        index.and_then(|index| self.appended.offset_of(index)).unwrap_or(Appended::UNKNOWN_OFFSET)
    }

    /// How many of so many records from a place on have offsets that follow each other.
    fn next_to_each_other(&self, place: u64, records: usize) -> usize {
        let firsts = self.appended.breaks.iter().map(|(first, _)| u64::from(*first));
        let next = firsts.filter(|first| *first > place).min();
        next.and_then(|first| usize::try_from(first - place).ok()).map_or(records, |until| until.min(records))
    }
}

impl From<Appended> for Landed {
    fn from(appended: Appended) -> Self {
        Self { appended: Arc::new(appended), is_aside: false }
    }
}

/// What the handles of one batch share.
pub(super) struct Shipment {
    pub(super) at: TopicPartition,
    core: Weak<Core>,
    /// There from the moment at which the batch leaves.
    answer: OnceLock<Answer>,
    /// Whether somebody has heard what became of it, or will be called.
    pub(super) is_told: AtomicBool,
}

impl Shipment {
    pub(super) fn new(at: TopicPartition, core: &Arc<Core>) -> Self {
        let core = Arc::downgrade(core);
        Self { at, core, answer: OnceLock::new(), is_told: AtomicBool::new(false) }
    }

    /// The batch leaves.
    pub(super) fn sent(self: &Arc<Self>, flight: Flight, callbacks: Vec<(u64, Callback)>) -> Answer {
        if !callbacks.is_empty() {
            self.is_told.store(true, Ordering::Relaxed);
        }
        let shipment = Arc::clone(self);
        let answer: BoxFuture<'static, _> = Box::pin(async move {
            #[cfg(feature = "tracing")]
            let flying = flight.run_in_span();
            #[cfg(not(feature = "tracing"))]
            let flying = flight.run();
            let result = flying.await;
            if !callbacks.is_empty() {
                shipment.call(callbacks, result.clone());
            }
            result
        });
        self.answer.get_or_init(|| answer.shared()).clone()
    }

    /// Callbacks are called apart from the batch's journey, in the order of the records, batch by batch.
    fn call(self: Arc<Self>, callbacks: Vec<(u64, Callback)>, result: Result<Landed, SendError>) {
        background::spawn(async move {
            for (place, callback) in callbacks {
                callback(self.delivered(place, result.clone()));
            }
        });
    }

    /// The answer to come; the batch leaves if it has not.
    fn answer(self: &Arc<Self>) -> Option<&Answer> {
        if self.answer.get().is_none()
            && let Some(core) = self.core.upgrade()
        {
            core.leave(self);
        }
        self.answer.get()
    }

    fn delivered(&self, place: u64, result: Result<Landed, SendError>) -> Result<Delivered, SendError> {
        match result {
            Ok(landed) => Ok(Delivered {
                at: self.at.clone(),
                offset: landed.offset_of(place),
                timestamp: landed.appended.timestamp,
                spilled: landed.is_aside,
            }),
            Err(error) => {
                self.is_told.store(true, Ordering::Relaxed);
                Err(error)
            }
        }
    }
}

impl fmt::Debug for Shipment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.answer.get().map(Shared::peek) {
            None => "open",
            Some(None) => "on its way",
            Some(Some(Ok(_))) => "acknowledged",
            Some(Some(Err(_))) => "failed",
        };
        f.debug_struct("Shipment").field("at", &self.at).field("state", &state).finish_non_exhaustive()
    }
}

/// Bytes that a record takes in a batch, at most: lengths and flags included.
pub(super) fn size_of(record: &Record) -> usize {
    let bytes = |it: &Option<Vec<u8>>| it.as_ref().map_or(0, |it| it.len() + 10);
    let headers: usize =
        record.headers.iter().map(|(name, value)| name.len() + value.map_or(0, <[u8]>::len) + 20).sum();
    32 + bytes(&record.key) + bytes(&record.value) + headers
}

/// Waits for one batch. Dropped early, it leaves the batch to the background.
struct Awaited {
    shipment: Arc<Shipment>,
    answer: Option<Answer>,
}

impl Awaited {
    const fn new(shipment: Arc<Shipment>) -> Self {
        Self { shipment, answer: None }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Landed, SendError>> {
        let Some(mut answer) = self.answer.take().or_else(|| self.shipment.answer().cloned()) else {
            // The producer is gone, and with it the batch, which cannot be: its last clone lets all batches leave.
            return Poll::Ready(Err(SendError::Closed { possibly_written: false }));
        };
        if let Some(result) = answer.peek() {
            return Poll::Ready(result.clone());
        }
        let polled = answer.poll_unpin(context);
        if polled.is_pending() {
            // One that has resolved may not be polled again, not even by the drop below.
            self.answer = Some(answer);
        }
        polled
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            background::spawn(answer.map(drop));
        }
    }
}

/// Where a record was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The partition.
    pub at: TopicPartition,
    /// The record's offset; [`Appended::UNKNOWN_OFFSET`] where nobody waited for it, or it lies aside.
    pub offset: u64,
    /// The time that records without one were stamped with, in milliseconds since 1970.
    pub timestamp: i64,
    /// Whether it lies aside in the producer's [`Spill`](super::Spill), to be forwarded: then its offset is not known yet.
    pub spilled: bool,
}

/// The handle of one record: resolves when it is acknowledged.
///
/// The first poll sends the record's batch, if it has not left yet. Dropping the handle takes nothing back.
#[must_use = "a record is acknowledged only when its handle says so"]
pub struct Delivery {
    awaited: Awaited,
    place: u64,
}

impl Delivery {
    pub(super) const fn new(shipment: Arc<Shipment>, place: u64) -> Self {
        Self { awaited: Awaited::new(shipment), place }
    }
}

impl Future for Delivery {
    type Output = Result<Delivered, SendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let place = self.place;
        self.awaited.poll(context).map(|result| self.awaited.shipment.delivered(place, result))
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { awaited, place } = self;
        f.debug_struct("Delivery").field("shipment", &awaited.shipment).field("place", place).finish()
    }
}

/// Records that lie next to each other in one batch.
struct Run {
    awaited: Awaited,
    place: u64,
    records: usize,
}

/// The handle of many records: resolves when all are acknowledged, or the first one failed.
///
/// It costs a few words a batch, however many records there are. The first poll sends their batches, if they have not left yet.
#[must_use = "records are acknowledged only when their handle says so"]
#[derive(Default)]
pub struct BatchDelivery {
    runs: Vec<Run>,
    /// How many runs are answered, all acknowledged.
    answered: usize,
    /// Where their records are.
    landed: Vec<(Delivered, usize)>,
    have_left: bool,
}

impl BatchDelivery {
    /// One more record behind the others.
    pub(super) fn push(&mut self, shipment: Arc<Shipment>, place: u64) {
        match self.runs.last_mut() {
            Some(run)
                if Arc::ptr_eq(&run.awaited.shipment, &shipment)
                    && run.place + run.records as u64 == place =>
            {
                run.records += 1;
            }
            _ => self.runs.push(Run { awaited: Awaited::new(shipment), place, records: 1 }),
        }
    }

    /// How many records it is for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.iter().map(|run| run.records).sum()
    }

    /// Whether it is for none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }
}

impl Future for BatchDelivery {
    type Output = Result<BatchDelivered, SendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if !this.have_left {
            this.have_left = true;
            // All leave before the first is waited for.
            for run in &this.runs {
                let _ = run.awaited.shipment.answer();
            }
        }
        while let Some(run) = this.runs.get_mut(this.answered) {
            let result = std::task::ready!(run.awaited.poll(context));
            // Of another producer on Kafka a batch may lie in between.
            let (mut place, mut left) = (run.place, run.records);
            while left > 0 {
                let records = result.as_ref().map_or(left, |landed| landed.next_to_each_other(place, left));
                match run.awaited.shipment.delivered(place, result.clone()) {
                    Ok(first) => this.landed.push((first, records)),
                    Err(error) => {
                        let before = this.landed.iter().map(|(_, records)| records).sum();
                        return Poll::Ready(Err(error.in_batch(before)));
                    }
                }
                place += records as u64;
                left -= records;
            }
            this.answered += 1;
        }
        Poll::Ready(Ok(BatchDelivered { runs: std::mem::take(&mut this.landed) }))
    }
}

impl fmt::Debug for BatchDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, landed, .. } = self;
        f.debug_struct("BatchDelivery")
            .field("records", &self.len())
            .field("runs", &runs.len())
            .field("landed", &landed.len())
            .finish()
    }
}

/// Where many records were stored, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchDelivered {
    runs: Vec<(Delivered, usize)>,
}

impl BatchDelivered {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.runs.iter().map(|(_, records)| records).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Where each record is.
    pub fn iter(&self) -> impl Iterator<Item = Delivered> + '_ {
        self.runs.iter().flat_map(|(first, records)| {
            (0..*records as u64)
                .map(|place| Delivered { offset: first.offset.saturating_add(place), ..first.clone() })
        })
    }

    /// The records that lie next to each other: where the first is, and how many there are.
    pub fn runs(&self) -> impl Iterator<Item = (&Delivered, usize)> {
        self.runs.iter().map(|(first, records)| (first, *records))
    }
}
