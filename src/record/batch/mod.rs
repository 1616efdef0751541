//! Batches: records in one buffer, read without copying.
//!
//! A batch is the unit that producers send, transports store and consumers read. Its records lie behind each other in one
//! buffer, which is also what is stored; nothing is turned into another shape on the way. [`Batch`] draws the stored form.
//!
//! ```
//! use schemawire::record::{Batch, Headers};
//!
//! let mut batch = Batch::new();
//! batch.push(Some(b"us7000"), Some(b"6.1"), &Headers::new(), None);
//! batch.push(Some(b"us7000"), None, &Headers::new(), Some(1_700_000_000_000));
//! let mut stored = Vec::new();
//! batch.encode(&mut stored);
//!
//! let batch = Batch::decode(&stored)?;
//! assert_eq!(batch.len(), 2);
//! assert!(batch.iter().last().is_some_and(|record| record.value.is_none()), "a tombstone");
//! # Ok::<(), schemawire::record::BatchError>(())
//! ```

mod error;
mod stored;

pub use error::BatchError;
pub use stored::{BATCH_VERSION, PACKED_VERSION};

use std::fmt;

use super::read::{GAP, HEADERS, KEY, TIME, VALUE, write_bytes, write_headers, write_varint};
use super::{Compression, Cursor, Headers, Record, RecordRef, Records, Sequence, pack};
use stored::HEADER;

/// Records moved together: one buffer, as it lies in the log.
///
/// # Stored form
///
/// Numbers in little endian, `varint` as LEB128 in at most 10 bytes:
///
/// ```text
/// batch                                       record
///  at size                                    flags    1       1 key, 2 value, 4 time, 8 headers, 16 gap; others are 0
///   0   4  CRC-32 (IEEE) of all that follows  gap      varint  if 16: offsets left out before this record
///   4   1  format version: 1                  time     8       if 4: milliseconds since 1970, signed
///   5   8  offset of the first place          key      varint, bytes    if 1
///  13   8  time of the append, signed         value    varint, bytes    if 2; without it the record is a tombstone
///  21   4  how many offsets it covers         headers  varint, bytes    if 8; in these bytes, for each header:
///  25   4  how many records it holds            name   varint, UTF-8
///  29   4  bytes of the records                 value  varint, bytes    0 is null, else the length plus 1
///  33   *  the records
/// ```
///
/// Version 2 has a byte more: at 33 the codec (1 gzip, as raw deflate; 2 snappy, raw; 3 lz4, one block; 4 zstd), then the records
/// in it; at 29 stands how many bytes they are unpacked. The CRC is that of the stored bytes.
///
/// It *covers* more offsets than it holds records once compaction has removed some; the batches of a partition still lie
/// next to each other, so that a missing one is noticed.
#[derive(Clone, Default)]
pub struct Batch {
    base_offset: u64,
    timestamp: i64,
    span: u32,
    count: u32,
    records: Vec<u8>,
    sequence: Option<Sequence>,
    packing: Packing,
}

/// How the records are stored; in memory they are always as they are.
#[derive(Clone, Default)]
enum Packing {
    #[default]
    Plain,
    /// To be packed when it is stored.
    Wanted(Compression),
    /// Packed already, to be stored.
    Ready(Compression, Vec<u8>),
    /// It was stored packed, in so many bytes.
    Was(Compression, usize),
}

/// How it is stored makes no other batch of it.
impl PartialEq for Batch {
    fn eq(&self, other: &Self) -> bool {
        let place = |it: &Self| (it.base_offset, it.timestamp, it.span, it.count, it.sequence);
        place(self) == place(other) && self.records == other.records
    }
}

impl Eq for Batch {}

impl Batch {
    /// The most bytes a stored batch may have; [`Batch::decode`] refuses more, and transports take no more.
    pub const MAX_SIZE: usize = 64 << 20;

    /// No records; the first offset is 0 until a transport gives another.
    #[must_use]
    pub const fn new() -> Self {
        let packing = Packing::Plain;
        Self { base_offset: 0, timestamp: 0, span: 0, count: 0, records: Vec::new(), sequence: None, packing }
    }

    /// No records, with room for that many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { records: Vec::with_capacity(bytes), ..Self::new() }
    }

    /// Adds a record behind the others. Without a timestamp it has the time of the append.
    pub fn push(
        &mut self,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &Headers,
        timestamp: Option<i64>,
    ) {
        self.write(0, key, value, headers, timestamp);
    }

    /// Adds a record that has an offset already, behind those that are there; the first one says where the batch begins.
    /// Law: `offset` is not below [`Batch::next_offset`], nor more than 4 294 967 294 above the first one.
    #[cfg(feature = "kafka")]
    pub(crate) fn push_at(
        &mut self,
        offset: u64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &Headers,
        timestamp: i64,
    ) {
        if self.span == 0 {
            self.stamp(offset, timestamp);
        }
        let gap = offset.saturating_sub(self.next_offset());
        self.write(gap, key, value, headers, Some(timestamp));
    }

    /// The buffer in which the keys and values lie that the records lend.
    #[cfg(feature = "kafka")]
    pub(crate) fn buffer(&self) -> &[u8] {
        &self.records
    }

    fn write(
        &mut self,
        gap: u64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &Headers,
        timestamp: Option<i64>,
    ) {
        if !matches!(self.packing, Packing::Plain) {
            self.packing = Packing::Plain;
        }
        let flags = flag(key.is_some(), KEY)
            | flag(value.is_some(), VALUE)
            | flag(timestamp.is_some(), TIME)
            | flag(!headers.is_empty(), HEADERS)
            | flag(gap > 0, GAP);
        self.records.push(flags);
        if gap > 0 {
            write_varint(&mut self.records, gap);
        }
        if let Some(timestamp) = timestamp {
            self.records.extend_from_slice(&timestamp.to_le_bytes());
        }
        for bytes in [key, value].into_iter().flatten() {
            write_bytes(&mut self.records, bytes);
        }
        if !headers.is_empty() {
            write_headers(&mut self.records, headers);
        }
        self.count += 1;
        self.span = self.span.saturating_add(u32::try_from(gap).unwrap_or(u32::MAX)).saturating_add(1);
    }

    /// Adds a record that owns its bytes.
    pub fn push_record(&mut self, record: &Record) {
        self.push(record.key.as_deref(), record.value.as_deref(), &record.headers, record.timestamp);
    }

    /// How many records there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bytes of the stored form, where it is not compressed.
    #[must_use]
    pub const fn size(&self) -> usize {
        HEADER + self.records.len()
    }

    /// The bytes of the stored form that it came from; those of [`Batch::size`] where it was not compressed.
    #[must_use]
    pub const fn stored_size(&self) -> usize {
        match &self.packing {
            Packing::Was(_, size) => *size,
            _ => self.size(),
        }
    }

    /// How its records are compressed where it is stored, or was.
    #[must_use]
    pub const fn compression(&self) -> Compression {
        match &self.packing {
            Packing::Plain => Compression::None,
            Packing::Wanted(it) | Packing::Ready(it, _) | Packing::Was(it, _) => *it,
        }
    }

    /// Compresses the records for the stored form; in memory they stay as they are, and what would not be smaller stays so there,
    /// too. One more record takes it back; what is packed so already stays. Without the feature `compression` nothing is compressed.
    pub fn pack(&mut self, compression: Compression) {
        if matches!(&self.packing, Packing::Ready(ready, _) if *ready == compression) {
            return;
        }
        self.packing = match pack::pack(compression, &self.records) {
            Some(packed) => Packing::Ready(compression, packed),
            None => Packing::Plain,
        };
    }

    /// The first offset that it covers.
    #[must_use]
    pub const fn base_offset(&self) -> u64 {
        self.base_offset
    }

    /// The first offset behind those that it covers.
    #[must_use]
    pub const fn next_offset(&self) -> u64 {
        self.base_offset.saturating_add(self.span as u64)
    }

    /// When it was appended, in milliseconds since 1970: the time of records that have none of their own.
    #[must_use]
    pub const fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// The newest time of a record, or the time of the append where there is no record.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.iter().map(|record| record.timestamp).max().unwrap_or(self.timestamp)
    }

    /// Places the batch: what a transport does when it appends.
    pub const fn stamp(&mut self, base_offset: u64, timestamp: i64) {
        self.base_offset = base_offset;
        self.timestamp = timestamp;
    }

    /// Which producer's which batch it is, from its first append on. Not part of the stored form.
    #[must_use]
    pub const fn sequence(&self) -> Option<Sequence> {
        self.sequence
    }

    /// The same, as that batch of that producer.
    pub const fn set_sequence(&mut self, sequence: Option<Sequence>) {
        self.sequence = sequence;
    }

    /// Covers more offsets, up to that one, without holding records there: what is left of batches whose records all went.
    /// Answers `false`, and does nothing, where a batch cannot cover so many.
    #[must_use]
    pub(crate) fn cover_to(&mut self, next_offset: u64) -> bool {
        let span = next_offset.checked_sub(self.base_offset).and_then(|span| u32::try_from(span).ok());
        self.span = span.unwrap_or(self.span).max(self.span);
        span.is_some()
    }

    /// The records, lent.
    #[must_use]
    pub fn iter(&self) -> Records<'_> {
        Records {
            rest: &self.records,
            next_offset: self.base_offset,
            timestamp: self.timestamp,
            left: self.count,
        }
    }

    /// The place before the first record.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        Cursor { at: 0, next_offset: self.base_offset, left: self.count }
    }

    /// The record behind a place of this batch, and moves the place behind it; `None` at the end.
    /// For readers that cannot keep an iterator, which borrows the batch.
    pub fn read(&self, cursor: &mut Cursor) -> Option<RecordRef<'_>> {
        let rest = self.records.get(cursor.at..)?;
        let mut records =
            Records { rest, next_offset: cursor.next_offset, timestamp: self.timestamp, left: cursor.left };
        let record = records.next()?;
        let at = self.records.len() - records.rest.len();
        *cursor = Cursor { at, next_offset: records.next_offset, left: records.left };
        Some(record)
    }

    /// The same without the records that are not wanted: the others keep their offsets, and the same offsets are covered.
    #[must_use]
    pub fn retain(&self, mut wanted: impl FnMut(&RecordRef<'_>) -> bool) -> Self {
        let packing = match self.compression() {
            Compression::None => Packing::Plain,
            compression => Packing::Wanted(compression),
        };
        let mut kept = Self { span: self.span, packing, ..Self::new() };
        kept.stamp(self.base_offset, self.timestamp);
        let mut expected = self.base_offset;
        for record in self.iter() {
            if wanted(&record) {
                kept.push_behind_gap(&record, record.offset.saturating_sub(expected));
                expected = record.offset.saturating_add(1);
            }
        }
        kept
    }

    /// Adds a record of another batch as it is, behind `gap` offsets that are left out. The span is not touched.
    fn push_behind_gap(&mut self, record: &RecordRef<'_>, gap: u64) {
        self.records.push(record.flags & !GAP | flag(gap > 0, GAP));
        if gap > 0 {
            write_varint(&mut self.records, gap);
        }
        if record.flags & TIME != 0 {
            self.records.extend_from_slice(&record.timestamp.to_le_bytes());
        }
        for bytes in [record.key, record.value].into_iter().flatten() {
            write_bytes(&mut self.records, bytes);
        }
        if record.flags & HEADERS != 0 {
            write_bytes(&mut self.records, record.raw_headers);
        }
        self.count += 1;
    }
}

/// Without the records: they are many, and may be secret.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Batch");
        shown.field("offsets", &(self.base_offset..self.next_offset())).field("records", &self.count);
        shown.field("bytes", &self.size()).field("timestamp", &self.timestamp);
        shown.field("sequence", &self.sequence).finish()
    }
}

impl<'b> IntoIterator for &'b Batch {
    type Item = RecordRef<'b>;
    type IntoIter = Records<'b>;

    fn into_iter(self) -> Records<'b> {
        self.iter()
    }
}

const fn flag(is_there: bool, flag: u8) -> u8 {
    if is_there { flag } else { 0 }
}
