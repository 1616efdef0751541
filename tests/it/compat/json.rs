//! What the JSON Schema rules say where the corpora say nothing: later drafts, references, circles, places, attacks.

use std::fmt::Write;

use schemawire::compat::{Level, Policy, Report, Severity, check, check_with};
use schemawire::schema::{Format, Mode, Position, Reference, Schema};
use serde_json::{Value, json};

fn schema(text: &Value) -> Schema {
    Schema::parse(Format::Json, &text.to_string(), Vec::new(), Mode::Lenient).expect("a schema")
}

fn backward(old: &Value, new: &Value) -> Report {
    check(Level::Backward, &[schema(old)], &schema(new))
}

/// What the registry finds; what only validation would reject is warned of besides.
fn rules(report: &Report) -> Vec<&str> {
    let is_registrys = |rule: &&schemawire::compat::Rule| rule.severity == Severity::Error;
    let found = report.findings.iter().filter(|it| it.rule().as_ref().is_some_and(is_registrys));
    found.map(|it| it.rule.trim_start_matches("json/")).collect()
}

/// What is found from `old` to `new`, in each of the later drafts.
fn modern(old: &Value, new: &Value) -> Vec<String> {
    let drafts =
        ["https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema"];
    let [one, other] = drafts.map(|draft| {
        let of = |text: &Value| {
            let mut text = text.clone();
            if let Some(members) = text.as_object_mut() {
                members.insert("$schema".into(), draft.into());
            }
            text
        };
        rules(&backward(&of(old), &of(new))).into_iter().map(str::to_owned).collect::<Vec<_>>()
    });
    assert_eq!(one, other, "the two drafts differ: {old} {new}");
    other
}

#[test]
fn what_stands_beside_a_reference_counts_in_later_drafts_only() {
    let old = json!({"$defs": {"X": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/X"}}});
    let new = json!({"$defs": {"X": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/X", "minLength": 3}}});
    assert_eq!(backward(&old, &new).findings, []);
    assert_eq!(modern(&old, &new), ["type-changed"]);
    let wider = json!({"$defs": {"X": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/X", "minLength": 2}}});
    assert_eq!(modern(&new, &wider), [""; 0]);
    assert_eq!(modern(&wider, &new), ["combined-members-changed"]);
}

#[test]
fn a_list_of_items_is_called_prefix_items_in_later_drafts() {
    let closed = json!({"prefixItems": [{"type": "string"}], "items": false});
    let longer = json!({"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false});
    assert_eq!(modern(&closed, &longer), [""; 0]);
    assert_eq!(modern(&longer, &closed), ["item-removed-from-closed-content"]);
    let open = json!({"prefixItems": [{"type": "string"}]});
    assert_eq!(modern(&open, &longer), ["item-added-to-open-content", "additional-items-removed"]);
    assert_eq!(modern(&open, &json!({"items": {"type": "string"}})), ["schema-added"]);
}

#[test]
fn unevaluated_properties_close_and_cover_in_later_drafts() {
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let closed =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": false});
    let with_b = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "unevaluatedProperties": false});
    let texts = json!({"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": {"type": "string"}});
    assert_eq!(modern(&open, &closed), ["unevaluated-properties-removed"]);
    assert_eq!(modern(&closed, &open), [""; 0]);
    assert_eq!(modern(&closed, &with_b), [""; 0]);
    assert_eq!(modern(&with_b, &closed), ["property-removed-from-closed-content"]);
    assert_eq!(modern(&open, &texts), ["unevaluated-properties-narrowed"]);
    assert_eq!(
        modern(&texts, &with_b),
        ["unevaluated-properties-removed", "property-added-not-covered", "type-changed"]
    );
}

#[test]
fn dependencies_have_two_names_in_later_drafts() {
    let old = json!({"type": "object", "dependentRequired": {"a": ["b"]}});
    let new = json!({"type": "object", "dependentRequired": {"a": ["b", "c"]}, "dependentSchemas": {"a": {"minProperties": 2}}});
    assert_eq!(modern(&old, &new), ["dependency-array-extended", "dependency-schema-added"]);
    assert_eq!(modern(&new, &old), [""; 0]);
}

#[test]
fn contains_stands_for_one_in_later_drafts_and_for_nothing_before() {
    let (old, new) = (json!({"type": "array"}), json!({"type": "array", "contains": {"type": "string"}}));
    assert_eq!(modern(&old, &new), ["min-contains-added"]);
    assert_eq!(rules(&backward(&old, &new)), [""; 0]);
    let none = json!({"type": "array", "contains": {"type": "string"}, "minContains": 0});
    assert_eq!(modern(&new, &none), [""; 0]);
    assert_eq!(modern(&none, &new), ["min-contains-increased"]);
}

#[test]
fn several_types_take_the_keywords_of_their_own_in_all_drafts() {
    let old = json!({"type": ["string", "null"], "minLength": 3});
    let new = json!({"type": ["null", "string"], "minLength": 4});
    assert_eq!(modern(&old, &new), ["combined-members-changed"]);
    assert_eq!(modern(&new, &old), [""; 0]);
    assert_eq!(rules(&backward(&old, &new)), ["combined-members-changed"]);
}

#[test]
fn a_definition_answers_to_both_names() {
    let old = json!({"definitions": {"X": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/X"}}});
    let new = json!({"definitions": {"X": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/X"}}});
    let report = backward(&old, &new);
    assert_eq!(rules(&report), ["type-changed"]);
    assert_eq!(report.findings[0].new.as_ref().unwrap().pointer, "/definitions/X/type");
}

#[test]
fn a_difference_in_a_referenced_schema_names_the_reference() {
    let with = |place: &str| {
        let place = Schema::json(place).unwrap();
        let text = r##"{"properties": {"at": {"$ref": "place.json#/definitions/P"}, "id": {"$ref": "http://json-schema.org/draft-07/schema#"}}}"##;
        Schema::parse(Format::Json, text, vec![(Reference::local("place.json"), place)], Mode::Strict)
            .unwrap()
    };
    let old = with("{\"definitions\": {\"P\": {\"type\": \"string\"}}}");
    let new = with("{\"definitions\": {\"P\": {\"type\": \"string\",\n \"maxLength\": 3}}}");
    let report = check(Level::Backward, std::slice::from_ref(&old), &new);
    assert_eq!(rules(&report), ["max-length-added"]);
    let place = report.findings[0].new.clone().unwrap();
    assert_eq!(place.reference.as_deref(), Some("place.json"));
    assert_eq!(place.pointer, "/definitions/P/maxLength");
    assert_eq!(place.position(), Some(Position { line: 2, column: 2 }));
    assert_eq!(check(Level::Full, std::slice::from_ref(&old), &old).findings, []);
}

#[test]
fn a_reference_that_leads_nowhere_cannot_be_compared() {
    let it = json!({"properties": {"a": {"$ref": "#/definitions/gone"}}});
    let report = backward(&it, &it);
    assert_eq!(rules(&report), ["compat/unlinked"]);
    assert!(report.findings[0].message.contains("`#/definitions/gone`"));
}

#[test]
fn references_in_a_circle_accept_anything() {
    let it = json!({"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}, "items": {"$ref": "#/definitions/a"}});
    assert_eq!(backward(&it, &it).findings, []);
    let narrower = json!({"items": {"type": "string"}});
    assert_eq!(rules(&backward(&it, &narrower)), ["type-changed"]);
    assert_eq!(backward(&narrower, &it).findings, []);
}

#[test]
fn a_schema_that_holds_itself_is_compared_once_and_to_its_ground() {
    let list = |kind: &str| json!({"type": "object", "properties": {"value": {"type": kind}, "next": {"$ref": "#"}}, "additionalProperties": false});
    assert_eq!(backward(&list("integer"), &list("number")).findings, []);
    let report = backward(&list("number"), &list("integer"));
    assert_eq!(rules(&report), ["type-narrowed"]);
    assert_eq!(report.findings[0].old.as_ref().unwrap().pointer, "/properties/value/type");
}

#[test]
fn nothing_stops_at_the_first_finding() {
    let old = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}, "c": {"enum": ["x", "y"]}}});
    let new = json!({"type": "object", "minProperties": 1, "properties": {"a": {"type": "string", "pattern": "^x"}, "b": {"type": "integer"}, "c": {"enum": ["x"]}}});
    assert_eq!(
        rules(&backward(&old, &new)),
        ["min-properties-added", "pattern-added", "type-narrowed", "enum-narrowed"]
    );
}

#[test]
fn the_lenient_policy_turns_differences_of_open_content_into_warnings() {
    let old = schema(&json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    let new =
        schema(&json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}));
    assert!(!check(Level::Backward, std::slice::from_ref(&old), &new).is_compatible());
    let report = check_with(Level::Backward, Policy::Lenient, &[old], &new);
    assert!(report.is_compatible());
    assert_eq!(report.findings[0].severity, Severity::Warning);
    assert_eq!(rules(&report), ["optional-property-added-to-open-content"]);
}

#[test]
fn two_alternatives_merged_into_a_wider_one_leave_one_alone() {
    let old = json!({"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 9}]});
    let new = json!({"oneOf": [{"type": "integer"}, {"type": "string"}]});
    let report = backward(&old, &new);
    assert_eq!(rules(&report), ["combined-members-changed"]);
    assert_eq!(report.findings[0].old.as_ref().unwrap().pointer, "/oneOf/1");
}

/// The registry fails on these with an exception; a smaller bound beside a large `maximum` it does not even see.
#[test]
fn what_makes_the_registry_fail_is_incompatible() {
    let below = |bound: i64| json!({"type": "number", "exclusiveMaximum": bound});
    assert_eq!(rules(&backward(&below(5), &below(4))), ["exclusive-maximum-decreased"]);
    assert_eq!(backward(&below(4), &below(5)).findings, []);
    let and_maximum =
        |bound: i64, maximum: i64| json!({"type": "number", "exclusiveMaximum": bound, "maximum": maximum});
    let unseen = backward(&and_maximum(5, 9), &and_maximum(4, 9));
    assert!(unseen.is_compatible());
    assert_eq!(unseen.findings.iter().map(|it| it.rule).collect::<Vec<_>>(), ["json/not-proved"]);
    assert_eq!(rules(&backward(&and_maximum(5, 4), &and_maximum(4, 4))), ["exclusive-maximum-decreased"]);
    assert_eq!(rules(&backward(&json!({"const": null}), &json!({"const": null}))), ["const-null"]);
}

#[test]
fn names_with_any_character_are_found_and_pointed_at() {
    for name in ["100%", "a/b~c", "\"quoted\"", "new\nline", "😀"] {
        let of = |kind: &str| json!({"properties": {name: {"type": kind}}});
        let report = backward(&of("number"), &of("integer"));
        let escaped = name.replace('~', "~0").replace('/', "~1");
        assert_eq!(report.findings[0].new.as_ref().unwrap().pointer, format!("/properties/{escaped}/type"));
    }
}

#[test]
fn a_pattern_covers_what_it_is_found_in() {
    let old = json!({"type": "object", "patternProperties": {"x": {"type": "string"}, "(?<=a)b": {"type": "integer"}}, "additionalProperties": false});
    let with = |name: &str, kind: &str| {
        let mut new = old.clone();
        new["properties"] = json!({name: {"type": kind}});
        rules(&backward(&old, &new)).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(with("box", "string"), [""; 0]);
    assert_eq!(with("box", "integer"), ["property-added-not-covered", "type-changed"]);
    assert_eq!(with("ab", "number"), [""; 0]);
    assert_eq!(with("b", "boolean"), [""; 0], "not open, and nothing covers it");
}

#[test]
fn twelve_definitions_of_alternatives_that_all_refer_to_each_other_end() {
    let report = backward(&alternatives(12, 0), &alternatives(12, 1));
    assert!(!report.is_compatible());
    assert_eq!(backward(&alternatives(12, 0), &alternatives(12, 0)).findings, []);
}

#[test]
fn alternatives_beyond_all_measure_are_refused() {
    let report = backward(&alternatives(40, 0), &alternatives(40, 0));
    assert!(rules(&report).contains(&"too-large"), "{report}");
    assert!(!report.is_compatible());
}

/// Definitions, each of them any one of all of them or of its own, the last with `extra` as its bound.
fn alternatives(count: usize, extra: usize) -> Value {
    let definitions: serde_json::Map<String, Value> = (0..count)
        .map(|number| {
            let mut members: Vec<Value> = (0..count)
                .map(|other| json!({"type": "object", "properties": {"at": {"$ref": format!("#/definitions/D{other}")}, "by": {"const": other}}}))
                .collect();
            members.push(json!({"type": "string", "minLength": number + extra}));
            (format!("D{number}"), json!({"oneOf": members}))
        })
        .collect();
    json!({"definitions": definitions, "$ref": "#/definitions/D0"})
}

#[test]
fn a_hundred_thousand_properties_and_a_chain_of_references_end() {
    let mut text = String::from("{\"properties\":{");
    for number in 0..100_000 {
        write!(text, "\"p{number}\":{{\"type\":\"string\"}},").unwrap();
    }
    text.push_str("\"last\":{\"$ref\":\"#/definitions/d0\"}},\"definitions\":{");
    for number in 0..20_000 {
        write!(
            text,
            "\"d{number}\":{{\"properties\":{{\"next\":{{\"$ref\":\"#/definitions/d{}\"}}}}}},",
            number + 1
        )
        .unwrap();
    }
    let end = |kind: &str| Schema::json(&format!("{text}\"d20000\":{{\"type\":\"{kind}\"}}}}}}")).unwrap();
    let report = check(Level::Backward, &[end("number")], &end("integer"));
    assert_eq!(rules(&report), ["type-narrowed"]);
    assert_eq!(report.findings[0].new.as_ref().unwrap().pointer, "/definitions/d20000/type");
}
