//! Values without parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Translation, ValueError, mismatch};
use crate::convert::form::{Count, Form};
use crate::convert::graph::{Float, Kind, Unit, Whole};
use crate::value::{
    AsJson, Date, Decimal, Duration, LocalTimestamp, LogicalError, Time, Timestamp, Uuid, ValueRef, View,
    from_json,
};

/// A whole number of 128 bits, signed or not.
#[derive(Clone, Copy)]
enum Number {
    Within(i128),
    Beyond(u128),
}

impl From<LogicalError> for ValueError {
    fn from(error: LogicalError) -> Self {
        Self::new(error.to_string())
    }
}

impl Translation<'_> {
    pub(super) fn scalar(&mut self, kind: &Kind, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        match (kind, value.view()) {
            (Kind::Bool, View::Bool(it)) => {
                self.out.bool(it);
            }
            (Kind::Whole(it), _) => return self.whole(*it, to, value),
            (Kind::Float(it), _) => return self.float(*it, to, value),
            (Kind::Char, View::Text(text)) if text.chars().count() != 1 => {
                return Err(ValueError::new("a text that is not one character"));
            }
            (Kind::Char | Kind::Text, View::Text(text)) => {
                self.out.copied_text(text);
            }
            (Kind::Bytes, _) => return self.bytes(None, to, value),
            (Kind::Fixed(size), _) => return self.bytes(Some(*size), to, value),
            _ => return self.logical(kind, to, value),
        }
        Ok(())
    }

    fn whole(&mut self, kind: Whole, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        let number = number(value).ok_or_else(|| mismatch("a whole number", value))?;
        let (least, most) = kind.range();
        let fits = match number {
            Number::Within(it) => (least..=most).contains(&it),
            Number::Beyond(_) => kind == Whole::U128,
        };
        let beyond = || ValueError::new(format!("{} is beyond what the type holds", text(number)));
        if !fits {
            return Err(beyond());
        }
        match (to, number) {
            (Form::Digits, it) => self.out.copied_text(&text(it)),
            (Form::Wide, Number::Within(it)) => self.out.decimal(Decimal::new(it, 0)),
            (Form::Wide, it) => self.out.copied_text(&text(it)),
            (_, Number::Beyond(_)) => return Err(beyond()),
            (Form::Int, Number::Within(it)) => self.out.int(i32::try_from(it).map_err(|_| beyond())?),
            (Form::Long, Number::Within(it)) => self.out.long(i64::try_from(it).map_err(|_| beyond())?),
            (Form::Unsigned, Number::Within(it)) => {
                self.out.unsigned(u64::try_from(it).map_err(|_| beyond())?)
            }
            (_, Number::Within(it)) => match (i32::try_from(it), i64::try_from(it), u64::try_from(it)) {
                (Ok(it), ..) => self.out.int(it),
                (_, Ok(it), _) => self.out.long(it),
                (.., Ok(it)) => self.out.unsigned(it),
                _ => return Err(beyond()),
            },
        };
        Ok(())
    }

    fn float(&mut self, kind: Float, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        let double = match value.view() {
            View::Text("NaN") => f64::NAN,
            View::Text("Infinity") => f64::INFINITY,
            View::Text("-Infinity") => f64::NEG_INFINITY,
            View::Long(_) | View::Unsigned(_) if value.as_f64().is_none() => {
                return Err(ValueError::new("a whole number that no float holds exactly"));
            }
            _ => value.as_f64().ok_or_else(|| mismatch("a number", value))?,
        };
        if *to == Form::Finite && !double.is_finite() {
            return Err(ValueError::new(format!("JSON has no number for {double}")));
        }
        match (kind, to) {
            (_, Form::Number) => return self.number(double),
            (Float::Single, _) => {
                let single = match value.view() {
                    View::Float(it) => it,
                    _ => single(double)?,
                };
                self.out.float(single)
            }
            _ => self.out.double(double),
        };
        Ok(())
    }

    /// A number as JSON's reader has it.
    fn number(&mut self, double: f64) -> Result<(), ValueError> {
        const EXACT: f64 = (1_u64 << 53) as f64;
        let is_whole =
            double.fract() == 0.0 && double.abs() <= EXACT && double.to_bits() != (-0.0_f64).to_bits();
        if !double.is_finite() {
            return Err(ValueError::new(format!("JSON has no number for {double}")));
        }
        match (is_whole, i32::try_from(double as i64)) {
            (true, Ok(it)) => self.out.int(it),
            (true, Err(_)) => self.out.long(double as i64),
            (false, _) => self.out.double(double),
        };
        Ok(())
    }

    fn bytes(&mut self, size: Option<usize>, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        let decoded;
        let bytes = match value.view() {
            View::Bytes(bytes) => bytes,
            View::Text(text) => {
                decoded = STANDARD.decode(text).map_err(|_| ValueError::new("the text is no base64"))?;
                &decoded
            }
            _ => return Err(mismatch("bytes", value)),
        };
        if let Some(size) = size.filter(|it| *it != bytes.len()) {
            return Err(ValueError::new(format!("{} bytes where there have to be {size}", bytes.len())));
        }
        match to {
            Form::Base64 => self.out.copied_text(&STANDARD.encode(bytes)),
            _ => self.out.copied_bytes(bytes),
        };
        Ok(())
    }

    fn logical(&mut self, kind: &Kind, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        match kind {
            Kind::Decimal { precision, scale } => {
                let it = decimal(value)?.rescale(*scale)?;
                if it.digits() > *precision {
                    return Err(ValueError::new(format!("{it} has more digits than {precision}")));
                }
                self.decimal(it, to);
            }
            Kind::AnyDecimal => {
                let it = decimal(value)?;
                self.decimal(it, to);
            }
            Kind::Uuid => {
                let it: Uuid = match value.view() {
                    View::Uuid(it) => it,
                    _ => written(value)?,
                };
                match to {
                    Form::Written => self.out.copied_text(&it.to_string()),
                    _ => self.out.uuid(it),
                };
            }
            Kind::Duration => {
                let it: Duration = match value.view() {
                    View::Duration(it) => it,
                    _ => written(value)?,
                };
                match to {
                    Form::Written => self.out.copied_text(&it.to_string()),
                    _ => self.out.duration(it),
                };
            }
            Kind::Date => {
                let it: Date = match (value.view(), value.as_i64()) {
                    (View::Date(it), _) => it,
                    (_, Some(days)) => {
                        let days = i32::try_from(days).map_err(|_| ValueError::new("too many days"))?;
                        Date::from_days(days)
                    }
                    _ => written(value)?,
                };
                match to {
                    Form::Written => self.out.copied_text(&it.to_string()),
                    Form::Count(_) => self.out.int(it.days()),
                    _ => self.out.date(it),
                };
            }
            Kind::Time(unit) => return self.time(*unit, to, value),
            Kind::Timestamp(unit) => {
                let it: Timestamp = match (value.view(), value.as_i64()) {
                    (View::Timestamp(it), _) => it,
                    (_, Some(count)) => moment(*unit, count),
                    _ => written(value)?,
                };
                held(*unit, it)?;
                match to {
                    Form::Written => self.out.copied_text(&it.to_string()),
                    Form::Count(_) => self.out.long(counted(*unit, it)?),
                    _ => self.out.timestamp(it),
                };
            }
            Kind::LocalTimestamp(unit) => {
                let it: LocalTimestamp = match (value.view(), value.as_i64()) {
                    (View::LocalTimestamp(it), _) => it,
                    (_, Some(count)) => LocalTimestamp::in_utc(moment(*unit, count)),
                    _ => written(value)?,
                };
                held(*unit, it.assume_utc())?;
                match to {
                    Form::Written => self.out.copied_text(&it.to_string()),
                    Form::Count(_) => self.out.long(counted(*unit, it.assume_utc())?),
                    _ => self.out.local_timestamp(it),
                };
            }
            _ => return Err(mismatch("a value of the schema's type", value)),
        }
        Ok(())
    }

    fn decimal(&mut self, it: Decimal, to: &Form) {
        match to {
            Form::Written => self.out.copied_text(&it.to_string()),
            _ => self.out.decimal(it),
        };
    }

    fn time(&mut self, unit: Unit, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        let it: Time = match (value.view(), value.as_i64()) {
            (View::Time(it), _) => it,
            (_, Some(count)) => match unit {
                Unit::Millis => Time::from_millis(count)?,
                Unit::Micros => Time::from_micros(count)?,
                Unit::Nanos | Unit::Full => Time::from_nanos(count)?,
            },
            _ => written(value)?,
        };
        let count = match unit {
            Unit::Millis => it.to_millis()?.into(),
            Unit::Micros => it.to_micros()?,
            Unit::Nanos | Unit::Full => it.nanos() as i64,
        };
        match to {
            Form::Written => self.out.copied_text(&it.to_string()),
            Form::Count(Count::Int) => self.out.int(it.to_millis()?),
            Form::Count(Count::Long) => self.out.long(count),
            _ => self.out.time(it),
        };
        Ok(())
    }

    /// Any JSON: as it is, or as its text.
    pub(super) fn json(&mut self, from: &Form, to: &Form, value: ValueRef<'_>) -> Result<(), ValueError> {
        match (from, to) {
            (Form::JsonText, Form::JsonText) => {
                self.out.copy(value);
            }
            (Form::JsonText, _) => {
                let text = value.as_str().ok_or_else(|| mismatch("text", value))?;
                let read = from_json(text).map_err(|_| ValueError::new("the text is not JSON"))?;
                self.out.copy(read.root());
            }
            (_, Form::JsonText) => {
                let text = serde_json::to_string(&AsJson(value));
                let text = text.map_err(|error| ValueError::new(error.to_string()))?;
                self.out.copied_text(&text);
            }
            _ => {
                self.out.copy(value);
            }
        }
        Ok(())
    }
}

/// A whole number of any form.
fn number(value: ValueRef<'_>) -> Option<Number> {
    Some(match value.view() {
        View::Int(it) => Number::Within(it.into()),
        View::Long(it) => Number::Within(it.into()),
        View::Unsigned(it) => Number::Within(it.into()),
        View::Decimal(it) if it.scale() == 0 => Number::Within(it.unscaled()),
        View::Text(text) => match (text.parse(), text.parse()) {
            (Ok(it), _) => Number::Within(it),
            (_, Ok(it)) => Number::Beyond(it),
            _ => return None,
        },
        // JSON takes 1.0 for an integer.
        View::Double(it) if it.fract() == 0.0 && it.abs() < 1e15 => Number::Within(it as i128),
        _ => return None,
    })
}

fn text(number: Number) -> String {
    match number {
        Number::Within(it) => it.to_string(),
        Number::Beyond(it) => it.to_string(),
    }
}

/// The single float that a double stands for: exactly, or by no more digits than a single float is ever written with, as JSON
/// has them.
fn single(double: f64) -> Result<f32, ValueError> {
    const DIGITS: usize = 9;
    let single = double as f32;
    let digits = |text: &str| text.bytes().take_while(|it| *it != b'e').filter(u8::is_ascii_digit).count();
    let is_it = f64::from(single) == double
        || double.is_nan()
        || (single.is_finite() && digits(&format!("{double:e}")) <= DIGITS);
    is_it.then_some(single).ok_or_else(|| ValueError::new(format!("{double} is no float of 32 bits")))
}

fn decimal(value: ValueRef<'_>) -> Result<Decimal, ValueError> {
    match value.view() {
        View::Decimal(it) => Ok(it),
        _ => written(value),
    }
}

/// A logical value from its text.
fn written<T>(value: ValueRef<'_>) -> Result<T, ValueError>
where
    T: std::str::FromStr<Err = LogicalError>,
{
    let View::Text(text) = value.view() else { return Err(mismatch("a logical value or its text", value)) };
    Ok(text.parse()?)
}

fn moment(unit: Unit, count: i64) -> Timestamp {
    match unit {
        Unit::Millis => Timestamp::from_millis(count),
        Unit::Micros => Timestamp::from_micros(count),
        Unit::Nanos | Unit::Full => Timestamp::from_nanos(count),
    }
}

fn counted(unit: Unit, moment: Timestamp) -> Result<i64, ValueError> {
    Ok(match unit {
        Unit::Millis => moment.to_millis()?,
        Unit::Micros => moment.to_micros()?,
        Unit::Nanos | Unit::Full => moment.to_nanos()?,
    })
}

/// Whether the unit holds the moment; the finest holds all.
fn held(unit: Unit, moment: Timestamp) -> Result<(), ValueError> {
    if unit == Unit::Full { Ok(()) } else { counted(unit, moment).map(drop) }
}
