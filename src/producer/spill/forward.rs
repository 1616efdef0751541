//! Forwards what lies aside, batch by batch, and marks each when it is acknowledged.
//!
//! ```text
//! batch at the mark ──number kept with the mark──> destination ──acknowledged──> mark behind it, next number
//! ```
//!
//! A process that dies between the last two steps forwards the batch again under the same number. A destination that tries by itself
//! and gives batches numbers of its own (Kafka) is not asked anew while it still tries: that would be a new number. So it is given
//! as long as its numbers hold, and the breaker is told meanwhile how it is.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Aside;
use crate::class::Class;
use crate::observer::Observation;
use crate::producer::breaker::{Outcome, Permit};
use crate::producer::core::Core;
use crate::producer::delivery::Answer;
use crate::producer::ticket::Stage;
use crate::record::{Batch, Sequence, TopicPartition};
use crate::transport::{
    CommitOutcome, Committed, Event, Generation, PollLimits, RawConsumer, RawProducer, sleep,
};

/// How long a destination that tries by itself has for a batch that is forwarded: as long as Kafka's brokers know a producer that
/// says nothing (`producer.id.expiration.ms`).
pub(in crate::producer) const FORWARDING: Duration = Duration::from_hours(24);
/// How long to wait before another look at a log that does not read.
const UNREADABLE: Duration = Duration::from_secs(1);

/// Forwards until the producer is gone.
pub(in crate::producer) async fn forward(
    core: Weak<Core>,
    aside: Arc<Aside>,
    consumer: Box<dyn RawConsumer>,
    raw: Arc<dyn RawProducer>,
) {
    let (stopped, ended) = (Arc::clone(&aside), Arc::clone(&aside.ended));
    let work = Forward { core, aside, consumer, raw }.run();
    drop(select(Box::pin(work), Box::pin(stopped.stop.given())).await);
    // By then nothing here keeps the logs open.
    drop(stopped);
    ended.is_at(Stage::Landed);
}

struct Forward {
    core: Weak<Core>,
    aside: Arc<Aside>,
    consumer: Box<dyn RawConsumer>,
    raw: Arc<dyn RawProducer>,
}

impl Forward {
    async fn run(mut self) {
        loop {
            match self.consumer.next(PollLimits::default()).await {
                Ok(Event::Records { at, generation, batch, .. }) => {
                    let Some(core) = self.core.upgrade() else { return };
                    let number = self.batch(&core, &at, &batch).await;
                    self.mark(&core, &at, generation, &batch, number + 1).await;
                }
                Ok(Event::Revoking { generation, .. }) => drop(self.consumer.revoked(generation).await),
                Ok(_) => {}
                Err(_) => sleep(UNREADABLE).await,
            }
        }
    }

    /// Hands a batch to the destination until it is acknowledged, and gives its number: nothing that lies aside is ever left
    /// out.
    async fn batch(&self, core: &Core, aside: &TopicPartition, batch: &Batch) -> u64 {
        let at = TopicPartition::new(Arc::clone(&core.topic), aside.partition);
        let sequence = self.sequence(aside).await;
        let batch = as_written(batch);
        let before: Option<Answer> = core.lanes().before_backlog(at.partition);
        if let Some(before) = before {
            drop(before.await);
        }
        let (mut failed, mut left, mut pending) = (0, core.clock.steady(), None);
        loop {
            let permit = permit(core).await;
            let appending = pending.take().unwrap_or_else(|| {
                let mut again = batch.clone();
                again.set_sequence(Some(sequence));
                left = core.clock.steady();
                self.raw.append(&at, again)
            });
            let (class, wait) = match select(appending, sleep(core.settings.timeout)).await {
                Either::Left((Ok(_), _)) => {
                    permit.report(Outcome::Acknowledged);
                    let took = core.clock.steady().saturating_sub(left);
                    let (records, bytes) = (batch.len() as u64, batch.size() as u64);
                    core.told.observe(|| Observation::Sent { topic: &core.topic, records, bytes, took });
                    return sequence.number;
                }
                // What is refused for ever holds its queue up until somebody makes room for it: order is kept, nothing is lost.
                Either::Left((Err(error), _)) if !error.class().is_retriable() => {
                    (error.class(), core.settings.backoff.longest)
                }
                Either::Left((Err(error), _)) => {
                    (error.class(), core.settings.backoff.wait(failed, core.roll()))
                }
                // It is still being tried.
                Either::Right(((), appending)) => {
                    pending = Some(appending);
                    (Class::RETRY, Duration::ZERO)
                }
            };
            permit.report(Outcome::Failed(class));
            failed += 1;
            core.told.observe(|| Observation::SentAgain { topic: &core.topic, failed });
            sleep(wait).await;
        }
    }

    /// The number of the batch at the mark.
    async fn sequence(&self, aside: &TopicPartition) -> Sequence {
        loop {
            if let Ok(committed) = self.aside.log.committed(&self.aside.topic).await {
                let number = committed.get(aside).and_then(|it| it.metadata.as_deref()?.parse().ok());
                return Sequence { producer: self.aside.number, epoch: 0, number: number.unwrap_or(0) };
            }
            sleep(UNREADABLE).await;
        }
    }

    async fn mark(
        &self,
        core: &Core,
        aside: &TopicPartition,
        generation: Generation,
        batch: &Batch,
        number: u64,
    ) {
        let mark = Committed { offset: batch.next_offset(), metadata: Some(number.to_string()) };
        let marks = [(aside.clone(), mark)];
        loop {
            match self.consumer.commit(generation, &marks).await {
                Ok(CommitOutcome::Stored) => break,
                // It is given again, with its number.
                Ok(CommitOutcome::StaleGeneration) => return,
                Err(_) => sleep(UNREADABLE).await,
            }
        }
        core.forwarded(aside.partition, batch);
    }
}

/// Leave to try, however long the breaker is open.
async fn permit(core: &Core) -> Permit {
    loop {
        match core.breaker.ask(&core.told) {
            Ok(permit) => return permit,
            Err(wait) => core.breaker.changed(wait).await,
        }
    }
}

/// The batch with the times that its records had when they were laid aside.
fn as_written(batch: &Batch) -> Batch {
    let mut written = Batch::with_capacity(batch.size());
    for record in batch {
        written.push(record.key, record.value, &record.headers(), Some(record.timestamp));
    }
    written
}
