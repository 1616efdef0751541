//! Moments, with a zone and without.

use std::fmt;
use std::str::FromStr;

use super::calendar::{read_day, write_day};
use super::scan::Scan;
use super::time::{NANOS, read_time};
use super::wire::{Logical, through_serde};
use super::{LogicalError, Time, token};

const DAY: i64 = 86_400;

/// A moment, to the nanosecond, from 1970-01-01T00:00:00Z on or before it.
///
/// As text it is RFC 3339, written in UTC (`2026-07-01T12:00:00.250Z`) and read with any offset. Seconds are POSIX seconds:
/// a leap second (`23:59:60`) has none and is refused. A year outside 0 to 9999 is written as [`Date`](super::Date) writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    /// The moment that many seconds after 1970-01-01T00:00:00Z (before it, where negative), and that many nanoseconds later.
    ///
    /// # Errors
    /// A second or more of nanoseconds.
    pub fn new(seconds: i64, nanos: u32) -> Result<Self, LogicalError> {
        if u64::from(nanos) < NANOS {
            Ok(Self { seconds, nanos })
        } else {
            Err(LogicalError(format!("{nanos} nanoseconds is a second or more")))
        }
    }

    pub(crate) const fn new_unchecked(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos }
    }

    /// The moment that many seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { seconds, nanos: 0 }
    }

    /// The moment that many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self::from_units(millis, 1_000)
    }

    /// The moment that many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self::from_units(micros, 1_000_000)
    }

    /// The moment that many nanoseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self::from_units(nanos, NANOS as i64)
    }

    const fn from_units(number: i64, per_second: i64) -> Self {
        let nanos = number.rem_euclid(per_second) * (NANOS as i64 / per_second);
        Self { seconds: number.div_euclid(per_second), nanos: nanos as u32 }
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds behind [`Timestamp::seconds`], 0 to 999,999,999.
    #[must_use]
    pub const fn subsecond_nanos(self) -> u32 {
        self.nanos
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// A moment that is not a whole number of them, or further away than 64 bits of them.
    pub fn to_millis(self) -> Result<i64, LogicalError> {
        self.to_units(1_000, "milliseconds")
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// As [`Timestamp::to_millis`].
    pub fn to_micros(self) -> Result<i64, LogicalError> {
        self.to_units(1_000_000, "microseconds")
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// As [`Timestamp::to_millis`].
    pub fn to_nanos(self) -> Result<i64, LogicalError> {
        self.to_units(NANOS as i64, "nanoseconds")
    }

    fn to_units(self, per_second: i64, units: &str) -> Result<i64, LogicalError> {
        let unit = (NANOS as i64 / per_second) as u32;
        if !self.nanos.is_multiple_of(unit) {
            return Err(LogicalError(format!("{self} is not a whole number of {units}")));
        }
        // In 128 bits: near the least number the seconds alone overflow 64 bits, and their fraction brings it back.
        let number = i128::from(self.seconds) * i128::from(per_second) + i128::from(self.nanos / unit);
        i64::try_from(number).map_err(|_| LogicalError(format!("{self} does not fit 64 bits of {units}")))
    }

    fn write(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.seconds.rem_euclid(DAY) as u64;
        write_day(self.seconds.div_euclid(DAY), f)?;
        write!(f, "T{}", Time::from_nanos_unchecked(of_day * NANOS + u64::from(self.nanos)))
    }

    /// Reads day, `T` and time off the front.
    fn read(scan: &mut Scan<'_>) -> Option<Self> {
        let days = read_day(scan)?;
        // RFC 3339, section 5.6, allows lower case, and a space for readability.
        scan.one_of(&['T', 't', ' '])?;
        let nanos = read_time(scan)?.nanos();
        let seconds = days.checked_mul(DAY)?.checked_add((nanos / NANOS) as i64)?;
        Some(Self { seconds, nanos: (nanos % NANOS) as u32 })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)?;
        f.write_str("Z")
    }
}

impl FromStr for Timestamp {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        read(text).ok_or_else(|| LogicalError::text("timestamp", text, <Self as Logical>::EXPECTED))
    }
}

fn read(text: &str) -> Option<Timestamp> {
    let mut scan = Scan(text);
    let local = Timestamp::read(&mut scan)?;
    let seconds = local.seconds.checked_sub(read_offset(&mut scan)?)?;
    scan.end()?;
    Some(Timestamp { seconds, ..local })
}

/// `Z`, or hours and minutes with a sign: seconds east of UTC.
fn read_offset(scan: &mut Scan<'_>) -> Option<i64> {
    let sign = match scan.one_of(&['Z', 'z', '+', '-'])? {
        '+' => 1,
        '-' => -1,
        _ => return Some(0),
    };
    let hours = scan.two_digits().filter(|hours| *hours < 24)?;
    scan.one_of(&[':'])?;
    let minutes = scan.two_digits().filter(|minutes| *minutes < 60)?;
    Some(sign * i64::from(hours * 3600 + minutes * 60))
}

impl Logical for Timestamp {
    const TOKEN: &'static str = token::TIMESTAMP;
    const EXPECTED: &'static str =
        "RFC 3339 with an offset, as 2026-07-01T12:00:00.250Z, to the nanosecond at most";
    type Inner = (i64, u32);

    fn inner(&self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }

    fn from_inner((seconds, nanos): (i64, u32)) -> Result<Self, LogicalError> {
        Self::new(seconds, nanos)
    }
}

/// A date and time of day without a zone (Avro's `local-timestamp-…`): what a clock on the wall shows, and no moment.
///
/// It is counted as the [`Timestamp`] that a clock in UTC would show it at, and becomes one only through
/// [`LocalTimestamp::assume_utc`]. As text it is ISO 8601 without an offset, `2026-07-01T12:00:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTimestamp(Timestamp);

impl LocalTimestamp {
    /// What a clock in UTC shows at that moment.
    #[must_use]
    pub const fn in_utc(moment: Timestamp) -> Self {
        Self(moment)
    }

    /// The moment at which a clock in UTC shows it; its units are counted by that type's methods.
    #[must_use]
    pub const fn assume_utc(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for LocalTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f)
    }
}

impl FromStr for LocalTimestamp {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        let mut scan = Scan(text);
        Timestamp::read(&mut scan)
            .filter(|_| scan.end().is_some())
            .map(Self)
            .ok_or_else(|| LogicalError::text("local timestamp", text, <Self as Logical>::EXPECTED))
    }
}

impl Logical for LocalTimestamp {
    const TOKEN: &'static str = token::LOCAL_TIMESTAMP;
    const EXPECTED: &'static str =
        "ISO 8601 without an offset, as 2026-07-01T12:00:00.250, to the nanosecond at most";
    type Inner = (i64, u32);

    fn inner(&self) -> (i64, u32) {
        self.0.inner()
    }

    fn from_inner(inner: (i64, u32)) -> Result<Self, LogicalError> {
        Timestamp::from_inner(inner).map(Self)
    }
}

through_serde!(Timestamp, LocalTimestamp);
