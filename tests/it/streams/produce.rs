//! A process that sends numbered records and writes down what it is told of each.
//!
//! This file is all that these tests use of `producer()`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use schemawire::codec::Json;
use schemawire::producer::{ProduceExt, Producer, SendError, Spill};
use schemawire::transport::{Acknowledge, Embedded, Transport, sleep};
use serde::{Deserialize, Serialize};

use super::ledger::{Known, Ledger};
use super::log::{serdes, text, wait_for};
use super::number::Number;

/// Records to send, over all keys in turn. Where the ledger knows of some already, the ones behind those.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Produce {
    pub(super) topic: String,
    pub(super) keys: u32,
    /// How many in all, those that the ledger knows included.
    pub(super) records: u64,
    /// How many a second.
    pub(super) pace: u32,
    /// The most without an answer.
    pub(super) window: usize,
    pub(super) protection: Protection,
    /// Begins when that file exists.
    pub(super) after: Option<PathBuf>,
    /// Goes on, above the number of records, until that file exists.
    pub(super) until: Option<PathBuf>,
    /// How long a batch is tried, in milliseconds.
    pub(super) delivery: u64,
    /// The most records that wait, and what becomes of those behind them.
    pub(super) buffer: Option<(usize, Full)>,
}

/// What becomes of a record for which there is no room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Full {
    /// It waits.
    Waits,
    /// It is refused at once.
    Fails,
    /// It is laid aside, in an embedded log of that name.
    Spills(PathBuf),
}

/// What keeps records from being lost and doubled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Protection {
    /// All replicas, each batch once.
    Full,
    /// One replica, batches as often as they are repeated: for the control runs.
    Off,
    /// All replicas, batches as often as they are repeated: for the control runs.
    Repeating,
}

impl Produce {
    /// 16 keys, as many a second as take five seconds, fully protected.
    pub(super) fn new(topic: &str, records: u64) -> Self {
        Self {
            topic: topic.into(),
            keys: 16,
            records,
            pace: (records / 5).clamp(100, 50_000) as u32,
            window: 5_000,
            protection: Protection::Full,
            after: None,
            until: None,
            delivery: 120_000,
            buffer: None,
        }
    }
}

/// How many blocks of records a second are sent.
const BLOCKS: u32 = 100;

pub(super) async fn run(log: &Arc<dyn Transport>, ledger: &Ledger, known: &Path, work: Produce) {
    if let Some(file) = &work.after {
        wait_for(file).await;
    }
    let producer = open(log, &work).await;
    let known = Known::of(known);
    let mut next = known.next.clone();
    let mut sent = known.sent.len() as u64;
    let goes_on = |sent| sent < work.records || work.until.as_ref().is_some_and(|file| !file.exists());
    let mut flying = FuturesUnordered::new();
    while goes_on(sent) {
        let mut tick = sleep(Duration::from_secs(1) / BLOCKS);
        // The buffer never grows beyond what it was given.
        assert!(work.buffer.as_ref().is_none_or(|(records, _)| producer.buffered_records() <= *records));
        let (lines, block) = block(&work, &mut next, sent);
        ledger.write(&lines);
        for number in block {
            sent += 1;
            let value = number.text();
            let key = number.key_bytes();
            let message = producer.message(value.as_str()).key(&key);
            let handle = match work.buffer {
                Some((_, Full::Fails)) => message.enqueue(),
                _ => message.enqueue_waiting().await,
            };
            match handle {
                Ok(handle) => flying.push(async move { (number, handle.await.map(|it| it.spilled)) }),
                Err(error) => tell(ledger, number, Err(error)),
            }
        }
        // Until the next block is due.
        while let Either::Left(((number, answer), _)) = select(pin!(answer_of(&mut flying)), &mut tick).await
        {
            tell(ledger, number, answer);
        }
        while flying.len() >= work.window {
            let (number, answer) = answer_of(&mut flying).await;
            tell(ledger, number, answer);
        }
    }
    while let Some((number, answer)) = flying.next().await {
        tell(ledger, number, answer);
    }
    // What was refused has been told by its handle.
    drop(producer.flush().await);
    while producer.spilled() > 0 {
        sleep(Duration::from_millis(10)).await;
    }
    ledger.write("m sent\n");
}

/// The next records in turn, and the lines that are written before any of them is sent.
fn block(work: &Produce, next: &mut BTreeMap<u32, u64>, sent: u64) -> (String, Vec<Number>) {
    let size = (work.pace / BLOCKS).max(1);
    let mut lines = String::new();
    let mut block = Vec::new();
    for record in sent..sent + u64::from(size) {
        let key = (record % u64::from(work.keys)) as u32;
        let sequence = next.entry(key).or_default();
        let number = Number { key, sequence: *sequence };
        *sequence += 1;
        let _ = writeln!(lines, "s {number}");
        block.push(number);
    }
    (lines, block)
}

async fn answer_of<F: Future>(flying: &mut FuturesUnordered<F>) -> F::Output {
    match flying.next().await {
        Some(answer) => answer,
        None => pending().await,
    }
}

/// Writes down what became of a record: whether it lies aside, where it is safe.
fn tell(ledger: &Ledger, number: Number, answer: Result<bool, SendError>) {
    let what = match answer {
        Ok(spilled) => {
            if spilled {
                ledger.write("m spilled\n");
            }
            'a'
        }
        Err(error) => {
            // Why, for whoever looks into a test that failed.
            eprintln!("{number}: {}", chain(&error));
            if error.possibly_written() { 'p' } else { 'n' }
        }
    };
    ledger.number(what, number);
}

async fn open(log: &Arc<dyn Transport>, work: &Produce) -> Producer<Json> {
    let (acknowledge, idempotent) = match work.protection {
        Protection::Full => (Acknowledge::All, true),
        Protection::Repeating => (Acknowledge::All, false),
        Protection::Off => (Acknowledge::Leader, false),
    };
    let mut producer = log.producer(&work.topic).value(&serdes().await, Json, &text()).must_exist();
    producer = producer.acknowledge(acknowledge).idempotent(idempotent);
    producer = producer.delivery_timeout(Duration::from_millis(work.delivery));
    if let Some((records, full)) = &work.buffer {
        // Longer than anything here takes.
        producer = producer.buffer_records(*records).max_block(Duration::from_secs(600));
        if let Full::Spills(file) = full {
            producer = producer.spill(Spill::on(Embedded::open(file).expect("a log")));
        }
    }
    producer.build().await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(said, ": {error}");
        cause = error.source();
    }
    said
}
