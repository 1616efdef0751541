//! Dynamic values: what a layout shows, and what may be written with it.

use schemawire::codec::{BoundCodec, EncodeErrorKind};
use schemawire::schema::Schema;
use schemawire::value::{Value, from_json};

use super::quake::{empty, full, v1};
use super::{bind, decode, decode_value, encode, layout, traced};

fn from_json_text(schema: &Schema, json: &str) -> Result<Vec<u8>, schemawire::codec::EncodeError> {
    let mut out = Vec::new();
    bind(schema).encode_value(&from_json(json).unwrap(), &mut out)?;
    Ok(out)
}

fn again(schema: &Schema, value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    bind(schema).encode_value(value, &mut out).unwrap();
    out
}

#[test]
fn a_quake_shows_its_names_and_logical_values_and_is_written_back() {
    let schema = traced::<v1::Quake>();
    for quake in [full(), empty()] {
        let payload = encode(&schema, &quake).unwrap();
        let value = decode_value(&schema, &payload).unwrap();
        assert_eq!(value.root().type_name(), Some("Quake"));
        assert_eq!(again(&schema, &value), payload);
        assert_eq!(from_json_text(&schema, &value.to_string()).unwrap(), payload, "through JSON");
    }
    let payload = encode(&schema, &full()).unwrap();
    let shown: serde_json::Value =
        serde_json::from_str(&decode_value(&schema, &payload).unwrap().to_string()).unwrap();
    assert_eq!(shown["magnitude"], "-0.42");
    assert_eq!(shown["time"], "2018-02-07T01:26:13.840Z");
    assert_eq!(shown["alert"], "orange");
    assert_eq!(shown["links"]["detail"], "x");
}

#[test]
fn every_kind_of_type_shows_as_json_would_have_it_and_comes_back() {
    let types = r#""Shape": {"enum": ["Dot", {"name": "Circle", "newtype": "f64"}, {"name": "Line", "tuple": ["i8", "u8"]},
        {"name": "Named", "struct": [{"name": "n", "type": "string"}]}]},
        "Marker": "unit", "Wrapped": {"newtype": {"option": "u16"}}, "Pair": {"tuple": ["string", "bool"]}"#;
    for (root, json) in [
        ("\"unit\"", "null"),
        ("\"Marker\"", "null"),
        ("\"bool\"", "true"),
        ("\"i8\"", "-128"),
        ("\"u32\"", "4294967295"),
        ("\"u64\"", "18446744073709551615"),
        ("\"i128\"", "\"-170141183460469231731687303715884105728\""),
        ("\"u128\"", "\"340282366920938463463374607431768211455\""),
        ("\"f32\"", "0.1"),
        ("\"f64\"", "0.1"),
        ("\"f64\"", "\"-Infinity\""),
        ("\"char\"", "\"é\""),
        ("\"string\"", "\"\""),
        ("\"bytes\"", "\"AQID\""),
        (r#"{"seq": "u8"}"#, "\"AQID\""),
        (r#"{"array": "u8", "length": 3}"#, "\"AQID\""),
        (r#"{"array": "i16", "length": 2}"#, "[1,-2]"),
        (r#"{"option": "i32"}"#, "null"),
        (r#"{"option": {"option": "i32"}}"#, "null"),
        (r#"{"option": {"option": "i32"}}"#, "[null]"),
        (r#"{"option": {"option": "i32"}}"#, "[5]"),
        (r#"{"option": {"option": {"option": "unit"}}}"#, "[[[null]]]"),
        ("\"Wrapped\"", "7"),
        ("\"Pair\"", "[\"a\",false]"),
        ("\"Shape\"", "\"Dot\""),
        ("\"Shape\"", "{\"Circle\":1.5}"),
        ("\"Shape\"", "{\"Line\":[-1,2]}"),
        ("\"Shape\"", "{\"Named\":{\"n\":\"x\"}}"),
        (r#"{"map": ["string", {"seq": "Shape"}]}"#, "{\"a\":[\"Dot\",{\"Circle\":2.0}]}"),
        (r#"{"map": ["i16", "bool"]}"#, "{\"-5\":true}"),
        (r#"{"map": ["bool", "bool"]}"#, "{\"true\":false}"),
        ("\"duration\"", "\"P1M2DT3S\""),
        ("\"uuid\"", "\"00010203-0405-0607-0809-0a0b0c0d0e0f\""),
        ("\"local-timestamp\"", "\"2026-07-01T12:00:00\""),
    ] {
        let schema = layout(root, types);
        let payload = from_json_text(&schema, json).unwrap_or_else(|error| panic!("{root} {json}: {error}"));
        let value = decode_value(&schema, &payload).unwrap_or_else(|error| panic!("{root} {json}: {error}"));
        let shown = value.to_string();
        assert_eq!(shown.trim_matches('"'), json.trim_matches('"'), "{root}");
        assert_eq!(again(&schema, &value), payload, "{root} {json}");
    }
}

#[test]
fn what_json_leaves_out_is_none_or_the_default() {
    let schema = layout(
        "\"A\"",
        r#""A": {"struct": [{"name": "x", "type": {"option": "i32"}}, {"name": "y", "type": {"seq": "i32"}, "default": [4, 5]}]}"#,
    );
    type A = (Option<i32>, Vec<i32>);
    let bare = layout(r#"{"tuple": [{"option": "i32"}, {"seq": "i32"}]}"#, "");
    assert_eq!(decode::<A>(&bare, &from_json_text(&schema, "{}").unwrap()).unwrap(), (None, vec![4, 5]));
    assert_eq!(
        decode::<A>(&bare, &from_json_text(&schema, r#"{"y": [], "x": 1}"#).unwrap()).unwrap(),
        (Some(1), vec![])
    );
}

#[test]
fn a_value_that_does_not_fit_is_an_error_with_its_path() {
    let schema = traced::<v1::Quake>();
    let payload = encode(&schema, &full()).unwrap();
    let good: serde_json::Value =
        serde_json::from_str(&decode_value(&schema, &payload).unwrap().to_string()).unwrap();
    for (pointer, wrong, kind, path) in [
        ("/significance", "3000000000", EncodeErrorKind::Value, "significance"),
        ("/significance", "1.5", EncodeErrorKind::Type, "significance"),
        ("/status", "\"lost\"", EncodeErrorKind::Value, "status"),
        ("/sources/1", "null", EncodeErrorKind::Type, "sources[1]"),
        ("/place/depth", "\"deep\"", EncodeErrorKind::Type, "place.depth"),
        ("/place", "{\"description\": \"x\"}", EncodeErrorKind::MissingField, "place.longitude"),
        ("/magnitude", "\"strong\"", EncodeErrorKind::Value, "magnitude"),
        ("/time", "\"yesterday\"", EncodeErrorKind::Value, "time"),
    ] {
        let mut json = good.clone();
        *json.pointer_mut(pointer).unwrap() = serde_json::from_str(wrong).unwrap();
        let error = from_json_text(&schema, &json.to_string()).unwrap_err();
        assert_eq!((error.kind, error.path.as_str()), (kind, path), "{error}");
    }
    let mut json = good;
    json["extra"] = 1.into();
    let error = from_json_text(&schema, &json.to_string()).unwrap_err();
    assert_eq!(error.kind, EncodeErrorKind::UnknownField);
    assert!(error.message.contains("`extra`"), "{error}");
}
