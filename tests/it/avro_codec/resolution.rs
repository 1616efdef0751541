//! A writer's schema read as a reader's: promotion, reordering, defaults, aliases, names, and what cannot be read.

use schemawire::codec::DecodeErrorKind;
use schemawire::schema::SchemaErrorKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{decode, encode, evolve, json, pair, record, same};

#[test]
fn every_promotion_holds_at_the_limits_of_its_numbers() {
    for int in [i32::MIN, -1, 0, 1, 63, 64, -65, 8191, 8192, 1 << 20, i32::MAX] {
        assert_eq!(evolve::<_, i32>(r#""int""#, r#""int""#, &int), int);
        assert_eq!(evolve::<_, i64>(r#""int""#, r#""long""#, &int), i64::from(int));
        assert_eq!(evolve::<_, f32>(r#""int""#, r#""float""#, &int), int as f32);
        assert_eq!(evolve::<_, f64>(r#""int""#, r#""double""#, &int), f64::from(int));
    }
    for long in [i64::MIN, -(1 << 53) - 1, -1, 0, 1, 1_099_511_627_776, 1 << 53, i64::MAX] {
        assert_eq!(evolve::<_, i64>(r#""long""#, r#""long""#, &long), long);
        assert_eq!(evolve::<_, f32>(r#""long""#, r#""float""#, &long), long as f32);
        assert_eq!(evolve::<_, f64>(r#""long""#, r#""double""#, &long), long as f64);
    }
    for float in [f32::MIN, f32::MIN_POSITIVE, -0.0, 0.1, 12.5, f32::MAX, f32::INFINITY] {
        assert_eq!(evolve::<_, f32>(r#""float""#, r#""float""#, &float).to_bits(), float.to_bits());
        assert_eq!(evolve::<_, f64>(r#""float""#, r#""double""#, &float), f64::from(float));
    }
    for double in [f64::MIN, f64::MIN_POSITIVE, -0.0, 12.5, f64::MAX, f64::NEG_INFINITY] {
        assert_eq!(evolve::<_, f64>(r#""double""#, r#""double""#, &double).to_bits(), double.to_bits());
    }
    for text in ["", "a", "hé 🎉"] {
        assert_eq!(evolve::<_, Vec<u8>>(r#""string""#, r#""bytes""#, text), text.as_bytes());
        let bytes = encode(&same(r#""string""#), text).unwrap();
        let codec = pair(r#""bytes""#, r#""string""#).unwrap();
        assert_eq!(decode::<&str>(&codec, &bytes).unwrap(), text);
    }
}

#[test]
fn the_dynamic_value_of_a_promoted_number_has_the_readers_type() {
    use schemawire::codec::BoundCodec;
    use schemawire::value::View;
    let value = |writer: &str, reader: &str| {
        let codec = pair(writer, reader).unwrap();
        let payload = [8];
        codec.decode_value(&payload).unwrap().root().view() == View::Long(4)
            || codec.decode_value(&payload).unwrap().root().view() == View::Double(4.0)
            || codec.decode_value(&payload).unwrap().root().view() == View::Float(4.0)
    };
    assert!(value(r#""int""#, r#""long""#));
    assert!(value(r#""int""#, r#""double""#));
    assert!(value(r#""long""#, r#""float""#));
}

#[test]
fn bytes_that_are_no_text_are_not_read_as_a_string() {
    let codec = pair(r#""bytes""#, r#""string""#).unwrap();
    let error = decode::<String>(&codec, &[4, b'a', 0xff]).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Malformed, Some(2)));
}

#[test]
fn what_is_no_promotion_does_not_bind() {
    for (writer, reader) in [
        ("long", "int"),
        ("double", "float"),
        ("float", "long"),
        ("int", "string"),
        ("boolean", "int"),
        ("null", "int"),
    ] {
        let error = pair(&format!("{writer:?}"), &format!("{reader:?}")).unwrap_err();
        assert_eq!(error.kind, SchemaErrorKind::Mismatch);
        assert!(error.to_string().contains(&format!("{writer} cannot be read as {reader}")), "{error}");
    }
    assert!(pair(r#"{"type": "array", "items": "int"}"#, r#"{"type": "map", "values": "int"}"#).is_err());
}

#[test]
fn a_mismatch_names_the_path_and_the_place_in_both_schemas() {
    let nested = |ty: &str| {
        let place = record("Place", &format!(r#"{{"name": "depth", "type": "{ty}"}}"#));
        record(
            "Quake",
            &format!(
                r#"{{"name": "id", "type": "int"}}, {{"name": "places", "type": {{"type": "array", "items": {place}}}}}"#
            ),
        )
    };
    let error = pair(&nested("string"), &nested("int")).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`places[].depth`"), "{text}");
    assert!(text.contains("/fields/1/type/items/fields/0/type"), "{text}");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct V1 {
    first: i32,
    gone: Vec<Gone>,
    second: String,
    also_gone: Option<f64>,
    third: Vec<i32>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Gone {
    name: String,
    numbers: std::collections::BTreeMap<String, i64>,
}

const V1_SCHEMA: &str = r#"{"type": "record", "name": "R", "namespace": "old.space", "fields": [
    {"name": "first", "type": "int"},
    {"name": "gone", "type": {"type": "array", "items": {"type": "record", "name": "Gone", "fields": [
        {"name": "name", "type": "string"},
        {"name": "numbers", "type": {"type": "map", "values": "long"}}]}}},
    {"name": "second", "type": "string"},
    {"name": "also_gone", "type": ["null", "double"], "default": null},
    {"name": "third", "type": {"type": "array", "items": "int"}}
]}"#;

const V2_SCHEMA: &str = r#"{"type": "record", "name": "R", "namespace": "new.space", "fields": [
    {"name": "third", "type": {"type": "array", "items": "double"}},
    {"name": "added", "type": {"type": "map", "values": ["null", "string"]}, "default": {"k": null}},
    {"name": "second", "type": ["null", "string"], "default": null},
    {"name": "label", "type": "string", "default": "none"},
    {"name": "first", "type": "long"}
]}"#;

fn v1() -> V1 {
    let numbers = [("a".to_owned(), 1), ("b".to_owned(), i64::MIN)].into();
    let gone = vec![Gone { name: "g".into(), numbers }, Gone { name: String::new(), numbers: [].into() }];
    V1 { first: -7, gone, second: "two".into(), also_gone: Some(0.5), third: vec![1, 2, 3] }
}

#[test]
fn fields_are_reordered_dropped_promoted_added_and_namespaces_do_not_count() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct V2<'a> {
        #[serde(borrow)]
        added: std::collections::BTreeMap<&'a str, Option<String>>,
        label: &'a str,
        first: i64,
        second: Option<&'a str>,
        third: Vec<f64>,
    }
    let codec = pair(V1_SCHEMA, V2_SCHEMA).unwrap();
    let payload = encode(&codec, &v1()).unwrap();
    let v2: V2<'_> = decode(&codec, &payload).unwrap();
    let added = [("k", None)].into();
    assert_eq!(v2, V2 { added, label: "none", first: -7, second: Some("two"), third: vec![1.0, 2.0, 3.0] });
    // A tuple takes them in the reader's order.
    type Tuple = (Vec<f64>, std::collections::BTreeMap<String, Option<String>>, Option<String>, String, i64);
    let tuple: Tuple = decode(&codec, &payload).unwrap();
    assert_eq!((tuple.0, tuple.2.as_deref(), tuple.4), (vec![1.0, 2.0, 3.0], Some("two"), -7));
    assert_eq!(tuple.3, "none");
}

#[test]
fn the_dynamic_value_has_the_readers_fields_in_the_readers_order() {
    use schemawire::codec::BoundCodec;
    let codec = pair(V1_SCHEMA, V2_SCHEMA).unwrap();
    let payload = encode(&codec, &v1()).unwrap();
    let value = codec.decode_value(&payload).unwrap();
    assert_eq!(value.root().type_name(), Some("new.space.R"));
    assert_eq!(
        value.to_string(),
        r#"{"third":[1.0,2.0,3.0],"added":{"k":null},"second":"two","label":"none","first":-7}"#
    );
}

#[test]
fn reordered_records_in_reordered_records_are_read_in_order() {
    let writer = r#"{"type": "record", "name": "A", "fields": [
        {"name": "x", "type": "int"},
        {"name": "b", "type": {"type": "array", "items": {"type": "record", "name": "B", "fields": [
            {"name": "p", "type": "string"}, {"name": "q", "type": "int"}]}}},
        {"name": "y", "type": "int"}]}"#;
    let reader = r#"{"type": "record", "name": "A", "fields": [
        {"name": "y", "type": "int"},
        {"name": "b", "type": {"type": "array", "items": {"type": "record", "name": "B", "fields": [
            {"name": "q", "type": "int"}, {"name": "p", "type": "string"}]}}},
        {"name": "x", "type": "int"}]}"#;
    let codec = pair(writer, reader).unwrap();
    let payload = encode(&codec, &(1, [("a", 2), ("b", 3)], 4)).unwrap();
    let expected = json!({"y": 4, "b": [{"q": 2, "p": "a"}, {"q": 3, "p": "b"}], "x": 1});
    assert_eq!(json(&codec, &payload), expected);
    let tuple: (i32, Vec<(i32, String)>, i32) = decode(&codec, &payload).unwrap();
    assert_eq!(tuple, (4, vec![(2, "a".into()), (3, "b".into())], 1));
}

#[test]
fn defaults_of_every_type_are_taken() {
    let reader = r#"{"type": "record", "name": "R", "fields": [
        {"name": "null", "type": "null", "default": null},
        {"name": "boolean", "type": "boolean", "default": true},
        {"name": "int", "type": "int", "default": -2147483648},
        {"name": "long", "type": "long", "default": 9223372036854775807},
        {"name": "float", "type": "float", "default": 0.5},
        {"name": "double", "type": "double", "default": -1e300},
        {"name": "bytes", "type": "bytes", "default": "\u0000\u00ff"},
        {"name": "string", "type": "string", "default": "hé"},
        {"name": "fixed", "type": {"type": "fixed", "name": "F", "size": 2}, "default": "\u0001\u00fe"},
        {"name": "enum", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}, "default": "B"},
        {"name": "array", "type": {"type": "array", "items": "int"}, "default": [1, 2]},
        {"name": "map", "type": {"type": "map", "values": "int"}, "default": {"a": 1}},
        {"name": "union", "type": ["null", "int"], "default": null},
        {"name": "second", "type": ["int", "string"], "default": 3},
        {"name": "record", "type": {"type": "record", "name": "In", "fields": [
            {"name": "a", "type": "int"}, {"name": "b", "type": "int", "default": 5}]}, "default": {"a": 4}}
    ]}"#;
    let codec = pair(&record("R", ""), reader).unwrap();
    assert_eq!(
        json(&codec, &[]),
        json!({"null": null, "boolean": true, "int": i32::MIN, "long": i64::MAX, "float": 0.5, "double": -1e300,
            "bytes": "AP8=", "string": "hé", "fixed": "Af4=", "enum": "B", "array": [1, 2], "map": {"a": 1},
            "union": null, "second": 3, "record": {"a": 4, "b": 5}})
    );
    #[derive(Deserialize)]
    struct Lent<'a> {
        string: &'a str,
        bytes: &'a [u8],
        #[serde(rename = "enum")]
        symbol: &'a str,
    }
    let lent: Lent<'static> = decode(&codec, &[]).unwrap();
    assert_eq!((lent.string, lent.bytes, lent.symbol), ("hé", &[0, 255][..], "B"));
}

#[test]
fn a_field_without_default_that_the_writer_lacks_does_not_bind() {
    let error =
        pair(&record("R", ""), &record("R", r#"{"name": "x", "type": ["null", "int"]}"#)).unwrap_err();
    assert_eq!(error.kind, SchemaErrorKind::Mismatch);
    assert!(error.to_string().contains("`x` has no default"), "{error}");
}

#[test]
fn a_field_is_found_by_the_readers_alias() {
    let writer = record("R", r#"{"name": "time", "type": "long"}, {"name": "other", "type": "int"}"#);
    let reader =
        record("R", r#"{"name": "date", "type": "long", "aliases": ["when", "time"], "default": 0}"#);
    #[derive(Debug, PartialEq, Deserialize)]
    struct Date {
        date: i64,
    }
    let codec = pair(&writer, &reader).unwrap();
    let payload = encode(&codec, &(77_i64, 5)).unwrap();
    assert_eq!(decode::<Date>(&codec, &payload).unwrap(), Date { date: 77 });
    assert_eq!(json(&codec, &payload), json!({"date": 77}));
}

#[test]
fn a_field_of_that_name_goes_before_an_alias_of_another() {
    let writer = record("R", r#"{"name": "a", "type": "int"}, {"name": "b", "type": "int"}"#);
    let reader = record(
        "R",
        r#"{"name": "c", "type": "int", "aliases": ["a"], "default": 9}, {"name": "a", "type": "int"},
           {"name": "b", "type": "int", "aliases": ["a"]}"#,
    );
    let codec = pair(&writer, &reader).unwrap();
    assert_eq!(json(&codec, &[2, 4]), json!({"c": 9, "a": 1, "b": 2}));
}

#[test]
fn the_writers_aliases_do_not_count() {
    let writer = record("R", r#"{"name": "old", "type": "int", "aliases": ["new"]}"#);
    let reader = record("R", r#"{"name": "new", "type": "int", "default": 3}"#);
    assert_eq!(json(&pair(&writer, &reader).unwrap(), &[14]), json!({"new": 3}));
}

#[test]
fn named_types_match_by_simple_name_or_by_the_readers_alias_of_the_full_name() {
    let fixed = |name: &str, more: &str| format!(r#"{{"type": "fixed", "name": "{name}", "size": 2{more}}}"#);
    assert!(pair(&fixed("a.F", ""), &fixed("b.F", "")).is_ok());
    assert!(pair(&fixed("a.F", ""), &fixed("a.G", "")).is_err());
    assert!(pair(&fixed("a.F", ""), &fixed("b.G", r#", "aliases": ["a.F"]"#)).is_ok());
    assert!(pair(&fixed("a.F", ""), &fixed("a.G", r#", "aliases": ["F"]"#)).is_ok());
    assert!(pair(&fixed("a.F", ""), &fixed("b.G", r#", "aliases": ["F"]"#)).is_err());
    let r = |name: &str, more: &str| {
        format!(r#"{{"type": "record", "name": "{name}", "fields": [{{"name": "x", "type": "int"}}]{more}}}"#)
    };
    assert!(pair(&r("Order", ""), &r("Purchase", "")).is_err());
    let codec = pair(&r("shop.Order", ""), &r("shop.Purchase", r#", "aliases": ["Order"]"#)).unwrap();
    assert_eq!(json(&codec, &[2]), json!({"x": 1}));
    let e = |name: &str| format!(r#"{{"type": "enum", "name": "{name}", "symbols": ["A"]}}"#);
    assert!(pair(&e("a.E"), &e("E")).is_ok());
    let error = pair(&e("E"), &e("D")).unwrap_err();
    assert!(error.to_string().contains("`E` is read as `D`"), "{error}");
}

#[test]
fn fixed_of_another_size_does_not_bind() {
    let fixed = |size: u32| format!(r#"{{"type": "fixed", "name": "F", "size": {size}}}"#);
    let error = pair(&fixed(2), &fixed(3)).unwrap_err();
    assert!(error.to_string().contains("2 bytes is read as one of 3"), "{error}");
}

#[test]
fn an_unknown_symbol_takes_the_readers_default_or_fails_for_the_data_that_has_it() {
    let e =
        |symbols: &str, more: &str| format!(r#"{{"type": "enum", "name": "E", "symbols": {symbols}{more}}}"#);
    let writer = e(r#"["A", "B", "C"]"#, "");
    let codec = pair(&writer, &e(r#"["X", "C", "A"]"#, r#", "default": "X""#)).unwrap();
    let read = |symbol: u8| decode::<String>(&codec, &[symbol]).unwrap();
    assert_eq!((read(0), read(2), read(4)), ("A".into(), "X".into(), "C".into()));
    assert_eq!(decode::<u32>(&codec, &[4]).unwrap(), 1);

    let codec = pair(&writer, &e(r#"["C", "A"]"#, "")).unwrap();
    assert_eq!(decode::<String>(&codec, &[0]).unwrap(), "A");
    let error = decode::<String>(&codec, &[2]).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Unresolvable, Some(0)));
    assert!(error.to_string().contains("`B`"), "{error}");
    assert_eq!(pair(&writer, &e(r#"["X"]"#, "")).unwrap_err().kind, SchemaErrorKind::Mismatch);
}

#[test]
fn recursive_schemas_are_resolved() {
    let writer = record(
        "Node",
        r#"{"name": "value", "type": "int"}, {"name": "next", "type": ["null", "Node"], "default": null}"#,
    );
    let reader = record(
        "Node",
        r#"{"name": "next", "type": ["Node", "null"]}, {"name": "label", "type": "string", "default": "l"},
           {"name": "value", "type": "long"}"#,
    );
    let codec = pair(&writer, &reader).unwrap();
    assert_eq!(
        json(&codec, &[2, 2, 4, 0]),
        json!({"next": {"next": null, "label": "l", "value": 2}, "label": "l", "value": 1})
    );
}

#[test]
fn a_recursive_branch_that_fails_fails_only_for_its_data() {
    // B leads back to A, which fails on its second field: what was compiled on the way must not pass for good.
    let writer = r#"["null", {"type": "record", "name": "A", "fields": [
        {"name": "b", "type": ["null", {"type": "record", "name": "B", "fields": [{"name": "a", "type": ["null", "A"]}]}]},
        {"name": "x", "type": "string"}]}, "B"]"#;
    let reader = writer.replace(r#""x", "type": "string""#, r#""x", "type": "int""#);
    let codec = pair(writer, &reader).unwrap();
    assert_eq!(json(&codec, &[0]), json!(null));
    assert_eq!(json(&codec, &[4, 0]), json!({"a": null}));
    for payload in [&[2, 0, 2, b'x'][..], &[4, 2, 0, 2, b'x']] {
        let error = decode::<serde_json::Value>(&codec, payload).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Unresolvable);
        assert!(error.to_string().contains("string cannot be read as int"), "{error}");
    }
}

#[test]
fn a_bad_default_of_an_old_schema_matters_only_where_it_is_needed() {
    use schemawire::codec::{Avro, Binding, Codec};
    use schemawire::schema::{Format, Mode, Schema};
    let lenient = |text: &str| Schema::parse(Format::Avro, text, Vec::new(), Mode::Lenient).unwrap();
    let with = lenient(&record("R", r#"{"name": "x", "type": ["null", "int"], "default": "null"}"#));
    let without = lenient(&record("R", ""));
    assert!(Avro.bind(&Binding::new(&with)).is_ok());
    assert!(Avro.bind(&Binding::new(&with).with_reader(&without)).is_ok());
    let error = Avro.bind(&Binding::new(&without).with_reader(&with)).unwrap_err();
    assert!(error.to_string().contains("default of field `x`"), "{error}");
}

#[test]
fn defaults_that_grow_without_end_are_refused_in_time() {
    let endless = record("R", r#"{"name": "r", "type": "R", "default": {}}"#);
    let doubling = (1..40).fold(record("R0", ""), |inner, level| {
        let name = format!("R{}", level - 1);
        record(
            &format!("R{level}"),
            &format!(r#"{{"name": "a", "type": {inner}, "default": {{}}}}, {{"name": "b", "type": "{name}", "default": {{}}}}"#),
        )
    });
    use schemawire::schema::{Format, Mode, Schema};
    for schema in [endless, record("T", &format!(r#"{{"name": "t", "type": {doubling}, "default": {{}}}}"#))]
    {
        let Ok(reader) = Schema::parse(Format::Avro, &schema, Vec::new(), Mode::Lenient) else { continue };
        let writer = if schema.contains("R39") { record("T", "") } else { record("R", "") };
        let binding = schemawire::codec::Binding::new(&reader);
        let _ = schemawire::codec::Codec::bind(&schemawire::codec::Avro, &binding);
        let writer = super::schema(&writer);
        let binding = schemawire::codec::Binding::new(&writer).with_reader(&reader);
        assert!(schemawire::codec::Codec::bind(&schemawire::codec::Avro, &binding).is_err());
    }
}
