//! A log whose transactions meet a fault at a step that a test has chosen: before, between and behind the calls that a session makes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::select;
use schemawire::record::{Batch, TopicPartition};
use schemawire::transport::{
    Appended, Capabilities, Committed, ConsumerSpec, GroupToken, Place, ProducerSpec, RawConsumer,
    RawProducer, RawTransaction, TopicSpec, Transport, TransportError, TransportErrorKind, sleep,
};
use serde::{Deserialize, Serialize};

use super::child::signal;
use super::ledger::Ledger;
use super::log::wait_for;
use crate::forward::{Answer, topics_of};

/// What happens to a process in the middle of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fault {
    /// It is gone: no destructor runs, and nobody is told.
    Crash,
    /// It stands still, until it is thawed.
    Freeze,
    /// It hangs in its own work, until a file exists.
    Hang,
    /// It is told that nobody has answered.
    Fail,
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    /// Records have come, and are to be written.
    Polled,
    Begun,
    /// The first batch is in it.
    Appended,
    /// The offsets are in it, too.
    Sent,
    /// The commit is under way: asked for, and not answered.
    Committing,
    Committed,
}

impl Step {
    pub(super) const ALL: [Self; 6] =
        [Self::Polled, Self::Begun, Self::Appended, Self::Sent, Self::Committing, Self::Committed];
}

/// What happens, and when: once.
#[derive(Debug)]
pub(super) struct Faults {
    ledger: Arc<Ledger>,
    /// At that step of that transaction, counted from 0.
    fault: Option<(Fault, Step, u32)>,
    /// What ends [`Fault::Hang`].
    goes_on: Option<PathBuf>,
    count: AtomicU32,
    is_over: AtomicBool,
}

impl Faults {
    pub(super) fn new(
        ledger: &Arc<Ledger>,
        fault: Option<(Fault, Step, u32)>,
        goes_on: Option<PathBuf>,
    ) -> Self {
        let ledger = Arc::clone(ledger);
        Self { ledger, fault, goes_on, count: AtomicU32::new(0), is_over: AtomicBool::new(false) }
    }

    fn is_due(&self, step: Step) -> bool {
        let now = (step, self.count.load(Ordering::SeqCst));
        !self.is_over.load(Ordering::SeqCst) && self.fault.is_some_and(|(_, at, count)| (at, count) == now)
    }

    async fn at(&self, step: Step) -> Result<(), TransportError> {
        let Some((fault, ..)) = self.fault.filter(|_| self.is_due(step)) else { return Ok(()) };
        self.is_over.store(true, Ordering::SeqCst);
        match fault {
            Fault::Crash => std::process::abort(),
            Fault::Freeze => {
                self.ledger.write("m frozen\n");
                signal("-STOP", std::process::id());
            }
            Fault::Hang => {
                self.ledger.write("m hanging\n");
                if let Some(file) = &self.goes_on {
                    wait_for(file).await;
                }
            }
            Fault::Fail => {
                let message = format!("a planted fault at {step:?}");
                return Err(TransportError { kind: TransportErrorKind::Unreachable, message, source: None });
            }
        }
        Ok(())
    }
}

/// The log behind it.
#[derive(Debug, Clone)]
pub(super) struct Stepping {
    pub(super) log: Arc<dyn Transport>,
    pub(super) faults: Arc<Faults>,
}

impl Transport for Stepping {
    fn open_transactional(&self, id: &str) -> Answer<'_, Box<dyn RawTransaction>> {
        let id = id.to_owned();
        Box::pin(async move {
            let inner = self.log.open_transactional(&id).await?;
            Ok(Box::new(Owner { inner, faults: Arc::clone(&self.faults) }) as Box<dyn RawTransaction>)
        })
    }

    fn capabilities(&self) -> Capabilities {
        self.log.capabilities()
    }

    fn open_producer(&self, spec: ProducerSpec) -> Answer<'_, Box<dyn RawProducer>> {
        self.log.open_producer(spec)
    }

    fn open_consumer(&self, spec: ConsumerSpec) -> Answer<'_, Box<dyn RawConsumer>> {
        self.log.open_consumer(spec)
    }

    topics_of!(log);
}

#[derive(Debug)]
struct Owner {
    inner: Box<dyn RawTransaction>,
    faults: Arc<Faults>,
}

impl RawTransaction for Owner {
    fn begin(&mut self) -> Answer<'_, ()> {
        Box::pin(async {
            self.faults.at(Step::Polled).await?;
            self.inner.begin().await?;
            self.faults.at(Step::Begun).await
        })
    }

    fn append<'a>(&'a mut self, at: &'a TopicPartition, batch: Batch) -> Answer<'a, ()> {
        Box::pin(async {
            self.inner.append(at, batch).await?;
            self.faults.at(Step::Appended).await
        })
    }

    fn send_offsets<'a>(
        &'a mut self,
        token: &'a GroupToken,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> Answer<'a, ()> {
        Box::pin(async {
            self.inner.send_offsets(token, offsets).await?;
            self.faults.at(Step::Sent).await
        })
    }

    fn commit(&mut self) -> Answer<'_, Vec<Appended>> {
        Box::pin(async {
            if self.faults.is_due(Step::Committing) {
                // In flight, for a moment that differs from run to run.
                let moment = sleep(Duration::from_micros(u64::from(std::process::id() % 5_000)));
                drop(select(pin!(self.inner.commit()), moment).await);
                self.faults.at(Step::Committing).await?;
            }
            let appended = self.inner.commit().await?;
            self.faults.at(Step::Committed).await?;
            self.faults.count.fetch_add(1, Ordering::SeqCst);
            Ok(appended)
        })
    }

    fn abort(&mut self) -> Answer<'_, ()> {
        self.inner.abort()
    }
}
