//! The binary, run as a person runs it: what it prints where, and how it exits.

mod topics;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::file;

/// Runs `schemawire` in a directory with something on standard input.
pub(crate) fn run(dir: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_schemawire"))
        .args(arguments)
        .current_dir(dir)
        .env_remove("SCHEMAWIRE_DIR")
        .env_remove("SCHEMAWIRE_REGISTRY")
        .env_remove("SCHEMAWIRE_BROKERS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that does not read its input closes it.
    drop(child.stdin.take().expect("piped").write_all(input.as_bytes()));
    child.wait_with_output().expect("it ends")
}

/// As [`run`], and it has to succeed; gives standard output.
pub(crate) fn done(dir: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(dir, arguments, input);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

const ORDER: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"}, {"name": "qty", "type": "int"}]}"#;

/// Version 2: `qty` is wider, `currency` is new.
const ORDER_2: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "currency", "type": "string", "default": "EUR"},
    {"name": "id", "type": "string"}, {"name": "qty", "type": "long"}]}"#;

/// Version 3 asks for a field that nobody wrote.
const ORDER_3: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"}, {"name": "sku", "type": "string"}]}"#;

fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in [("order.avsc", ORDER), ("order2.avsc", ORDER_2), ("order3.avsc", ORDER_3)] {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

#[test]
fn every_command_explains_itself() {
    let dir = workplace();
    let all = done(dir.path(), &["--help"], "");
    for command in [
        "demo", "register", "schemas", "encode", "decode", "inspect", "convert", "produce", "consume",
        "topics", "bench",
    ] {
        assert!(all.contains(command), "{command} is not in:\n{all}");
        let help = done(dir.path(), &[command, "--help"], "");
        assert!(help.contains("Usage: schemawire"), "{help}");
        assert!(help.contains("--help"), "{help}");
    }
    assert_eq!(run(dir.path(), &["fly"], "").status.code(), Some(2));
}

#[test]
fn a_payload_reads_back_as_the_json_it_came_from() {
    let dir = workplace();
    let lines = "{\"id\":\"a\",\"qty\":1}\n\n{\"id\":\"b\",\"qty\":-2}\n";
    let hex = done(dir.path(), &["encode", "--schema", "order.avsc"], lines);
    assert_eq!(hex, "026102\n026203\n");
    let json = done(dir.path(), &["decode", "--schema", "order.avsc"], &hex);
    assert_eq!(json, "{\"id\":\"a\",\"qty\":1}\n{\"id\":\"b\",\"qty\":-2}\n");
    let base64 = done(dir.path(), &["encode", "--schema", "order.avsc", "--to", "base64"], lines);
    assert_eq!(base64, "AmEC\nAmID\n");
    let read = done(
        dir.path(),
        &["decode", "--schema", "order.avsc", "--reader", "order2.avsc", "--from", "base64"],
        &base64,
    );
    assert!(read.starts_with("{\"currency\":\"EUR\",\"id\":\"a\",\"qty\":1}\n"), "{read}");
}

#[test]
fn a_framed_message_is_read_by_the_registry_beside_it() {
    let dir = workplace();
    let hex = done(
        dir.path(),
        &["encode", "--schema", "order.avsc", "--subject", "orders-value"],
        r#"{"id":"a","qty":1}"#,
    );
    assert_eq!(hex, "0000000001026102\n");
    assert_eq!(done(dir.path(), &["decode"], &hex), "{\"id\":\"a\",\"qty\":1}\n");
    let newer = done(dir.path(), &["decode", "--reader", "order2.avsc"], &hex);
    assert_eq!(newer, "{\"currency\":\"EUR\",\"id\":\"a\",\"qty\":1}\n");
    let found = done(dir.path(), &["inspect", hex.trim()], "");
    assert!(found.starts_with("message, Confluent wire format v0 (certain)"), "{found}");
    assert!(found.contains("AVRO acme.Order") && found.ends_with("{\"id\":\"a\",\"qty\":1}\n"), "{found}");
}

#[test]
fn registering_a_breaking_change_is_refused_with_the_reason() {
    let dir = workplace();
    let first = done(dir.path(), &["register", "orders-value", "order.avsc"], "");
    assert!(first.starts_with("orders-value version 1 id 1 GUID "), "{first}");
    assert_eq!(
        done(dir.path(), &["register", "orders-value", "order.avsc"], ""),
        first,
        "it is there already"
    );
    let second = done(dir.path(), &["register", "orders-value", "order2.avsc", "--format", "json"], "");
    let second: serde_json::Value = serde_json::from_str(&second).expect("JSON");
    assert_eq!((second["version"].as_u64(), second["id"].as_u64()), (Some(2), Some(2)));
    let refused = run(dir.path(), &["register", "orders-value", "order3.avsc"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("sku"), "{}", stderr(&refused));
    assert_eq!(stdout(&refused), "");
    let checked = run(dir.path(), &["register", "orders-value", "order3.avsc", "--check"], "");
    assert_eq!(checked.status.code(), Some(1));

    let list = done(dir.path(), &["schemas"], "");
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.contains("orders-value") && list.contains("acme.Order"), "{list}");
    let text = done(dir.path(), &["schemas", "orders-value", "--version", "latest"], "");
    assert!(text.contains("currency"), "{text}");
    assert!(done(dir.path(), &["schemas", "--id", "1"], "").contains("qty"));
}

#[test]
fn what_is_produced_is_consumed_once_a_group() {
    let dir = workplace();
    let lines = "{\"id\":\"a\",\"qty\":1}\n{\"id\":\"b\",\"qty\":2}\n";
    let produce = [
        "produce",
        "orders",
        "--schema",
        "order.avsc",
        "--key-field",
        "id",
        "--header",
        "source=test",
        "--format",
        "json",
    ];
    let sent = done(dir.path(), &produce, lines);
    assert_eq!(sent.lines().count(), 2);
    let first = done(dir.path(), &["consume", "orders", "--group", "audit"], "");
    assert_eq!(first, lines);
    assert_eq!(
        done(dir.path(), &["consume", "orders", "--group", "audit"], ""),
        "",
        "the group has read all"
    );
    done(dir.path(), &["produce", "orders", "--schema", "order2.avsc"], r#"{"id":"c","qty":3}"#);
    let later = done(dir.path(), &["consume", "orders", "--group", "audit", "--reader", "order2.avsc"], "");
    assert_eq!(later, "{\"currency\":\"EUR\",\"id\":\"c\",\"qty\":3}\n");
    let whole = done(dir.path(), &["consume", "orders", "--max", "1", "--format", "json"], "");
    let whole: serde_json::Value = serde_json::from_str(&whole).expect("JSON");
    assert_eq!(whole["key"], "a");
    assert_eq!(whole["offset"], 0);
    assert_eq!(whole["headers"], serde_json::json!([["source", "test"]]));
    assert_eq!(whole["value"], serde_json::json!({"id": "a", "qty": 1}));
}

#[test]
fn a_tombstone_goes_through() {
    let dir = workplace();
    let lines = "{\"a\": {\"id\":\"a\",\"qty\":1}}\n{\"a\": null}\n";
    done(dir.path(), &["produce", "orders", "--schema", "order.avsc", "--keyed"], lines);
    assert_eq!(done(dir.path(), &["consume", "orders"], ""), "{\"id\":\"a\",\"qty\":1}\nnull\n");
}

#[test]
fn a_broken_line_is_named_and_the_rest_goes_on_when_asked() {
    let dir = workplace();
    let lines = "{\"id\":\"a\",\"qty\":1}\n{\"id\":\"b\",\"qty\":\n{\"id\":\"c\",\"qty\":\"x\"}\n{\"id\":\"d\",\"qty\":4}\n";
    let stopped = run(dir.path(), &["encode", "--schema", "order.avsc"], lines);
    assert_eq!(stopped.status.code(), Some(1));
    assert_eq!(stdout(&stopped), "026102\n", "what came before is kept");
    assert!(stderr(&stopped).contains("standard input, line 2"), "{}", stderr(&stopped));
    let went_on = run(dir.path(), &["encode", "--schema", "order.avsc", "--keep-going"], lines);
    assert_eq!(went_on.status.code(), Some(1));
    assert_eq!(stdout(&went_on), "026102\n026408\n");
    let told = stderr(&went_on);
    assert!(told.contains("line 2") && told.contains("line 3") && told.contains("qty"), "{told}");
    assert!(told.contains("2 of 4 lines were skipped"), "{told}");
}

#[test]
fn exit_codes_tell_data_usage_and_environment_apart() {
    let dir = workplace();
    let code = |arguments: &[&str], input: &str| run(dir.path(), arguments, input).status.code();
    assert_eq!(code(&["decode", "--schema", "order.avsc"], "0261"), Some(1), "a cut payload");
    assert_eq!(code(&["decode", "--schema", "order.avsc"], "xyz"), Some(1), "no hex");
    assert_eq!(
        code(&["encode", "--schema", "order.txt"], ""),
        Some(2),
        "a file that does not tell its format"
    );
    assert_eq!(code(&["encode", "--schema", "missing.avsc"], ""), Some(3), "no such file");
    assert_eq!(code(&["consume", "nothing"], ""), Some(3), "no such topic");
    std::fs::write(dir.path().join("broken.avsc"), "{\"type\": \"recod\"}").expect("written");
    assert_eq!(code(&["register", "s", "broken.avsc"], ""), Some(1), "no schema");
}

#[test]
fn a_second_process_is_told_who_holds_the_log() {
    let dir = workplace();
    done(dir.path(), &["register", "orders-value", "order.avsc"], "");
    let log =
        schemawire::transport::Embedded::open(dir.path().join(".schemawire/schemawire.redb")).expect("opens");
    let refused = run(dir.path(), &["schemas"], "");
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains(&std::process::id().to_string()), "{}", stderr(&refused));
    drop(log);
    done(dir.path(), &["schemas"], "");
}

#[test]
fn commands_in_a_pipe_share_the_log() {
    let dir = workplace();
    let binary = env!("CARGO_BIN_EXE_schemawire");
    let pipe = format!("'{binary}' encode --schema order.avsc --subject orders-value | '{binary}' decode");
    let mut shell = Command::new("sh")
        .args(["-c", &pipe])
        .current_dir(dir.path())
        .env_remove("SCHEMAWIRE_DIR")
        .env_remove("SCHEMAWIRE_REGISTRY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    drop(shell.stdin.take().expect("piped").write_all(b"{\"id\":\"a\",\"qty\":1}\n"));
    let output = shell.wait_with_output().expect("it ends");
    assert_eq!(stdout(&output), "{\"id\":\"a\",\"qty\":1}\n");
}

#[test]
fn inspect_says_what_bytes_are_and_how_sure_it_is() {
    let dir = workplace();
    let kind = |what: &str| {
        let found = done(dir.path(), &["inspect", what, "--format", "json"], "");
        let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
        format!("{}, {}", found["kind"].as_str().expect("text"), found["sure"].as_str().expect("text"))
    };
    assert_eq!(kind("0000000001026102"), "message, Confluent wire format v0, possible");
    assert_eq!(kind("c301a92de1f8a242f53d540842696c6c"), "Avro single-object encoding, likely");
    assert_eq!(
        kind("0189791762233641869674299b90a802e27061"),
        "message, Confluent wire format v1, GUID in front, possible"
    );
    // As the Python library aws-glue-schema-registry 1.1 writes it, and Apicurio's DefaultIdHandler.
    let glue = "0300b7b4a7f09c964e4aa687fb5de9ef0c637061796c6f6164";
    assert_eq!(kind(glue), "message, AWS Glue Schema Registry, likely");
    assert_eq!(
        kind("0000000000000000077061"),
        "message, Apicurio Registry with global ids of 8 bytes, likely"
    );
    assert_eq!(kind("7b7d"), "JSON, certain");
    let header = "__value_schema_id=0189791762233641869674299b90a802e2";
    let found = done(dir.path(), &["inspect", "7061", "--header", header], "");
    assert!(found.starts_with("message, Confluent wire format v1, GUID in the header (possible)"), "{found}");
    assert!(found.contains("89791762-2336-4186-9674-299b90a802e2"), "{found}");
    let wrong = run(dir.path(), &["inspect", "7061", "--header", "__value_schema_id"], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(kind("/////w=="), "bytes without a frame that is known, possible");
    std::fs::write(dir.path().join("note.json"), "[1, 2]").expect("written");
    assert_eq!(kind("note.json"), "JSON, certain");
    assert_eq!(run(dir.path(), &["inspect", "what?"], "").status.code(), Some(2));
}

#[cfg(feature = "apache-avro")]
#[test]
fn inspect_opens_a_container_file() {
    let schema = apache_avro::Schema::parse_str(ORDER).expect("a schema");
    let mut writer = apache_avro::Writer::new(&schema, Vec::new()).expect("a writer");
    for (id, qty) in [("a", 1), ("b", 2)] {
        let mut record = apache_avro::types::Record::new(&schema).expect("a record");
        record.put("id", id);
        record.put("qty", qty);
        writer.append_value(record).expect("appended");
    }
    let dir = workplace();
    std::fs::write(dir.path().join("orders.avro"), writer.into_inner().expect("bytes")).expect("written");
    let found = done(dir.path(), &["inspect", "orders.avro"], "");
    assert!(found.starts_with("Avro container file (certain)"), "{found}");
    assert!(found.ends_with("{\"id\":\"a\",\"qty\":1}\n{\"id\":\"b\",\"qty\":2}\n"), "{found}");
}

#[test]
fn the_demo_reads_every_field_right_and_refuses_the_breaking_change() {
    let dir = workplace();
    let shown = done(dir.path(), &["demo", "--format", "json"], "");
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["events"], 1707);
    let rows = shown["rows"].as_array().expect("rows");
    let formats: Vec<&str> = rows.iter().filter_map(|row| row["format"].as_str()).collect();
    assert_eq!(formats.first(), Some(&"AVRO"));
    assert!(formats.len() >= 3, "{formats:?}");
    for row in rows {
        assert_eq!(row["messages"], 1707, "{row}");
        assert_eq!(row["fieldsRight"], 1707 * 28, "{row}");
        let is_checked = row["format"] != "JSON";
        assert_eq!(row["level"], if is_checked { "BACKWARD" } else { "NONE" }, "{row}");
    }
    assert!(shown["refused"]["report"].as_str().expect("a report").contains("agency"), "{shown}");
    let left =
        std::fs::read_dir(dir.path()).expect("a directory").map(|it| it.expect("an entry").file_name());
    let left: Vec<_> = left.filter(|it| !it.to_string_lossy().starts_with("order")).collect();
    assert!(left.is_empty(), "a demo without --dir leaves nothing behind: {left:?}");
}

#[test]
fn the_demo_takes_other_events_and_keeps_its_log_when_asked() {
    let dir = workplace();
    let events = std::fs::read_to_string(file("data/usgs-earthquakes-week.geojson")).expect("the data");
    std::fs::write(dir.path().join("week.geojson"), events).expect("written");
    let run_demo =
        ["demo", "--input", "week.geojson", "--codec", "avro", "--dir", "kept", "--format", "json"];
    for _ in 0..2 {
        let shown: serde_json::Value = serde_json::from_str(&done(dir.path(), &run_demo, "")).expect("JSON");
        assert_eq!(shown["rows"].as_array().map(Vec::len), Some(1));
        assert_eq!(shown["rows"][0]["messages"], 1707);
    }
    // What it leaves, the other commands find.
    assert!(done(dir.path(), &["schemas", "--dir", "kept"], "").contains("quakes-avro-value"));
    let events = done(dir.path(), &["consume", "--dir", "kept", "quakes-avro"], "");
    assert_eq!(events.lines().count(), 1707);
    let first: serde_json::Value =
        serde_json::from_str(events.lines().next().expect("a line")).expect("JSON");
    assert!(first["title"].is_string(), "{first}");
    let broken = run(dir.path(), &["demo", "--input", "-"], "{\"id\": 1}\n");
    assert_eq!(broken.status.code(), Some(1));
    assert!(stderr(&broken).contains("standard input, line 1"), "{}", stderr(&broken));
}

#[test]
fn a_schema_is_converted_and_what_is_not_exact_is_said() {
    let dir = workplace();
    let output = run(dir.path(), &["convert", "order.avsc", "--to", "protobuf"], "");
    assert_eq!(output.status.code(), Some(0));
    let proto =
        "syntax = \"proto3\";\n\npackage acme;\n\nmessage Order {\n  string id = 1;\n  int32 qty = 2;\n}\n";
    assert_eq!(stdout(&output), proto);
    assert_eq!(stderr(&output), "AVRO to PROTOBUF: 3 exact\n");

    // The default of `currency` has no place in a layout.
    let output =
        run(dir.path(), &["convert", "order2.avsc", "--to", "bincode", "-o", "order.bincode.json"], "");
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()));
    let note =
        "2:5 dropped acme.Order.currency: default (\"EUR\") [default]\nAVRO to BINCODE: 4 exact, 1 dropped\n";
    assert_eq!(stderr(&output), note);

    let report = done(dir.path(), &["convert", "order.bincode.json", "--to", "json", "--report", "json"], "");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!((report["from"].as_str(), report["verdict"].as_str()), (Some("BINCODE"), Some("exact")));
    assert_eq!(report["entries"][0]["rule"], "record-to-json");
    assert!(done(dir.path(), &["convert", "--table"], "").contains("| long | int64 |"));
}

#[test]
fn a_schema_that_cannot_be_converted_is_refused_with_all_reasons() {
    let dir = workplace();
    let text = "{\"title\": \"T\", \"type\": \"object\", \"properties\": {\n  \"a\": false,\n  \"b\": {\"allOf\": [{}, {}]}}}";
    std::fs::write(dir.path().join("t.json"), text).expect("written");
    let output = run(dir.path(), &["convert", "t.json", "--to", "avro"], "");
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()));
    let errors = stderr(&output);
    assert!(errors.starts_with("error: t.json cannot be converted to AVRO\n"), "{errors}");
    assert!(errors.contains("2:8 impossible T.a: false (no value is of this type) [nothing]"), "{errors}");
    assert!(errors.contains("3:8 impossible T.b: allOf (schemas are not merged) [all-of]"), "{errors}");
    assert_eq!(run(dir.path(), &["convert", "order.avsc"], "").status.code(), Some(2), "no format");
    assert_eq!(run(dir.path(), &["convert", "order.avsc", "--to", "xml"], "").status.code(), Some(2));
    assert_eq!(run(dir.path(), &["convert", "none.avsc", "--to", "json"], "").status.code(), Some(3));
}
