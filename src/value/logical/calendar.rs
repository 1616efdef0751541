//! Days of the proleptic Gregorian calendar.

use std::fmt;
use std::str::FromStr;

use super::scan::Scan;
use super::wire::{Logical, through_serde};
use super::{LogicalError, token};

/// A day of the proleptic Gregorian calendar, kept as the days since 1970-01-01.
///
/// As text it is ISO 8601, `2026-07-01`; a year outside 0 to 9999 has a sign and at least six digits, `+012026-07-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The day that many days after 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// The day of that year, month (from 1) and day of the month (from 1).
    ///
    /// # Errors
    /// A day that the calendar does not have, or one that is more than 2^31 days from 1970-01-01.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self, LogicalError> {
        let wrong = || LogicalError(format!("there is no day {day} of month {month} in the year {year}"));
        let days = days_from_civil(year.into(), month, day).ok_or_else(wrong)?;
        i32::try_from(days).map(Self).map_err(|_| wrong())
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The year, the month (from 1) and the day of the month (from 1).
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        let (year, month, day) = civil_from_days(self.0.into());
        // 2^31 days are less than six million years.
        (year as i32, month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_day(self.0.into(), f)
    }
}

impl FromStr for Date {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        let mut scan = Scan(text);
        let day = read_day(&mut scan).and_then(|day| i32::try_from(day).ok());
        day.filter(|_| scan.end().is_some())
            .map(Self)
            .ok_or_else(|| LogicalError::text("date", text, <Self as Logical>::EXPECTED))
    }
}

impl Logical for Date {
    const TOKEN: &'static str = token::DATE;
    const EXPECTED: &'static str = "a day of the calendar as 2026-07-01";
    type Inner = i32;

    fn inner(&self) -> i32 {
        self.0
    }

    fn from_inner(days: i32) -> Result<Self, LogicalError> {
        Ok(Self(days))
    }
}

through_serde!(Date);

/// Writes a day as ISO 8601 does, its year with a sign where four digits do not suffice.
pub(super) fn write_day(days: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (year, month, day) = civil_from_days(days);
    if (0..=9999).contains(&year) {
        write!(f, "{year:04}-{month:02}-{day:02}")
    } else {
        write!(f, "{year:+07}-{month:02}-{day:02}")
    }
}

/// Reads a day off the front: days since 1970-01-01.
pub(super) fn read_day(scan: &mut Scan<'_>) -> Option<i64> {
    let sign = scan.one_of(&['-', '+']);
    let digits = scan.digits()?;
    // Twelve digits hold every year that 64 bits of seconds reach.
    let right = if sign.is_some() { (4..=12).contains(&digits.len()) } else { digits.len() == 4 };
    let year: i64 = digits.parse().ok().filter(|_| right)?;
    if sign == Some('-') && year == 0 {
        return None;
    }
    scan.one_of(&['-'])?;
    let month = scan.two_digits()?;
    scan.one_of(&['-'])?;
    let day = scan.two_digits()?;
    days_from_civil(if sign == Some('-') { -year } else { year }, month, day)
}

/// Years repeat after 400, in days.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// Years are counted from March, so that a leap day is a year's last; then every month's start is a linear formula
/// (Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
fn days_from_civil(year: i64, month: u32, day: u32) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * ERA + day_of_era - EPOCH)
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + EPOCH;
    let era = shifted.div_euclid(ERA);
    let day_of_era = shifted.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn days_in_month(year: i64, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
