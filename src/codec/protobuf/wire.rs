//! The wire format: tags, varints and lengths, read with their offsets, and written
//! ([Encoding](https://protobuf.dev/programming-guides/encoding/)).

use std::ops::Range;

use crate::codec::{DecodeError, DecodeErrorKind};

/// A position in a payload, and where the message around it ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
    end: usize,
}

/// What stands behind a tag, still in its wire type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Raw {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    /// A length-delimited stretch of the payload.
    Delimited(Range<usize>),
    /// What stands between the tags of a group.
    Group(Range<usize>),
}

impl Raw {
    /// The wire type, in words.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Varint(_) => "a varint",
            Self::Fixed64(_) => "8 bytes",
            Self::Fixed32(_) => "4 bytes",
            Self::Delimited(_) => "a length and bytes",
            Self::Group(_) => "a group",
        }
    }
}

/// The wire types that a tag holds in its last three bits.
pub(super) mod wire_type {
    pub(in super::super) const VARINT: u32 = 0;
    pub(in super::super) const FIXED64: u32 = 1;
    pub(in super::super) const DELIMITED: u32 = 2;
    pub(in super::super) const GROUP_START: u32 = 3;
    pub(in super::super) const GROUP_END: u32 = 4;
    pub(in super::super) const FIXED32: u32 = 5;
}

impl<'b> Cursor<'b> {
    pub(super) fn new(bytes: &'b [u8], range: Range<usize>) -> Self {
        Self { bytes, at: range.start, end: range.end.min(bytes.len()) }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// The next field's number and what it holds; a group is read to its end. At most `depth` groups may be open in it.
    pub(super) fn field(&mut self, depth: usize) -> Result<(u32, Raw), DecodeError> {
        let start = self.at;
        let (number, wire) = self.tag()?;
        match self.value(wire)? {
            Some(raw) => Ok((number, raw)),
            None if wire == wire_type::GROUP_START => Ok((number, Raw::Group(self.group(number, depth)?))),
            None => Err(malformed("the end of a group that was not begun").at(start)),
        }
    }

    fn tag(&mut self) -> Result<(u32, u32), DecodeError> {
        let start = self.at;
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        let number = number.ok_or_else(|| malformed(format!("{} is no field number", key >> 3)).at(start))?;
        Ok((number, (key & 7) as u32))
    }

    /// The value behind a tag; `None` for the start and the end of a group.
    fn value(&mut self, wire: u32) -> Result<Option<Raw>, DecodeError> {
        let start = self.at;
        Ok(Some(match wire {
            wire_type::VARINT => Raw::Varint(self.varint()?),
            wire_type::FIXED64 => Raw::Fixed64(u64::from_le_bytes(self.array()?)),
            wire_type::FIXED32 => Raw::Fixed32(u32::from_le_bytes(self.array()?)),
            wire_type::DELIMITED => {
                let length = self.varint()?;
                let left = self.end - self.at;
                let length = usize::try_from(length).ok().filter(|length| *length <= left);
                let length =
                    length.ok_or_else(|| truncated("the payload ends before the length says").at(start))?;
                self.at += length;
                Raw::Delimited(self.at - length..self.at)
            }
            wire_type::GROUP_START | wire_type::GROUP_END => return Ok(None),
            other => return Err(malformed(format!("{other} is no wire type")).at(start.saturating_sub(1))),
        }))
    }

    /// Passes over a group whose first tag was read, and gives what stands in it. Does not recurse.
    fn group(&mut self, number: u32, depth: usize) -> Result<Range<usize>, DecodeError> {
        let inner = self.at;
        let mut open = vec![number];
        loop {
            let start = self.at;
            let (number, wire) = self.tag().map_err(|error| match error.kind {
                DecodeErrorKind::Truncated => truncated("the payload ends within a group").at(start),
                _ => error,
            })?;
            match wire {
                wire_type::GROUP_START => {
                    open.push(number);
                    if open.len() > depth {
                        return Err(too_deep(depth).at(start));
                    }
                }
                wire_type::GROUP_END if open.last() == Some(&number) => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(inner..start);
                    }
                }
                wire_type::GROUP_END => {
                    let message =
                        format!("the end of group {number} within group {}", open.last().unwrap_or(&0));
                    return Err(malformed(message).at(start));
                }
                wire => {
                    self.value(wire)?;
                }
            }
        }
    }

    pub(super) fn varint(&mut self) -> Result<u64, DecodeError> {
        let start = self.at;
        let mut value = 0_u64;
        for place in 0..10 {
            let byte = self.byte().ok_or_else(|| truncated("the payload ends within a varint").at(start))?;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                // The tenth byte has room for one bit.
                let fits = place < 9 || byte <= 1;
                return if fits {
                    Ok(value)
                } else {
                    Err(malformed("a varint of more than 64 bits").at(start))
                };
            }
        }
        Err(malformed("a varint of more than 10 bytes").at(start))
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied().filter(|_| self.at < self.end)?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let stop = self.at.saturating_add(N);
        let slice = self.bytes.get(self.at..stop).filter(|_| stop <= self.end);
        let array = slice.and_then(|slice| slice.try_into().ok());
        let array =
            array.ok_or_else(|| truncated(format!("the payload ends within {N} bytes")).at(self.at))?;
        self.at = stop;
        Ok(array)
    }
}

pub(super) fn truncated(message: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Truncated, message)
}

pub(super) fn malformed(message: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Malformed, message)
}

pub(super) fn too_deep(depth: usize) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Limit, format!("more than {depth} levels of nesting"))
}

pub(super) fn write_tag(number: u32, wire: u32, out: &mut Vec<u8>) {
    write_varint(u64::from(number) << 3 | u64::from(wire), out);
}

pub(super) fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends what `write` writes, behind its length.
pub(super) fn write_delimited<E>(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    // One byte of length is right for most messages; a longer one moves what was written.
    let start = out.len();
    out.push(0);
    write(out)?;
    let length = out.len() - start - 1;
    match out.get_mut(start) {
        Some(place) if length < 0x80 => *place = length as u8,
        _ => {
            let mut prefix = Vec::with_capacity(10);
            write_varint(length as u64, &mut prefix);
            out.splice(start..=start, prefix);
        }
    }
    Ok(())
}

pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
