//! Batches as Kafka's record batches, written straight into the request: no record is copied twice, and none costs an allocation.
//!
//! ```text
//! record batch, version 2; numbers big-endian, varints zigzag
//!  at size                                 record
//!   0   8  base offset: 0                  length     varint
//!   8   4  bytes that follow               attributes 1       0
//!  12   4  leader's epoch: 0               time       varint  after the first record's
//!  16   1  version: 2                      offset     varint  after the first record's
//!  17   4  CRC-32C of all that follows     key        varint, bytes   -1 is null
//!  21   2  attributes: 0, not compressed   value      varint, bytes   -1 is null
//!  23   4  offset of the last record       headers    varint how many; for each:
//!  27   8  time of the first record          name     varint, UTF-8
//!  35   8  newest time                       value    varint, bytes   -1 is null
//!  43   8  producer, -1 for none
//!  51   2  its epoch, -1 for none
//!  53   4  number of the first record, -1 for none
//!  57   4  how many records
//!  61   *  the records
//! ```
//!
//! Source: [the format of records](https://kafka.apache.org/documentation/#recordbatch).

use std::ops::Range;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};

use crate::record::{Batch, RecordRef};

use super::super::wire::crc32c;

const HEADER: usize = 61;
/// What comes before the sum, and where it stands.
const SUM: Range<usize> = 17..21;
/// The most that Kafka's form of a record has over ours, headers apart.
const OVERHEAD: usize = 16;

/// By what a broker knows a batch again that is sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Stamp {
    pub(in super::super) producer: i64,
    pub(in super::super) epoch: i16,
    /// The number of the first record in its partition and epoch.
    pub(in super::super) sequence: i32,
}

impl Stamp {
    /// What stands where there is none.
    pub(in super::super) const NONE: Self = Self { producer: -1, epoch: -1, sequence: -1 };
}

/// Some records of a batch, all of them mostly.
#[derive(Debug, Clone)]
pub(in super::super) struct Part {
    pub(in super::super) batch: Arc<Batch>,
    /// Which, by their place.
    pub(in super::super) records: Range<u32>,
    /// The time of those that have none of their own.
    pub(in super::super) now: i64,
}

impl Part {
    /// The records with their times.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = (RecordRef<'_>, i64)> {
        let (first, count) = (self.records.start as usize, self.records.len());
        let timed = |record: RecordRef<'_>| record.own_timestamp().unwrap_or(self.now);
        self.batch.iter().skip(first).take(count).map(move |record| (record, timed(record)))
    }
}

/// The bytes that a batch takes in Kafka's form, or a few more.
pub(in super::super) fn estimated(batch: &Batch) -> usize {
    batch.size() + OVERHEAD * batch.len()
}

/// The bytes that a record takes in Kafka's form, or a few more.
pub(super) fn estimated_record(record: &RecordRef<'_>) -> usize {
    body(record, i64::MAX, u32::MAX >> 1) + 5
}

/// Appends one record batch with all these records.
pub(in super::super) fn encode(parts: &[Part], stamp: Option<Stamp>, out: &mut BytesMut) {
    let start = out.len();
    out.reserve(HEADER + parts.iter().map(|part| estimated(&part.batch)).sum::<usize>());
    out.put_bytes(0, HEADER);
    let (mut count, mut first, mut newest) = (0_u32, None, i64::MIN);
    for (record, time) in parts.iter().flat_map(Part::iter) {
        let since = time.wrapping_sub(*first.get_or_insert(time));
        write_record(out, &record, since, count);
        newest = newest.max(time);
        count += 1;
    }
    let Some(written) = out.get_mut(start..) else { return };
    let length = written.len() as u32 - 12;
    let stamp = stamp.unwrap_or(Stamp::NONE);
    let mut header = written;
    for field in [
        &0_u64.to_be_bytes()[..],
        &length.to_be_bytes(),
        &0_u32.to_be_bytes(),
        &[2],
        &0_u32.to_be_bytes(),
        &0_u16.to_be_bytes(),
        &count.wrapping_sub(1).to_be_bytes(),
        &first.unwrap_or_default().to_be_bytes(),
        &newest.to_be_bytes(),
        &stamp.producer.to_be_bytes(),
        &stamp.epoch.to_be_bytes(),
        &stamp.sequence.to_be_bytes(),
        &count.to_be_bytes(),
    ] {
        header.put_slice(field);
    }
    let Some((head, sealed)) = out.get_mut(start..).and_then(|it| it.split_at_mut_checked(SUM.end)) else {
        return;
    };
    if let Some(sum) = head.get_mut(SUM) {
        sum.copy_from_slice(&crc32c(sealed).to_be_bytes());
    }
}

fn write_record(out: &mut BytesMut, record: &RecordRef<'_>, since: i64, index: u32) {
    let mut head = Head::default();
    head.number(body(record, since, index) as i64);
    head.byte(0);
    head.number(since);
    head.number(index.into());
    head.bytes(record.key, out);
    head.bytes(record.value, out);
    let headers = if record.has_headers() { record.iter_headers().count() } else { 0 };
    head.number(headers as i64);
    if headers > 0 {
        for (name, value) in record.iter_headers() {
            head.bytes(Some(name.as_bytes()), out);
            head.bytes(value, out);
        }
    }
    head.write(out);
}

/// Small numbers that are written together: a write of its own for each byte would cost more than the record.
#[derive(Default)]
struct Head {
    bytes: [u8; 32],
    length: usize,
}

impl Head {
    /// Law: it has room. A record has at most 26 bytes before its key, and what stands behind a null is written above 16.
    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn number(&mut self, number: i64) {
        let mut number = zigzag(number);
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// A length, and what has it.
    fn bytes(&mut self, bytes: Option<&[u8]>, out: &mut BytesMut) {
        self.number(bytes.map_or(-1, |bytes| bytes.len() as i64));
        if let Some(bytes) = bytes {
            self.write(out);
            out.extend_from_slice(bytes);
        } else if self.length > 16 {
            self.write(out);
        }
    }

    fn write(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(self.bytes.get(..self.length).unwrap_or_default());
        self.length = 0;
    }
}

/// The bytes of a record behind its length.
fn body(record: &RecordRef<'_>, since: i64, index: u32) -> usize {
    let bytes = |bytes: Option<&[u8]>| bytes.map_or(1, |it| varint_size(zigzag(it.len() as i64)) + it.len());
    let mut size = 1 + varint_size(zigzag(since)) + varint_size(zigzag(index.into()));
    size += bytes(record.key) + bytes(record.value);
    if !record.has_headers() {
        return size + 1;
    }
    let headers: usize =
        record.iter_headers().map(|(name, value)| bytes(Some(name.as_bytes())) + bytes(value)).sum();
    size + headers + varint_size(zigzag(record.iter_headers().count() as i64))
}

/// Small numbers of either sign as small ones without.
const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

pub(in super::super) const fn varint_size(number: u64) -> usize {
    (70 - (number | 1).leading_zeros() as usize) / 7
}

pub(in super::super) fn write_varint(out: &mut BytesMut, mut number: u64) {
    while number >= 0x80 {
        out.put_u8(number as u8 | 0x80);
        number >>= 7;
    }
    out.put_u8(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Headers;
    use krafka::Compression;
    use proptest::prelude::*;

    use super::super::super::wire::packed;

    type Drawn = (Option<Vec<u8>>, Option<Vec<u8>>, Vec<(String, Option<Vec<u8>>)>, Option<i64>);

    fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
        prop::option::weighted(0.8, prop::collection::vec(any::<u8>(), 0..300))
    }

    fn record() -> impl Strategy<Value = Drawn> {
        let headers = prop::collection::vec((".{0,9}", bytes()), 0..4);
        (bytes(), bytes(), headers, prop::option::of(0..1_i64 << 48))
    }

    fn part(records: &[Drawn], now: i64) -> Part {
        let mut batch = Batch::new();
        for (key, value, header, time) in records {
            let mut headers = Headers::new();
            for (name, value) in header {
                headers.push(name, value.as_deref());
            }
            batch.push(key.as_deref(), value.as_deref(), &headers, *time);
        }
        Part { records: 0..batch.len() as u32, batch: Arc::new(batch), now }
    }

    proptest! {
        /// The client's own encoder, which costs several allocations a record, writes the same bytes.
        #[test]
        fn what_is_written_is_what_the_client_writes(
            batches in prop::collection::vec(prop::collection::vec(record(), 1..6), 1..4),
            now in 0..1_i64 << 48, skipped in 0..5_u32, stamped: bool,
        ) {
            let mut parts: Vec<_> = batches.iter().map(|records| part(records, now)).collect();
            let last = parts.last_mut().expect("one at least");
            last.records.start = skipped.min(last.records.end - 1);
            let stamp = stamped.then_some(Stamp { producer: 77, epoch: 3, sequence: 500 });
            let mut out = BytesMut::from(&b"before"[..]);
            encode(&parts, stamp, &mut out);
            let written = out.get(6..).expect("it was appended");
            prop_assert_eq!(written, &*packed(&parts, stamp, Compression::None).expect("it is encoded"));
            let estimate: usize = parts.iter().flat_map(Part::iter).map(|(it, _)| estimated_record(&it)).sum();
            prop_assert!(written.len() <= HEADER + estimate);
            for part in &mut parts {
                part.records.start = 0;
            }
            out.clear();
            encode(&parts, stamp, &mut out);
            let headers = batches.iter().flatten().map(|(_, _, headers, _)| headers.len() * 2).sum::<usize>();
            let estimate: usize = parts.iter().map(|part| estimated(&part.batch)).sum();
            prop_assert!(out.len() <= HEADER + estimate + headers);
        }

        #[test]
        fn a_varint_is_as_long_as_it_is_said_to_be(number: u64, shift in 0..64_u32) {
            let mut out = BytesMut::new();
            write_varint(&mut out, number >> shift);
            prop_assert_eq!(out.len(), varint_size(number >> shift));
        }
    }
}
