//! A handler for every message: several at once, in order per key, while the membership goes on.
//!
//! ```text
//!               ┌───────────────── one future, no runtime ─────────────────┐
//! transport ──> │ intake -> lanes -> handlers ──> done -> watermark -commit-> transport
//!               │              ^  └ failed ─> again, retry topic, dead letters
//!               └──────────────┴─────────────────────────────────────────────┘
//! ```
//!
//! ✔ Membership goes on however long handlers take, as long as they *wait*: one that computes or blocks for long belongs on a thread
//! (`spawn_blocking`). ✔ What fails stops neither its partition nor the run, unless that is asked for. ✔ A handler that panics has
//! failed. ✗ A message may be handled again after a crash, or when its partition went while it was being handled.

mod engine;
mod flow;
mod forward;
mod lanes;
mod outcome;
mod stop;
mod work;

pub use stop::RunHandle;

use std::hash::{BuildHasher, Hasher, RandomState};

use super::dedupe::Dedupe;
use super::failure::OnFailure;
use super::member::Member;
use super::{ConsumeError, Consumer, Failure, LoadKeys, OwnedMessage};
use crate::codec::Codec;
use engine::Run;
use forward::Forwarder;
use work::Shop;

/// Which messages wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Those of one key, in one partition. Those without a key wait for nobody.
    #[default]
    Key,
    /// Those of one partition.
    Partition,
    /// None.
    None,
}

/// What a run has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Messages whose handlers finished well.
    pub handled: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Messages that went to a retry topic.
    pub retried: u64,
    /// Messages that went to the dead letters.
    pub dead_letters: u64,
    /// Messages that were given up and passed over.
    pub skipped: u64,
    /// Messages that were handled before.
    pub duplicates: u64,
    /// Messages that were with a handler when the time to stop was over: they are given again.
    pub unfinished: u64,
}

impl<C: Codec, K: LoadKeys> Consumer<C, K> {
    /// The handle that stops [`Consumer::run`].
    #[must_use]
    pub fn run_handle(&self) -> RunHandle {
        self.handle.clone()
    }

    /// Hands every message to the handler, until the handle says stop (or the log ends, with
    /// [`stop_at_end`](super::ConsumerBuilder::stop_at_end)), then lets those finish that are with a handler, commits, and leaves.
    ///
    /// Messages come to the handler owned, and may go to other tasks. A message is done when the handler's future resolves with `Ok`;
    /// what becomes of one that fails, [`Failures`](super::Failures) says. Needs no runtime: everything happens within this future, on
    /// whatever polls it; for work on several cores let the handler spawn.
    ///
    /// Dropping the future is like a crash: handlers are dropped where they stand, and what is not committed is given again.
    ///
    /// ```
    /// # use schemawire::{codec::Json, consumer::ConsumeExt, producer::ProduceExt, registry::EmbeddedRegistry};
    /// # use schemawire::{schema::Schema, serdes::Serdes, transport::Memory};
    /// # pollster::block_on(async {
    /// # let log = Memory::new();
    /// # let serdes = Serdes::new(EmbeddedRegistry::on(&log).await?);
    /// # let schema = Schema::json(r#"{"type": "string"}"#)?;
    /// # log.producer("names").value(&serdes, Json, &schema).build().await?.send_batch(["Ada", "Grace"]).await?;
    /// let builder = log.consumer("names").group("greeters").value(&serdes, Json, &schema);
    /// let consumer = builder.concurrency(8).stop_at_end().build().await?;
    /// let summary = consumer.run(async |message| {
    ///     let name: &str = message.value()?;
    ///     println!("Hello, {name}");
    ///     Ok(())
    /// }).await?;
    /// assert_eq!(summary.handled, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A transport that fails for good, a dead-letter topic that takes nothing, a gap or a failure at which it is to stop. What runs is
    /// finished and what is done is committed before.
    pub async fn run<H, F>(self, handler: H) -> Result<Summary, ConsumeError>
    where
        H: Fn(OwnedMessage<C, K>) -> F,
        F: Future<Output = Result<(), Failure>>,
    {
        let Self { mut member, readers, handle, current, behind, paused } = self;
        if paused {
            let all = member.partitions.lock().all();
            member.raw.resume(&all);
        }
        let settings = &member.settings;
        let group = member.name().to_owned();
        let dedupe = settings.dedupe.clone().map(|(store, by)| Dedupe { store, by, group });
        let forwarder = match forwards(&member) {
            topics if topics.is_empty() => None,
            topics => {
                let count = member.transport.partitions(&settings.topic).await?;
                let create = settings.create.and(count.or(Some(1)));
                Some(Forwarder::open(&member.transport, &topics, create).await?)
            }
        };
        let shop = Shop {
            handler,
            readers,
            dedupe,
            forwarder,
            #[cfg(feature = "tracing")]
            group: member.name().to_owned(),
        };
        // What was fetched for `next` and not given yet comes first.
        let fetched = current.into_iter().chain(behind);
        Run::new(member, handle, fetched).run(&shop).await
    }
}

/// The topics that messages may go to.
fn forwards(member: &Member) -> Vec<String> {
    let (failures, topic) = (&member.settings.failures, &*member.settings.topic);
    let mut topics: Vec<String> = failures.retry_topics(topic).into_iter().map(|(name, _)| name).collect();
    if failures.on_failure() == OnFailure::DeadLetter {
        topics.push(failures.dead_letter_topic(topic));
    }
    topics
}

/// Any number, so that those who failed together do not come back together.
fn dice() -> u64 {
    RandomState::new().build_hasher().finish()
}
