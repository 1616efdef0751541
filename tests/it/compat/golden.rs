//! Golden cases: `tests/cases/compat/<format>/<rule>/{breaks,holds}/{old,new}.<extension>`, with all that is found under
//! FULL in `expect.json`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use schemawire::compat::{Category, Check, Level, Place, Report, rules};
use schemawire::schema::{Format, Mode, Schema};
use serde_json::{Value, json};

use crate::support::file;

/// The folder of a format, which is also the first part of its rules' names, and the extension of its files.
const FORMATS: &[(&str, &str, Format)] = &[
    #[cfg(feature = "avro")]
    ("avro", "avsc", Format::Avro),
    #[cfg(feature = "bincode")]
    ("bincode", "json", Format::Bincode),
    #[cfg(feature = "json")]
    ("json", "json", Format::Json),
    #[cfg(feature = "protobuf")]
    ("protobuf", "proto", Format::Protobuf),
];

fn folder(rule: &str, case: &str) -> PathBuf {
    file("tests/cases/compat").join(rule).join(case)
}

fn report(rule: &str, case: &str) -> Report {
    checked(rule, case).0
}

/// The report, and what it is of.
fn checked(rule: &str, case: &str) -> (Report, Check, [Schema; 1], Schema) {
    let (_, extension, format) =
        FORMATS.iter().find(|(name, _, _)| rule.starts_with(name)).expect("a known format");
    let schema = |name: &str| {
        let path = folder(rule, case).join(name).with_extension(extension);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Schema::parse(*format, &text, references(rule, case, name), Mode::Strict)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let is_source = schemawire::compat::rule(rule).is_some_and(|it| it.category == Category::Source);
    let check = Check { level: Level::Full, source: is_source, ..Check::default() };
    let (history, proposed) = ([schema("old")], schema("new"));
    (check.run(&history, &proposed), check, history, proposed)
}

/// Files in a folder `old` or `new` beside the schema are what it refers to.
fn references(rule: &str, case: &str, name: &str) -> Vec<(schemawire::schema::Reference, Schema)> {
    let (_, _, format) = FORMATS.iter().find(|(name, _, _)| rule.starts_with(name)).expect("a known format");
    let Ok(entries) = fs::read_dir(folder(rule, case).join(name)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let schema = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let schema = Schema::parse(*format, &fs::read_to_string(&path).unwrap(), Vec::new(), Mode::Strict);
        (schemawire::schema::Reference::local(&name), schema.unwrap())
    };
    paths.into_iter().map(schema).collect()
}

fn names_of(format: &str) -> impl Iterator<Item = &'static str> {
    let prefix = format!("{format}/");
    rules().iter().map(|rule| rule.id).filter(move |id| id.starts_with(&prefix))
}

fn all_rules() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().flat_map(|(format, _, _)| names_of(format))
}

#[test]
fn every_rule_fires_on_its_case_that_breaks_and_not_on_the_one_that_holds() {
    for rule in all_rules() {
        let fires = |case: &str| report(rule, case).findings.iter().any(|finding| finding.rule == rule);
        assert!(fires("breaks"), "{rule}: does not fire on `breaks`");
        assert!(!fires("holds"), "{rule}: fires on `holds`");
    }
}

/// Every rule runs on every case: what else is found there is written down, too. With `SCHEMAWIRE_WRITE_EXPECTED` set it
/// is written anew, to be read before it is kept.
#[test]
fn every_case_finds_exactly_what_it_expects() {
    let mut wrong = Vec::new();
    for rule in all_rules() {
        for case in ["breaks", "holds"] {
            let place = |place: &Option<Place>| place.as_ref().map(|it| it.pointer.clone());
            let found: Value = report(rule, case)
                .findings
                .iter()
                .map(|it| json!({"rule": it.rule, "reader": it.reader.to_string(), "wire": it.wire, "new": place(&it.new), "old": place(&it.old)}))
                .collect();
            let path = folder(rule, case).join("expect.json");
            if std::env::var_os("SCHEMAWIRE_WRITE_EXPECTED").is_some() {
                fs::write(&path, format!("{found:#}\n")).unwrap();
            }
            let text = fs::read_to_string(&path).unwrap_or_else(|_| "null".into());
            let expected: Value = serde_json::from_str(&text).unwrap();
            if found != expected {
                wrong.push(format!("{}\nfound:\n{found:#}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_case_is_there_without_its_rule() {
    for (format, _, _) in FORMATS {
        let prefix = format!("{format}/");
        let known: BTreeSet<String> =
            names_of(format).map(|id| id.trim_start_matches(&prefix).to_owned()).collect();
        let folders = fs::read_dir(file("tests/cases/compat").join(format)).unwrap();
        let there: BTreeSet<String> =
            folders.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        assert_eq!(there, known);
    }
}

#[test]
fn every_rule_of_a_format_shows_its_case_as_an_example() {
    for id in all_rules() {
        let example = schemawire::compat::rule(id).and_then(schemawire::compat::Rule::example).expect(id);
        let (_, extension, _) = FORMATS.iter().find(|(name, _, _)| id.starts_with(name)).expect("a format");
        let read = |case: &str, name: &str| {
            fs::read_to_string(folder(id, case).join(name).with_extension(extension)).expect(id)
        };
        assert_eq!(example.breaks, (read("breaks", "old").as_str(), read("breaks", "new").as_str()));
        assert_eq!(example.holds, (read("holds", "old").as_str(), read("holds", "new").as_str()));
    }
}

/// A witness was encoded, and seen to be refused or misread; one of a harmless finding there cannot be.
#[test]
fn a_rule_that_can_always_be_proved_is_proved_on_its_case() {
    let (mut proved, mut unproved) = (0, Vec::new());
    for id in all_rules() {
        let (mut report, _, history, proposed) = checked(id, "breaks");
        schemawire::proof::witnesses(&mut report, &history, &proposed);
        let of_rule: Vec<_> = report.findings.iter().filter(|it| it.rule == id).collect();
        assert!(report.findings.iter().all(|it| it.wire || it.witness.is_none()), "{id}: {report}");
        let is_proved = of_rule.iter().any(|it| it.witness.is_some());
        let rule = schemawire::compat::rule(id).expect(id);
        if rule.witness == schemawire::compat::Provable::Always {
            assert!(of_rule.iter().all(|it| it.witness.is_some() || !it.wire) && is_proved, "{id}: {report}");
        }
        if is_proved {
            proved += 1;
        } else if of_rule.iter().any(|it| it.wire) {
            unproved.push(id);
        }
    }
    println!("{proved} rules have a witness on their case; none was found for {unproved:?}");
}

#[test]
fn a_fix_that_is_shown_mends_its_finding() {
    let mut fixed = 0;
    for id in all_rules() {
        let (mut report, check, history, proposed) = checked(id, "breaks");
        schemawire::proof::prove(&check, &mut report, &history, &proposed);
        for finding in report.findings.iter().filter(|it| it.rule == id) {
            for fix in &finding.fixes {
                assert!(fix.verified);
                let text = fix.apply(proposed.text()).expect("edits within the text");
                let mended =
                    Schema::parse(proposed.format(), &text, proposed.references().to_vec(), Mode::Strict);
                let after = check.run(&history, &mended.expect("a schema"));
                assert!(
                    after.findings.len() < report.findings.len(),
                    "{id}: {}\n{text}\n{after}",
                    fix.description
                );
            }
            fixed += usize::from(!finding.fixes.is_empty());
        }
    }
    println!("{fixed} findings of golden cases have a verified fix");
}
