//! A process that consumes, transforms and produces in a session, and crashes where it is told to.
//!
//! This file is all that these tests use of `session()` and `output()`.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use schemawire::class::Class;
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeError, ConsumeExt, Ended, Session};
use schemawire::producer::{Output, ProduceExt, SendError};
use schemawire::record::TopicPartition;
use schemawire::transport::{Place, Transport, TransportError, sleep};
use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use super::log::{serdes, text, wait_for};
use super::stepping::{Fault, Faults, Step, Stepping};

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
    /// Leaves after so many transactions.
    pub(super) only: Option<u32>,
    /// What happens to it, at that step of that transaction, counted from 0.
    pub(super) fault: Option<(Fault, Step, u32)>,
    /// Begins when that file exists.
    pub(super) after: Option<PathBuf>,
    /// What ends [`Fault::Hang`].
    pub(super) goes_on: Option<PathBuf>,
    /// Nobody else has its id: where it is fenced, a broker has given up a transaction that took longer than a minute, and it begins
    /// anew.
    pub(super) is_alone: bool,
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
            only: None,
            fault: None,
            after: None,
            goes_on: None,
            is_alone: false,
        }
    }

    /// The transaction in the middle of so many records.
    pub(super) fn halfway(&self, records: u64) -> u32 {
        (records / 2 / self.most as u64) as u32
    }

    /// With that fault.
    pub(super) fn with(self, fault: Fault, step: Step, count: u32) -> Self {
        Self { fault: Some((fault, step, count)), ..self }
    }
}

pub(super) async fn run(log: &Arc<dyn Transport>, ledger: &Arc<Ledger>, work: Transform) {
    if let Some(file) = &work.after {
        wait_for(file).await;
    }
    let faults = Arc::new(Faults::new(ledger, work.fault, work.goes_on.clone()));
    let log = Stepping { log: Arc::clone(log), faults };
    // After trouble everything begins anew at what is committed, which is right whether the last transaction was or not.
    loop {
        match transactions(&log, ledger, &work).await {
            Ok(()) => return ledger.write("m through\n"),
            Err(Trouble { class: Class::Fenced, said }) => {
                eprintln!("fenced: {said}");
                ledger.write("m fenced\n");
                if !work.is_alone {
                    return;
                }
            }
            Err(Trouble { class: Class::Abort | Class::Retry { .. }, said }) => {
                eprintln!("begins anew: {said}");
                ledger.write("m anew\n");
            }
            Err(trouble) => panic!("{trouble:?}"),
        }
    }
}

/// Transactions until something goes wrong, or until the group is through.
async fn transactions(log: &Stepping, ledger: &Ledger, work: &Transform) -> Result<(), Trouble> {
    let serdes = serdes().await;
    let from = log.consumer(&work.from).group(&work.group).value(&serdes, Json, &text());
    let from = from.session_timeout(SESSION).revoke_within(SESSION / 2);
    let mut session = from.session(&work.id).await?;
    let to = log.producer(&work.to).value(&serdes, Json, &text()).must_exist().output(&session).await?;
    ledger.write("m ready\n");
    let mut committed = 0;
    while work.only.is_none_or(|only| committed < only) {
        let read = transform(&mut session, &to, work.most).await?;
        if read == 0 {
            if is_through(log, work).await? {
                break;
            }
            continue;
        }
        match session.commit().await? {
            Ended::Committed => {
                committed += 1;
                ledger.write("m transaction\n");
            }
            Ended::Aborted => ledger.write("m aborted\n"),
        }
    }
    Ok(session.close().await?)
}

/// How long a member that is gone is waited for.
const SESSION: Duration = Duration::from_secs(3);

/// Writes as many records as there are, and gives how many.
async fn transform(session: &mut Session<Json>, to: &Output<Json>, most: usize) -> Result<usize, Trouble> {
    for read in 0..most {
        match select(pin!(session.next()), sleep(Duration::from_millis(100))).await {
            Either::Left((message, _)) => {
                let message = message?.expect("the log has no end");
                let key = message.key_bytes().expect("a key").to_vec();
                to.send_keyed(&key, message.value::<&str>()?)?;
            }
            Either::Right(_) => return Ok(read),
        }
    }
    Ok(most)
}

/// Whether the group has committed all that the topic holds.
async fn is_through(log: &Stepping, work: &Transform) -> Result<bool, Trouble> {
    let committed = log.committed(&work.group).await?;
    // A broker that comes back knows no topic for a moment.
    let Some(partitions) = log.partitions(&work.from).await? else { return Ok(false) };
    for partition in 0..partitions {
        let at = TopicPartition::new(work.from.as_str(), partition);
        let end = log.offset(&at, Place::Latest).await?;
        if end > 0 && committed.get(&at).is_none_or(|it| it.offset < end) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What went wrong, and what may be done about it.
#[derive(Debug)]
struct Trouble {
    class: Class,
    said: String,
}

impl From<ConsumeError> for Trouble {
    fn from(error: ConsumeError) -> Self {
        Self { class: error.class(), said: format!("{error:?}") }
    }
}

impl From<SendError> for Trouble {
    fn from(error: SendError) -> Self {
        Self { class: error.class(), said: format!("{error:?}") }
    }
}

impl From<TransportError> for Trouble {
    fn from(error: TransportError) -> Self {
        Self { class: error.class(), said: format!("{error:?}") }
    }
}
