//! The Protobuf checker beyond single rules: levels, oneofs, names, references, both forms of a schema, hostile sizes, and
//! what a person reads.

use std::fmt::Write;

use base64::Engine as _;
use prost_reflect::prost::Message as _;
use schemawire::compat::{Finding, Level, Report, Severity, Side, check};
use schemawire::schema::{Format, Mode, Reference, Schema};

fn parsed(text: &str, references: Vec<(Reference, Schema)>) -> Schema {
    Schema::parse(Format::Protobuf, text, references, Mode::Lenient)
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn proto3(text: &str) -> Schema {
    parsed(&format!("syntax = \"proto3\";\n{text}"), Vec::new())
}

fn proto2(text: &str) -> Schema {
    parsed(&format!("syntax = \"proto2\";\n{text}"), Vec::new())
}

/// A proto3 message `A` of these fields.
fn message(fields: &str) -> Schema {
    proto3(&format!("message A {{ {fields} }} enum E {{ Z = 0; }} message B {{}}"))
}

/// What refers to one other schema, by that import path.
fn importing(text: &str, path: &str, imported: &Schema) -> Schema {
    let text = format!("syntax = \"proto3\"; package own; import \"{path}\"; {text}");
    parsed(&text, vec![(Reference::local(path), imported.clone())])
}

fn backward(old: &Schema, new: &Schema) -> Report {
    check(Level::Backward, std::slice::from_ref(old), new)
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.trim_start_matches("protobuf/")).collect()
}

/// The rules of the errors when messages of the old fields are read with the new ones.
fn errors(old: &str, new: &str) -> Vec<String> {
    let report = backward(&message(old), &message(new));
    let errors = report.findings.iter().filter(|it| it.severity == Severity::Error);
    errors.map(|it| it.rule.trim_start_matches("protobuf/").to_owned()).collect()
}

#[test]
fn scalars_read_each_other_within_confluents_groups_only() {
    let groups: [&[&str]; 7] = [
        &["int32", "int64", "uint32", "uint64", "bool", "E"],
        &["sint32", "sint64"],
        &["string", "bytes"],
        &["fixed32", "sfixed32"],
        &["fixed64", "sfixed64"],
        &["float"],
        &["double"],
    ];
    for (writer, (number, _)) in
        groups.iter().enumerate().flat_map(|it| it.1.iter().map(move |name| (name, it)))
    {
        for (reader, (other, _)) in
            groups.iter().enumerate().flat_map(|it| it.1.iter().map(move |name| (name, it)))
        {
            let expected: &[&str] = if number == other { &[] } else { &["scalar-kind-changed"] };
            let found = errors(&format!("{writer} f = 1;"), &format!("{reader} f = 1;"));
            assert_eq!(found, expected, "{writer} read as {reader}");
        }
    }
}

#[test]
fn fields_come_and_go_and_are_renumbered_freely() {
    for (old, new) in [
        ("int32 a = 1;", ""),
        ("", "int32 a = 1;"),
        ("int32 a = 1;", "int32 a = 2;"),
        ("int32 a = 1;", "int32 b = 1;"),
        ("int32 a = 1;", "reserved 1; reserved \"a\";"),
    ] {
        assert_eq!(errors(old, new), [""; 0], "{old} -> {new}");
    }
}

#[test]
fn oneofs_follow_their_members_by_number() {
    let cases = [
        ("int32 f = 1;", "oneof o { int32 f = 1; }", ""),
        ("int32 f = 1; int32 g = 2;", "oneof o { int32 f = 1; int32 g = 2; }", "fields-join-oneof"),
        (
            "int32 f = 1; oneof o { int32 g = 2; }",
            "oneof o { int32 f = 1; int32 g = 2; }",
            "field-joins-oneof",
        ),
        // Under another name, too.
        (
            "int32 f = 1; oneof o { int32 g = 2; }",
            "oneof p { int32 f = 1; int32 g = 2; }",
            "field-joins-oneof",
        ),
        (
            "int32 e = 1; int32 f = 2; oneof o { int32 g = 3; }",
            "oneof o { int32 e = 1; int32 f = 2; int32 g = 3; }",
            "fields-join-oneof",
        ),
        (
            "oneof o { int32 g = 2; } oneof p { int32 h = 3; }",
            "oneof o { int32 g = 2; int32 h = 3; }",
            "field-joins-oneof",
        ),
        ("oneof o { int32 g = 2; int32 h = 3; }", "oneof o { int32 g = 2; } oneof p { int32 h = 3; }", ""),
        ("oneof o { int32 g = 2; int32 h = 3; }", "oneof o { int32 g = 2; } int32 h = 3;", ""),
        ("oneof o { int32 g = 2; int32 h = 3; }", "oneof o { int32 g = 2; }", "oneof-field-missing"),
        // The oneof is gone by name, but one of its numbers is not.
        ("oneof o { int32 g = 2; int32 h = 3; }", "int32 g = 2;", "oneof-field-missing"),
        ("oneof o { int32 g = 2; int32 h = 3; }", "oneof p { int32 g = 2; }", "oneof-field-missing"),
        // The name is still there, with other members.
        ("oneof o { int32 g = 2; }", "oneof o { int32 h = 3; }", "oneof-field-missing"),
        ("oneof o { int32 g = 2; int32 h = 3; }", "int32 z = 9;", ""),
        ("oneof o { int32 g = 2; }", "oneof o { string g = 2; }", "scalar-kind-changed"),
    ];
    for (old, new, expected) in cases {
        let expected: Vec<&str> = Some(expected).filter(|it| !it.is_empty()).into_iter().collect();
        assert_eq!(errors(old, new), expected, "{old} -> {new}");
    }
}

#[test]
fn the_oneof_behind_a_proto3_optional_is_none() {
    assert_eq!(errors("optional int32 f = 1;", ""), [""; 0], "no oneof lost a member");
    assert_eq!(errors("int32 f = 1;", "optional int32 f = 1;"), [""; 0]);
    assert_eq!(
        errors("optional int32 f = 1; optional int32 g = 2;", "oneof o { int32 f = 1; int32 g = 2; }"),
        ["fields-join-oneof"]
    );
}

#[test]
fn labels_count_where_both_are_written_and_the_value_is_a_number() {
    let fields_join = [
        ("int32 f = 1;", "repeated int32 f = 1;", false),
        ("repeated int32 f = 1;", "int32 f = 1;", false),
        ("optional int32 f = 1;", "repeated int32 f = 1;", true),
        ("repeated E f = 1;", "optional E f = 1;", true),
        ("optional string f = 1;", "repeated string f = 1;", false),
        ("optional B f = 1;", "repeated B f = 1;", false),
        ("optional int32 f = 1;", "repeated int64 f = 1;", true),
        ("optional int64 f = 1;", "repeated int32 f = 1;", true),
        ("repeated int32 f = 1;", "oneof o { int32 f = 1; }", false),
    ];
    for (old, new, is_error) in fields_join {
        let expected: &[&str] = if is_error { &["field-label-changed"] } else { &[] };
        assert_eq!(errors(old, new), expected, "{old} -> {new}");
    }
    // Registries let it pass, and values are lost.
    let report = backward(&message("repeated int32 f = 1;"), &message("int32 f = 1;"));
    assert!(report.is_compatible());
    assert_eq!(rules(&report.findings), ["repeated-read-as-one"]);
    assert_eq!(backward(&message("int32 f = 1;"), &message("repeated int32 f = 1;")).findings, []);
}

#[test]
fn maps_are_compared_by_keys_and_values_and_are_no_repeated_entries() {
    assert_eq!(errors("map<string, int32> f = 1;", "map<string, int64> f = 1;"), [""; 0]);
    assert_eq!(
        errors("map<string, int32> f = 1;", "map<int32, string> f = 1;"),
        ["scalar-kind-changed", "scalar-kind-changed"]
    );
    assert_eq!(errors("map<string, int32> f = 1;", "map<string, B> f = 1;"), ["field-kind-changed"]);
    assert_eq!(errors("map<string, int32> f = 1;", "B f = 1;"), ["field-kind-changed"]);
    assert_eq!(errors("map<string, A> f = 1;", "map<string, B> f = 1;"), ["field-type-changed"]);
    let entries = "message FEntry { string key = 1; int32 value = 2; } repeated FEntry f = 1;";
    assert_eq!(errors("map<string, int32> f = 1;", entries), ["field-kind-changed"]);
    assert_eq!(errors(entries, "map<string, int32> f = 1;"), ["field-kind-changed", "message-missing"]);
}

#[test]
fn a_name_means_the_innermost_declaration() {
    let old = proto3("package p.q; message B {} message A { B f = 1; message C { B g = 1; } }");
    let same = proto3("package p.q; message B {} message A { q.B f = 1; message C { .p.q.B g = 1; } }");
    assert_eq!(check(Level::Full, std::slice::from_ref(&old), &same).findings, []);
    // A new message of the same name within takes the name over.
    let shadowed =
        proto3("package p.q; message B {} message A { message B {} B f = 1; message C { B g = 1; } }");
    assert_eq!(rules(&backward(&old, &shadowed).findings), ["field-type-changed", "field-type-changed"]);
}

#[test]
fn a_name_that_leads_nowhere_is_compared_as_text_and_taken_for_a_message() {
    assert_eq!(errors("x.Y f = 1;", "x.Y f = 1;"), [""; 0]);
    assert_eq!(errors("x.Y f = 1;", ".x.Y f = 1;"), [""; 0]);
    assert_eq!(errors("x.Y f = 1;", "x.Z f = 1;"), ["field-type-changed"]);
    assert_eq!(errors("x.Y f = 1;", "int32 f = 1;"), ["field-kind-changed"]);
}

#[test]
fn well_known_types_are_known_without_references() {
    let day = r#"import "google/type/dayofweek.proto"; message A { google.type.DayOfWeek day = 1; }"#;
    let report = backward(&proto3("message A { int32 day = 1; }"), &proto3(day));
    assert!(report.is_compatible(), "it is an enum: {report}");
    let time = r#"import "google/protobuf/timestamp.proto"; message A { google.protobuf.Timestamp at = 1; }"#;
    let report = backward(&proto3("message A { int64 at = 1; }"), &proto3(time));
    assert_eq!(rules(&report.findings), ["field-kind-changed"]);
    assert_eq!(check(Level::Full, &[proto3(time)], &proto3(time)).findings, []);
}

#[test]
fn a_required_field_neither_comes_nor_goes() {
    let (without, with) = (proto2("message A {}"), proto2("message A { required int32 f = 1; }"));
    let report = check(Level::Full, std::slice::from_ref(&without), &with);
    assert_eq!(rules(&report.findings), ["required-field-unknown", "required-field-missing"]);
    assert_eq!(report.findings.iter().map(|it| it.reader).collect::<Vec<_>>(), [Side::Old, Side::New]);
    assert!(backward(&without, &proto2("message A { optional int32 f = 1; }")).is_compatible());
}

#[test]
fn groups_extensions_services_and_options_are_not_compared() {
    let old = proto2(
        "option java_package = \"a\"; message A { optional group G = 1 { optional int32 f = 1; } extensions 100 to 200; }
         extend A { optional int32 e = 100; } service S { rpc Go(A) returns (A); }",
    );
    let new = proto2("option java_package = \"b\"; message A { extensions 100 to 200; }");
    assert_eq!(check(Level::Full, &[old], &new).findings, []);
}

#[test]
fn a_change_of_package_is_one_finding_however_many_names_hold_it() {
    let old = proto3("package a; message A { .a.B f = 1; } message B {}");
    let new = proto3("package b; message A { .b.B f = 1; } message B {}");
    let report = backward(&old, &new);
    assert_eq!(rules(&report.findings), ["package-changed"]);
    assert_eq!(report.findings[0].message, "the package was `a` and is `b`");
}

#[test]
fn each_level_looks_in_its_directions_and_as_far_back_as_it_says() {
    let first = proto3("message A { string f = 1; }");
    let second = proto3("message A { int32 f = 1; }");
    let third = proto3("message A { int32 f = 1; } message B {}");
    let verdict = |level, history: &[Schema]| check(level, history, &third).is_compatible();
    let history = [first, second];
    assert!(verdict(Level::None, &history) && verdict(Level::Backward, &history));
    assert!(!verdict(Level::BackwardTransitive, &history), "the first had a string");
    assert!(!verdict(Level::Forward, &history) && !verdict(Level::Full, &history), "a message was added");
}

#[test]
fn a_change_in_a_reference_is_found_through_the_field_and_placed_there() {
    let item = |fields: &str| proto3(&format!("package shop; message Item {{ {fields} }}"));
    let order = |item: &Schema| importing("message Order {\n  shop.Item item = 1;\n}", "item.proto", item);
    let report = backward(&order(&item("int32 price = 1;")), &order(&item("string price = 1;")));
    assert_eq!(rules(&report.findings), ["referenced-type-changed", "scalar-kind-changed"]);
    let places: Vec<_> = report.findings.iter().map(|it| it.new.clone().unwrap()).collect();
    assert_eq!((places[0].pointer.as_str(), places[0].reference.as_deref()), ("Order.item", None));
    assert_eq!(places[0].position().unwrap().to_string(), "2:3");
    assert_eq!(
        (places[1].pointer.as_str(), places[1].reference.as_deref()),
        ("Item.price", Some("item.proto"))
    );
    assert_eq!(places[1].position().unwrap().to_string(), "2:30");
    // What the schema does not use does not matter.
    let unused = |fields: &str| importing("message Order {}", "item.proto", &item(fields));
    assert_eq!(backward(&unused("int32 price = 1;"), &unused("string price = 1;")).findings, []);
}

#[test]
fn a_type_that_moves_into_a_reference_is_compared_with_what_it_was() {
    let item = |fields: &str| proto3(&format!("package own; message Item {{ {fields} }}"));
    let inside = |fields: &str| {
        proto3(&format!("package own; message Order {{ Item item = 1; }} message Item {{ {fields} }}"))
    };
    let outside = |fields: &str| importing("message Order { Item item = 1; }", "item.proto", &item(fields));
    let same = check(Level::Backward, &[outside("int32 f = 1;")], &inside("int32 f = 1;"));
    assert_eq!(same.findings, []);
    let other = check(Level::Backward, &[outside("int32 f = 1;")], &inside("string f = 1;"));
    assert_eq!(rules(&other.findings), ["referenced-type-changed", "scalar-kind-changed"]);
    let out = check(Level::Backward, &[inside("int32 f = 1;")], &outside("int32 f = 1;"));
    assert_eq!(rules(&out.findings), ["message-missing"], "the file no longer declares it");
}

#[test]
fn a_failure_deep_in_a_circle_of_references_reaches_the_field_that_leads_there() {
    let list = |kind: &str| {
        proto3(&format!(
            "package lib; message A {{ B b = 1; }} message B {{ C c = 1; A a = 2; }} message C {{ A a = 1; {kind} f = 2; }}"
        ))
    };
    let user = |list: &Schema| importing("message User { lib.A a = 1; }", "lib.proto", list);
    assert_eq!(check(Level::Full, &[user(&list("int32"))], &user(&list("int32"))).findings, []);
    let report = backward(&user(&list("string")), &user(&list("int32")));
    let found = rules(&report.findings);
    assert_eq!(found.iter().filter(|it| **it == "scalar-kind-changed").count(), 1, "{report}");
    assert!(report.findings.iter().any(|it| it.new.as_ref().unwrap().pointer == "User.a"), "{report}");
}

#[test]
fn text_and_descriptor_of_one_schema_are_compatible_in_both_directions() {
    let text = "syntax = \"proto3\"; package p; message A { map<string, B> links = 1; optional int32 o = 2; int32 plain = 3;
        repeated int32 many = 4; oneof choice { string s = 5; B b = 6; } E e = 7; } message B {} enum E { Z = 0; }";
    let file = protox_parse(text);
    let encoded = base64::engine::general_purpose::STANDARD.encode(file);
    let (text, descriptor) = (parsed(text, Vec::new()), parsed(&encoded, Vec::new()));
    let report = check(Level::Full, std::slice::from_ref(&text), &descriptor);
    assert_eq!(report.findings, [], "{report}");
    let again = parsed(&descriptor.canonical(), Vec::new());
    for other in [&text, &descriptor] {
        let report = check(Level::Full, std::slice::from_ref(other), &again);
        assert_eq!(report.findings, [], "{report}");
    }
    // A descriptor has no lines; the path is there all the same.
    let changed = proto3("package p; message A { string plain = 3; } message B {} enum E { Z = 0; }");
    let report = check(Level::Backward, &[descriptor], &changed);
    let found = report.findings.iter().find(|it| it.rule == "protobuf/scalar-kind-changed").unwrap();
    let old = found.old.as_ref().unwrap();
    assert_eq!((old.pointer.as_str(), old.position()), ("A.plain", None));
}

/// The linked descriptor of a text, as official clients register it.
fn protox_parse(text: &str) -> Vec<u8> {
    let schema = Schema::parse(Format::Protobuf, text, Vec::new(), Mode::Strict).unwrap();
    let schemawire::schema::Model::Protobuf(model) = schema.model() else { unreachable!() };
    let mut file = model.file().clone();
    file.name = Some("a.proto".into());
    file.source_code_info = None;
    let mut pool = prost_reflect::DescriptorPool::new();
    pool.add_file_descriptor_proto(file).unwrap();
    pool.get_file_by_name("a.proto").unwrap().file_descriptor_proto().encode_to_vec()
}

#[test]
fn what_is_misread_though_registries_take_it_is_a_warning() {
    let old = message("int64 n = 1; bytes s = 2; int32 unit_price = 3; fixed32 x = 4;");
    let new = message("int32 n = 1; string s = 2; int32 price = 3; sfixed32 x = 4;");
    let report = backward(&old, &new);
    assert!(report.is_compatible());
    assert_eq!(
        rules(&report.findings),
        ["scalar-narrowed", "scalar-narrowed", "field-name-changed", "scalar-narrowed"]
    );
    let wider = message("bool b = 1; int32 n = 2; string s = 3; E e = 4;");
    let report = backward(&wider, &message("int32 b = 1; int64 n = 2; bytes s = 3; int64 e = 4;"));
    assert_eq!(rules(&report.findings), [""; 0]);
}

#[test]
fn a_chain_of_very_many_messages_in_references_does_not_overflow_the_stack() {
    const LENGTH: usize = 8_000;
    let chain = |last: &str| {
        let mut text = format!("package lib; message M0 {{ {last} f = 1; }}");
        for index in 1..LENGTH {
            write!(text, "message M{index} {{ M{} f = 1; }}", index - 1).unwrap();
        }
        importing(&format!("message User {{ lib.M{} f = 1; }}", LENGTH - 1), "lib.proto", &proto3(&text))
    };
    let report = backward(&chain("string"), &chain("int32"));
    assert_eq!(report.findings.iter().filter(|it| it.rule == "protobuf/scalar-kind-changed").count(), 1);
    assert_eq!(report.findings.len(), LENGTH + 1, "every field on the way says so");
}

#[test]
fn very_many_findings_on_one_line_are_all_placed() {
    let fields = |kind: &str| {
        let fields = (1..=10_000).map(|number| format!("{kind} f{number} = {number};"));
        message(&fields.collect::<String>())
    };
    let report = backward(&fields("int32"), &fields("float"));
    assert_eq!(report.findings.len(), 10_000);
    assert!(report.findings.iter().all(|it| it.new.as_ref().unwrap().position().unwrap().line == 2));
}

#[test]
fn long_names_around_many_messages_are_neither_copied_nor_walked_for_each() {
    // Each of these names is part of 10,000 full names; a report with all of them would have gigabytes.
    let long = "n".repeat(400_000);
    let package = vec!["p"; 100_000].join(".");
    for (lead, end) in [(format!("message {long} {{"), "}"), (format!("package {package};"), "")] {
        let messages = |kind: &str| {
            let messages =
                (0..10_000).map(|number| format!("message M{number}{{{kind} f=1;T{number} g=2;}}"));
            proto3(&format!("{lead}{}{end}", messages.collect::<String>()))
        };
        let report = backward(&messages("int32"), &messages("float"));
        assert_eq!(report.findings.len(), 10_000);
        let length: usize = report.findings.iter().map(|it| it.new.as_ref().unwrap().pointer.len()).sum();
        assert!(length < 3_000_000, "{length}");
    }
}

#[test]
fn very_many_maps_and_oneofs_in_one_message_are_compared_without_a_power_of_their_number() {
    let message_of = |each: &dyn Fn(i32) -> String| message(&(1..=15_000).map(each).collect::<String>());
    let maps = |kind: &str| message_of(&|number| format!("map<int32,{kind}>f{number}={number};"));
    assert_eq!(backward(&maps("int32"), &maps("float")).findings.len(), 15_000);
    let alone =
        message_of(&|number| format!("int32 f{number}={};int32 g{number}={};", 2 * number, 2 * number + 1));
    let joined = message_of(&|number| {
        format!("oneof o{number}{{int32 f{number}={};int32 g{number}={};}}", 2 * number, 2 * number + 1)
    });
    assert_eq!(rules(&backward(&alone, &joined).findings), ["fields-join-oneof"; 15_000]);
}

#[test]
fn a_report_says_what_where_why_and_what_to_do() {
    let old = proto3("package shop;\nmessage Order {\n  message Item {\n    int32 pieces = 1;\n  }\n}");
    let new = proto3("package shop;\nmessage Order {\n  message Item {\n    string pieces = 1;\n  }\n}");
    let expected = "\
incompatible under BACKWARD: 1 error
deploy: no order is safe

error[protobuf/scalar-kind-changed]: field `pieces` = 1 was `int32` and is `string`
  new: Order.Item.pieces, line 5, column 5
  old: Order.Item.pieces, line 5, column 5, earlier version 1 (counted from the oldest)
  why: Only int32, int64, uint32, uint64, bool and enums read each other; sint32 and sint64; string and bytes; fixed32 and sfixed32; fixed64 and sfixed64.
  fix: Keep the type; add a field with a new number, and reserve the old one.";
    assert_eq!(backward(&old, &new).to_string(), expected);
}
