//! The reader of bytes: numbers, lengths, blocks, and the budgets that hold against hostile ones.

use super::fault::Fault;
use super::plan::{Plan, Width};
use super::text::Ahead;
use crate::codec::DecodeErrorKind;
use crate::limits::Limits;

/// Reads one payload by one plan.
#[derive(Debug)]
pub(super) struct Decoder<'de, 'p> {
    rest: &'de [u8],
    /// The payload's length, from which an offset is counted.
    length: usize,
    pub(super) plan: &'p Plan,
    limits: &'p Limits,
    depth: usize,
    elements: usize,
    bytes: usize,
    /// What is known of the bytes ahead.
    pub(super) ahead: Ahead<'de>,
    /// Where fields of reordered records start, for the paths that need the reader's order; a stack.
    pub(super) starts: Vec<&'de [u8]>,
    /// How structs are told which field comes.
    pub(super) telling: Telling,
    /// What structs that are read by names for the first time say to each field; a stack.
    pub(super) places: Vec<u8>,
}

/// How structs are told which field comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// By its number, once the struct said which that is.
    Numbers,
    /// A number was not the field that it was learnt for: whatever was read since is wrong.
    WrongNumber,
    /// By its name.
    Names,
}

/// The part of the budget that a second pass over the same bytes must give back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    elements: usize,
    bytes: usize,
}

impl<'de, 'p> Decoder<'de, 'p> {
    #[inline]
    pub(super) fn new(payload: &'de [u8], plan: &'p Plan, limits: &'p Limits) -> Result<Self, Fault> {
        if payload.len() > limits.bytes {
            return Err(limit("payload", payload.len(), "bytes", limits.bytes));
        }
        Ok(Self {
            rest: payload,
            length: payload.len(),
            plan,
            limits,
            depth: limits.depth,
            elements: limits.elements,
            bytes: limits.bytes,
            ahead: Ahead::NOTHING,
            starts: Vec::new(),
            telling: Telling::Numbers,
            places: Vec::new(),
        })
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// How many bytes are left.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'de [u8] {
        self.rest
    }

    /// Goes on reading there.
    pub(super) fn jump(&mut self, rest: &'de [u8]) -> &'de [u8] {
        self.ahead = Ahead::NOTHING;
        std::mem::replace(&mut self.rest, rest)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { elements: self.elements, bytes: self.bytes }
    }

    /// Gives back what was spent since the mark.
    pub(super) fn refund(&mut self, mark: Mark) {
        self.elements = mark.elements;
        self.bytes = mark.bytes;
    }

    /// Goes one level deeper; [`Decoder::leave`] comes back.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(self.too_deep()),
        }
    }

    #[inline]
    pub(super) fn leave(&mut self) {
        self.depth += 1;
    }

    #[cold]
    fn too_deep(&self) -> Fault {
        let limit = self.limits.depth;
        self.fault(DecodeErrorKind::Limit, format!("nested deeper than {limit} levels, the limit"))
    }

    /// Spends array items and map entries.
    #[inline]
    pub(super) fn spend_elements(&mut self, count: usize) -> Result<(), Fault> {
        match self.elements.checked_sub(count) {
            Some(left) => {
                self.elements = left;
                Ok(())
            }
            None => Err(self.too_many()),
        }
    }

    #[cold]
    fn too_many(&self) -> Fault {
        let limit = self.limits.elements;
        self.fault(DecodeErrorKind::Limit, format!("more than {limit} items and entries, the limit"))
    }

    /// Spends memory that the value takes beyond the payload.
    #[inline]
    pub(super) fn spend_bytes(&mut self, count: usize) -> Result<(), Fault> {
        match self.bytes.checked_sub(count) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(self.too_large()),
        }
    }

    #[cold]
    fn too_large(&self) -> Fault {
        let limit = self.limits.bytes;
        self.fault(DecodeErrorKind::Limit, format!("the value takes more than {limit} bytes, the limit"))
    }

    /// An error at the next byte.
    #[cold]
    pub(super) fn fault(&self, kind: DecodeErrorKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, message).at(self.offset())
    }

    #[cold]
    fn truncated(&self, what: &str) -> Fault {
        self.fault(DecodeErrorKind::Truncated, format!("the payload ends within {what}"))
    }

    /// The next `count` bytes.
    #[inline]
    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<&'de [u8], Fault> {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.short(count, what)),
        }
    }

    #[cold]
    fn short(&self, count: usize, what: &str) -> Fault {
        let left = self.rest.len();
        self.fault(DecodeErrorKind::Truncated, format!("{what} needs {count} bytes, {left} are left"))
    }

    #[inline]
    pub(super) fn boolean(&mut self) -> Result<bool, Fault> {
        match self.rest.split_first() {
            Some((0, rest)) => {
                self.rest = rest;
                Ok(false)
            }
            Some((1, rest)) => {
                self.rest = rest;
                Ok(true)
            }
            Some((byte, _)) => Err(self.no_boolean(*byte)),
            None => Err(self.truncated("a boolean")),
        }
    }

    #[cold]
    fn no_boolean(&self, byte: u8) -> Fault {
        self.fault(DecodeErrorKind::Malformed, format!("a boolean is 0 or 1, not {byte}"))
    }

    #[inline]
    pub(super) fn int(&mut self) -> Result<i32, Fault> {
        if let Some((byte, rest)) = self.rest.split_first()
            && *byte < 0x80
        {
            self.rest = rest;
            return Ok(i32::from(byte >> 1) ^ -i32::from(byte & 1));
        }
        self.wide_int()
    }

    /// An int of two bytes and more.
    #[inline(never)]
    fn wide_int(&mut self) -> Result<i32, Fault> {
        let before = self.rest;
        let long = self.long()?;
        // The encoding of an int has at most 5 bytes, whatever they hold.
        match i32::try_from(long) {
            Ok(int) if before.len() - self.rest.len() <= 5 => Ok(int),
            _ => {
                self.rest = before;
                Err(self.fault(
                    DecodeErrorKind::Malformed,
                    "a number of more than 32 bits where the schema has int",
                ))
            }
        }
    }

    #[inline]
    pub(super) fn long(&mut self) -> Result<i64, Fault> {
        if let Some((byte, rest)) = self.rest.split_first()
            && *byte < 0x80
        {
            self.rest = rest;
            return Ok(i64::from(byte >> 1) ^ -i64::from(byte & 1));
        }
        self.wide_long()
    }

    /// A long of two bytes and more.
    #[inline(never)]
    fn wide_long(&mut self) -> Result<i64, Fault> {
        let raw = self.varint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// A varint of two bytes and more. Up to eight bytes are read as one word: the position of the first byte without its top bit tells the length,
    /// then the groups of seven bits are drawn together pairwise, without a branch a byte.
    #[inline]
    fn varint(&mut self) -> Result<u64, Fault> {
        if let Some((chunk, _)) = self.rest.split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*chunk);
            let ends = !word & 0x8080_8080_8080_8080;
            if ends != 0 {
                let length = ends.trailing_zeros() / 8 + 1;
                // All bits up to the lowest one of `ends`: those of the number's own bytes.
                let word = word & (ends ^ (ends - 1)) & 0x7f7f_7f7f_7f7f_7f7f;
                let word = (word & 0x007f_007f_007f_007f) | ((word & 0x7f00_7f00_7f00_7f00) >> 1);
                let word = (word & 0x0000_3fff_0000_3fff) | ((word & 0x3fff_0000_3fff_0000) >> 2);
                let word = (word & 0x0000_0000_0fff_ffff) | ((word & 0x0fff_ffff_0000_0000) >> 4);
                self.rest = self.rest.get(length as usize..).unwrap_or_default();
                return Ok(word);
            }
        }
        self.long_varint()
    }

    /// A varint byte by byte: near the end of the payload, or of nine and ten bytes.
    fn long_varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0_u64;
        for (index, byte) in self.rest.iter().enumerate() {
            // The tenth byte holds the last bit of 64.
            if index == 9 && *byte > 1 {
                return Err(self.fault(DecodeErrorKind::Malformed, "a number of more than 64 bits"));
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.rest = self.rest.get(index + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(self.truncated("a number"))
    }

    /// An integer of the writer's width.
    #[inline]
    pub(super) fn whole(&mut self, width: Width) -> Result<i64, Fault> {
        match width {
            Width::Int => self.int().map(i64::from),
            Width::Long => self.long(),
        }
    }

    #[inline]
    pub(super) fn float(&mut self) -> Result<f32, Fault> {
        match self.rest.split_first_chunk() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(f32::from_le_bytes(*bytes))
            }
            None => Err(self.short(4, "a float")),
        }
    }

    #[inline]
    pub(super) fn double(&mut self) -> Result<f64, Fault> {
        match self.rest.split_first_chunk() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(f64::from_le_bytes(*bytes))
            }
            None => Err(self.short(8, "a double")),
        }
    }

    /// Bytes behind their length.
    #[inline]
    pub(super) fn bytes(&mut self) -> Result<&'de [u8], Fault> {
        // A length below 64 is one even byte.
        if let Some((byte, rest)) = self.rest.split_first()
            && *byte & 0x81 == 0
            && let Some((taken, rest)) = rest.split_at_checked(usize::from(*byte >> 1))
        {
            self.rest = rest;
            return Ok(taken);
        }
        self.long_bytes()
    }

    /// Bytes behind a length of more than one byte, or one that is wrong.
    #[inline(never)]
    fn long_bytes(&mut self) -> Result<&'de [u8], Fault> {
        let before = self.rest;
        let length = self.long()?;
        match usize::try_from(length) {
            // A length beyond what is left never reaches an allocation.
            Ok(length) => self.take(length, "text or bytes of that length"),
            Err(_) => {
                self.rest = before;
                Err(self.no_length(length))
            }
        }
    }

    #[cold]
    fn no_length(&self, length: i64) -> Fault {
        self.fault(DecodeErrorKind::Malformed, format!("a length of {length}"))
    }

    /// The branch of a union of two: 0 or 1.
    #[inline]
    pub(super) fn either(&mut self) -> Result<u8, Fault> {
        if let Some((byte, rest)) = self.rest.split_first()
            && byte & !2 == 0
        {
            self.rest = rest;
            return Ok(byte >> 1);
        }
        Ok(self.index(2, "union branch")? as u8)
    }

    /// A number from 0 up to, but not with, `count`: a union's branch or an enum's symbol.
    #[inline]
    pub(super) fn index(&mut self, count: usize, what: &'static str) -> Result<usize, Fault> {
        let before = self.rest;
        let number = self.int()?;
        match usize::try_from(number) {
            Ok(index) if index < count => Ok(index),
            _ => {
                self.rest = before;
                Err(self.no_index(number, count, what))
            }
        }
    }

    #[cold]
    fn no_index(&self, number: i32, count: usize, what: &str) -> Fault {
        let message = format!("{what} {number} of {count}, counted from 0");
        self.fault(DecodeErrorKind::Malformed, message)
    }

    /// Nothing may be left.
    #[inline]
    pub(super) fn finish(&self) -> Result<(), Fault> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.trailing(left)),
        }
    }

    #[cold]
    fn trailing(&self, left: usize) -> Fault {
        self.fault(
            DecodeErrorKind::TrailingBytes,
            format!("{left} bytes are left behind the value; were they written with this schema?"),
        )
    }
}

#[cold]
fn limit(what: &str, size: usize, unit: &str, limit: usize) -> Fault {
    Fault::new(DecodeErrorKind::Limit, format!("the {what} has {size} {unit}, the limit is {limit}"))
}
