//! Golden cases: `tests/cases/compat/avro/<rule>/{breaks,holds}/{old,new}.avsc`, with all that is found under FULL in
//! `expect.json`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use schemawire::compat::{Level, Report, check, rules};
use schemawire::schema::Schema;
use serde_json::{Value, json};

use crate::support::file;

fn folder(rule: &str, case: &str) -> PathBuf {
    file("tests/cases/compat").join(rule).join(case)
}

fn report(rule: &str, case: &str) -> Report {
    let schema = |name: &str| {
        let path = folder(rule, case).join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Schema::avro(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    check(Level::Full, &[schema("old.avsc")], &schema("new.avsc"))
}

fn avro_rules() -> impl Iterator<Item = &'static str> {
    rules().iter().map(|rule| rule.id).filter(|id| id.starts_with("avro/"))
}

#[test]
fn every_rule_fires_on_its_case_that_breaks_and_not_on_the_one_that_holds() {
    for rule in avro_rules() {
        let fires = |case: &str| report(rule, case).findings.iter().any(|finding| finding.rule == rule);
        assert!(fires("breaks"), "{rule}: does not fire on `breaks`");
        assert!(!fires("holds"), "{rule}: fires on `holds`");
    }
}

/// Every rule runs on every case: what else is found there is written down, too.
#[test]
fn every_case_finds_exactly_what_it_expects() {
    for rule in avro_rules() {
        for case in ["breaks", "holds"] {
            let place =
                |place: &Option<schemawire::compat::Place>| place.as_ref().map(|it| it.pointer.clone());
            let found: Value = report(rule, case)
                .findings
                .iter()
                .map(|it| json!({"rule": it.rule, "reader": it.reader.to_string(), "new": place(&it.new), "old": place(&it.old)}))
                .collect();
            let path = folder(rule, case).join("expect.json");
            let text = fs::read_to_string(&path).unwrap_or_else(|_| "null".into());
            let expected: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(found, expected, "{}\nfound:\n{found:#}", path.display());
        }
    }
}

#[test]
fn no_case_is_there_without_its_rule() {
    let known: BTreeSet<String> = avro_rules().map(|id| id.trim_start_matches("avro/").to_owned()).collect();
    let folders = fs::read_dir(file("tests/cases/compat/avro")).unwrap();
    let there: BTreeSet<String> =
        folders.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, known);
}
