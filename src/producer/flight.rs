//! The journey of one batch: tried until it is acknowledged, refused, or late.
//!
//! ```text
//! leaves ── lane calm ──> handed over ── acknowledged ──> landed
//!    └ lane held: waits    │      ^
//!      for the one before  failed └── backoff, breaker, the one before it
//! ```
//!
//! Batches of a lane may be on their way at once. When one fails, those behind it come back or wait, and go on in their order.

use std::sync::Arc;
use std::time::Duration;

use super::SendError;
use super::background;
use super::breaker::{Leave, Outcome};
use super::budget::Reserved;
use super::core::Core;
use super::delivery::{Answer, Landed, Shipment};
use super::retry::{Tries, Trouble, Verdict};
use super::ticket::{End, Ticket};
use crate::observer::Observation;
use crate::record::Batch;
use crate::transport::{AppendError, Appended, BoxFuture, TransportErrorKind, sleep};

/// What a transport will say of a batch.
pub(super) type Appending = BoxFuture<'static, Result<Appended, AppendError>>;

/// A batch on its way.
pub(super) struct Flight {
    pub(super) core: Arc<Core>,
    pub(super) shipment: Arc<Shipment>,
    pub(super) ticket: Arc<Ticket>,
    pub(super) reserved: Option<Reserved>,
    pub(super) tries: Tries,
    /// The one before it in its lane.
    pub(super) previous: Option<Previous>,
    pub(super) place: Place,
    /// Those behind it in its lane wait.
    pub(super) is_held: bool,
    pub(super) left: Duration,
    pub(super) records: u64,
    pub(super) bytes: u64,
    /// What was wrong with the last try.
    pub(super) trouble: Option<Arc<AppendError>>,
}

/// Where the batch is.
pub(super) enum Place {
    /// With the transport.
    InTheAir { appending: Appending, is_probe: bool },
    /// Here, to be handed over.
    OnTheGround(Batch),
    /// Taken out for a moment.
    Nowhere,
}

/// A batch that left before.
#[derive(Clone)]
pub(super) struct Previous {
    pub(super) answer: Answer,
    pub(super) ticket: Arc<Ticket>,
}

impl Flight {
    /// Goes on until the batch has landed.
    pub(super) async fn run(mut self) -> Result<Landed, SendError> {
        let result = self.journey().await;
        // Room is there before anybody hears of it.
        drop(self.reserved.take());
        self.core.landed(&self.shipment, self.is_held, &result);
        self.tell(&result);
        self.ticket.land();
        result
    }

    async fn journey(&mut self) -> Result<Landed, SendError> {
        loop {
            let (mut appending, is_probe) = self.depart().await?;
            let Some(answer) = self.ticket.unless_ended(&mut appending).await else {
                self.report(is_probe, Outcome::Unanswered);
                // The transport still has the batch: its room is taken until it lets go.
                let reserved = self.reserved.take();
                background::spawn(async move {
                    drop(appending.await);
                    drop(reserved);
                });
                return Err(self.ended(true));
            };
            match answer {
                Ok(appended) => {
                    self.report(is_probe, Outcome::Acknowledged);
                    return Ok(Landed::from(appended));
                }
                Err(error) => {
                    self.report(is_probe, Outcome::Failed(error.class()));
                    self.failed(error).await?;
                }
            }
        }
    }

    /// Hands the batch over, once it may be.
    async fn depart(&mut self) -> Result<(Appending, bool), SendError> {
        let batch = match std::mem::replace(&mut self.place, Place::Nowhere) {
            Place::InTheAir { appending, is_probe } => return Ok((appending, is_probe)),
            Place::OnTheGround(batch) => batch,
            Place::Nowhere => Batch::new(),
        };
        self.follow().await?;
        let is_probe = loop {
            match self.core.breaker.ask(&self.core.told) {
                Leave::Given { is_probe } => break is_probe,
                Leave::Refused { wait } => {
                    let mut changed = Box::pin(self.core.breaker.changed(wait));
                    if self.ticket.unless_ended(&mut changed).await.is_none() {
                        return Err(self.ended(false));
                    }
                }
            }
        };
        if self.ticket.ended().is_some() {
            self.report(is_probe, Outcome::Unanswered);
            return Err(self.ended(false));
        }
        let appending = self.core.raw.append(&self.shipment.at, batch);
        if self.is_held && self.tries.failed() == 0 {
            // What leaves from now on is appended behind it.
            self.core.let_go(&self.shipment);
            self.is_held = false;
        }
        Ok((appending, is_probe))
    }

    /// Waits until the one before it in its lane has landed, and makes sure that somebody carries that one on.
    async fn follow(&mut self) -> Result<(), SendError> {
        let Some(Previous { answer, ticket }) = self.previous.take() else { return Ok(()) };
        if answer.peek().is_none() {
            background::spawn(async { drop(answer.await) });
        }
        let mut landed = Box::pin(ticket.landed());
        self.ticket.unless_ended(&mut landed).await.ok_or_else(|| self.ended(false))
    }

    /// A try has failed: waits until the next one, or gives up.
    async fn failed(&mut self, mut error: AppendError) -> Result<(), SendError> {
        let batch = error.batch.take();
        let trouble = Trouble {
            class: error.class(),
            possibly_written: error.possibly_written,
            out_of_sequence: error.source.kind == TransportErrorKind::OutOfSequence,
            came_back: batch.is_some() && self.core.settings.retries,
            is_numbered: batch.as_ref().is_some_and(|batch| batch.sequence().is_some()),
        };
        let now = self.core.clock.steady();
        let verdict = self.tries.after(trouble, now, self.core.roll());
        error.possibly_written = self.tries.possibly_written();
        let error = Arc::new(error);
        self.trouble = Some(Arc::clone(&error));
        let (wait, same, mut batch) = match (verdict, batch) {
            (Verdict::Again { wait, same }, Some(batch)) => (wait, same, *batch),
            (Verdict::TooLate, _) => return Err(self.ended(false)),
            _ => return Err(SendError::Append(error)),
        };
        if !same {
            // As a new batch: the number that it had may be behind one that was given up.
            batch.set_sequence(None);
        }
        if !self.is_held {
            self.core.hold(&self.shipment);
            self.is_held = true;
        }
        self.place = Place::OnTheGround(batch);
        self.follow().await?;
        if self.ticket.unless_ended(&mut sleep(wait)).await.is_none() {
            return Err(self.ended(false));
        }
        let (topic, failed) = (&*self.core.topic, self.tries.failed());
        self.core.told.observe(|| Observation::SentAgain { topic, failed });
        Ok(())
    }

    /// The error of a journey that was ended, with the batch at the transport or not.
    fn ended(&self, in_the_air: bool) -> SendError {
        let possibly_written = in_the_air || self.tries.possibly_written();
        match self.ticket.ended() {
            Some(End::Closed) => SendError::Closed { possibly_written },
            Some(End::Deadline) | None => SendError::Deadline {
                timeout: self.core.settings.timeout,
                failed: self.tries.failed(),
                possibly_written,
                source: self.trouble.clone(),
            },
        }
    }

    fn report(&self, is_probe: bool, outcome: Outcome) {
        self.core.breaker.report(is_probe, outcome, &self.core.told);
    }

    fn tell(&self, result: &Result<Landed, SendError>) {
        let Self { core, records, bytes, .. } = self;
        let (topic, records, bytes) = (&*core.topic, *records, *bytes);
        core.told.observe(|| match result {
            Ok(_) => {
                let took = core.clock.steady().saturating_sub(self.left);
                Observation::Sent { topic, records, bytes, took }
            }
            Err(error) => {
                let (class, possibly_written) = (error.class(), error.possibly_written());
                Observation::NotSent { topic, records, class, possibly_written }
            }
        });
        core.tell_buffered();
    }
}

/// A flight that is dropped before it has landed lets the others go on.
impl Drop for Flight {
    fn drop(&mut self) {
        self.ticket.land();
    }
}
