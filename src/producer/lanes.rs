//! The open batch of each partition, and the batches on their way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;

use super::SendError;
use super::background;
use super::budget::Reserved;
use super::core::Core;
use super::delivery::{Answer, Callback, Shipment};
use super::dice::Dice;
use super::flight::{Appending, Flight, Place, Previous};
use super::keeper::{Signal, Wake};
use super::retry::Tries;
use super::spill::Backlog;
use super::sticky::Sticky;
use super::ticket::{End, Stage, Ticket};
use crate::record::Batch;

/// How many failed batches are remembered for the next `flush`.
const REMEMBERED: usize = 16;
/// How long the keeper stays when there is nothing to look after, at least.
const SHORTEST: Duration = Duration::from_millis(5);
/// How many batches are on their way before answered ones are looked for among them.
const SWEEP: usize = 64;

/// One lane a partition.
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    pub(super) dice: Dice,
    /// Where records without a key go until their batch leaves.
    pub(super) sticky: Sticky,
    /// On their way, oldest first; answered ones are dropped now and then.
    flying: VecDeque<Flying>,
    sweep: usize,
    /// When the keeper looks next; `None` while there is none.
    keeper: Option<Duration>,
    pub(super) signal: Arc<Signal>,
    /// Batches that failed since the last `flush`.
    failed: Vec<(Arc<Shipment>, SendError)>,
    pub(super) is_closed: bool,
}

/// The batches of one partition.
#[derive(Default)]
pub(super) struct Lane {
    open: Option<Open>,
    last: Option<Previous>,
    /// How many of those on their way let the ones behind wait.
    pub(super) held: u32,
    /// How many have left, and how large the last one was.
    left: u64,
    size: usize,
    /// What of it lies aside.
    pub(super) backlog: Backlog,
    /// The last one that went the direct way before those that lie aside.
    before_backlog: Option<Answer>,
}

/// A batch that was handed to the spill log.
pub(super) struct Laying {
    /// `None` where too much lies aside already.
    pub(super) appending: Option<Appending>,
    pub(super) bytes: u64,
    pub(super) records: u64,
}

impl Lane {
    /// Hands a batch to the spill log.
    fn lay_aside(
        &mut self,
        core: &Core,
        number: u32,
        place: u64,
        batch: Batch,
        previous: Option<&Previous>,
    ) -> Result<Laying, Batch> {
        let Some(aside) = core.aside.as_ref() else { return Err(batch) };
        let (bytes, records) = (batch.size() as u64, batch.len() as u64);
        if self.backlog.first.is_none() {
            self.before_backlog = previous.map(|previous| previous.answer.clone());
        }
        self.backlog.lay(place, bytes, records);
        let fits = self.backlog.bytes <= aside.limit;
        let appending = fits.then(|| aside.raw.append(&aside.at(number), batch));
        Ok(Laying { appending, bytes, records })
    }
}

/// A batch that takes records.
pub(super) struct Open {
    pub(super) batch: Batch,
    pub(super) reserved: [Option<Reserved>; 2],
    pub(super) callbacks: Vec<(u64, Callback)>,
    pub(super) shipment: Arc<Shipment>,
    pub(super) opened: Duration,
}

impl Open {
    pub(super) const fn new(batch: Batch, shipment: Arc<Shipment>, opened: Duration) -> Self {
        Self { batch, reserved: [None, None], callbacks: Vec::new(), shipment, opened }
    }

    /// Takes the room of one more record: of the buffer, or of what is on its way aside.
    pub(super) fn reserve(&mut self, room: Reserved) {
        let [first, second] = &mut self.reserved;
        match first {
            None => *first = Some(room),
            Some(first) if first.is_same(&room) => first.join(room),
            Some(_) => match second {
                None => *second = Some(room),
                Some(second) => second.join(room),
            },
        }
    }
}

/// A batch on its way.
struct Flying {
    answer: Answer,
    ticket: Arc<Ticket>,
    deadline: Duration,
    /// Whether the background goes on with it, whoever awaits it.
    is_driven: bool,
}

impl std::fmt::Debug for Lanes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open = self.lanes.iter().filter(|lane| lane.open.is_some()).count();
        let held = self.lanes.iter().filter(|lane| lane.held > 0).count();
        let aside = self.lanes.iter().filter(|lane| lane.backlog.is_aside).count();
        f.debug_struct("Lanes")
            .field("partitions", &self.lanes.len())
            .field("open", &open)
            .field("held", &held)
            .field("aside", &aside)
            .field("flying", &self.flying.len())
            .finish_non_exhaustive()
    }
}

impl Lanes {
    /// One lane for each partition, of which so much lies aside.
    pub(super) fn new(partitions: u32, backlogs: Vec<Backlog>, mut dice: Dice) -> Self {
        let backlogs = backlogs.into_iter().chain(std::iter::repeat_with(Backlog::default));
        let lanes = backlogs.map(|backlog| Lane { backlog, ..Lane::default() });
        Self {
            lanes: lanes.take(partitions as usize).collect(),
            sticky: Sticky::new(partitions, &mut dice),
            dice,
            flying: VecDeque::new(),
            sweep: SWEEP,
            keeper: None,
            signal: Arc::default(),
            failed: Vec::new(),
            is_closed: false,
        }
    }

    pub(super) fn lane(&mut self, number: u32) -> Option<&mut Lane> {
        self.lanes.get_mut(number as usize)
    }

    pub(super) fn open(&mut self, number: u32) -> Option<&mut Open> {
        self.lane(number)?.open.as_mut()
    }

    /// A batch that takes records; it has room for as many as the one before had, so that it need not grow.
    pub(super) fn begin(&mut self, shipment: Arc<Shipment>, opened: Duration) {
        if let Some(lane) = self.lane(shipment.at.partition) {
            lane.open = Some(Open::new(Batch::with_capacity(lane.size), shipment, opened));
        }
    }

    /// Lets the open batch of a lane leave. Its answer has to be polled by somebody.
    pub(super) fn depart(&mut self, core: &Arc<Core>, number: u32) -> Option<Answer> {
        let lane = self.lanes.get_mut(number as usize)?;
        let Open { batch, reserved, callbacks, shipment, opened } = lane.open.take()?;
        if self.sticky.current() == number {
            self.sticky.go_on(&mut self.dice);
        }
        let previous = lane.last.take().filter(|previous| previous.answer.peek().is_none());
        let deadline = opened.saturating_add(core.settings.timeout);
        let (records, bytes) = (batch.len() as u64, batch.size() as u64);
        lane.left += 1;
        lane.size = batch.size();
        let number_in_lane = lane.left;
        let may_fly = core.settings.pipelined || previous.is_none();
        let place = if lane.held > 0 {
            Place::OnTheGround(batch)
        } else if lane.backlog.takes(number_in_lane) {
            match lane.lay_aside(core, number, number_in_lane, batch, previous.as_ref()) {
                Ok(laying) => Place::Aside(laying),
                Err(batch) => Place::OnTheGround(batch),
            }
        } else if let Some(permit) = may_fly.then(|| core.breaker.ask_closed(&core.told)).flatten() {
            Place::InTheAir { appending: core.raw.append(&shipment.at, batch), permit }
        } else {
            Place::OnTheGround(batch)
        };
        let ticket = Arc::new(Ticket::default());
        match place {
            Place::OnTheGround(_) => lane.held += 1,
            _ => ticket.is_at(Stage::Air),
        }
        let flight = Flight {
            core: Arc::clone(core),
            shipment: Arc::clone(&shipment),
            ticket: Arc::clone(&ticket),
            reserved,
            tries: Tries::new(deadline, core.settings.backoff),
            previous,
            number: number_in_lane,
            is_held: matches!(place, Place::OnTheGround(_)),
            place,
            left: core.clock.steady(),
            records,
            bytes,
            trouble: None,
        };
        let answer = shipment.sent(flight, callbacks);
        lane.last = Some(Previous { answer: answer.clone(), ticket: Arc::clone(&ticket) });
        if self.flying.len() >= self.sweep {
            self.flying.retain(|flying| flying.answer.peek().is_none());
            self.sweep = SWEEP.max(2 * self.flying.len());
        }
        self.flying.push_back(Flying { answer: answer.clone(), ticket, deadline, is_driven: false });
        Some(answer)
    }

    /// Lets those open batches leave, partition by partition.
    pub(super) fn depart_all(&mut self, core: &Arc<Core>, which: impl Fn(&Open) -> bool) -> Vec<Answer> {
        let numbers = 0..self.lanes.len() as u32;
        let mut left = Vec::new();
        for number in numbers {
            if self.open(number).is_some_and(|open| which(open)) {
                left.extend(self.depart(core, number));
            }
        }
        left
    }

    /// All batches that are not answered.
    pub(super) fn flying(&mut self) -> Vec<Answer> {
        self.flying.retain(|flying| flying.answer.peek().is_none());
        self.flying.iter().map(|flying| flying.answer.clone()).collect()
    }

    /// Lays a partition aside from its next batch on; those that wait in its lane follow, in their order. `false` where there is
    /// no spill for it.
    pub(super) fn go_aside(&mut self, core: &Core, number: u32) -> bool {
        let has_spill = core.aside.as_ref().is_some_and(|aside| number < aside.partitions);
        if has_spill && let Some(lane) = self.lane(number) {
            lane.backlog.is_aside = true;
        }
        has_spill
    }

    pub(super) fn lay_aside(
        &mut self,
        core: &Core,
        number: u32,
        place: u64,
        batch: Batch,
        previous: Option<&Previous>,
    ) -> Result<Laying, Batch> {
        match self.lane(number) {
            Some(lane) if lane.backlog.takes(place) => lane.lay_aside(core, number, place, batch, previous),
            _ => Err(batch),
        }
    }

    /// Records that lie aside.
    pub(super) fn spilled(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.backlog.records).sum()
    }

    /// What has to be answered before the backlog of a partition is forwarded.
    pub(super) fn before_backlog(&mut self, number: u32) -> Option<Answer> {
        self.lane(number)?.before_backlog.take()
    }

    /// Ends all that are on their way.
    pub(super) fn end_all(&self, why: End) {
        self.flying.iter().for_each(|flying| flying.ticket.end(why));
    }

    /// Remembers a batch that failed, for the next `flush`.
    pub(super) fn failed(&mut self, shipment: &Arc<Shipment>, error: &SendError) {
        if self.failed.len() >= REMEMBERED {
            self.failed.retain(|(shipment, _)| !shipment.is_told.load(Ordering::Relaxed));
        }
        if self.failed.len() < REMEMBERED {
            self.failed.push((Arc::clone(shipment), error.clone()));
        }
    }

    /// The first error since the last call that no handle has told.
    pub(super) fn untold(&mut self) -> Option<SendError> {
        let mut failed = std::mem::take(&mut self.failed).into_iter();
        failed.find(|(shipment, _)| !shipment.is_told.load(Ordering::Relaxed)).map(|(_, error)| error)
    }

    /// The keeper has to look at that time, at the latest: what is to be done about it, once the lanes are unlocked.
    pub(super) fn schedule(&mut self, due: Duration) -> Option<Wake> {
        let wake = match self.keeper {
            None => Wake::Start,
            Some(looks) if due < looks => Wake::Earlier(Arc::clone(&self.signal)),
            Some(_) => return None,
        };
        self.keeper = Some(due);
        Some(wake)
    }

    /// The keeper's round: ends what is late, and carries on with what nobody else may.
    pub(super) fn look(&mut self, now: Duration, linger: Duration, was_idle: bool) -> Look {
        self.flying.retain(|flying| flying.answer.peek().is_none());
        for flying in &mut self.flying {
            if flying.deadline <= now {
                flying.ticket.end(End::Deadline);
            }
            if !flying.is_driven {
                flying.is_driven = true;
                background::spawn(flying.answer.clone().map(drop));
            }
        }
        let opened = self.lanes.iter().filter_map(|lane| lane.open.as_ref()).map(|open| open.opened).min();
        let due = opened.map(|opened| opened.saturating_add(linger));
        let deadline = self.flying.iter().map(|flying| flying.deadline).filter(|it| *it > now).min();
        let is_idle = due.is_none() && self.flying.is_empty();
        let pause = now.saturating_add(linger.max(SHORTEST));
        let next = match due.into_iter().chain(deadline).min() {
            _ if is_idle && was_idle => None,
            Some(next) => Some(next.max(now)),
            // What was ended just now is gone by then, and what comes until then needs no keeper of its own.
            None => Some(pause),
        };
        self.keeper = next;
        Look { is_due: due.is_some_and(|due| due <= now), is_idle, next }
    }
}

/// What the keeper found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Batches have lingered long enough.
    pub(super) is_due: bool,
    /// There was nothing.
    pub(super) is_idle: bool,
    /// When to look again; never, after two rounds in which there was nothing.
    pub(super) next: Option<Duration>,
}
