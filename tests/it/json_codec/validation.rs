//! Validation: drafts, references, and what a schema's text must never reach.

use schemawire::codec::json::{BoundJson, ValidatedJson};
use schemawire::codec::{Binding, BoundCodec, Codec, DecodeError, DecodeErrorKind};
use schemawire::schema::{Format, Mode, Reference, Schema, SchemaErrorKind};

fn bind(schema: &Schema) -> BoundJson {
    ValidatedJson.bind(&Binding::new(schema)).expect("a bound codec")
}

fn check(schema: &str, payload: &str) -> Result<(), DecodeError> {
    bind(&Schema::json(schema).expect("a schema")).decode_value(payload.as_bytes()).map(drop)
}

fn with_references(text: &str, references: &[(&str, &Schema)]) -> Schema {
    let references = references.iter().map(|(name, schema)| (Reference::local(name), Schema::clone(schema)));
    Schema::parse(Format::Json, text, references.collect(), Mode::Strict).expect("a schema")
}

#[test]
fn each_draft_reads_its_own_keywords() {
    // draft, schema, a payload that fits, one that does not
    let rows = [
        ("http://json-schema.org/draft-04/schema#", r#""maximum": 3, "exclusiveMaximum": true"#, "2", "3"),
        ("http://json-schema.org/draft-04/schema", r#""type": "integer""#, "1", "1.0"),
        ("http://json-schema.org/draft-06/schema#", r#""exclusiveMaximum": 3"#, "2", "3"),
        ("https://json-schema.org/draft-06/schema", r#""const": [1]"#, "[1]", "[2]"),
        (
            "http://json-schema.org/draft-07/schema#",
            r#""if": {"type": "string"}, "then": {"maxLength": 1}"#,
            "\"a\"",
            "\"ab\"",
        ),
        (
            "http://json-schema.org/draft-07/schema#",
            r#""items": [{"type": "string"}], "additionalItems": false"#,
            "[\"a\"]",
            "[\"a\", 1]",
        ),
        (
            "https://json-schema.org/draft/2019-09/schema",
            r#""dependentRequired": {"a": ["b"]}"#,
            "{\"b\": 1}",
            "{\"a\": 1}",
        ),
        (
            "https://json-schema.org/draft/2019-09/schema#",
            r#""contains": {"const": 1}, "minContains": 2"#,
            "[1, 1]",
            "[1]",
        ),
        (
            "https://json-schema.org/draft/2020-12/schema",
            r#""prefixItems": [{"type": "string"}], "items": false"#,
            "[\"a\"]",
            "[\"a\", 1]",
        ),
        (
            "http://json-schema.org/draft/2020-12/schema",
            r#""properties": {"a": true}, "unevaluatedProperties": false"#,
            "{\"a\": 1}",
            "{\"b\": 1}",
        ),
        ("https://example.com/of-our-own", r#""exclusiveMaximum": 3"#, "2", "3"),
    ];
    for (draft, keywords, fits, breaks) in rows {
        let schema = format!(r#"{{"$schema": "{draft}", {keywords}}}"#);
        assert_eq!(check(&schema, fits), Ok(()), "{schema}");
        assert_eq!(check(&schema, breaks).unwrap_err().kind, DecodeErrorKind::Invalid, "{schema}");
    }
    assert_eq!(check(r#"{"exclusiveMaximum": 3}"#, "3").unwrap_err().kind, DecodeErrorKind::Invalid);
    assert_eq!(check("true", "3"), Ok(()));
    assert_eq!(check("false", "3").unwrap_err().kind, DecodeErrorKind::Invalid);
}

#[test]
fn every_kind_of_value_is_seen_as_what_it_is() {
    let rows = [
        ("null", "null"),
        ("boolean", "true"),
        ("integer", "3"),
        ("integer", "18446744073709551615"),
        ("number", "1.5"),
        ("string", "\"\""),
        ("array", "[1]"),
        ("object", "{\"a\": {}}"),
    ];
    for (name, payload) in rows {
        assert_eq!(check(&format!(r#"{{"type": "{name}"}}"#), payload), Ok(()), "{name}");
        for (other, _) in rows.iter().filter(|(it, _)| *it != name && !(name == "integer" && *it == "number"))
        {
            assert!(check(&format!(r#"{{"type": "{other}"}}"#), payload).is_err(), "{payload} is no {other}");
        }
    }
    assert_eq!(check(r#"{"enum": [{"a": [1.0, "x"]}, "y"]}"#, r#"{"a": [1, "x"]}"#), Ok(()));
    assert!(check(r#"{"uniqueItems": true}"#, "[{\"a\": 1}, {\"a\": 1.0}]").is_err());
    assert!(check(r#"{"propertyNames": {"maxLength": 2}}"#, "{\"abc\": 1}").is_err());
    assert!(check(r#"{"minLength": 2}"#, "\"\u{1F600}\"").is_err(), "length counts characters");
}

#[test]
fn format_is_an_annotation() {
    assert_eq!(check(r#"{"format": "date-time"}"#, "\"yesterday\""), Ok(()));
}

#[test]
fn references_resolve_by_name_in_any_order_used_twice_and_nested() {
    let depth = Schema::json(r#"{"type": "number", "minimum": 0}"#).unwrap();
    let place = with_references(
        r##"{"properties": {"depth": {"$ref": "com.acme.Depth"}}, "definitions": {"name": {"type": "string"}}}"##,
        &[("com.acme.Depth", &depth)],
    );
    let text = r##"{"properties": {
        "epicentre": {"$ref": "com.acme.Place"},
        "station": {"$ref": "com.acme.Place"},
        "name": {"$ref": "com.acme.Place#/definitions/name"},
        "shaft": {"$ref": "com.acme.Depth"}
    }}"##;
    for references in [
        [("com.acme.Place", &place), ("com.acme.Depth", &depth)],
        [("com.acme.Depth", &depth), ("com.acme.Place", &place)],
    ] {
        let bound = bind(&with_references(text, &references));
        let good = r#"{"epicentre": {"depth": 1}, "station": {"depth": 2}, "name": "x", "shaft": 3}"#;
        assert!(bound.decode_value(good.as_bytes()).is_ok());
        for (bad, path) in [
            (r#"{"epicentre": {"depth": -1}}"#, "epicentre.depth"),
            (r#"{"station": {"depth": -1}}"#, "station.depth"),
            (r#"{"name": 1}"#, "name"),
            (r#"{"shaft": -1}"#, "shaft"),
        ] {
            assert_eq!(bound.decode_value(bad.as_bytes()).unwrap_err().path, path);
        }
    }
}

#[test]
fn names_resolve_against_the_id_of_the_schema_around_them() {
    let place = Schema::json(r#"{"type": "string"}"#).unwrap();
    for (reference, name) in [
        ("place.json", "place.json"),
        ("place.json", "https://example.com/schemas/place.json"),
        ("https://example.com/schemas/place.json", "place.json"),
        ("/schemas/place.json", "./place.json"),
    ] {
        let text = format!(
            r#"{{"$id": "https://example.com/schemas/quake.json", "items": {{"$ref": "{reference}"}}}}"#
        );
        let bound = bind(&with_references(&text, &[(name, &place)]));
        assert!(bound.decode_value(b"[\"a\"]").is_ok());
        assert_eq!(bound.decode_value(b"[1]").unwrap_err().path, "[0]");
    }
}

#[test]
fn one_name_in_two_folders_is_two_documents() {
    let (text, number) =
        (Schema::json(r#"{"type": "string"}"#).unwrap(), Schema::json(r#"{"type": "number"}"#).unwrap());
    let folder = |id: &str, value: &Schema| {
        with_references(
            &format!(r#"{{"$id": "{id}", "items": {{"$ref": "value.json"}}}}"#),
            &[("value.json", value)],
        )
    };
    let (a, b) = (
        folder("https://example.com/a/list.json", &text),
        folder("https://example.com/b/list.json", &number),
    );
    let root = r#"{"properties": {"a": {"$ref": "https://example.com/a/list.json"}, "b": {"$ref": "https://example.com/b/list.json"}}}"#;
    let bound = bind(&with_references(root, &[("a", &a), ("b", &b)]));
    assert!(bound.decode_value(br#"{"a": ["x"], "b": [1]}"#).is_ok());
    assert_eq!(bound.decode_value(br#"{"a": [1]}"#).unwrap_err().path, "a[0]");
    assert_eq!(bound.decode_value(br#"{"b": ["x"]}"#).unwrap_err().path, "b[0]");
}

#[test]
fn references_whose_paths_multiply_are_left_off_at_a_limit() {
    let mut schema = Schema::json(r#"{"type": "string"}"#).unwrap();
    for _ in 0..40 {
        let text = r#"{"anyOf": [{"$ref": "a/x.json"}, {"$ref": "b/x.json"}]}"#;
        schema = with_references(text, &[("a/x.json", &schema), ("b/x.json", &schema)]);
    }
    assert!(ValidatedJson.bind(&Binding::new(&schema)).is_err());
}

#[test]
fn a_reference_is_found_by_its_own_id() {
    let place = Schema::json(r#"{"$id": "https://example.com/place", "type": "string"}"#).unwrap();
    let bound = bind(&with_references(
        r#"{"items": {"$ref": "https://example.com/place"}}"#,
        &[("place.json", &place)],
    ));
    assert!(bound.decode_value(b"[1]").is_err());
}

#[test]
fn definitions_answer_to_defs_too() {
    let schema = r##"{"definitions": {"a": {"type": "string"}}, "items": {"$ref": "#/$defs/a"}}"##;
    assert_eq!(check(schema, "[\"a\"]"), Ok(()));
    assert_eq!(check(schema, "[1]").unwrap_err().path, "[0]");
}

#[test]
fn a_schema_that_is_not_given_is_never_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let file = crate::support::file("schemas/quake/v1.json");
    let uris = [
        format!("http://{}/place.json", listener.local_addr().unwrap()),
        format!("file://{}", file.display()),
    ];
    for uri in uris {
        for text in [
            format!(r#"{{"$ref": "{uri}"}}"#),
            format!(r#"{{"$schema": "{uri}", "items": {{"$ref": "{uri}#/x"}}}}"#),
        ] {
            let error = Schema::json(&text).unwrap_err();
            assert_eq!(error.kind, SchemaErrorKind::UnknownReference, "{error}");
            let lenient = Schema::parse(Format::Json, &text, Vec::new(), Mode::Lenient).unwrap();
            let error = ValidatedJson.bind(&Binding::new(&lenient)).unwrap_err();
            assert!(error.message.contains(&uri), "{error}");
        }
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody called");
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = r##"{"properties": {"children": {"items": {"$ref": "#"}}, "name": {"type": "string"}}}"##;
    assert_eq!(check(tree, r#"{"children": [{"children": [{"name": "x"}]}]}"#), Ok(()));
    assert_eq!(
        check(tree, r#"{"children": [{"children": [{"name": 1}]}]}"#).unwrap_err().path,
        "children[0].children[0].name"
    );
    // A schema that is only itself allows everything, or nothing: what matters is that it ends.
    for circle in [
        r##"{"$ref": "#"}"##,
        r##"{"anyOf": [{"$ref": "#"}, {"type": "string"}]}"##,
        r##"{"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}"##,
    ] {
        if let Ok(bound) = ValidatedJson.bind(&Binding::new(&Schema::json(circle).unwrap())) {
            let _ = bound.decode_value(b"[[1]]");
        }
    }
}

#[test]
fn schemas_and_payloads_as_deep_as_allowed_do_not_overflow_the_stack() {
    let deep = format!("{}{{\"type\": \"null\"}}{}", "{\"items\": ".repeat(126), "}".repeat(126));
    let bound = bind(&Schema::json(&deep).unwrap());
    assert!(bound.decode_value(format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes()).is_ok());
    let chain = (0..60)
        .map(|index| format!(r##""d{index}": {{"items": {{"$ref": "#/definitions/d{}"}}}}"##, index + 1));
    let chain = format!(
        r##"{{"$ref": "#/definitions/d0", "definitions": {{{}, "d60": {{"allOf": [{{"type": "array"}}, {{"$ref": "#/definitions/d0"}}]}}}}}}"##,
        chain.collect::<Vec<_>>().join(",")
    );
    let bound = bind(&Schema::json(&chain).unwrap());
    assert!(bound.decode_value(format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes()).is_ok());
}

#[test]
fn twelve_definitions_that_refer_to_each_other_end() {
    let definitions = (0..12).map(|index| {
        let others = (0..12).map(|other| {
            format!(r##"{{"properties": {{"p{other}": {{"$ref": "#/definitions/d{other}"}}}}}}"##)
        });
        format!(r#""d{index}": {{"oneOf": [{}]}}"#, others.collect::<Vec<_>>().join(","))
    });
    let schema = format!(
        r##"{{"$ref": "#/definitions/d0", "definitions": {{{}}}}}"##,
        definitions.collect::<Vec<_>>().join(",")
    );
    let bound = bind(&Schema::json(&schema).unwrap());
    let _ = bound.decode_value(br#"{"p1": {"p2": {"p3": 1}}}"#);
}

#[test]
fn a_pattern_that_backtracks_for_ever_is_given_up() {
    let schema = r#"{"pattern": "^(?=(a+)+$)(a|aa)+$"}"#;
    assert!(check(schema, &format!("\"{}b\"", "a".repeat(60))).is_err());
}

#[test]
fn a_payload_of_many_members_against_a_schema_of_many_properties_is_no_product_of_both() {
    let count = 20_000;
    let list = |make: &dyn Fn(usize) -> String| (0..count).map(make).collect::<Vec<_>>().join(",");
    let schema = format!(
        r#"{{"properties": {{{}}}, "required": ["a0"]}}"#,
        list(&|index| format!(r#""a{index}": {{"maximum": 1}}"#))
    );
    let bound = bind(&Schema::json(&schema).unwrap());
    let payload = format!("{{{}}}", list(&|index| format!(r#""a{index}": {}"#, u8::from(index == 0))));
    assert!(bound.decode_value(payload.as_bytes()).is_ok());
    let payload = payload.replace("\"a777\": 0", "\"a777\": 2");
    assert_eq!(bound.decode_value(payload.as_bytes()).unwrap_err().path, "a777");
}

#[test]
fn the_error_names_the_keyword_in_the_referenced_document() {
    let place = Schema::json(r#"{"maxLength": 3}"#).unwrap();
    let bound = bind(&with_references(r#"{"items": {"$ref": "place.json"}}"#, &[("place.json", &place)]));
    let error = bound.decode_value(b"[\"four\"]").unwrap_err();
    assert!(error.message.contains("maxLength"), "{error}");
    assert!(!error.message.contains("four"), "{error}");
}
