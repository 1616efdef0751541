//! One job with its handler: schemas loaded, doubles passed over, panics contained.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use super::flow::Job;
use super::forward::Forwarder;
use crate::codec::Codec;
use crate::consumer::dedupe::{Dedupe, Seen};
use crate::consumer::failure::DeadLetter;
use crate::consumer::message::Readers;
use crate::consumer::next::load;
use crate::consumer::{ConsumeError, Failure, LoadKeys, OwnedMessage};

/// What all jobs of a run share.
#[derive(Debug)]
pub(super) struct Shop<H, C: Codec, K> {
    pub(super) handler: H,
    pub(super) readers: Arc<Readers<C, K>>,
    pub(super) dedupe: Option<Dedupe>,
    pub(super) forwarder: Option<Forwarder>,
    #[cfg(feature = "tracing")]
    pub(super) group: String,
}

/// What is to be done with a job.
#[derive(Debug)]
pub(super) enum Step {
    /// Hand it to the handler.
    Handle(Job),
    /// Carry it to another topic.
    Forward { job: Job, topic: String, letter: Box<DeadLetter>, is_dead: bool },
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The handler is finished with it.
    Done(Job),
    /// It failed.
    Failed(Job, Failure),
    /// It cannot be handled yet, through no fault of its own: the registry does not answer, or somebody else is at the same message.
    NotYet(Job),
    /// It was handled before.
    Duplicate(Job),
    /// It is acknowledged at the other topic.
    Forwarded { job: Job, is_dead: bool },
    /// The other topic does not take it, now or ever.
    NotForwarded(Job, ConsumeError),
}

impl<H, F, C, K> Shop<H, C, K>
where
    H: Fn(OwnedMessage<C, K>) -> F,
    F: Future<Output = Result<(), Failure>>,
    C: Codec,
    K: LoadKeys,
{
    pub(super) async fn work(&self, step: Step) -> Outcome {
        match step {
            Step::Handle(job) => self.handle(job).await,
            Step::Forward { job, topic, letter, is_dead } => {
                let Some(forwarder) = &self.forwarder else { return Outcome::NotYet(job) };
                match forwarder.forward(&job, &topic, &letter).await {
                    Ok(()) => Outcome::Forwarded { job, is_dead },
                    Err(error) => Outcome::NotForwarded(job, error),
                }
            }
        }
    }

    async fn handle(&self, job: Job) -> Outcome {
        let message = OwnedMessage::new(job.place.clone(), &self.readers);
        let record = message.received().record;
        match load(&self.readers, &record).await {
            Ok(()) => {}
            Err(error) if error.class().is_retriable() => return Outcome::NotYet(job),
            Err(error) => return Outcome::Failed(job, error.into()),
        }
        let reserved = match &self.dedupe {
            Some(dedupe) => match dedupe.reserve(&record).await {
                Ok((Seen::New, key)) => key,
                Ok((Seen::Done, _)) => return Outcome::Duplicate(job),
                Ok((Seen::InFlight, _)) => return Outcome::NotYet(job),
                Err(error) if error.class.is_retriable() => return Outcome::NotYet(job),
                Err(error) => return Outcome::Failed(job, error.into()),
            },
            None => None,
        };
        // What the handler was about when it panicked is dropped with it.
        let handling = AssertUnwindSafe(async { (self.handler)(message.clone()).await }).catch_unwind();
        #[cfg(feature = "tracing")]
        let span = self.span(&message);
        #[cfg(feature = "tracing")]
        let handling = tracing::Instrument::instrument(handling, span.clone());
        let handled = handling.await;
        let result = handled.unwrap_or_else(|what| Err(Failure::panicked(&*what)));
        #[cfg(feature = "tracing")]
        if let Err(failure) = &result {
            // Without the failure's words: they are the handler's, and may hold what the message does.
            span.in_scope(|| tracing::warn!(class = ?failure.class(), "the handler failed"));
        }
        if let (Some(dedupe), Some(key)) = (&self.dedupe, &reserved) {
            // Not stored, it may be handled again after a crash, as without a store; reserved, it becomes free with its time.
            let _ = match &result {
                Ok(()) => dedupe.done(key).await,
                Err(_) => dedupe.release(key).await,
            };
        }
        match result {
            Ok(()) => Outcome::Done(job),
            Err(failure) if failure.is_outage() => Outcome::NotYet(job),
            Err(failure) => Outcome::Failed(job, failure),
        }
    }

    /// Where the message is, and nothing of what it holds.
    #[cfg(feature = "tracing")]
    fn span(&self, message: &OwnedMessage<C, K>) -> tracing::Span {
        let at = message.partition();
        tracing::info_span!(
            "schemawire.message",
            group = %self.group,
            topic = %at.topic,
            partition = at.partition,
            offset = message.offset()
        )
    }
}
