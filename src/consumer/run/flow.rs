//! What becomes of records between the transport and the handlers. No clock, no waiting.
//!
//! ```text
//! batch -> intake of its partition -window, delay-> lanes -concurrency-> handler -> finished
//!                                                     ^                    └ failed: timers ┐
//!                                                     └─────────────────────────────────────┘
//! ```
//!
//! A partition whose intake is not empty is paused, and resumed when it is: its state and its pause are one thing, so that none stays
//! paused behind a rebalance.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::Order;
use super::lanes::Lanes;
use crate::consumer::failure::Letter;
use crate::consumer::message::Place;
use crate::consumer::next::Current;
use crate::consumer::partitions::{Partitions, Tenure};
use crate::record::{RecordRef, TopicPartition};

/// One record, until it is finished.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) place: Place,
    pub(super) offset: u64,
    pub(super) tenure: Tenure,
    /// Tries in place that failed.
    pub(super) failed: u32,
    /// What its headers say, where it comes from a retry topic.
    pub(super) letter: Option<Letter>,
    /// When it failed first, in milliseconds since 1970.
    pub(super) first_failed: Option<i64>,
    /// When its handler was called first, in steady time.
    pub(super) began: Option<Duration>,
    lane: u64,
}

/// Records on their way through this member.
#[derive(Debug)]
pub(super) struct Flow {
    order: Order,
    window: u64,
    /// The delays of the retry topics.
    delays: HashMap<String, Duration>,
    /// Whose retries are wanted: topics are shared by all groups that read them.
    group: String,
    intake: BTreeMap<TopicPartition, Intake>,
    paused: BTreeSet<TopicPartition>,
    lanes: Lanes<Job>,
    timers: BTreeMap<(Duration, u64), Job>,
    running: BTreeMap<TopicPartition, usize>,
    count: u64,
}

#[derive(Debug, Default)]
struct Intake {
    batches: VecDeque<Current>,
    /// Until when the next record has to wait.
    until: Option<Duration>,
}

/// The two clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) steady: Duration,
    /// In milliseconds since 1970.
    pub(super) wall: i64,
}

impl Flow {
    pub(super) fn new(order: Order, window: u64, delays: HashMap<String, Duration>, group: &str) -> Self {
        Self {
            order,
            window,
            delays,
            group: group.to_owned(),
            intake: BTreeMap::new(),
            paused: BTreeSet::new(),
            lanes: Lanes::default(),
            timers: BTreeMap::new(),
            running: BTreeMap::new(),
            count: 0,
        }
    }

    /// A batch has come.
    pub(super) fn received(&mut self, batch: Current) {
        self.intake.entry(batch.at.clone()).or_default().batches.push_back(batch);
    }

    /// Moves as many records into the lanes as their windows and delays allow.
    pub(super) fn take_in(&mut self, partitions: &Partitions, now: Now) {
        let mut intake = std::mem::take(&mut self.intake);
        for (at, waiting) in &mut intake {
            self.take_from(at, waiting, partitions, now);
        }
        intake.retain(|_, waiting| !waiting.batches.is_empty());
        self.intake = intake;
    }

    fn take_from(&mut self, at: &TopicPartition, waiting: &mut Intake, partitions: &Partitions, now: Now) {
        if waiting.until.is_some_and(|until| until > now.steady) {
            return;
        }
        waiting.until = None;
        let mut holdings = partitions.lock();
        while let Some(current) = waiting.batches.front_mut() {
            let cursor = current.cursor;
            let mut behind = cursor;
            let Some(record) = current.batch.read(&mut behind) else {
                holdings.end_batch(at, current.batch.next_offset());
                waiting.batches.pop_front();
                continue;
            };
            if record.offset < current.from {
                current.cursor = behind;
                continue;
            }
            if !holdings.has_room(at, self.window) {
                return;
            }
            let letter = self.delays.get(&*at.topic).and_then(|delay| Some((Letter::of(&record)?, *delay)));
            if letter.as_ref().is_some_and(|(letter, _)| letter.group != self.group) {
                current.cursor = behind;
                continue;
            }
            if let Some((letter, delay)) = &letter {
                // A clock that jumps does not make it longer than the topic's delay.
                let left = u64::try_from(letter.retry_at.saturating_sub(now.wall)).unwrap_or(0);
                let left = Duration::from_millis(left).min(*delay);
                if !left.is_zero() && !current.waited {
                    current.waited = true;
                    waiting.until = Some(now.steady.saturating_add(left));
                    return;
                }
            }
            current.waited = false;
            let Some((tenure, _)) = holdings.give(at, record.offset) else {
                // The partition is no longer held; its event is on its way.
                waiting.batches.clear();
                return;
            };
            let lane = self.lane(at, &record);
            let letter = letter.map(|(letter, _)| letter);
            let job = Job {
                offset: record.offset,
                tenure,
                failed: 0,
                first_failed: letter.as_ref().map(|letter| letter.first_failed),
                letter,
                began: None,
                lane,
                place: Place { at: at.clone(), batch: std::sync::Arc::clone(&current.batch), cursor },
            };
            current.cursor = behind;
            self.lanes.push(lane, job);
        }
    }

    fn lane(&mut self, at: &TopicPartition, record: &RecordRef<'_>) -> u64 {
        self.count += 1;
        let mut hash = DefaultHasher::new();
        at.hash(&mut hash);
        match (self.order, record.key) {
            (Order::Key, Some(key)) => key.hash(&mut hash),
            (Order::Partition, _) => {}
            // Nothing has to come before or behind it.
            (Order::Key, None) | (Order::None, _) => self.count.hash(&mut hash),
        }
        hash.finish()
    }

    /// The next job that may run.
    pub(super) fn start(&mut self, now: Now) -> Option<Job> {
        while let Some(entry) = self.timers.first_entry().filter(|entry| entry.key().0 <= now.steady) {
            let job = entry.remove();
            self.lanes.again(job.lane, job);
        }
        let (_, job) = self.lanes.next()?;
        *self.running.entry(job.place.at.clone()).or_default() += 1;
        Some(job)
    }

    fn stopped(&mut self, job: &Job) {
        if let Some(count) = self.running.get_mut(&job.place.at) {
            *count -= 1;
            if *count == 0 {
                self.running.remove(&job.place.at);
            }
        }
    }

    /// A job that ran is over.
    pub(super) fn finished(&mut self, job: &Job) {
        self.stopped(job);
        self.lanes.release(job.lane);
    }

    /// A job that ran is to run again at that time; its lane waits with it.
    pub(super) fn again(&mut self, job: Job, at: Duration) {
        self.stopped(&job);
        self.count += 1;
        self.timers.insert((at, self.count), job);
    }

    /// Nothing more of these is to start.
    pub(super) fn forget(&mut self, gone: &[TopicPartition]) {
        self.intake.retain(|at, _| !gone.contains(at));
        // The transport has dropped their pauses with them.
        self.paused.retain(|at| !gone.contains(at));
        self.drop_jobs(|job| !gone.contains(&job.place.at));
    }

    /// Nothing more is to start at all.
    pub(super) fn forget_all(&mut self) {
        self.intake.clear();
        self.drop_jobs(|_| false);
    }

    fn drop_jobs(&mut self, keep: impl Fn(&Job) -> bool) {
        let (kept, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.timers).into_iter().partition(|(_, job)| keep(job));
        self.timers = kept;
        self.lanes.retain(keep);
        for job in dropped.into_values() {
            self.lanes.release(job.lane);
        }
    }

    /// Which partitions have to be paused, and which resumed, so that exactly those give no records that have some left.
    pub(super) fn pauses(&mut self) -> (Vec<TopicPartition>, Vec<TopicPartition>) {
        let pause: Vec<_> = self.intake.keys().filter(|at| !self.paused.contains(*at)).cloned().collect();
        let resume: Vec<_> =
            self.paused.iter().filter(|at| !self.intake.contains_key(*at)).cloned().collect();
        self.paused.extend(pause.iter().cloned());
        self.paused.retain(|at| !resume.contains(at));
        (pause, resume)
    }

    /// When something may start that may not yet.
    pub(super) fn next_time(&self) -> Option<Duration> {
        let timers = self.timers.first_key_value().map(|((at, _), _)| *at);
        timers.into_iter().chain(self.intake.values().filter_map(|it| it.until)).min()
    }

    /// Whether jobs of these are running.
    pub(super) fn is_running(&self, partitions: &[TopicPartition]) -> bool {
        partitions.iter().any(|at| self.running.contains_key(at))
    }

    /// How many jobs are running.
    pub(super) fn running(&self) -> usize {
        self.running.values().sum()
    }

    /// Whether nothing waits and nothing runs.
    pub(super) fn is_idle(&self) -> bool {
        self.intake.is_empty() && self.lanes.is_empty()
    }
}

#[cfg(test)]
mod tests;
