//! The Avro checker beyond single rules: levels, recursion, references, hostile sizes, and what a person reads.

use schemawire::compat::{Finding, Level, Severity, Side, check};
use schemawire::schema::{Format, Mode, Reference, Schema};

fn avro(text: &str) -> Schema {
    Schema::parse(Format::Avro, text, Vec::new(), Mode::Lenient)
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A record `R` of these fields.
fn record(fields: &str) -> Schema {
    avro(&format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#))
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule).collect()
}

/// Whether the reader reads what the writer wrote.
fn reads(reader: &str, writer: &str) -> bool {
    check(Level::Backward, &[avro(writer)], &avro(reader)).is_compatible()
}

#[test]
fn each_level_looks_in_its_directions_and_as_far_back_as_it_says() {
    // `a` came without a default in the first version, got one in the second, and is gone in the third.
    let first = record(r#"{"name":"a","type":"int"}"#);
    let second = record(r#"{"name":"a","type":"int","default":0}"#);
    let third = record("");
    let history = [first.clone(), second];
    let verdict = |level| check(level, &history, &third).is_compatible();
    assert!(verdict(Level::None) && verdict(Level::Backward) && verdict(Level::BackwardTransitive));
    assert!(verdict(Level::Forward) && verdict(Level::Full), "the second version has a default");
    assert!(!verdict(Level::ForwardTransitive) && !verdict(Level::FullTransitive), "the first has none");
    assert!(!check(Level::Backward, std::slice::from_ref(&third), &first).is_compatible());
    assert!(check(Level::Forward, &[third], &first).is_compatible());
}

#[test]
fn all_versions_are_reported_newest_first_and_both_directions_of_each() {
    let history = [record(r#"{"name":"a","type":"string"}"#), record(r#"{"name":"a","type":"boolean"}"#)];
    let report = check(Level::FullTransitive, &history, &record(r#"{"name":"a","type":"int"}"#));
    let found: Vec<_> = report.findings.iter().map(|it| (it.against, it.reader)).collect();
    assert_eq!(found, [(1, Side::Old), (1, Side::New), (0, Side::Old), (0, Side::New)]);
}

#[test]
fn every_place_is_found_not_only_the_first() {
    let old =
        record(r#"{"name":"a","type":"int"},{"name":"b","type":["null","int"]},{"name":"c","type":"int"}"#);
    let new = record(
        r#"{"name":"a","type":"string"},{"name":"b","type":["null","boolean"]},{"name":"d","type":"int"}"#,
    );
    let report = check(Level::Backward, &[old], &new);
    assert_eq!(
        rules(&report.findings),
        ["avro/field-added-without-default", "avro/type-changed", "avro/union-branch-removed"]
    );
}

#[test]
fn only_the_promotions_of_the_specification_are_taken() {
    let primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
    let promotions = [
        ("int", "long"),
        ("int", "float"),
        ("int", "double"),
        ("long", "float"),
        ("long", "double"),
        ("float", "double"),
        ("string", "bytes"),
        ("bytes", "string"),
    ];
    for writer in primitives {
        for reader in primitives {
            let expected = writer == reader || promotions.contains(&(writer, reader));
            assert_eq!(
                reads(&format!("\"{reader}\""), &format!("\"{writer}\"")),
                expected,
                "{writer} read as {reader}"
            );
        }
    }
}

#[test]
fn unions_resolve_by_branch() {
    assert!(reads(r#"["null","long"]"#, "\"int\""));
    assert!(reads("\"long\"", r#"["int","long"]"#));
    assert!(!reads("\"int\"", r#"["null","int"]"#));
    assert!(reads("\"int\"", "[]"), "nothing can have been written");
    assert!(!reads("[]", "\"int\""));
    assert!(reads(r#"["string","null"]"#, r#"["null","bytes"]"#));
    assert!(!reads(r#"["null",{"type":"array","items":"int"}]"#, r#"{"type":"array","items":"string"}"#));
}

#[test]
fn a_change_within_a_nullable_record_is_reported_where_it_is() {
    let nullable = |fields: &str| {
        record(&format!(
            r#"{{"name":"p","type":["null",{{"type":"record","name":"P","fields":[{fields}]}}]}}"#
        ))
    };
    let report = check(Level::Backward, &[nullable("")], &nullable(r#"{"name":"x","type":"int"}"#));
    assert_eq!(rules(&report.findings), ["avro/field-added-without-default"]);
    assert_eq!(report.findings[0].new.as_ref().unwrap().pointer, "/fields/0/type/1/fields/0");
}

#[test]
fn names_match_by_their_simple_part_or_by_an_alias_of_the_reader() {
    let named = |name: &str, aliases: &str| {
        format!(r#"{{"type":"record","name":"{name}","aliases":[{aliases}],"fields":[]}}"#)
    };
    assert!(reads(&named("a.R", ""), &named("b.R", "")), "a namespace alone does not matter");
    assert!(!reads(&named("a.R", ""), &named("a.S", "")));
    assert!(reads(&named("a.R", "\"S\""), &named("a.S", "")));
    assert!(!reads(&named("a.R", "\"S\""), &named("b.S", "")), "an alias is a full name");
    assert!(!reads(&named("a.R", ""), &named("a.S", "\"R\"")), "the writer's aliases mean nothing");
}

#[test]
fn a_field_default_of_an_enum_is_no_default_for_its_symbols() {
    let lights = |symbols: &str, enum_default: &str| {
        record(&format!(
            r#"{{"name":"e","type":{{"type":"enum","name":"E","symbols":[{symbols}]{enum_default}}},"default":"A"}}"#
        ))
    };
    let (wide, narrow) = (lights(r#""A","B""#, ""), lights(r#""A""#, ""));
    assert!(!check(Level::Backward, std::slice::from_ref(&wide), &narrow).is_compatible());
    assert!(check(Level::Backward, &[wide], &lights(r#""A""#, r#","default":"A""#)).is_compatible());
}

#[test]
fn decimal_scale_is_compatible_for_registries_and_a_warning_for_people() {
    let decimal = |scale: u32| {
        avro(&format!(r#"{{"type":"bytes","logicalType":"decimal","precision":8,"scale":{scale}}}"#))
    };
    let report = check(Level::Backward, &[decimal(2)], &decimal(4));
    assert!(report.is_compatible());
    assert_eq!(rules(&report.findings), ["avro/decimal-scale-changed"]);
    assert_eq!(report.findings[0].severity, Severity::Warning);
    assert!(report.findings[0].message.contains("10^2"), "{report}");
}

#[test]
fn recursive_types_end_and_are_compared_all_the_same() {
    let list = |value: &str| {
        avro(&format!(
            r#"{{"type":"record","name":"L","fields":[{{"name":"value","type":"{value}"}},{{"name":"next","type":["null","L"]}}]}}"#
        ))
    };
    assert!(check(Level::Full, &[list("int")], &list("int")).is_compatible());
    assert!(check(Level::Backward, &[list("int")], &list("long")).is_compatible());
    let report = check(Level::Backward, &[list("long")], &list("int"));
    assert_eq!(rules(&report.findings), ["avro/type-changed"], "once, however often it recurs");
    // The same list, unrolled by one: its graph has other types, its values are the same.
    let unrolled = avro(
        r#"{"type":"record","name":"L","fields":[{"name":"value","type":"int"},{"name":"next","type":["null",
        {"type":"record","name":"a.L","fields":[{"name":"value","type":"int"},{"name":"next","type":["null","a.L"]}]}]}]}"#,
    );
    assert!(check(Level::Full, &[list("int")], &unrolled).is_compatible());
}

#[test]
fn a_failure_deep_in_a_recursion_reaches_every_type_that_needs_it() {
    // B is fine only while C is, and C only while A is; what fails is behind A, and seen last.
    let three = |last: &str| {
        avro(&format!(
            r#"{{"type":"record","name":"A","fields":[
                {{"name":"b","type":["null",{{"type":"record","name":"B","fields":[
                    {{"name":"c","type":["null",{{"type":"record","name":"C","fields":[{{"name":"a","type":["null","A"]}}]}}]}}]}}]}},
                {{"name":"c","type":["null","C"]}},{{"name":"x","type":"{last}"}}]}}"#
        ))
    };
    assert!(check(Level::Full, &[three("int")], &three("int")).is_compatible());
    assert_eq!(
        rules(&check(Level::Backward, &[three("string")], &three("int")).findings),
        ["avro/type-changed"]
    );
}

#[test]
fn a_chain_of_very_many_types_does_not_overflow_the_stack() {
    const LENGTH: usize = 20_000;
    // The types are declared side by side in a reference, and reached one through the other from the last one down.
    let chain = |last: &str| {
        let mut types =
            vec![format!(r#"{{"type":"record","name":"R0","fields":[{{"name":"f","type":"{last}"}}]}}"#)];
        for index in 1..LENGTH {
            let field = format!(r#"{{"name":"f","type":"R{}"}}"#, index - 1);
            types.push(format!(r#"{{"type":"record","name":"R{index}","fields":[{field}]}}"#));
        }
        let references = vec![(Reference::local("all"), avro(&format!("[{}]", types.join(","))))];
        let text = format!("\"R{}\"", LENGTH - 1);
        Schema::parse(Format::Avro, &text, references, Mode::Strict).unwrap()
    };
    let report = check(Level::Backward, &[chain("string")], &chain("int"));
    assert_eq!(rules(&report.findings), ["avro/type-changed"]);
}

#[test]
fn unions_of_very_many_records_are_compared_without_a_power_of_their_size() {
    let union = |fields: &str| {
        let records =
            (0..600).map(|index| format!(r#"{{"type":"record","name":"R{index}","fields":[{fields}]}}"#));
        avro(&format!("[{}]", records.collect::<Vec<_>>().join(",")))
    };
    let report = check(Level::Backward, &[union("")], &union(r#"{"name":"f","type":"int"}"#));
    assert_eq!(report.findings.len(), 600);
}

#[test]
fn mutually_recursive_records_in_unions_end() {
    let names: Vec<String> = (0..12).map(|index| format!("N{index}")).collect();
    let knot = |last: &str| {
        let all = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
        // Nested declarations, each of which may be followed by any of those around it.
        let mut inner = format!("\"{last}\"");
        for index in (0..12).rev() {
            let known =
                names[..=index].iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
            inner = format!(
                r#"{{"type":"record","name":"N{index}","fields":[{{"name":"next","type":["null",{known}]}},{{"name":"inner","type":{inner}}}]}}"#
            );
        }
        avro(&format!(
            r#"{{"type":"record","name":"Top","fields":[{{"name":"a","type":{inner}}},{{"name":"b","type":[{all}]}}]}}"#
        ))
    };
    assert!(check(Level::Full, &[knot("int")], &knot("int")).is_compatible());
    assert_eq!(
        rules(&check(Level::Backward, &[knot("string")], &knot("int")).findings),
        ["avro/type-changed"]
    );
}

#[test]
fn a_change_in_a_referenced_schema_is_found_and_placed_there() {
    let order = |item: &str| {
        let item = avro(item);
        let references = vec![(Reference::local("shop.Item"), item)];
        let text = r#"{"type":"record","name":"Order","fields":[{"name":"items","type":{"type":"array","items":"shop.Item"}}]}"#;
        Schema::parse(Format::Avro, text, references, Mode::Strict).unwrap()
    };
    let old = order(r#"{"type":"record","name":"shop.Item","fields":[{"name":"price","type":"int"}]}"#);
    let new = order(
        "{\"type\":\"record\",\"name\":\"shop.Item\",\"fields\":[\n  {\"name\":\"price\",\"type\":\"string\"}]}",
    );
    let report = check(Level::Backward, &[old], &new);
    assert_eq!(rules(&report.findings), ["avro/type-changed"]);
    let place = report.findings[0].new.as_ref().unwrap();
    assert_eq!((place.pointer.as_str(), place.reference.as_deref()), ("/fields/0/type", Some("shop.Item")));
    assert_eq!(place.position().unwrap().to_string(), "2:26");
}

#[test]
fn a_report_says_what_where_why_and_what_to_do() {
    let old = avro(
        "{\"type\": \"record\", \"name\": \"Quake\", \"fields\": [\n  {\"name\": \"id\", \"type\": \"string\"}\n]}",
    );
    let new = avro(
        "{\"type\": \"record\", \"name\": \"Quake\", \"fields\": [\n  {\"name\": \"id\", \"type\": \"string\"},\n  {\"name\": \"felt\", \"type\": [\"null\", \"int\"]}\n]}",
    );
    let report = check(Level::Backward, &[old], &new);
    let expected = "\
incompatible under BACKWARD: 1 error
deploy: producers first

error[avro/field-added-without-default]: record `Quake` gained field `felt`, which has no default; `null` in its union is none
  new: /fields/1, line 3, column 3
  old: /fields, line 1, column 1, earlier version 1 (counted from the oldest)
  why: Messages written before do not hold the field, and nothing says what its value is.
  fix: Give the field a default. `[\"null\", …]` alone is none: write `\"default\": null` as well. If the field was renamed, list the old name in its `aliases`.";
    assert_eq!(report.to_string(), expected);
    let none = check(Level::Backward, &[], &new);
    assert_eq!(none.to_string(), "compatible under BACKWARD");
}
