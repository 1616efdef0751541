//! How long to wait before another try: exponential, with full jitter.
//!
//! ```text
//! try       0        1        2        3 ...
//! ceiling   first    2·first  4·first  8·first, at most `longest`
//! wait      evenly between nothing and the ceiling, so that callers who failed together do not come back together
//! ```
//!
//! Whoever waits brings the dice and keeps the deadline. Source: Amazon's *Exponential Backoff And Jitter*.
//!
//! ```
//! use std::time::Duration;
//! use schemawire::backoff::Backoff;
//!
//! let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
//! assert_eq!(backoff.ceiling(3), Duration::from_millis(800));
//! assert_eq!(backoff.wait(3, u64::MAX / 2), Duration::from_millis(400));
//! ```

use std::time::Duration;

/// The bounds of the waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait before the second try.
    pub first: Duration,
    /// The longest wait of all.
    pub longest: Duration,
}

impl Backoff {
    /// The longest wait after that many tries that failed before this one.
    #[must_use]
    pub fn ceiling(&self, failed: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failed).and_then(|factor| self.first.checked_mul(factor));
        doubled.unwrap_or(self.longest).min(self.longest)
    }

    /// The wait that the dice give, any number of 64 bits.
    #[must_use]
    pub fn wait(&self, failed: u32, dice: u64) -> Duration {
        let nanos = self.ceiling(failed).as_nanos();
        // A `Duration` of 2^64 nanoseconds is 584 years: what is longer is cut to that, and rounded up like all others.
        let share = (nanos.min(u128::from(u64::MAX)) * u128::from(dice) + u128::from(u64::MAX / 2))
            / u128::from(u64::MAX);
        Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX))
    }
}
