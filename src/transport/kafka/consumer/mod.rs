//! A consumer on Kafka, alone or as a member of a group. A task of its own polls; this takes what that one has brought.

mod configured;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use krafka::CloseOptions;
use krafka::consumer::OffsetAndMetadata;
use tokio::task::JoinHandle;

use crate::record::TopicPartition;

use super::super::clock::sleep;
use super::super::local::{no_group, not_assigned, unknown_topic};
use super::super::{
    BoxFuture, Clock, CommitOutcome, Committed, ConsumerSpec, Event, Generation, GroupProtocol, GroupToken,
    Place, PollLimits, RawConsumer, SystemClock, TransportError, TransportErrorKind,
};
use super::error::{fault, is_stale};
use super::link::{Link, pause};
use super::member::Member;
use super::poll::{Listener, Reads, begin, poll};
use super::{offsets, topics};
use configured::configured;

/// Reads batches from Kafka.
#[derive(Debug)]
pub(super) struct KafkaConsumer {
    link: Arc<Link>,
    member: Arc<Member>,
    number: u64,
    group: Option<String>,
    /// The generation of the last assignment that was given out.
    told: Generation,
    task: Option<JoinHandle<()>>,
}

impl KafkaConsumer {
    pub(super) async fn open(link: Arc<Link>, spec: ConsumerSpec) -> Result<Self, TransportError> {
        spec.check()?;
        let mut counts = Vec::new();
        for topic in &spec.topics {
            let (link, topic) = (Arc::clone(&link), topic.clone());
            let runtime = Arc::clone(&link.runtime);
            let count = runtime.run(async move {
                let count = topics::partitions(&link, &topic).await?;
                Ok((count.ok_or_else(|| unknown_topic(&topic))?, topic))
            });
            counts.push(count.await?);
        }
        let kafka = link.another(spec.client_id.as_deref()).await?;
        let found = Arc::new(OnceLock::new());
        let (member, patience) = (Arc::clone(&found), spec.session_timeout);
        let listener = Listener { member, link: Arc::clone(&link), start: spec.start, patience };
        let builder = configured(&kafka, &spec).rebalance_listener(listener);
        let built = async { builder.build().await.map_err(|error| fault("cannot open a consumer", error)) };
        let member = Arc::new(Member::new(link.runtime.run(built).await?));
        let _ = found.set(Arc::downgrade(&member));
        let reads = match (&spec.group, spec.protocol) {
            (None, _) => Reads::All(spec.topics.clone()),
            (Some(_), GroupProtocol::Consumer) => Reads::Given,
            (Some(_), GroupProtocol::Classic) => {
                Reads::Shared(counts.iter().map(|(count, topic)| (topic.clone(), *count as usize)).collect())
            }
        };
        let begun = begin(Arc::clone(&member), Arc::clone(&link), spec.clone(), counts);
        link.runtime.run(begun).await?;
        let task = link.runtime.handle().spawn(poll(Arc::clone(&member), Arc::clone(&link), reads));
        let number = link.enter(&member);
        Ok(Self { link, member, number, group: spec.group, told: Generation::default(), task: Some(task) })
    }

    /// The client itself gives up after half a second, when the broker that has the group is gone and no other has it yet. Whoever
    /// waits for a commit tries again, and not a task of its own: that could come behind a later commit.
    async fn commit_once(
        &self,
        group: &str,
        offsets: &[(TopicPartition, Committed)],
    ) -> Result<CommitOutcome, TransportError> {
        let offsets: Vec<_> =
            offsets.iter().map(|(at, committed)| (offsets::named(at), position(committed))).collect();
        let (member, group) = (Arc::clone(&self.member), group.to_owned());
        let committed = self.link.runtime.run(async move {
            match member.client.commit_offsets(offsets).await {
                Ok(()) => Ok(CommitOutcome::Stored),
                Err(error) if is_stale(&error) => Ok(CommitOutcome::StaleGeneration),
                Err(error) => Err(fault(format_args!("cannot commit offsets of group `{group}`"), error)),
            }
        });
        committed.await
    }

    async fn next_event(&mut self, limits: PollLimits) -> Result<Event, TransportError> {
        if limits.wait == Some(Duration::ZERO) {
            return self.next_there_is().await;
        }
        let mut over = pin!(limits.wait.map(sleep));
        loop {
            if let Some(event) = self.member.take() {
                return event;
            }
            let mut news = pin!(self.member.news.notified());
            let is_over = poll_fn(|context| {
                if news.as_mut().poll(context).is_ready() {
                    return Poll::Ready(false);
                }
                let over = over.as_mut().as_pin_mut();
                over.map_or(Poll::Pending, |over| over.poll(context).map(|()| true))
            });
            if is_over.await {
                return Ok(Event::Idle);
            }
        }
    }

    /// What there was when it was asked for, and then that there is nothing more: where the brokers say that the partitions end.
    async fn next_there_is(&mut self) -> Result<Event, TransportError> {
        const STEP: Duration = Duration::from_millis(5);
        let (mut ends, mut round) = (BTreeMap::new(), None);
        let mut left = self.link.settings.request_timeout;
        loop {
            if let Some(event) = self.member.take() {
                return event;
            }
            if self.member.state().has_joined {
                let owned = self.member.owned();
                let asked: Vec<_> = owned.into_iter().filter(|at| !ends.contains_key(at)).collect();
                if !asked.is_empty() {
                    let link = Arc::clone(&self.link);
                    let answer = self.link.runtime.run(async move {
                        let mut found = offsets::places(&link, &asked, Place::Latest).await?;
                        // One that is gone has nothing.
                        asked.into_iter().for_each(|at| {
                            found.entry(at).or_insert(0);
                        });
                        Ok(found)
                    });
                    ends.extend(answer.await?);
                }
                if self.member.is_behind(&ends, &mut round) {
                    return Ok(Event::Idle);
                }
            }
            if left.is_zero() {
                let message = format!(
                    "nothing was heard of the partitions' ends within {:?}",
                    self.link.settings.request_timeout
                );
                return Err(TransportError::new(TransportErrorKind::Unreachable, message));
            }
            left = left.saturating_sub(STEP);
            sleep(STEP).await;
        }
    }

    fn ended(&mut self) -> impl Future<Output = Result<(), TransportError>> + Send + 'static {
        self.member.close();
        let (member, link, task) = (Arc::clone(&self.member), Arc::clone(&self.link), self.task.take());
        async move {
            if let Some(task) = task {
                let _ = task.await;
            }
            let options = CloseOptions::new().timeout(link.settings.request_timeout);
            let closed = member.client.close_with(options).await;
            closed.map_err(|error| fault("cannot leave the group", error))
        }
    }
}

impl RawConsumer for KafkaConsumer {
    fn next(&mut self, limits: PollLimits) -> BoxFuture<'_, Result<Event, TransportError>> {
        Box::pin(async move {
            let event = self.next_event(limits).await?;
            if let Event::Assigned { generation, .. } = &event {
                self.told = *generation;
            }
            Ok(event)
        })
    }

    fn commit<'a>(
        &'a self,
        generation: Generation,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<CommitOutcome, TransportError>> {
        let Some(group) = &self.group else {
            return Box::pin(std::future::ready(Err(no_group())));
        };
        if !self.member.may_commit(generation, offsets) {
            return Box::pin(std::future::ready(Ok(CommitOutcome::StaleGeneration)));
        }
        let (clock, patience) = (SystemClock::default(), 2 * self.link.settings.request_timeout);
        Box::pin(async move {
            for failed in 0_u32.. {
                match self.commit_once(group, offsets).await {
                    Err(error)
                        if error.kind == TransportErrorKind::Unreachable && clock.steady() < patience =>
                    {
                        pause(failed).await;
                    }
                    outcome => return outcome,
                }
                if !self.member.may_commit(generation, offsets) {
                    break;
                }
            }
            Ok(CommitOutcome::StaleGeneration)
        })
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        self.member.pause(partitions);
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        self.member.resume(partitions);
    }

    fn seek<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        Box::pin(async move {
            if !self.member.owned().contains(at) {
                return Err(not_assigned(at));
            }
            let (link, asked) = (Arc::clone(&self.link), at.clone());
            let asked = async move {
                match place {
                    Place::Offset(offset) => {
                        Ok((offset, offsets::offset(&link, &asked, Place::Latest).await?))
                    }
                    place => offsets::offset(&link, &asked, place).await.map(|offset| (offset, offset)),
                }
            };
            let (offset, end) = self.link.runtime.run(asked).await?;
            // It may have gone meanwhile.
            if !self.member.seek(at, offset.min(end)) {
                return Err(not_assigned(at));
            }
            // Below what is kept, the gap is reported when it is read; behind the end it is known now.
            if offset > end {
                self.member.gap(at, offset, end);
            }
            Ok(offset)
        })
    }

    fn revoked(&mut self, generation: Generation) -> BoxFuture<'_, Result<(), TransportError>> {
        self.member.answer(generation);
        Box::pin(std::future::ready(Ok(())))
    }

    fn group_token(&self) -> GroupToken {
        // What has come since is not known to whoever asks: it may have read under an earlier one.
        let (group, generation) = (self.group.clone().unwrap_or_default(), self.told);
        GroupToken { group, member: self.number, generation }
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, Result<(), TransportError>> {
        let ended = self.ended();
        self.link.runtime.run(ended)
    }
}

impl Drop for KafkaConsumer {
    fn drop(&mut self) {
        if self.task.is_some() {
            let ended = self.ended();
            self.link.runtime.handle().spawn(ended);
        }
    }
}

fn position(committed: &Committed) -> OffsetAndMetadata {
    let offset = i64::try_from(committed.offset).unwrap_or(i64::MAX);
    match &committed.metadata {
        Some(text) => OffsetAndMetadata::with_metadata(offset, text),
        None => OffsetAndMetadata::new(offset),
    }
}
