//! Messages made up from schemas.

use schemawire::bench::Generator;
use schemawire::schema::Schema;

use super::{quick, report, workplace};
use crate::cli::{done, run, stderr};
use crate::support::file;

const ALL: &str = r#"{"type": "record", "name": "All", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"}, {"name": "i", "type": "int"}, {"name": "l", "type": "long"},
    {"name": "f", "type": "float"}, {"name": "d", "type": "double"}, {"name": "b", "type": "boolean"},
    {"name": "bytes", "type": "bytes"}, {"name": "fixed", "type": {"type": "fixed", "name": "Six", "size": 6}},
    {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
    {"name": "uuid", "type": {"type": "string", "logicalType": "uuid"}},
    {"name": "date", "type": {"type": "int", "logicalType": "date"}},
    {"name": "time", "type": {"type": "int", "logicalType": "time-millis"}},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
    {"name": "local", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
    {"name": "span", "type": {"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"}},
    {"name": "tags", "type": {"type": "array", "items": "string"}},
    {"name": "map", "type": {"type": "map", "values": "int"}},
    {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
    {"name": "union", "type": ["null", "string", "long", {"type": "record", "name": "In", "fields": [
        {"name": "x", "type": "int"}]}]},
    {"name": "next", "type": ["null", "All"], "default": null}]}"#;

const PROTO: &str = r#"syntax = "proto3"; package acme; import "google/protobuf/timestamp.proto";
    message Other { int32 q = 1; }
    message Order { string id = 1; sint32 a = 2; uint64 u = 3; fixed32 f = 4; double d = 5; float fl = 6; bytes b = 7;
      optional string note = 8; repeated Item items = 9; map<string, int64> m = 10; Kind kind = 11;
      oneof contact { string email = 12; int64 phone = 13; } google.protobuf.Timestamp at = 14; Order parent = 16;
      message Item { string sku = 1; } enum Kind { NONE = 0; BIG = 1; } }"#;

const JSON: &str = r##"{"title": "Order", "type": "object", "required": ["id", "qty"], "additionalProperties": false,
    "properties": {"id": {"type": "string", "minLength": 30}, "qty": {"type": "integer", "minimum": 5, "maximum": 9},
      "price": {"type": "number", "exclusiveMinimum": 0}, "kind": {"enum": ["small", 2, null]},
      "tags": {"type": "array", "items": {"type": "string", "maxLength": 4}, "minItems": 1, "maxItems": 3},
      "at": {"type": "string", "format": "date-time"}, "note": {"type": ["string", "null"]},
      "parts": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Part"}},
      "who": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/Part"}]}},
    "$defs": {"Part": {"type": "object", "required": ["sku"], "properties": {
      "sku": {"type": "string"}, "of": {"type": "array", "items": {"$ref": "#/$defs/Part"}}}}}}"##;

#[test]
fn the_same_seed_gives_the_same_messages() {
    let schema = Schema::avro(ALL).expect("a schema");
    let lines = |seed| {
        let mut generator = Generator::new(&schema, None, seed).expect("a generator");
        (0..20).map(|_| generator.line()).collect::<Vec<_>>()
    };
    assert_eq!(lines(7), lines(7));
    assert_ne!(lines(7), lines(8));
    let mut generator =
        Generator::new(&Schema::avro("\"int\"").expect("a schema"), None, 1).expect("a generator");
    let numbers: Vec<_> = (0..4).map(|_| generator.line()).collect();
    assert_eq!(numbers, ["974685", "315", "639", "309342"], "on every machine");
}

#[test]
fn made_up_messages_fit_every_kind_of_schema() {
    let dir = workplace();
    let layout = std::fs::read_to_string(file("schemas/quake/v1.bincode.json")).expect("the layout");
    for (name, text) in [("all.avsc", ALL), ("o.proto", PROTO), ("o.json", JSON), ("q.bincode.json", &layout)]
    {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    for (arguments, codec) in [
        (&["--schema", "all.avsc"][..], "avro"),
        (&["--schema", "o.proto", "--message", "acme.Order"], "protobuf"),
        (&["--schema", "o.json"], "json-validated"),
        (&["--schema", "q.bincode.json"], "bincode"),
    ] {
        let arguments = [arguments, &["--codec", codec, "--messages", "200", "--seed", "3"]].concat();
        let report = report(dir.path(), &arguments);
        assert_eq!(report["subject"]["messages"], 200);
        assert_eq!(report["subject"]["data"], "made up from the schema with seed 3");
        assert_eq!(report["cases"][0]["codec"], codec);
        let again = self::report(dir.path(), &arguments);
        assert_eq!(report["subject"], again["subject"], "the same fingerprint");
        assert_eq!(report["cases"][0]["bytes"], again["cases"][0]["bytes"]);
    }
}

#[test]
fn one_schema_reaches_the_other_codecs_by_translation_and_the_report_says_what_that_changed() {
    let dir = workplace();
    std::fs::write(dir.path().join("all.avsc"), ALL).expect("written");
    let report = report(dir.path(), &["--schema", "all.avsc", "--messages", "20"]);
    let codecs: Vec<_> =
        report["cases"].as_array().unwrap().iter().map(|it| it["codec"].as_str().unwrap()).collect();
    assert_eq!(codecs, ["avro", "protobuf", "json", "json-validated", "bincode"]);
    assert_eq!(report["leftOut"].as_array().map(Vec::len), Some(0));
    assert_eq!(report["cases"][0]["notes"], serde_json::Value::Null, "its own format");
    let notes = report["cases"][1]["notes"].to_string();
    assert!(notes.contains("widened acme.Six: fixed -> bytes"), "{notes}");
    for case in 1..5 {
        let notes = report["cases"][case]["notes"][0].as_str();
        assert_eq!(notes, Some("translated from AVRO: all 20 messages come back equal"));
    }
}

/// JSON tells a member that is null from one that is not there; the others have one of the two.
#[test]
fn a_message_that_comes_back_changed_is_told_with_the_place() {
    let dir = workplace();
    let schema = r#"{"type": "object", "properties": {"a": {"type": ["integer", "null"]},
        "b": {"type": "array", "items": {"type": "object", "properties": {"c": {"type": ["string", "null"]}}}}}}"#;
    std::fs::write(dir.path().join("n.json"), schema).expect("written");
    let lines = "{\"b\":[],\"a\":1}\n{\"a\":null}\n{\"a\":2,\"b\":[{\"c\":\"x\"},{\"c\":null}]}\n";
    std::fs::write(dir.path().join("n.jsonl"), lines).expect("written");
    let report = report(dir.path(), &["--schema", "n.json", "--data", "n.jsonl"]);
    let cases = report["cases"].as_array().unwrap();
    let of = |codec: &str| cases.iter().find(|it| it["codec"] == codec).unwrap()["notes"][0].clone();
    assert_eq!(
        of("avro"),
        "translated from JSON: 2 of 3 messages come back changed; message 2: `a` was null and is gone"
    );
    assert_eq!(of("json"), serde_json::Value::Null);
}

#[test]
fn a_codec_that_cannot_carry_the_schema_says_why_and_the_others_go_on() {
    let dir = workplace();
    // A layout has a size for everything, so it cannot name a type that holds itself directly; JSON holds anything.
    let schema = r#"{"type": "record", "name": "Odd", "fields": [{"name": "x", "type": ["int", "long"]}]}"#;
    std::fs::write(dir.path().join("odd.avsc"), schema).expect("written");
    let report = report(dir.path(), &["--schema", "odd.avsc", "--messages", "20"]);
    let measured = report["cases"].as_array().unwrap().len();
    let left_out = report["leftOut"].as_array().unwrap();
    assert_eq!(measured + left_out.len(), 5, "{left_out:?}");
    assert!(left_out.iter().all(|it| it["reason"].as_str().is_some_and(|it| it.len() > 20)), "{left_out:?}");
}

#[test]
fn a_schema_that_nothing_made_up_fits_asks_for_data() {
    let dir = workplace();
    let schema = r#"{"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "pattern": "^[0-9]{20}$"}}}"#;
    std::fs::write(dir.path().join("order.json"), schema).expect("written");
    let refused = run(dir.path(), &quick(&["--schema", "order.json"]), "");
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(said.starts_with("error: messages made up for this schema do not fit it\n"), "{said}");
    assert!(said.contains("`id`") && said.contains("help: give messages with --data"), "{said}");
    done(
        dir.path(),
        &quick(&["--schema", "order.json", "--data", "-"]),
        "{\"id\":\"01234567890123456789\"}\n",
    );
}
