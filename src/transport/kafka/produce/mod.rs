//! A producer on Kafka: sends our batches as Kafka's own, over the client's connections.
//!
//! ```text
//! append ─> inbox ─> engine: a task around the machine ─> requests ─> brokers
//!                      └── what became of each batch <──────────────────┘
//! ```
//!
//! The client's own producer takes records one by one; here a batch stays one from its first record to the broker's log, so that a
//! record costs a copy. Batches that wait while others are on their way are joined.

pub(super) mod encode;
mod engine;
mod handed;
mod lane;
mod machine;
mod outcome;
pub(super) mod request;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;
use tokio::sync::Notify;

use crate::record::{Batch, Compression, TopicPartition};

use super::super::{
    AppendError, Appended, BoxFuture, Clock, ProducerSpec, RawProducer, SystemClock, TransportError,
    TransportErrorKind,
};
use super::link::Link;
use engine::Engine;

/// Appends batches to Kafka.
#[derive(Debug)]
pub(super) struct KafkaProducer {
    inbox: Arc<Inbox>,
    clock: SystemClock,
    max_batch: usize,
}

/// What the producer and its engine share.
#[derive(Debug, Default)]
struct Inbox {
    news: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    appends: Vec<Append>,
    next: u64,
    /// Batches without an answer, by their number, and who waits for all before a number.
    unanswered: BTreeSet<u64>,
    flushes: Vec<(u64, oneshot::Sender<()>)>,
    /// Nothing more comes.
    is_closed: bool,
    /// Nothing more goes.
    has_ended: bool,
}

/// A batch that was handed over.
#[derive(Debug)]
struct Append {
    at: TopicPartition,
    batch: Batch,
    wall: i64,
    steady: std::time::Duration,
    ticket: Ticket,
}

/// Who waits for a batch.
#[derive(Debug)]
struct Ticket {
    number: u64,
    answer: oneshot::Sender<Result<Appended, AppendError>>,
}

impl KafkaProducer {
    pub(super) async fn open(link: Arc<Link>, spec: ProducerSpec) -> Result<Self, TransportError> {
        spec.check()?;
        let (timeout, request) = (spec.delivery_timeout, link.settings.request_timeout);
        if timeout < request {
            let message = format!(
                "the delivery timeout of {timeout:?} is shorter than the request time-out of {request:?}, so that no batch is ever \
                 tried in full; lengthen the one or shorten the other"
            );
            return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        }
        let compression = compression(spec.compression)?;
        let client = match &spec.client_id {
            Some(name) => link.another(Some(name)).await?,
            None => link.sending().await?,
        };
        let (inbox, clock, max_batch) = (Arc::default(), SystemClock::default(), link.settings.max_batch);
        let (runtime, shared) = (Arc::clone(&link.runtime), Arc::clone(&inbox));
        let opened = async move { Engine::open(link, &client, shared, clock, &spec, compression).await };
        let engine = runtime.run(opened).await?;
        runtime.handle().spawn(engine.run());
        Ok(Self { inbox, clock, max_batch })
    }
}

fn compression(compression: Compression) -> Result<krafka::Compression, TransportError> {
    Ok(match compression {
        Compression::None => krafka::Compression::None,
        Compression::Gzip => krafka::Compression::Gzip,
        Compression::Snappy => krafka::Compression::Snappy,
        Compression::Lz4 => krafka::Compression::Lz4,
        Compression::Zstd if cfg!(feature = "kafka-zstd") => krafka::Compression::Zstd,
        Compression::Zstd => {
            let message = "zstd towards Kafka needs the feature `kafka-zstd`, which was not built in; take lz4, or build it in";
            return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        }
    })
}

impl RawProducer for KafkaProducer {
    fn append(&self, at: &TopicPartition, batch: Batch) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let at = at.clone();
        let refused = |batch, source| {
            let batch = Some(Box::new(batch));
            let error = AppendError { at: at.clone(), possibly_written: false, batch, source };
            Box::pin(std::future::ready(Err(error)))
        };
        if let Err(source) = check(&at, &batch, self.max_batch) {
            return refused(batch, source);
        }
        let (wall, steady) = (self.clock.wall(), self.clock.steady());
        let (answer, answered) = oneshot::channel();
        let mut state = self.inbox.state();
        if state.has_ended {
            return refused(batch, ended(&at));
        }
        let number = state.next;
        state.next += 1;
        state.unanswered.insert(number);
        state.appends.push(Append { at: at.clone(), batch, wall, steady, ticket: Ticket { number, answer } });
        drop(state);
        self.inbox.news.notify_one();
        Box::pin(async move {
            answered.await.unwrap_or_else(|oneshot::Canceled| {
                let source = ended(&at);
                Err(AppendError { at, possibly_written: true, batch: None, source })
            })
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        let (answer, answered) = oneshot::channel();
        let mut state = self.inbox.state();
        let next = state.next;
        state.flushes.push((next, answer));
        state.settle();
        drop(state);
        Box::pin(async {
            // Whoever ends in between has answered every batch in its own way.
            let _ = answered.await;
            Ok(())
        })
    }
}

impl Drop for KafkaProducer {
    fn drop(&mut self) {
        // What was handed over is still sent, within its deadline; what nobody waits for within two minutes.
        self.inbox.state().is_closed = true;
        self.inbox.news.notify_one();
    }
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Answers those who wait for nothing any longer.
    fn settle(&mut self) {
        let first = self.unanswered.first().copied().unwrap_or(u64::MAX);
        for (_, flushed) in self.flushes.extract_if(.., |(before, _)| *before <= first) {
            let _ = flushed.send(());
        }
    }
}

fn ended(at: &TopicPartition) -> TransportError {
    let message =
        format!("the runtime in which Kafka was connected has ended before a batch for {at} was answered");
    TransportError::new(TransportErrorKind::Closed, message)
}

/// Refuses what can never be stored.
pub(super) fn check(at: &TopicPartition, batch: &Batch, most: usize) -> Result<(), TransportError> {
    if batch.is_empty() {
        let message = format!("a batch for {at} has no records");
        return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
    }
    if batch.size() > most {
        let size = batch.size();
        let message = format!(
            "a batch of {size} bytes for {at} is over the limit of {most}; send fewer records at once, or raise `max_batch` and \
             `max.message.bytes` of the topic"
        );
        return Err(TransportError::new(TransportErrorKind::TooLarge, message));
    }
    Ok(())
}
