//! The task of a producer: asks the machine what is to be done, does it, and tells it what came of it.
//!
//! It alone owns the machine, so nothing of it is locked; connections and requests are futures that it polls itself.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use krafka::{Compression, KrafkaError};

use crate::record::TopicPartition;

use super::super::super::{Acknowledge, BoxFuture, Clock, ProducerSpec, SystemClock, TransportError};
use super::super::error::fault;
use super::super::link::{BACKOFF, Link, pause};
use super::super::wire::{Connection, Missing, Wire};
use super::handed::Handed;
use super::machine::{Machine, Owner, Rules};
use super::request::{Outcome, Request};
use super::{Append, Inbox, Ticket};

/// How long what nobody waits for is tried once the producer is gone, at most.
const CLOSING: Duration = Duration::from_secs(120);
/// How long to wait where nothing is due.
const IDLE: Duration = Duration::from_secs(3600);

/// A producer's machine with its sockets.
pub(super) struct Engine {
    machine: Machine<Ticket>,
    inbox: Arc<Inbox>,
    clock: SystemClock,
    delivery_timeout: Duration,
    acks: i16,
    /// The broker's own time-out, in milliseconds.
    timeout: i32,
    compression: Compression,
    /// When the producer was gone.
    closed_at: Option<Duration>,
    wire: Arc<Wire>,
    under_way: FuturesUnordered<BoxFuture<'static, Event>>,
    /// Holds the sockets' runtime.
    _link: Arc<Link>,
}

/// What happened outside.
enum Event {
    Connected(i32, Result<Connection, KrafkaError>),
    Answered(i32, Vec<(TopicPartition, Outcome)>),
    Looked(Result<(), KrafkaError>),
    Owned(Result<(i64, i16), KrafkaError>),
}

impl Engine {
    /// Takes a number for the producer, where it needs one.
    pub(super) async fn open(
        link: Arc<Link>,
        client: &krafka::Kafka,
        inbox: Arc<Inbox>,
        clock: SystemClock,
        spec: &ProducerSpec,
        compression: Compression,
    ) -> Result<Self, TransportError> {
        let wire = Arc::new(Wire::new(&link.client, client));
        let (max_batch, request_timeout) = (link.settings.max_batch, link.settings.request_timeout);
        let owner = if spec.idempotent && spec.acknowledge == Acknowledge::All {
            let asked = tokio::time::timeout(request_timeout, numbered(&wire)).await;
            let asked = asked.unwrap_or_else(|late| Err(late.into()));
            let (producer, epoch) = asked.map_err(|error| fault("cannot open a producer", error))?;
            Owner::Known(producer, epoch)
        } else {
            Owner::Nobody
        };
        let rules = Rules {
            delivery_timeout: spec.delivery_timeout,
            // Kafka's form has some bytes more than ours; the brokers' default leaves room for them.
            limit: max_batch + max_batch / 32,
            backoff: BACKOFF,
            seed: RandomState::new().hash_one(clock.wall()),
        };
        let acks = match spec.acknowledge {
            Acknowledge::None => 0,
            Acknowledge::Leader => 1,
            Acknowledge::All => -1,
        };
        Ok(Self {
            machine: Machine::new(rules, owner),
            inbox,
            clock,
            delivery_timeout: spec.delivery_timeout,
            acks,
            timeout: i32::try_from(request_timeout.as_millis()).unwrap_or(i32::MAX),
            compression,
            closed_at: None,
            wire,
            under_way: FuturesUnordered::new(),
            _link: link,
        })
    }

    /// Goes on until the producer is gone and all that it handed over is answered.
    pub(super) async fn run(mut self) {
        let inbox = Arc::clone(&self.inbox);
        while self.turn() {
            let now = self.clock.steady();
            let pause = self.machine.wake(now).map_or(IDLE, |at| at.saturating_sub(now));
            let news = std::pin::pin!(tokio::time::timeout(pause, inbox.news.notified()));
            if self.under_way.is_empty() {
                let _ = news.await;
            } else if let Either::Left((Some(event), _)) = select(self.under_way.next(), news).await {
                self.happened(event);
            }
        }
    }

    /// Does what can be done now. `false` when nothing is left to do, ever.
    fn turn(&mut self) -> bool {
        let (appends, is_closed) = {
            let mut state = self.inbox.state();
            (std::mem::take(&mut state.appends), state.is_closed)
        };
        for Append { at, batch, wall, steady, ticket } in appends {
            let deadline = steady.saturating_add(self.delivery_timeout);
            self.machine.append(&at, Handed::new(Arc::new(batch), wall, deadline, ticket));
        }
        let now = self.clock.steady();
        if is_closed {
            let until = self.closed_at.get_or_insert(now).saturating_add(CLOSING);
            self.machine.hurry(until, &|ticket| ticket.answer.is_canceled());
        }
        self.machine.expire(now);
        let wire = &self.wire;
        let errands = self.machine.errands(now, &|at| wire.leader(at));
        for broker in errands.brokers {
            let wire = Arc::clone(&self.wire);
            self.start(async move { Event::Connected(broker, wire.connect(broker).await) });
        }
        if !errands.topics.is_empty() {
            let wire = Arc::clone(&self.wire);
            self.start(async move { Event::Looked(wire.refresh(&errands.topics).await) });
        }
        if errands.owner {
            let wire = Arc::clone(&self.wire);
            self.start(async move { Event::Owned(numbered(&wire).await) });
        }
        self.tell();
        !(is_closed && self.machine.is_empty())
    }

    fn start(&self, future: impl Future<Output = Event> + Send + 'static) {
        self.under_way.push(Box::pin(future));
    }

    fn happened(&mut self, event: Event) {
        let now = self.clock.steady();
        let wire = Arc::clone(&self.wire);
        let leaders = |at: &TopicPartition| wire.leader(at);
        match event {
            Event::Connected(broker, Ok(connection)) => {
                let loads = self.machine.load(broker, now, &leaders);
                if loads.is_empty() {
                    return;
                }
                let places: Vec<_> = loads.iter().map(|load| load.at.clone()).collect();
                let (acks, timeout, compression) = (self.acks, self.timeout, self.compression);
                let request = Request { acks, timeout, loads, ids: Vec::new() };
                let wire = Arc::clone(&self.wire);
                self.start(async move {
                    let outcomes = wire.produce(&connection, request, compression).await;
                    Event::Answered(broker, places.into_iter().zip(outcomes).collect())
                });
            }
            Event::Connected(broker, Err(error)) => {
                self.machine.unreachable(broker, &error, now, &leaders);
            }
            Event::Answered(broker, outcomes) => self.machine.answered(broker, outcomes, now),
            Event::Looked(Ok(())) => self.machine.looked(now, &leaders, &|at| wire.missing(at)),
            Event::Looked(Err(_)) => self.machine.looked(now, &leaders, &|_| Missing::Leader),
            Event::Owned(owner) => self.machine.owned(owner),
        }
    }

    fn tell(&mut self) {
        let told = self.machine.told();
        if told.is_empty() {
            return;
        }
        let mut state = self.inbox.state();
        for (ticket, _) in &told {
            state.unanswered.remove(&ticket.number);
        }
        state.settle();
        drop(state);
        for (ticket, result) in told {
            // Nobody may wait for it.
            let _ = ticket.answer.send(result);
        }
    }
}

/// A number for an idempotent producer; asked for again and again where brokers cannot say yet.
async fn numbered(wire: &Wire) -> Result<(i64, i16), KrafkaError> {
    for failed in 0_u32.. {
        match wire.identity().await {
            Err(error) if error.is_retriable() => {
                pause(failed).await;
            }
            answer => return answer,
        }
    }
    Err(KrafkaError::timeout("a number for an idempotent producer"))
}

/// The runtime ends, or all is done: nobody waits in vain.
impl Drop for Engine {
    fn drop(&mut self) {
        let mut state = self.inbox.state();
        state.has_ended = true;
        state.flushes.clear();
        state.unanswered.clear();
        let appends = std::mem::take(&mut state.appends);
        drop(state);
        drop(appends);
    }
}
