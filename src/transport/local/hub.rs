//! Who reads and who owns: the groups, the owners of transactional ids, and the wakers of those who wait for news.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::record::TopicPartition;

use super::super::clock::Sleep;
use super::super::{Clock, Committed, GroupToken, TransportError, TransportErrorKind};
use super::group::Group;

/// Shared by all handles of one log.
#[derive(Debug)]
pub(crate) struct Hub {
    clock: Arc<dyn Clock>,
    state: Mutex<HubState>,
}

#[derive(Debug, Default)]
struct HubState {
    /// Grows with each piece of news.
    news: u64,
    wakers: HashMap<u64, Waker>,
    next_id: u64,
    groups: BTreeMap<String, Group>,
    /// The newest epoch of each transactional id.
    owners: HashMap<String, u64>,
}

impl Hub {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Something can be read, or has another owner: whoever waits looks again.
    pub(crate) fn tell(&self) {
        let mut state = self.lock();
        state.news += 1;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_values().for_each(Waker::wake);
    }

    /// How much news there was: taken before looking, given to [`Hub::wait`] when there was nothing to see.
    pub(super) fn news(&self) -> u64 {
        self.lock().news
    }

    /// Resolves with the first news behind those, or when that long is over.
    pub(super) fn wait(&self, seen: u64, longest: Option<Duration>) -> Wait<'_> {
        Wait { hub: self, seen, longest, id: None, sleep: None, waited: false }
    }

    /// A number of its own for a member.
    pub(super) fn next_id(&self) -> u64 {
        let mut state = self.lock();
        state.next_id += 1;
        state.next_id
    }

    /// Looks at a group or changes it: silent members are given up first. The closure answers whether the others have news.
    pub(super) fn group<R>(&self, name: &str, look: impl FnOnce(&mut Group, Duration) -> (bool, R)) -> R {
        let now = self.clock.steady();
        let mut state = self.lock();
        let group = state.groups.entry(name.to_owned()).or_default();
        let expired = group.expire(now);
        let (changed, result) = look(group, now);
        if group.is_empty() {
            state.groups.remove(name);
        }
        drop(state);
        if expired || changed {
            self.tell();
        }
        result
    }

    /// Gives the new partitions of a topic to those who read it.
    pub(crate) fn grow_topic(&self, topic: &str, partitions: u32) {
        let now = self.clock.steady();
        self.lock().groups.values_mut().for_each(|group| group.grow_topic(topic, partitions, now));
        self.tell();
    }

    /// Takes a topic from everyone who reads it.
    pub(crate) fn forget_topic(&self, topic: &str) {
        let now = self.clock.steady();
        self.lock().groups.values_mut().for_each(|group| group.forget_topic(topic, now));
        self.tell();
    }

    /// Whether that member may still commit these.
    pub(crate) fn may_commit(&self, token: &GroupToken, offsets: &[(TopicPartition, Committed)]) -> bool {
        self.group(&token.group, |group, _| {
            (false, offsets.iter().all(|(at, _)| group.owns(token.member, token.generation, at)))
        })
    }

    /// A new owner of a transactional id: the older ones are fenced.
    pub(super) fn take_over(&self, id: &str) -> u64 {
        let mut state = self.lock();
        let epoch = state.owners.entry(id.to_owned()).or_default();
        *epoch += 1;
        *epoch
    }

    /// An error unless that is the newest owner of the id.
    pub(crate) fn check_owner(&self, id: &str, epoch: u64) -> Result<(), TransportError> {
        if self.lock().owners.get(id) == Some(&epoch) {
            return Ok(());
        }
        let message = format!("transactional id `{id}` has a newer owner; this one can do nothing more");
        Err(TransportError::new(TransportErrorKind::Fenced, message))
    }

    fn lock(&self) -> MutexGuard<'_, HubState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for news; dropped, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Wait<'h> {
    hub: &'h Hub,
    seen: u64,
    longest: Option<Duration>,
    id: Option<u64>,
    sleep: Option<Sleep>,
    waited: bool,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let now = this.hub.clock.steady();
        let mut state = this.hub.lock();
        if state.news != this.seen {
            return Poll::Ready(());
        }
        let id = *this.id.get_or_insert_with(|| {
            state.next_id += 1;
            state.next_id
        });
        state.wakers.insert(id, context.waker().clone());
        drop(state);
        if let Some(longest) = this.longest {
            // The length becomes a moment with the first poll.
            let until = if this.waited { longest } else { now.saturating_add(longest) };
            (this.waited, this.longest) = (true, Some(until));
            if until <= now {
                return Poll::Ready(());
            }
            this.sleep = Some(Sleep::new(until - now, context.waker().clone()));
        }
        Poll::Pending
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.hub.lock().wakers.remove(&id);
        }
    }
}
