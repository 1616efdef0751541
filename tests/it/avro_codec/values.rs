//! Dynamic values: what is taken for which schema, and what is read.

use schemawire::codec::{BoundCodec, EncodeError, EncodeErrorKind};
use schemawire::value::{Value, ValueBuilder, View, from_json};
use serde_json::json;

use super::{encode, json, record, same};

fn write(text: &str, value: &Value<'_>) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    same(text).encode_value(value, &mut out)?;
    Ok(out)
}

/// Writes JSON and shows what is read back.
#[track_caller]
fn through(text: &str, value: &serde_json::Value) -> serde_json::Value {
    let payload =
        write(text, &from_json(&value.to_string()).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    json(&same(text), &payload)
}

#[track_caller]
fn refused(text: &str, value: &serde_json::Value, kind: EncodeErrorKind, path: &str) {
    let error = write(text, &from_json(&value.to_string()).unwrap()).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (kind, path), "{error}");
}

const ALL: &str = r#"{"type": "record", "name": "All", "namespace": "space", "fields": [
    {"name": "boolean", "type": "boolean"}, {"name": "int", "type": "int"}, {"name": "long", "type": "long"},
    {"name": "float", "type": "float"}, {"name": "double", "type": "double"}, {"name": "string", "type": "string"},
    {"name": "bytes", "type": "bytes"}, {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 3}},
    {"name": "enum", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
    {"name": "array", "type": {"type": "array", "items": "int"}},
    {"name": "map", "type": {"type": "map", "values": {"type": "record", "name": "In", "fields": [
        {"name": "x", "type": "int", "default": 7}]}}},
    {"name": "union", "type": ["null", "string", "In"]},
    {"name": "date", "type": {"type": "int", "logicalType": "date"}},
    {"name": "time", "type": {"type": "long", "logicalType": "time-micros"}},
    {"name": "moment", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "local", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
    {"name": "uuid", "type": {"type": "string", "logicalType": "uuid"}},
    {"name": "decimal", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    {"name": "span", "type": {"type": "fixed", "name": "D", "size": 12, "logicalType": "duration"}}
]}"#;

fn all() -> serde_json::Value {
    json!({"boolean": true, "int": -1, "long": 1_099_511_627_776_i64, "float": 0.1, "double": 12.5, "string": "hé",
        "bytes": "AP8=", "fixed": "AQID", "enum": "B", "array": [1, 2, 3], "map": {"k": {"x": 1}}, "union": "text",
        "date": "2026-07-01", "time": "14:00:00.250", "moment": "2026-07-01T12:00:00.250Z",
        "local": "2026-07-01T12:00:00", "uuid": "89791762-2336-4186-9674-299b90a802e2", "decimal": "-12.34",
        "span": "P1M2DT3S"})
}

#[test]
fn json_of_every_type_goes_round() {
    assert_eq!(through(ALL, &all()), all());
}

#[test]
fn a_dynamic_value_goes_round_byte_for_byte_and_node_for_node() {
    let codec = same(ALL);
    let payload = write(ALL, &from_json(&all().to_string()).unwrap()).unwrap();
    let value = codec.decode_value(&payload).unwrap();
    let mut again = Vec::new();
    codec.encode_value(&value, &mut again).unwrap();
    assert_eq!(again, payload);
    assert_eq!(value, codec.decode_value(&again).unwrap());
    assert_eq!(value.root().type_name(), Some("space.All"));
    let field = |name: &str| value.root().field(name).unwrap();
    assert_eq!(field("int").view(), View::Int(-1));
    assert_eq!(field("float").view(), View::Float(0.1));
    assert_eq!(field("enum").view(), View::Symbol { index: 1, name: "B" });
    assert_eq!(field("union").branch(), Some(1));
    assert!(matches!(field("moment").view(), View::Timestamp(_)));
    assert!(matches!(field("local").view(), View::LocalTimestamp(_)));
    assert!(matches!(field("decimal").view(), View::Decimal(_)));
    assert!(matches!(field("span").view(), View::Duration(_)));
    assert!(payload.as_ptr_range().contains(&field("string").as_str().unwrap().as_ptr()));
}

#[test]
fn fields_may_come_in_any_order_and_defaults_fill_the_missing() {
    let r = record(
        "R",
        r#"{"name": "a", "type": "int"}, {"name": "b", "type": "string", "default": "d"}, {"name": "c", "type": "int"}"#,
    );
    assert_eq!(through(&r, &json!({"c": 3, "a": 1})), json!({"a": 1, "b": "d", "c": 3}));
    refused(&r, &json!({"a": 1}), EncodeErrorKind::MissingField, "c");
    refused(&r, &json!({"a": 1, "c": 3, "z": 0}), EncodeErrorKind::UnknownField, "z");
    let mut builder = ValueBuilder::new();
    let open = builder.begin_map();
    for (key, value) in [("a", 1), ("c", 2), ("a", 3)] {
        builder.text(key).int(value);
    }
    builder.end(open);
    assert_eq!(write(&r, &builder.finish()).unwrap_err().kind, EncodeErrorKind::Value);
}

#[test]
fn numbers_are_taken_where_they_fit() {
    assert_eq!(through(r#""double""#, &json!(3)), json!(3.0));
    assert_eq!(through(r#""float""#, &json!(0.1)), json!(0.1));
    refused(r#""float""#, &json!(0.123_456_789_012), EncodeErrorKind::Type, "");
    refused(r#""int""#, &json!(1_u64 << 31), EncodeErrorKind::Value, "");
    refused(r#""long""#, &json!(u64::MAX), EncodeErrorKind::Value, "");
    refused(r#""int""#, &json!(1.5), EncodeErrorKind::Type, "");
    refused(r#""double""#, &json!((1_i64 << 60) + 1), EncodeErrorKind::Type, "");
    refused(r#""boolean""#, &json!(1), EncodeErrorKind::Type, "");
    let decimal = r#"{"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}"#;
    assert_eq!(through(decimal, &json!(5.1)), json!("5.10"));
    assert_eq!(through(decimal, &json!(7)), json!("7.00"));
    assert_eq!(through(decimal, &json!("5.100")), json!("5.10"));
    refused(decimal, &json!("5.123"), EncodeErrorKind::Value, "");
    refused(decimal, &json!(5.123), EncodeErrorKind::Value, "");
    refused(decimal, &json!("5000.00"), EncodeErrorKind::Value, "");
    let stamp = r#"{"type": "long", "logicalType": "timestamp-millis"}"#;
    assert_eq!(through(stamp, &json!(0)), json!("1970-01-01T00:00:00Z"));
    refused(stamp, &json!("1970-01-01T00:00:00.0001Z"), EncodeErrorKind::Value, "");
    refused(stamp, &json!("yesterday"), EncodeErrorKind::Value, "");
}

#[test]
fn bytes_are_base64_of_the_right_length() {
    refused(r#""bytes""#, &json!("not base64!"), EncodeErrorKind::Value, "");
    let fixed = r#"{"type": "fixed", "name": "F", "size": 3}"#;
    refused(fixed, &json!("AQI="), EncodeErrorKind::Value, "");
    assert_eq!(through(r#""bytes""#, &json!("")), json!(""));
}

#[test]
fn a_wrong_value_is_named_by_its_path() {
    let r = record(
        "R",
        r#"{"name": "list", "type": {"type": "array", "items": {"type": "map", "values": "int"}}}"#,
    );
    refused(&r, &json!({"list": [{"a": 1}, {"b": "x"}]}), EncodeErrorKind::Type, "list[1].b");
    refused(r#"{"type": "enum", "name": "E", "symbols": ["A"]}"#, &json!("B"), EncodeErrorKind::Value, "");
}

#[test]
fn a_union_takes_the_first_branch_of_the_values_kind() {
    let branch = |union: &str, value: serde_json::Value| {
        write(union, &from_json(&value.to_string()).unwrap()).unwrap()[0] / 2
    };
    assert_eq!(branch(r#"["null", "int", "long"]"#, json!(5)), 1);
    assert_eq!(branch(r#"["null", "int", "long"]"#, json!(1_u64 << 40)), 2);
    assert_eq!(branch(r#"["double", "long"]"#, json!(5)), 1);
    assert_eq!(branch(r#"["null", "double"]"#, json!(5)), 1);
    assert_eq!(branch(r#"["bytes", "string"]"#, json!("AAAA")), 1);
    assert_eq!(branch(r#"["null", "bytes"]"#, json!("AAAA")), 1);
    assert_eq!(
        branch(r#"["null", {"type": "enum", "name": "E", "symbols": ["A"]}, "string"]"#, json!("A")),
        1
    );
    assert_eq!(
        branch(r#"["null", {"type": "enum", "name": "E", "symbols": ["A"]}, "string"]"#, json!("B")),
        2
    );
    let records = r#"["null", {"type": "record", "name": "A", "fields": [{"name": "a", "type": "int"}]},
        {"type": "record", "name": "B", "fields": [{"name": "b", "type": "int"}]}, {"type": "map", "values": "string"}]"#;
    assert_eq!(branch(records, json!({"a": 1})), 1);
    assert_eq!(branch(records, json!({"b": 1})), 2);
    assert_eq!(branch(records, json!({"c": "x"})), 3);
    refused(records, &json!({"c": 1}), EncodeErrorKind::Type, "");
    refused(records, &json!(true), EncodeErrorKind::Type, "");
    refused(r#"["null", {"type": "array", "items": "int"}]"#, &json!([1, "x"]), EncodeErrorKind::Type, "[1]");
}

#[test]
fn a_value_that_names_its_branch_takes_it() {
    let mut builder = ValueBuilder::new();
    builder.branch(1).int(5);
    assert_eq!(write(r#"["int", "long"]"#, &builder.finish()).unwrap(), [2, 10]);
    let mut builder = ValueBuilder::new();
    builder.branch(2).int(5);
    let error = write(r#"["int", "long"]"#, &builder.finish()).unwrap_err();
    assert!(error.to_string().contains("branch 2"), "{error}");
}

#[test]
fn a_record_names_its_branch_by_its_type() {
    let union = r#"["null", {"type": "record", "name": "s.A", "fields": []}, {"type": "record", "name": "s.B", "fields": []}]"#;
    for (name, branch) in [("s.B", 2), ("B", 2), ("A", 1)] {
        let mut builder = ValueBuilder::new();
        let open = builder.begin_record(name);
        builder.end(open);
        assert_eq!(write(union, &builder.finish()).unwrap(), [branch * 2], "{name}");
    }
}

#[test]
fn typed_and_dynamic_write_the_same_bytes() {
    let codec = same(r#"{"type": "map", "values": ["null", "double"]}"#);
    let map = std::collections::BTreeMap::from([("a", Some(1.5)), ("b", None)]);
    let typed = encode(&codec, &map).unwrap();
    let mut dynamic = Vec::new();
    codec.encode_value(&from_json(r#"{"a": 1.5, "b": null}"#).unwrap(), &mut dynamic).unwrap();
    assert_eq!(typed, dynamic);
}
