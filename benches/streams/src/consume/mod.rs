//! Consumers: a topic in a group, from its beginning, with a commit that is awaited every so many records.

pub mod krafka;
pub mod ours;
pub mod rdkafka;

use crate::Failure;
use crate::meter::{Meter, Outcome};
use crate::reading::Seen;
use crate::settings::COMMIT_EVERY;

/// What every consumer does with a message: counts it, and says when a commit is due.
///
/// The wall's clock runs from the first record on, because joining a group takes as long as the brokers like; the processor's
/// runs from the beginning, because a client may have worked ahead.
#[derive(Debug)]
pub struct Progress {
    meter: Meter,
    seen: Seen,
    records: u64,
    handled: u64,
}

impl Progress {
    pub fn new(records: u64) -> Self {
        Self { meter: Meter::start(), seen: Seen::new(records), records, handled: 0 }
    }

    /// Takes a message's number; true where a commit is due.
    pub fn handled(&mut self, number: Option<u64>) -> bool {
        if self.handled == 0 {
            self.meter.restart_wall();
        }
        self.handled += 1;
        self.seen.note(number);
        self.handled.is_multiple_of(COMMIT_EVERY)
    }

    pub fn is_complete(&self) -> bool {
        self.handled >= self.records
    }

    /// After the last commit.
    pub fn finish(self) -> Result<Outcome, Failure> {
        let outcome = self.meter.stop(self.handled)?;
        self.seen.complete(self.records)?;
        Ok(outcome)
    }
}
