//! Bytes against bincode itself; types that are not the layout's.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use proptest::prelude::*;
use schemawire::codec::{DecodeErrorKind, EncodeErrorKind};
use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid};
use serde::{Deserialize, Serialize};

use super::quake::{empty, full, v1};
use super::{decode, decode_value, encode, layout, traced};
use schemawire::schema::Schema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    unit: (),
    flag: bool,
    small: (i8, u8, i16, u16),
    wide: (i32, u32, i64, u64),
    huge: (i128, u128),
    floats: (f32, f64),
    letter: char,
    text: String,
    octets: Vec<u8>,
    nested: Option<Option<i16>>,
    list: Vec<Shape>,
    array: [i32; 3],
    map: BTreeMap<i16, Vec<String>>,
    marker: Marker,
    wrapped: Wrapped,
    pair: Pair,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Circle(f64),
    Line(i32, i32),
    Named { name: String, inner: Box<Option<Self>> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Wrapped(Option<u32>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair(String, u64);

fn shapes() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Dot),
        any::<f64>().prop_filter("equal to itself", |it| !it.is_nan()).prop_map(Shape::Circle),
        any::<(i32, i32)>().prop_map(|(a, b)| Shape::Line(a, b)),
    ];
    leaf.prop_recursive(4, 8, 1, |inner| {
        (any::<String>(), prop::option::of(inner))
            .prop_map(|(name, inner)| Shape::Named { name, inner: Box::new(inner) })
    })
}

prop_compose! {
    fn everything()(
        (flag, small, wide, huge) in any::<(bool, (i8, u8, i16, u16), (i32, u32, i64, u64), (i128, u128))>(),
        floats in (prop::num::f32::NORMAL, prop::num::f64::NORMAL),
        (letter, text, octets, nested) in any::<(char, String, Vec<u8>, Option<Option<i16>>)>(),
        list in prop::collection::vec(shapes(), 0..4),
        array in any::<[i32; 3]>(),
        map in prop::collection::btree_map(any::<i16>(), prop::collection::vec(any::<String>(), 0..3), 0..4),
        (wrapped, pair) in any::<(Option<u32>, (String, u64))>(),
    ) -> Everything {
        let (wrapped, pair) = (Wrapped(wrapped), Pair(pair.0, pair.1));
        Everything { unit: (), flag, small, wide, huge, floats, letter, text, octets, nested, list, array, map, marker: Marker, wrapped, pair }
    }
}

/// Tracing takes longer than a case of a property.
static EVERYTHING: LazyLock<Schema> = LazyLock::new(traced::<Everything>);
static EVERYTHING_FIXED: LazyLock<Schema> = LazyLock::new(|| fixed(&EVERYTHING));

/// The same layout with the other encoding of integers.
fn fixed(schema: &Schema) -> Schema {
    Schema::bincode(&schema.text().replace("\"varint\"", "\"fixed\"")).unwrap()
}

proptest! {
    #[test]
    fn bytes_are_those_of_bincode_s_standard_configuration(value in everything()) {
        let expected = bincode::serde::encode_to_vec(&value, bincode::config::standard()).unwrap();
        let schema = &EVERYTHING;
        prop_assert_eq!(&encode(schema, &value).unwrap(), &expected);
        prop_assert_eq!(decode::<Everything>(schema, &expected).unwrap(), value);
    }

    #[test]
    fn bytes_are_those_of_bincode_s_legacy_configuration(value in everything()) {
        let expected = bincode::serde::encode_to_vec(&value, bincode::config::legacy()).unwrap();
        let schema = &EVERYTHING_FIXED;
        prop_assert_eq!(&encode(schema, &value).unwrap(), &expected);
        prop_assert_eq!(decode::<Everything>(schema, &expected).unwrap(), value);
    }

    #[test]
    fn integers_take_the_widths_that_bincode_gives_them(value in any::<u64>(), shift in 0_u32..64) {
        let value = value >> shift;
        let number = (value, value.cast_signed(), u128::from(value) << 64, i128::from(value.cast_signed()) << 64);
        let expected = bincode::serde::encode_to_vec(number, bincode::config::standard()).unwrap();
        let schema = layout(r#"{"tuple": ["u64", "i64", "u128", "i128"]}"#, "");
        prop_assert_eq!(&encode(&schema, &number).unwrap(), &expected);
        prop_assert_eq!(decode::<(u64, i64, u128, i128)>(&schema, &expected).unwrap(), number);
    }
}

#[test]
fn the_quake_s_bytes_are_bincode_s_and_come_back() {
    let schema = traced::<v1::Quake>();
    for quake in [full(), empty()] {
        let expected = bincode::serde::encode_to_vec(&quake, bincode::config::standard()).unwrap();
        assert_eq!(encode(&schema, &quake).unwrap(), expected);
        assert_eq!(decode::<v1::Quake>(&schema, &expected).unwrap(), quake);
    }
}

#[test]
fn logical_types_come_back_as_they_were_and_never_as_another_one() {
    type All = (Decimal, Uuid, Date, Time, Timestamp, LocalTimestamp, Duration);
    let schema = traced::<All>();
    assert!(schema.text().contains(
        r#"{"tuple": ["decimal", "uuid", "date", "time", "timestamp", "local-timestamp", "duration"]}"#
    ));
    let all: All = (
        Decimal::new(i128::MIN, 7),
        Uuid([7; 16]),
        Date::from_days(-1),
        Time::from_nanos(86_399_999_999_999).unwrap(),
        Timestamp::new(-1, 999_999_999).unwrap(),
        LocalTimestamp::in_utc(Timestamp::from_millis(1)),
        Duration { months: 1, days: u32::MAX, millis: 3 },
    );
    let bytes = encode(&schema, &all).unwrap();
    assert_eq!(bytes, bincode::serde::encode_to_vec(all, bincode::config::standard()).unwrap());
    assert_eq!(decode::<All>(&schema, &bytes).unwrap(), all);

    let time = traced::<Time>();
    let midnight = encode(&time, &Time::from_nanos(5).unwrap()).unwrap();
    assert_eq!(decode::<Date>(&time, &midnight).unwrap_err().kind, DecodeErrorKind::Type);
    assert_eq!(encode(&time, &Date::from_days(5)).unwrap_err().kind, EncodeErrorKind::Type);
    assert_eq!(encode(&time, &5_u64).unwrap_err().kind, EncodeErrorKind::Type, "nor from a bare number");
    let late = bincode::serde::encode_to_vec(86_400_000_000_000_u64, bincode::config::standard()).unwrap();
    assert!(decode::<Time>(&time, &late).is_err());
    assert_eq!(decode_value(&time, &late).unwrap_err().kind, DecodeErrorKind::Malformed);
}

#[test]
fn texts_and_bytes_are_lent_from_the_payload() {
    #[derive(Serialize, Deserialize)]
    struct Lent<'a> {
        text: &'a str,
        #[serde(with = "as_bytes")]
        bytes: &'a [u8],
    }
    mod as_bytes {
        pub(super) fn serialize<S: serde::Serializer>(
            bytes: &&[u8],
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(bytes)
        }
        pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
            deserializer: D,
        ) -> Result<&'de [u8], D::Error> {
            serde::Deserialize::deserialize(deserializer)
        }
    }
    let schema = traced::<Lent<'static>>();
    let payload = encode(&schema, &Lent { text: "text", bytes: &[1, 2, 3] }).unwrap();
    let lent: Lent<'_> = decode(&schema, &payload).unwrap();
    assert!(payload.as_ptr_range().contains(&lent.text.as_ptr()));
    assert!(payload.as_ptr_range().contains(&lent.bytes.as_ptr()));

    let octets = layout(r#"{"seq": "u8"}"#, "");
    let payload = encode(&octets, &[9_u8, 8][..]).unwrap();
    assert_eq!(decode::<&[u8]>(&octets, &payload).unwrap(), [9, 8], "a sequence of u8 is lent as well");
}

#[test]
fn a_type_with_another_layout_is_refused_when_it_is_written() {
    #[derive(Serialize)]
    struct Swapped {
        y: i32,
        x: i32,
    }
    #[derive(Serialize)]
    struct Short {
        x: i32,
    }
    #[derive(Serialize)]
    struct Long {
        x: i32,
        y: i32,
        z: i32,
    }
    #[derive(Serialize)]
    struct Mistyped {
        x: i32,
        y: &'static str,
    }
    let schema = layout(
        "\"Point\"",
        r#""Point": {"struct": [{"name": "x", "type": "i32"}, {"name": "y", "type": "i32"}]}"#,
    );
    let refused = |result: Result<Vec<u8>, schemawire::codec::EncodeError>| {
        let error = result.unwrap_err();
        (error.kind, error.path)
    };
    assert_eq!(refused(encode(&schema, &Swapped { y: 1, x: 2 })), (EncodeErrorKind::Type, String::new()));
    assert_eq!(refused(encode(&schema, &Short { x: 1 })), (EncodeErrorKind::MissingField, String::new()));
    assert_eq!(
        refused(encode(&schema, &Long { x: 1, y: 2, z: 3 })),
        (EncodeErrorKind::UnknownField, String::new())
    );
    assert_eq!(refused(encode(&schema, &Mistyped { x: 1, y: "2" })), (EncodeErrorKind::Type, "y".to_owned()));
    assert_eq!(refused(encode(&schema, &(1, 2))), (EncodeErrorKind::Type, String::new()));
    let in_list = layout(r#"{"map": ["string", {"seq": "u8"}]}"#, "");
    let map = HashMap::from([("a", vec![1, 300])]);
    assert_eq!(refused(encode(&in_list, &map)), (EncodeErrorKind::Value, "[0][1]".to_owned()));
}

#[test]
fn a_refused_value_leaves_the_buffer_as_it_was() {
    let schema = layout(r#"{"seq": "u8"}"#, "");
    let mut out = vec![1, 2, 3];
    let result = schemawire::codec::Encode::encode(&super::bind(&schema), &[1, 2, 300][..], &mut out);
    assert!(result.is_err());
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn values_that_fit_exactly_are_written_as_the_layout_says() {
    let schema = layout(r#"{"tuple": ["i64", {"option": "string"}, "u8", "f64"]}"#, "");
    let expected = encode(&schema, &(7_i64, Some("a"), 8_u8, 0.5_f64)).unwrap();
    assert_eq!(encode(&schema, &(7_i8, "a", 8_u128, 0.5_f32)).unwrap(), expected);
    assert_eq!(encode(&schema, &(7, None::<&str>, 256, 0.5)).unwrap_err().kind, EncodeErrorKind::Value);
}

#[test]
fn a_variant_is_written_and_read_by_its_name() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Moved {
        Line(i32, i32),
        Circle(f64),
    }
    let schema = traced::<Shape>();
    let bytes = encode(&schema, &Moved::Circle(1.5)).unwrap();
    assert_eq!(bytes, encode(&schema, &Shape::Circle(1.5)).unwrap());
    assert_eq!(decode::<Moved>(&schema, &bytes).unwrap(), Moved::Circle(1.5));
    let dot = encode(&schema, &Shape::Dot).unwrap();
    let error = decode::<Moved>(&schema, &dot).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Unresolvable, "{error}");
}

#[test]
fn sequences_and_maps_of_unknown_length_are_written_with_their_length() {
    struct Unsized(u16);
    impl Serialize for Unsized {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeSeq;
            let mut list = serializer.serialize_seq(None)?;
            (0..self.0).try_for_each(|it| list.serialize_element(&it))?;
            list.end()
        }
    }
    let schema = layout(r#"{"tuple": ["u8", {"seq": "u16"}]}"#, "");
    for length in [0, 3, 250, 251, 1000] {
        let expected = (9_u8, (0..length).collect::<Vec<u16>>());
        assert_eq!(encode(&schema, &(9_u8, Unsized(length))).unwrap(), encode(&schema, &expected).unwrap());
    }
}
