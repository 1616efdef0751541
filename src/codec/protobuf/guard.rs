//! A walk over a payload before prost decodes it: depth, elements, and what they will take.
//!
//! Most payloads need no walk: they are too short to exceed anything.

use std::ops::Range;

use super::plan::{FieldPlan, Kind, Plan, Shape};
use super::wire::{Cursor, Raw, too_deep};
use crate::codec::{DecodeError, DecodeErrorKind};
use crate::limits::Limits;

/// What a scalar, a text or a list of bytes takes as an element of a list, at most.
const ELEMENT: usize = 24;

/// Refuses a payload that exceeds a limit, or whose tags and lengths are wrong, before anything is allocated for it.
pub(super) fn check(plan: &Plan, message: usize, payload: &[u8], limits: &Limits) -> Result<(), DecodeError> {
    if payload.len() > limits.bytes {
        let sentence = format!("the payload has {} bytes, the limit is {}", payload.len(), limits.bytes);
        return Err(DecodeError::new(DecodeErrorKind::Limit, sentence));
    }
    if is_harmless(plan, message, payload.len(), limits) {
        return Ok(());
    }
    let mut guard = Guard { plan, payload, limits, elements: 0, bytes: 0 };
    guard.message(message, 0..payload.len(), 1)
}

/// Whether no payload of that length can exceed a limit: an element takes at least a byte, a message two.
fn is_harmless(plan: &Plan, message: usize, length: usize, limits: &Limits) -> bool {
    let depth = plan.message(message).and_then(|it| it.depth).unwrap_or(usize::MAX);
    let heaviest = plan.heaviest.max(ELEMENT);
    depth <= limits.depth && length <= limits.elements && length.saturating_mul(heaviest) <= limits.bytes
}

struct Guard<'p> {
    plan: &'p Plan,
    payload: &'p [u8],
    limits: &'p Limits,
    elements: usize,
    bytes: usize,
}

impl Guard<'_> {
    fn message(&mut self, index: usize, range: Range<usize>, depth: usize) -> Result<(), DecodeError> {
        if depth > self.limits.depth {
            return Err(too_deep(self.limits.depth).at(range.start));
        }
        let plan = self.plan;
        let Some(message) = plan.message(index) else { return Ok(()) };
        let mut cursor = Cursor::new(self.payload, range);
        while !cursor.is_at_end() {
            let start = cursor.at;
            let (number, raw) = cursor.field(self.limits.depth)?;
            let Some(field) = message.place(number).and_then(|place| message.fields.get(place)) else {
                continue;
            };
            self.field(field, raw, start, depth).map_err(|error| error.inside(&field.text))?;
        }
        Ok(())
    }

    fn field(&mut self, field: &FieldPlan, raw: Raw, start: usize, depth: usize) -> Result<(), DecodeError> {
        let is_list = matches!(field.shape, Shape::Repeated { .. } | Shape::Map);
        match (field.kind, raw) {
            (Kind::Message(within), Raw::Delimited(range)) | (Kind::Group(within), Raw::Group(range)) => {
                let weight = self.plan.message(within).map_or(0, |it| it.weight);
                self.charge(usize::from(is_list), weight, start)?;
                // The entry of a map is no level of its own.
                let depth = if field.shape == Shape::Map { depth } else { depth + 1 };
                self.message(within, range, depth)
            }
            (kind, Raw::Delimited(range)) if is_list && kind.is_packable() => {
                let packed = self.payload.get(range).unwrap_or_default();
                let count = match kind {
                    Kind::Fixed32 | Kind::Sfixed32 | Kind::Float => packed.len() / 4,
                    Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => packed.len() / 8,
                    _ => packed.iter().filter(|byte| **byte < 0x80).count(),
                };
                self.charge(count, count.saturating_mul(8), start)
            }
            _ if is_list => self.charge(1, ELEMENT, start),
            _ => Ok(()),
        }
    }

    fn charge(&mut self, elements: usize, bytes: usize, at: usize) -> Result<(), DecodeError> {
        self.elements = self.elements.saturating_add(elements);
        self.bytes = self.bytes.saturating_add(bytes);
        let sentence = if self.elements > self.limits.elements {
            format!("more than {} elements", self.limits.elements)
        } else if self.bytes > self.limits.bytes {
            format!("the messages would take more than {} bytes", self.limits.bytes)
        } else {
            return Ok(());
        };
        Err(DecodeError::new(DecodeErrorKind::Limit, sentence).at(at))
    }
}
