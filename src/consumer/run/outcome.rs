//! What becomes of a job behind its handler: done, tried again, carried to another topic, given up.

use std::sync::Arc;
use std::time::Duration;

use super::dice;
use super::engine::Run;
use super::flow::Job;
use super::forward::place;
use super::work::{Outcome, Step};
use crate::consumer::failure::{DeadLetter, OnFailure, Tried, Verdict, class_name};
use crate::consumer::{ConsumeError, Failure};
use crate::observer::Observation;

/// How long a message waits whose registry does not answer, or whose double is being handled.
const NOT_YET: Duration = Duration::from_millis(500);

impl Run {
    /// Takes into account what became of a job.
    pub(super) fn heed(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Done(job) => {
                self.summary.handled += 1;
                self.tell_handled(&job, true);
                self.finish(&job);
            }
            Outcome::Duplicate(job) => {
                self.summary.duplicates += 1;
                let (group, topic) = (self.member.name(), &*job.place.at.topic);
                self.member.tell(&Observation::Duplicate { group, topic });
                self.finish(&job);
            }
            Outcome::NotYet(job) => self.again(job, NOT_YET),
            Outcome::Failed(job, failure) => self.failed(job, failure),
            Outcome::Forwarded { job, is_dead } => {
                let count = if is_dead { &mut self.summary.dead_letters } else { &mut self.summary.retried };
                *count += 1;
                self.finish(&job);
            }
            Outcome::NotForwarded(job, error) => {
                self.flow.finished(&job);
                self.end(Err(error));
            }
        }
    }

    fn finish(&mut self, job: &Job) {
        self.flow.finished(job);
        self.member.partitions.lock().finish(&job.place.at, job.tenure, job.offset);
    }

    /// The job runs again after that long, unless nothing is to start any more: then its record is given again.
    fn again(&mut self, job: Job, after: Duration) {
        // Nor does it where its partition went: another member has it.
        let holds = self.member.partitions.lock().is_held(&job.place.at, job.tenure);
        if self.ending.is_some() || !holds {
            return self.flow.finished(&job);
        }
        let at = self.now().steady.saturating_add(after);
        self.flow.again(job, at);
    }

    fn tell_handled(&self, job: &Job, done: bool) {
        let took = self.now().steady.saturating_sub(job.began.unwrap_or_default());
        let (group, topic) = (self.member.name(), &*job.place.at.topic);
        self.member.tell(&Observation::Handled { group, topic, took, done });
    }

    /// Tells the observer how many messages are with handlers, where that has changed.
    pub(super) fn tell_in_flight(&mut self) {
        let running = self.flow.running();
        if running != self.told_in_flight {
            self.told_in_flight = running;
            self.member.tell(&Observation::InFlight { group: self.member.name(), messages: running as u64 });
        }
    }

    /// A try has failed: what becomes of the message.
    fn failed(&mut self, mut job: Job, failure: Failure) {
        self.summary.failed += 1;
        let (now, class) = (self.now(), failure.class());
        let (group, topic) = (self.member.name().to_owned(), Arc::clone(&job.place.at.topic));
        self.member.tell(&Observation::Failed { group: &group, topic: &topic, class });
        if !self.member.partitions.lock().is_held(&job.place.at, job.tenure) {
            // Whoever has the partition now decides about it.
            return self.flow.finished(&job);
        }
        job.first_failed.get_or_insert(now.wall);
        let failures = self.member.settings.failures.clone();
        let stages = failures.retry_topics(&self.member.settings.topic);
        let stage = stages.iter().position(|(name, _)| **name == *topic);
        let tried = Tried { in_place: job.failed, stage };
        let attempts = job.letter.as_ref().map_or(0, |letter| letter.attempts) + job.failed + 1;
        let again = Observation::HandledAgain { group: &group, topic: &topic, failed: attempts };
        let verdict = if failure.stops() { Verdict::Stop } else { failures.verdict(tried, class, dice()) };
        match verdict {
            Verdict::Again { after } => {
                self.member.tell(&again);
                job.failed += 1;
                self.again(job, after);
            }
            Verdict::Later { stage, delay } => {
                self.member.tell(&again);
                let retry_at = now.wall.saturating_add(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
                let name = stages.into_iter().nth(stage).map(|(name, _)| name).unwrap_or_default();
                self.forward(job, name, &failure, attempts, Some(retry_at));
            }
            Verdict::GiveUp => {
                self.tell_handled(&job, false);
                match failures.on_failure() {
                    OnFailure::DeadLetter => {
                        self.member.tell(&Observation::DeadLetter { group: &group, topic: &topic, class });
                        let name = failures.dead_letter_topic(&self.member.settings.topic);
                        self.forward(job, name, &failure, attempts, None);
                    }
                    OnFailure::Skip => {
                        self.summary.skipped += 1;
                        self.finish(&job);
                    }
                    OnFailure::Stop => self.give_up(&job, failure),
                }
            }
            Verdict::Stop => self.give_up(&job, failure),
        }
    }

    /// Ends the run at that message, which stays unfinished.
    fn give_up(&mut self, job: &Job, failure: Failure) {
        self.flow.finished(job);
        let (class, source) = (failure.class(), failure.into_error());
        self.end(Err(ConsumeError::GivenUp { place: place(job), class, source }));
    }

    fn forward(&mut self, job: Job, topic: String, failure: &Failure, attempts: u32, retry_at: Option<i64>) {
        let now = self.now();
        let mut cursor = job.place.cursor;
        let timestamp = job.place.batch.read(&mut cursor).map_or(0, |record| record.timestamp);
        let first = || DeadLetter::begin(&job.place.at, job.offset, timestamp);
        let letter = DeadLetter {
            attempts,
            first_failed: job.first_failed.unwrap_or(now.wall),
            last_failed: now.wall,
            class: class_name(failure.class()).into(),
            reason: failure.reason(),
            retry_at: retry_at.unwrap_or(0),
            group: self.member.name().into(),
            ..job.letter.clone().unwrap_or_else(first)
        };
        let letter = Box::new(letter);
        self.steps.push(Step::Forward { job, topic, letter, is_dead: retry_at.is_none() });
    }
}
