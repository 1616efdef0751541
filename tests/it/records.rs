//! Records, batches and their stored form.

#[cfg(feature = "compression")]
mod packed;

use proptest::prelude::*;
use schemawire::record::{Batch, BatchError, Headers, Record};

fn stored(batch: &Batch) -> Vec<u8> {
    let mut bytes = Vec::new();
    batch.encode(&mut bytes);
    bytes
}

fn records(batch: &Batch) -> Vec<(u64, Record)> {
    let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
    batch
        .iter()
        .map(|it| {
            let record = Record {
                key: owned(it.key),
                value: owned(it.value),
                headers: it.headers(),
                timestamp: Some(it.timestamp),
            };
            (it.offset, record)
        })
        .collect()
}

fn any_record() -> impl Strategy<Value = Record> {
    let bytes = || proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40));
    let headers = proptest::collection::vec(("[a-cé]{0,3}", bytes()), 0..4);
    (bytes(), bytes(), headers, proptest::option::of(any::<i64>())).prop_map(
        |(key, value, names, timestamp)| {
            let mut headers = Headers::new();
            for (name, value) in names {
                headers.push(&name, value.as_deref());
            }
            Record { key, value, headers, timestamp }
        },
    )
}

fn any_batch() -> impl Strategy<Value = (Vec<Record>, Batch)> {
    let records = proptest::collection::vec(any_record(), 0..12);
    (records, 0..u64::from(u32::MAX), any::<i64>()).prop_map(|(records, base, time)| {
        let mut batch = Batch::new();
        records.iter().for_each(|record| batch.push_record(record));
        batch.stamp(base, time);
        (records, batch)
    })
}

#[test]
fn headers_keep_order_repeated_names_and_null_values() {
    let mut headers = Headers::new();
    headers.push("trace", Some(b"1"));
    headers.push("empty", Some(b""));
    headers.push("trace", None);
    let mut batch = Batch::new();
    batch.push(None, None, &headers, None);

    let batch = Batch::decode(&stored(&batch)).unwrap();
    let read = batch.iter().next().unwrap().headers();
    let all: Vec<_> = read.iter().collect();
    assert_eq!(all, [("trace", Some(&b"1"[..])), ("empty", Some(&b""[..])), ("trace", None)]);
    assert_eq!(read.last("trace"), Some(None));
    assert_eq!(read.last("none"), None);
}

#[test]
fn a_tombstone_is_not_an_empty_value() {
    let mut batch = Batch::new();
    batch.push(Some(b"k"), None, &Headers::new(), None);
    batch.push(Some(b"k"), Some(b""), &Headers::new(), None);
    batch.push(Some(b""), None, &Headers::new(), None);
    batch.push(None, None, &Headers::new(), None);
    let batch = Batch::decode(&stored(&batch)).unwrap();
    let read: Vec<_> = batch.iter().map(|record| (record.key, record.value)).collect();
    assert_eq!(
        read,
        [(Some(&b"k"[..]), None), (Some(b"k"), Some(&b""[..])), (Some(b""), None), (None, None)]
    );
}

#[test]
fn a_record_without_a_time_has_that_of_the_append() {
    let mut batch = Batch::new();
    batch.push(None, Some(b"a"), &Headers::new(), None);
    batch.push(None, Some(b"b"), &Headers::new(), Some(-5));
    batch.stamp(40, 1000);
    let read: Vec<_> = batch.iter().map(|record| (record.offset, record.timestamp)).collect();
    assert_eq!(read, [(40, 1000), (41, -5)]);
    assert_eq!(batch.newest(), 1000);
    assert_eq!(batch.next_offset(), 42);
}

#[test]
fn what_compaction_leaves_keeps_its_offsets_and_covers_the_same_ones() {
    let mut batch = Batch::new();
    for key in [b"a", b"b", b"c", b"d"] {
        batch.push(Some(key), Some(b"v"), &Headers::new(), None);
    }
    batch.stamp(100, 7);
    let kept = batch.retain(|record| matches!(record.key, Some(b"b" | b"d")));
    let kept = Batch::decode(&stored(&kept)).unwrap();
    assert_eq!(kept.iter().map(|record| record.offset).collect::<Vec<_>>(), [101, 103]);
    assert_eq!((kept.len(), kept.base_offset(), kept.next_offset()), (2, 100, 104));
    let last = kept.retain(|record| record.offset == 103);
    assert_eq!(last.iter().map(|record| record.offset).collect::<Vec<_>>(), [103]);
    let none = last.retain(|_| false);
    assert_eq!((none.len(), none.base_offset(), none.next_offset()), (0, 100, 104));
}

/// The layout that the module's documentation draws, written by hand.
#[test]
fn the_stored_form_is_the_one_that_is_drawn() {
    let mut headers = Headers::new();
    headers.push("h", None);
    let mut batch = Batch::new();
    batch.push(Some(b"k"), Some(b"vv"), &headers, Some(1));
    batch.stamp(0x0102, -1);
    let mut drawn = vec![1];
    drawn.extend_from_slice(&[0x02, 0x01, 0, 0, 0, 0, 0, 0]);
    drawn.extend_from_slice(&[0xff; 8]);
    drawn.extend_from_slice(&[1, 0, 0, 0, 1, 0, 0, 0, 18, 0, 0, 0]);
    drawn.extend_from_slice(&[1 | 2 | 4 | 8, 1, 0, 0, 0, 0, 0, 0, 0]);
    drawn.extend_from_slice(&[1, b'k', 2, b'v', b'v', 3, 1, b'h', 0]);
    let mut whole = crc32fast::hash(&drawn).to_le_bytes().to_vec();
    whole.append(&mut drawn);
    assert_eq!(stored(&batch), whole);
    assert_eq!(batch.size(), whole.len());
}

/// With a good checksum: the lengths inside have to be checked, too.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = crc32fast::hash(&bytes[4..]);
    bytes[..4].copy_from_slice(&sum.to_le_bytes());
    bytes
}

#[test]
fn a_sealed_lie_is_an_error_with_its_place() {
    let mut batch = Batch::new();
    batch.push(Some(b"key"), Some(b"value"), &Headers::new(), None);
    let good = stored(&batch);

    let mut version = good.clone();
    version[4] = 9;
    assert_eq!(Batch::decode(&resealed(version)), Err(BatchError::UnknownVersion { version: 9 }));
    let mut length = good.clone();
    length[33 + 1] = 0x7f;
    let error = Batch::decode(&resealed(length)).unwrap_err();
    assert!(matches!(error, BatchError::Record { index: 0, at: 33, .. }), "{error}");
    let mut more = good.clone();
    more[25] = 2;
    assert!(matches!(Batch::decode(&resealed(more)), Err(BatchError::Record { index: 1, .. })));
    let mut fewer = good.clone();
    fewer[25] = 0;
    assert!(matches!(Batch::decode(&resealed(fewer)), Err(BatchError::Trailing { count: 0, .. })));
    let mut span = good.clone();
    span[21] = 0;
    assert!(matches!(Batch::decode(&resealed(span)), Err(BatchError::Span { span: 0, covered: 1 })));
    let mut announced = good;
    announced[29] += 1;
    assert!(matches!(Batch::decode(&resealed(announced)), Err(BatchError::Length { .. })));
}

#[test]
fn a_count_of_four_billion_in_a_few_bytes_costs_nothing() {
    let mut bytes = stored(&Batch::new());
    bytes[21..29].fill(0xff);
    assert!(matches!(Batch::decode(&resealed(bytes)), Err(BatchError::Record { index: 0, .. })));
}

#[test]
fn a_batch_over_the_limit_is_refused_before_it_is_read() {
    let bytes = vec![0; Batch::MAX_SIZE + 1];
    assert_eq!(Batch::decode(&bytes), Err(BatchError::TooLarge { size: bytes.len() }));
}

proptest! {
    #[test]
    fn a_batch_reads_back_what_was_pushed((pushed, batch) in any_batch()) {
        let read = Batch::decode(&stored(&batch)).unwrap();
        prop_assert_eq!(&read, &batch);
        prop_assert_eq!(read.iter().len(), pushed.len());
        for (index, ((offset, read), mut pushed)) in records(&read).into_iter().zip(pushed).enumerate() {
            pushed.timestamp.get_or_insert(batch.timestamp());
            prop_assert_eq!(offset, batch.base_offset() + index as u64);
            prop_assert_eq!(read, pushed);
        }
    }

    #[test]
    fn a_flipped_bit_is_always_noticed((_, batch) in any_batch(), at in any::<prop::sample::Index>()) {
        let mut bytes = stored(&batch);
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Batch::decode(&bytes).is_err());
    }

    #[test]
    fn a_cut_batch_is_an_error((_, batch) in any_batch(), at in any::<prop::sample::Index>()) {
        let bytes = stored(&batch);
        prop_assert!(Batch::decode(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), sealed in any::<bool>()) {
        let bytes = if sealed && bytes.len() > 5 {
            let mut bytes = bytes;
            bytes[4] = 1;
            let length = (bytes.len().saturating_sub(33)) as u32;
            if let Some(field) = bytes.get_mut(29..33) {
                field.copy_from_slice(&length.to_le_bytes());
            }
            resealed(bytes)
        } else {
            bytes
        };
        if let Ok(batch) = Batch::decode(&bytes) {
            prop_assert_eq!(records(&batch).len(), batch.len());
        }
    }
}
