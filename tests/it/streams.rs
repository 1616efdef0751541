//! Streams under faults: records are numbered, what is known of them is written down, the log is read again, and all is counted.
//!
//! ```text
//! produce (process) ─ log ─> consume, transform (processes)         kill, freeze, full disk, rebalance
//!        └── ledger: sent, acknowledged, refused, handled, committed ──┘
//! ledger + log read again -> lost, doubled, reordered, and whether `possibly_written` was exact
//! ```
//!
//! On the embedded log always; on three brokers where `scripts/faults.sh` has started them.
#![cfg(all(unix, feature = "embedded", feature = "json"))]

mod brokers;
mod child;
mod cluster;
mod consume;
mod controls;
mod count;
mod embedded;
mod flow;
mod frozen;
mod ledger;
mod log;
mod number;
mod plays;
mod produce;
mod scene;
mod stepping;
mod transform;
mod wire;
