//! What a consumer and the task that polls for it share: who owns what, what is to be told, what is ready to be read.
//!
//! ```text
//! poll ─ assigned, revoking, lost ─> notices ─┐
//!      └ records, gaps ────────────> ready ───┴─> next        ready is bounded: above LIMIT the poll goes on without records
//! ```
//!
//! Locks are taken in one order: this one, then the client's own.

mod membership;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use krafka::ConsumerRecord;
use krafka::consumer::Consumer;
use tokio::sync::Notify;

use crate::record::TopicPartition;

use super::super::{Event, Generation, TransportError};
use super::ready::{Ready, Run};

/// So many bytes may be ready before nothing more is read.
const LIMIT: usize = 4 << 20;

/// The shared side of a consumer.
pub(super) struct Member {
    pub(super) client: Consumer,
    /// The consumer may have something to give.
    pub(super) news: Notify,
    /// A revocation was answered, or the consumer is closed.
    pub(super) answers: Notify,
    /// What was ready has become less, or the consumer is closed.
    pub(super) room: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) generation: Generation,
    owned: BTreeMap<TopicPartition, Owned>,
    notices: VecDeque<Event>,
    ready: Ready,
    error: Option<TransportError>,
    /// Revocations up to this generation are answered.
    answered: Option<Generation>,
    /// Where partitions were sought to since the poll began: what it brings may be from before.
    sought: BTreeMap<TopicPartition, u64>,
    /// How many polls have begun.
    rounds: u64,
    /// The group has said what is this member's, and nothing is given back that it would say anew.
    pub(super) has_joined: bool,
    /// A revocation waits for its answer.
    is_asked: bool,
    pub(super) is_full: bool,
    pub(super) is_closed: bool,
}

struct Owned {
    since: Generation,
    /// The next offset to come.
    next: u64,
    paused: bool,
    /// What was ready when it was paused, and has come since.
    held: Ready,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state();
        f.debug_struct("Member")
            .field("generation", &state.generation)
            .field("owned", &state.owned.keys())
            .finish()
    }
}

impl Member {
    pub(super) fn new(client: Consumer) -> Self {
        let (news, answers, room) = (Notify::new(), Notify::new(), Notify::new());
        Self { client, news, answers, room, state: Mutex::default() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is next, where there is something.
    pub(super) fn take(&self) -> Option<Result<Event, TransportError>> {
        let mut state = self.state();
        if let Some(notice) = state.notices.pop_front() {
            return Some(Ok(notice));
        }
        let Some(event) = state.ready.take() else { return state.error.take().map(Err) };
        self.relieve(&mut state);
        Some(Ok(event))
    }

    /// Lets the poll read again once there is room for what it brings. Told by the member's own means: the client forgets a wake-up
    /// that comes between two of its waits.
    fn relieve(&self, state: &mut State) {
        if state.is_full && state.ready.bytes() < LIMIT / 2 {
            state.is_full = false;
            self.room.notify_one();
        }
    }

    /// Before a poll: which partitions it is to leave alone, and which not. True where it is all of them, for want of room.
    pub(super) fn begin_poll(&self) -> bool {
        let mut state = self.state();
        state.sought.clear();
        state.rounds += 1;
        state.is_full = state.ready.bytes() >= LIMIT;
        for (at, owned) in &state.owned {
            set_paused(&self.client, at, state.is_full || owned.paused);
        }
        state.is_full
    }

    /// Takes in what a poll has brought, partition by partition.
    pub(super) fn take_in(&self, records: Vec<ConsumerRecord>) {
        let (records, mut begin) = (Arc::new(records), 0);
        for run in records.chunk_by(|one, next| one.partition == next.partition && one.topic == next.topic) {
            let range = begin..begin + run.len();
            begin = range.end;
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let at = TopicPartition::new(Arc::clone(&first.topic), first.partition.cast_unsigned());
            let mut state = self.state();
            let position = position(&self.client, &at);
            // Sought while these came: then it stands where it was sought to, and not behind them.
            if state.sought.get(&at).is_some_and(|to| position == Some(*to)) {
                continue;
            }
            // The name that all share who have this partition from here.
            let Some((at, owned)) = state.owned.get_key_value(&at) else { continue };
            let (at, generation, next) = (at.clone(), owned.since, owned.next);
            let first = first.offset.cast_unsigned();
            // The client goes back by itself where the log is shorter than it was: after an election that lost records, or for a
            // position behind its end.
            if next > first {
                state.add(&at, first, |ready| ready.push_gap(at.clone(), next, first));
            }
            let end = last.offset.cast_unsigned().saturating_add(1).max(position.unwrap_or(0));
            let run = Run { at: at.clone(), generation, records: Arc::clone(&records), range, end };
            state.add(&at, end, |ready| ready.push(run));
        }
        self.news.notify_one();
    }

    /// Records that no longer exist were passed over.
    pub(super) fn gap(&self, at: &TopicPartition, from: u64, to: u64) {
        self.state().add(at, to, |ready| ready.push_gap(at.clone(), from, to));
        self.news.notify_one();
    }

    pub(super) fn fail(&self, error: TransportError) {
        self.state().error.get_or_insert(error);
        self.news.notify_one();
    }

    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.answers.notify_one();
        self.room.notify_one();
        self.client.wakeup();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    pub(super) fn owned(&self) -> Vec<TopicPartition> {
        self.state().owned.keys().cloned().collect()
    }

    pub(super) fn pause(&self, partitions: &[TopicPartition]) {
        let mut state = self.state();
        for at in partitions {
            let State { owned, ready, .. } = &mut *state;
            let Some(owned) = owned.get_mut(at) else { continue };
            owned.paused = true;
            set_paused(&self.client, at, true);
            let earlier = std::mem::replace(&mut owned.held, ready.split(at));
            owned.held.put_back(earlier);
        }
        self.relieve(&mut state);
    }

    pub(super) fn resume(&self, partitions: &[TopicPartition]) {
        let mut state = self.state();
        for at in partitions {
            let Some(owned) = state.owned.get_mut(at) else { continue };
            owned.paused = false;
            let held = std::mem::take(&mut owned.held);
            set_paused(&self.client, at, state.is_full);
            state.ready.put_back(held);
        }
        drop(state);
        self.news.notify_one();
    }

    /// Goes on reading there; false for a partition that is not this member's.
    pub(super) fn seek(&self, at: &TopicPartition, to: u64) -> bool {
        let mut state = self.state();
        let Some(owned) = state.owned.get_mut(at) else { return false };
        owned.next = to;
        state.forget(std::slice::from_ref(at));
        self.relieve(&mut state);
        state.sought.insert(at.clone(), to);
        seek(&self.client, at, to)
    }

    /// Passes over records that no longer exist, unless it was sought elsewhere since.
    pub(super) fn skip(&self, at: &TopicPartition, from: u64, to: u64) {
        let state = self.state();
        if position(&self.client, at) == Some(from) && seek(&self.client, at, to) {
            drop(state);
            self.gap(at, from, to);
        }
    }

    /// Whether all that lies before these ends has been given. `round` is kept between the calls of one question.
    ///
    /// The client stands behind records as soon as a poll returns them, before they are ready here, and behind the end of a
    /// transaction, which is no record: so where it is not told by what was given, a poll has to begin after it was seen there.
    pub(super) fn is_behind(&self, ends: &BTreeMap<TopicPartition, u64>, round: &mut Option<u64>) -> bool {
        let state = self.state();
        let all = |is_behind: &dyn Fn(&TopicPartition, &Owned, u64) -> bool| {
            let mut unpaused = state.owned.iter().filter(|(_, owned)| !owned.paused);
            unpaused.all(|(at, owned)| ends.get(at).is_none_or(|end| is_behind(at, owned, *end)))
        };
        if !state.notices.is_empty() || !state.ready.is_empty() {
            return false;
        }
        if all(&|_, owned, end| owned.next >= end) {
            return true;
        }
        if !all(&|at, _, end| position(&self.client, at).is_some_and(|at| at >= end)) {
            return false;
        }
        if state.rounds > *round.get_or_insert(state.rounds) {
            return true;
        }
        // Each time until one has begun: the client may forget it.
        self.client.wakeup();
        false
    }
}

impl State {
    fn next_generation(&mut self) -> Generation {
        self.generation.0 += 1;
        self.generation
    }

    /// Something has come of a partition, of which `next` comes next.
    fn add(&mut self, at: &TopicPartition, next: u64, push: impl FnOnce(&mut Ready)) {
        let Some(owned) = self.owned.get_mut(at) else { return };
        owned.next = next;
        push(if owned.paused { &mut owned.held } else { &mut self.ready });
    }

    fn forget(&mut self, partitions: &[TopicPartition]) {
        self.ready.forget(partitions);
        for at in partitions {
            if let Some(owned) = self.owned.get_mut(at) {
                owned.held = Ready::default();
            }
        }
    }
}

/// Where the client stands. Its future waits only where it would have to ask first.
pub(super) fn position(client: &Consumer, at: &TopicPartition) -> Option<u64> {
    let position = client.position(&at.topic, at.partition.cast_signed()).now_or_never()??;
    u64::try_from(position).ok()
}

fn seek(client: &Consumer, at: &TopicPartition, to: u64) -> bool {
    let to = i64::try_from(to).unwrap_or(i64::MAX);
    client.seek(&at.topic, at.partition.cast_signed(), to).now_or_never().is_some_and(|sought| sought.is_ok())
}

fn set_paused(client: &Consumer, at: &TopicPartition, paused: bool) {
    let partition = [at.partition.cast_signed()];
    let _ = if paused {
        client.pause(&at.topic, &partition).now_or_never()
    } else {
        client.resume(&at.topic, &partition).now_or_never()
    };
}
