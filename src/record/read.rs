//! Records as they lie in a batch: the layout drawn in [`batch`](super::batch), read and written.

use super::Headers;

pub(super) const KEY: u8 = 1;
pub(super) const VALUE: u8 = 2;
pub(super) const TIME: u8 = 4;
pub(super) const HEADERS: u8 = 8;
pub(super) const GAP: u8 = 16;

/// One record of a batch, lent from it. By default an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordRef<'b> {
    /// Its offset in the partition.
    pub offset: u64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp: i64,
    /// The key's message.
    pub key: Option<&'b [u8]>,
    /// The value's message; `None` is a tombstone.
    pub value: Option<&'b [u8]>,
    pub(super) flags: u8,
    pub(super) raw_headers: &'b [u8],
}

impl<'b> RecordRef<'b> {
    /// The headers, read now and owned.
    #[must_use]
    pub fn headers(&self) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in self.iter_headers() {
            headers.push(name, value);
        }
        headers
    }

    /// The time that the record brought along; without one it has that of the append.
    #[must_use]
    pub const fn own_timestamp(&self) -> Option<i64> {
        if self.flags & TIME == 0 { None } else { Some(self.timestamp) }
    }

    /// Whether there are headers, without reading them.
    #[must_use]
    pub fn has_headers(&self) -> bool {
        !self.raw_headers.is_empty()
    }

    /// The headers in order, lent.
    pub fn iter_headers(&self) -> impl Iterator<Item = (&'b str, Option<&'b [u8]>)> + use<'b> {
        // `Batch::decode` has read them all once, and `Batch::push` wrote them from a `Headers`.
        HeaderIter { rest: self.raw_headers }.map_while(Result::ok)
    }
}

/// A place between two records of a batch, kept apart from it; see [`Batch::read`](super::Batch::read).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(super) at: usize,
    pub(super) next_offset: u64,
    pub(super) left: u32,
}

/// The records of a batch, in order.
#[derive(Debug, Clone)]
pub struct Records<'b> {
    pub(super) rest: &'b [u8],
    pub(super) next_offset: u64,
    pub(super) timestamp: i64,
    pub(super) left: u32,
}

impl<'b> Iterator for Records<'b> {
    type Item = RecordRef<'b>;

    fn next(&mut self) -> Option<RecordRef<'b>> {
        self.left = self.left.checked_sub(1)?;
        let raw = read_record(&mut self.rest).ok()?;
        let offset = self.next_offset.saturating_add(raw.gap);
        self.next_offset = offset.saturating_add(1);
        Some(RecordRef {
            offset,
            timestamp: raw.timestamp.unwrap_or(self.timestamp),
            key: raw.key,
            value: raw.value,
            flags: raw.flags,
            raw_headers: raw.headers,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Records<'_> {}

/// A record before it is placed.
pub(super) struct RawRecord<'b> {
    flags: u8,
    pub(super) gap: u64,
    timestamp: Option<i64>,
    key: Option<&'b [u8]>,
    value: Option<&'b [u8]>,
    headers: &'b [u8],
}

impl<'b> RawRecord<'b> {
    pub(super) fn header_iter(&self) -> HeaderIter<'b> {
        HeaderIter { rest: self.headers }
    }
}

#[inline]
pub(super) fn read_record<'b>(rest: &mut &'b [u8]) -> Result<RawRecord<'b>, &'static str> {
    let (flags, behind) = rest.split_first().ok_or("it is missing")?;
    let flags = *flags;
    *rest = behind;
    if flags >= GAP << 1 {
        return Err("it has flags that are not known");
    }
    let has = |flag| flags & flag != 0;
    let gap = if has(GAP) { read_varint(rest)? } else { 0 };
    let timestamp = if has(TIME) {
        let (time, behind) = rest.split_first_chunk().ok_or("its time is cut off")?;
        *rest = behind;
        Some(i64::from_le_bytes(*time))
    } else {
        None
    };
    Ok(RawRecord {
        flags,
        gap,
        timestamp,
        key: if has(KEY) { Some(read_bytes(rest)?) } else { None },
        value: if has(VALUE) { Some(read_bytes(rest)?) } else { None },
        headers: if has(HEADERS) { read_bytes(rest)? } else { &[] },
    })
}

pub(super) struct HeaderIter<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for HeaderIter<'b> {
    type Item = Result<(&'b str, Option<&'b [u8]>), &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let header = read_header(&mut self.rest);
        if header.is_err() {
            self.rest = &[];
        }
        Some(header)
    }
}

fn read_header<'b>(rest: &mut &'b [u8]) -> Result<(&'b str, Option<&'b [u8]>), &'static str> {
    let name = str::from_utf8(read_bytes(rest)?).map_err(|_| "the name of a header is not UTF-8")?;
    let value = match read_varint(rest)?.checked_sub(1) {
        None => None,
        Some(length) => Some(split(rest, length)?),
    };
    Ok((name, value))
}

#[inline]
fn read_bytes<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], &'static str> {
    let length = read_varint(rest)?;
    split(rest, length)
}

#[inline]
fn split<'b>(rest: &mut &'b [u8], length: u64) -> Result<&'b [u8], &'static str> {
    let length = usize::try_from(length).map_err(|_| "a length is beyond all memory")?;
    let (bytes, behind) =
        rest.split_at_checked(length).ok_or("a length reaches behind the end of the batch")?;
    *rest = behind;
    Ok(bytes)
}

#[inline]
fn read_varint(rest: &mut &[u8]) -> Result<u64, &'static str> {
    // Most lengths have one byte or two.
    match **rest {
        [byte @ 0..0x80, ref behind @ ..] => {
            *rest = behind;
            Ok(u64::from(byte))
        }
        [low @ 0x80..=0xff, high @ 0..0x80, ref behind @ ..] => {
            *rest = behind;
            Ok(u64::from(high) << 7 | u64::from(low & 0x7f))
        }
        _ => read_long_varint(rest),
    }
}

fn read_long_varint(rest: &mut &[u8]) -> Result<u64, &'static str> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first().ok_or("a number is cut off")?;
        *rest = behind;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            break;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err("a number has more than 64 bits")
}

pub(super) fn write_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(super) fn write_headers(out: &mut Vec<u8>, headers: &Headers) {
    let mut section = Vec::new();
    for (name, value) in headers.iter() {
        write_bytes(&mut section, name.as_bytes());
        write_varint(&mut section, value.map_or(0, |value| value.len() as u64 + 1));
        section.extend_from_slice(value.unwrap_or_default());
    }
    write_bytes(out, &section);
}
