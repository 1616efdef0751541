//! The types of `jiff`, whose years go from -9999 to 9999.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Reading {
//!     #[serde(with = "schemawire::value::with::jiff::timestamp")]
//!     taken: jiff::Timestamp,
//!     #[serde(with = "schemawire::value::with::jiff::date::option")]
//!     checked: Option<jiff::civil::Date>,
//! }
//!
//! let text = r#"{"taken":"2026-07-01T12:00:00.250Z","checked":null}"#;
//! let reading: Reading = serde_json::from_str(text)?;
//! assert_eq!(serde_json::to_string(&reading)?, text);
//! # Ok::<(), serde_json::Error>(())
//! ```

use ::jiff::Timestamp as Moment;
use ::jiff::civil;

use crate::value::{Date, LocalTimestamp, LogicalError, Time, Timestamp};

/// [`jiff::Timestamp`] as a timestamp.
pub mod timestamp {
    crate::value::with::with_functions!(::jiff::Timestamp as crate::value::Timestamp);
}

/// [`jiff::civil::DateTime`] as a local timestamp.
pub mod local_timestamp {
    crate::value::with::with_functions!(::jiff::civil::DateTime as crate::value::LocalTimestamp);
}

/// [`jiff::civil::Date`] as a date.
pub mod date {
    crate::value::with::with_functions!(::jiff::civil::Date as crate::value::Date);
}

/// [`jiff::civil::Time`] as a time of day.
pub mod time {
    crate::value::with::with_functions!(::jiff::civil::Time as crate::value::Time);
}

const NANOS: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

fn refused(value: impl std::fmt::Display) -> LogicalError {
    LogicalError(format!("{value} is beyond the years that jiff holds"))
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        // jiff gives a moment before 1970 a negative fraction; here the seconds are rounded down.
        let nanos = moment.as_nanosecond();
        Self::new_unchecked(nanos.div_euclid(NANOS) as i64, nanos.rem_euclid(NANOS) as u32)
    }
}

impl TryFrom<Timestamp> for Moment {
    type Error = LogicalError;

    fn try_from(moment: Timestamp) -> Result<Self, LogicalError> {
        let nanos = i128::from(moment.seconds()) * NANOS + i128::from(moment.subsecond_nanos());
        Self::from_nanosecond(nanos).map_err(|_| refused(moment))
    }
}

impl From<civil::Date> for Date {
    fn from(date: civil::Date) -> Self {
        // Counted by jiff: of two dates without a zone the difference in days is exact.
        let days = date.duration_since(civil::Date::constant(1970, 1, 1)).as_hours() / 24;
        Self::from_days(days as i32)
    }
}

impl TryFrom<Date> for civil::Date {
    type Error = LogicalError;

    fn try_from(date: Date) -> Result<Self, LogicalError> {
        let (year, month, day) = date.ymd();
        let year = i16::try_from(year).map_err(|_| refused(date))?;
        Self::new(year, month as i8, day as i8).map_err(|_| refused(date))
    }
}

impl From<civil::Time> for Time {
    fn from(time: civil::Time) -> Self {
        let nanos = time.duration_since(civil::Time::midnight()).as_nanos();
        Self::from_nanos_unchecked(nanos as u64)
    }
}

/// Every time of day fits; an error stands for a defect.
impl TryFrom<Time> for civil::Time {
    type Error = LogicalError;

    fn try_from(time: Time) -> Result<Self, LogicalError> {
        let (hour, minute, second, nanos) = time.hms();
        Self::new(hour as i8, minute as i8, second as i8, nanos as i32).map_err(|_| refused(time))
    }
}

impl From<civil::DateTime> for LocalTimestamp {
    fn from(local: civil::DateTime) -> Self {
        let nanos = Time::from(local.time()).nanos();
        let seconds = i64::from(Date::from(local.date()).days()) * DAY + (nanos / NANOS as u64) as i64;
        Self::in_utc(Timestamp::new_unchecked(seconds, (nanos % NANOS as u64) as u32))
    }
}

impl TryFrom<LocalTimestamp> for civil::DateTime {
    type Error = LogicalError;

    fn try_from(local: LocalTimestamp) -> Result<Self, LogicalError> {
        let moment = local.assume_utc();
        let days = i32::try_from(moment.seconds().div_euclid(DAY)).map_err(|_| refused(local))?;
        let of_day = moment.seconds().rem_euclid(DAY) as u64;
        let time = Time::from_nanos_unchecked(of_day * NANOS as u64 + u64::from(moment.subsecond_nanos()));
        let date = civil::Date::try_from(Date::from_days(days)).map_err(|_| refused(local))?;
        Ok(Self::from_parts(date, time.try_into()?))
    }
}
