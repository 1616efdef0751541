//! Logical types, read from a type's members (specification, *Logical Types*).

use super::{Kind, Property};

/// What a type's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Logical {
    /// `decimal` on bytes or fixed.
    Decimal {
        /// The most digits.
        precision: u32,
        /// Digits behind the point.
        scale: u32,
    },
    /// `uuid` on string, or on fixed of 16 bytes.
    Uuid,
    /// `date` on int.
    Date,
    /// `time-millis` on int, `time-micros` on long.
    Time(Unit),
    /// `timestamp-…` on long.
    Timestamp(Unit),
    /// `local-timestamp-…` on long.
    LocalTimestamp(Unit),
    /// `duration` on fixed of 12 bytes.
    Duration,
}

/// The unit of a time or timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the units name themselves")]
pub enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// `milliseconds`, `microseconds` or `nanoseconds`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Nanos => "nanoseconds",
        }
    }

    /// How many nanoseconds one of it is.
    #[must_use]
    pub const fn nanos(self) -> u32 {
        match self {
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }
}

/// What the annotation of a type means. One that is unknown, that does not fit the kind, or whose parameters are wrong is
/// no annotation: "language implementations must ignore unknown logical types when reading".
pub(super) fn logical(kind: &Kind, properties: &[Property]) -> Option<Logical> {
    let property = |name: &str| properties.iter().find(|it| it.name == name).map(|it| &it.value);
    let annotation = property("logicalType")?.as_str()?;
    match (annotation, kind) {
        ("decimal", Kind::Bytes | Kind::Fixed(_)) => {
            let number =
                |name| property(name).map(|value| value.as_u64().and_then(|it| u32::try_from(it).ok()));
            let precision = number("precision")??;
            let scale = number("scale").unwrap_or(Some(0))?;
            let most = match kind {
                Kind::Fixed(fixed) => most_digits(fixed.size),
                _ => u32::MAX,
            };
            let fits = (1..=most).contains(&precision) && scale <= precision;
            fits.then_some(Logical::Decimal { precision, scale })
        }
        ("uuid", Kind::String) => Some(Logical::Uuid),
        ("uuid", Kind::Fixed(fixed)) if fixed.size == 16 => Some(Logical::Uuid),
        ("date", Kind::Int) => Some(Logical::Date),
        ("time-millis", Kind::Int) => Some(Logical::Time(Unit::Millis)),
        ("time-micros", Kind::Long) => Some(Logical::Time(Unit::Micros)),
        ("timestamp-millis", Kind::Long) => Some(Logical::Timestamp(Unit::Millis)),
        ("timestamp-micros", Kind::Long) => Some(Logical::Timestamp(Unit::Micros)),
        ("timestamp-nanos", Kind::Long) => Some(Logical::Timestamp(Unit::Nanos)),
        ("local-timestamp-millis", Kind::Long) => Some(Logical::LocalTimestamp(Unit::Millis)),
        ("local-timestamp-micros", Kind::Long) => Some(Logical::LocalTimestamp(Unit::Micros)),
        ("local-timestamp-nanos", Kind::Long) => Some(Logical::LocalTimestamp(Unit::Nanos)),
        ("duration", Kind::Fixed(fixed)) if fixed.size == 12 => Some(Logical::Duration),
        _ => None,
    }
}

/// How many decimal digits every two's-complement number of that many bytes can hold: floor(log10(2^(8 size - 1) - 1)).
/// The logarithm of a power of two is never an integer, so the 1 that is taken away does not count.
fn most_digits(size: usize) -> u32 {
    let bits = (size as f64).mul_add(8.0, -1.0);
    (bits.max(0.0) * std::f64::consts::LOG10_2).floor() as u32
}
