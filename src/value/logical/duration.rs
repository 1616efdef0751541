//! Spans of months, days and milliseconds.

use std::fmt;
use std::str::FromStr;

use super::scan::Scan;
use super::wire::{Logical, through_serde};
use super::{LogicalError, token};

/// A span of months, days and milliseconds, each counted by itself (Avro's `duration`), for a month has no fixed number of
/// days, and a day none of milliseconds.
///
/// As text it is ISO 8601, `P1M2DT3.004S`; years, weeks, hours and minutes are read as what they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    /// Months.
    pub months: u32,
    /// Days.
    pub days: u32,
    /// Milliseconds.
    pub millis: u32,
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        if self.months > 0 {
            write!(f, "{}M", self.months)?;
        }
        if self.days > 0 {
            write!(f, "{}D", self.days)?;
        }
        let (seconds, millis) = (self.millis / 1_000, self.millis % 1_000);
        if millis > 0 {
            write!(f, "T{seconds}.{millis:03}S")
        } else if seconds > 0 || *self == Self::default() {
            write!(f, "T{seconds}S")
        } else {
            Ok(())
        }
    }
}

impl FromStr for Duration {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        read(text).ok_or_else(|| LogicalError::text("duration", text, <Self as Logical>::EXPECTED))
    }
}

fn read(text: &str) -> Option<Duration> {
    let mut scan = Scan(text);
    let mut span = Duration::default();
    scan.one_of(&['P'])?;
    let mut parts = Parts::new("YMWD");
    while let Some(part) = parts.next(&mut scan)? {
        match part {
            ('Y', years, 0) => add(&mut span.months, years, 12)?,
            ('M', months, 0) => add(&mut span.months, months, 1)?,
            ('W', weeks, 0) => add(&mut span.days, weeks, 7)?,
            ('D', days, 0) => add(&mut span.days, days, 1)?,
            _ => return None,
        }
    }
    let mut found = parts.found;
    if scan.one_of(&['T']).is_some() {
        let mut parts = Parts::new("HMS");
        while let Some(part) = parts.next(&mut scan)? {
            match part {
                ('H', hours, 0) => add(&mut span.millis, hours, 3_600_000)?,
                ('M', minutes, 0) => add(&mut span.millis, minutes, 60_000)?,
                ('S', seconds, millis) => {
                    add(&mut span.millis, seconds, 1_000)?;
                    add(&mut span.millis, millis, 1)?;
                }
                _ => return None,
            }
        }
        // A `T` with nothing behind it is not ISO 8601.
        found = parts.found;
    }
    scan.end().filter(|()| found).map(|()| span)
}

fn add(sum: &mut u32, number: u32, unit: u32) -> Option<()> {
    *sum = number.checked_mul(unit)?.checked_add(*sum)?;
    Some(())
}

/// Numbers with designators, each at most once and in this order.
struct Parts<'d> {
    designators: &'d str,
    found: bool,
}

impl<'d> Parts<'d> {
    fn new(designators: &'d str) -> Self {
        Self { designators, found: false }
    }

    /// The next part: its designator, its whole number, its thousandths. `None` for a text that is wrong.
    #[expect(clippy::option_option, reason = "nothing more, and nothing that can be read, are two answers")]
    fn next(&mut self, scan: &mut Scan<'_>) -> Option<Option<(char, u32, u32)>> {
        let Some(digits) = scan.digits() else { return Some(None) };
        let fraction = scan.fraction(3)?;
        let designator = scan.0.chars().next()?;
        let (_, later) = self.designators.split_once(designator)?;
        scan.one_of(&[designator])?;
        self.designators = later;
        self.found = true;
        Some(Some((designator, digits.parse().ok()?, fraction)))
    }
}

impl Logical for Duration {
    const TOKEN: &'static str = token::DURATION;
    const EXPECTED: &'static str = "an ISO 8601 duration as P1M2DT3.004S, to the millisecond at most";
    type Inner = (u32, u32, u32);

    fn inner(&self) -> (u32, u32, u32) {
        (self.months, self.days, self.millis)
    }

    fn from_inner((months, days, millis): (u32, u32, u32)) -> Result<Self, LogicalError> {
        Ok(Self { months, days, millis })
    }
}

through_serde!(Duration);
