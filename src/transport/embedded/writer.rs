//! The writer: one thread that owns all changes.
//!
//! Everything that waits while a transaction is on its way to the disk goes into the next one (*group commit*), so that the cost
//! of a sync is shared by all who wait for it:
//!
//! ```text
//! commands ──> [ append, append, commit, append ... ] ──> one redb transaction ──> one sync ──> all are answered
//! ```
//!
//! When a transaction fails, the file is opened anew and asked what became of it: those who wait are told *not written*, or
//! *possibly written* where that cannot be known. The next command finds a working log as soon as the disk works again.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use redb::Durability;

use super::super::TransportError;
use super::catalog::Catalog;
use super::command::{Command, Failure, Pending, Write, refuse};
use super::fault::Fault;
use super::holder;
use super::log::{Shared, closed};
use super::session::{Session, Touched};

/// The most bytes that one transaction takes; what is over waits for the next.
const GROUP_BYTES: usize = 32 << 20;
/// How long what was acknowledged without a sync may wait for one, when there is nothing else to do.
const UNSYNCED: Duration = Duration::from_millis(20);
/// How long it may wait at all.
const UNSYNCED_AT_MOST: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    /// What the catalog is once everything that was handed over is committed.
    pub(super) ahead: Catalog,
    /// Whether to sync at all before answering.
    pub(super) sync: bool,
    /// How often retention is applied.
    pub(super) maintain_every: Duration,
    /// Where compaction has been, by topic and partition.
    pub(super) compacted: HashMap<(u32, u32), u64>,
    /// Since when something is committed that the disk may not have.
    pub(super) unsynced: Option<Duration>,
}

impl Writer {
    /// Works until the last handle is gone, or until it is told to close.
    pub(super) fn run(mut self, commands: Receiver<Command>) {
        let mut waiting = VecDeque::new();
        let mut maintained = self.shared.hub.clock().steady();
        loop {
            if waiting.is_empty() {
                let due = maintained + self.maintain_every;
                let wait = due.saturating_sub(self.shared.hub.clock().steady());
                let wait = if self.unsynced.is_some() { wait.min(UNSYNCED) } else { wait };
                match commands.recv_timeout(wait) {
                    Ok(command) => waiting.push_back(command),
                    Err(RecvTimeoutError::Timeout) => self.sync_now(),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if self.shared.hub.clock().steady() >= due {
                    // Nobody waits for it; the next time tries again.
                    let _ = self.maintain(self.shared.hub.clock().wall());
                    maintained = self.shared.hub.clock().steady();
                }
            }
            waiting.extend(commands.try_iter());
            match waiting.pop_front() {
                None => {}
                Some(Command::Write(write)) => {
                    let group = take_group(write, &mut waiting);
                    self.write(group);
                }
                Some(Command::DeleteTopic { topic, answer }) => drop(answer.send(self.delete_topic(&topic))),
                Some(Command::Maintain { now, answer }) => drop(answer.send(self.maintain(now))),
                Some(Command::Settle { answer }) => drop(answer.send(Ok(()))),
                Some(Command::Reopen) => drop(self.reopen()),
                Some(Command::Close { answer }) => {
                    self.close();
                    waiting.extend(commands.try_iter());
                    waiting.into_iter().for_each(refuse_closed);
                    // Without a receiver later commands come back to those who send them.
                    drop(commands);
                    drop(answer.send(Ok(())));
                    return;
                }
            }
        }
        self.close();
    }

    fn close(&mut self) {
        self.sync_now();
        self.shared.disk.close();
        self.shared.closed.store(true, Ordering::Release);
        holder::remove(self.shared.disk.path());
        self.shared.hub.tell();
    }

    /// Brings what was acknowledged early to the disk.
    fn sync_now(&mut self) {
        if self.unsynced.take().is_some() {
            // A failure here loses nothing that was promised to be on the disk.
            let _ = self.shared.disk.with(|database| Ok(database.begin_write()?.commit()?));
        }
    }

    /// Writes a group of commands in one transaction, and answers each.
    fn write(&mut self, group: Vec<Write>) {
        let started = self.shared.hub.clock().steady();
        let is_late = self.unsynced.is_some_and(|since| since + UNSYNCED_AT_MOST <= started);
        let durable = is_late || self.sync && group.iter().any(Write::is_durable);
        if let Err(error) = self.ready() {
            let why = Failure::from(error);
            group.into_iter().for_each(|write| not_begun(write, &why));
            return;
        }
        let mut pending = Vec::with_capacity(group.len());
        let mut group = VecDeque::from(group);
        let mut touched = Touched::default();
        let now = self.shared.hub.clock().wall();
        let shared = Arc::clone(&self.shared);
        let written = shared.disk.with(|database| {
            let mut transaction = database.begin_write()?;
            transaction.set_durability(if durable { Durability::Immediate } else { Durability::None })?;
            let mut session =
                Session::open(&transaction, &self.shared.hub, &mut self.ahead, &mut touched, now)?;
            while let Some(write) = group.pop_front() {
                session.apply(write, &mut pending)?;
            }
            session.finish()?;
            Ok(transaction.commit()?)
        });
        match written {
            Ok(()) => {
                self.unsynced = if durable { None } else { self.unsynced.or(Some(started)) };
                self.publish(&touched);
                // Members of groups know topics by how many partitions they have.
                for name in &touched.topics {
                    if let Ok(topic) = self.ahead.topic(name) {
                        self.shared.hub.grow_topic(name, topic.spec.partitions);
                    }
                }
                pending.into_iter().for_each(Pending::written);
                self.shared.hub.tell();
            }
            Err(fault) => {
                let why = Failure::from(fault.tell("write to", self.shared.disk.path()));
                let wanted = std::mem::take(&mut self.ahead);
                // Only a log that opens again can say that it does not hold them.
                let possibly = self.reopen().is_err() || touched.is_in(&self.ahead, &wanted);
                pending.into_iter().for_each(|pending| pending.failed(&why, possibly));
                group.into_iter().for_each(|write| not_begun(write, &why));
            }
        }
    }

    /// Shows to the readers what has been committed.
    pub(super) fn publish(&self, touched: &Touched) {
        let mut seen = self.shared.seen.write().unwrap_or_else(PoisonError::into_inner);
        touched.copy(&self.ahead, &mut seen);
    }

    /// Makes sure that the file is open; after a failure it may not be.
    pub(super) fn ready(&mut self) -> Result<(), TransportError> {
        if self.shared.disk.is_open() { Ok(()) } else { self.reopen() }
    }

    /// Opens the file anew and forgets what is not in it.
    pub(super) fn reopen(&mut self) -> Result<(), TransportError> {
        let disk = &self.shared.disk;
        disk.close();
        let catalog = disk.open().and_then(|()| disk.read(Catalog::load));
        match catalog {
            Ok(catalog) => {
                self.ahead = catalog.clone();
                *self.shared.seen.write().unwrap_or_else(PoisonError::into_inner) = catalog;
                self.shared.hub.tell();
                Ok(())
            }
            Err(fault) => {
                disk.close();
                Err(fault.tell("open", disk.path()))
            }
        }
    }

    /// Does one thing in a transaction of its own, which the disk has before it is answered.
    pub(super) fn alone(
        &mut self,
        work: impl FnOnce(&mut Session<'_, '_>) -> Result<(), Fault>,
    ) -> Result<Touched, TransportError> {
        self.ready()?;
        let mut touched = Touched::default();
        let now = self.shared.hub.clock().wall();
        let shared = Arc::clone(&self.shared);
        let done = shared.disk.with(|database| {
            let transaction = database.begin_write()?;
            let mut session =
                Session::open(&transaction, &self.shared.hub, &mut self.ahead, &mut touched, now)?;
            work(&mut session)?;
            session.finish()?;
            Ok(transaction.commit()?)
        });
        match done {
            Ok(()) => Ok(touched),
            Err(fault) => {
                let error = fault.tell("write to", shared.disk.path());
                // What stands in memory may be ahead of the file now.
                let _ = self.reopen();
                Err(error)
            }
        }
    }
}

/// The commands that go into one transaction: those in a row that can.
fn take_group(first: Write, waiting: &mut VecDeque<Command>) -> Vec<Write> {
    let mut size = first.size();
    let mut group = vec![first];
    while size < GROUP_BYTES {
        match waiting.pop_front() {
            Some(Command::Write(write)) => {
                size += write.size();
                group.push(write);
            }
            Some(other) => {
                waiting.push_front(other);
                break;
            }
            None => break,
        }
    }
    group
}

/// A write of which nothing has been done.
fn not_begun(write: Write, why: &Failure) {
    match write {
        Write::Append { at, batch, answer, .. } => refuse(at, batch, answer, why.error(), false),
        Write::Transact { answer, .. } => drop(answer.send(Err(why.error()))),
        Write::CreateTopic { answer, .. } | Write::GrowTopic { answer, .. } => {
            drop(answer.send(Err(why.error())));
        }
    }
}

/// A command that comes behind the closing.
fn refuse_closed(command: Command) {
    match command {
        Command::Write(write) => not_begun(write, &Failure::from(closed())),
        Command::DeleteTopic { answer, .. }
        | Command::Maintain { answer, .. }
        | Command::Settle { answer }
        | Command::Close { answer } => drop(answer.send(Err(closed()))),
        Command::Reopen => {}
    }
}
