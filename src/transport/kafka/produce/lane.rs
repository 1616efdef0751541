//! One partition: its batches in the order of the calls, of which the first ones are on their way as one record batch.
//!
//! ```text
//! queue   [batch][batch][batch][batch] ...
//!          └─── wire ───┘               what was sent together; it is sent again as it is while nobody knows whether it is there
//! ```
//!
//! One wire at a time, so that order and numbers hold by themselves. Once a broker has refused it, it was never there: its batches
//! are unsent again, and its numbers free. A batch that is too large for one wire goes on several.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;

use crate::record::TopicPartition;

use super::super::super::{Appended, TransportError};
use super::encode::{Part, Stamp, estimated};
use super::handed::{Handed, Told};

/// The most that is joined into one record batch.
const JOINED: usize = 1 << 20;

/// What was sent as one record batch, from the front of the queue.
#[derive(Debug)]
struct Wire {
    batches: usize,
    /// The record behind the last one, in the last batch.
    until: u32,
    records: u32,
    bytes: usize,
    stamp: Option<Stamp>,
    is_flying: bool,
    /// An earlier try may have been stored.
    may_be_there: bool,
}

/// The batches of one partition.
#[derive(Debug)]
pub(super) struct Lane<T> {
    pub(super) at: TopicPartition,
    queue: VecDeque<Handed<T>>,
    wire: Option<Wire>,
    /// Producer and epoch of its numbers, and the next number.
    owner: (i64, i16),
    next: i32,
    /// The most bytes of a wire, as far as the broker has let us know.
    pub(super) limit: usize,
    /// How many tries have failed in a row, when the next one is, and what was wrong.
    pub(super) failed: u32,
    pub(super) rests_until: Duration,
    pub(super) trouble: Option<KrafkaError>,
    /// Whether it has ever been led, and how often it was looked for in vain before.
    pub(super) is_known: bool,
    pub(super) looked: u32,
}

impl<T> Lane<T> {
    pub(super) const fn new(at: TopicPartition, limit: usize) -> Self {
        Self {
            at,
            queue: VecDeque::new(),
            wire: None,
            owner: (-1, -1),
            next: 0,
            limit,
            failed: 0,
            rests_until: Duration::ZERO,
            trouble: None,
            is_known: false,
            looked: 0,
        }
    }

    pub(super) fn push(&mut self, handed: Handed<T>) {
        self.queue.push_back(handed);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether something can be sent, as soon as it has rested.
    pub(super) fn waits(&self) -> bool {
        !self.is_empty() && self.wire.as_ref().is_none_or(|wire| !wire.is_flying)
    }

    /// Whether what is sent next needs no new numbers.
    pub(super) fn is_numbered(&self) -> bool {
        self.wire.as_ref().is_some_and(|wire| wire.stamp.is_some())
    }

    /// Whether what is on its way, or waits to be sent again, may be stored already.
    pub(super) fn may_be_there(&self) -> bool {
        self.wire.as_ref().is_some_and(|wire| wire.may_be_there)
    }

    /// How many records and bytes were sent together.
    pub(super) fn sent(&self) -> (u32, usize) {
        self.wire.as_ref().map_or((0, 0), |wire| (wire.records, wire.bytes))
    }

    /// Sends what is in front; numbered where the producer has a number.
    pub(super) fn load(&mut self, owner: Option<(i64, i16)>) -> (Vec<Part>, Option<Stamp>) {
        if self.wire.is_none() {
            let mut wire = self.gather();
            wire.stamp = owner.map(|owner| self.stamp(owner, wire.records));
            self.wire = Some(wire);
        }
        let Some(wire) = &mut self.wire else { return (Vec::new(), None) };
        wire.is_flying = true;
        let (last, until) = (wire.batches - 1, wire.until);
        let parts = self.queue.iter().take(wire.batches).enumerate().map(|(index, handed)| {
            let end = if index == last { until } else { handed.len() };
            Part { batch: Arc::clone(&handed.batch), records: handed.from..end, now: handed.now }
        });
        (parts.collect(), wire.stamp)
    }

    /// As much as may go together.
    fn gather(&self) -> Wire {
        let mut wire = Wire {
            batches: 0,
            until: 0,
            records: 0,
            bytes: 0,
            stamp: None,
            is_flying: false,
            may_be_there: false,
        };
        for handed in &self.queue {
            let bytes = estimated(&handed.batch);
            let fits = wire.bytes + bytes <= self.limit.min(JOINED);
            if wire.batches > 0 && !fits {
                break;
            }
            let (until, bytes) = if fits || handed.from == 0 && bytes <= self.limit {
                (handed.len(), bytes)
            } else {
                handed.cut(self.limit)
            };
            wire.batches += 1;
            wire.until = until;
            wire.records += until - handed.from;
            wire.bytes += bytes;
            if until < handed.len() {
                break;
            }
        }
        wire
    }

    fn stamp(&mut self, owner: (i64, i16), records: u32) -> Stamp {
        if self.owner.0 != owner.0 {
            (self.owner, self.next) = (owner, 0);
        }
        let ((producer, epoch), sequence) = (self.owner, self.next);
        // Behind the largest number comes 0.
        self.next = sequence.wrapping_add_unsigned(records) & i32::MAX;
        Stamp { producer, epoch, sequence }
    }

    /// What was sent has come back in some way.
    pub(super) fn landed(&mut self, may_be_there: bool) {
        if let Some(wire) = &mut self.wire {
            wire.is_flying = false;
            wire.may_be_there |= may_be_there;
        }
    }

    /// What was sent is not there: it is unsent again. Those who were told meanwhile that it may be have their answer.
    pub(super) fn undo(&mut self) {
        if let Some(wire) = self.wire.take() {
            self.next = wire.stamp.map_or(self.next, |stamp| stamp.sequence);
            self.queue.retain(|handed| handed.ticket.is_some());
        }
    }

    /// The numbers that were used may be there or not: none of that epoch comes behind them.
    /// `false` where there is no other epoch, so that another producer is needed.
    pub(super) fn next_epoch(&mut self) -> bool {
        self.next = 0;
        let (producer, epoch) = self.owner;
        self.owner = if epoch < i16::MAX { (producer, epoch + 1) } else { (-1, -1) };
        epoch < i16::MAX
    }

    /// What was sent is stored, from that offset on (-1: nobody knows where), at that time (-1: that of the records).
    pub(super) fn stored(&mut self, offset: i64, time: i64, duplicate: bool, told: &mut Vec<Told<T>>) {
        let Some(wire) = self.wire.take() else { return };
        let mut offset = u64::try_from(offset).unwrap_or(Appended::UNKNOWN_OFFSET);
        for left in (0..wire.batches).rev() {
            let Some(handed) = self.queue.front_mut() else { return };
            let until = if left == 0 { wire.until } else { handed.len() };
            let records = u64::from(until - handed.from);
            let timestamp = if time < 0 { handed.now } else { time };
            handed.stored_until(&self.at, until, offset, timestamp, duplicate);
            offset = if offset == Appended::UNKNOWN_OFFSET { offset } else { offset + records };
            if until == handed.len() || handed.ticket.is_none() {
                handed.tell(told);
                self.queue.pop_front();
            }
        }
        (self.failed, self.trouble) = (0, None);
    }

    /// Gives back what was sent.
    pub(super) fn refuse_sent(
        &mut self,
        error: impl Fn(&TopicPartition) -> TransportError,
        told: &mut Vec<Told<T>>,
    ) {
        let Some(wire) = self.wire.take() else { return };
        for mut handed in self.queue.drain(..wire.batches.min(self.queue.len())) {
            handed.refuse(&self.at, wire.may_be_there, error(&self.at), told);
        }
        if !wire.may_be_there {
            self.next = wire.stamp.map_or(self.next, |stamp| stamp.sequence);
        }
        (self.failed, self.trouble) = (0, None);
    }

    /// Gives back all that was never sent.
    pub(super) fn refuse_unsent(
        &mut self,
        error: impl Fn(&TopicPartition) -> TransportError,
        told: &mut Vec<Told<T>>,
    ) {
        let sent = self.wire.as_ref().map_or(0, |wire| wire.batches);
        for mut handed in self.queue.drain(sent.min(self.queue.len())..) {
            handed.refuse(&self.at, false, error(&self.at), told);
        }
    }

    /// What nobody waits for is late by then, unless it stands behind something that is not.
    pub(super) fn hurry(&mut self, until: Duration, is_forgotten: &dyn Fn(&T) -> bool) {
        let forgotten = |handed: &Handed<T>| handed.ticket.as_ref().is_none_or(is_forgotten);
        for handed in self.queue.iter_mut().take_while(|handed| forgotten(handed)) {
            handed.deadline = handed.deadline.min(until);
        }
    }

    /// Gives back what is late. What is on its way, or may be there, keeps its place until that is known.
    pub(super) fn expire(
        &mut self,
        now: Duration,
        error: impl Fn(&Self) -> TransportError,
        told: &mut Vec<Told<T>>,
    ) {
        let late = self.queue.iter().take_while(|handed| handed.deadline <= now).count();
        if late == 0 {
            return;
        }
        let sent = self.wire.as_ref().map_or(0, |wire| wire.batches);
        for place in 0..late.min(sent) {
            if self.queue.get(place).is_some_and(|handed| handed.ticket.is_some()) {
                let error = error(self);
                if let Some(handed) = self.queue.get_mut(place) {
                    // Its place is kept by an equal one: what is written for the rest must stay as it was.
                    let batch = Arc::clone(&handed.batch);
                    handed.refuse(&self.at, true, error, told);
                    handed.batch = batch;
                }
            }
        }
        for _ in sent..late {
            let error = error(self);
            if let Some(mut handed) = self.queue.remove(sent) {
                handed.refuse(&self.at, false, error, told);
            }
        }
    }

    /// Whether nobody waits any longer for what was sent.
    pub(super) fn is_forsaken(&self) -> bool {
        let sent = self.wire.as_ref().map_or(0, |wire| wire.batches);
        sent > 0 && self.queue.iter().take(sent).all(|handed| handed.ticket.is_none())
    }

    /// Lets go of what nobody waits for.
    pub(super) fn forsake(&mut self) {
        if let Some(wire) = self.wire.take() {
            self.queue.drain(..wire.batches.min(self.queue.len()));
        }
        (self.failed, self.trouble) = (0, None);
    }

    /// When the next batch is late.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.queue.iter().find(|handed| handed.ticket.is_some()).map(|handed| handed.deadline)
    }
}
