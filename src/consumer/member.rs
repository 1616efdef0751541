//! The member of a group: what it holds, what it commits, and how it answers when partitions come and go.
//!
//! An event that needs an answer stays *unsettled* until it has one, so that a future that is dropped in between loses nothing: each
//! step of [`Member::settle`] may be done twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};

use super::partitions::Partitions;
use super::settings::{Commits, OnGap, Settings};
use super::{Commitment, ConsumeError, StartReason, Started};
use crate::observer::{Change, Observation};
use crate::record::TopicPartition;
use crate::transport::{
    CommitOutcome, Committed, Event, Generation, Place, RawConsumer, Transport, TransportErrorKind, sleep,
};

/// How often an observer is told how far behind the end of the log the positions are.
const LAG_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Member {
    pub(super) raw: Box<dyn RawConsumer>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) settings: Settings,
    pub(super) group: Option<String>,
    pub(super) partitions: Partitions,
    generation: Generation,
    unsettled: Option<Event>,
    started: BTreeMap<TopicPartition, Started>,
    skipped: u64,
    committed_at: Duration,
    asked: Vec<oneshot::Sender<CommitOutcome>>,
    lag_told: Option<Duration>,
}

impl Member {
    pub(super) fn new(
        raw: Box<dyn RawConsumer>,
        transport: Arc<dyn Transport>,
        settings: Settings,
        group: Option<String>,
    ) -> Self {
        let committed_at = settings.clock.steady();
        Self {
            raw,
            transport,
            settings,
            group,
            partitions: Partitions::default(),
            generation: Generation::default(),
            unsettled: None,
            started: BTreeMap::new(),
            skipped: 0,
            committed_at,
            asked: Vec::new(),
            lag_told: None,
        }
    }

    /// The group's name in observations; empty without one.
    pub(super) fn name(&self) -> &str {
        self.group.as_deref().unwrap_or_default()
    }

    /// Tells the observer, if there is one.
    pub(super) fn tell(&self, observation: &Observation<'_>) {
        if let Some(observer) = &self.settings.observer {
            observer.observe(observation);
        }
    }

    pub(super) fn skipped(&self) -> u64 {
        self.skipped
    }

    pub(super) fn started(&self) -> Vec<Started> {
        self.started.values().cloned().collect()
    }

    /// Takes an event that brings no records; [`Member::settle`] answers it.
    pub(super) fn take(&mut self, event: Event) {
        self.unsettled = Some(event);
    }

    /// The event that was taken is answered elsewhere.
    pub(super) fn settled(&mut self) {
        self.unsettled = None;
    }

    /// The event that is not answered yet.
    pub(super) const fn unsettled(&self) -> Option<&Event> {
        self.unsettled.as_ref()
    }

    /// Answers the event that was taken. Gives the partitions of which nothing more may be given out.
    pub(super) async fn settle(&mut self) -> Result<Vec<TopicPartition>, ConsumeError> {
        let Some(event) = self.unsettled.clone() else { return Ok(Vec::new()) };
        let gone = match event {
            Event::Assigned { generation, partitions } => {
                self.generation = generation;
                self.begin(&partitions).await?;
                Vec::new()
            }
            Event::Revoking { generation, partitions } => {
                self.finish(&partitions).await;
                self.give_back(generation, &partitions).await?;
                partitions
            }
            Event::Lost { partitions, .. } => {
                if let Some(listener) = &self.settings.listener {
                    listener.lost(&partitions);
                }
                self.forget(&partitions, Change::Lost);
                partitions
            }
            Event::Gap { at, from, to } => {
                self.pass_gap(&at, from, to).await?;
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.unsettled = None;
        Ok(gone)
    }

    /// Partitions have come: from where they are read, and why.
    async fn begin(&mut self, partitions: &[(TopicPartition, u64)]) -> Result<(), ConsumeError> {
        let committed = match (&self.settings.offsets, &self.group) {
            (None, Some(group)) => self.transport.committed(group).await?,
            _ => BTreeMap::new(),
        };
        let saved = match &self.settings.offsets {
            Some((name, store)) => {
                let all: Vec<TopicPartition> = partitions.iter().map(|(at, _)| at.clone()).collect();
                store.load(name, &all).await?
            }
            None => BTreeMap::new(),
        };
        let mut started = Vec::with_capacity(partitions.len());
        for (at, start) in partitions {
            let (offset, reason) = match (saved.get(at), committed.get(at)) {
                (Some(saved), _) => {
                    let Some(_) = self.sought(at, Place::Offset(*saved)).await? else { continue };
                    (*saved, StartReason::Checkpoint)
                }
                (None, Some(committed)) if committed.offset == *start => (*start, StartReason::Committed),
                // A group's own commits do not count where positions are kept elsewhere.
                (None, None) if self.settings.offsets.is_some() && self.group.is_some() => {
                    let place = self.settings.start;
                    let Some(offset) = self.sought(at, place).await? else { continue };
                    (offset, place.into())
                }
                _ => (*start, self.settings.start.into()),
            };
            started.push(Started { at: at.clone(), offset, reason });
        }
        let mut holdings = self.partitions.lock();
        for it in &started {
            holdings.assign(it.at.clone(), it.offset);
        }
        drop(holdings);
        self.rebalanced(Change::Assigned, started.len());
        if let Some(listener) = &self.settings.listener {
            listener.assigned(&started);
        }
        for it in started {
            self.starts(it);
        }
        Ok(())
    }

    fn starts(&mut self, started: Started) {
        self.tell(&Observation::Started {
            group: self.name(),
            topic: &started.at.topic,
            partition: started.at.partition,
            offset: started.offset,
            reason: started.reason.name(),
        });
        self.started.insert(started.at.clone(), started);
    }

    fn rebalanced(&self, change: Change, partitions: usize) {
        self.tell(&Observation::Rebalanced { group: self.name(), change, partitions: partitions as u64 });
    }

    /// Lets the listener and those who hold marks finish, within the limit.
    async fn finish(&self, partitions: &[TopicPartition]) {
        let limit = self.settings.revoke_within;
        let listened = async {
            if let Some(listener) = &self.settings.listener {
                listener.revoking(partitions, limit).await;
            }
            self.partitions.unmarked(partitions).await;
        };
        match select(std::pin::pin!(listened), sleep(limit)).await {
            Either::Left(((), _)) | Either::Right(((), _)) => {}
        }
    }

    /// Commits what is done of partitions that go, and lets them go.
    pub(super) async fn give_back(
        &mut self,
        generation: Generation,
        partitions: &[TopicPartition],
    ) -> Result<(), ConsumeError> {
        if self.settings.commits != Commits::ByHand {
            self.commit().await?;
        }
        self.forget(partitions, Change::Revoked);
        Ok(self.raw.revoked(generation).await?)
    }

    fn forget(&mut self, partitions: &[TopicPartition], change: Change) {
        self.partitions.lock().remove(partitions);
        self.started.retain(|at, _| !partitions.contains(at));
        self.rebalanced(change, partitions.len());
    }

    async fn pass_gap(&mut self, at: &TopicPartition, from: u64, to: u64) -> Result<(), ConsumeError> {
        let gap = to.saturating_sub(from);
        let (topic, partition) = (&*at.topic, at.partition);
        self.tell(&Observation::Gap { group: self.name(), topic, partition, records: gap });
        let to = match self.settings.on_gap {
            OnGap::Earliest => to,
            OnGap::Latest => match self.sought(at, Place::Latest).await? {
                Some(latest) => latest,
                None => return Ok(()),
            },
            // It stays unsettled: asked again, the answer is the same, until a seek says where to go on.
            OnGap::Stop => return Err(ConsumeError::OutOfRange { at: at.clone(), from, to }),
        };
        self.skipped += to.saturating_sub(from);
        let mut holdings = self.partitions.lock();
        // A log that was made anew begins below what was read of the old one.
        if to < from {
            holdings.seek(at, to)
        } else {
            holdings.pass(at, to)
        }
        drop(holdings);
        self.starts(Started { at: at.clone(), offset: to, reason: StartReason::Gap });
        Ok(())
    }

    /// Goes on reading there; `None` where the partition has gone, of which the transport tells next. Until then nothing of it comes.
    async fn sought(&mut self, at: &TopicPartition, place: Place) -> Result<Option<u64>, ConsumeError> {
        match self.raw.seek(at, place).await {
            Err(error) if error.kind == TransportErrorKind::NotAssigned => Ok(None),
            sought => Ok(Some(sought?)),
        }
    }

    /// Goes on from another place.
    pub(super) async fn seek(&mut self, at: &TopicPartition, place: Place) -> Result<(), ConsumeError> {
        let sought = self.raw.seek(at, place).await;
        let is_over = sought.as_ref().err().is_none_or(|error| error.kind == TransportErrorKind::NotAssigned);
        // A gap in a partition that has gone is no longer this member's, either.
        if is_over && matches!(&self.unsettled, Some(Event::Gap { at: gap, .. }) if gap == at) {
            self.unsettled = None;
        }
        let offset = sought?;
        self.partitions.lock().seek(at, offset);
        self.starts(Started { at: at.clone(), offset, reason: StartReason::from(place) });
        Ok(())
    }

    /// Asks for a commit with the next call that waits.
    pub(super) fn commit_soon(&mut self) -> Commitment {
        let (sender, receiver) = oneshot::channel();
        self.asked.push(sender);
        Commitment(receiver)
    }

    /// Whether a commit is to be made now.
    pub(super) fn is_commit_due(&mut self) -> bool {
        let ended = self.settings.commits == Commits::Batch && self.partitions.lock().ended_batches();
        ended || !self.asked.is_empty() || self.next_commit() == Some(Duration::ZERO)
    }

    /// How long until a commit is to be made by its interval; none where nothing is to be committed.
    pub(super) fn next_commit(&self) -> Option<Duration> {
        let Commits::Every(every) = self.settings.commits else { return None };
        let now = self.settings.clock.steady();
        let wait = self.committed_at.saturating_add(every).saturating_sub(now);
        (!self.partitions.lock().due().is_empty()).then_some(wait)
    }

    /// Stores what is done, in the group or in the application's store.
    pub(super) async fn commit(&mut self) -> Result<CommitOutcome, ConsumeError> {
        let due = self.partitions.lock().due();
        let mut outcome = CommitOutcome::Stored;
        if !due.is_empty() {
            outcome = self.store(&due).await?;
            if outcome == CommitOutcome::Stored {
                self.partitions.lock().stored(&due);
            }
            let stored = outcome == CommitOutcome::Stored;
            self.tell(&Observation::Committed { group: self.name(), partitions: due.len() as u64, stored });
        }
        self.committed_at = self.settings.clock.steady();
        for asked in self.asked.drain(..) {
            // Whoever no longer waits does not need to know.
            let _ = asked.send(outcome);
        }
        self.tell_lag().await;
        Ok(outcome)
    }

    async fn store(&self, due: &[(TopicPartition, u64)]) -> Result<CommitOutcome, ConsumeError> {
        if let Some((name, store)) = &self.settings.offsets {
            store.save(name, due).await?;
            return Ok(CommitOutcome::Stored);
        }
        if self.group.is_none() {
            return Ok(CommitOutcome::Stored);
        }
        let offsets: Vec<_> = due.iter().map(|(at, offset)| (at.clone(), Committed::at(*offset))).collect();
        // An older generation's partitions belong to others now; their events tell.
        Ok(self.raw.commit(self.generation, &offsets).await?)
    }

    /// Tells an observer how far behind the ends of their logs the positions are, now and then.
    async fn tell_lag(&mut self) {
        let now = self.settings.clock.steady();
        let is_due = self.lag_told.is_none_or(|told| told.saturating_add(LAG_EVERY) <= now);
        if self.settings.observer.is_none() || !is_due {
            return;
        }
        self.lag_told = Some(now);
        // What cannot be looked up now is looked up the next time.
        for (at, records) in self.lag().await.unwrap_or_default() {
            let (topic, partition) = (&*at.topic, at.partition);
            self.tell(&Observation::Lag { group: self.name(), topic, partition, records });
        }
    }

    /// By partition, how many offsets lie between the position and the end of the log.
    pub(super) async fn lag(&self) -> Result<Vec<(TopicPartition, u64)>, ConsumeError> {
        let positions = self.partitions.lock().positions();
        let mut lag = Vec::with_capacity(positions.len());
        for (at, position) in positions {
            let end = self.transport.offset(&at, Place::Latest).await?;
            lag.push((at, end.saturating_sub(position)));
        }
        Ok(lag)
    }
}
