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

#[cfg(feature = "bincode")]
use schemawire::compat::Severity;
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
fn a_format_without_rules_takes_a_changed_schema_under_none_only() {
    let (old, new) = (layout("varint"), layout("fixed"));
    assert!(check(Level::None, std::slice::from_ref(&old), &new).is_compatible());
    for (level, _) in Level::ALL.into_iter().filter(|(level, _)| *level != Level::None) {
        let report = check(level, std::slice::from_ref(&old), &new);
        assert_eq!(report.findings.len(), 1);
        assert_eq!(report.findings[0].rule, "compat/format-not-yet-checked");
        assert_eq!(report.findings[0].severity, Severity::Error);
        assert!(report.findings[0].message.contains("rules for BINCODE do not exist yet; only level NONE"));
    }
}

#[cfg(feature = "bincode")]
#[test]
fn a_format_without_rules_takes_what_has_the_same_canonical_text() {
    let old = layout("varint");
    let new = Schema::bincode(&format!(" {} ", old.text())).expect("a layout");
    assert!(check(Level::FullTransitive, &[old], &new).is_compatible());
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
