//! Bytes that nobody wrote: errors with their place, and no more memory or time than the limits say.

use std::sync::LazyLock;

use proptest::prelude::*;
use schemawire::codec::{
    Bincode, Binding, BoundCodec, Codec, Decode, DecodeError, DecodeErrorKind, Encode, EncodeErrorKind,
};
use schemawire::limits::Limits;
use schemawire::schema::Schema;
use serde::{Deserialize, Serialize};

use super::quake::{borrowed, empty, full, v1, v2};
use super::{Bound, bind, bind_both, decode, decode_value, encode, layout, traced};

fn limited(schema: &Schema, limits: Limits) -> Bound {
    Bincode.bind(&Binding::new(schema).with_limits(limits)).unwrap()
}

/// A varint length of 2^40, and one of `u64::MAX`.
const LENGTHS: [[u8; 9]; 2] = [[253, 0, 0, 0, 0, 0, 1, 0, 0], [253, 255, 255, 255, 255, 255, 255, 255, 255]];

#[derive(Debug, Serialize, Deserialize)]
struct Chain {
    next: Option<Box<Self>>,
}

#[test]
fn nine_bytes_that_claim_2_to_the_40_items_are_truncated() {
    for payload in LENGTHS {
        for root in
            [r#"{"seq": "u8"}"#, r#"{"seq": "i64"}"#, "\"bytes\"", "\"string\"", r#"{"map": ["u8", "u8"]}"#]
        {
            let schema = layout(root, "");
            let error = decode_value(&schema, &payload).unwrap_err();
            assert_eq!((error.kind, error.offset), (DecodeErrorKind::Truncated, Some(0)), "{root}: {error}");
        }
        assert_eq!(
            decode::<Vec<u8>>(&layout(r#"{"seq": "u8"}"#, ""), &payload).unwrap_err().kind,
            DecodeErrorKind::Truncated
        );
        assert_eq!(
            decode::<Vec<i64>>(&layout(r#"{"seq": "i64"}"#, ""), &payload).unwrap_err().kind,
            DecodeErrorKind::Truncated
        );
        assert_eq!(
            decode::<String>(&layout("\"string\"", ""), &payload).unwrap_err().kind,
            DecodeErrorKind::Truncated
        );
    }
}

#[test]
fn items_without_bytes_are_stopped_by_the_limit_of_elements() {
    let types = r#""Nothing": "unit", "Hollow": {"struct": [{"name": "a", "type": "Nothing"}]}"#;
    for root in [r#"{"seq": "unit"}"#, r#"{"seq": "Hollow"}"#, r#"{"map": ["unit", {"tuple": []}]}"#] {
        let schema = layout(root, types);
        for payload in LENGTHS {
            assert_eq!(decode_value(&schema, &payload).unwrap_err().kind, DecodeErrorKind::Limit, "{root}");
            assert_eq!(
                decode::<serde::de::IgnoredAny>(&schema, &payload).unwrap_err().kind,
                DecodeErrorKind::Limit
            );
        }
    }
    let schema = layout(r#"{"seq": "unit"}"#, "");
    assert_eq!(decode::<Vec<()>>(&schema, &LENGTHS[0]).unwrap_err().kind, DecodeErrorKind::Limit);
    let three = limited(&schema, Limits::DEFAULT.with_elements(6));
    assert_eq!(Decode::<Vec<()>>::decode(&three, &[3]).unwrap().len(), 3, "three items and three values");
    assert_eq!(Decode::<Vec<()>>::decode(&three, &[4]).unwrap_err().kind, DecodeErrorKind::Limit);
}

#[test]
fn a_layout_whose_empty_types_double_at_each_level_is_stopped_by_the_limit_of_elements() {
    let mut types = String::from(r#""T0": {"tuple": []}"#);
    for level in 1..50 {
        let inner = level - 1;
        types.push_str(&format!(r#", "T{level}": {{"tuple": ["T{inner}", "T{inner}"]}}"#));
    }
    let schema = layout("\"T49\"", &types);
    assert_eq!(decode_value(&schema, &[]).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(decode::<serde::de::IgnoredAny>(&schema, &[]).unwrap_err().kind, DecodeErrorKind::Limit);
}

#[test]
fn an_array_of_a_hostile_length_is_stopped_by_the_limit_of_elements() {
    let schema = layout(r#"{"array": "unit", "length": 1099511627776}"#, "");
    assert_eq!(decode_value(&schema, &[]).unwrap_err().kind, DecodeErrorKind::Limit);
    let octets = layout(r#"{"array": "u8", "length": 1099511627776}"#, "");
    assert_eq!(decode_value(&octets, &[1]).unwrap_err().kind, DecodeErrorKind::Truncated);
}

#[test]
fn nesting_without_end_is_stopped_by_the_limit_of_depth() {
    let deep = vec![1; 1_000_000];
    let schema = traced::<Chain>();
    assert_eq!(decode::<Chain>(&schema, &deep).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(decode_value(&schema, &deep).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(decode::<serde::de::IgnoredAny>(&schema, &deep).unwrap_err().kind, DecodeErrorKind::Limit);
    let newtype = layout("\"A\"", r#""A": {"newtype": {"option": "A"}}"#);
    assert_eq!(decode_value(&newtype, &deep).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(decode::<serde::de::IgnoredAny>(&newtype, &deep).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(encode(&newtype, &5_u8).unwrap_err().kind, EncodeErrorKind::Limit, "nor is it written");
    // Each link is a struct and an option.
    let four = limited(&schema, Limits::DEFAULT.with_depth(5));
    assert!(Decode::<Chain>::decode(&four, &[1, 1, 0]).is_ok());
    assert_eq!(Decode::<Chain>::decode(&four, &[1, 1, 1, 0]).unwrap_err().kind, DecodeErrorKind::Limit);
}

#[test]
fn a_payload_longer_than_the_limit_of_bytes_is_not_begun() {
    let schema = layout("\"string\"", "");
    let bound = limited(&schema, Limits::DEFAULT.with_bytes(4));
    assert_eq!(Decode::<String>::decode(&bound, b"\x03abc").unwrap(), "abc");
    assert_eq!(Decode::<String>::decode(&bound, b"\x04abcd").unwrap_err().kind, DecodeErrorKind::Limit);
    let mut out = Vec::new();
    assert_eq!(bound.encode("abcd", &mut out).unwrap_err().kind, EncodeErrorKind::Limit, "nor written");
}

#[test]
fn a_dynamic_value_of_many_nodes_is_stopped_by_the_limit_of_bytes() {
    let schema = layout(r#"{"seq": "bool"}"#, "");
    let payload = [&[200][..], &[1; 200]].concat();
    assert_eq!(decode_value(&schema, &payload).unwrap().node_count(), 201);
    let bound = limited(&schema, Limits::DEFAULT.with_bytes(201));
    assert_eq!(bound.decode_value(&payload).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(Decode::<Vec<bool>>::decode(&bound, &payload).unwrap().len(), 200);
}

#[test]
fn what_is_written_can_be_read_back_under_the_same_limits() {
    let schema = traced::<Chain>();
    let mut chain = Chain { next: None };
    let mut refused = 0;
    for _ in 0..40 {
        match encode(&schema, &chain) {
            Ok(payload) => assert!(decode::<Chain>(&schema, &payload).is_ok()),
            Err(error) => {
                assert_eq!(error.kind, EncodeErrorKind::Limit);
                refused += 1;
            }
        }
        chain = Chain { next: Some(Box::new(chain)) };
    }
    assert!(refused > 0 && refused < 40, "{refused}");
    let units = layout(r#"{"seq": "unit"}"#, "");
    assert!(encode(&units, &vec![(); 500_000]).is_ok());
    assert_eq!(encode(&units, &vec![(); 500_001]).unwrap_err().kind, EncodeErrorKind::Limit);
}

#[test]
fn malformed_bytes_are_errors_with_their_offset() {
    for (root, payload, offset) in [
        (r#"{"tuple": ["u8", "bool"]}"#, &[0, 2][..], 1),
        (r#"{"tuple": ["u8", {"option": "u8"}]}"#, &[0, 7], 1),
        (r#"{"tuple": ["u8", "string"]}"#, &[0, 3, b'a', 0xff, b'b'], 3),
        (r#"{"tuple": ["u8", "char"]}"#, &[0, 0xc3, 0x28], 1),
        (r#"{"tuple": ["u8", "char"]}"#, &[0, 0x80], 1),
        (r#"{"tuple": ["u8", "u16"]}"#, &[0, 252, 1, 0, 0, 0], 1),
        (r#"{"tuple": ["u8", "u64"]}"#, &[0, 255], 1),
        (r#"{"tuple": ["u8", "u64"]}"#, &[0, 254], 1),
        (r#"{"tuple": ["u8", "E"]}"#, &[0, 2], 1),
        (r#"{"tuple": ["u8", "uuid"]}"#, &[0, 1, 9], 1),
        (r#"{"tuple": ["u8", "timestamp"]}"#, &[0, 0, 252, 0, 202, 154, 59], 1),
    ] {
        let schema = layout(root, r#""E": {"enum": ["a", "b"]}"#);
        let error = decode_value(&schema, payload).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Malformed, Some(offset)), "{root}: {error}");
        assert_eq!(error.path, "[1]", "{root}");
    }
}

#[test]
fn a_payload_cut_at_any_length_or_with_a_byte_too_many_is_an_error() {
    let schema = traced::<v1::Quake>();
    let newer = bind_both(&schema, &traced::<v2::Quake>());
    for quake in [full(), empty()] {
        let mut payload = encode(&schema, &quake).unwrap();
        for length in 0..payload.len() {
            let cut = &payload[..length];
            let errors: [DecodeError; 4] = [
                decode::<v1::Quake>(&schema, cut).unwrap_err(),
                decode_value(&schema, cut).unwrap_err(),
                Decode::<borrowed::Quake<'_>>::decode(&newer, cut).unwrap_err(),
                newer.decode_value(cut).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind, DecodeErrorKind::Truncated, "{length}: {error}");
                assert!(error.offset.is_some_and(|offset| offset <= length), "{error}");
                assert!(!error.path.is_empty(), "{error}");
            }
        }
        payload.push(0);
        let errors = [
            decode::<v1::Quake>(&schema, &payload).unwrap_err(),
            decode_value(&schema, &payload).unwrap_err(),
            newer.decode_value(&payload).unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.kind, error.offset), (DecodeErrorKind::TrailingBytes, Some(payload.len() - 1)));
        }
    }
}

#[test]
fn a_value_that_the_type_refuses_is_an_error_at_its_own_byte() {
    type Checked = (u8, Vec<(std::num::NonZeroU32, String)>);
    let schema = layout(r#"{"tuple": ["u8", {"seq": {"tuple": ["u32", "string"]}}]}"#, "");
    let error = decode::<Checked>(&schema, &[7, 2, 1, 1, b'a', 0, 0]).unwrap_err();
    assert_eq!((error.offset, error.path.as_str()), (Some(5), "[1][1][0]"), "{error}");
    assert_eq!(error.kind, DecodeErrorKind::Custom);
}

/// Bytes that are a quake's except for a few, or not at all.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let schema = traced::<v1::Quake>();
    let good = encode(&schema, &full()).unwrap();
    let flips = prop::collection::vec((0..good.len(), any::<u8>()), 1..8).prop_map(move |flips| {
        let mut bytes = good.clone();
        flips.into_iter().for_each(|(place, byte)| bytes[place] = byte);
        bytes
    });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..400), flips]
}

static SCHEMAS: LazyLock<[Schema; 3]> =
    LazyLock::new(|| [traced::<v1::Quake>(), traced::<v2::Quake>(), traced::<Chain>()]);

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_an_error(payload in hostile()) {
        let [schema, new, chain] = &*SCHEMAS;
        let newer = bind_both(schema, new);
        let typed: Result<v1::Quake, _> = decode(schema, &payload);
        let dynamic = decode_value(schema, &payload);
        if let Ok(value) = &dynamic {
            let mut out = Vec::new();
            bind(schema).encode_value(value, &mut out).unwrap();
            prop_assert_eq!(&decode_value(schema, &out).unwrap(), value);
        }
        // Dynamic values are checked as typed ones are: what one path reads, the other does.
        prop_assert_eq!(typed.is_ok(), dynamic.is_ok(), "{:?} {:?}", typed.err(), dynamic.err());
        let _: Result<borrowed::Quake<'_>, _> = newer.decode(&payload);
        let _ = newer.decode_value(&payload);
        let _ = decode::<Chain>(chain, &payload);
        let _ = decode::<serde_json::Value>(schema, &payload);
    }
}
