//! Rust types of every shape through one schema.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use schemawire::codec::EncodeErrorKind;
use serde::{Deserialize, Serialize};

use super::{decode, encode, record, same};

const ORDER: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "id", "type": "string"},
    {"name": "paid", "type": "boolean"},
    {"name": "amount", "type": "double"},
    {"name": "ratio", "type": "float"},
    {"name": "count", "type": "int"},
    {"name": "stamp", "type": "long"},
    {"name": "raw", "type": "bytes"},
    {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 4}},
    {"name": "tags", "type": {"type": "array", "items": "string"}},
    {"name": "counts", "type": {"type": "map", "values": "long"}},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["open", "closed"]}},
    {"name": "note", "type": ["null", "string"], "default": null}
]}"#;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Order {
    id: String,
    paid: bool,
    amount: f64,
    ratio: f32,
    count: i32,
    stamp: i64,
    raw: Vec<u8>,
    hash: [u8; 4],
    tags: Vec<String>,
    counts: BTreeMap<String, i64>,
    state: State,
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Closed,
}

fn order() -> Order {
    Order {
        id: "a-1".into(),
        paid: true,
        amount: 12.5,
        ratio: 0.25,
        count: -3,
        stamp: 1_700_000_000_000,
        raw: vec![0, 200, 255],
        hash: [1, 2, 3, 4],
        tags: vec!["x".into(), "y".into()],
        counts: BTreeMap::from([("a".into(), 1), ("b".into(), -70_000)]),
        state: State::Closed,
        note: Some("hé".into()),
    }
}

#[test]
fn an_owned_struct_comes_back_as_it_was() {
    let codec = same(ORDER);
    let payload = encode(&codec, &order()).unwrap();
    assert_eq!(decode::<Order>(&codec, &payload).unwrap(), order());
}

#[test]
fn text_and_bytes_are_lent_from_the_payload() {
    #[derive(Deserialize)]
    struct Lent<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
        raw: &'a [u8],
        #[serde(borrow)]
        tags: Vec<&'a str>,
        note: Option<&'a str>,
        #[serde(borrow)]
        counts: HashMap<&'a str, i64>,
        state: &'a str,
        hash: &'a [u8],
    }
    let codec = same(ORDER);
    let payload = encode(&codec, &order()).unwrap();
    let lent: Lent<'_> = decode(&codec, &payload).unwrap();
    let inside = |start: *const u8| payload.as_ptr_range().contains(&start);
    assert!(inside(lent.id.as_ptr()) && inside(lent.raw.as_ptr()) && inside(lent.tags[1].as_ptr()));
    assert!(inside(lent.hash.as_ptr()));
    assert!(matches!(lent.id, Cow::Borrowed(_)));
    assert_eq!((&*lent.id, lent.raw, lent.tags), ("a-1", &[0, 200, 255][..], vec!["x", "y"]));
    assert_eq!((lent.counts["b"], lent.state), (-70_000, "closed"));
    assert_eq!(lent.note, Some("hé"));
}

#[test]
fn a_struct_takes_what_it_wants_in_any_order_and_fills_the_rest_itself() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Few {
        #[serde(rename = "note")]
        remark: Option<String>,
        #[serde(default = "seven")]
        missing: i32,
        #[serde(alias = "count")]
        amount_of_them: i16,
        #[serde(skip)]
        own: u8,
    }
    fn seven() -> i32 {
        7
    }
    let codec = same(ORDER);
    let payload = encode(&codec, &order()).unwrap();
    let few: Few = decode(&codec, &payload).unwrap();
    assert_eq!(few, Few { remark: Some("hé".into()), missing: 7, amount_of_them: -3, own: 0 });
}

#[test]
fn a_struct_that_needs_a_field_the_schema_has_not_says_so() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct More {
        id: String,
        weight: f64,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only decoded")]
    struct Strict {
        id: String,
    }
    let codec = same(ORDER);
    let payload = encode(&codec, &order()).unwrap();
    let error = decode::<More>(&codec, &payload).unwrap_err();
    assert!(error.to_string().contains("`weight`"), "{error}");
    let error = decode::<Strict>(&codec, &payload).unwrap_err();
    assert!(error.to_string().contains("`paid`"), "{error}");
}

#[test]
fn maps_tuples_flattened_and_ignored_fields_are_read_from_records() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair {
        a: i32,
        b: String,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        a: i32,
        #[serde(flatten)]
        rest: HashMap<String, String>,
    }
    let codec = same(&record("Pair", r#"{"name": "a", "type": "int"}, {"name": "b", "type": "string"}"#));
    let payload = encode(&codec, &Pair { a: 1, b: "x".into() }).unwrap();
    assert_eq!(decode::<(i32, String)>(&codec, &payload).unwrap(), (1, "x".into()));
    assert_eq!(encode(&codec, &(1, "x")).unwrap(), payload);
    let flat = Flat { a: 1, rest: HashMap::from([("b".into(), "x".into())]) };
    assert_eq!(decode::<Flat>(&codec, &payload).unwrap(), flat);
    assert_eq!(encode(&codec, &flat).unwrap(), payload);
    let map: BTreeMap<String, serde_json::Value> = decode(&codec, &payload).unwrap();
    assert_eq!(map, BTreeMap::from([("a".into(), 1.into()), ("b".into(), "x".into())]));
    decode::<serde::de::IgnoredAny>(&codec, &payload).unwrap();
    let error = decode::<(i32,)>(&codec, &payload).unwrap_err();
    assert!(error.to_string().contains("2 fields"), "{error}");
}

#[test]
fn fields_are_written_in_the_schemas_order_whatever_the_structs() {
    #[derive(Serialize)]
    struct Shuffled {
        note: Option<String>,
        tags: Vec<String>,
        stamp: i64,
        id: String,
        counts: BTreeMap<String, i64>,
        state: State,
        hash: [u8; 4],
        amount: f64,
        raw: Vec<u8>,
        ratio: f32,
        count: i32,
        paid: bool,
    }
    let Order { id, paid, amount, ratio, count, stamp, raw, hash, tags, counts, state, note } = order();
    let shuffled = Shuffled { note, tags, stamp, id, counts, state, hash, amount, raw, ratio, count, paid };
    let codec = same(ORDER);
    assert_eq!(encode(&codec, &shuffled).unwrap(), encode(&codec, &order()).unwrap());
}

#[test]
fn a_missing_field_takes_the_schemas_default_or_is_named() {
    #[derive(Serialize)]
    struct Place {
        x: i32,
    }
    #[derive(Serialize)]
    struct Outer {
        place: Place,
    }
    let fields = r#"{"name": "x", "type": "int"}, {"name": "label", "type": "string", "default": "none"},
        {"name": "y", "type": "int"}"#;
    let outer = |fields: &str| {
        record("Outer", &format!(r#"{{"name": "place", "type": {}}}"#, record("Place", fields)))
    };
    let with_default =
        same(&outer(&fields.replace(r#""y", "type": "int""#, r#""y", "type": "int", "default": 9"#)));
    let payload = encode(&with_default, &Outer { place: Place { x: 1 } }).unwrap();
    assert_eq!(payload, [2, 8, b'n', b'o', b'n', b'e', 18]);

    let mut out = vec![7];
    let error =
        schemawire::codec::Encode::encode(&same(&outer(fields)), &Outer { place: Place { x: 1 } }, &mut out);
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::MissingField, "place.y"));
    assert_eq!(out, [7]);
}

#[test]
fn a_field_that_the_schema_has_not_is_refused() {
    #[derive(Serialize)]
    struct Extra {
        x: i32,
        z: i32,
    }
    let codec = same(&record("Place", r#"{"name": "x", "type": "int"}"#));
    let error = encode(&codec, &Extra { x: 1, z: 2 }).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::UnknownField, "z"));
}

#[test]
fn an_error_in_a_list_names_its_place() {
    #[derive(Serialize)]
    struct Outer {
        place: Inner,
    }
    #[derive(Serialize)]
    struct Inner {
        tags: Vec<i64>,
    }
    let inner = record("Inner", r#"{"name": "tags", "type": {"type": "array", "items": "int"}}"#);
    let codec = same(&record("Outer", &format!(r#"{{"name": "place", "type": {inner}}}"#)));
    let value = Outer { place: Inner { tags: vec![1, 2, 3, 1 << 40] } };
    let error = encode(&codec, &value).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::Value, "place.tags[3]"));
    assert_eq!(error.to_string(), "cannot encode `place.tags[3]`: 1099511627776 does not fit `int`");

    let map = same(r#"{"type": "map", "values": "int"}"#);
    let error = encode(&map, &BTreeMap::from([("a b", 1_i64 << 40)])).unwrap_err();
    assert_eq!(error.path, r#"["a b"]"#);
}

#[test]
fn whole_numbers_are_written_where_they_fit_and_never_wrapped() {
    let int = same(r#""int""#);
    let long = same(r#""long""#);
    assert_eq!(decode::<u8>(&int, &encode(&int, &200_u8).unwrap()).unwrap(), 200);
    assert_eq!(decode::<u64>(&long, &encode(&long, &(u64::MAX / 2)).unwrap()).unwrap(), u64::MAX / 2);
    assert_eq!(
        decode::<i128>(&long, &encode(&long, &i128::from(i64::MIN)).unwrap()).unwrap(),
        i128::from(i64::MIN)
    );
    assert_eq!(encode(&long, &u64::MAX).unwrap_err().kind, EncodeErrorKind::Value);
    assert_eq!(encode(&long, &u128::MAX).unwrap_err().kind, EncodeErrorKind::Value);
    assert_eq!(encode(&int, &(i64::from(i32::MAX) + 1)).unwrap_err().kind, EncodeErrorKind::Value);
    assert_eq!(encode(&int, &u32::MAX).unwrap_err().kind, EncodeErrorKind::Value);
    assert!(decode::<u32>(&int, &encode(&int, &-1).unwrap()).is_err());
    assert!(decode::<i8>(&int, &encode(&int, &1000).unwrap()).is_err());
}

#[test]
fn floats_are_narrowed_only_where_nothing_is_lost() {
    let double = same(r#""double""#);
    let float = same(r#""float""#);
    let long = same(r#""long""#);
    assert_eq!(decode::<f32>(&double, &encode(&double, &0.5_f64).unwrap()).unwrap(), 0.5);
    assert!(decode::<f32>(&double, &encode(&double, &0.1_f64).unwrap()).is_err());
    assert!(decode::<f32>(&double, &encode(&double, &f64::NAN).unwrap()).unwrap().is_nan());
    assert_eq!(encode(&float, &0.1_f64).unwrap_err().kind, EncodeErrorKind::Value);
    assert_eq!(encode(&float, &0.5_f64).unwrap(), 0.5_f32.to_le_bytes());
    assert_eq!(decode::<f64>(&long, &encode(&long, &(1_i64 << 60)).unwrap()).unwrap(), (1_u64 << 60) as f64);
    assert!(decode::<f64>(&long, &encode(&long, &((1_i64 << 60) + 1)).unwrap()).is_err());
    assert!(decode::<f64>(&long, &encode(&long, &i64::MAX).unwrap()).is_err());
    assert_eq!(encode(&double, &((1_i64 << 60) + 1)).unwrap_err().kind, EncodeErrorKind::Value);
}

#[test]
fn enums_are_unit_variants_text_or_numbers() {
    let codec = same(r#"{"type": "enum", "name": "State", "symbols": ["open", "closed"]}"#);
    let payload = encode(&codec, &State::Closed).unwrap();
    assert_eq!(payload, [2]);
    assert_eq!(decode::<State>(&codec, &payload).unwrap(), State::Closed);
    assert_eq!(decode::<String>(&codec, &payload).unwrap(), "closed");
    assert_eq!(decode::<&str>(&codec, &payload).unwrap(), "closed");
    assert_eq!(decode::<u32>(&codec, &payload).unwrap(), 1);
    assert_eq!(encode(&codec, "closed").unwrap(), [2]);
    assert_eq!(encode(&codec, &1_u8).unwrap(), [2]);
    assert_eq!(encode(&codec, "lost").unwrap_err().kind, EncodeErrorKind::Value);
    assert_eq!(encode(&codec, &2).unwrap_err().kind, EncodeErrorKind::Value);
}

#[test]
fn structs_and_maps_stand_for_each_other() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Point {
        x: i64,
        y: i64,
    }
    let map = same(r#"{"type": "map", "values": "long"}"#);
    let payload = encode(&map, &Point { x: 1, y: 2 }).unwrap();
    assert_eq!(decode::<Point>(&map, &payload).unwrap(), Point { x: 1, y: 2 });
    let point = same(&record("Point", r#"{"name": "x", "type": "long"}, {"name": "y", "type": "long"}"#));
    let payload = encode(&point, &BTreeMap::from([("y", 2), ("x", 1)])).unwrap();
    assert_eq!(payload, [2, 4]);
    assert_eq!(decode::<HashMap<&str, i64>>(&point, &payload).unwrap(), HashMap::from([("x", 1), ("y", 2)]));
}

#[test]
fn sequences_of_unknown_and_of_wrong_length_are_written_right() {
    struct Unknown<'a>(&'a [i64], Option<usize>);
    impl Serialize for Unknown<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeSeq;
            let mut seq = serializer.serialize_seq(self.1)?;
            for item in self.0 {
                seq.serialize_element(item)?;
            }
            seq.end()
        }
    }
    let codec = same(r#"{"type": "array", "items": "long"}"#);
    let many: Vec<i64> = (0..300).collect();
    for length in [None, Some(0), Some(1), Some(299), Some(300), Some(100_000)] {
        let payload = encode(&codec, &Unknown(&many, length)).unwrap();
        assert_eq!(payload, encode(&codec, &many).unwrap());
        assert_eq!(encode(&codec, &Unknown(&[], length)).unwrap(), [0]);
    }
}

#[test]
fn arrays_and_tuples_must_agree_in_length() {
    let codec = same(r#"{"type": "array", "items": "int"}"#);
    let payload = encode(&codec, &[1, 2, 3]).unwrap();
    assert_eq!(decode::<[i32; 3]>(&codec, &payload).unwrap(), [1, 2, 3]);
    assert!(decode::<[i32; 2]>(&codec, &payload).unwrap_err().to_string().contains("more items"));
    assert!(decode::<[i32; 4]>(&codec, &payload).is_err());
}

#[test]
fn recursive_types_go_round() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Node {
        value: i32,
        next: Option<Box<Self>>,
    }
    let codec = same(&record(
        "Node",
        r#"{"name": "value", "type": "int"}, {"name": "next", "type": ["null", "Node"], "default": null}"#,
    ));
    let list = Node { value: 1, next: Some(Box::new(Node { value: 2, next: None })) };
    let payload = encode(&codec, &list).unwrap();
    assert_eq!(payload, [2, 2, 4, 0]);
    assert_eq!(decode::<Node>(&codec, &payload).unwrap(), list);
}

#[test]
fn the_wrong_rust_type_is_an_error_with_its_path() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Wrong {
        id: i32,
    }
    let codec = same(ORDER);
    let payload = encode(&codec, &order()).unwrap();
    let error = decode::<Wrong>(&codec, &payload).unwrap_err();
    assert_eq!(error.path, "id");
    assert!(error.offset.is_some());
    assert_eq!(error.kind, schemawire::codec::DecodeErrorKind::Type);
}

#[test]
fn numbers_of_every_width_are_the_specifications_varints() {
    let codec = same(r#"{"type": "array", "items": "long"}"#);
    let mut numbers = vec![0, i64::MAX, i64::MIN];
    for bit in 0..63 {
        let power = 1_i64 << bit;
        numbers.extend([power - 1, power, power + 1, 1 - power, -power, -power - 1]);
    }
    for number in &numbers {
        // One item, its bytes, and the end: a byte for every seven bits, the lowest first.
        let mut expected = vec![2];
        let mut rest = ((number << 1) ^ (number >> 63)) as u64;
        while rest >= 0x80 {
            expected.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        expected.extend([rest as u8, 0]);
        assert_eq!(encode(&codec, &[*number].as_slice()).unwrap(), expected, "{number}");
    }
    let payload = encode(&codec, &numbers).unwrap();
    assert_eq!(decode::<Vec<i64>>(&codec, &payload).unwrap(), numbers);
}

#[test]
fn a_sequence_of_unknown_length_is_written_as_one_of_known_length() {
    struct Odd;
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..2000_i32).filter(|it| it % 2 == 1).map(f64::from))
        }
    }
    let codec = same(r#"{"type": "array", "items": "double"}"#);
    let known: Vec<_> = (0..1000).map(|it| f64::from(2 * it + 1)).collect();
    assert_eq!(encode(&codec, &Odd).unwrap(), encode(&codec, &known).unwrap());
}

#[test]
fn a_structs_names_are_known_by_what_they_are_not_by_who_came_first() {
    #[derive(Serialize)]
    struct First {
        x: i32,
        y: i32,
    }
    #[derive(Serialize)]
    struct Second {
        y: i32,
        x: i32,
    }
    #[derive(Serialize)]
    struct Third {
        x: i32,
        #[serde(rename = "y")]
        other: i32,
    }
    #[derive(Serialize)]
    struct Fourth {
        x: i32,
        z: i32,
    }
    let codec = same(&record("Point", r#"{"name": "x", "type": "int"}, {"name": "y", "type": "int"}"#));
    for _ in 0..3 {
        assert_eq!(encode(&codec, &First { x: 1, y: 2 }).unwrap(), [2, 4]);
        assert_eq!(encode(&codec, &Second { y: 2, x: 1 }).unwrap(), [2, 4]);
        assert_eq!(encode(&codec, &Third { x: 1, other: 2 }).unwrap(), [2, 4]);
        let error = encode(&codec, &Fourth { x: 1, z: 2 }).unwrap_err();
        assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::UnknownField, "z"));
    }
}
