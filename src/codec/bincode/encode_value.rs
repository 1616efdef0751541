//! Writing a dynamic value with a layout.
//!
//! Written is what [`super::decode_value`] shows, and what JSON has for it: a map for a struct, a text for a symbol, a
//! logical value or a `char`, base64 for bytes, any number that the layout's type holds, nothing for an option or for a
//! field with a default, a text for a map's key that is a number.

use base64::Engine as _;

use super::encode_number::{Whole, exact_float, write_float, write_whole};
use super::fault::Refusal;
use super::output::Output;
use super::plan::{Content, Enum, FieldStep, Index, Plan, Step, Struct};
use crate::codec::EncodeErrorKind;
use crate::limits::Limits;
use crate::schema::bincode::{Logical, Number};
use crate::value::{
    Date, Decimal, Duration, Elements, Entries, LocalTimestamp, Time, Timestamp, Uuid, ValueRef, View,
    from_json,
};

/// Writes one value.
pub(super) fn encode_value(
    plan: &Plan,
    output: &mut Output<'_>,
    index: Index,
    value: ValueRef<'_>,
) -> Result<(), Refusal> {
    Writer { plan, output }.value(index, value)
}

/// The bytes of a field's default.
pub(super) fn encode_default(
    plan: &Plan,
    index: Index,
    json: &serde_json::Value,
) -> Result<Vec<u8>, Refusal> {
    let value = from_json(&json.to_string())
        .map_err(|error| Refusal::new(EncodeErrorKind::Value, error.to_string()))?;
    let mut payload = Vec::new();
    let mut output = Output::new(&mut payload, plan.integers, Limits::DEFAULT);
    let result = encode_value(plan, &mut output, index, value.root());
    output.finish(result)?;
    Ok(payload)
}

struct Writer<'p, 'w, 'o> {
    plan: &'p Plan,
    output: &'w mut Output<'o>,
}

impl Writer<'_, '_, '_> {
    fn value(&mut self, index: Index, value: ValueRef<'_>) -> Result<(), Refusal> {
        let step = self.plan.step(index);
        let view = value.view();
        match (step, view) {
            (Step::Option { .. }, View::Null) => self.output.byte(0),
            (Step::Option { inner, nested, .. }, view) => {
                self.output.byte(1);
                let only = match view {
                    View::Array(mut items) if *nested && items.len() == 1 => items.next(),
                    _ => None,
                };
                self.inside(*inner, only.unwrap_or(value))?;
            }
            (Step::Newtype(inner), _) => self.inside(*inner, value)?,
            (Step::Unit, View::Null) => self.output.claim(1)?,
            (Step::Bool, View::Bool(it)) => self.output.byte(it.into()),
            (Step::Number { wire, .. }, view) => self.number(*wire, &view)?,
            (Step::Char, View::Text(text)) if text.chars().count() == 1 => self.output.raw(text.as_bytes()),
            (Step::String, View::Text(text)) => self.output.bytes(text.as_bytes()),
            (Step::Bytes, view) => self.octets(step, &view, None)?,
            (Step::Seq(items), view) if items.octets => self.octets(step, &view, None)?,
            (Step::Array { items, length }, view) if items.octets => {
                self.octets(step, &view, Some(*length))?
            }
            (Step::Logical { logical, .. }, view) => self.logical(*logical, &view)?,
            (Step::Seq(items), View::Array(list)) => {
                self.output.claim(list.len())?;
                self.output.length(list.len());
                self.items(std::iter::repeat(items.item), list)?;
            }
            (Step::Array { items, length }, View::Array(list)) => {
                self.output.claim((*length).max(1))?;
                same_length(*length, list.len())?;
                self.items(std::iter::repeat(items.item), list)?;
            }
            (Step::Tuple(items), View::Array(list)) => {
                self.output.claim(usize::from(items.is_empty()))?;
                same_length(items.len(), list.len())?;
                self.items(items.iter().copied(), list)?;
            }
            (Step::Map { key, value, .. }, View::Map(entries) | View::Record(entries)) => {
                self.map(*key, *value, entries)?;
            }
            (Step::Struct(step), View::Map(entries) | View::Record(entries)) => {
                self.fields(step, value, entries)?
            }
            (Step::Enum(step), view) => self.variant(step, &view)?,
            (step, view) => return Err(unfit(step, &view)),
        }
        Ok(())
    }

    /// A value one level down.
    fn inside(&mut self, index: Index, value: ValueRef<'_>) -> Result<(), Refusal> {
        self.output.descend(1)?;
        self.value(index, value)?;
        self.output.ascend(1);
        Ok(())
    }

    fn items(&mut self, steps: impl Iterator<Item = Index>, list: Elements<'_>) -> Result<(), Refusal> {
        self.output.descend(1)?;
        for (place, (index, item)) in steps.zip(list).enumerate() {
            self.value(index, item).map_err(|error| error.inside(&format!("[{place}]")))?;
        }
        self.output.ascend(1);
        Ok(())
    }

    fn map(&mut self, key: Index, value: Index, entries: Entries<'_>) -> Result<(), Refusal> {
        self.output.claim(entries.len())?;
        self.output.length(entries.len());
        self.output.descend(1)?;
        for (place, (name, item)) in entries.enumerate() {
            let in_entry = |error: Refusal| error.inside(&format!("[{place}]"));
            self.key(key, name).map_err(in_entry)?;
            self.value(value, item).map_err(in_entry)?;
        }
        self.output.ascend(1);
        Ok(())
    }

    /// A key; one that is no text in the layout may be a text here, as in JSON.
    fn key(&mut self, index: Index, key: ValueRef<'_>) -> Result<(), Refusal> {
        match (self.plan.step(index), key.view()) {
            (Step::Newtype(inner), View::Text(_)) => {
                self.output.descend(1)?;
                self.key(*inner, key)?;
                self.output.ascend(1);
                Ok(())
            }
            (Step::Number { wire, .. }, View::Text(text)) if !wire.is_float() => {
                write_whole(self.output, *wire, digits(text)?)
            }
            (Step::Bool, View::Text(text @ ("true" | "false"))) => {
                self.output.byte((text == "true").into());
                Ok(())
            }
            _ => self.value(index, key),
        }
    }

    fn fields(&mut self, step: &Struct, value: ValueRef<'_>, entries: Entries<'_>) -> Result<(), Refusal> {
        self.output.claim(usize::from(step.fields.is_empty()))?;
        self.output.descend(1)?;
        let mut found = 0;
        let mut in_order = entries;
        for field in &step.fields {
            let name = &*field.name.text;
            // Values mostly come in the layout's order; the others are looked for.
            let next = in_order.next().filter(|(key, _)| key.as_str() == Some(name)).map(|(_, item)| item);
            let item = next.or_else(|| value.field(name));
            found += usize::from(item.is_some());
            let written = match item {
                Some(item) => self.value(field.step, item),
                None => self.missing(field),
            };
            written.map_err(|error| error.inside(name))?;
        }
        if found < entries.len() {
            return Err(unknown_field(step, entries));
        }
        self.output.ascend(1);
        Ok(())
    }

    /// A field that the value does not have: its default, or the option's none.
    fn missing(&mut self, field: &FieldStep) -> Result<(), Refusal> {
        match (&field.default, self.plan.step(field.step)) {
            (Some(default), _) => self.output.raw(&encode_default(self.plan, field.step, default)?),
            (None, Step::Option { .. }) => self.output.byte(0),
            (None, _) => return Err(Refusal::new(EncodeErrorKind::MissingField, "the field is missing")),
        }
        Ok(())
    }

    fn variant(&mut self, step: &Enum, view: &View<'_>) -> Result<(), Refusal> {
        let (name, content) = match view {
            View::Symbol { name, .. } | View::Text(name) => (*name, None),
            View::Record(entries) | View::Map(entries) if entries.len() == 1 => {
                let only =
                    entries.clone().next().and_then(|(name, content)| Some((name.as_str()?, Some(content))));
                only.unwrap_or_default()
            }
            _ => {
                return Err(Refusal::new(
                    EncodeErrorKind::Type,
                    "the layout has an enum here: a variant's name, or an object with it and its content",
                ));
            }
        };
        let found = step.variants.iter().enumerate().find(|(_, it)| &*it.name.text == name);
        let Some((number, variant)) = found else {
            let message = format!("the layout's enum has no variant `{name}`");
            return Err(Refusal::new(EncodeErrorKind::Value, message));
        };
        self.output.u32(number as u32);
        match (variant.content, content) {
            (Content::Unit, None) => Ok(()),
            (Content::Unit, Some(content)) if content.is_null() => Ok(()),
            (Content::Newtype(index) | Content::Tuple(index) | Content::Struct(index), Some(content)) => {
                self.inside(index, content).map_err(|error| error.inside(name))
            }
            _ => {
                let message = format!("the variant `{name}` has another shape in the layout");
                Err(Refusal::new(EncodeErrorKind::Type, message))
            }
        }
    }

    fn number(&mut self, wire: Number, view: &View<'_>) -> Result<(), Refusal> {
        let whole = match view {
            View::Int(it) => Whole::Within((*it).into()),
            View::Long(it) => Whole::Within((*it).into()),
            View::Unsigned(it) => Whole::Within((*it).into()),
            View::Decimal(it) if it.scale() == 0 => Whole::Within(it.unscaled()),
            // Numbers that JSON's readers would round are digits in a text.
            View::Text(text) if matches!(wire, Number::I128 | Number::U128) => digits(text)?,
            View::Text(text @ ("NaN" | "Infinity" | "-Infinity")) if wire.is_float() => {
                return write_float(self.output, wire, text.parse().unwrap_or(f64::NAN));
            }
            View::Float(it) => return write_float(self.output, wire, (*it).into()),
            View::Double(it) => return write_float(self.output, wire, as_written(wire, *it)),
            other => return Err(unfit(&Step::Number { wire, seen: wire }, other)),
        };
        let Whole::Within(it) = whole else { return write_whole(self.output, wire, whole) };
        if !wire.is_float() {
            return write_whole(self.output, wire, whole);
        }
        let inexact = || Refusal::new(EncodeErrorKind::Value, "the float does not hold the number exactly");
        write_float(self.output, wire, exact_float(it).ok_or_else(inexact)?)
    }

    /// Bytes in any form, before them their length where there is none in the layout.
    fn octets(&mut self, step: &Step, view: &View<'_>, length: Option<usize>) -> Result<(), Refusal> {
        let decoded;
        let bytes = match view {
            View::Bytes(bytes) => *bytes,
            View::Text(text) => {
                decoded = base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| {
                    Refusal::new(EncodeErrorKind::Value, "the text is no base64, as which bytes are written")
                })?;
                &decoded
            }
            View::Array(items) => {
                let octet = |it: ValueRef<'_>| u8::try_from(it.as_i64()?).ok();
                decoded = items.map(octet).collect::<Option<Vec<u8>>>().ok_or_else(|| unfit(step, view))?;
                &decoded
            }
            other => return Err(unfit(step, other)),
        };
        match length {
            Some(length) => same_length(length, bytes.len()).map(|()| self.output.raw(bytes)),
            None => {
                self.output.bytes(bytes);
                Ok(())
            }
        }
    }

    fn logical(&mut self, logical: Logical, view: &View<'_>) -> Result<(), Refusal> {
        let output = &mut *self.output;
        match logical {
            Logical::Decimal => {
                let value = logical_value(logical, view, |view| match view {
                    View::Decimal(it) => Some(*it),
                    _ => None,
                })?;
                output.i128(Decimal::unscaled(value));
                output.u32(value.scale());
            }
            Logical::Uuid => {
                let value = logical_value(logical, view, |view| match view {
                    View::Uuid(it) => Some(*it),
                    View::Bytes(bytes) => (*bytes).try_into().ok().map(Uuid),
                    _ => None,
                })?;
                output.bytes(&value.0);
            }
            Logical::Date => {
                let value: Date = logical_value(logical, view, |view| match view {
                    View::Date(it) => Some(*it),
                    _ => None,
                })?;
                output.i32(value.days());
            }
            Logical::Time => {
                let value: Time = logical_value(logical, view, |view| match view {
                    View::Time(it) => Some(*it),
                    _ => None,
                })?;
                output.u64(value.nanos());
            }
            Logical::Timestamp => {
                let value: Timestamp = logical_value(logical, view, |view| match view {
                    View::Timestamp(it) => Some(*it),
                    _ => None,
                })?;
                output.i64(value.seconds());
                output.u32(value.subsecond_nanos());
            }
            Logical::LocalTimestamp => {
                let value: LocalTimestamp = logical_value(logical, view, |view| match view {
                    View::LocalTimestamp(it) => Some(*it),
                    _ => None,
                })?;
                let moment = value.assume_utc();
                output.i64(moment.seconds());
                output.u32(moment.subsecond_nanos());
            }
            Logical::Duration => {
                let value: Duration = logical_value(logical, view, |view| match view {
                    View::Duration(it) => Some(*it),
                    _ => None,
                })?;
                [value.months, value.days, value.millis].into_iter().for_each(|it| output.u32(it));
            }
        }
        Ok(())
    }
}

/// The logical value itself, or from its text.
fn logical_value<T: std::str::FromStr>(
    logical: Logical,
    view: &View<'_>,
    itself: impl FnOnce(&View<'_>) -> Option<T>,
) -> Result<T, Refusal>
where
    T::Err: std::fmt::Display,
{
    match (itself(view), view) {
        (Some(value), _) => Ok(value),
        (None, View::Text(text)) => {
            text.parse().map_err(|error: T::Err| Refusal::new(EncodeErrorKind::Value, error.to_string()))
        }
        (None, other) => Err(unfit(&Step::Logical { logical, inner: 0 }, other)),
    }
}

/// The double that JSON has for a float: its shortest digits, which are not the float's own value.
fn as_written(wire: Number, value: f64) -> f64 {
    let narrow = value as f32;
    if wire != Number::F32 || !narrow.is_finite() {
        return value;
    }
    match narrow.to_string().parse() == Ok(value) {
        true => narrow.into(),
        false => value,
    }
}

fn digits(text: &str) -> Result<Whole, Refusal> {
    let signed = text.parse().map(Whole::Within);
    signed
        .or_else(|_| text.parse::<u128>().map(Whole::from))
        .map_err(|_| Refusal::new(EncodeErrorKind::Value, "the text is not a whole number"))
}

fn same_length(layout: usize, value: usize) -> Result<(), Refusal> {
    match layout == value {
        true => Ok(()),
        false => {
            let message = format!("the layout has {layout} items here, the value has {value}");
            Err(Refusal::new(EncodeErrorKind::Value, message))
        }
    }
}

#[cold]
fn unknown_field(step: &Struct, entries: Entries<'_>) -> Refusal {
    let unknown = |name: &&str| !step.fields.iter().any(|field| &*field.name.text == *name);
    let name = entries.filter_map(|(key, _)| key.as_str()).find(unknown);
    let message = match name {
        Some(name) => format!("the layout's struct has no field `{name}`"),
        None => "a field is there twice".into(),
    };
    Refusal::new(EncodeErrorKind::UnknownField, message)
}

#[cold]
fn unfit(step: &Step, view: &View<'_>) -> Refusal {
    let value = match view {
        View::Null => "null",
        View::Bool(_) => "a boolean",
        View::Int(_) | View::Long(_) | View::Unsigned(_) => "a whole number",
        View::Float(_) | View::Double(_) => "a float",
        View::Text(_) => "a text",
        View::Bytes(_) => "bytes",
        View::Symbol { .. } => "a symbol",
        View::Array(_) => "an array",
        View::Map(_) => "a map",
        View::Record(_) => "a record",
        _ => "another logical value",
    };
    let message = format!("the layout has {} here, the value is {value}", step.describe());
    Refusal::new(EncodeErrorKind::Type, message)
}
