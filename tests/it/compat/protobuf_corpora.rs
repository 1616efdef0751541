//! Every Protobuf row of the corpora.

use schemawire::compat::{Level, Report, Severity, check};
use schemawire::schema::{Format, Mode, Reference, Schema};
use serde_json::Value;

use crate::support::{corpus, rows};

/// All Protobuf rows; none where the corpora are not there.
fn protobuf_rows() -> Vec<Value> {
    let names = ["karapace-protobuf", "probe-protobuf"];
    names
        .iter()
        .filter_map(|name| corpus(&format!("{name}.jsonl")))
        .flat_map(|text| rows(&text).collect::<Vec<_>>())
        .collect()
}

/// Schemas parse leniently: some rows use names that nothing declares.
fn schema(text: &Value, references: &[(Reference, Schema)]) -> Schema {
    let text = text.as_str().expect("a schema's text");
    Schema::parse(Format::Protobuf, text, references.to_vec(), Mode::Lenient).expect("a schema")
}

fn level(row: &Value) -> Level {
    row["level"].as_str().expect("a level").parse().expect("a level")
}

fn report(row: &Value) -> Report {
    let references: Vec<(Reference, Schema)> = row["references"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| (Reference::local(it["name"].as_str().expect("a name")), schema(&it["schema"], &[])))
        .collect();
    let history: Vec<Schema> = match row["history"].as_array() {
        Some(history) => history.iter().map(|text| schema(text, &references)).collect(),
        None => vec![schema(&row["old"], &references)],
    };
    check(level(row), &history, &schema(&row["new"], &references))
}

#[test]
fn every_row_gets_confluents_verdict() {
    let rows = protobuf_rows();
    let verdicts = rows.iter().map(|row| (row, report(row)));
    let wrong: Vec<String> = verdicts
        .filter(|(row, report)| Some(report.is_compatible()) != row["compatible"].as_bool())
        .map(|(row, report)| format!("{}: {report}", row["id"]))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    println!("{} rows agree", rows.len());
}

/// Where a row lists Confluent's differences, the errors are those of them that are incompatible, no more and no fewer.
#[test]
fn errors_are_the_listed_differences_that_are_incompatible() {
    const COMPATIBLE: [&str; 9] = [
        "MESSAGE_ADDED",
        "MESSAGE_MOVED",
        "ENUM_ADDED",
        "FIELD_ADDED",
        "FIELD_NAME_CHANGED",
        "ONEOF_ADDED",
        "ONEOF_REMOVED",
        "ONEOF_FIELD_ADDED",
        "ONEOF_FIELD_MOVED_TO_TOP_LEVEL",
    ];
    for row in protobuf_rows() {
        let Some(differences) = row["differences"].as_array() else { continue };
        let names = differences.iter().filter_map(|it| it.as_str()?.split(' ').next());
        let mut listed: Vec<&str> = names.filter(|name| !COMPATIBLE.contains(name)).collect();
        let report = report(&row);
        let errors = report.findings.iter().filter(|it| it.severity == Severity::Error);
        let mut found: Vec<&str> = errors.filter_map(|it| it.rule()?.confluent).collect();
        listed.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, listed, "{}: {report}", row["id"]);
    }
}

#[test]
fn forward_is_backward_with_the_sides_exchanged() {
    for row in protobuf_rows() {
        let (old, new) = (schema(&row["old"], &[]), schema(&row["new"], &[]));
        let forward = check(Level::Forward, std::slice::from_ref(&old), &new);
        let backward = check(Level::Backward, std::slice::from_ref(&new), &old);
        let places = |report: &Report, exchanged: bool| -> Vec<_> {
            let sides = report.findings.iter().map(|it| (it.rule, it.new.clone(), it.old.clone()));
            sides
                .map(|(rule, new, old)| if exchanged { (rule, old, new) } else { (rule, new, old) })
                .collect()
        };
        assert_eq!(places(&forward, false), places(&backward, true), "{}", row["id"]);
    }
}

#[test]
fn every_schema_reads_itself() {
    for row in protobuf_rows() {
        for text in [&row["old"], &row["new"]] {
            let schema = schema(text, &[]);
            let findings = check(Level::Full, std::slice::from_ref(&schema), &schema).findings;
            assert_eq!(findings, [], "{}", row["id"]);
        }
    }
}
