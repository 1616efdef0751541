//! A process that consumes, transforms and produces in transactions, and crashes where it is told to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use schemawire::class::Class;
use schemawire::record::{Batch, TopicPartition};
use schemawire::transport::{
    Committed, ConsumerSpec, Event, Place, PollLimits, RawConsumer, RawTransaction, Transport,
    TransportError, sleep,
};
use serde::{Deserialize, Serialize};

use super::child::signal;
use super::ledger::Ledger;
use super::log::wait_for;

/// A member that writes each record of one topic into another, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Transform {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) group: String,
    /// The transactional id.
    pub(super) id: String,
    /// The most records of one transaction.
    pub(super) most: usize,
    /// What happens to it, at that step of that transaction, counted from 0.
    pub(super) fault: Option<(Fault, Step, u32)>,
    /// Begins when that file exists.
    pub(super) after: Option<PathBuf>,
    /// What ends [`Fault::Hang`].
    pub(super) goes_on: Option<PathBuf>,
}

/// What happens to a process in the middle of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fault {
    /// It is gone: no destructor runs, and nobody is told.
    Crash,
    /// It stands still, until it is thawed.
    Freeze,
    /// It hangs in its own work, until the file of [`Transform::goes_on`] exists.
    Hang,
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Step {
    /// Records have come.
    Polled,
    Begun,
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

impl Transform {
    /// 500 records a transaction, and no fault.
    pub(super) fn new(from: &str, to: &str) -> Self {
        let (group, id) = (format!("{to}-group"), format!("{to}-id"));
        Self {
            from: from.into(),
            to: to.into(),
            group,
            id,
            most: 500,
            fault: None,
            after: None,
            goes_on: None,
        }
    }

    /// With that fault.
    pub(super) fn with(self, fault: Fault, step: Step, count: u32) -> Self {
        Self { fault: Some((fault, step, count)), ..self }
    }
}

pub(super) async fn run(log: &Arc<dyn Transport>, ledger: &Ledger, work: Transform) {
    if let Some(file) = &work.after {
        wait_for(file).await;
    }
    let mut count = 0;
    // After trouble everything begins anew at what is committed, which is right whether the last transaction was or not.
    loop {
        match transactions(log, ledger, &work, &mut count).await {
            Ok(()) => return ledger.write("m through\n"),
            Err(error) if error.class() == Class::Fenced => return ledger.write("m fenced\n"),
            Err(error) if matches!(error.class(), Class::Abort | Class::Retry { .. }) => {
                eprintln!("begins anew: {error:?}");
                ledger.write("m anew\n");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Transactions until something goes wrong, or until the group is through.
async fn transactions(
    log: &Arc<dyn Transport>,
    ledger: &Ledger,
    work: &Transform,
    count: &mut u32,
) -> Result<(), TransportError> {
    let spec = ConsumerSpec::new(&[&work.from]).with_group(&work.group);
    let mut consumer = log.open_consumer(spec.with_session_timeout(Duration::from_secs(6))).await?;
    let mut owner = log.open_transactional(&work.id).await?;
    ledger.write("m ready\n");
    let mut held = BTreeMap::new();
    loop {
        match consumer.next(PollLimits::default().with_wait(Duration::from_millis(100))).await? {
            Event::Assigned { generation, partitions } => {
                held.extend(partitions.into_iter().map(|(at, _)| (at, generation)));
            }
            Event::Revoking { generation, partitions } => {
                held.retain(|at, _| !partitions.contains(at));
                consumer.revoked(generation).await?;
            }
            Event::Lost { partitions, .. } => held.retain(|at, _| !partitions.contains(at)),
            Event::Records { at, generation, from, batch }
                if held.get(&at).is_some_and(|it| *it <= generation) =>
            {
                let mut records = batch.iter().filter(|record| record.offset >= from).peekable();
                while records.peek().is_some() {
                    let mut out = Batch::new();
                    let mut behind = 0;
                    for record in records.by_ref().take(work.most) {
                        out.push(record.key, record.value, &record.headers(), Some(record.timestamp));
                        behind = record.offset + 1;
                    }
                    let faults = Faults { ledger, work, count: *count };
                    let done = transaction(&*consumer, &mut *owner, &faults, (&at, out, behind)).await;
                    if let Err(error) = done {
                        // Whoever owns the id no longer learns it here at the latest.
                        owner.abort().await.or_else(|abort| {
                            if abort.class() == Class::Fenced { Err(abort) } else { Ok(()) }
                        })?;
                        return Err(error);
                    }
                    *count += 1;
                    ledger.write("m transaction\n");
                }
            }
            Event::Idle if is_through(log, work).await? => return consumer.close().await,
            _ => {}
        }
    }
}

/// Whether the group has committed all that the topic holds.
async fn is_through(log: &Arc<dyn Transport>, work: &Transform) -> Result<bool, TransportError> {
    let committed = log.committed(&work.group).await?;
    for partition in 0..log.partitions(&work.from).await?.unwrap_or_default() {
        let at = TopicPartition::new(work.from.as_str(), partition);
        let end = log.offset(&at, Place::Latest).await?;
        if end > 0 && committed.get(&at).is_none_or(|it| it.offset < end) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One transaction.
async fn transaction(
    consumer: &dyn RawConsumer,
    owner: &mut dyn RawTransaction,
    faults: &Faults<'_>,
    (at, out, behind): (&TopicPartition, Batch, u64),
) -> Result<(), TransportError> {
    faults.at(Step::Polled).await;
    owner.begin().await?;
    faults.at(Step::Begun).await;
    owner.append(&TopicPartition::new(faults.work.to.as_str(), at.partition), out).await?;
    faults.at(Step::Appended).await;
    let offsets = [(at.clone(), Committed::at(behind))];
    owner.send_offsets(&consumer.group_token(), &offsets).await?;
    faults.at(Step::Sent).await;
    if faults.is_due(Step::Committing) {
        // In flight, for a moment that differs from run to run.
        let moment = sleep(Duration::from_micros(u64::from(std::process::id() % 5_000)));
        drop(select(pin!(owner.commit()), moment).await);
        faults.at(Step::Committing).await;
    }
    owner.commit().await?;
    faults.at(Step::Committed).await;
    Ok(())
}

/// What happens, and when.
struct Faults<'w> {
    ledger: &'w Ledger,
    work: &'w Transform,
    count: u32,
}

impl Faults<'_> {
    fn is_due(&self, step: Step) -> bool {
        self.work.fault.is_some_and(|(_, at, count)| (at, count) == (step, self.count))
    }

    async fn at(&self, step: Step) {
        let Some((fault, ..)) = self.work.fault.filter(|_| self.is_due(step)) else { return };
        match fault {
            Fault::Crash => std::process::abort(),
            Fault::Freeze => {
                self.ledger.write("m frozen\n");
                signal("-STOP", std::process::id());
            }
            Fault::Hang => {
                self.ledger.write("m hanging\n");
                if let Some(file) = &self.work.goes_on {
                    wait_for(file).await;
                }
            }
        }
    }
}
