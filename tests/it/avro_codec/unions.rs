//! Unions on either side, as options, as Rust enums, and as just the value.

use schemawire::codec::{DecodeErrorKind, EncodeErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{decode, encode, evolve, json, pair, same};

const SHAPES: &str = r#"["null", "int", "string",
    {"type": "record", "name": "geo.Circle", "fields": [{"name": "radius", "type": "double"}]},
    {"type": "record", "name": "geo.Square", "fields": [{"name": "side", "type": "double"}, {"name": "name", "type": "string"}]},
    {"type": "enum", "name": "geo.Unit", "symbols": ["point", "nothing"]},
    {"type": "array", "items": "long"}, {"type": "map", "values": "long"}, "bytes"]"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Null,
    Int(i32),
    #[serde(rename = "string")]
    Label(String),
    Circle {
        radius: f64,
    },
    #[serde(rename = "geo.Square")]
    Square(Square),
    Unit(Unit),
    Array(Vec<i64>),
    Map(std::collections::BTreeMap<String, i64>),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Square {
    side: f64,
    name: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Point,
    Nothing,
}

#[test]
fn a_variant_is_the_branch_of_its_name() {
    let codec = same(SHAPES);
    for (index, shape) in [
        (0, Shape::Null),
        (1, Shape::Int(-5)),
        (2, Shape::Label("x".into())),
        (3, Shape::Circle { radius: 0.5 }),
        (4, Shape::Square(Square { side: 2.0, name: "s".into() })),
        (5, Shape::Unit(Unit::Nothing)),
        (6, Shape::Array(vec![1, -1])),
        (7, Shape::Map([("k".into(), 1)].into())),
    ] {
        let payload = encode(&codec, &shape).unwrap();
        assert_eq!(payload[0], index * 2, "{shape:?}");
        assert_eq!(decode::<Shape>(&codec, &payload).unwrap(), shape);
    }
    let error = decode::<Shape>(&codec, &[16, 0]).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Type);
    assert!(error.to_string().contains("`bytes`") && error.to_string().contains("`Circle`"), "{error}");
}

#[test]
fn a_variant_without_a_branch_is_refused() {
    #[derive(Serialize)]
    enum Other {
        Triangle(f64),
        Hexagon { side: f64 },
        Pair(i32, i32),
    }
    let codec = same(SHAPES);
    for other in [Other::Triangle(1.0), Other::Hexagon { side: 1.0 }, Other::Pair(1, 2)] {
        assert_eq!(encode(&codec, &other).unwrap_err().kind, EncodeErrorKind::Type);
    }
}

#[test]
fn a_unit_variant_of_no_branch_is_a_symbol_or_else_text() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Nothing,
        Something,
    }
    let codec = same(SHAPES);
    for (word, payload) in [(Word::Nothing, &[10, 2][..]), (Word::Something, b"\x04\x12something")] {
        assert_eq!(encode(&codec, &word).unwrap(), payload);
        assert_eq!(decode::<Word>(&codec, payload).unwrap(), word);
    }
}

#[test]
fn options_of_enums_and_enums_of_options() {
    let codec = same(SHAPES);
    let payload = encode(&codec, &Some(Shape::Int(3))).unwrap();
    assert_eq!(payload, [2, 6]);
    assert_eq!(decode::<Option<Shape>>(&codec, &payload).unwrap(), Some(Shape::Int(3)));
    assert_eq!(decode::<Option<Shape>>(&codec, &[0]).unwrap(), None);
    assert_eq!(encode(&codec, &None::<Shape>).unwrap(), [0]);
    // A nullable enum: the option is the union, the Rust enum the Avro one.
    let nullable = same(r#"["null", {"type": "enum", "name": "Unit", "symbols": ["point", "nothing"]}]"#);
    assert_eq!(encode(&nullable, &Some(Unit::Nothing)).unwrap(), [2, 2]);
    assert_eq!(decode::<Option<Unit>>(&nullable, &[2, 2]).unwrap(), Some(Unit::Nothing));
    assert_eq!(decode::<Unit>(&nullable, &[2, 2]).unwrap(), Unit::Nothing);
    assert!(decode::<Unit>(&nullable, &[0]).is_err());
}

#[test]
fn names_that_differ_in_case_alone_count_where_only_one_does() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Number {
        Long(i64),
        Double(f64),
    }
    let codec = same(r#"["long", "double"]"#);
    assert_eq!(encode(&codec, &Number::Double(0.0)).unwrap()[0], 2);
    assert_eq!(decode::<Number>(&codec, &[0, 6]).unwrap(), Number::Long(3));
    // `Long` and `long` are both names of this union: the exact one is meant.
    let both = same(r#"["long", {"type": "record", "name": "Long", "fields": []}]"#);
    #[derive(Serialize)]
    enum Either {
        Long,
        #[serde(rename = "long")]
        Primitive(i64),
        #[serde(rename = "LONG")]
        Unclear(i64),
    }
    assert_eq!(encode(&both, &Either::Long).unwrap(), [2]);
    assert_eq!(encode(&both, &Either::Primitive(1)).unwrap(), [0, 2]);
    assert!(encode(&both, &Either::Unclear(1)).is_err());
}

#[test]
fn a_value_alone_takes_the_branch_of_its_shape() {
    let codec = same(SHAPES);
    assert_eq!(encode(&codec, &7_i64).unwrap(), [2, 14]);
    assert_eq!(encode(&codec, "x").unwrap(), [4, 2, b'x']);
    assert_eq!(encode(&codec, &Square { side: 0.0, name: String::new() }).unwrap()[0], 8);
    assert_eq!(encode(&codec, &[1_i64]).unwrap(), [12, 2, 2, 0]);
    assert_eq!(encode(&codec, &()).unwrap(), [0]);
    assert_eq!(encode(&codec, &true).unwrap_err().kind, EncodeErrorKind::Type);
    assert_eq!(encode(&codec, &(1_i64 << 40)).unwrap_err().kind, EncodeErrorKind::Type);
    assert_eq!(decode::<i64>(&codec, &[2, 14]).unwrap(), 7);
    assert_eq!(decode::<String>(&codec, &[4, 2, b'x']).unwrap(), "x");
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Any {
        Number(i64),
        Text(String),
    }
    assert_eq!(decode::<Any>(&codec, &[4, 2, b'x']).unwrap(), Any::Text("x".into()));
    assert_eq!(decode::<Any>(&codec, &[2, 14]).unwrap(), Any::Number(7));
}

#[test]
fn a_struct_whose_record_cannot_be_told_is_refused() {
    #[derive(Serialize)]
    struct Rhombus {
        radius: f64,
    }
    let error = encode(&same(SHAPES), &Rhombus { radius: 1.0 }).unwrap_err();
    assert_eq!(error.kind, EncodeErrorKind::Type);
    assert!(error.to_string().contains("several branches"), "{error}");
}

#[test]
fn whole_numbers_prefer_their_own_width() {
    let codec = same(r#"["int", "long", "double"]"#);
    assert_eq!(encode(&codec, &1_i32).unwrap(), [0, 2]);
    assert_eq!(encode(&codec, &1_i64).unwrap(), [2, 2]);
    assert_eq!(encode(&codec, &1_u32).unwrap(), [0, 2]);
    assert_eq!(encode(&codec, &u32::MAX).unwrap()[0], 2);
    assert_eq!(encode(&same(r#"["float", "double"]"#), &16_777_217).unwrap()[0], 2);
}

#[test]
fn a_single_type_is_read_as_a_union_and_back() {
    assert_eq!(evolve::<_, Option<i64>>(r#""int""#, r#"["null", "long"]"#, &5), Some(5));
    assert_eq!(evolve::<_, i64>(r#"["null", "int"]"#, r#""long""#, &Some(5)), 5);
    assert_eq!(evolve::<_, Option<i64>>(r#"["null", "int"]"#, r#"["long", "null"]"#, &None::<i32>), None);
    assert_eq!(evolve::<_, Option<i64>>(r#"["null", "int"]"#, r#"["long", "null"]"#, &Some(8)), Some(8));
}

#[test]
fn a_branch_without_counterpart_fails_only_for_its_data() {
    let codec = pair(r#"["null", "int", "string"]"#, r#"["null", "int"]"#).unwrap();
    assert_eq!(decode::<Option<i32>>(&codec, &[0]).unwrap(), None);
    assert_eq!(decode::<Option<i32>>(&codec, &[2, 4]).unwrap(), Some(2));
    let error = decode::<Option<i32>>(&codec, &[4, 2, b'x']).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Unresolvable);
    assert!(error.to_string().contains("no branch of the reader's union takes string"), "{error}");

    let codec = pair(r#"["null", "int"]"#, r#""int""#).unwrap();
    assert_eq!(decode::<i32>(&codec, &[2, 4]).unwrap(), 2);
    assert_eq!(decode::<i32>(&codec, &[0]).unwrap_err().kind, DecodeErrorKind::Unresolvable);

    assert!(pair(r#"["null", "string"]"#, r#""int""#).is_err());
    assert!(pair(r#""string""#, r#"["null", "int"]"#).is_err());
    assert!(pair(r#"["string"]"#, r#""int""#).is_err());
}

#[test]
fn the_same_type_goes_before_a_promotion() {
    let variant = |writer: &str, reader: &str, payload: &[u8]| {
        use schemawire::codec::BoundCodec;
        let codec = pair(writer, reader).unwrap();
        codec.decode_value(payload).unwrap().root().branch().unwrap()
    };
    assert_eq!(variant(r#""int""#, r#"["double", "long", "int"]"#, &[2]), 2);
    assert_eq!(variant(r#""int""#, r#"["double", "long"]"#, &[2]), 0);
    assert_eq!(variant(r#""string""#, r#"["bytes", "null"]"#, &[0]), 0);
    let r = |name: &str, field: &str| {
        format!(r#"{{"type": "record", "name": "{name}", "fields": [{{"name": "{field}", "type": "int"}}]}}"#)
    };
    // The full name goes before the simple one, the readable before the one that is not.
    let writer = r("b.R", "x");
    assert_eq!(variant(&writer, &format!("[{}, {}]", r("a.R", "x"), r("b.R", "x")), &[2]), 1);
    assert_eq!(variant(&writer, &format!("[{}, {}]", r("b.R", "y"), r("a.R", "x")), &[2]), 1);
}

#[test]
fn a_branch_that_reads_every_symbol_goes_before_one_that_reads_some() {
    let e =
        |name: &str, symbols: &str| format!(r#"{{"type": "enum", "name": "{name}", "symbols": {symbols}}}"#);
    let reader = format!("[{}, {}]", e("a.E", r#"["A"]"#), e("b.E", r#"["A", "B"]"#));
    let codec = pair(&e("c.E", r#"["A", "B"]"#), &reader).unwrap();
    assert_eq!(json(&codec, &[2]), json!("B"));
}

#[test]
fn an_annotated_branch_is_not_bypassed_by_a_promotion() {
    let reader = r#"["null", {"type": "long", "logicalType": "timestamp-micros"}, "double"]"#;
    let error = pair(r#"{"type": "long", "logicalType": "timestamp-millis"}"#, reader).unwrap_err();
    assert!(error.to_string().contains("timestamp-millis would be read as timestamp-micros"), "{error}");
}
