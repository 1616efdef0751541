//! A payload being read: bincode's numbers, lengths and texts, and the budgets of [`Limits`].

use super::fault::Fault;
use crate::codec::DecodeErrorKind;
use crate::codec::text::text;
use crate::limits::Limits;
use crate::schema::bincode::Integers;

/// A payload, how far it is read, and what may still be spent on it.
#[derive(Debug)]
pub(super) struct Input<'de> {
    payload: &'de [u8],
    offset: usize,
    integers: Integers,
    depth: usize,
    elements: usize,
    /// Bytes that a dynamic value may still take.
    memory: usize,
    limits: Limits,
}

impl<'de> Input<'de> {
    /// Begins to read a payload that is not longer than the limit.
    pub(super) fn new(payload: &'de [u8], integers: Integers, limits: Limits) -> Result<Self, Fault> {
        if payload.len() > limits.bytes {
            let message = format!("the payload has {} bytes; the limit is {}", payload.len(), limits.bytes);
            return Err(Fault::new(DecodeErrorKind::Limit, message).at(limits.bytes));
        }
        let Limits { depth, elements, bytes: memory, .. } = limits;
        Ok(Self { payload, offset: 0, integers, depth, elements, memory, limits })
    }

    /// Where the next byte is.
    #[inline]
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// Refuses bytes that are left over.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        match self.payload.len() - self.offset {
            0 => Ok(()),
            left => Err(self.error(DecodeErrorKind::TrailingBytes, format!("{left} bytes are left over"))),
        }
    }

    /// Goes one level down; [`Input::ascend`] comes back.
    #[inline]
    pub(super) fn descend(&mut self) -> Result<(), Fault> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(self.too_deep()),
        }
    }

    #[inline]
    pub(super) fn ascend(&mut self) {
        self.depth += 1;
    }

    /// Takes that many items from the budget.
    #[inline]
    pub(super) fn claim(&mut self, items: usize) -> Result<(), Fault> {
        match self.elements.checked_sub(items) {
            Some(left) => {
                self.elements = left;
                Ok(())
            }
            None => Err(self.too_many()),
        }
    }

    /// Takes that many bytes of memory from the budget.
    #[inline]
    pub(super) fn claim_memory(&mut self, bytes: usize) -> Result<(), Fault> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                Ok(())
            }
            None => {
                let limit = self.limits.bytes;
                let message = format!("it would take more than {limit} bytes of memory");
                Err(self.error(DecodeErrorKind::Limit, message))
            }
        }
    }

    /// Reads the number of items of a sequence or map and claims them. `least` is what one of them takes at least.
    #[inline]
    pub(super) fn length(&mut self, least: usize) -> Result<usize, Fault> {
        let start = self.offset;
        let length = self.size()?;
        let left = self.payload.len() - self.offset;
        if length.checked_mul(least).is_none_or(|bytes| bytes > left) {
            return Err(too_short(length, left).at(start));
        }
        self.claim(length).map_err(|error| error.moved_to(start))?;
        Ok(length)
    }

    /// Reads a length; one that is no `usize` is longer than any payload.
    #[inline]
    fn size(&mut self) -> Result<usize, Fault> {
        Ok(self.u64()?.try_into().unwrap_or(usize::MAX))
    }

    #[inline]
    pub(super) fn bytes(&mut self) -> Result<&'de [u8], Fault> {
        let start = self.offset;
        let length = self.size()?;
        self.take(length).map_err(|error| error.moved_to(start))
    }

    #[inline]
    pub(super) fn text(&mut self) -> Result<&'de str, Fault> {
        let bytes = self.bytes()?;
        text(bytes).map_err(|error| {
            let offset = self.offset - bytes.len() + error.valid_up_to();
            Fault::new(DecodeErrorKind::Malformed, "the text is not UTF-8").at(offset)
        })
    }

    /// Reads a character as the text that it is.
    pub(super) fn char(&mut self) -> Result<&'de str, Fault> {
        let start = self.offset;
        let malformed = || Fault::new(DecodeErrorKind::Malformed, "the character is not UTF-8").at(start);
        let length = match self.byte()? {
            0..0x80 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf8 => 4,
            _ => return Err(malformed()),
        };
        self.offset = start;
        std::str::from_utf8(self.take(length)?).map_err(|_| malformed())
    }

    #[inline]
    pub(super) fn bool(&mut self) -> Result<bool, Fault> {
        self.flag("a boolean")
    }

    /// Whether an option has a value.
    #[inline]
    pub(super) fn is_some(&mut self) -> Result<bool, Fault> {
        self.flag("an option's first byte")
    }

    #[inline]
    fn flag(&mut self, what: &str) -> Result<bool, Fault> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(no_flag(what, other).at(self.offset - 1)),
        }
    }

    #[inline]
    pub(super) fn i8(&mut self) -> Result<i8, Fault> {
        Ok(self.byte()?.cast_signed())
    }

    #[inline]
    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        self.byte()
    }

    #[inline]
    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        match self.integers {
            Integers::Fixed => Ok(u16::from_le_bytes(self.array()?)),
            Integers::Varint => Ok(self.varint(Width::U16)? as u16),
        }
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        match self.integers {
            Integers::Fixed => Ok(u32::from_le_bytes(self.array()?)),
            Integers::Varint => Ok(self.varint(Width::U32)? as u32),
        }
    }

    #[inline]
    pub(super) fn u64(&mut self) -> Result<u64, Fault> {
        match self.integers {
            Integers::Fixed => Ok(u64::from_le_bytes(self.array()?)),
            Integers::Varint => self.varint(Width::U64),
        }
    }

    pub(super) fn u128(&mut self) -> Result<u128, Fault> {
        let wide = self.payload.get(self.offset) == Some(&(Width::U128 as u8));
        match self.integers {
            Integers::Fixed => Ok(u128::from_le_bytes(self.array()?)),
            Integers::Varint if wide => {
                self.offset += 1;
                Ok(u128::from_le_bytes(self.array()?))
            }
            Integers::Varint => Ok(self.varint(Width::U64)?.into()),
        }
    }

    #[inline]
    pub(super) fn i16(&mut self) -> Result<i16, Fault> {
        let bits = self.u16()?;
        Ok(self.signed(bits.into(), bits.cast_signed().into()) as i16)
    }

    #[inline]
    pub(super) fn i32(&mut self) -> Result<i32, Fault> {
        let bits = self.u32()?;
        Ok(self.signed(bits.into(), bits.cast_signed().into()) as i32)
    }

    #[inline]
    pub(super) fn i64(&mut self) -> Result<i64, Fault> {
        let bits = self.u64()?;
        Ok(self.signed(bits, bits.cast_signed()))
    }

    pub(super) fn i128(&mut self) -> Result<i128, Fault> {
        let bits = self.u128()?;
        Ok(match self.integers {
            Integers::Fixed => bits.cast_signed(),
            Integers::Varint => (bits >> 1).cast_signed() ^ -((bits & 1).cast_signed()),
        })
    }

    /// A signed number: as it is, or out of zigzag.
    #[inline]
    fn signed(&self, bits: u64, plain: i64) -> i64 {
        match self.integers {
            Integers::Fixed => plain,
            Integers::Varint => (bits >> 1).cast_signed() ^ -((bits & 1).cast_signed()),
        }
    }

    #[inline]
    pub(super) fn f32(&mut self) -> Result<f32, Fault> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    #[inline]
    pub(super) fn f64(&mut self) -> Result<f64, Fault> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A number of at most 64 bits. Like bincode's own, it may be in a wider form than it needs, up to its type's width.
    #[inline]
    fn varint(&mut self, most: Width) -> Result<u64, Fault> {
        let start = self.offset;
        let first = self.byte()?;
        if first < Width::U16 as u8 {
            return Ok(first.into());
        }
        if first > most as u8 {
            return Err(too_wide(first, most).at(start));
        }
        Ok(match first {
            251 => u16::from_le_bytes(self.array()?).into(),
            252 => u32::from_le_bytes(self.array()?).into(),
            _ => u64::from_le_bytes(self.array()?),
        })
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Fault> {
        match self.payload.get(self.offset) {
            Some(byte) => {
                self.offset += 1;
                Ok(*byte)
            }
            None => Err(self.truncated(1)),
        }
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        match self.payload.get(self.offset..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => {
                self.offset += N;
                Ok(*bytes)
            }
            None => Err(self.truncated(N)),
        }
    }

    /// The next bytes, that many.
    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Result<&'de [u8], Fault> {
        match self.payload.get(self.offset..).and_then(|rest| rest.get(..length)) {
            Some(bytes) => {
                self.offset += length;
                Ok(bytes)
            }
            None => Err(self.truncated(length)),
        }
    }

    #[cold]
    fn too_deep(&self) -> Fault {
        let limit = self.limits.depth;
        self.error(DecodeErrorKind::Limit, format!("it nests deeper than {limit} levels"))
    }

    #[cold]
    fn too_many(&self) -> Fault {
        let limit = self.limits.elements;
        let message = format!("it has more than {limit} items, entries and values without bytes");
        self.error(DecodeErrorKind::Limit, message)
    }

    #[cold]
    fn truncated(&self, wanted: usize) -> Fault {
        let left = self.payload.len() - self.offset;
        self.error(DecodeErrorKind::Truncated, format!("{wanted} bytes have to follow, {left} do"))
    }

    /// An error at the next byte.
    #[cold]
    pub(super) fn error(&self, kind: DecodeErrorKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, message).at(self.offset)
    }
}

#[cold]
fn too_short(length: usize, left: usize) -> Fault {
    Fault::new(DecodeErrorKind::Truncated, format!("it says that {length} items follow, in {left} bytes"))
}

#[cold]
fn too_wide(first: u8, most: Width) -> Fault {
    let bits = 8 << (most as u8 - Width::U16 as u8 + 1);
    Fault::new(
        DecodeErrorKind::Malformed,
        format!("a number of at most {bits} bits cannot begin with {first}"),
    )
}

#[cold]
fn no_flag(what: &str, byte: u8) -> Fault {
    Fault::new(DecodeErrorKind::Malformed, format!("{what} is 0 or 1, not {byte}"))
}

/// The first byte of a varint that does not fit it.
#[derive(Debug, Clone, Copy)]
enum Width {
    U16 = 251,
    U32 = 252,
    U64 = 253,
    U128 = 254,
}
