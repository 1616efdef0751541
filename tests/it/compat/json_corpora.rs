//! Every JSON Schema row of the corpora, under both policies.

use schemawire::compat::{Level, Policy, Report, check_with};
use schemawire::schema::{Format, Mode, Schema};
use serde_json::Value;

use crate::support::{corpus, rows};

/// All JSON rows; none where the corpora are not there.
fn json_rows() -> Vec<Value> {
    ["apicurio-json", "karapace-json", "probe-json"]
        .iter()
        .filter_map(|name| corpus(&format!("{name}.jsonl")))
        .flat_map(|text| rows(&text).collect::<Vec<_>>())
        .collect()
}

/// Strictly where that is possible: a registry takes some schemas that are no valid ones of their draft.
fn schema(text: &Value) -> Schema {
    let text = text.as_str().expect("a schema's text");
    Schema::json(text)
        .unwrap_or_else(|_| Schema::parse(Format::Json, text, Vec::new(), Mode::Lenient).expect("a schema"))
}

fn level(row: &Value) -> Level {
    row["level"].as_str().expect("a level").parse().expect("a level")
}

fn report(row: &Value, policy: Policy) -> Report {
    let history: Vec<Schema> = match row["history"].as_array() {
        Some(history) => history.iter().map(schema).collect(),
        None => vec![schema(&row["old"])],
    };
    check_with(level(row), policy, &history, &schema(&row["new"]))
}

fn agrees(policy: Policy, verdict: &str) {
    let rows = json_rows();
    let wrong: Vec<String> = rows
        .iter()
        .map(|row| (row, report(row, policy)))
        .filter(|(row, report)| Some(report.is_compatible()) != row[verdict].as_bool())
        .map(|(row, report)| format!("{}\n  old {}\n  new {}\n{report}", row["id"], row["old"], row["new"]))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_row_gets_confluents_verdict_under_strict() {
    agrees(Policy::Strict, "compatible");
}

#[test]
fn every_row_gets_confluents_verdict_under_lenient() {
    agrees(Policy::Lenient, "compatible_lenient");
}

/// Findings and the incompatible ones of the listed differences are the same, by name.
#[test]
fn findings_are_the_listed_differences() {
    for row in json_rows() {
        let Some(differences) = row["differences"].as_array() else { continue };
        let names = differences.iter().filter_map(|it| it.as_str()?.split(' ').next());
        let known = |name: &&str| {
            schemawire::compat::rules()
                .iter()
                .any(|rule| rule.id.starts_with("json/") && rule.confluent == Some(name))
        };
        let mut listed: Vec<&str> = names.filter(known).collect();
        let report = report(&row, Policy::Strict);
        let mut found: Vec<&str> =
            report.findings.iter().filter_map(|it| it.rule().and_then(|rule| rule.confluent)).collect();
        listed.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, listed, "{}: {report}", row["id"]);
    }
}

#[test]
fn forward_is_backward_with_the_sides_exchanged() {
    for row in json_rows() {
        let (old, new) = (schema(&row["old"]), schema(&row["new"]));
        let forward = check_with(Level::Forward, Policy::Strict, std::slice::from_ref(&old), &new);
        let backward = check_with(Level::Backward, Policy::Strict, std::slice::from_ref(&new), &old);
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
    for row in json_rows() {
        for text in [&row["old"], &row["new"]] {
            let schema = schema(text);
            for policy in [Policy::Strict, Policy::Lenient] {
                let report = check_with(Level::Full, policy, std::slice::from_ref(&schema), &schema);
                assert_eq!(report.findings, [], "{}", row["id"]);
            }
        }
    }
}
