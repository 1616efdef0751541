//! Batches whose records are compressed in their stored form: the same batches, and no bytes make more of them than they announce.

use proptest::prelude::*;
use schemawire::class::Class;
use schemawire::record::{Batch, BatchError, Compression, Headers};

use super::{any_record, resealed, stored};

/// Where the codec's byte stands, and behind it the packed records.
const CODEC: usize = 33;

/// Twice what is announced, and the window that zstd may ask for.
const fn budget(announced: usize) -> u64 {
    2 * announced as u64 + (9 << 20)
}

fn packed(compression: Compression, values: usize) -> Batch {
    let mut batch = Batch::new();
    for number in 0..values {
        batch.push(Some(b"key"), Some(format!("value {}", number % 7).as_bytes()), &Headers::new(), None);
    }
    batch.pack(compression);
    assert_eq!(batch.compression(), compression);
    batch
}

/// A header that announces `announced` bytes of records, and what is packed behind it.
fn sealed(code: u8, announced: usize, payload: &[u8]) -> Vec<u8> {
    let mut bytes = stored(&Batch::new());
    bytes[4] = 2;
    bytes[21..25].copy_from_slice(&1u32.to_le_bytes());
    bytes[25..29].copy_from_slice(&1u32.to_le_bytes());
    bytes[29..33].copy_from_slice(&(announced as u32).to_le_bytes());
    bytes.push(code);
    bytes.extend_from_slice(payload);
    resealed(bytes)
}

/// Decodes, and holds what that takes.
fn decoded(bytes: &[u8], announced: usize) -> Result<Batch, BatchError> {
    let mut read = None;
    let memory = allocation_counter::measure(|| read = Some(Batch::decode(bytes)));
    assert!(memory.bytes_max <= budget(announced), "{} bytes for {announced}", memory.bytes_max);
    read.expect("it came back")
}

fn announced(bytes: &[u8]) -> usize {
    bytes.get(29..33).map_or(0, |field| u32::from_le_bytes(field.try_into().expect("four")) as usize)
}

proptest! {
    /// In memory a packed batch is the same; stored and read back it is the same again, and stays packed with the same codec
    /// when compaction has taken records away.
    #[test]
    fn a_packed_batch_is_the_same_batch(
        records in proptest::collection::vec(any_record(), 1..40),
        compression in proptest::sample::select(&Compression::ALL[..]),
    ) {
        let mut batch = Batch::new();
        records.iter().for_each(|record| batch.push_record(record));
        batch.push(None, Some(&[b'x'; 500]), &Headers::new(), None);
        batch.stamp(7, 1_700_000_000_000);
        let plain = batch.clone();
        batch.pack(compression);
        prop_assert_eq!(&batch, &plain);
        let bytes = stored(&batch);
        let read = Batch::decode(&bytes).expect("it was stored so");
        prop_assert_eq!(&read, &plain);
        prop_assert_eq!(read.stored_size(), bytes.len());
        prop_assert!(bytes.len() <= plain.size());
        prop_assert_eq!(read.compression(), batch.compression());
        let some = read.retain(|record| record.offset % 2 == 1);
        prop_assert_eq!(some.compression(), read.compression());
        prop_assert_eq!(&some, &plain.retain(|record| record.offset % 2 == 1));
        prop_assert_eq!(Batch::decode(&stored(&some)).expect("stored again"), some);
    }

    /// Bytes that were changed anywhere, cut off, or followed by others, with a sum that was made to fit.
    #[test]
    fn a_damaged_packed_batch_is_a_typed_error_or_a_batch_within_its_budget(
        compression in proptest::sample::select(&Compression::ALL[1..]),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        more in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut bytes = stored(&packed(compression, 60));
        for (at, byte) in changes {
            let at = 5 + at.index(bytes.len() - 5);
            // What it announces stays below a megabyte: more is a test of its own.
            bytes[at] = if (31..33).contains(&at) { 0 } else { byte };
        }
        if let Some(cut) = cut {
            bytes.truncate(5 + cut.index(bytes.len() - 4));
        }
        bytes.extend(more);
        let bytes = resealed(bytes);
        match decoded(&bytes, announced(&bytes)) {
            Ok(read) => prop_assert_eq!(read.iter().count(), read.len()),
            Err(error) => prop_assert_eq!(error.class(), Class::BadData),
        }
    }

    #[test]
    fn any_bytes_behind_a_codec_are_a_typed_error_or_a_batch_within_its_budget(
        code in 0u8..7,
        announced in 0usize..5000,
        payload in proptest::collection::vec(any::<u8>(), 0..300),
        magic: bool,
    ) {
        // Random bytes hardly ever begin as a zstd frame does.
        let magic: &[u8] = if magic { &[0x28, 0xb5, 0x2f, 0xfd] } else { &[] };
        let bytes = sealed(code, announced, &[magic, &payload].concat());
        match decoded(&bytes, announced) {
            Ok(read) => prop_assert_eq!(read.size(), CODEC + announced),
            Err(error) => prop_assert_eq!(error.class(), Class::BadData),
        }
    }
}

#[test]
fn every_codec_makes_a_batch_smaller_and_has_a_byte_of_its_own() {
    for (compression, code) in Compression::ALL.into_iter().zip(0u8..).skip(1) {
        let batch = packed(compression, 200);
        let bytes = stored(&batch);
        assert_eq!((bytes[4], bytes[CODEC]), (2, code), "{compression}");
        assert!(bytes.len() * 5 < batch.size(), "{compression}: {} of {}", bytes.len(), batch.size());
        let mut unknown = bytes;
        unknown[CODEC] = 9;
        assert_eq!(Batch::decode(&resealed(unknown)), Err(BatchError::UnknownCodec { code: 9 }));
    }
}

#[test]
fn what_does_not_get_smaller_is_stored_as_it_is_and_a_record_more_takes_the_packing_back() {
    for compression in Compression::ALL {
        let mut batch = Batch::new();
        batch.push(None, Some(b"0123"), &Headers::new(), None);
        batch.pack(compression);
        assert_eq!((batch.compression(), stored(&batch)[4]), (Compression::None, 1), "{compression}");
        let mut batch = packed(compression, 60);
        batch.push(None, Some(b"one more"), &Headers::new(), None);
        assert_eq!((batch.compression(), stored(&batch)[4]), (Compression::None, 1), "{compression}");
        assert_eq!(Batch::decode(&stored(&batch)), Ok(batch), "{compression}");
    }
}

#[test]
fn a_batch_that_announces_more_than_any_has_is_refused_before_it_is_unpacked() {
    for code in 1..5 {
        for announced in [Batch::MAX_SIZE, u32::MAX as usize] {
            let bytes = sealed(code, announced, &[0; 100]);
            assert_eq!(decoded(&bytes, 0), Err(BatchError::TooLarge { size: CODEC + announced }));
        }
    }
}

/// A few bytes that unpack to 32 MiB, and say that they are 1,000.
#[test]
fn a_decompression_bomb_is_refused_within_what_it_announces() {
    let mut large = Batch::new();
    large.push(None, Some(&vec![0; 32 << 20]), &Headers::new(), None);
    for (compression, code) in Compression::ALL.into_iter().zip(0u8..).skip(1) {
        let mut large = large.clone();
        large.pack(compression);
        let bytes = stored(&large);
        assert!(bytes.len() < 3 << 20, "{compression}: a bomb is small, not {}", bytes.len());
        let bomb = sealed(code, 1000, &bytes[CODEC + 1..]);
        let error = decoded(&bomb, 1000).expect_err("refused");
        assert!(matches!(error, BatchError::Packed { .. }), "{compression}: {error}");
    }
}

/// RFC 8878, 3.1.1.1: no single segment, a window of 2^40 bytes, an empty last block.
#[test]
fn a_zstd_frame_that_asks_for_a_window_of_a_terabyte_is_refused() {
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 30 << 3, 0x01, 0x00, 0x00];
    let error = decoded(&sealed(4, 1000, &frame), 1000).expect_err("refused");
    assert!(matches!(error, BatchError::Packed { compression: Compression::Zstd, .. }), "{error}");
}
