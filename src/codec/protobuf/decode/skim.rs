//! Checks what a payload holds but a value does not show: a field that a later one overrides still has to be right.

use std::ops::Range;

use super::super::plan::{FieldPlan, Kind, Shape};
use super::super::wire::{Cursor, Raw, malformed, too_deep};
use super::Decoder;
use super::scalar::{Wire, wire};
use crate::codec::DecodeError;

impl<'de> Decoder<'_, 'de> {
    /// Checks one find of that field.
    pub(super) fn skim(
        &self,
        field: &FieldPlan,
        raw: &Raw,
        at: usize,
        depth: usize,
    ) -> Result<(), DecodeError> {
        let is_list = matches!(field.shape, Shape::Repeated { .. });
        let expected = wire(field.kind);
        match (field.kind, raw) {
            (Kind::Message(index), Raw::Delimited(range)) | (Kind::Group(index), Raw::Group(range)) => {
                self.skim_message(index, range.clone(), depth + 1)
            }
            (Kind::Text, Raw::Delimited(range)) => self.utf8(range).map(drop),
            (Kind::Bytes, Raw::Delimited(_)) => Ok(()),
            (kind, Raw::Delimited(range)) if is_list && kind.is_packable() => {
                let mut cursor = Cursor::new(self.payload, range.clone());
                while !cursor.is_at_end() {
                    match expected {
                        Wire::Fixed32 => drop(cursor.array::<4>()?),
                        Wire::Fixed64 => drop(cursor.array::<8>()?),
                        _ => drop(cursor.varint()?),
                    }
                }
                Ok(())
            }
            (_, Raw::Varint(_)) if expected == Wire::Varint => Ok(()),
            (_, Raw::Fixed32(_)) if expected == Wire::Fixed32 => Ok(()),
            (_, Raw::Fixed64(_)) if expected == Wire::Fixed64 => Ok(()),
            _ => Err(malformed(format!("{} where the schema has {}", raw.name(), expected.name())).at(at)),
        }
    }

    fn skim_message(&self, index: usize, range: Range<usize>, depth: usize) -> Result<(), DecodeError> {
        if depth > self.limits.depth {
            return Err(too_deep(self.limits.depth).at(range.start));
        }
        let plan = self.plan;
        let Some(message) = plan.message(index) else { return Ok(()) };
        let mut cursor = Cursor::new(self.payload, range);
        while !cursor.is_at_end() {
            let at = cursor.at;
            let (number, raw) = cursor.field(self.limits.depth)?;
            let Some(field) = message.place(number).and_then(|place| message.fields.get(place)) else {
                continue;
            };
            // The entry of a map is no level of its own.
            let depth = if field.shape == Shape::Map { depth - 1 } else { depth };
            self.skim(field, &raw, at, depth).map_err(|error| error.inside(&field.text))?;
        }
        Ok(())
    }

    /// The text that stands there.
    pub(super) fn utf8(&self, range: &Range<usize>) -> Result<&'de str, DecodeError> {
        let bytes = self.payload.get(range.clone()).unwrap_or_default();
        std::str::from_utf8(bytes)
            .map_err(|error| malformed("the text is not UTF-8").at(range.start + error.valid_up_to()))
    }
}
