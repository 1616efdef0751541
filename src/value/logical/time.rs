//! Times of day.

use std::fmt;
use std::str::FromStr;

use super::scan::Scan;
use super::wire::{Logical, through_serde};
use super::{LogicalError, token};

/// A time of day, to the nanosecond; without a zone. As text it is ISO 8601, `14:00:00.250`.
///
/// A day has 86,400 seconds here: there is no leap second, and 24:00 is the next day's 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

pub(super) const NANOS: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * NANOS;

impl Time {
    /// The time that many nanoseconds after midnight.
    ///
    /// # Errors
    /// A negative number, or a day or more.
    pub fn from_nanos(nanos: i64) -> Result<Self, LogicalError> {
        Self::scaled(nanos, 1, "nanoseconds")
    }

    /// The time that many microseconds after midnight.
    ///
    /// # Errors
    /// As [`Time::from_nanos`].
    pub fn from_micros(micros: i64) -> Result<Self, LogicalError> {
        Self::scaled(micros, 1_000, "microseconds")
    }

    /// The time that many milliseconds after midnight.
    ///
    /// # Errors
    /// As [`Time::from_nanos`].
    pub fn from_millis(millis: i64) -> Result<Self, LogicalError> {
        Self::scaled(millis, 1_000_000, "milliseconds")
    }

    fn scaled(number: i64, unit: u64, units: &str) -> Result<Self, LogicalError> {
        u64::try_from(number)
            .ok()
            .and_then(|number| number.checked_mul(unit))
            .filter(|nanos| *nanos < DAY)
            .map(Self)
            .ok_or_else(|| LogicalError(format!("{number} {units} since midnight is no time of day")))
    }

    pub(crate) const fn from_nanos_unchecked(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The hour (0 to 23), minute, second (0 to 59) and nanosecond.
    ///
    /// # Errors
    /// A number out of its range.
    pub fn from_hms(hour: u32, minute: u32, second: u32, nanos: u32) -> Result<Self, LogicalError> {
        if hour > 23 || minute > 59 || second > 59 || u64::from(nanos) >= NANOS {
            return Err(LogicalError(format!(
                "{hour}:{minute}:{second} and {nanos} nanoseconds is no time of day"
            )));
        }
        let seconds = u64::from(hour * 3600 + minute * 60 + second);
        Ok(Self(seconds * NANOS + u64::from(nanos)))
    }

    /// Nanoseconds since midnight.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Microseconds since midnight.
    ///
    /// # Errors
    /// A time that is not a whole number of them.
    pub fn to_micros(self) -> Result<i64, LogicalError> {
        self.whole(1_000, "microseconds")
    }

    /// Milliseconds since midnight.
    ///
    /// # Errors
    /// A time that is not a whole number of them.
    pub fn to_millis(self) -> Result<i32, LogicalError> {
        self.whole(1_000_000, "milliseconds")
    }

    fn whole<N: TryFrom<u64>>(self, unit: u64, units: &str) -> Result<N, LogicalError> {
        let wrong = || LogicalError(format!("{self} is not a whole number of {units}"));
        if self.0.is_multiple_of(unit) {
            N::try_from(self.0 / unit).map_err(|_| wrong())
        } else {
            Err(wrong())
        }
    }

    /// The hour, minute, second and nanosecond.
    #[must_use]
    pub const fn hms(self) -> (u32, u32, u32, u32) {
        let seconds = (self.0 / NANOS) as u32;
        (seconds / 3600, seconds / 60 % 60, seconds % 60, (self.0 % NANOS) as u32)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second, nanos) = self.hms();
        write!(f, "{hour:02}:{minute:02}:{second:02}")?;
        // As many digits as needed, in groups of three: a reader sees milli-, micro- or nanoseconds.
        match nanos {
            0 => Ok(()),
            _ if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000),
            _ if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000),
            _ => write!(f, ".{nanos:09}"),
        }
    }
}

/// `14:00:00`, with a fraction of any length; digits behind the ninth have to be zero.
impl FromStr for Time {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        let mut scan = Scan(text);
        read_time(&mut scan)
            .filter(|_| scan.end().is_some())
            .ok_or_else(|| LogicalError::text("time of day", text, <Self as Logical>::EXPECTED))
    }
}

/// Reads a time of day off the front.
pub(super) fn read_time(scan: &mut Scan<'_>) -> Option<Time> {
    let hour = scan.two_digits()?;
    scan.one_of(&[':'])?;
    let minute = scan.two_digits()?;
    scan.one_of(&[':'])?;
    let second = scan.two_digits()?;
    Time::from_hms(hour, minute, second, scan.fraction(9)?).ok()
}

impl Logical for Time {
    const TOKEN: &'static str = token::TIME;
    const EXPECTED: &'static str = "a time of day as 14:00:00.250, to the nanosecond at most";
    type Inner = u64;

    fn inner(&self) -> u64 {
        self.0
    }

    fn from_inner(nanos: u64) -> Result<Self, LogicalError> {
        if nanos < DAY {
            Ok(Self(nanos))
        } else {
            Err(LogicalError(format!("{nanos} nanoseconds since midnight is no time of day")))
        }
    }
}

through_serde!(Time);
