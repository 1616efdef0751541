//! One measurement, in a process of its own: its memory and its processor's time are nobody else's.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::case::{self, Kind};
use crate::meter::Outcome;
use crate::{Failure, consume, failover, latency, pressure, produce};

/// The first argument of a child; the second is its [`Job`] as JSON.
pub const VERB: &str = "child";

/// What a child writes on a line of its own when all is set up and the parent may do its part.
pub const READY: &str = "ready";

/// What a child has to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    pub kind: Kind,
    pub who: String,
    pub brokers: String,
    pub topic: String,
    pub records: u64,
    /// For consumers; a new one each time.
    pub group: String,
}

pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    let job: Job = serde_json::from_str(&arguments.next().ok_or("a child without a job")?)?;
    let runtime = tokio::runtime::Runtime::new()?;
    // Within a worker of the runtime, as a service's tasks are.
    let outcome = runtime.block_on(async move { tokio::spawn(measure(job)).await })??;
    println!("{}", serde_json::to_string(&outcome)?);
    // librdkafka's threads, for one, are not waited for.
    std::process::exit(0);
}

async fn measure(job: Job) -> Result<Outcome, Failure> {
    use produce::{krafka, rdkafka, rskafka};
    match (job.kind, job.who.as_str()) {
        (Kind::Produce, case::OURS) => produce::ours::one_by_one(&job).await,
        (Kind::Produce, case::OURS_BATCH) => produce::ours::in_batches(&job).await,
        (Kind::Produce, case::KRAFKA) => krafka::ready_made(&job).await,
        (Kind::Produce, case::KRAFKA_CODEC) => krafka::encoding(&job).await,
        (Kind::Produce, case::RDKAFKA) => rdkafka::threaded(&job).await,
        (Kind::Produce, case::RDKAFKA_FUTURE) => rdkafka::future(&job).await,
        (Kind::Produce, case::RSKAFKA) => rskafka::batches(&job).await,
        (Kind::Consume | Kind::Hot, case::OURS) => consume::ours::run(&job).await,
        (Kind::Consume | Kind::Hot, case::KRAFKA) => consume::krafka::run(&job, false).await,
        (Kind::Consume | Kind::Hot, case::KRAFKA_CODEC) => consume::krafka::run(&job, true).await,
        (Kind::Consume | Kind::Hot, case::RDKAFKA) => consume::rdkafka::run(&job).await,
        (Kind::Latency, case::OURS) => here(latency::ours::kafka(&job)),
        (Kind::Latency, case::OURS_UNSYNCED) => here(latency::ours::embedded(&job, false)),
        (Kind::Latency, case::OURS_SYNCED) => here(latency::ours::embedded(&job, true)),
        (Kind::Latency, case::RDKAFKA) => here(latency::rdkafka::run(&job)),
        (Kind::Failover, case::OURS) => failover::ours::run(&job).await,
        (Kind::Failover, case::KRAFKA) => failover::krafka::run(&job).await,
        (Kind::Failover, case::RDKAFKA) => failover::rdkafka::run(&job).await,
        (Kind::Pressure, case::OURS) => pressure::ours::run(&job).await,
        (Kind::Pressure, case::RDKAFKA) => pressure::rdkafka::run(&job).await,
        (kind, who) => Err(format!("{who} does not take part in {kind:?}").into()),
    }
}

/// Drives a future on this thread: the compiler does not see that those of closures may move between threads.
fn here<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

/// Tells the parent to go ahead.
pub fn ready() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{READY}")?;
    Ok(out.flush()?)
}

/// Waits until the parent says so.
pub async fn go() -> Result<(), Failure> {
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()))
        .await??;
    Ok(())
}
