//! The types of `chrono`, whose years go from about -262,000 to 262,000.
//!
//! chrono shows a leap second as a fraction of a second or more; there is no such moment here, and it is refused.

use ::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use crate::value::{Date, LocalTimestamp, LogicalError, Time, Timestamp};

/// [`chrono::DateTime<Utc>`](::chrono::DateTime) as a timestamp.
pub mod timestamp {
    crate::value::with::with_functions!(::chrono::DateTime<::chrono::Utc> as crate::value::Timestamp);
}

/// [`chrono::NaiveDateTime`] as a local timestamp.
pub mod local_timestamp {
    crate::value::with::with_functions!(::chrono::NaiveDateTime as crate::value::LocalTimestamp);
}

/// [`chrono::NaiveDate`] as a date.
pub mod date {
    crate::value::with::with_functions!(::chrono::NaiveDate as crate::value::Date);
}

/// [`chrono::NaiveTime`] as a time of day.
pub mod time {
    crate::value::with::with_functions!(::chrono::NaiveTime as crate::value::Time);
}

fn refused(value: impl std::fmt::Display) -> LogicalError {
    LogicalError(format!("{value} is beyond the years that chrono holds"))
}

fn leap_second(value: impl std::fmt::Display) -> LogicalError {
    LogicalError(format!("{value} is a leap second, which no POSIX time shows"))
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = LogicalError;

    fn try_from(moment: DateTime<Utc>) -> Result<Self, LogicalError> {
        Self::new(moment.timestamp(), moment.timestamp_subsec_nanos()).map_err(|_| leap_second(moment))
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = LogicalError;

    fn try_from(moment: Timestamp) -> Result<Self, LogicalError> {
        // Near the ends of 64 bits the days that chrono counts inside would overflow; no year it holds is there.
        let near = moment.seconds().checked_mul(1_000).is_some();
        let converted = near.then(|| Self::from_timestamp(moment.seconds(), moment.subsecond_nanos()));
        converted.flatten().ok_or_else(|| refused(moment))
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Self {
        Self::from_days(date.to_epoch_days())
    }
}

impl TryFrom<Date> for NaiveDate {
    type Error = LogicalError;

    fn try_from(date: Date) -> Result<Self, LogicalError> {
        let (year, month, day) = date.ymd();
        Self::from_ymd_opt(year, month, day).ok_or_else(|| refused(date))
    }
}

impl TryFrom<NaiveTime> for Time {
    type Error = LogicalError;

    fn try_from(time: NaiveTime) -> Result<Self, LogicalError> {
        Self::from_hms(time.hour(), time.minute(), time.second(), time.nanosecond())
            .map_err(|_| leap_second(time))
    }
}

/// Every time of day fits; an error stands for a defect.
impl TryFrom<Time> for NaiveTime {
    type Error = LogicalError;

    fn try_from(time: Time) -> Result<Self, LogicalError> {
        let (hour, minute, second, nanos) = time.hms();
        Self::from_hms_nano_opt(hour, minute, second, nanos).ok_or_else(|| refused(time))
    }
}

impl TryFrom<NaiveDateTime> for LocalTimestamp {
    type Error = LogicalError;

    fn try_from(local: NaiveDateTime) -> Result<Self, LogicalError> {
        Timestamp::try_from(local.and_utc()).map(Self::in_utc)
    }
}

impl TryFrom<LocalTimestamp> for NaiveDateTime {
    type Error = LogicalError;

    fn try_from(local: LocalTimestamp) -> Result<Self, LogicalError> {
        DateTime::<Utc>::try_from(local.assume_utc()).map(|moment| moment.naive_utc())
    }
}
