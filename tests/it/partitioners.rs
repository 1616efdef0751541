//! Keys go to the partitions where other clients put them: `tests/cases/partitions` holds what those clients answered themselves.

use std::collections::BTreeSet;

use proptest::prelude::*;
use schemawire::record::{KeyHash, Partitioner};

use super::support;

/// The counts of partitions in the columns of the vectors and of what `scripts/partitions.sh` prints.
const COUNTS: [u32; 5] = [1, 3, 7, 12, 100];

#[test]
fn every_key_goes_where_the_client_of_that_name_puts_it() {
    for hash in KeyHash::ALL {
        let path = support::file("tests/cases/partitions").join(hash.name());
        let vectors = std::fs::read_to_string(&path).expect("vectors of every partitioner");
        let rows: Vec<Row> = vectors.lines().map(row).collect();
        assert_eq!(rows.len(), 199, "{}", path.display());
        let lengths: BTreeSet<usize> = rows.iter().map(|row| row.key.len()).collect();
        assert!((0..=19).all(|length| lengths.contains(&length)), "keys of every small length: {lengths:?}");
        for Row { key, partitions } in rows {
            if hash == KeyHash::ConsistentRandom && key.is_empty() {
                assert_eq!(hash.partition(Some(&key), 7), None, "librdkafka treats it as no key");
                continue;
            }
            let ours = COUNTS.map(|count| hash.partition(Some(&key), count).expect("it has a key"));
            assert_eq!(ours.as_slice(), partitions, "{hash}, key {key:02x?}");
        }
    }
}

/// What Kafka's producer does with 10,000 random keys; the script that asks it says where its answers are.
#[test]
fn ten_thousand_keys_land_where_kafkas_own_producer_puts_them() {
    let Some(path) = std::env::var_os("SCHEMAWIRE_JAVA_PARTITIONS") else {
        eprintln!("skipped: scripts/partitions.sh runs this with the answers of Kafka's own producer");
        return;
    };
    let answers = std::fs::read_to_string(path).expect("the answers of Kafka's producer");
    let rows: Vec<Row> = answers.lines().map(row).collect();
    assert_eq!(rows.len(), 10_000);
    for Row { key, partitions } in &rows {
        let ours =
            COUNTS.map(|count| KeyHash::JavaDefault.partition(Some(key), count).expect("it has a key"));
        assert_eq!(ours.as_slice(), partitions, "key {key:02x?}");
    }
    let keys: BTreeSet<&[u8]> = rows.iter().map(|row| row.key.as_slice()).collect();
    assert!(keys.len() > 9_000, "only {} different keys", keys.len());
}

#[test]
fn a_record_without_a_key_is_left_to_the_producer() {
    for hash in KeyHash::ALL {
        assert_eq!(hash.partition(None, 12), None, "{hash}");
    }
}

#[test]
fn a_hash_of_the_least_signed_number_keeps_its_amount() {
    // The FNV-1a of these bytes is 0x8000_0000, whose amount no signed number of 32 bits has: sarama takes the remainder first.
    let key = [0xa7, 0x2d, 0x6d, 0xc5, 0x03];
    assert_eq!(KeyHash::SaramaHash.partition(Some(&key), 7), Some(2_147_483_648 % 7));
    assert_eq!(KeyHash::Fnv1aRandom.partition(Some(&key), 100), Some(48));
}

#[test]
fn every_partitioner_has_a_name_that_reads_back() {
    for hash in KeyHash::ALL {
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }
    let error = "murmur3".parse::<KeyHash>().expect_err("nobody has it");
    assert!(error.to_string().contains("sarama_hash"), "{error}");
}

proptest! {
    #[test]
    fn a_partition_is_below_the_count_for_any_key(
        key in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..80)),
        count in prop_oneof![1..200_u32, any::<u32>().prop_map(|count| count.max(1))],
    ) {
        for hash in KeyHash::ALL {
            let partition = hash.partition(key.as_deref(), count);
            prop_assert!(partition.is_none_or(|it| it < count), "{hash}: {partition:?} of {count}");
            prop_assert_eq!(partition, hash.partition(key.as_deref(), count), "the same each time");
        }
    }
}

/// A key and its partition of each count.
struct Row {
    key: Vec<u8>,
    partitions: Vec<u32>,
}

/// `KEY\tPARTITION...`, the key in hexadecimal, or `-` for the empty one.
fn row(line: &str) -> Row {
    let mut columns = line.split('\t');
    let key = match columns.next().expect("a key") {
        "-" => Vec::new(),
        digits => digits.as_bytes().chunks(2).map(byte).collect(),
    };
    let partitions = columns.map(|it| it.parse().expect("a partition")).collect();
    Row { key, partitions }
}

fn byte(digits: &[u8]) -> u8 {
    let digits = std::str::from_utf8(digits).expect("text");
    u8::from_str_radix(digits, 16).expect("two hexadecimal digits")
}
