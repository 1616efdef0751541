//! Protobuf message indexes on the wire: how many, then each, all as zigzag varints; `[0]` is the single byte 0.
//! Source: Confluent's wire format, `MessageIndexes`.

use super::{FrameError, FrameErrorKind};

/// The path of message declarations from the file to one message, outermost first.
///
/// Held without an allocation up to four levels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageIndexes(Store);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Store {
    Short([i32; 4], u8),
    Long(Vec<i32>),
}

impl MessageIndexes {
    /// The most levels that are read.
    pub const LIMIT: usize = 64;

    /// No path: what messages of other formats have.
    pub const NONE: Self = Self(Store::Short([0; 4], 0));

    /// The path of the first message in its file, which is what nearly all schemas declare alone.
    pub const FIRST: Self = Self(Store::Short([0; 4], 1));

    /// The indexes of that path.
    #[must_use]
    pub fn new(path: &[i32]) -> Self {
        let mut short = [0; 4];
        match short.get_mut(..path.len()) {
            Some(slots) => {
                slots.copy_from_slice(path);
                Self(Store::Short(short, path.len() as u8))
            }
            None => Self(Store::Long(path.to_vec())),
        }
    }

    /// The path, outermost first.
    #[must_use]
    #[inline]
    pub fn path(&self) -> &[i32] {
        match &self.0 {
            Store::Short(short, length) => short.get(..*length as usize).unwrap_or_default(),
            Store::Long(path) => path,
        }
    }

    /// Appends the wire form of a path. An empty path reads back as `[0]`, as Confluent's clients take it.
    pub fn write(path: &[i32], out: &mut Vec<u8>) {
        if path == [0] {
            out.push(0);
            return;
        }
        write_zigzag(path.len() as i32, out);
        path.iter().for_each(|index| write_zigzag(*index, out));
    }

    /// Reads the wire form off the front of the bytes and lends the rest. Varints may be longer than they need to be,
    /// and `[0]` may be written out: other writers do.
    ///
    /// # Errors
    /// Bytes that end too early; a negative count or index, or one of more than 32 bits; more than [`MessageIndexes::LIMIT`] levels.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), FrameError> {
        let (count, mut rest) = read_zigzag(bytes)?;
        if count == 0 {
            return Ok((Self::new(&[0]), rest));
        }
        if count < 0 || count as usize > Self::LIMIT {
            return Err(FrameError::new(
                FrameErrorKind::BadIndexes,
                format!("message index count {count} is not between 0 and {}", Self::LIMIT),
            ));
        }
        let mut path = [0; Self::LIMIT];
        for slot in path.iter_mut().take(count as usize) {
            let (index, behind) = read_zigzag(rest)?;
            if index < 0 {
                return Err(FrameError::new(
                    FrameErrorKind::BadIndexes,
                    format!("message index {index} is negative"),
                ));
            }
            *slot = index;
            rest = behind;
        }
        Ok((Self::new(path.get(..count as usize).unwrap_or_default()), rest))
    }
}

fn write_zigzag(value: i32, out: &mut Vec<u8>) {
    let mut bits = ((value << 1) ^ (value >> 31)) as u32;
    while bits >= 0x80 {
        out.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    out.push(bits as u8);
}

fn read_zigzag(bytes: &[u8]) -> Result<(i32, &[u8]), FrameError> {
    let mut bits = 0u32;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        if place == 4 && byte & 0x7f > 0x0f {
            // The fifth byte has room for four bits of 32; more would be lost.
            return Err(FrameError::new(FrameErrorKind::BadIndexes, "a message index does not fit 32 bits"));
        }
        bits |= u32::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            let value = (bits >> 1) as i32 ^ -((bits & 1) as i32);
            return Ok((value, bytes.get(place + 1..).unwrap_or_default()));
        }
    }
    let (kind, message) = if bytes.len() < 5 {
        (FrameErrorKind::Truncated, "the message ends within its message indexes")
    } else {
        (FrameErrorKind::BadIndexes, "a message index has more than 32 bits")
    };
    Err(FrameError::new(kind, message))
}
