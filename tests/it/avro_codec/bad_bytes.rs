//! Bytes that no value is written as: each an error with its offset and its path.

use schemawire::codec::{Avro, Binding, BoundCodec, Codec, DecodeErrorKind};

use super::{decode, encode, record, same, schema};

/// The kind, offset and path of the error; the dynamic half must agree with the typed one.
#[track_caller]
fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(
    text: &str,
    payload: &[u8],
) -> (DecodeErrorKind, Option<usize>, String) {
    let codec = same(text);
    let typed = decode::<T>(&codec, payload).unwrap_err();
    let dynamic = codec.decode_value(payload).unwrap_err();
    assert_eq!((typed.kind, typed.offset, &typed.path), (dynamic.kind, dynamic.offset, &dynamic.path));
    (typed.kind, typed.offset, typed.path)
}

#[test]
fn a_datum_cut_anywhere_is_truncated_and_never_null() {
    let text = record(
        "R",
        r#"{"name": "flag", "type": "boolean"}, {"name": "text", "type": "string"},
           {"name": "choice", "type": ["null", "int"]}, {"name": "list", "type": {"type": "array", "items": "long"}},
           {"name": "half", "type": "float"}, {"name": "whole", "type": "double"},
           {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 3}},
           {"name": "map", "type": {"type": "map", "values": "boolean"}},
           {"name": "enum", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}}"#,
    );
    let codec = same(&text);
    let map = std::collections::BTreeMap::from([("key", true)]);
    let value = (true, "text", Some(1_000_000), [1_i64 << 40, -3], 0.5_f32, 0.25, [1_u8, 2, 3], map, "B");
    let payload = encode(&codec, &value).unwrap();
    assert!(codec.decode_value(&payload).is_ok());
    for end in 0..payload.len() {
        let cut = &payload[..end];
        let error = codec.decode_value(cut).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Truncated, "cut at {end}: {error}");
        assert!(error.offset.is_some_and(|offset| offset <= end), "cut at {end}: {error}");
        assert!(!error.path.is_empty());
        let ignored = decode::<serde::de::IgnoredAny>(&codec, cut).unwrap_err();
        assert_eq!(ignored.kind, DecodeErrorKind::Truncated, "cut at {end}: {ignored}");
    }
}

#[test]
fn a_cut_boolean_string_or_union_index_is_an_error() {
    let field =
        |ty: &str| record("R", &format!(r#"{{"name": "n", "type": "int"}}, {{"name": "x", "type": {ty}}}"#));
    for ty in [r#""boolean""#, r#""string""#, r#"["null", "int"]"#] {
        let cut = error::<std::collections::HashMap<String, serde_json::Value>>(&field(ty), &[2]);
        assert_eq!(cut, (DecodeErrorKind::Truncated, Some(1), "x".to_owned()), "{ty}");
    }
}

#[test]
fn bytes_behind_the_datum_are_an_error_unless_allowed() {
    let codec = same(r#""int""#);
    let error = decode::<i32>(&codec, &[2, 9, 9]).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::TrailingBytes, Some(1)));
    assert_eq!(codec.decode_value(&[2, 9]).unwrap_err().kind, DecodeErrorKind::TrailingBytes);
    let lax = Avro.allow_trailing_bytes().bind(&Binding::new(&schema(r#""int""#))).unwrap();
    assert_eq!(decode::<i32>(&lax, &[2, 9, 9]).unwrap(), 1);
    assert!(lax.decode_value(&[2, 9]).is_ok());
}

#[test]
fn an_index_out_of_range_is_malformed() {
    let union = r#"["null", "int"]"#;
    let symbols = r#"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#;
    for payload in [&[4][..], &[1], &[0xfe, 0xff, 0xff, 0xff, 0x0f]] {
        assert_eq!(error::<Option<i32>>(union, payload).0, DecodeErrorKind::Malformed);
        assert_eq!(error::<String>(symbols, payload).0, DecodeErrorKind::Malformed);
    }
    assert_eq!(error::<Option<i32>>(union, &[4]).1, Some(0));
}

#[test]
fn a_boolean_is_zero_or_one() {
    assert_eq!(error::<bool>(r#""boolean""#, &[2]), (DecodeErrorKind::Malformed, Some(0), String::new()));
}

#[test]
fn text_that_is_not_utf8_is_malformed_where_it_stops_being() {
    let list = r#"{"type": "array", "items": "string"}"#;
    let bad = error::<Vec<String>>(list, &[4, 2, b'a', 4, b'b', 0xff, 0]);
    assert_eq!(bad, (DecodeErrorKind::Malformed, Some(5), "[1]".to_owned()));
    let map = r#"{"type": "map", "values": "int"}"#;
    assert_eq!(
        error::<std::collections::HashMap<String, i32>>(map, &[2, 2, 0xff, 0, 0]).0,
        DecodeErrorKind::Malformed
    );
}

#[test]
fn numbers_too_wide_for_their_type_are_malformed() {
    // 2^31 as a long; zero in six bytes; 2^64 in ten; an endless one.
    let int = r#""int""#;
    assert_eq!(
        error::<i32>(int, &[0x80, 0x80, 0x80, 0x80, 0x10]),
        (DecodeErrorKind::Malformed, Some(0), String::new())
    );
    assert_eq!(error::<i32>(int, &[0x80, 0x80, 0x80, 0x80, 0x80, 0]).0, DecodeErrorKind::Malformed);
    let long = r#""long""#;
    let nine = [0xff; 9];
    let ten = |last: u8| [&nine[..], &[last]].concat();
    assert_eq!(decode::<i64>(&same(long), &ten(1)).unwrap(), i64::MIN);
    assert_eq!(error::<i64>(long, &ten(2)).0, DecodeErrorKind::Malformed);
    assert_eq!(error::<i64>(long, &ten(0x81)).0, DecodeErrorKind::Malformed);
    assert_eq!(error::<i64>(long, &[0xff; 30]).0, DecodeErrorKind::Malformed);
    assert_eq!(error::<i64>(long, &[0xff; 5]).0, DecodeErrorKind::Truncated);
}

#[test]
fn a_varint_of_every_length_reads_the_same_in_the_middle_and_at_the_end() {
    let list = same(r#"{"type": "array", "items": "long"}"#);
    let numbers: Vec<i64> = (0..63)
        .flat_map(|shift| [1_i64 << shift, (1 << shift) - 1, -(1 << shift), -(1 << shift) - 1])
        .chain([i64::MIN, i64::MAX])
        .collect();
    for number in &numbers {
        let single = same(r#""long""#);
        assert_eq!(decode::<i64>(&single, &encode(&single, number).unwrap()).unwrap(), *number);
    }
    let payload = encode(&list, &numbers).unwrap();
    assert_eq!(decode::<Vec<i64>>(&list, &payload).unwrap(), numbers);
}

#[test]
fn blocks_with_and_without_sizes_are_read_alike_and_lying_sizes_refused() {
    let list = same(r#"{"type": "array", "items": "int"}"#);
    // Two items with a size, one without, the end.
    let blocks = [3, 4, 2, 4, 2, 6, 0];
    assert_eq!(decode::<Vec<i32>>(&list, &blocks).unwrap(), [1, 2, 3]);
    assert_eq!(list.decode_value(&blocks).unwrap().to_string(), "[1,2,3]");
    decode::<serde::de::IgnoredAny>(&list, &blocks).unwrap();
    let map = same(r#"{"type": "map", "values": "int"}"#);
    let entries = [1, 6, 2, b'a', 2, 2, 2, b'b', 4, 0];
    assert_eq!(map.decode_value(&entries).unwrap().to_string(), r#"{"a":1,"b":2}"#);
    decode::<serde::de::IgnoredAny>(&map, &entries).unwrap();
    // A size that is not that of the items; one beyond the payload; a negative one.
    for lie in [&[3, 2, 2, 4, 0][..], &[3, 6, 2, 4, 0, 0], &[3, 100, 2, 4, 0], &[3, 1, 2, 4, 0]] {
        assert!(decode::<Vec<i32>>(&list, lie).is_err(), "{lie:?}");
        assert!(list.decode_value(lie).is_err(), "{lie:?}");
    }
}

#[test]
fn a_path_leads_through_records_arrays_and_maps() {
    let inner = record("Inner", r#"{"name": "tags", "type": {"type": "map", "values": "boolean"}}"#);
    let outer =
        record("Outer", &format!(r#"{{"name": "places", "type": {{"type": "array", "items": {inner}}}}}"#));
    let payload = [4, 0, 2, 2, b'k', 7];
    let (kind, offset, path) = error::<serde_json::Value>(&outer, &payload);
    assert_eq!((kind, offset, path.as_str()), (DecodeErrorKind::Malformed, Some(5), "places[1].tags.k"));
}
