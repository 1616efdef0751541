//! A consumer over a [`Store`]: cursors, and the member's side of its group.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::record::{Batch, TopicPartition};

use super::super::Place;
use super::super::{
    BoxFuture, CommitOutcome, Committed, ConsumerSpec, Event, Generation, GroupToken, PollLimits,
    RawConsumer, TransportError, TransportErrorKind,
};
use super::group::Notice;
use super::{Store, Transaction, no_group, not_assigned, offset_of};

/// Reads batches of a [`Store`].
#[derive(Debug)]
pub(crate) struct LocalConsumer<S: Store> {
    store: Arc<S>,
    start: Place,
    cursors: BTreeMap<TopicPartition, Cursor>,
    /// Which cursor was served last: the next one comes first.
    served: Option<TopicPartition>,
    member: Option<Member<S>>,
    /// What a consumer without a group is to begin with.
    all: Option<Vec<TopicPartition>>,
    /// Its topics, with the partitions that it knows of.
    topics: Vec<(Arc<str>, u32)>,
    generation: Generation,
}

#[derive(Debug)]
struct Cursor {
    position: u64,
    generation: Generation,
    paused: bool,
    ahead: VecDeque<Arc<Batch>>,
}

impl<S: Store> LocalConsumer<S> {
    /// Joins the group of the spec, or reads all partitions of its topics.
    pub(crate) fn open(store: Arc<S>, spec: &ConsumerSpec) -> Result<Self, TransportError> {
        spec.check()?;
        let mut topics: Vec<(Arc<str>, u32)> = Vec::new();
        for topic in &spec.topics {
            topics.push((topic.as_str().into(), store.topic(topic)?.partitions));
        }
        let join = |group| Member::join(&store, group, &topics, spec);
        let member = spec.group.as_deref().map(join).transpose()?;
        let all = topics.iter().flat_map(|(topic, count)| {
            (0..*count).map(|partition| TopicPartition::new(Arc::clone(topic), partition))
        });
        let all = member.is_none().then(|| all.collect());
        let cursors = BTreeMap::new();
        let generation = Generation(0);
        Ok(Self { store, start: spec.start, cursors, served: None, member, all, topics, generation })
    }

    async fn next_event(&mut self, limits: PollLimits) -> Result<Event, TransportError> {
        let until = limits.wait.map(|wait| self.store.hub().clock().steady().saturating_add(wait));
        loop {
            let news = self.store.hub().news();
            if let Some(event) = self.notice().await? {
                return Ok(event);
            }
            if let Some(event) = self.records(limits)? {
                return Ok(event);
            }
            let now = self.store.hub().clock().steady();
            if until.is_some_and(|until| until <= now) {
                return Ok(Event::Idle);
            }
            let alive = self.member.as_ref().map(Member::wait);
            // A silent member or a missing answer is news as well, at its time.
            let others = alive.as_ref().and_then(|(_, deadline)| *deadline);
            let longest = until.into_iter().chain(others).min().map(|at| at.saturating_sub(now));
            self.store.hub().wait(news, longest).await;
        }
    }

    /// What the group has to say. It is taken from the list only when nothing can be interrupted any more.
    async fn notice(&mut self) -> Result<Option<Event>, TransportError> {
        let notice = match (&self.member, &self.all) {
            (Some(member), _) => member.notice(),
            (None, Some(all)) => {
                Some(Notice::Assigned { generation: self.generation, partitions: all.clone() })
            }
            (None, None) => return Ok(self.deleted().or_else(|| self.added())),
        };
        let event = match notice {
            None => return Ok(None),
            Some(Notice::Assigned { generation, partitions }) => {
                // A commit of the owner before may still be on its way to the disk.
                self.store.settled().await?;
                let partitions = self.starts(partitions)?;
                for (at, position) in &partitions {
                    let cursor =
                        Cursor { position: *position, generation, paused: false, ahead: VecDeque::new() };
                    self.cursors.insert(at.clone(), cursor);
                }
                self.generation = generation;
                Event::Assigned { generation, partitions }
            }
            Some(Notice::Revoking { generation, partitions }) => {
                partitions.iter().for_each(|at| drop(self.cursors.remove(at)));
                Event::Revoking { generation, partitions }
            }
            Some(Notice::Lost { generation, partitions }) => {
                partitions.iter().for_each(|at| drop(self.cursors.remove(at)));
                Event::Lost { generation, partitions }
            }
        };
        self.all = None;
        if let Some(member) = &self.member {
            member.told();
        }
        Ok(Some(event))
    }

    /// Partitions of a topic that was deleted, for a consumer whom no group tells so.
    fn deleted(&mut self) -> Option<Event> {
        let gone = |at: &TopicPartition| self.store.bounds(at).is_err();
        let partitions: Vec<_> = self.cursors.keys().filter(|at| gone(at)).cloned().collect();
        partitions.iter().for_each(|at| drop(self.cursors.remove(at)));
        (!partitions.is_empty()).then_some(Event::Lost { generation: self.generation, partitions })
    }

    /// Partitions that a topic was given since: all that is in them is newer than this consumer.
    fn added(&mut self) -> Option<Event> {
        let mut partitions = Vec::new();
        for (topic, known) in &mut self.topics {
            let Ok(count) = self.store.topic(topic).map(|spec| spec.partitions) else { continue };
            for partition in *known..count {
                let at = TopicPartition::new(Arc::clone(topic), partition);
                let cursor = Cursor {
                    position: 0,
                    generation: self.generation,
                    paused: false,
                    ahead: VecDeque::new(),
                };
                self.cursors.insert(at.clone(), cursor);
                partitions.push((at, 0));
            }
            *known = count.max(*known);
        }
        let generation = self.generation;
        (!partitions.is_empty()).then_some(Event::Assigned { generation, partitions })
    }

    /// Where each partition begins: behind what the group has committed, else where the spec says.
    fn starts(&self, partitions: Vec<TopicPartition>) -> Result<Vec<(TopicPartition, u64)>, TransportError> {
        let committed = match &self.member {
            Some(member) => self.store.committed(&member.group)?,
            None => BTreeMap::new(),
        };
        let start = |at: TopicPartition| {
            let offset = match committed.get(&at) {
                Some(committed) => committed.offset,
                None => offset_of(&*self.store, &at, self.start)?,
            };
            Ok((at, offset))
        };
        partitions.into_iter().map(start).collect()
    }

    /// The next batch of a partition that may be read, each in turn.
    fn records(&mut self, limits: PollLimits) -> Result<Option<Event>, TransportError> {
        let turn: Vec<TopicPartition> = {
            let behind =
                self.cursors.keys().filter(|at| self.served.as_ref().is_some_and(|served| *at > served));
            let before =
                self.cursors.keys().filter(|at| self.served.as_ref().is_none_or(|served| *at <= served));
            behind.chain(before).cloned().collect()
        };
        for at in turn {
            let Some(cursor) = self.cursors.get_mut(&at) else { continue };
            if let Some(event) = cursor.next(&*self.store, &at, limits)? {
                self.served = Some(at);
                return Ok(Some(event));
            }
        }
        Ok(None)
    }
}

impl Cursor {
    fn next(
        &mut self,
        store: &impl Store,
        at: &TopicPartition,
        limits: PollLimits,
    ) -> Result<Option<Event>, TransportError> {
        if self.paused {
            return Ok(None);
        }
        loop {
            if let Some(batch) = self.ahead.pop_front() {
                let from = self.position;
                self.position = batch.next_offset();
                // Compaction leaves batches without a record that is wanted.
                if batch.iter().any(|record| record.offset >= from) {
                    let (at, generation) = (at.clone(), self.generation);
                    return Ok(Some(Event::Records { at, generation, from, batch }));
                }
                continue;
            }
            let bounds = store.bounds(at)?;
            if self.position < bounds.start || self.position > bounds.end {
                let to = self.position.clamp(bounds.start, bounds.end);
                let from = std::mem::replace(&mut self.position, to);
                return Ok(Some(Event::Gap { at: at.clone(), from, to }));
            }
            if self.position == bounds.end {
                return Ok(None);
            }
            // Nothing comes only where retention has just taken it: then the bounds have changed.
            self.ahead = store.read(at, self.position, limits.bytes)?.into();
        }
    }
}

impl<S: Store> RawConsumer for LocalConsumer<S> {
    fn next(&mut self, limits: PollLimits) -> BoxFuture<'_, Result<Event, TransportError>> {
        Box::pin(self.next_event(limits))
    }

    fn commit<'a>(
        &'a self,
        generation: Generation,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<CommitOutcome, TransportError>> {
        let Some(member) = &self.member else {
            return Box::pin(std::future::ready(Err(no_group())));
        };
        let token = GroupToken { generation, ..member.token(generation) };
        let offsets = vec![(token, offsets.to_vec())];
        let answer = self.store.transact(Transaction { offsets, ..Transaction::default() });
        Box::pin(async { Ok(answer.await?.outcome) })
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        self.set_paused(partitions, true);
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        self.set_paused(partitions, false);
    }

    fn seek<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        Box::pin(std::future::ready(self.seek_now(at, place)))
    }

    fn revoked(&mut self, generation: Generation) -> BoxFuture<'_, Result<(), TransportError>> {
        if let Some(member) = &self.member {
            member.revoked(generation);
        }
        Box::pin(std::future::ready(Ok(())))
    }

    fn group_token(&self) -> GroupToken {
        self.member.as_ref().map(|member| member.token(self.generation)).unwrap_or_default()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), TransportError>> {
        // Dropping the member leaves the group; what it has committed is waited for.
        let settled = self.store.settled();
        drop(self);
        settled
    }
}

impl<S: Store> LocalConsumer<S> {
    fn set_paused(&mut self, partitions: &[TopicPartition], paused: bool) {
        for at in partitions {
            if let Some(cursor) = self.cursors.get_mut(at) {
                cursor.paused = paused;
            }
        }
    }

    fn seek_now(&mut self, at: &TopicPartition, place: Place) -> Result<u64, TransportError> {
        let Some(cursor) = self.cursors.get_mut(at) else {
            return Err(not_assigned(at));
        };
        cursor.position = match place {
            // Below what is kept, the gap is reported when it is read.
            Place::Offset(offset) => offset,
            place => offset_of(&*self.store, at, place)?,
        };
        cursor.ahead.clear();
        Ok(cursor.position)
    }
}

/// Membership in a group; ends when it is dropped.
#[derive(Debug)]
struct Member<S: Store> {
    store: Arc<S>,
    group: String,
    id: u64,
}

impl<S: Store> Member<S> {
    fn join(
        store: &Arc<S>,
        group: &str,
        topics: &[(Arc<str>, u32)],
        spec: &ConsumerSpec,
    ) -> Result<Self, TransportError> {
        let id = store.hub().next_id();
        let joined = store.hub().group(group, |group, now| {
            (true, group.join(id, topics, spec.assignor, spec.session_timeout, now))
        });
        joined.map_err(|theirs| {
            let message = format!(
                "the members of group `{group}` share its partitions as {theirs:?}, and this one would as {:?}; name the same \
                 assignor in all of them",
                spec.assignor
            );
            TransportError::new(TransportErrorKind::InvalidRequest, message)
        })?;
        Ok(Self { store: Arc::clone(store), group: group.to_owned(), id })
    }

    fn notice(&self) -> Option<Notice> {
        self.store.hub().group(&self.group, |group, now| {
            let changed = group.heard(self.id, now);
            (changed, group.notice(self.id).cloned())
        })
    }

    fn told(&self) {
        self.store.hub().group(&self.group, |group, _| (false, group.told(self.id)));
    }

    fn revoked(&self, generation: Generation) {
        self.store.hub().group(&self.group, |group, now| (true, group.revoked(self.id, generation, now)));
    }

    /// Alive for as long as the guard is; and when others may have to be given up.
    fn wait(&self) -> (Waiting<'_, S>, Option<Duration>) {
        let deadline = self.store.hub().group(&self.group, |group, _| {
            group.waits(self.id);
            (false, group.deadline())
        });
        (Waiting(self), deadline)
    }

    fn token(&self, generation: Generation) -> GroupToken {
        GroupToken { group: self.group.clone(), member: self.id, generation }
    }
}

impl<S: Store> Drop for Member<S> {
    fn drop(&mut self) {
        self.store.hub().group(&self.group, |group, now| (true, group.leave(self.id, now)));
    }
}

/// A member that waits for news.
struct Waiting<'m, S: Store>(&'m Member<S>);

impl<S: Store> Drop for Waiting<'_, S> {
    fn drop(&mut self) {
        let member = self.0;
        member.store.hub().group(&member.group, |group, now| (group.heard(member.id, now), ()));
    }
}
