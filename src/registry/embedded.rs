//! The registry on a transport's `_schemas` topic.
//!
//! ```text
//! write   queue -> lock -> (take the log over, read to its end) -> decide, each over those before it
//!         -> a batch each, one transaction -> read it back -> publish
//! read    the published state; waits for nobody. Registering what is registered is a read
//! ```
//!
//! Whatever was acknowledged is in the log, and the state is made from the log alone: a restart, or another transport, changes
//! nothing. A write whose future is dropped half-way has happened or not, as a whole; the next one reads the log first.
//!
//! - ✔ No id is given twice, also when several handles on one log write: the newest one to write fences the others, which take
//!   over again and decide anew.
//! - ✔ A handle sees what it wrote itself at once; what another handle wrote, when it writes, when it does not find something, and
//!   after [`EmbeddedRegistry::refresh`].
//! - ✗ It needs a transport with transactions.
//!
//! ```
//! use schemawire::registry::{EmbeddedRegistry, RegistryExt};
//! use schemawire::schema::Schema;
//! use schemawire::transport::Memory;
//!
//! # pollster::block_on(async {
//! let log = Memory::new();
//! let registry = EmbeddedRegistry::on(&log).await?;
//! registry.register_schema("names-value", &Schema::avro(r#""string""#)?).await?;
//!
//! let restarted = EmbeddedRegistry::on(&log).await?;
//! assert_eq!(restarted.latest("names-value").await?.id.0, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod answers;
mod group;
mod log;
mod queue;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use futures_channel::oneshot;
use futures_util::future::{Either, select};

use self::log::Log;
use self::queue::{Command, Queue, Waiting};
use super::lock::Lock;
use super::state::{Decision, State, decide};
use super::{Contents, RegistryError};
use crate::codec::Codecs;
use crate::compat::Level;
use crate::record::TopicPartition;
use crate::transport::{Memory, Place, Transport};

/// A registry kept on a topic of a transport. Cloning shares it.
#[derive(Clone)]
pub struct EmbeddedRegistry(Arc<Inner>);

struct Inner {
    codecs: Codecs,
    published: ArcSwap<State>,
    /// Where the log ended when the published state was made.
    end: AtomicU64,
    transport: Arc<dyn Transport>,
    at: TopicPartition,
    log: Lock<Log>,
    queue: Queue,
}

/// How an [`EmbeddedRegistry`] is opened.
#[derive(Debug, Clone)]
pub struct Builder {
    transport: Arc<dyn Transport>,
    codecs: Codecs,
    topic: String,
    level: Level,
    write_limit: usize,
}

impl Builder {
    /// Refuses what would take more bytes of the log at once (42209): a schema, or a set of them; without it 16 MiB.
    #[must_use]
    pub const fn write_limit(mut self, bytes: usize) -> Self {
        self.write_limit = bytes;
        self
    }

    /// Compares by that level where none is set; without it by BACKWARD. Levels that are set hold over it.
    #[must_use]
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Knows those formats; without it all of this build.
    #[must_use]
    pub fn codecs(mut self, codecs: Codecs) -> Self {
        self.codecs = codecs;
        self
    }

    /// Keeps its log on that topic; without it on `_schemas`.
    #[must_use]
    pub fn topic(mut self, topic: &str) -> Self {
        topic.clone_into(&mut self.topic);
        self
    }

    /// Opens the registry: creates the topic where it is missing, and reads it.
    ///
    /// # Errors
    /// A transport that fails or has no transactions; a topic with several partitions; a record that no registry wrote.
    pub async fn open(self) -> Result<EmbeddedRegistry, RegistryError> {
        let at = TopicPartition::new(self.topic, 0);
        let mut log =
            Log::open(&self.transport, &at, State::with_level(self.level), self.write_limit).await?;
        log.catch_up().await?;
        Ok(EmbeddedRegistry(Arc::new(Inner {
            codecs: self.codecs,
            published: ArcSwap::from_pointee(log.state().clone()),
            end: AtomicU64::new(log.end()),
            transport: self.transport,
            at,
            log: Lock::new(log),
            queue: Queue::default(),
        })))
    }
}

impl EmbeddedRegistry {
    /// Opens the registry of a transport, with all formats of this build.
    ///
    /// # Errors
    /// As [`Builder::open`].
    pub async fn on<T: Transport + Clone>(transport: &T) -> Result<Self, RegistryError> {
        Self::builder(transport).open().await
    }

    /// A registry in memory, which is gone with its last handle.
    ///
    /// # Errors
    /// None that is known.
    pub async fn in_memory() -> Result<Self, RegistryError> {
        Self::on(&Memory::new()).await
    }

    /// Opens the registry of a transport in another way than [`EmbeddedRegistry::on`].
    #[must_use]
    pub fn builder<T: Transport + Clone>(transport: &T) -> Builder {
        Builder {
            transport: Arc::new(transport.clone()),
            codecs: Codecs::default(),
            topic: "_schemas".into(),
            level: Level::default(),
            write_limit: 16 << 20,
        }
    }

    /// All that this handle knows now; later changes are not in it.
    #[must_use]
    pub fn snapshot(&self) -> Arc<State> {
        self.0.published.load_full()
    }

    /// Takes over all that another registry has, with its ids and versions, in one transaction: all of it, or nothing.
    ///
    /// # Errors
    /// A registry that has subjects; contents that do not belong together; a transport that fails; more than the write limit
    /// (42209), of which 16 MiB are some ten thousand schemas.
    pub async fn restore(&self, contents: Contents) -> Result<(), RegistryError> {
        let texts = contents.versions.iter().map(|it| it.schema.text().len()).sum();
        let restore = move |state: &_, codecs: &_| decide::restore(state, codecs, &contents);
        self.write(texts, restore).await.map(|(answer, _)| answer)
    }

    /// Reads what other handles have written since.
    ///
    /// # Errors
    /// A transport that fails; a record that no registry wrote.
    pub async fn refresh(&self) -> Result<(), RegistryError> {
        let mut log = self.0.log.lock().await;
        log.catch_up().await?;
        self.publish(&log);
        Ok(())
    }

    /// Answers from the published state; before it says that something is not there, it looks whether the log has grown.
    async fn read<T>(
        &self,
        ask: impl Fn(&State, &Codecs) -> Result<T, RegistryError> + Send,
    ) -> Result<T, RegistryError> {
        let answer = ask(&self.0.published.load(), &self.0.codecs);
        match answer {
            Err(error) if error.is_not_found() && self.is_behind().await? => {
                self.refresh().await?;
                ask(&self.0.published.load(), &self.0.codecs)
            }
            answer => answer,
        }
    }

    /// Decides over the newest state and makes it so; gives the decision's answer and a state that holds it. `bytes` is about how
    /// much that writes.
    async fn write<T: Send + 'static>(
        &self,
        bytes: usize,
        decide: impl Fn(&State, &Codecs) -> Result<Decision<T>, RegistryError> + Send + Sync + 'static,
    ) -> Result<(T, Arc<State>), RegistryError> {
        // The answer of the last decision, which is the one that was written.
        let decided = Arc::new(Mutex::new(None));
        let answered = Arc::clone(&decided);
        let command: Command = Arc::new(move |state, codecs| {
            let decision = decide(state, codecs)?;
            *answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(decision.answer);
            Ok(decision.events)
        });
        loop {
            let (answer, written) = oneshot::channel();
            self.0.queue.push(Waiting { command: Arc::clone(&command), bytes, answer });
            // Who wrote for us and was dropped half-way left no answer: the command has happened or not, and deciding it anew,
            // over a log that was read to its end, gives what is so.
            if let Ok(outcome) = self.written(written).await {
                let state = outcome?;
                let answer = decided.lock().unwrap_or_else(PoisonError::into_inner).take();
                return Ok((answer.expect("a decision without a refusal has an answer"), state));
            }
        }
    }

    /// Waits until a command was written, by another one, or by this one for all who wait.
    async fn written(
        &self,
        written: oneshot::Receiver<queue::Outcome>,
    ) -> Result<queue::Outcome, oneshot::Canceled> {
        let lock = std::pin::pin!(self.0.log.lock());
        let (mut log, mut written) = match select(written, lock).await {
            Either::Left((outcome, _)) => return outcome,
            Either::Right(turn) => turn,
        };
        loop {
            // Once ours is written the next in the line goes on with those that are not.
            if let Some(outcome) = written.try_recv()? {
                return Ok(outcome);
            }
            let group = self.0.queue.take();
            if group.is_empty() {
                drop(log);
                return written.await;
            }
            let commands: Vec<Command> = group.iter().map(|waiting| Arc::clone(&waiting.command)).collect();
            let outcomes = log.write(&commands, &self.0.codecs).await;
            // Also after a refusal: what others wrote may have been read on the way.
            self.publish(&log);
            let state = self.snapshot();
            for (waiting, outcome) in group.into_iter().zip(outcomes) {
                // A writer that is gone has been answered enough.
                drop(waiting.answer.send(outcome.map(|()| Arc::clone(&state))));
            }
        }
    }

    async fn is_behind(&self) -> Result<bool, RegistryError> {
        let end = self.0.transport.offset(&self.0.at, Place::Latest).await.map_err(log::failed)?;
        Ok(end > self.0.end.load(Ordering::Acquire))
    }

    fn publish(&self, log: &Log) {
        self.0.published.store(Arc::new(log.state().clone()));
        self.0.end.store(log.end(), Ordering::Release);
    }
}

impl fmt::Debug for EmbeddedRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedRegistry").field("codecs", &self.0.codecs).finish_non_exhaustive()
    }
}
