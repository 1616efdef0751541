//! The journey of one batch: tried until it is acknowledged, refused, or late.
//!
//! ```text
//! leaves ── lane calm ──> handed over ── acknowledged ──> landed
//!    │ lane held: waits    │      ^
//!    │ for the one before  failed └── backoff, breaker, the one before it
//!    └ lane aside ──> handed to the spill log ──> landed there
//! ```
//!
//! Batches of a lane may be on their way at once. When one fails, those behind it come back or wait, and go on in their order. Where
//! they wait for the breaker alone, they all go as soon as it closes: one after the other they would take a round trip each, and
//! fall behind what comes meanwhile.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::SendError;
use super::background;
use super::breaker::{Outcome, Permit};
use super::budget::Reserved;
use super::core::Core;
use super::delivery::{Answer, Landed, Shipment};
use super::lanes::Laying;
use super::retry::{Tries, Trouble, Verdict};
use super::ticket::{End, Stage, Ticket};
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
    pub(super) reserved: [Option<Reserved>; 2],
    pub(super) tries: Tries,
    /// The one before it in its lane.
    pub(super) previous: Option<Previous>,
    pub(super) place: Place,
    /// Which one of its lane it is.
    pub(super) number: u64,
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
    InTheAir { appending: Appending, permit: Permit },
    /// With the spill log.
    Aside(Laying),
    /// Here, to be handed over.
    OnTheGround(Batch),
    /// Taken out for a moment.
    Nowhere,
}

/// The way that a batch has taken.
enum Way {
    Direct { appending: Appending, permit: Permit },
    Aside(Laying),
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
        drop(std::mem::take(&mut self.reserved));
        self.core.landed(&self.shipment, self.is_held, &result);
        self.tell(&result);
        self.ticket.is_at(Stage::Landed);
        result
    }

    /// The same within a span that says where the batch goes, and nothing of what it holds.
    #[cfg(feature = "tracing")]
    pub(super) fn run_in_span(self) -> impl Future<Output = Result<Landed, SendError>> {
        let at = &self.shipment.at;
        let span = tracing::debug_span!(
            "schemawire.batch",
            topic = %at.topic,
            partition = at.partition,
            records = self.records,
            bytes = self.bytes
        );
        tracing::Instrument::instrument(self.run(), span)
    }

    async fn journey(&mut self) -> Result<Landed, SendError> {
        loop {
            let (mut appending, permit) = match self.depart().await? {
                Way::Direct { appending, permit } => (appending, permit),
                Way::Aside(laying) => return self.lay(laying).await,
            };
            let Some(answer) = self.ticket.unless_ended(&mut appending).await else {
                // The transport still has the batch: its room is taken until it lets go.
                let reserved = std::mem::take(&mut self.reserved);
                let (probe, longest) = (permit.of_probe(), self.core.settings.timeout);
                background::spawn(async move {
                    late(appending, probe, longest).await;
                    drop(reserved);
                });
                return Err(self.ended(true));
            };
            match answer {
                Ok(appended) => {
                    permit.report(Outcome::Acknowledged);
                    return Ok(Landed::from(appended));
                }
                Err(error) => {
                    permit.report(Outcome::Failed(error.class()));
                    self.failed(error).await?;
                }
            }
        }
    }

    /// Waits until the batch lies aside.
    async fn lay(&mut self, laying: Laying) -> Result<Landed, SendError> {
        let Laying { appending, bytes, records } = laying;
        let Some(mut appending) = appending else {
            self.core.laid(&self.shipment, None, bytes, records);
            return Err(SendError::SpillFull {
                at: self.shipment.at.clone(),
                limit: self.core.aside.as_ref().map_or(0, |aside| aside.limit),
            });
        };
        let Some(answer) = self.ticket.unless_ended(&mut appending).await else {
            let (core, shipment) = (Arc::clone(&self.core), Arc::clone(&self.shipment));
            let reserved = std::mem::take(&mut self.reserved);
            background::spawn(async move {
                let end = appending.await.ok().map(|appended| appended.base_offset.saturating_add(records));
                core.laid(&shipment, end, bytes, records);
                drop(reserved);
            });
            return Err(self.ended(true));
        };
        let end = answer.as_ref().ok().map(|appended| appended.base_offset.saturating_add(records));
        self.core.laid(&self.shipment, end, bytes, records);
        match answer {
            Ok(appended) => Ok(Landed::aside(appended)),
            Err(mut error) => {
                error.batch = None;
                Err(SendError::Append(Arc::new(error)))
            }
        }
    }

    /// Hands the batch over, once it may be.
    async fn depart(&mut self) -> Result<Way, SendError> {
        let mut batch = match std::mem::replace(&mut self.place, Place::Nowhere) {
            Place::InTheAir { appending, permit } => return Ok(Way::Direct { appending, permit }),
            Place::Aside(laying) => return Ok(Way::Aside(laying)),
            Place::OnTheGround(batch) => batch,
            Place::Nowhere => Batch::new(),
        };
        // One that is possibly written has to be asked for where it may be.
        let may_lie_aside = !self.tries.possibly_written();
        let permit = loop {
            // What is handed over behind another one is stored behind it. One that is tried again comes to its place alone.
            let is_first = self.core.settings.pipelined && self.tries.failed() == 0;
            self.follow(if is_first { Stage::Air } else { Stage::Landed }).await?;
            if may_lie_aside {
                match self.core.lay_aside(&self.shipment, self.number, batch, self.previous.as_ref()) {
                    Ok(laying) => {
                        self.let_go();
                        return Ok(Way::Aside(laying));
                    }
                    Err(back) => batch = back,
                }
            }
            let wait = match self.core.breaker.ask(&self.core.told) {
                Ok(permit) => break permit,
                Err(wait) => wait,
            };
            if may_lie_aside && self.core.go_aside(&self.shipment, self.number) {
                continue;
            }
            let mut changed = Box::pin(self.core.breaker.changed(wait));
            if self.ticket.unless_ended(&mut changed).await.is_none() {
                return Err(self.ended(false));
            }
        };
        if self.ticket.ended().is_some() {
            return Err(self.ended(false));
        }
        let appending = self.core.raw.append(&self.shipment.at, batch);
        self.let_go();
        Ok(Way::Direct { appending, permit })
    }

    /// What leaves from now on is appended behind a batch that was handed over for the first time.
    fn let_go(&mut self) {
        if self.tries.failed() > 0 {
            return;
        }
        if std::mem::take(&mut self.is_held) {
            self.core.let_go(&self.shipment);
        }
        self.ticket.is_at(Stage::Air);
    }

    /// Waits until the one before it in its lane is there, and makes sure that somebody carries that one on.
    async fn follow(&mut self, stage: Stage) -> Result<(), SendError> {
        let Some(Previous { answer, ticket }) = self.previous.clone() else { return Ok(()) };
        if ticket.stage() < stage {
            background::spawn(async { drop(answer.await) });
            let mut reached = Box::pin(ticket.reached(stage));
            self.ticket.unless_ended(&mut reached).await.ok_or_else(|| self.ended(false))?;
        }
        // Of one in the air it is not known yet whether it has to be waited for again.
        if ticket.stage() == Stage::Landed {
            self.previous = None;
        }
        Ok(())
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
        self.ticket.is_at(Stage::Ground);
        self.place = Place::OnTheGround(batch);
        self.follow(Stage::Landed).await?;
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
        self.ticket.is_at(Stage::Landed);
    }
}

/// An answer that comes too late for its handle. It tells all the same how the destination is: batches wait while the breaker is
/// open, and the one that goes as its probe is the oldest of them, whose own time may be over in a moment.
async fn late(appending: Appending, probe: Option<Permit>, longest: Duration) {
    match select(appending, sleep(longest)).await {
        Either::Left((answer, _)) => {
            let outcome =
                answer.map_or_else(|error| Outcome::Failed(error.class()), |_| Outcome::Acknowledged);
            if let Some(probe) = probe {
                probe.report(outcome);
            }
        }
        Either::Right(((), appending)) => {
            drop(probe);
            drop(appending.await);
        }
    }
}
