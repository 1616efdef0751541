//! Compatibility: levels, reports, the rules of each format on golden cases and on the corpora.

#[cfg(feature = "avro")]
mod avro;
#[cfg(feature = "avro")]
mod corpora;
mod golden;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
mod json_corpora;
#[cfg(feature = "avro")]
mod oracle;
#[cfg(feature = "protobuf")]
mod protobuf;
#[cfg(feature = "protobuf")]
mod protobuf_corpora;

use schemawire::compat::{Level, check, rule, rules};
use schemawire::schema::Schema;

fn json(text: &str) -> Schema {
    Schema::json(text).expect("a JSON Schema")
}

#[cfg(feature = "bincode")]
fn layout(integers: &str) -> Schema {
    let text = format!(
        r#"{{"layout": 1, "integers": "{integers}", "root": "Place", "types": {{"Place": "unit"}}}}"#
    );
    Schema::bincode(&text).expect("a layout")
}

#[cfg(feature = "bincode")]
#[test]
fn layouts_that_encode_integers_otherwise_read_each_other() {
    for level in [Level::FullTransitive, Level::None] {
        let report = check(level, &[layout("varint")], &layout("fixed"));
        assert_eq!(report.findings, []);
    }
}

#[cfg(feature = "bincode")]
#[test]
fn layouts_whose_types_meet_in_very_many_places_are_refused_in_time() {
    // Circles of 499 and 503 types: each pair of them meets.
    let circle = |length: usize| {
        let types = (0..length).map(|at| {
            format!(
                r#""T{at}": {{"enum": ["End", {{"name": "Next", "newtype": "T{}"}}]}}"#,
                (at + 1) % length
            )
        });
        let types = types.collect::<Vec<_>>().join(",");
        let text = format!(r#"{{"layout": 1, "integers": "varint", "root": "T0", "types": {{{types}}}}}"#);
        Schema::bincode(&text).expect("a layout")
    };
    let report = check(Level::Backward, &[circle(499)], &circle(503));
    assert_eq!(report.findings.iter().map(|it| it.rule).collect::<Vec<_>>(), ["compat/too-large"]);
}

#[derive(Debug)]
struct Rows(&'static str);

impl schemawire::schema::CustomModel for Rows {
    fn canonical(&self) -> String {
        self.0.to_owned()
    }
}

fn custom(text: &'static str) -> Schema {
    Schema::custom("ROWS", text, std::sync::Arc::new(Rows(text)), Vec::new())
}

#[test]
fn a_custom_format_takes_a_changed_schema_under_none_only() {
    assert!(check(Level::None, &[custom("a")], &custom("b")).is_compatible());
    assert!(check(Level::Full, &[custom("a")], &custom("a")).is_compatible());
    let report = check(Level::Backward, &[custom("a")], &custom("b"));
    assert_eq!(
        report.findings.iter().map(|it| it.rule).collect::<Vec<_>>(),
        ["compat/format-not-yet-checked"]
    );
    assert!(report.findings[0].message.contains("rules for ROWS do not exist yet; only level NONE"));
}

#[test]
fn the_first_version_of_a_subject_is_compatible_under_every_level() {
    for (level, _) in Level::ALL {
        assert_eq!(check(level, &[], &json("true")).findings, []);
    }
}

#[cfg(feature = "avro")]
#[test]
fn another_format_is_one_finding_under_every_level_but_none() {
    let (old, new) = (Schema::avro("\"string\"").unwrap(), json(r#"{"type": "string"}"#));
    assert!(check(Level::None, std::slice::from_ref(&old), &new).is_compatible());
    let report = check(Level::Full, &[old], &new);
    assert_eq!(report.findings.iter().map(|it| it.rule).collect::<Vec<_>>(), ["compat/format-changed"]);
    assert!(!report.is_compatible());
}

#[test]
fn rules_have_unique_names_in_order_of_the_alphabet_and_full_explanations() {
    let names: Vec<&str> = rules().iter().map(|rule| rule.id).collect();
    assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    for it in rules() {
        assert_eq!(rule(it.id), Some(it));
        assert!(it.id.split_once('/').is_some_and(|(format, rule)| !format.is_empty() && !rule.is_empty()));
        assert!(!it.summary.ends_with('.') && it.why.ends_with('.') && it.fix.ends_with('.'), "{}", it.id);
    }
    assert_eq!(rule("avro/no-such-rule"), None);
}
