//! JSON Schema texts: what is taken, what is refused and where, what is kept.

use std::collections::BTreeMap;

use schemawire::codec::json::ValidatedJson;
use schemawire::codec::{Binding, Codec};
use schemawire::schema::json::Draft;
use schemawire::schema::{Format, Mode, Model, Reference, Schema, SchemaError, SchemaErrorKind};

use crate::support::{corpus, rows};

fn lenient(text: &str) -> Result<Schema, SchemaError> {
    Schema::parse(Format::Json, text, Vec::new(), Mode::Lenient)
}

fn draft(schema: &Schema) -> Draft {
    match schema.model() {
        Model::Json(model) => model.draft(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_draft_is_told_by_the_schema_keyword() {
    let rows = [
        (r#"{"$schema": "http://json-schema.org/draft-04/schema#"}"#, Draft::Draft4),
        (r#"{"$schema": "http://json-schema.org/schema"}"#, Draft::Draft4),
        (r#"{"$schema": "https://json-schema.org/draft-06/schema"}"#, Draft::Draft6),
        (r#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#, Draft::Draft7),
        (r#"{"$schema": "https://json-schema.org/draft/2019-09/schema#"}"#, Draft::Draft201909),
        (r#"{"$schema": "http://json-schema.org/draft/2020-12/schema"}"#, Draft::Draft202012),
        (r#"{"$schema": "https://example.com/own"}"#, Draft::Draft7),
        ("{}", Draft::Draft7),
        ("true", Draft::Draft7),
    ];
    for (text, expected) in rows {
        assert_eq!(draft(&Schema::json(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn title_and_id_are_read() {
    let schema = Schema::json(r#"{"$id": "https://example.com/q", "title": "Quake"}"#).unwrap();
    assert_eq!(schema.full_name().as_deref(), Some("Quake"));
    let Model::Json(model) = schema.model() else { panic!() };
    assert_eq!(model.id(), Some("https://example.com/q"));
}

#[test]
fn a_bad_keyword_is_an_error_with_its_place() {
    let text = "{\n  \"properties\": {\n    \"a/b\": {\"type\": \"float\"}\n  }\n}";
    let error = Schema::json(text).unwrap_err();
    assert_eq!(
        (error.kind, error.pointer.as_deref()),
        (SchemaErrorKind::Invalid, Some("/properties/a~1b/type"))
    );
    assert_eq!(error.position.map(|it| (it.line, it.column)), Some((3, 21)));
    assert_eq!(lenient(text).unwrap().text(), text);
}

#[test]
fn keyword_values_are_checked_by_draft() {
    let bad = [
        (r#"{"required": true}"#, "/required"),
        (r#"{"required": ["a", 1]}"#, "/required/1"),
        (r#"{"properties": []}"#, "/properties"),
        (r#"{"properties": {"a": 1}}"#, "/properties/a"),
        (r#"{"minimum": "1"}"#, "/minimum"),
        (r#"{"enum": {}}"#, "/enum"),
        (r#"{"$ref": 1}"#, "/$ref"),
        (r#"{"type": ["string", "text"]}"#, "/type/1"),
        (r#"{"maxLength": -1}"#, "/maxLength"),
        (r#"{"maxLength": 1.5}"#, "/maxLength"),
        (r#"{"multipleOf": 0}"#, "/multipleOf"),
        (r#"{"allOf": {}}"#, "/allOf"),
        (r#"{"allOf": [1]}"#, "/allOf/0"),
        (r#"{"items": 1}"#, "/items"),
        (r#"{"dependencies": {"a": ["b", 1]}}"#, "/dependencies/a/1"),
        (r#"{"dependencies": {"a": 1}}"#, "/dependencies/a"),
        (r#"{"exclusiveMaximum": true}"#, "/exclusiveMaximum"),
        (
            r#"{"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMaximum": 3}"#,
            "/exclusiveMaximum",
        ),
        (r#"{"$schema": "http://json-schema.org/draft-04/schema#", "not": true}"#, "/not"),
        (
            r#"{"$schema": "https://json-schema.org/draft/2019-09/schema", "dependentRequired": {"a": "b"}}"#,
            "/dependentRequired/a",
        ),
        (r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "items": [{}]}"#, "/items"),
        ("[]", ""),
        ("1", ""),
    ];
    for (text, pointer) in bad {
        let error = Schema::json(text).unwrap_err();
        assert_eq!(
            (error.kind, error.pointer.as_deref()),
            (SchemaErrorKind::Invalid, Some(pointer)),
            "{text}: {error}"
        );
    }
    let good = [
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMaximum": true, "const": 1, "if": 3}"#,
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "additionalProperties": false, "additionalItems": true}"#,
        r#"{"maxLength": 2.0, "multipleOf": 0.01, "default": {"type": 1}, "enum": [{"type": 1}], "const": {"required": 1}}"#,
        r#"{"unknown": {"type": 1}, "prefixItems": 3}"#,
        r#"{"properties": {"type": {}, "required": {}, "$ref": {}}}"#,
        r##"{"$ref": "#/definitions/a", "type": "odd", "definitions": {"a": {}}}"##,
        r#"{"dependencies": {"a": ["b"], "c": {"type": "string"}, "d": false}}"#,
    ];
    for text in good {
        if let Err(error) = Schema::json(text) {
            panic!("{text}: {error}");
        }
    }
}

#[test]
fn a_reference_inside_the_document_must_lead_somewhere() {
    let good = [
        r##"{"$ref": "#"}"##,
        r##"{"items": {"$ref": "#/definitions/a%20b~1c"}, "definitions": {"a b/c": {}}}"##,
        r##"{"items": {"$ref": "#/components/x/0"}, "components": {"x": [{}]}}"##,
        r##"{"items": {"$ref": "#/$defs/a"}, "definitions": {"a": {}}}"##,
        r##"{"items": {"$ref": "#a"}, "definitions": {"x": {"$id": "#a"}}}"##,
        r##"{"$id": "http://x/root", "items": {"$ref": "item#/definitions/b"}, "definitions": {"i": {"$id": "item", "definitions": {"b": {}}}}}"##,
        r##"{"$id": "http://x/root", "items": {"$ref": "http://x/root#/definitions/b"}, "definitions": {"b": {}}}"##,
        r##"{"items": {"$id": "http://x/item", "items": {"$ref": "#/definitions/c"}, "definitions": {"c": {}}}}"##,
        r##"{"items": {"$ref": "http://json-schema.org/draft-07/schema#"}}"##,
        r##"{"$schema": "https://json-schema.org/draft/2020-12/schema", "items": {"$ref": "#a", "type": "string"}, "$defs": {"x": {"$anchor": "a"}}}"##,
        r##"{"$schema": "https://json-schema.org/draft/2020-12/schema", "items": {"$dynamicRef": "#node"}, "$dynamicAnchor": "node"}"##,
        r##"{"$schema": "https://json-schema.org/draft/2019-09/schema", "items": {"$recursiveRef": "#"}}"##,
        r##"{"$schema": "http://json-schema.org/draft-04/schema", "id": "http://x/y", "items": {"$ref": "y#/definitions/a"}, "definitions": {"a": {}}}"##,
    ];
    for text in good {
        if let Err(error) = Schema::json(text) {
            panic!("{text}: {error}");
        }
    }
    for reference in ["#/definitions/b", "#b", "#/definitions/a/0"] {
        let text = format!(r##"{{"definitions": {{"a": {{}}}}, "items": {{"$ref": "{reference}"}}}}"##);
        let error = Schema::json(&text).unwrap_err();
        assert_eq!(
            (error.kind, error.pointer.as_deref()),
            (SchemaErrorKind::Invalid, Some("/items/$ref")),
            "{error}"
        );
        assert!(lenient(&text).is_ok());
    }
}

#[test]
fn a_reference_that_was_not_given_is_an_error_with_its_place() {
    for uri in ["place.json", "http://example.com/place.json", "file:///etc/passwd", "urn:place#/x"] {
        let text = format!("{{\"items\":\n  {{\"$ref\": \"{uri}\"}}}}");
        let error = Schema::json(&text).unwrap_err();
        assert_eq!(
            (error.kind, error.pointer.as_deref()),
            (SchemaErrorKind::UnknownReference, Some("/items/$ref"))
        );
        assert_eq!(error.position.map(|it| (it.line, it.column)), Some((2, 12)));
        assert!(lenient(&text).is_ok());
    }
}

#[test]
fn a_pointer_into_a_reference_must_lead_somewhere() {
    let place = Schema::json(r#"{"definitions": {"a": {}}}"#).unwrap();
    let parse = |reference: &str| {
        let text = format!(r#"{{"items": {{"$ref": "{reference}"}}}}"#);
        Schema::parse(
            Format::Json,
            &text,
            vec![(Reference::local("place.json"), place.clone())],
            Mode::Strict,
        )
    };
    assert!(parse("place.json#/definitions/a").is_ok());
    assert_eq!(parse("place.json#/definitions/b").unwrap_err().kind, SchemaErrorKind::Invalid);
}

#[test]
fn the_canonical_text_is_compact_and_keeps_the_order_of_members() {
    let text =
        "{\n \"b\" : [1.0, 1e3, 12345678901234567890123] ,\"a\": {\"é\\/\\u0041\": null, \"x\": true}\n}";
    let schema = Schema::json(text).unwrap();
    assert_eq!(schema.canonical(), r#"{"b":[1.0,1e3,12345678901234567890123],"a":{"é/A":null,"x":true}}"#);
    assert_eq!(Schema::json(&schema.canonical()).unwrap().canonical(), schema.canonical());
}

#[test]
fn a_member_twice_is_refused_strictly_and_the_last_holds_leniently() {
    let text = r#"{"type": "string", "title": "A", "title": "B"}"#;
    assert!(Schema::json(text).is_err());
    assert_eq!(lenient(text).unwrap().full_name().as_deref(), Some("B"));
}

#[test]
fn text_that_is_no_json_is_an_error_with_its_place() {
    for text in ["", "{", "{\"a\": }", "{\"a\": 1,}", "{} {}", "{'a': 1}", "nul"] {
        let error = Schema::json(text).unwrap_err();
        assert!(error.position.is_some(), "{text}: {error}");
    }
}

#[test]
fn a_schema_nested_too_deep_is_refused() {
    let at = |depth: usize| format!("{}true{}", "{\"not\":".repeat(depth), "}".repeat(depth));
    assert!(Schema::json(&at(127)).is_ok());
    assert_eq!(Schema::json(&at(1_000_000)).unwrap_err().kind, SchemaErrorKind::TooLarge);
}

#[test]
fn a_hundred_thousand_properties_that_refer_to_as_many_definitions_are_one_pass() {
    let count = 100_000;
    let list = |make: &dyn Fn(usize) -> String| (0..count).map(make).collect::<Vec<_>>().join(",");
    let text = format!(
        r#"{{"properties": {{{}}}, "definitions": {{{}}}}}"#,
        list(&|index| format!(r##""p{index}": {{"$ref": "#/definitions/d{index}"}}"##)),
        list(&|index| format!(r#""d{index}": {{"type": "string"}}"#)),
    );
    let schema = Schema::json(&text).unwrap();
    assert_eq!(schema.canonical().len(), text.replace(' ', "").len());
}

/// What Confluent takes, we take: leniently, strictly, and for validation, without an exception.
#[test]
fn every_schema_of_the_corpora_parses() {
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    let mut texts = 0;
    for name in ["apicurio-json.jsonl", "karapace-json.jsonl", "probe-json.jsonl"] {
        let Some(corpus) = corpus(name) else { return };
        for row in rows(&corpus) {
            let history = row["history"].as_array().cloned().unwrap_or_default();
            for text in history.iter().chain([&row["old"], &row["new"]]).filter_map(|it| it.as_str()) {
                texts += 1;
                let parsed = lenient(text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", row["id"]));
                let again = lenient(&parsed.canonical()).unwrap();
                assert_eq!(again.canonical(), parsed.canonical(), "{}", row["id"]);
                let bound = Schema::json(text).and_then(|it| ValidatedJson.bind(&Binding::new(&it)));
                if let Err(error) = bound {
                    refused.insert(text.to_owned(), format!("{}: {error}", row["id"]));
                }
            }
        }
    }
    assert!(texts > 1000);
    assert!(refused.is_empty(), "strictly refused: {refused:#?}");
}
