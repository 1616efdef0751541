//! Logical values between their Rust types and their bytes: exactly, or not at all.
//!
//! | annotation | type | refused |
//! |---|---|---|
//! | `decimal` | [`Decimal`] | another scale, more digits than the precision |
//! | `uuid` | [`Uuid`] | text that is not one |
//! | `date` | [`Date`] | |
//! | `time-…` | [`Time`] | finer than the unit, outside the day |
//! | `timestamp-…` | [`Timestamp`] | finer than the unit, further than 64 bits of it |
//! | `local-timestamp-…` | [`LocalTimestamp`] | the same; and a [`Timestamp`], which is a moment |
//! | `duration` | [`Duration`] | |

use super::fault::{Fault, Refusal};
use super::plan::{DecimalType, Node, Plan, Temporal};
use super::read::Decoder;
use super::write;
use crate::codec::{DecodeErrorKind, EncodeErrorKind};
use crate::schema::avro::Unit;
use crate::value::{Date, Decimal, Duration, LocalTimestamp, LogicalError, Time, Timestamp, Uuid};

/// A logical value of any kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum LogicalValue {
    Decimal(Decimal),
    Uuid(Uuid),
    Date(Date),
    Time(Time),
    Timestamp(Timestamp),
    LocalTimestamp(LocalTimestamp),
    Duration(Duration),
}

impl LogicalValue {
    /// What it is called in messages.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Decimal(_) => "a decimal",
            Self::Uuid(_) => "a UUID",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time of day",
            Self::Timestamp(_) => "a timestamp",
            Self::LocalTimestamp(_) => "a local timestamp",
            Self::Duration(_) => "a duration",
        }
    }

    /// Whether a node is annotated as this kind of value; its unit or scale may still not fit.
    pub(super) const fn belongs(self, node: Node) -> bool {
        matches!(
            (self, node),
            (Self::Decimal(_), Node::Decimal(_))
                | (Self::Uuid(_), Node::UuidText | Node::UuidFixed)
                | (Self::Date(_), Node::Temporal(Temporal::Date, _))
                | (Self::Time(_), Node::Temporal(Temporal::Time(_), _))
                | (Self::Timestamp(_), Node::Temporal(Temporal::Timestamp(_), _))
                | (Self::LocalTimestamp(_), Node::Temporal(Temporal::LocalTimestamp(_), _))
                | (Self::Duration(_), Node::Duration)
        )
    }

    /// Reads the text form of what a node is annotated as; `None` for a node without annotation.
    pub(super) fn parse(plan: &Plan, node: Node, text: &str) -> Option<Result<Self, LogicalError>> {
        Some(match node {
            // Text has no scale of its own: "5.1" is exact with scale 2.
            Node::Decimal(number) => text
                .parse::<Decimal>()
                .and_then(|it| it.rescale(plan.decimal(number).scale))
                .map(Self::Decimal),
            Node::UuidText | Node::UuidFixed => text.parse().map(Self::Uuid),
            Node::Temporal(Temporal::Date, _) => text.parse().map(Self::Date),
            Node::Temporal(Temporal::Time(_), _) => text.parse().map(Self::Time),
            Node::Temporal(Temporal::Timestamp(_), _) => text.parse().map(Self::Timestamp),
            Node::Temporal(Temporal::LocalTimestamp(_), _) => text.parse().map(Self::LocalTimestamp),
            Node::Duration => text.parse().map(Self::Duration),
            _ => return None,
        })
    }

    /// Writes the value as a node that [`LogicalValue::belongs`].
    pub(super) fn write(self, plan: &Plan, node: Node, out: &mut Vec<u8>) -> Result<(), Refusal> {
        match (self, node) {
            (Self::Decimal(it), Node::Decimal(number)) => write_decimal(it, plan.decimal(number), out)?,
            (Self::Uuid(it), Node::UuidFixed) => out.extend_from_slice(&it.0),
            (Self::Uuid(it), Node::UuidText) => write_uuid_text(it, out),
            (Self::Date(it), Node::Temporal(Temporal::Date, _)) => write::long(out, it.days().into()),
            (Self::Time(it), Node::Temporal(Temporal::Time(unit), _)) => {
                let number = match unit {
                    Unit::Millis => it.to_millis().map(i64::from),
                    Unit::Micros => it.to_micros(),
                    Unit::Nanos => Ok(it.nanos() as i64),
                };
                write::long(out, number.map_err(inexact)?);
            }
            (Self::Timestamp(it), Node::Temporal(Temporal::Timestamp(unit), _)) => {
                write::long(out, to_unit(it, unit).map_err(inexact)?);
            }
            (Self::LocalTimestamp(it), Node::Temporal(Temporal::LocalTimestamp(unit), _)) => {
                write::long(out, to_unit(it.assume_utc(), unit).map_err(inexact)?);
            }
            (Self::Duration(it), Node::Duration) => {
                for part in [it.months, it.days, it.millis] {
                    out.extend_from_slice(&part.to_le_bytes());
                }
            }
            _ => return Err(self.misplaced(plan, node)),
        }
        Ok(())
    }

    /// An error for a node that is not annotated as this kind of value: a number without a unit is never guessed at.
    #[cold]
    pub(super) fn misplaced(self, plan: &Plan, node: Node) -> Refusal {
        let message = format!("{} cannot be written as {}", self.describe(), annotation(plan, node));
        Refusal::new(EncodeErrorKind::Type, message)
    }
}

/// A node with its annotation, for messages.
pub(super) fn annotation(plan: &Plan, node: Node) -> String {
    let unit = |unit| match unit {
        Unit::Millis => "millis",
        Unit::Micros => "micros",
        Unit::Nanos => "nanos",
    };
    match node {
        Node::Temporal(Temporal::Date, _) => "date".to_owned(),
        Node::Temporal(Temporal::Time(it), _) => format!("time-{}", unit(it)),
        Node::Temporal(Temporal::Timestamp(it), _) => format!("timestamp-{}", unit(it)),
        Node::Temporal(Temporal::LocalTimestamp(it), _) => format!("local-timestamp-{}", unit(it)),
        Node::Decimal(number) => {
            let DecimalType { precision, scale, .. } = plan.decimal(number);
            format!("decimal of precision {precision}, scale {scale}")
        }
        Node::UuidText | Node::UuidFixed => "uuid".to_owned(),
        Node::Duration => "duration".to_owned(),
        other => format!("{} without a logical type", other.describe()),
    }
}

fn to_unit(moment: Timestamp, unit: Unit) -> Result<i64, LogicalError> {
    match unit {
        Unit::Millis => moment.to_millis(),
        Unit::Micros => moment.to_micros(),
        Unit::Nanos => moment.to_nanos(),
    }
}

const fn from_unit(number: i64, unit: Unit) -> Timestamp {
    match unit {
        Unit::Millis => Timestamp::from_millis(number),
        Unit::Micros => Timestamp::from_micros(number),
        Unit::Nanos => Timestamp::from_nanos(number),
    }
}

fn write_decimal(decimal: Decimal, ty: DecimalType, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let DecimalType { precision, scale, size } = ty;
    if decimal.scale() != scale {
        let message =
            format!("{decimal} has scale {}, the schema's scale is {scale}; rescale it", decimal.scale());
        return Err(Refusal::new(EncodeErrorKind::Value, message));
    }
    if decimal.digits() > precision {
        let message =
            format!("{decimal} has {} digits, the schema's precision is {precision}", decimal.digits());
        return Err(Refusal::new(EncodeErrorKind::Value, message));
    }
    let bytes = decimal.unscaled().to_be_bytes();
    let sign = if decimal.unscaled() < 0 { 0xff } else { 0 };
    // A leading byte that only repeats the sign of the next one says nothing.
    let redundant = bytes
        .windows(2)
        .take_while(|pair| matches!(pair, [a, b] if *a == sign && (a ^ b) & 0x80 == 0))
        .count();
    let digits = bytes.get(redundant..).unwrap_or(&bytes);
    match size {
        None => write::bytes(out, digits),
        Some(size) => {
            let Some(padding) = (size as usize).checked_sub(digits.len()) else {
                let message = format!("{decimal} does not fit the schema's fixed of {size} bytes");
                return Err(Refusal::new(EncodeErrorKind::Value, message));
            };
            out.resize(out.len() + padding, sign);
            out.extend_from_slice(digits);
        }
    }
    Ok(())
}

/// A UUID as its 36 characters, RFC 9562 section 4, without a text in between.
pub(super) fn write_uuid_text(uuid: Uuid, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    write::long(out, 36);
    for (index, byte) in uuid.0.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn inexact(error: LogicalError) -> Refusal {
    Refusal::new(EncodeErrorKind::Value, error.to_string())
}

impl Decoder<'_, '_> {
    /// The value of an annotated node; `None` for a node without annotation.
    pub(super) fn logical(&mut self, node: Node) -> Result<Option<LogicalValue>, Fault> {
        let start = self.offset();
        let malformed =
            |error: LogicalError| Fault::new(DecodeErrorKind::Malformed, error.to_string()).at(start);
        Ok(Some(match node {
            Node::Temporal(temporal, width) => {
                let number = self.whole(width)?;
                match temporal {
                    // A date's node is always an int, so that nothing is cut off.
                    Temporal::Date => LogicalValue::Date(Date::from_days(number as i32)),
                    Temporal::Time(unit) => LogicalValue::Time(
                        match unit {
                            Unit::Millis => Time::from_millis(number),
                            Unit::Micros => Time::from_micros(number),
                            Unit::Nanos => Time::from_nanos(number),
                        }
                        .map_err(malformed)?,
                    ),
                    Temporal::Timestamp(unit) => LogicalValue::Timestamp(from_unit(number, unit)),
                    Temporal::LocalTimestamp(unit) => {
                        LogicalValue::LocalTimestamp(LocalTimestamp::in_utc(from_unit(number, unit)))
                    }
                }
            }
            Node::Decimal(number) => {
                let ty = self.plan.decimal(number);
                let bytes = self.decimal_bytes(number)?;
                LogicalValue::Decimal(read_decimal(bytes, ty).map_err(|fault| fault.at(start))?)
            }
            Node::UuidText => LogicalValue::Uuid(Uuid(self.uuid_text()?)),
            Node::UuidFixed => {
                let bytes = self.take(16, "a UUID")?;
                LogicalValue::Uuid(Uuid(bytes.try_into().unwrap_or_default()))
            }
            Node::Duration => {
                let mut parts =
                    self.take(12, "a duration")?.as_chunks::<4>().0.iter().map(|it| u32::from_le_bytes(*it));
                let mut part = || parts.next().unwrap_or_default();
                LogicalValue::Duration(Duration { months: part(), days: part(), millis: part() })
            }
            _ => return Ok(None),
        }))
    }

    /// The bytes of a UUID that is text.
    pub(super) fn uuid_text(&mut self) -> Result<[u8; 16], Fault> {
        let start = self.offset();
        match self.text()?.parse::<Uuid>() {
            Ok(uuid) => Ok(uuid.0),
            Err(error) => Err(Fault::new(DecodeErrorKind::Malformed, error.to_string()).at(start)),
        }
    }
}

/// The big-endian two's complement of a decimal, of any length that says no more than 128 bits.
fn read_decimal(bytes: &[u8], ty: DecimalType) -> Result<Decimal, Fault> {
    let Some(first) = bytes.first() else {
        return Err(Fault::new(DecodeErrorKind::Malformed, "a decimal without a byte"));
    };
    let sign = if *first >= 0x80 { 0xff } else { 0 };
    let mut number = [sign; 16];
    let extra = bytes.len().saturating_sub(number.len());
    let (padding, digits) = bytes.split_at(extra);
    let fits =
        padding.iter().all(|byte| *byte == sign) && digits.first().is_some_and(|it| (it ^ sign) & 0x80 == 0);
    if extra > 0 && !fits {
        let message = "a decimal of more than 128 bits; read it as bytes";
        return Err(Fault::new(DecodeErrorKind::Type, message));
    }
    if let Some(end) = number.len().checked_sub(digits.len()).and_then(|start| number.get_mut(start..)) {
        end.copy_from_slice(digits);
    }
    let decimal = Decimal::new(i128::from_be_bytes(number), ty.scale);
    if decimal.digits() > ty.precision {
        let message =
            format!("{decimal} has {} digits, the schema's precision is {}", decimal.digits(), ty.precision);
        return Err(Fault::new(DecodeErrorKind::Malformed, message));
    }
    Ok(decimal)
}
