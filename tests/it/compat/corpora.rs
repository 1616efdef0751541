//! Every Avro row of the corpora.

use schemawire::compat::{Level, Report, check};
use schemawire::schema::{Format, Mode, Schema};
use serde_json::Value;

use crate::support::{corpus, rows};

/// All Avro rows; none where the corpora are not there.
fn avro_rows() -> Vec<Value> {
    let names = ["avro-java", "karapace-avro", "apicurio-avro", "probe-avro"];
    names
        .iter()
        .filter_map(|name| corpus(&format!("{name}.jsonl")))
        .flat_map(|text| rows(&text).collect::<Vec<_>>())
        .collect()
}

/// Schemas parse leniently, as the rows that were run on Avro's own classes did.
fn schema(text: &Value) -> Schema {
    let text = text.as_str().expect("a schema's text");
    Schema::parse(Format::Avro, text, Vec::new(), Mode::Lenient).expect("a schema")
}

fn level(row: &Value) -> Level {
    row["level"].as_str().expect("a level").parse().expect("a level")
}

fn report(row: &Value) -> Report {
    let history: Vec<Schema> = match row["history"].as_array() {
        Some(history) => history.iter().map(schema).collect(),
        None => vec![schema(&row["old"])],
    };
    check(level(row), &history, &schema(&row["new"]))
}

#[test]
fn every_row_gets_confluents_verdict() {
    let rows = avro_rows();
    let verdicts = rows.iter().map(|row| (row, report(row)));
    let wrong: Vec<String> = verdicts
        .filter(|(row, report)| Some(report.is_compatible()) != row["compatible"].as_bool())
        .map(|(row, report)| format!("{}: {report}", row["id"]))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    println!("{} rows agree", rows.len());
}

/// Where a row lists Confluent's differences, each finding carries one of their names. Where the branch of a union is meant
/// and fails inside, Confluent names the union and we name what is inside.
#[test]
fn findings_carry_the_names_of_the_listed_differences() {
    for row in avro_rows() {
        let Some(differences) = row["differences"].as_array() else { continue };
        let listed =
            |name: &str| differences.iter().any(|it| it.as_str().is_some_and(|it| it.starts_with(name)));
        for finding in report(&row).findings {
            let Some(confluent) = finding.rule().and_then(|rule| rule.confluent) else { continue };
            // A new field whose enum has a default of its own: Java then compares the enum with the record.
            let enum_default = finding.rule == "avro/field-added-without-default" && listed("TYPE_MISMATCH");
            assert!(
                listed(confluent) || listed("MISSING_UNION_BRANCH") || enum_default,
                "{}: {finding}\n{differences:?}",
                row["id"]
            );
        }
    }
}

#[test]
fn forward_is_backward_with_the_sides_exchanged() {
    for row in avro_rows() {
        let (old, new) = (schema(&row["old"]), schema(&row["new"]));
        let forward = check(Level::Forward, std::slice::from_ref(&old), &new);
        let backward = check(Level::Backward, std::slice::from_ref(&new), &old);
        let places = |report: &Report, exchanged: bool| -> Vec<_> {
            let sides = report.findings.iter().map(|it| (it.new.clone(), it.old.clone()));
            sides.map(|(new, old)| if exchanged { (old, new) } else { (new, old) }).collect()
        };
        assert_eq!(places(&forward, false), places(&backward, true), "{}", row["id"]);
        assert_eq!(forward.is_compatible(), backward.is_compatible(), "{}", row["id"]);
    }
}

#[test]
fn every_schema_reads_itself() {
    for row in avro_rows() {
        for text in [&row["old"], &row["new"]] {
            let schema = schema(text);
            // A field whose alias is the name of another of its record's fields matches two, and does not read itself.
            let findings = check(Level::Full, std::slice::from_ref(&schema), &schema).findings;
            let other = findings.iter().find(|finding| finding.rule != "avro/field-matches-two");
            assert_eq!(other, None, "{}", row["id"]);
        }
    }
}
