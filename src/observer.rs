//! Who is told what happens to messages: counted, shown as metrics, traced, or ignored.
//!
//! ```text
//! producer, consumer, serdes, breaker -Observation-> Observer -> metrics, a log, a test's list
//! ```
//!
//! An observation is lent and holds no payload: coordinates, counts, sizes, times. Telling one costs a call where there is an
//! observer, and nothing where there is none.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use schemawire::observer::{Observation, Observer};
//!
//! #[derive(Debug, Default)]
//! struct Sent(AtomicU64);
//!
//! impl Observer for Sent {
//!     fn observe(&self, observation: &Observation<'_>) {
//!         if let Observation::Sent { records, .. } = observation {
//!             self.0.fetch_add(*records, Ordering::Relaxed);
//!         }
//!     }
//! }
//! ```

use std::fmt::Debug;
use std::time::Duration;

use crate::class::Class;

/// Told what happens. Law: it returns at once and does not panic; it is called where messages pass.
pub trait Observer: Debug + Send + Sync + 'static {
    /// Something has happened.
    fn observe(&self, observation: &Observation<'_>);
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// A batch was acknowledged.
    Sent {
        /// Where it is.
        topic: &'a str,
        /// Records in it.
        records: u64,
        /// Bytes of keys, values and headers.
        bytes: u64,
        /// From the moment at which the batch left until its acknowledgement.
        took: Duration,
    },
    /// A batch or a record was given up.
    NotSent {
        /// Where it was meant to go.
        topic: &'a str,
        /// Records in it.
        records: u64,
        /// What was wrong.
        class: Class,
        /// Whether it may be there all the same.
        possibly_written: bool,
    },
    /// A batch is tried once more.
    SentAgain {
        /// Where it goes.
        topic: &'a str,
        /// Tries before this one.
        failed: u32,
    },
    /// How much waits to be acknowledged has changed.
    Buffered {
        /// The producer's topic.
        topic: &'a str,
        /// Bytes that wait.
        bytes: u64,
        /// The most that may.
        limit: u64,
    },
    /// Records were laid aside, to be forwarded later, or were forwarded.
    Spilled {
        /// The producer's topic.
        topic: &'a str,
        /// Records that lie aside now.
        records: u64,
    },
    /// A breaker has changed its state.
    Breaker {
        /// What it guards.
        destination: &'a str,
        /// Its state from now on.
        state: BreakerState,
    },
    /// Records have come from the transport.
    Received {
        /// Who reads.
        group: &'a str,
        /// Their topic.
        topic: &'a str,
        /// Their partition.
        partition: u32,
        /// How many.
        records: u64,
        /// Bytes of keys, values and headers.
        bytes: u64,
    },
    /// How many records of a partition lie behind the position.
    Lag {
        /// Who reads.
        group: &'a str,
        /// The topic.
        topic: &'a str,
        /// The partition.
        partition: u32,
        /// Records that are not read yet.
        records: u64,
    },
    /// A handler has finished with a message, well or ill.
    Handled {
        /// Who reads.
        group: &'a str,
        /// The message's topic.
        topic: &'a str,
        /// From the handler's first call until now.
        took: Duration,
        /// Whether it went well.
        done: bool,
    },
    /// A message failed: it does not read, or its handler says so.
    Failed {
        /// Who reads.
        group: &'a str,
        /// The message's topic.
        topic: &'a str,
        /// What was wrong.
        class: Class,
    },
    /// A message is handled once more, in place or by way of a retry topic.
    HandledAgain {
        /// Who reads.
        group: &'a str,
        /// The message's topic.
        topic: &'a str,
        /// Tries before this one.
        failed: u32,
    },
    /// A message has gone to the dead letters.
    DeadLetter {
        /// Who reads.
        group: &'a str,
        /// The topic that it came from.
        topic: &'a str,
        /// What was wrong.
        class: Class,
    },
    /// A message was passed over, because it was handled before.
    Duplicate {
        /// Who reads.
        group: &'a str,
        /// The message's topic.
        topic: &'a str,
    },
    /// How many messages are with handlers has changed.
    InFlight {
        /// Who reads.
        group: &'a str,
        /// Messages that are not finished.
        messages: u64,
    },
    /// Offsets were stored, or were not.
    Committed {
        /// Who reads.
        group: &'a str,
        /// How many partitions.
        partitions: u64,
        /// Whether they are stored.
        stored: bool,
    },
    /// Partitions have come or gone.
    Rebalanced {
        /// Who reads.
        group: &'a str,
        /// Which way.
        change: Change,
        /// How many partitions.
        partitions: u64,
    },
    /// A partition is read from an offset on.
    Started {
        /// Who reads.
        group: &'a str,
        /// The topic.
        topic: &'a str,
        /// The partition.
        partition: u32,
        /// The first offset that is wanted.
        offset: u64,
        /// Why there: `committed`, `checkpoint`, `earliest`, `latest`, `timestamp`, `offset`, `gap`.
        reason: &'static str,
    },
    /// Records that were wanted no longer exist.
    Gap {
        /// Who reads.
        group: &'a str,
        /// The topic.
        topic: &'a str,
        /// The partition.
        partition: u32,
        /// How many offsets.
        records: u64,
    },
    /// Values were encoded.
    Encoded {
        /// The topic that they go to.
        topic: &'a str,
        /// How many.
        records: u64,
        /// The time that it took.
        took: Duration,
    },
    /// Values were decoded.
    Decoded {
        /// The topic that they came from.
        topic: &'a str,
        /// How many.
        records: u64,
        /// The time that it took.
        took: Duration,
    },
}

/// What a breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BreakerState {
    /// Everything.
    #[default]
    Closed,
    /// One probe, whose answer decides.
    HalfOpen,
    /// Nothing.
    Open,
}

/// Which way partitions went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// They are this member's now.
    Assigned,
    /// They were given back in good order.
    Revoked,
    /// They were taken away.
    Lost,
}
