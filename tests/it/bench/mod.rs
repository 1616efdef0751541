//! `schemawire bench` and the library behind it. No test asserts a time: what is measured is not what is tested.

mod comparing;
mod generating;
mod library;
mod scaffold;
mod showing;

use std::path::Path;

use crate::cli::{done, run, stderr, stdout};

const ORDER: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"}, {"name": "qty", "type": "int"},
    {"name": "place", "type": ["null", {"type": "record", "name": "Place", "fields": [
        {"name": "depth", "type": "double"}]}], "default": null}]}"#;

const LINES: &str =
    "{\"id\":\"a\",\"qty\":1,\"place\":{\"depth\":2.5}}\n{\"id\":\"bcd\",\"qty\":-2,\"place\":null}\n";

fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in [("order.avsc", ORDER), ("orders.jsonl", LINES)] {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

/// A bench in as few rounds as there can be.
fn quick<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["bench", "--rounds", "1"], arguments].concat()
}

fn report(dir: &Path, arguments: &[&str]) -> serde_json::Value {
    let shown = done(dir, &quick(&[arguments, &["--format", "json"]].concat()), "");
    serde_json::from_str(&shown).expect("JSON")
}

#[test]
fn a_schema_and_its_data_are_measured() {
    let dir = workplace();
    let report = report(dir.path(), &["--schema", "order.avsc", "--data", "orders.jsonl", "--codec", "avro"]);
    assert_eq!(report["version"], 1);
    assert_eq!(report["subject"]["schema"], "acme.Order");
    assert_eq!(report["subject"]["messages"], 2);
    let case = &report["cases"][0];
    assert_eq!((&case["codec"], &case["path"]), (&"avro".into(), &"dynamic".into()));
    // 02 61 02 02 + 8 bytes of double, 06 62 63 64 03 00.
    assert_eq!(
        (&case["bytes"]["least"], &case["bytes"]["most"], &case["bytes"]["perMessage"]),
        (&6.into(), &12.into(), &9.0.into())
    );
    let algorithms: Vec<_> =
        case["bytes"]["compressed"].as_array().unwrap().iter().map(|it| &it["algorithm"]).collect();
    assert_eq!(algorithms, ["zstd", "lz4", "gzip", "snappy"]);
    assert_eq!(case["encode"]["allocations"], 0.0, "the buffer is used again");
    assert!(case["decode"]["nanoseconds"]["median"].as_f64().unwrap() > 0.0);
    assert_eq!(report["method"]["rounds"], 1);
    assert!(report["machine"]["cores"].as_u64().unwrap() > 0);
}

#[test]
fn the_text_has_its_method_and_says_who_is_left_out() {
    let dir = workplace();
    let shown = done(dir.path(), &quick(&["--schema", "order.avsc", "--data", "-"]), LINES);
    assert!(shown.starts_with("acme.Order (AVRO), 2 messages: standard input\n"), "{shown}");
    for part in [
        "Dynamic values, by the schema alone: time",
        "encode ns",
        "zstd, batch",
        "Rounds: 1 that count after 1 of warm-up",
        "Outliers: ",
        "Clock: ",
        "Machine: ",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
}

#[test]
fn data_that_does_not_fit_is_named_by_line_and_field() {
    let dir = workplace();
    let lines = "{\"id\":\"a\",\"qty\":1,\"place\":null}\n\n{\"id\":\"b\",\"qty\":1,\"place\":{\"depth\":\"deep\"}}\n";
    let refused = run(dir.path(), &quick(&["--schema", "order.avsc", "--data", "-"]), lines);
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(said.starts_with("error: standard input, line 3\n") && said.contains("place.depth"), "{said}");
    assert_eq!(stdout(&refused), "");

    let refused = run(dir.path(), &quick(&["--schema", "order.avsc", "--data", "-"]), "\n{\"id\":\n");
    assert!(
        stderr(&refused).starts_with("error: standard input, line 2\n  = not JSON"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn json_that_breaks_its_schema_is_refused() {
    let dir = workplace();
    let schema = r#"{"type": "object", "properties": {"qty": {"type": "integer", "maximum": 9}}}"#;
    std::fs::write(dir.path().join("order.json"), schema).expect("written");
    let refused = run(dir.path(), &quick(&["--schema", "order.json", "--data", "-"]), "{\"qty\":10}\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("line 1") && stderr(&refused).contains("`qty`"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn no_data_no_such_message_and_no_codec_are_told() {
    let dir = workplace();
    let proto = "syntax = \"proto3\"; package acme; message Order { string id = 1; }";
    std::fs::write(dir.path().join("order.proto"), proto).expect("written");
    for (arguments, input, wanted) in [
        (&["--schema", "order.avsc", "--data", "-"][..], "\n", "has no messages"),
        (&["--schema", "order.proto", "--data", "-", "--message", "acme.Odour"], "{}", "acme.Odour"),
    ] {
        let refused = run(dir.path(), &quick(arguments), input);
        assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(wanted), "{}", stderr(&refused));
    }
}

#[test]
fn only_the_first_lines_are_taken_and_the_report_says_so() {
    let dir = workplace();
    let report = report(
        dir.path(),
        &["--schema", "order.avsc", "--data", "orders.jsonl", "--messages", "1", "--codec", "avro"],
    );
    assert_eq!(report["subject"]["messages"], 1);
    assert_eq!(report["subject"]["data"], "the first 1 lines of orders.jsonl");
}
