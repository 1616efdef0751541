//! A payload being written: bincode's numbers and lengths, and the budgets that keep it readable.

use super::fault::Refusal;
use crate::codec::EncodeErrorKind;
use crate::limits::Limits;
use crate::schema::bincode::Integers;

/// Where the payload goes, and what its reader would still take.
#[derive(Debug)]
pub(super) struct Output<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    integers: Integers,
    depth: usize,
    elements: usize,
    limits: Limits,
}

impl<'o> Output<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>, integers: Integers, limits: Limits) -> Self {
        let Limits { depth, elements, .. } = limits;
        Self { start: out.len(), out, integers, depth, elements, limits }
    }

    /// Ends the payload: kept when it is good and short enough to be read back, else taken away.
    pub(super) fn finish(self, result: Result<(), Refusal>) -> Result<(), Refusal> {
        let (length, limit) = (self.out.len() - self.start, self.limits.bytes);
        let result = result.and_then(|()| match length <= limit {
            true => Ok(()),
            false => Err(unreadable(format!("it takes {length} bytes; the limit is {limit}"))),
        });
        if result.is_err() {
            self.out.truncate(self.start);
        }
        result
    }

    /// Goes down that many levels; [`Output::ascend`] comes back.
    #[inline]
    pub(super) fn descend(&mut self, levels: usize) -> Result<(), Refusal> {
        self.check_depth(levels)?;
        self.depth -= levels;
        Ok(())
    }

    #[inline]
    pub(super) fn ascend(&mut self, levels: usize) {
        self.depth += levels;
    }

    /// Whether a value may stand that many levels below.
    #[inline]
    pub(super) fn check_depth(&self, levels: usize) -> Result<(), Refusal> {
        match levels <= self.depth {
            true => Ok(()),
            false => Err(self.too_deep()),
        }
    }

    /// Counts items as the reader will.
    #[inline]
    pub(super) fn claim(&mut self, items: usize) -> Result<(), Refusal> {
        match self.elements.checked_sub(items) {
            Some(left) => {
                self.elements = left;
                Ok(())
            }
            None => Err(self.too_many()),
        }
    }

    #[cold]
    fn too_deep(&self) -> Refusal {
        unreadable(format!("it nests deeper than {} levels", self.limits.depth))
    }

    #[cold]
    fn too_many(&self) -> Refusal {
        let limit = self.limits.elements;
        unreadable(format!("it has more than {limit} items, entries and values without bytes"))
    }

    /// How long the payload is, for [`Output::insert_length`].
    #[inline]
    pub(super) fn position(&self) -> usize {
        self.out.len()
    }

    #[inline]
    pub(super) fn length(&mut self, length: usize) {
        self.u64(length as u64);
    }

    /// Puts a length before what was written from that position on.
    pub(super) fn insert_length(&mut self, position: usize, length: usize) {
        let end = self.out.len();
        self.length(length);
        if let Some(bytes) = self.out.get_mut(position..) {
            bytes.rotate_right(bytes.len() + position - end);
        }
    }

    #[inline]
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.raw(bytes);
    }

    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    #[inline]
    pub(super) fn u16(&mut self, value: u16) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.varint(value.into()),
        }
    }

    #[inline]
    pub(super) fn u32(&mut self, value: u32) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.varint(value.into()),
        }
    }

    #[inline]
    pub(super) fn u64(&mut self, value: u64) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.varint(value),
        }
    }

    pub(super) fn u128(&mut self, value: u128) {
        match (self.integers, u64::try_from(value)) {
            (Integers::Varint, Ok(value)) => self.varint(value),
            (integers, _) => {
                if integers == Integers::Varint {
                    self.byte(254);
                }
                self.raw(&value.to_le_bytes());
            }
        }
    }

    #[inline]
    pub(super) fn i16(&mut self, value: i16) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.varint(zigzag(value.into())),
        }
    }

    #[inline]
    pub(super) fn i32(&mut self, value: i32) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.varint(zigzag(value.into())),
        }
    }

    #[inline]
    pub(super) fn i64(&mut self, value: i64) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.varint(zigzag(value)),
        }
    }

    pub(super) fn i128(&mut self, value: i128) {
        match self.integers {
            Integers::Fixed => self.raw(&value.to_le_bytes()),
            Integers::Varint => self.u128((value << 1 ^ value >> 127).cast_unsigned()),
        }
    }

    /// A number in the narrowest form that holds it, which is what bincode writes.
    #[inline]
    fn varint(&mut self, value: u64) {
        if value <= 250 { self.byte(value as u8) } else { self.long_varint(value) }
    }

    #[inline(never)]
    fn long_varint(&mut self, value: u64) {
        if let Ok(value) = u16::try_from(value) {
            let [a, b] = value.to_le_bytes();
            self.raw(&[251, a, b]);
        } else if let Ok(value) = u32::try_from(value) {
            let [a, b, c, d] = value.to_le_bytes();
            self.raw(&[252, a, b, c, d]);
        } else {
            let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
            self.raw(&[253, a, b, c, d, e, f, g, h]);
        }
    }
}

/// Small numbers of either sign as small numbers: 0, -1, 1, -2, …
#[inline]
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

#[cold]
fn unreadable(message: String) -> Refusal {
    Refusal::new(EncodeErrorKind::Limit, message)
}
