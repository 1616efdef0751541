//! The stored form of a batch, written and read. [`Batch`] draws it.
//!
//! ```text
//! encode   records ─ packed, where that is wanted and smaller ─> header, records ─> sum over all
//! decode   sum ─> version ─> header ─> unpacked, if packed ─> every record read once: reading cannot fail any more
//! ```

use super::super::pack;
use super::super::read::read_record;
use super::{Batch, BatchError, Packing};
use crate::record::Compression;

/// The version of a batch as it is; [`PACKED_VERSION`] is that of one whose records are compressed. [`Batch::decode`] reads both.
pub const BATCH_VERSION: u8 = 1;
/// The version of a batch whose records are compressed.
pub const PACKED_VERSION: u8 = 2;
pub(super) const HEADER: usize = 33;

impl Batch {
    /// Appends the stored form. Law: [`Batch::decode`] gives the same batch back, without its sequence.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match &self.packing {
            Packing::Plain => self.encode_as(Compression::None, &self.records, out),
            Packing::Ready(compression, packed) => self.encode_as(*compression, packed, out),
            Packing::Wanted(compression) | Packing::Was(compression, _) => {
                match pack::pack(*compression, &self.records) {
                    Some(packed) => self.encode_as(*compression, &packed, out),
                    None => self.encode_as(Compression::None, &self.records, out),
                }
            }
        }
    }

    fn encode_as(&self, compression: Compression, records: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let is_plain = compression == Compression::None;
        out.reserve(HEADER + 1 + records.len());
        out.extend_from_slice(&[0; 4]);
        out.push(if is_plain { BATCH_VERSION } else { PACKED_VERSION });
        out.extend_from_slice(&self.base_offset.to_le_bytes());
        out.extend_from_slice(&self.timestamp.to_le_bytes());
        out.extend_from_slice(&self.span.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&(self.records.len() as u32).to_le_bytes());
        if !is_plain {
            out.push(pack::code(compression));
        }
        out.extend_from_slice(records);
        if let Some((sum, sealed)) = out.get_mut(start..).and_then(<[u8]>::split_first_chunk_mut::<4>) {
            *sum = crc32fast::hash(sealed).to_le_bytes();
        }
    }

    /// Reads the stored form, all of it: checks the sum first, then every length, so that reading the records cannot fail.
    ///
    /// # Errors
    /// Bytes that [`Batch::encode`] did not write; compressed ones where the feature `compression` is not built in. No bytes make it
    /// panic, or allocate more than their own length; compressed ones twice the length that they announce, which [`Batch::MAX_SIZE`]
    /// bounds, and 8 MiB.
    pub fn decode(bytes: &[u8]) -> Result<Self, BatchError> {
        let mut rest = bytes;
        if bytes.len() > Self::MAX_SIZE {
            return Err(BatchError::TooLarge { size: bytes.len() });
        }
        let stored = u32::from_le_bytes(take(&mut rest, bytes)?);
        let computed = crc32fast::hash(rest);
        if stored != computed {
            return Err(BatchError::Checksum { stored, computed });
        }
        let [version] = take(&mut rest, bytes)?;
        if !matches!(version, BATCH_VERSION | PACKED_VERSION) {
            return Err(BatchError::UnknownVersion { version });
        }
        let base_offset = u64::from_le_bytes(take(&mut rest, bytes)?);
        let timestamp = i64::from_le_bytes(take(&mut rest, bytes)?);
        let span = u32::from_le_bytes(take(&mut rest, bytes)?);
        let count = u32::from_le_bytes(take(&mut rest, bytes)?);
        let length = u32::from_le_bytes(take(&mut rest, bytes)?) as usize;
        let (records, packing) = if version == PACKED_VERSION {
            let [code] = take(&mut rest, bytes)?;
            (unpack(code, rest, length)?, pack::codec(code).map(|it| Packing::Was(it, bytes.len())))
        } else if length == rest.len() {
            (rest.to_vec(), None)
        } else {
            return Err(BatchError::Length { announced: length, found: rest.len() });
        };
        check_records(&records, base_offset, span, count)?;
        let packing = packing.unwrap_or_default();
        Ok(Self { base_offset, timestamp, span, count, records, sequence: None, packing })
    }
}

/// The records of a compressed batch: their announced length is looked at before anything is allocated.
fn unpack(code: u8, packed: &[u8], length: usize) -> Result<Vec<u8>, BatchError> {
    if HEADER + length > Batch::MAX_SIZE {
        return Err(BatchError::TooLarge { size: HEADER + length });
    }
    let compression = pack::codec(code).ok_or(BatchError::UnknownCodec { code })?;
    if !pack::IS_BUILT_IN {
        return Err(BatchError::NotBuiltIn { compression });
    }
    pack::unpack(compression, packed, length).map_err(|what| BatchError::Packed { compression, what })
}

fn take<const N: usize>(rest: &mut &[u8], bytes: &[u8]) -> Result<[u8; N], BatchError> {
    let (field, behind) = rest.split_first_chunk().ok_or(BatchError::Truncated { size: bytes.len() })?;
    *rest = behind;
    Ok(*field)
}

/// Reads every record once, so that no later reading meets a length that does not hold.
fn check_records(records: &[u8], base_offset: u64, span: u32, count: u32) -> Result<(), BatchError> {
    let mut rest = records;
    let mut covered: u64 = 0;
    for index in 0..count {
        let at = records.len() - rest.len();
        let what = |what| BatchError::Record { index, at: HEADER + at, what };
        let record = read_record(&mut rest).map_err(what)?;
        for header in record.header_iter() {
            header.map_err(what)?;
        }
        covered = covered.saturating_add(record.gap).saturating_add(1);
    }
    if !rest.is_empty() {
        return Err(BatchError::Trailing { bytes: rest.len(), count });
    }
    if covered > u64::from(span) || base_offset.checked_add(u64::from(span)).is_none() {
        return Err(BatchError::Span { span, covered });
    }
    Ok(())
}
