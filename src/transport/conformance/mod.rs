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
//! let left_out = conformance::run(async || Arc::new(Memory::new()) as Arc<dyn Transport>).await;
//! assert!(left_out.is_empty());
//! # });
//! ```

mod append;
mod groups;
mod growth;
mod read;
mod retention;
mod settings;
mod support;
mod transactions;

use std::sync::Arc;

use super::{BoxFuture, Capabilities, Transport};

/// A case: a law, what a transport has to be able to for it, and the future that panics where it does not hold.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Case {
    /// What holds.
    pub law: &'static str,
    /// For whom.
    pub needs: Needs,
    /// Panics where it does not.
    pub run: fn(Arc<dyn Transport>) -> BoxFuture<'static, ()>,
}

/// What a transport has to be able to for a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needs {
    /// What every transport can.
    Nothing,
    /// [`Capabilities::groups`].
    Groups,
    /// [`Capabilities::transactions`].
    Transactions,
    /// Both of them.
    GroupTransactions,
    /// [`Capabilities::maintains`]: a server lets go at a time of its own.
    Maintenance,
}

impl Needs {
    /// Whether a transport with these capabilities can be held to it.
    #[must_use]
    pub const fn are_met(self, by: &Capabilities) -> bool {
        match self {
            Self::Nothing => true,
            Self::Groups => by.groups,
            Self::Transactions => by.transactions,
            Self::GroupTransactions => by.groups && by.transactions,
            Self::Maintenance => by.maintains,
        }
    }
}

/// All cases, in the order in which [`run`] runs them.
pub const CASES: &[Case] = &[
    case("batches are stored in the order of the calls", Needs::Nothing, |t| Box::pin(append::order(t))),
    case("what is acknowledged can be read", Needs::Nothing, |t| Box::pin(append::acknowledged(t))),
    case("a future that is dropped does not take its batch back", Needs::Nothing, |t| {
        Box::pin(append::dropped(t))
    }),
    case("keys, tombstones, headers and times are kept", Needs::Nothing, |t| Box::pin(append::fidelity(t))),
    case("every acknowledgement can be asked for", Needs::Nothing, |t| Box::pin(append::acknowledgements(t))),
    case("what cannot be stored is refused by kind", Needs::Nothing, |t| Box::pin(append::refusals(t))),
    case("settings that contradict each other are refused by name", Needs::Nothing, |t| {
        Box::pin(settings::contradictions(t))
    }),
    case("settings of one transport are taken by every other", Needs::Nothing, |t| {
        Box::pin(settings::taken(t))
    }),
    case("topics are created once, listed and deleted", Needs::Nothing, |t| Box::pin(append::topics(t))),
    case("a topic grows, and its readers get what it grew by", Needs::Nothing, |t| {
        Box::pin(growth::grows(t))
    }),
    case("a consumer without a group reads every partition", Needs::Nothing, |t| {
        Box::pin(read::all_partitions(t))
    }),
    case("a consumer begins where it is told", Needs::Nothing, |t| Box::pin(read::starts(t))),
    case("seek goes to an offset, an end and a time", Needs::Nothing, |t| Box::pin(read::seek(t))),
    case("paused partitions give nothing until they are resumed", Needs::Nothing, |t| {
        Box::pin(read::pause(t))
    }),
    case("a future that is dropped loses no event", Needs::Nothing, |t| Box::pin(read::cancelled(t))),
    case("a waiting consumer is woken by an append", Needs::Nothing, |t| Box::pin(read::woken(t))),
    case("a group goes on behind its commit", Needs::Groups, |t| Box::pin(groups::resumes(t))),
    case("two members share the partitions, one takes over", Needs::Groups, |t| {
        Box::pin(groups::rebalance(t))
    }),
    case("a stale commit changes nothing", Needs::Groups, |t| Box::pin(groups::stale_commit(t))),
    case("a member that is dropped leaves", Needs::Groups, |t| Box::pin(groups::dropped(t))),
    case("a transaction shows all at once, or nothing", Needs::Transactions, |t| {
        Box::pin(transactions::visibility(t))
    }),
    case("a transaction carries offsets", Needs::GroupTransactions, |t| Box::pin(transactions::offsets(t))),
    case("a newer owner fences the older one", Needs::Transactions, |t| Box::pin(transactions::fencing(t))),
    case("offsets of a partition that has moved are refused", Needs::GroupTransactions, |t| {
        Box::pin(transactions::moved(t))
    }),
    case("what retention removed is reported as a gap", Needs::Maintenance, |t| Box::pin(retention::gap(t))),
    case("compaction keeps the newest record of each key", Needs::Maintenance, |t| {
        Box::pin(retention::compaction(t))
    }),
];

const fn case(
    law: &'static str,
    needs: Needs,
    run: fn(Arc<dyn Transport>) -> BoxFuture<'static, ()>,
) -> Case {
    Case { law, needs, run }
}

/// Runs every case on a transport of its own, and answers which laws were left out because the transport's capabilities say that
/// it cannot be held to them.
///
/// # Panics
/// Where a law does not hold: the message says which.
pub async fn run(make: impl AsyncFn() -> Arc<dyn Transport>) -> Vec<&'static str> {
    run_without(&[], make).await
}

/// The same without the cases of these laws: for a server that lacks what a case asks of it.
///
/// # Panics
/// As [`run`], and for a law that is none.
pub async fn run_without(laws: &[&str], make: impl AsyncFn() -> Arc<dyn Transport>) -> Vec<&'static str> {
    for law in laws {
        assert!(CASES.iter().any(|case| case.law == *law), "no law reads `{law}`");
    }
    let mut left_out = Vec::new();
    for case in CASES {
        let transport = make().await;
        if laws.contains(&case.law) || !case.needs.are_met(&transport.capabilities()) {
            left_out.push(case.law);
        } else {
            (case.run)(transport).await;
        }
    }
    left_out
}
