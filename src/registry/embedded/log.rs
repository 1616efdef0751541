//! The log under the registry: read into a state, written by one owner at a time.

use std::sync::Arc;
use std::time::Duration;

use super::group::{decided, same};
use super::queue::Command;
use crate::codec::Codecs;
use crate::record::{Batch, Headers, TopicPartition};
use crate::registry::event::Event;
use crate::registry::state::State;
use crate::registry::{RegistryError, RegistryErrorKind};
use crate::transport::{
    ConsumerSpec, Event as Happening, Place, PollLimits, RawConsumer, RawTransaction, Retention, TopicSpec,
    Transport, TransportError, TransportErrorKind,
};

/// How often one write takes the log over from others before it gives up.
const TAKEOVERS: usize = 64;

/// How long the log has to be quiet before a handle that was fenced takes it back, and how many records it lets pass at most. Without
/// that pause handles that write at the same moment would fence each other before any of them is done.
const QUIET: Duration = Duration::from_millis(5);
const PASSING: usize = 8;

/// How long a record may take from its commit until it can be read.
const READ_BACK: Duration = Duration::from_secs(30);

/// The topic as one handle sees it, and the state that it makes.
#[derive(Debug)]
pub(super) struct Log {
    transport: Arc<dyn Transport>,
    at: TopicPartition,
    consumer: Box<dyn RawConsumer>,
    /// The owner's right to write. It is out of its place while a transaction runs, so that one whose outcome nobody saw (a
    /// failure, a dropped future) leaves none: the next write takes the log over, which settles what became of it.
    writer: Option<Box<dyn RawTransaction>>,
    state: State,
    /// The next offset to read.
    position: u64,
    /// Where the log ended when it was last read to its end.
    end: u64,
    /// A record that no registry wrote: nothing behind it is read, and nothing is decided any more.
    damage: Option<u64>,
    /// The largest batch.
    limit: usize,
}

impl Log {
    /// Opens the topic, creating it where it is missing; reads nothing yet.
    pub(super) async fn open(
        transport: &Arc<dyn Transport>,
        at: &TopicPartition,
        state: State,
        limit: usize,
    ) -> Result<Self, RegistryError> {
        if !transport.capabilities().transactions {
            let message = "the registry needs a transport with transactions to keep its ids unique";
            return Err(RegistryError::new(RegistryErrorKind::Store, message)
                .because(TransportError::new(TransportErrorKind::InvalidRequest, "no transactions")));
        }
        match transport.partitions(&at.topic).await.map_err(failed)? {
            Some(1) => {}
            Some(count) => {
                let message =
                    format!("topic `{}` has {count} partitions: a registry's log needs exactly 1", at.topic);
                return Err(RegistryError::new(RegistryErrorKind::Store, message).because(
                    TransportError::new(TransportErrorKind::InvalidRequest, "more than one partition"),
                ));
            }
            None => {
                let retention = Retention { compact: true, ..Retention::default() };
                let spec = TopicSpec::new(&at.topic, 1).with_retention(retention);
                transport.create_topic(spec).await.map_err(failed)?;
            }
        }
        let spec = ConsumerSpec::new(&[&at.topic]).with_start(Place::Earliest);
        let consumer = transport.open_consumer(spec).await.map_err(failed)?;
        Ok(Self {
            transport: Arc::clone(transport),
            at: at.clone(),
            consumer,
            writer: None,
            state,
            position: 0,
            end: 0,
            damage: None,
            limit: limit.min(transport.capabilities().max_batch),
        })
    }

    pub(super) const fn state(&self) -> &State {
        &self.state
    }

    pub(super) const fn end(&self) -> u64 {
        self.end
    }

    /// Reads what is there now.
    pub(super) async fn catch_up(&mut self) -> Result<(), RegistryError> {
        let end = self.transport.offset(&self.at, Place::Latest).await.map_err(failed)?;
        // The last offsets may hold no record that is still there; then the log says that it has nothing more.
        while self.position < end && self.read(PollLimits::default().now()).await? {}
        self.end = self.end.max(end);
        Ok(())
    }

    /// Decides each command over the newest state and those before it, and writes what happens in one transaction; says of each
    /// whether the state holds it now, or why not.
    pub(super) async fn write(
        &mut self,
        commands: &[Command],
        codecs: &Codecs,
    ) -> Vec<Result<(), RegistryError>> {
        let failure = match self.write_patiently(commands, codecs).await {
            Ok(outcomes) => return outcomes,
            Err(failure) => failure,
        };
        // Whoever waits gets the error; its source can be had once only, and goes to the first.
        let rest: Vec<_> = commands.iter().skip(1).map(|_| Err(same(&failure))).collect();
        std::iter::once(Err(failure)).chain(rest).collect()
    }

    async fn write_patiently(
        &mut self,
        commands: &[Command],
        codecs: &Codecs,
    ) -> Result<Vec<Result<(), RegistryError>>, RegistryError> {
        let mut fenced = None;
        for _ in 0..TAKEOVERS {
            match self.attempt(commands, codecs).await {
                Ok(outcomes) => return outcomes,
                Err(error) if error.kind == TransportErrorKind::Fenced => {
                    fenced = Some(error);
                    self.let_others_finish().await?;
                }
                Err(error) => return Err(failed(error)),
            }
        }
        let message = format!(
            "other handles took the registry's log over {TAKEOVERS} times: one handle, cloned, is enough"
        );
        let error = RegistryError::new(RegistryErrorKind::Store, message);
        Err(match fenced {
            Some(source) => error.because(source),
            None => error,
        })
    }

    /// Makes sure that it is this handle that writes.
    pub(super) async fn claim(&mut self) -> Result<(), RegistryError> {
        if self.writer.is_none() {
            self.writer = Some(self.take_over().await.map_err(failed)??);
        }
        Ok(())
    }

    /// One try; the outer error is the transport's.
    async fn attempt(
        &mut self,
        commands: &[Command],
        codecs: &Codecs,
    ) -> Result<Result<Vec<Result<(), RegistryError>>, RegistryError>, TransportError> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => match self.take_over().await? {
                Ok(writer) => writer,
                Err(error) => return Ok(Err(error)),
            },
        };
        let (batches, outcomes) = decided(&self.state, commands, codecs, self.limit);
        if !batches.is_empty() {
            let end = commit(writer.as_mut(), &self.at, batches).await?;
            if let Err(error) = self.read_to(end).await {
                return Ok(Err(error));
            }
        }
        self.writer = Some(writer);
        Ok(Ok(outcomes))
    }

    /// Reads on until the newer owner seems to be done.
    async fn let_others_finish(&mut self) -> Result<(), RegistryError> {
        let limits = PollLimits { wait: Some(QUIET), ..PollLimits::default() };
        for _ in 0..PASSING {
            if !self.read(limits).await? {
                break;
            }
        }
        Ok(())
    }

    /// Becomes the owner, and reads to the end: no older owner can write any more, so a record of our own marks it.
    async fn take_over(&mut self) -> Result<Result<Box<dyn RawTransaction>, RegistryError>, TransportError> {
        let mut writer = self.transport.open_transactional(&self.at.topic).await?;
        let mut mark = Batch::new();
        let (key, value) = Event::Noop.write();
        mark.push(Some(&key), value.as_deref(), &Headers::new(), None);
        let end = commit(writer.as_mut(), &self.at, vec![mark]).await?;
        Ok(self.read_to(end).await.map(|()| writer))
    }

    /// Reads until the record before that offset, which is known to be there.
    async fn read_to(&mut self, end: u64) -> Result<(), RegistryError> {
        let limits = PollLimits { wait: Some(READ_BACK), ..PollLimits::default() };
        while self.position < end {
            if !self.read(limits).await? {
                let message = format!(
                    "the registry's log gave nothing at offset {} for {} s, though {end} records are acknowledged",
                    self.position,
                    READ_BACK.as_secs()
                );
                return Err(RegistryError::new(RegistryErrorKind::Store, message));
            }
        }
        self.end = self.end.max(end);
        Ok(())
    }

    /// Takes what comes next; `false` where nothing comes within the wait.
    async fn read(&mut self, limits: PollLimits) -> Result<bool, RegistryError> {
        if let Some(offset) = self.damage {
            return Err(damaged(offset));
        }
        match self.consumer.next(limits).await.map_err(failed)? {
            Happening::Records { from, batch, .. } => {
                // No wait between taking the batch and applying all of it: a dropped future loses nothing.
                for record in batch.iter().filter(|record| record.offset >= from) {
                    match Event::read(record.key.unwrap_or_default(), record.value) {
                        Ok(event) => self.state.apply(&event, record.timestamp),
                        Err(error) => {
                            self.damage = Some(record.offset);
                            return Err(damaged(record.offset).because(error));
                        }
                    }
                }
                self.position = batch.next_offset();
                Ok(true)
            }
            Happening::Idle => Ok(false),
            Happening::Gap { from, to, .. } => {
                self.damage = Some(from);
                let message = format!(
                    "records {from} to {to} of the registry's log are gone: it must not have a retention"
                );
                Err(RegistryError::new(RegistryErrorKind::Store, message))
            }
            Happening::Lost { .. } => {
                self.damage = Some(self.position);
                let message = format!("the registry's log, topic `{}`, was deleted", self.at.topic);
                Err(RegistryError::new(RegistryErrorKind::Store, message))
            }
            _ => Ok(true),
        }
    }
}

/// Writes the batches in one transaction; gives the offset behind them.
async fn commit(
    writer: &mut dyn RawTransaction,
    at: &TopicPartition,
    batches: Vec<Batch>,
) -> Result<u64, TransportError> {
    writer.begin().await?;
    let mut last = 0;
    for batch in batches {
        last = batch.len() as u64;
        writer.append(at, batch).await?;
    }
    let appended = writer.commit().await?;
    let base = appended.iter().rev().find(|it| it.at == *at).map(|it| it.base_offset);
    base.map(|base| base + last).ok_or_else(|| {
        TransportError::new(
            TransportErrorKind::Io,
            format!("the commit to {at} does not say where it was stored"),
        )
    })
}

/// The transport's trouble as the registry's.
pub(super) fn failed(error: TransportError) -> RegistryError {
    RegistryError::new(RegistryErrorKind::Store, "the registry's log failed").because(error)
}

fn damaged(offset: u64) -> RegistryError {
    let message = format!(
        "the record at offset {offset} of the registry's log was not written by a registry; nothing is decided behind it"
    );
    RegistryError::new(RegistryErrorKind::Store, message)
}
