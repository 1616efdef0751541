//! Scalars, alone and packed, and the defaults that stand for absent ones.

use super::super::plan::Kind;
use super::super::wire::{Cursor, Raw, unzigzag};
use super::Decoder;
use crate::codec::DecodeError;

impl Decoder<'_, '_> {
    /// Shows the scalar that a find holds.
    pub(super) fn scalar(&mut self, kind: Kind, find: usize) -> Result<(), DecodeError> {
        let Some(found) = self.found.get(find) else { return Ok(()) };
        match (kind, &found.raw) {
            (Kind::Text, Raw::Delimited(range)) => {
                let text = self.utf8(range)?;
                self.out.text(text);
            }
            (Kind::Bytes, Raw::Delimited(range)) => {
                let bytes = self.payload.get(range.clone()).unwrap_or_default();
                self.out.bytes(bytes);
            }
            (_, Raw::Varint(bits)) if wire(kind) == Wire::Varint => self.number(kind, *bits),
            (_, Raw::Fixed32(bits)) if wire(kind) == Wire::Fixed32 => self.number(kind, u64::from(*bits)),
            (_, Raw::Fixed64(bits)) if wire(kind) == Wire::Fixed64 => self.number(kind, *bits),
            _ => return Err(self.wrong_wire_type(find, wire(kind).name())),
        }
        Ok(())
    }

    /// Shows the elements that a find holds, one or a packed list, and says how many they are; `before` is how many came before.
    pub(super) fn scalars(&mut self, kind: Kind, find: usize, before: usize) -> Result<usize, DecodeError> {
        let inside = |error: DecodeError, index: usize| error.inside(&format!("[{}]", before + index));
        let (raw, at) = self.found.get(find).map_or((Raw::Varint(0), 0), |it| (it.raw.clone(), it.at));
        let range = match raw {
            Raw::Delimited(range) if kind.is_packable() => range,
            _ => {
                self.count(1, at)?;
                self.scalar(kind, find).map_err(|error| inside(error, 0))?;
                self.check_size(at)?;
                return Ok(1);
            }
        };
        let mut cursor = Cursor::new(self.payload, range);
        let mut length = 0;
        while !cursor.is_at_end() {
            self.count(1, cursor.at)?;
            let bits = match wire(kind) {
                Wire::Fixed32 => cursor.array().map(|bytes| u64::from(u32::from_le_bytes(bytes))),
                Wire::Fixed64 => cursor.array().map(u64::from_le_bytes),
                _ => cursor.varint(),
            };
            self.number(kind, bits.map_err(|error| inside(error, length))?);
            self.check_size(cursor.at)?;
            length += 1;
        }
        Ok(length)
    }

    /// Shows a number from its bits. As everywhere in Protobuf, a varint that is too long for its type loses its high bits.
    fn number(&mut self, kind: Kind, bits: u64) {
        match kind {
            Kind::Double => self.out.double(f64::from_bits(bits)),
            Kind::Float => self.out.float(f32::from_bits(bits as u32)),
            Kind::Int32 | Kind::Sfixed32 => self.out.int(bits as i32),
            Kind::Int64 | Kind::Sfixed64 => self.out.long(bits as i64),
            Kind::Uint32 | Kind::Fixed32 => self.out.unsigned(u64::from(bits as u32)),
            Kind::Uint64 | Kind::Fixed64 => self.out.unsigned(bits),
            Kind::Sint32 => self.out.int(unzigzag(bits as u32 as u64) as i32),
            Kind::Sint64 => self.out.long(unzigzag(bits)),
            Kind::Bool => self.out.bool(bits != 0),
            Kind::Enum(index) => {
                let number = bits as i32;
                match self.plan.enums.get(index).and_then(|it| it.symbol(number)) {
                    Some(name) => self.out.symbol_id(number as u32, name),
                    // A newer writer's symbol: its number is all that is known of it.
                    None => self.out.int(number),
                }
            }
            Kind::Text | Kind::Bytes | Kind::Message(_) | Kind::Group(_) => self.out.null(),
        };
    }

    /// Shows the default of an absent field.
    pub(super) fn default(&mut self, kind: Kind) {
        match kind {
            Kind::Text => {
                self.out.text("");
            }
            Kind::Bytes => {
                self.out.bytes(&[]);
            }
            Kind::Enum(index) => {
                let first = self.plan.enums.get(index).map_or(0, |it| it.first);
                self.number(kind, first as u32 as u64);
            }
            kind => self.number(kind, 0),
        }
    }
}

/// The wire type of a kind that stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Varint,
    Fixed32,
    Fixed64,
    Delimited,
}

impl Wire {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Varint => "a varint",
            Self::Fixed32 => "4 bytes",
            Self::Fixed64 => "8 bytes",
            Self::Delimited => "a length and bytes",
        }
    }
}

pub(super) fn wire(kind: Kind) -> Wire {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Wire::Fixed64,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Wire::Fixed32,
        Kind::Text | Kind::Bytes | Kind::Message(_) | Kind::Group(_) => Wire::Delimited,
        _ => Wire::Varint,
    }
}
