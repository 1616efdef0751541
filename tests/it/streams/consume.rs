//! A process that handles records as a member of a group, and writes down each before it says that it is done.
//!
//! This file is all that these tests use of `consumer()`.

use std::fmt::Write;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, Consumer, Failure, OwnedMessage};
use schemawire::transport::{CommitOutcome, Transport, sleep};
use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use super::log::{serdes, text, wait_for};
use super::number::Number;

/// A member of a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Consume {
    pub(super) topic: String,
    pub(super) group: String,
    pub(super) by: By,
    /// After how many milliseconds without a sign of life its partitions go to others.
    pub(super) session: u64,
    /// Joins when that file exists.
    pub(super) after: Option<PathBuf>,
    /// Leaves in good order when that file exists.
    pub(super) until: PathBuf,
    /// The handler of that record takes so many milliseconds.
    pub(super) slow: Option<(u32, u64, u64)>,
}

/// How it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum By {
    /// One message after the other, a commit by hand behind so many.
    Hand(u64),
    /// Handlers side by side, commits as time passes. What does not read goes to the dead letters.
    Run,
}

impl Consume {
    /// By hand, a commit behind 500 records; a session of six seconds.
    pub(super) fn new(topic: &str, group: &str, until: PathBuf) -> Self {
        let (topic, group) = (topic.into(), group.into());
        Self { topic, group, by: By::Hand(500), session: 6_000, after: None, until, slow: None }
    }

    /// By handlers.
    pub(super) fn run(topic: &str, group: &str, until: PathBuf) -> Self {
        Self { by: By::Run, ..Self::new(topic, group, until) }
    }
}

pub(super) async fn run(log: &Arc<dyn Transport>, ledger: &Ledger, work: Consume) {
    if let Some(file) = &work.after {
        wait_for(file).await;
    }
    let consumer = open(log, &work).await;
    ledger.write("m joined\n");
    match work.by {
        By::Hand(every) => by_hand(consumer, ledger, &work, every).await,
        By::Run => by_handlers(consumer, ledger, &work).await,
    }
    ledger.write("m left\n");
}

async fn by_handlers(consumer: Consumer<Json>, ledger: &Ledger, work: &Consume) {
    let handle = consumer.run_handle();
    let stop = async {
        wait_for(&work.until).await;
        handle.stop();
    };
    let run = consumer.run(|message| handler(message, ledger, work.slow));
    let (summary, ()) = join(run, stop).await;
    let summary = summary.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(summary.unfinished, 0, "{summary:?}");
}

async fn handler(
    message: OwnedMessage<Json>,
    ledger: &Ledger,
    slow: Option<(u32, u64, u64)>,
) -> Result<(), Failure> {
    let (partition, offset) = (message.partition().partition, message.offset());
    let number = match message.value::<&str>() {
        Ok(text) => text.parse::<Number>().expect("a number"),
        Err(error) => {
            ledger.write(&format!("x {partition} {offset}\n"));
            return Err(error.into());
        }
    };
    if let Some((key, sequence, millis)) = slow
        && number == (Number { key, sequence })
    {
        ledger.write("m sleeping\n");
        sleep(Duration::from_millis(millis)).await;
    }
    ledger.write(&format!("h {partition} {offset} {number}\n"));
    Ok(())
}

async fn by_hand(mut consumer: Consumer<Json>, ledger: &Ledger, work: &Consume, every: u64) {
    let mut handled = 0_u64;
    loop {
        // A look for the file costs nobody a record: the future may be dropped.
        match select(pin!(consumer.next()), sleep(Duration::from_millis(50))).await {
            Either::Left((message, _)) => {
                let message =
                    message.unwrap_or_else(|error| panic!("{error:?}")).expect("the log has no end");
                let (partition, offset) = (message.partition().partition, message.offset());
                let number = message.value::<&str>().map(str::parse::<Number>);
                let number = number.unwrap_or_else(|error| panic!("{error:?}")).expect("a number");
                ledger.write(&format!("h {partition} {offset} {number}\n"));
                message.done();
                handled += 1;
            }
            Either::Right(_) if work.until.exists() => break,
            Either::Right(_) => continue,
        }
        if handled.is_multiple_of(every) {
            commit(&mut consumer, ledger).await;
        }
    }
    commit(&mut consumer, ledger).await;
    consumer.close().await.unwrap_or_else(|error| panic!("{error:?}"));
}

/// Commits, and writes down what is committed for certain.
async fn commit(consumer: &mut Consumer<Json>, ledger: &Ledger) {
    let positions = consumer.positions();
    let outcome = consumer.commit().await.unwrap_or_else(|error| panic!("{error:?}"));
    if outcome == CommitOutcome::Stored {
        let mut lines = String::new();
        for (at, offset) in positions {
            let _ = writeln!(lines, "c {} {offset}", at.partition);
        }
        ledger.write(&lines);
    }
}

async fn open(log: &Arc<dyn Transport>, work: &Consume) -> Consumer<Json> {
    let consumer = log.consumer(&work.topic).group(&work.group).value(&serdes().await, Json, &text());
    let consumer = consumer.session_timeout(Duration::from_millis(work.session));
    let consumer = consumer.revoke_within(Duration::from_millis(work.session / 2));
    let consumer = match work.by {
        By::Hand(_) => consumer.commit_by_hand(),
        // Batches are small here, and a commit behind each would wait for the disk each time.
        By::Run => consumer.commit_every(Duration::from_millis(200)),
    };
    consumer.build().await.unwrap_or_else(|error| panic!("{error:?}"))
}
