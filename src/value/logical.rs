//! Logical types as small types of ours: decimal, UUID, date, time of day, timestamp, duration.
//!
//! Each keeps its unit or its scale with it, so that a codec can convert exactly or refuse; none is ever read as another.
//! Human-readable formats see text (ISO 8601, RFC 3339, RFC 9562); the others see a newtype named by [`token`] around plain numbers.

/// Names of the newtypes under which logical values pass through serde, by which our codecs know them.
///
/// | token | inside, in formats that are not human-readable |
/// |---|---|
/// | `DECIMAL` | `(i128 unscaled, u32 scale)` |
/// | `UUID` | bytes, 16 |
/// | `DATE` | `i32` days since 1970-01-01 |
/// | `TIME` | `u64` nanoseconds since midnight |
/// | `TIMESTAMP`, `LOCAL_TIMESTAMP` | `(i64 seconds, u32 nanoseconds)` since 1970-01-01T00:00:00 |
/// | `DURATION` | `(u32 months, u32 days, u32 milliseconds)` |
pub(crate) mod token {
    pub(crate) const DECIMAL: &str = "schemawire::Decimal";
    pub(crate) const UUID: &str = "schemawire::Uuid";
    pub(crate) const DATE: &str = "schemawire::Date";
    pub(crate) const TIME: &str = "schemawire::Time";
    pub(crate) const TIMESTAMP: &str = "schemawire::Timestamp";
    pub(crate) const DURATION: &str = "schemawire::Duration";
}

/// A text, number or unit that does not fit a logical type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LogicalError(pub(crate) String);

/// A decimal number: `unscaled / 10^scale`. Equal only when the scale is equal, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
}

impl Decimal {
    /// The decimal `unscaled / 10^scale`.
    #[must_use]
    pub const fn new(unscaled: i128, scale: u32) -> Self {
        Self { unscaled, scale }
    }

    /// The digits, without the point.
    #[must_use]
    pub const fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// How many digits stand behind the point.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.scale
    }
}

/// A UUID, RFC 9562.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

/// A day of the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The day that many days after 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }
}

/// A time of day, to the nanosecond; without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    pub(crate) const fn from_nanos_unchecked(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since midnight.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }
}

/// A moment, to the nanosecond, from 1970-01-01T00:00:00Z on or before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

impl Timestamp {
    pub(crate) const fn new_unchecked(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos }
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
}

/// A span of months, days and milliseconds, each counted by itself (Avro's `duration`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    /// Months.
    pub months: u32,
    /// Days.
    pub days: u32,
    /// Milliseconds.
    pub millis: u32,
}
