//! The loop of a run: one look at everything that may have happened, then one wait for whatever happens next.
//!
//! ```text
//! outcomes -> handle -> membership -> take in, start -> forward -> commit -> wait for: event, outcome, time, handle, listener
//! ```

use std::collections::HashMap;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, Stream, StreamExt};

use super::flow::{Flow, Now};
use super::work::{Outcome, Shop, Step};
use super::{RunHandle, Summary, dice};
use crate::backoff::Backoff;
use crate::class::Class;
use crate::codec::Codec;
use crate::consumer::member::Member;
use crate::consumer::next::Current;
use crate::consumer::settings::Commits;
use crate::consumer::{ConsumeError, Failure, LoadKeys, OwnedMessage};
use crate::record::TopicPartition;
use crate::transport::{BoxFuture, Event, Generation, PollLimits, sleep};

/// How long to wait between tries while the transport fails in passing.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) };
/// How many outcomes are taken at once, so that the transport is looked at in between.
const AT_ONCE: usize = 64;

/// One run, apart from the handlers.
pub(super) struct Run {
    pub(super) member: Member,
    pub(super) flow: Flow,
    pub(super) summary: Summary,
    /// What is to be done with jobs that failed.
    pub(super) steps: Vec<Step>,
    /// Until when it may go on, once it is to stop; and with what it ends.
    pub(super) ending: Option<(Duration, Result<(), ConsumeError>)>,
    pub(super) told_in_flight: usize,
    handle: RunHandle,
    going: Vec<Going>,
    /// The transport fails in passing: how often in a row, and until when it is left alone.
    troubles: u32,
    left_alone: Option<Duration>,
    commit_again: bool,
}

/// Partitions that are about to go.
struct Going {
    generation: Generation,
    partitions: Vec<TopicPartition>,
    until: Duration,
    listener: Option<BoxFuture<'static, ()>>,
}

impl Run {
    pub(super) fn new(member: Member, handle: RunHandle, fetched: impl Iterator<Item = Current>) -> Self {
        let settings = &member.settings;
        let delays: HashMap<_, _> = settings.failures.retry_topics(&settings.topic).into_iter().collect();
        let mut flow = Flow::new(settings.order, settings.window, delays, member.name());
        fetched.for_each(|batch| flow.received(batch));
        Self {
            member,
            flow,
            summary: Summary::default(),
            steps: Vec::new(),
            ending: None,
            told_in_flight: 0,
            handle,
            going: Vec::new(),
            troubles: 0,
            left_alone: None,
            commit_again: false,
        }
    }

    pub(super) fn now(&self) -> Now {
        let clock = &self.member.settings.clock;
        Now { steady: clock.steady(), wall: clock.wall() }
    }

    /// Until the end.
    pub(super) async fn run<H, F, C, K>(mut self, shop: &Shop<H, C, K>) -> Result<Summary, ConsumeError>
    where
        H: Fn(OwnedMessage<C, K>) -> F,
        F: Future<Output = Result<(), Failure>>,
        C: Codec,
        K: LoadKeys,
    {
        let mut running = FuturesUnordered::new();
        let mut outcomes = Vec::new();
        loop {
            for outcome in outcomes.drain(..) {
                self.heed(outcome);
            }
            if self.handle.is_stopped() {
                self.end(Ok(()));
            }
            self.settle(&mut running, &mut outcomes).await;
            let now = self.now();
            if self.ending.is_none() {
                self.flow.take_in(&self.member.partitions, now);
                while self.flow.running() < self.member.settings.concurrency
                    && let Some(mut job) = self.flow.start(now)
                {
                    job.began.get_or_insert(now.steady);
                    running.push(shop.work(Step::Handle(job)));
                }
            }
            for step in self.steps.drain(..) {
                running.push(shop.work(step));
            }
            self.tell_in_flight();
            self.commit(&mut running, &mut outcomes).await;
            if !outcomes.is_empty() {
                continue;
            }
            if let Some((until, _)) = &self.ending
                && (running.is_empty() || *until <= self.now().steady)
            {
                break;
            }
            self.wait(&mut running, &mut outcomes).await;
        }
        self.summary.unfinished = running.len() as u64;
        drop(running);
        self.leave().await
    }

    /// Commits what is done and leaves the group, well or ill.
    async fn leave(mut self) -> Result<Summary, ConsumeError> {
        let by_hand = self.member.settings.commits == Commits::ByHand && !self.handle.takes_commit();
        let committed = if by_hand { Ok(()) } else { self.member.commit().await.map(drop) };
        let closed = self.member.raw.close().await;
        let ended = self.ending.map_or(Ok(()), |(_, with)| with);
        ended.and(committed)?;
        closed?;
        Ok(self.summary)
    }

    /// Starts nothing more from now on.
    pub(super) fn end(&mut self, with: Result<(), ConsumeError>) {
        if self.ending.is_none() {
            let until = self.now().steady.saturating_add(self.member.settings.stop_within);
            self.ending = Some((until, with));
            self.flow.forget_all();
        }
    }

    /// A transport that fails: in passing it is left alone for a while, else this is the end.
    fn trouble(&mut self, error: ConsumeError) {
        match error.class() {
            Class::Retry { after } => {
                let wait = BACKOFF.wait(self.troubles, dice()).max(after.unwrap_or_default());
                self.troubles = self.troubles.saturating_add(1);
                self.left_alone = Some(self.now().steady.saturating_add(wait));
            }
            _ => self.end(Err(error)),
        }
    }

    /// Whether the transport may be asked now, after it has failed.
    fn may_ask(&self) -> bool {
        self.left_alone.is_none_or(|until| until <= self.now().steady)
    }

    /// Answers what came of the membership.
    async fn settle<S: Stream<Item = Outcome> + Unpin>(
        &mut self,
        running: &mut S,
        outcomes: &mut Vec<Outcome>,
    ) {
        if let Some(Event::Revoking { generation, partitions }) = self.member.unsettled().cloned() {
            self.member.settled();
            self.revoking(generation, partitions);
        }
        if self.member.unsettled().is_some() && self.may_ask() {
            match beside(running, outcomes, self.member.settle()).await {
                Ok(gone) => {
                    self.flow.forget(&gone);
                    self.going.iter_mut().for_each(|going| going.partitions.retain(|at| !gone.contains(at)));
                }
                Err(error) => self.trouble(error),
            }
        }
        // An answer counts for older ones, too: all are given when all are ready.
        let now = self.now().steady;
        let flow = &self.flow;
        let is_ready = |going: &Going| {
            going.until <= now || going.listener.is_none() && !flow.is_running(&going.partitions)
        };
        // What came in the meantime belongs to what is done of them.
        let is_told = outcomes.is_empty();
        if is_told && !self.going.is_empty() && self.going.iter().all(is_ready) && self.may_ask() {
            let generation = self.going.iter().map(|it| it.generation).max().unwrap_or_default();
            let gone: Vec<_> = self.going.iter().flat_map(|it| it.partitions.iter().cloned()).collect();
            match beside(running, outcomes, self.member.give_back(generation, &gone)).await {
                Ok(()) => self.going.clear(),
                Err(error) => self.trouble(error),
            }
        }
    }

    /// Partitions are about to go: nothing of them starts any more, what runs may finish.
    fn revoking(&mut self, generation: Generation, partitions: Vec<TopicPartition>) {
        self.flow.forget(&partitions);
        let limit = self.member.settings.revoke_within;
        let until = self.now().steady.saturating_add(limit);
        let listener = self.member.settings.listener.clone().map(|listener| {
            let partitions = partitions.clone();
            Box::pin(async move { listener.revoking(&partitions, limit).await }) as BoxFuture<'static, ()>
        });
        self.going.push(Going { generation, partitions, until, listener });
    }

    async fn commit<S: Stream<Item = Outcome> + Unpin>(
        &mut self,
        running: &mut S,
        outcomes: &mut Vec<Outcome>,
    ) {
        if !self.may_ask() {
            return;
        }
        let asked = self.handle.takes_commit();
        let is_due = self.member.is_commit_due();
        if is_due || asked || self.commit_again {
            self.commit_again = false;
            if let Err(error) = beside(running, outcomes, self.member.commit()).await {
                self.commit_again = true;
                self.trouble(error);
            }
        }
    }

    /// Waits for whatever comes first: an event, an outcome, a time, the handle.
    async fn wait<S: Stream<Item = Outcome> + Unpin>(
        &mut self,
        running: &mut S,
        outcomes: &mut Vec<Outcome>,
    ) {
        let (pause, resume) = self.flow.pauses();
        if !pause.is_empty() {
            self.member.raw.pause(&pause);
        }
        if !resume.is_empty() {
            self.member.raw.resume(&resume);
        }
        let stopping = self.ending.is_some();
        let is_idle = self.flow.is_idle() && self.going.is_empty();
        let at_end = self.member.settings.stop_at_end && !stopping && is_idle;
        let limits = if at_end { PollLimits::default().now() } else { PollLimits::default() };
        let wait = self.next_time().map(|until| until.saturating_sub(self.now().steady));
        let may_ask = self.may_ask() && self.member.unsettled().is_none();
        let (going, handle) = (&mut self.going, &self.handle);
        let event = {
            let mut next = may_ask.then(|| self.member.raw.next(limits));
            let mut timer = pin!(sleep(wait.unwrap_or(Duration::MAX)));
            std::future::poll_fn(|context| {
                while outcomes.len() < AT_ONCE
                    && let Poll::Ready(Some(outcome)) = running.poll_next_unpin(context)
                {
                    outcomes.push(outcome);
                }
                // Looked at each time, however busy the handlers are: this is what keeps the membership.
                if let Some(Poll::Ready(event)) = next.as_mut().map(|next| next.poll_unpin(context)) {
                    return Poll::Ready(Some(event));
                }
                let mut listened = false;
                for it in going.iter_mut() {
                    if it.listener.as_mut().is_some_and(|it| it.poll_unpin(context).is_ready()) {
                        it.listener = None;
                        listened = true;
                    }
                }
                let is_asked = handle.is_asked(context.waker(), stopping);
                if listened || is_asked || !outcomes.is_empty() || timer.as_mut().poll(context).is_ready() {
                    return Poll::Ready(None);
                }
                Poll::Pending
            })
            .await
        };
        match event {
            None => {}
            Some(Ok(event)) => {
                (self.troubles, self.left_alone) = (0, None);
                self.come(event, at_end);
            }
            Some(Err(error)) => self.trouble(error.into()),
        }
    }

    fn come(&mut self, event: Event, at_end: bool) {
        match event {
            Event::Idle if at_end => self.end(Ok(())),
            Event::Idle => {}
            Event::Records { at, from, batch, .. } => {
                self.member.tell_received(&at, &batch);
                if self.ending.is_none() {
                    self.flow.received(Current::new(at, from, batch));
                }
            }
            event => self.member.take(event),
        }
    }

    /// When something is to be done without anything having happened.
    fn next_time(&self) -> Option<Duration> {
        let now = self.now().steady;
        let commit = self.member.next_commit().map(|wait| now.saturating_add(wait));
        let ending = self.ending.as_ref().map(|(until, _)| *until);
        let going = self.going.iter().map(|going| going.until).min();
        let alone = self.left_alone.filter(|until| *until > now);
        [self.flow.next_time(), commit, ending, going, alone].into_iter().flatten().min()
    }
}

/// Waits for something while the handlers go on.
async fn beside<S: Stream<Item = Outcome> + Unpin, T>(
    running: &mut S,
    outcomes: &mut Vec<Outcome>,
    other: impl Future<Output = T>,
) -> T {
    let mut other = pin!(other);
    std::future::poll_fn(|context| {
        while let Poll::Ready(Some(outcome)) = running.poll_next_unpin(context) {
            outcomes.push(outcome);
        }
        other.as_mut().poll(context)
    })
    .await
}
