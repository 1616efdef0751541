//! What every transport must do, as a suite that any implementation can run.
//!
//! Each case gets a transport of its own from `make` and panics with the law that does not hold. Topics and groups are named for
//! the case, so that one server may serve them all.
//!
//! ```
//! # #[cfg(feature = "conformance")]
//! # pollster::block_on(async {
//! use schemawire::transport::{Memory, Transport, conformance};
//! use std::sync::Arc;
//!
//! conformance::run(async || Arc::new(Memory::new()) as Arc<dyn Transport>).await;
//! # });
//! ```

mod append;
mod groups;
mod read;
mod retention;
mod settings;
mod support;
mod transactions;

use std::sync::Arc;

use super::{BoxFuture, Transport};

/// A case: a law, and the future that panics where it does not hold.
pub type Case = (&'static str, fn(Arc<dyn Transport>) -> BoxFuture<'static, ()>);

/// All cases, in the order in which [`run`] runs them.
pub const CASES: &[Case] = &[
    ("batches are stored in the order of the calls", |t| Box::pin(append::order(t))),
    ("what is acknowledged can be read", |t| Box::pin(append::acknowledged(t))),
    ("a future that is dropped does not take its batch back", |t| Box::pin(append::dropped(t))),
    ("keys, tombstones, headers and times are kept", |t| Box::pin(append::fidelity(t))),
    ("every acknowledgement can be asked for", |t| Box::pin(append::acknowledgements(t))),
    ("what cannot be stored is refused by kind", |t| Box::pin(append::refusals(t))),
    ("settings that contradict each other are refused by name", |t| Box::pin(settings::contradictions(t))),
    ("settings of one transport are taken by every other", |t| Box::pin(settings::taken(t))),
    ("topics are created once, listed and deleted", |t| Box::pin(append::topics(t))),
    ("a consumer without a group reads every partition", |t| Box::pin(read::all_partitions(t))),
    ("a consumer begins where it is told", |t| Box::pin(read::starts(t))),
    ("seek goes to an offset, an end and a time", |t| Box::pin(read::seek(t))),
    ("paused partitions give nothing until they are resumed", |t| Box::pin(read::pause(t))),
    ("a future that is dropped loses no event", |t| Box::pin(read::cancelled(t))),
    ("a waiting consumer is woken by an append", |t| Box::pin(read::woken(t))),
    ("a group goes on behind its commit", |t| Box::pin(groups::resumes(t))),
    ("two members share the partitions, one takes over", |t| Box::pin(groups::rebalance(t))),
    ("a stale commit changes nothing", |t| Box::pin(groups::stale_commit(t))),
    ("a member that is dropped leaves", |t| Box::pin(groups::dropped(t))),
    ("a transaction shows all at once, or nothing", |t| Box::pin(transactions::visibility(t))),
    ("a transaction carries offsets", |t| Box::pin(transactions::offsets(t))),
    ("a newer owner fences the older one", |t| Box::pin(transactions::fencing(t))),
    ("offsets of a partition that has moved are refused", |t| Box::pin(transactions::moved(t))),
    ("what retention removed is reported as a gap", |t| Box::pin(retention::gap(t))),
    ("compaction keeps the newest record of each key", |t| Box::pin(retention::compaction(t))),
];

/// Runs every case on a transport of its own.
///
/// # Panics
/// Where a law does not hold: the message says which.
pub async fn run(make: impl AsyncFn() -> Arc<dyn Transport>) {
    for (_, case) in CASES {
        case(make().await).await;
    }
}
