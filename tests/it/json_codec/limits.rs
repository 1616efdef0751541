//! Bad bytes: every error says what, at which byte, at which path; every limit is named for its attack.

use std::collections::BTreeMap;

use proptest::prelude::*;
use schemawire::codec::{Binding, BoundCodec, Codec, Decode, DecodeErrorKind, Encode, EncodeErrorKind, Json};
use schemawire::limits::Limits;
use schemawire::schema::Schema;
use serde::{Deserialize, Serialize};

use super::{decode, encode, unchecked};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Outer {
    tags: Vec<Inner>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    depth: f64,
}

fn bound(limits: Limits) -> schemawire::codec::json::BoundJson {
    let anything = Schema::json("true").expect("a schema");
    Json.bind(&Binding::new(&anything).with_limits(limits)).expect("a bound codec")
}

#[test]
fn bytes_behind_the_value_are_an_error() {
    let error = decode::<u8>("12 3").unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::TrailingBytes, Some(3)));
    let error = unchecked().decode_value(b"{}\n\n x").unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::TrailingBytes, Some(5)));
    assert_eq!(decode::<u8>("12 \n").unwrap(), 12, "white space is no value");
}

#[test]
fn every_cut_payload_is_an_error() {
    let payload = encode(&Outer { tags: vec![Inner { depth: 1.5 }] });
    for end in 0..payload.len() {
        let cut = &payload[..end];
        let error = decode::<Outer>(cut).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Truncated, Some(end)), "{cut}");
        let error = unchecked().decode_value(cut.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Truncated, Some(end)), "{cut}");
    }
}

#[test]
fn a_wrong_type_is_an_error_with_byte_and_path() {
    let error = decode::<Outer>("{\"tags\":\n [{\"depth\": 1},\n {\"depth\": \"deep\"}]}").unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Type, "tags[1].depth"));
    assert_eq!(error.offset, Some(41));
    assert!(!error.message.contains("line"), "{error}");
}

#[test]
fn a_missing_field_is_an_error_at_its_object() {
    let error = decode::<Outer>(r#"{"tags": [{"depth": 1}, {"deep": 1}]}"#).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Type, "tags[1]"));
    assert!(error.message.contains("missing field `depth`"), "{error}");
}

#[test]
fn bytes_that_are_no_utf_8_are_an_error() {
    let error = Decode::<String>::decode(&unchecked(), b"\"a\xff\"").unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Malformed);
    assert_eq!(unchecked().decode_value(b"\"a\xff\"").unwrap_err().kind, DecodeErrorKind::Malformed);
}

#[test]
fn a_member_twice_is_an_error_for_values_and_structs() {
    let error = unchecked().decode_value(br#"{"a": [{"b": 1, "c": 2, "\u0062": 3}]}"#).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Malformed, "a[0]"));
    assert!(error.message.contains("`b` stands twice"), "{error}");
    assert_eq!(decode::<Inner>(r#"{"depth": 1, "depth": 2}"#).unwrap_err().kind, DecodeErrorKind::Type);

    let many: Vec<String> = (0..50).chain([17]).map(|index| format!("\"k{index}\":0")).collect();
    let error = unchecked().decode_value(format!("{{{}}}", many.join(",")).as_bytes()).unwrap_err();
    assert!(error.message.contains("`k17` stands twice"), "{error}");
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let at = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(unchecked().decode_value(at(64).as_bytes()).is_ok());
        let error = unchecked().decode_value(at(65).as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Limit, Some(64 * open.len())));
        let error = decode::<serde_json::Value>(&at(1_000_000)).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Limit);
        // A limit that is no limit leaves serde_json's own.
        let loose = bound(Limits::DEFAULT.with_depth(usize::MAX));
        assert_eq!(loose.decode_value(at(1_000_000).as_bytes()).unwrap_err().kind, DecodeErrorKind::Limit);
        assert!(loose.decode_value(at(127).as_bytes()).is_ok());
    }
}

#[test]
fn a_million_empty_structs_are_held_by_the_element_budget() {
    let payload = format!("[{}{{}}]", "{},".repeat(99));
    assert!(bound(Limits::DEFAULT.with_elements(100)).decode_value(payload.as_bytes()).is_ok());
    let tight = bound(Limits::DEFAULT.with_elements(99));
    assert_eq!(tight.decode_value(payload.as_bytes()).unwrap_err().kind, DecodeErrorKind::Limit);
    assert_eq!(
        Decode::<Vec<BTreeMap<String, u8>>>::decode(&tight, payload.as_bytes()).unwrap_err().kind,
        DecodeErrorKind::Limit
    );
    let members: Vec<String> = (0..100).map(|index| format!("\"{index}\":0")).collect();
    assert_eq!(
        tight.decode_value(format!("{{{}}}", members.join(",")).as_bytes()).unwrap_err().kind,
        DecodeErrorKind::Limit
    );
}

#[test]
fn a_payload_longer_than_the_byte_limit_is_not_looked_at() {
    let tight = bound(Limits::DEFAULT.with_bytes(10));
    assert_eq!(Decode::<String>::decode(&tight, b"\"12345678\"").unwrap(), "12345678");
    assert_eq!(Decode::<String>::decode(&tight, b"\"123456789\"").unwrap_err().kind, DecodeErrorKind::Limit);
}

#[test]
fn many_small_items_are_held_by_the_byte_budget_of_the_value() {
    let payload = format!("[{}1]", "1,".repeat(999));
    let tight = bound(Limits::DEFAULT.with_bytes(payload.len()));
    let error = tight.decode_value(payload.as_bytes()).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Limit);
    assert_eq!(Decode::<Vec<u8>>::decode(&tight, payload.as_bytes()).unwrap().len(), 1000);
}

#[test]
fn whole_numbers_keep_all_their_digits() {
    let value = unchecked().decode_value(b"[1, -2147483649, 18446744073709551615, 1.5, -0.0]").unwrap();
    assert_eq!(value.to_string(), "[1,-2147483649,18446744073709551615,1.5,-0.0]");
    assert_eq!(decode::<i128>("-170141183460469231731687303715884105728").unwrap(), i128::MIN);
}

#[test]
fn a_map_whose_keys_are_no_text_is_not_written() {
    let mut out = vec![7];
    let error = unchecked().encode(&BTreeMap::from([([1, 2], 3)]), &mut out).unwrap_err();
    assert_eq!((error.kind, out), (EncodeErrorKind::Type, vec![7]));
}

#[test]
fn a_float_that_json_has_no_number_for_is_not_written_as_null() {
    #[derive(Serialize)]
    enum Reading {
        Sensor { values: BTreeMap<String, (u8, Option<f32>)> },
    }
    let values = BTreeMap::from([("a".to_owned(), (1, Some(1.0))), ("b".to_owned(), (2, Some(f32::NAN)))]);
    let mut out = vec![7];
    let error = unchecked().encode(&[Reading::Sensor { values }], &mut out).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::Value, "[0].values.b[1]"));
    for number in [f64::INFINITY, f64::NEG_INFINITY] {
        assert!(unchecked().encode(&Inner { depth: number }, &mut out).is_err());
    }
    assert_eq!(out, [7]);
}

#[test]
fn an_error_of_a_types_own_keeps_its_path() {
    #[derive(Serialize)]
    struct Parent {
        children: Vec<Stubborn>,
    }
    struct Stubborn;
    impl Serialize for Stubborn {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("will not"))
        }
    }
    let error = unchecked().encode(&Parent { children: vec![Stubborn] }, &mut Vec::new()).unwrap_err();
    assert_eq!(
        (error.kind, error.path.as_str(), error.message.as_str()),
        (EncodeErrorKind::Custom, "children[0]", "will not")
    );
}

#[test]
fn all_shapes_of_serde_are_written_as_serde_json_does() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Unit,
        Newtype(i128),
        Tuple(u8, char),
        Struct { a: Option<Box<Self>>, b: () },
    }
    let shapes = vec![
        Shape::Unit,
        Shape::Newtype(i128::MIN),
        Shape::Tuple(1, 'é'),
        Shape::Struct { a: Some(Box::new(Shape::Unit)), b: () },
    ];
    let text = encode(&shapes);
    assert_eq!(text, serde_json::to_string(&shapes).unwrap());
    assert_eq!(decode::<Vec<Shape>>(&text).unwrap(), shapes);
}

proptest! {
    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = unchecked().decode_value(&bytes);
        let _ = Decode::<Outer>::decode(&unchecked(), &bytes);
    }

    #[test]
    fn any_bytes_of_json_give_a_value_or_an_error(text in r#"[\[\]{},:"0-9eE.+\-\\untrfals \n]{0,60}"#) {
        let ours = unchecked().decode_value(text.as_bytes());
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // All that we refuse beyond serde_json is a member twice.
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&ours.to_string()).unwrap(), theirs);
            }
            (Err(_), Err(_)) => {}
            (Err(error), Ok(_)) => prop_assert!(error.message.contains("stands twice"), "{}", error),
            (Ok(_), Err(error)) => prop_assert!(false, "{}", error),
        }
    }
}
