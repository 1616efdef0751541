//! A dynamic [`crate::value::Value`] to a payload.

mod scalar;

use std::collections::HashSet;

use super::plan::{FieldPlan, Kind, MessagePlan, Plan, Shape};
use super::wire::{too_deep, wire_type, write_delimited, write_tag, write_varint};
use crate::codec::{EncodeError, EncodeErrorKind};
use crate::limits::Limits;
use crate::value::{Timestamp, ValueRef, View};

/// Appends the payload of that message. After an error `out` may have grown.
pub(super) fn encode(
    plan: &Plan,
    message: usize,
    value: ValueRef<'_>,
    limits: &Limits,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    Encoder { plan, limits, given: Vec::new() }.message(message, value, 1, out)
}

struct Encoder<'p, 'v> {
    plan: &'p Plan,
    limits: &'p Limits,
    /// The fields given in all messages that are being written, by place, the innermost last.
    given: Vec<(usize, ValueRef<'v>)>,
}

impl<'v> Encoder<'_, 'v> {
    fn message(
        &mut self,
        index: usize,
        value: ValueRef<'v>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        if depth > self.limits.depth {
            return Err(EncodeError::new(EncodeErrorKind::Limit, too_deep(self.limits.depth).message));
        }
        let plan = self.plan;
        let message = plan.message(index).ok_or_else(|| mismatch("a declared message", value))?;
        if message.is_timestamp
            && let Some(moment) = timestamp(value)?
        {
            return write_timestamp(moment, out);
        }
        let (View::Record(entries) | View::Map(entries)) = value.view() else {
            return Err(mismatch(&format!("a record, for message `{}`", message.full_name), value));
        };
        let base = self.given.len();
        for (name, value) in entries {
            let name = name.as_str().unwrap_or_default();
            let place = message.place_named(name).ok_or_else(|| {
                let sentence = format!("message `{}` has no such field", message.full_name);
                EncodeError::new(EncodeErrorKind::UnknownField, sentence).inside(name)
            })?;
            if !value.is_null() {
                self.given.push((place, value));
            }
        }
        let written = self.fields(message, base, depth, out);
        self.given.truncate(base);
        written
    }

    /// Writes the given fields by number, as all writers do.
    fn fields(
        &mut self,
        message: &MessagePlan,
        base: usize,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let number = |place: usize| message.fields.get(place).map_or(0, |field| field.number);
        let given = self.given.get_mut(base..).unwrap_or_default();
        given.sort_by_key(|(place, _)| number(*place));
        let mut oneofs = HashSet::new();
        for pair in given.windows(2) {
            if let [(first, _), (second, _)] = pair
                && first == second
            {
                return Err(in_field(message, *first, "the field is given twice"));
            }
        }
        for required in message.fields.iter().enumerate().filter(|(_, it)| it.shape == Shape::Required) {
            if !given.iter().any(|(place, _)| *place == required.0) {
                let sentence = "the field is required, and not given";
                return Err(
                    EncodeError::new(EncodeErrorKind::MissingField, sentence).inside(&required.1.text)
                );
            }
        }
        for index in base..self.given.len() {
            let Some((place, value)) = self.given.get(index).copied() else { break };
            let Some(field) = message.fields.get(place) else { continue };
            if let Shape::Explicit { oneof: Some(oneof) } = field.shape
                && !oneofs.insert(oneof)
            {
                return Err(in_field(message, place, "another field of the same oneof is given, too"));
            }
            self.field(field, value, depth, out).map_err(|error| error.inside(&field.text))?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &FieldPlan,
        value: ValueRef<'v>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        match field.shape {
            Shape::Map => self.map(field, value, depth, out),
            Shape::Repeated { packed } => self.list(field, packed, value, depth, out),
            Shape::Implicit => {
                // What is not written reads as the default.
                let start = out.len();
                let is_default = self.single(field.number, field.kind, value, depth, out)?;
                if is_default {
                    out.truncate(start);
                }
                Ok(())
            }
            Shape::Explicit { .. } | Shape::Required => {
                self.single(field.number, field.kind, value, depth, out).map(drop)
            }
        }
    }

    /// Writes one value behind its tag, and says whether it is the default of its kind.
    fn single(
        &mut self,
        number: u32,
        kind: Kind,
        value: ValueRef<'v>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<bool, EncodeError> {
        match kind {
            Kind::Message(index) => {
                write_tag(number, wire_type::DELIMITED, out);
                write_delimited(out, |out| self.message(index, value, depth + 1, out))?;
                Ok(false)
            }
            Kind::Group(index) => {
                write_tag(number, wire_type::GROUP_START, out);
                self.message(index, value, depth + 1, out)?;
                write_tag(number, wire_type::GROUP_END, out);
                Ok(false)
            }
            kind => {
                write_tag(number, scalar::wire_type(kind), out);
                scalar::write(self.plan, kind, value, out)
            }
        }
    }

    fn list(
        &mut self,
        field: &FieldPlan,
        packed: bool,
        value: ValueRef<'v>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let View::Array(items) = value.view() else { return Err(mismatch("an array", value)) };
        let inside = |error: EncodeError, index: usize| error.inside(&format!("[{index}]"));
        if packed {
            if items.len() == 0 {
                return Ok(());
            }
            write_tag(field.number, wire_type::DELIMITED, out);
            return write_delimited(out, |out| {
                for (index, item) in items.enumerate() {
                    scalar::write(self.plan, field.kind, item, out).map_err(|error| inside(error, index))?;
                }
                Ok(())
            });
        }
        for (index, item) in items.enumerate() {
            self.single(field.number, field.kind, item, depth, out).map_err(|error| inside(error, index))?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        field: &FieldPlan,
        value: ValueRef<'v>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let (View::Map(entries) | View::Record(entries)) = value.view() else {
            return Err(mismatch("a map", value));
        };
        let plan = self.plan;
        let entry = field.kind.message().and_then(|index| plan.message(index));
        let part = |number| entry.and_then(|entry| entry.fields.get(entry.place(number)?));
        let (Some(key_field), Some(value_field)) = (part(1), part(2)) else {
            return Err(mismatch("a map whose entry is declared", value));
        };
        for (index, (key, value)) in entries.enumerate() {
            let named = |error: EncodeError| match key.as_str() {
                Some(key) => error.inside(&format!("[{key:?}]")),
                None => error.inside(&format!("[{index}]")),
            };
            write_tag(field.number, wire_type::DELIMITED, out);
            write_delimited(out, |out| {
                write_tag(1, scalar::wire_type(key_field.kind), out);
                scalar::write_key(self.plan, key_field.kind, key, out)?;
                self.single(2, value_field.kind, value, depth, out).map(drop)
            })
            .map_err(named)?;
        }
        Ok(())
    }
}

fn in_field(message: &MessagePlan, place: usize, sentence: &str) -> EncodeError {
    let name = message.fields.get(place).map_or("", |field| &field.text);
    EncodeError::new(EncodeErrorKind::Value, sentence).inside(name)
}

/// The moment that the value of a `google.protobuf.Timestamp` is; `None` where it is given field by field.
fn timestamp(value: ValueRef<'_>) -> Result<Option<Timestamp>, EncodeError> {
    match value.view() {
        View::Timestamp(moment) => Ok(Some(moment)),
        View::Text(text) => match text.parse() {
            Ok(moment) => Ok(Some(moment)),
            Err(_) => {
                let sentence = format!("{text:?} is no timestamp as RFC 3339 writes it");
                Err(EncodeError::new(EncodeErrorKind::Value, sentence))
            }
        },
        View::Record(_) | View::Map(_) => Ok(None),
        _ => Err(mismatch("a timestamp", value)),
    }
}

fn write_timestamp(moment: Timestamp, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    if moment.seconds() != 0 {
        write_tag(1, wire_type::VARINT, out);
        write_varint(moment.seconds() as u64, out);
    }
    if moment.subsecond_nanos() != 0 {
        write_tag(2, wire_type::VARINT, out);
        write_varint(moment.subsecond_nanos().into(), out);
    }
    Ok(())
}

/// An error that says what is there instead of what is expected.
fn mismatch(expected: &str, found: ValueRef<'_>) -> EncodeError {
    let found = match found.view() {
        View::Null => "null",
        View::Bool(_) => "a boolean",
        View::Int(_) | View::Long(_) | View::Unsigned(_) => "a whole number",
        View::Float(_) | View::Double(_) => "a float",
        View::Text(_) => "text",
        View::Bytes(_) => "bytes",
        View::Symbol { .. } => "an enum symbol",
        View::Array(_) => "an array",
        View::Map(_) => "a map",
        View::Record(_) => "a record",
        _ => "a logical value",
    };
    EncodeError::new(EncodeErrorKind::Type, format!("expected {expected}, found {found}"))
}
