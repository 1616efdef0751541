//! Each budget against the attack it stops, on the typed way, the dynamic way, and on the way past a field that no one asks for.

use schemawire::codec::avro::BoundAvro;
use schemawire::codec::{Avro, Binding, BoundCodec, Codec, DecodeErrorKind, EncodeErrorKind};
use schemawire::limits::Limits;
use serde::{Deserialize, Serialize};

use super::{decode, encode, record, same, schema};

fn limited(text: &str, limits: Limits) -> BoundAvro {
    Avro.bind(&Binding::new(&schema(text)).with_limits(limits)).unwrap()
}

/// Every way in refuses the payload for a limit.
#[track_caller]
fn refused<T: serde::de::DeserializeOwned + std::fmt::Debug>(codec: &BoundAvro, payload: &[u8]) {
    let typed = decode::<T>(codec, payload).unwrap_err();
    assert_eq!(typed.kind, DecodeErrorKind::Limit, "{typed}");
    let dynamic = codec.decode_value(payload).unwrap_err();
    assert_eq!(dynamic.kind, DecodeErrorKind::Limit, "{dynamic}");
    let skipped = decode::<serde::de::IgnoredAny>(codec, payload).unwrap_err();
    assert_eq!(skipped.kind, DecodeErrorKind::Limit, "{skipped}");
}

const LIST: &str = r#"{"type": "record", "name": "Node", "fields": [
    {"name": "next", "type": ["null", "Node"]}]}"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    next: Option<Box<Self>>,
}

#[test]
fn a_recursive_datum_of_401_bytes_does_not_overflow_the_stack() {
    let mut payload = vec![2; 400];
    payload.push(0);
    refused::<Node>(&same(LIST), &payload);
    let error = same(LIST).decode_value(&payload).unwrap_err();
    assert!(error.to_string().contains("64 levels"), "{error}");
}

#[test]
fn recursion_through_a_union_of_arrays_and_maps_is_bounded() {
    let tree = r#"{"type": "record", "name": "Tree", "fields": [{"name": "kids", "type":
        ["null", {"type": "array", "items": "Tree"}, {"type": "map", "values": "Tree"}]}]}"#;
    let array: Vec<u8> = [2, 2].repeat(10_000);
    refused::<serde_json::Value>(&same(tree), &array);
    let map: Vec<u8> = [4, 2, 0].repeat(10_000);
    refused::<serde_json::Value>(&same(tree), &map);
}

#[test]
fn the_depth_limit_is_configurable_and_exact() {
    let payload = |levels: usize| [vec![2; levels - 1], vec![0]].concat();
    assert!(decode::<Node>(&same(LIST), &payload(64)).is_ok());
    assert!(same(LIST).decode_value(&payload(64)).is_ok());
    refused::<Node>(&same(LIST), &payload(65));
    let shallow = limited(LIST, Limits::DEFAULT.with_depth(3));
    assert!(decode::<Node>(&shallow, &payload(3)).is_ok());
    refused::<Node>(&shallow, &payload(4));
}

#[test]
fn what_is_too_deep_to_be_read_is_not_written() {
    let node = (0..100).fold(Node { next: None }, |inner, _| Node { next: Some(Box::new(inner)) });
    let error = encode(&same(LIST), &node).unwrap_err();
    assert_eq!(error.kind, EncodeErrorKind::Limit);
    let text = format!("{}null{}", r#"{"next":"#.repeat(100), "}".repeat(100));
    let value = schemawire::value::from_json(&text).unwrap();
    let mut out = vec![1];
    assert_eq!(same(LIST).encode_value(&value, &mut out).unwrap_err().kind, EncodeErrorKind::Limit);
    assert_eq!(out, [1]);
}

#[test]
fn five_bytes_do_not_become_nine_million_nulls() {
    let nulls = same(r#"{"type": "array", "items": "null"}"#);
    let mut payload = Vec::new();
    // A block of 9,000,000 items without a byte each.
    payload.extend([0x80, 0xd1, 0xca, 0x08, 0]);
    assert_eq!(payload.len(), 5);
    refused::<Vec<()>>(&nulls, &payload);
    let error = nulls.decode_value(&payload).unwrap_err();
    assert!(error.to_string().contains("1000000 items"), "{error}");
    // Under the limit the same shape is read.
    assert_eq!(decode::<Vec<()>>(&nulls, &[0x80, 0x02, 0]).unwrap().len(), 128);
}

#[test]
fn elements_are_counted_over_all_blocks_and_all_lists() {
    let lists = r#"{"type": "array", "items": {"type": "array", "items": "null"}}"#;
    let codec = limited(lists, Limits::DEFAULT.with_elements(10));
    assert!(decode::<Vec<Vec<()>>>(&codec, &[4, 8, 0, 8, 0, 0]).is_ok());
    refused::<Vec<Vec<()>>>(&codec, &[4, 8, 0, 10, 0, 0]);
    let nulls = limited(r#"{"type": "array", "items": "null"}"#, Limits::DEFAULT.with_elements(10));
    assert!(decode::<Vec<()>>(&nulls, &[10, 10, 0]).is_ok());
    refused::<Vec<()>>(&nulls, &[10, 12, 0]);
}

#[test]
fn records_without_bytes_are_paid_for() {
    // A million records of two hundred null fields each would take gigabytes.
    let fields: Vec<_> = (0..200).map(|n| format!(r#"{{"name": "f{n}", "type": "null"}}"#)).collect();
    let many = format!(r#"{{"type": "array", "items": {}}}"#, record("R", &fields.join(",")));
    let payload = [0x80, 0x89, 0x7a, 0];
    assert_eq!(same(&many).decode_value(&payload).unwrap_err().kind, DecodeErrorKind::Limit);
    let error = decode::<Vec<std::collections::HashMap<String, ()>>>(&same(&many), &payload).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Limit);
}

#[test]
fn large_items_of_few_bytes_are_paid_for() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Large([[u64; 32]; 4]);
    let codec = same(r#"{"type": "array", "items": {"type": "array", "items": "null"}}"#);
    let payload = [0x80, 0x89, 0x7a, 0];
    let error = decode::<Vec<Large>>(&codec, &payload).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Limit);
    assert!(error.to_string().contains("67108864 bytes"), "{error}");
}

#[test]
fn a_default_copied_into_a_million_records_is_paid_for() {
    let long = "x".repeat(1000);
    let writer = format!(r#"{{"type": "array", "items": {}}}"#, record("R", ""));
    let field = format!(r#"{{"name": "x", "type": "string", "default": "{long}"}}"#);
    let reader = format!(r#"{{"type": "array", "items": {}}}"#, record("R", &field));
    let codec = super::pair(&writer, &reader).unwrap();
    let payload = [0x80, 0x89, 0x7a, 0];
    let error = decode::<Vec<std::collections::HashMap<String, String>>>(&codec, &payload).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Limit);
    assert_eq!(codec.decode_value(&payload).unwrap_err().kind, DecodeErrorKind::Limit);
}

#[test]
fn a_huge_length_prefix_takes_no_memory() {
    for text in [r#""string""#, r#""bytes""#] {
        let codec = same(text);
        for prefix in
            [&[0xfe, 0xff, 0xff, 0xff, 0x0f][..], &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]]
        {
            let error = codec.decode_value(prefix).unwrap_err();
            assert_eq!((error.kind, error.offset), (DecodeErrorKind::Truncated, Some(prefix.len())));
            assert!(decode::<serde_json::Value>(&codec, prefix).is_err());
        }
        assert_eq!(codec.decode_value(&[1]).unwrap_err().kind, DecodeErrorKind::Malformed);
    }
}

#[test]
fn a_huge_block_count_takes_no_memory() {
    let longs = same(r#"{"type": "array", "items": "long"}"#);
    let map = same(r#"{"type": "map", "values": "long"}"#);
    for count in [i64::MAX, i64::MIN, i64::MIN + 1, 1 << 40, -(1 << 40)] {
        let mut payload = encode(&same(r#""long""#), &count).unwrap();
        if count < 0 {
            payload.push(0);
        }
        refused::<Vec<i64>>(&longs, &payload);
        refused::<std::collections::HashMap<String, i64>>(&map, &payload);
    }
    // Within the limit, but more than there are bytes: room is made for no more items than bytes.
    let payload = encode(&same(r#""long""#), &900_000_i64).unwrap();
    assert_eq!(decode::<Vec<i64>>(&longs, &payload).unwrap_err().kind, DecodeErrorKind::Truncated);
    assert_eq!(longs.decode_value(&payload).unwrap_err().kind, DecodeErrorKind::Truncated);
}

#[test]
fn a_payload_beyond_the_byte_limit_is_refused_unread() {
    let codec = limited(r#""bytes""#, Limits::DEFAULT.with_bytes(100));
    let payload = |length: usize| encode(&same(r#""bytes""#), &vec![7_u8; length]).unwrap();
    assert!(decode::<&[u8]>(&codec, &payload(98)).is_ok());
    refused::<Vec<u8>>(&codec, &payload(99));
}

#[test]
fn records_nested_without_bytes_do_not_take_time_without_end() {
    // Each record holds the one before it twice: 2^40 records in no byte at all.
    let nested = (1..40).fold(record("R0", ""), |inner, level| {
        let name = format!("R{}", level - 1);
        record(
            &format!("R{level}"),
            &format!(r#"{{"name": "a", "type": {inner}}}, {{"name": "b", "type": "{name}"}}"#),
        )
    });
    let codec = limited(&nested, Limits::DEFAULT.with_bytes(1 << 20));
    assert_eq!(codec.decode_value(&[]).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(decode::<serde::de::IgnoredAny>(&codec, &[]).unwrap_err().kind, DecodeErrorKind::Limit);
}

#[test]
fn dynamic_values_do_not_try_branches_without_end() {
    // Two records that differ only at the bottom: at every level the first is tried in vain.
    let node = |name: &str, leaf: &str| {
        format!(
            r#"{{"type": "record", "name": "{name}", "fields": [{{"name": "next", "type": ["null", "A", "B"]}},
            {{"name": "leaf", "type": "{leaf}", "default": 0}}]}}"#
        )
    };
    let text = format!("[{}, {}]", node("A", "int").replacen(r#""B""#, &node("B", "long"), 1), r#""B""#);
    let codec = same(&text);
    let deep = format!("{}{}{}", r#"{"next":"#.repeat(40), r#"{"wrong":1}"#, "}".repeat(40));
    let value = schemawire::value::from_json(&deep).unwrap();
    let error = codec.encode_value(&value, &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind, EncodeErrorKind::Limit, "{error}");
}
