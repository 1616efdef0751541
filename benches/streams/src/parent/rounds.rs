//! Rounds: every contender in turn, and another one first each time, so that nobody always has the warm or the tired brokers.

use std::time::Duration;

use rustix::process::Signal;

use super::cluster::Cluster;
use super::fill::{Spread, fill};
use super::log::verify;
use super::report::Row;
use super::run::{Running, run};
use super::topic::Topic;
use crate::Failure;
use crate::case::{Case, Kind};
use crate::child::Job;
use crate::meter::Outcome;
use crate::options::Options;

/// From the moment at which a contender begins to send until the broker is killed.
const BEFORE_THE_KILL: Duration = Duration::from_secs(5);

pub fn all(case: &Case, cluster: &Cluster, options: &Options) -> Result<Vec<Row>, Failure> {
    let contenders: Vec<&str> =
        case.contenders.iter().copied().filter(|who| who.contains(&options.who)).collect();
    let needs_signals = matches!(case.kind, Kind::Failover | Kind::Pressure);
    if contenders.is_empty() || needs_signals && !cluster.is_ours() {
        return Ok(Vec::new());
    }
    let records = case.records.unwrap_or(options.records);
    let mut rows: Vec<Row> = contenders.iter().map(|who| Row::new(case.name, who)).collect();
    // Consumers read one topic, each in a group of its own.
    let shared = match case.kind {
        Kind::Consume => Some(filled(cluster, records, Spread::Even)?),
        Kind::Hot => Some(filled(cluster, records, Spread::Hot)?),
        _ => None,
    };
    for round in 0..options.rounds {
        for turn in 0..rows.len() {
            let row = &mut rows[(round + turn) % contenders.len()];
            let group = format!("group-{round}-{turn}");
            let job = |topic: &str| Job {
                kind: case.kind,
                who: row.who.clone(),
                brokers: cluster.brokers.clone(),
                topic: topic.into(),
                records,
                group,
            };
            let outcome = match (&shared, cluster.nodes) {
                (Some(topic), _) => run(&job(&topic.name))?,
                (None, 0) => run(&job("streams"))?,
                (None, _) => {
                    let topic = match case.kind {
                        Kind::Failover => Topic::one_leader_a_node(cluster)?,
                        _ => Topic::create(cluster)?,
                    };
                    let job = job(&topic.name);
                    match case.kind {
                        Kind::Pressure => pressure(&job, cluster)?,
                        Kind::Failover => failover(&job, &topic, cluster, round)?,
                        _ => run(&job)?,
                    }
                    .verified(case.kind, cluster, &job)?
                }
            };
            note(row, outcome);
        }
    }
    Ok(rows)
}

/// Whoever watches sees that it goes on.
fn note(row: &mut Row, outcome: Outcome) {
    eprintln!("{}: {}: {}", row.case, row.who, serde_json::to_string(&outcome).unwrap_or_default());
    row.outcomes.push(outcome);
}

fn filled(cluster: &Cluster, records: u64, spread: Spread) -> Result<Topic<'_>, Failure> {
    let topic = Topic::create(cluster)?;
    fill(&topic, cluster, records, spread)?;
    verify(cluster, &topic.name, records)?;
    Ok(topic)
}

impl Outcome {
    /// A figure counts when every record was acknowledged and is in the log once.
    fn verified(self, kind: Kind, cluster: &Cluster, job: &Job) -> Result<Self, Failure> {
        if matches!(kind, Kind::Produce | Kind::Failover) {
            if self.records != job.records {
                let Job { who, records, .. } = job;
                return Err(format!("{who}: {} of {records} records were acknowledged", self.records).into());
            }
            verify(cluster, &job.topic, job.records).map_err(|error| format!("{}: {error}", job.who))?;
        }
        Ok(self)
    }
}

/// The broker stands still from the moment at which the child is ready until it is done.
fn pressure(job: &Job, cluster: &Cluster) -> Result<Outcome, Failure> {
    let mut child = Running::start(job)?;
    child.await_ready()?;
    cluster.signal(1, Signal::STOP)?;
    child.go();
    let outcome = child.finish();
    cluster.signal(1, Signal::CONT)?;
    outcome
}

/// A broker is killed while the contender sends. Then all brokers are whole again, for whoever is next: nobody else is measured
/// meanwhile, since a client that spins takes the processor from the others and from the brokers.
fn failover(job: &Job, topic: &Topic<'_>, cluster: &Cluster, round: usize) -> Result<Outcome, Failure> {
    let mut child = Running::start(job)?;
    child.await_ready()?;
    let node = cluster.follower(round)?;
    child.go();
    std::thread::sleep(BEFORE_THE_KILL);
    cluster.signal(node, Signal::KILL)?;
    let outcome = child.finish();
    cluster.restart()?;
    topic.await_replicas()?;
    outcome
}
