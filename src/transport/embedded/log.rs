//! The log as its handles see it: reads by themselves, hands everything else to the writer.

use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, SendError};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};

use futures_channel::oneshot;

use crate::record::{Batch, TopicPartition};

use super::super::local::{Hub, Store, Transacted, Transaction};
use super::super::{
    Acknowledge, AppendError, Appended, BoxFuture, Committed, TopicSpec, TransportError, TransportErrorKind,
};
use super::batches::Place;
use super::catalog::Catalog;
use super::command::{Answer, Command, Write};
use super::disk::Disk;
use super::fault::Fault;
use super::writer::Writer;

/// What the writer's thread and the handles share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) disk: Disk,
    pub(super) hub: Hub,
    /// What is committed and may be seen.
    pub(super) seen: RwLock<Catalog>,
    /// The file is closed, and every write that was begun has been answered.
    pub(super) closed: AtomicBool,
    producers: AtomicU64,
}

impl Shared {
    pub(super) fn new(disk: Disk, hub: Hub, catalog: Catalog) -> Self {
        let producers = AtomicU64::new(catalog.next_producer);
        Self { disk, hub, seen: RwLock::new(catalog), closed: AtomicBool::new(false), producers }
    }

    fn seen(&self) -> RwLockReadGuard<'_, Catalog> {
        self.seen.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open log. Dropped, it answers what was handed over, and closes the file.
#[derive(Debug)]
pub(super) struct Log {
    shared: Arc<Shared>,
    commands: Option<mpsc::Sender<Command>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Log {
    /// Starts the writer's thread.
    pub(super) fn start(shared: Arc<Shared>, writer: Writer) -> Result<Self, TransportError> {
        let (commands, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("schemawire-log".into()).spawn(move || writer.run(receiver));
        let thread = thread.map_err(|error| {
            TransportError::new(TransportErrorKind::Io, "cannot start the thread of the log").because(error)
        })?;
        Ok(Self { shared, commands: Some(commands), thread: Mutex::new(Some(thread)) })
    }

    /// Hands a command to the writer and waits for its answer. The command is on its way when this returns.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        command: impl FnOnce(Answer<T>) -> Command,
    ) -> BoxFuture<'static, Result<T, TransportError>> {
        let (answer, answered) = oneshot::channel();
        let sent = self.send(command(answer));
        Box::pin(async move {
            sent.map_err(|_| closed())?;
            // The writer drops no question without an answer, unless its thread dies.
            answered.await.unwrap_or_else(|_| Err(closed()))
        })
    }

    pub(super) fn topics(&self) -> Vec<TopicSpec> {
        self.shared.seen().topics.values().map(|topic| topic.spec.clone()).collect()
    }

    /// Hands a command to the writer, or back where there is none any more.
    fn send(&self, command: Command) -> Result<(), Box<Command>> {
        match &self.commands {
            Some(commands) => commands.send(command).map_err(|SendError(command)| Box::new(command)),
            None => Err(Box::new(command)),
        }
    }

    /// What a reader is told of a fault; the writer hears of one that it can mend.
    fn unreadable(&self, fault: Fault) -> TransportError {
        if fault.ends_session() {
            let _ = self.send(Command::Reopen);
        }
        fault.tell("read", self.shared.disk.path())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Without senders the writer does what is left, and ends.
        self.commands = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}

pub(super) fn closed() -> TransportError {
    TransportError::new(TransportErrorKind::Closed, "the log has been closed")
}

impl Store for Log {
    fn hub(&self) -> &Hub {
        &self.shared.hub
    }

    fn topic(&self, topic: &str) -> Result<TopicSpec, TransportError> {
        self.shared.seen().topic(topic).map(|topic| topic.spec.clone())
    }

    fn bounds(&self, at: &TopicPartition) -> Result<Range<u64>, TransportError> {
        if self.shared.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        self.shared.seen().partition(at).map(|(_, row)| row.bounds.clone())
    }

    fn read(&self, at: &TopicPartition, from: u64, bytes: usize) -> Result<Vec<Arc<Batch>>, TransportError> {
        let (topic, bounds) =
            self.shared.seen().partition(at).map(|(topic, row)| (topic, row.bounds.clone()))?;
        if !bounds.contains(&from) {
            return Ok(Vec::new());
        }
        let wanted = from..bounds.end;
        let place = Place { at, topic };
        match self.shared.disk.read(|transaction| place.read(transaction, wanted, bytes)) {
            Ok(batches) => Ok(batches),
            // Retention may have taken them since.
            Err(Fault::Corrupt(_)) if self.bounds(at)?.start > from => Ok(Vec::new()),
            Err(fault) => Err(self.unreadable(fault)),
        }
    }

    fn committed(&self, group: &str) -> Result<BTreeMap<TopicPartition, Committed>, TransportError> {
        Ok(self.shared.seen().committed(group))
    }

    fn settled(&self) -> BoxFuture<'static, Result<(), TransportError>> {
        self.ask(|answer| Command::Settle { answer })
    }

    fn append(
        &self,
        at: &TopicPartition,
        batch: Batch,
        acknowledge: Acknowledge,
    ) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let (answer, answered) = oneshot::channel();
        let write = Write::Append { at: at.clone(), batch, acknowledge, answer };
        if let Err(command) = self.send(Command::Write(write)) {
            let batch = match *command {
                Command::Write(Write::Append { batch, .. }) => Some(Box::new(batch)),
                _ => None,
            };
            let refused = AppendError { at: at.clone(), possibly_written: false, batch, source: closed() };
            return Box::pin(ready(Err(refused)));
        }
        if acknowledge == Acknowledge::None {
            let timestamp = self.shared.hub.clock().wall();
            let base_offset = Appended::UNKNOWN_OFFSET;
            return Box::pin(ready(Ok(Appended {
                at: at.clone(),
                base_offset,
                breaks: Vec::new(),
                timestamp,
                duplicate: false,
            })));
        }
        let (at, shared) = (at.clone(), Arc::clone(&self.shared));
        Box::pin(async move {
            answered.await.unwrap_or_else(|_| {
                let possibly_written = !shared.closed.load(Ordering::Acquire);
                Err(AppendError { at, possibly_written, batch: None, source: closed() })
            })
        })
    }

    fn transact(&self, transaction: Transaction) -> BoxFuture<'static, Result<Transacted, TransportError>> {
        self.ask(|answer| Command::Write(Write::Transact { transaction, answer }))
    }

    fn compresses(&self) -> bool {
        true
    }

    fn next_producer(&self) -> u64 {
        self.shared.producers.fetch_add(1, Ordering::Relaxed)
    }
}
