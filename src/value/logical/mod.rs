//! Logical types as small types of ours: decimal, UUID, date, time of day, timestamp, local timestamp, duration.
//!
//! Each keeps its unit or its scale with it, so that a codec can convert exactly or refuse; none is ever read as another,
//! and none is ever rounded. Human-readable formats see text (ISO 8601, RFC 3339, RFC 9562); the others see a newtype named
//! by `token` around plain numbers.
//!
//! ```
//! use schemawire::value::{Decimal, Timestamp};
//!
//! let moment: Timestamp = "2026-07-01T14:00:00.25+02:00".parse()?;
//! assert_eq!(moment.to_string(), "2026-07-01T12:00:00.250Z");
//! assert_eq!(moment.to_millis()?, 1_782_907_200_250);
//! assert!(Timestamp::from_nanos(1).to_millis().is_err(), "a nanosecond is not a whole millisecond");
//! assert_eq!(Decimal::new(-1234, 2).to_string(), "-12.34");
//! # Ok::<(), schemawire::value::LogicalError>(())
//! ```

mod calendar;
mod decimal;
mod duration;
mod scan;
mod time;
mod timestamp;
mod uuid;
mod wire;

pub use calendar::Date;
pub use decimal::Decimal;
pub use duration::Duration;
pub use time::Time;
pub use timestamp::{LocalTimestamp, Timestamp};
pub use uuid::Uuid;

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
///
/// A deserializer may answer with the inner form through `visit_newtype_struct`, or with the text through `visit_str`.
pub(crate) mod token {
    pub(crate) const DECIMAL: &str = "schemawire::Decimal";
    pub(crate) const UUID: &str = "schemawire::Uuid";
    pub(crate) const DATE: &str = "schemawire::Date";
    pub(crate) const TIME: &str = "schemawire::Time";
    pub(crate) const TIMESTAMP: &str = "schemawire::Timestamp";
    pub(crate) const LOCAL_TIMESTAMP: &str = "schemawire::LocalTimestamp";
    pub(crate) const DURATION: &str = "schemawire::Duration";
}

/// A text, number or unit that does not fit a logical type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LogicalError(pub(crate) String);

impl LogicalError {
    /// A text that is not of the expected shape.
    fn text(what: &str, text: &str, expected: &str) -> Self {
        // A hostile text may be megabytes long; its beginning tells enough.
        let start: String = text.chars().take(64).collect();
        let more = if start.len() < text.len() { "…" } else { "" };
        Self(format!("`{start}{more}` is not a {what}: expected {expected}"))
    }
}
