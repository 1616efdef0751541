//! Tags that are put into a schema and taken out: `POST …/tags`, and what a registration asks for.

use serde_json::{Value, json};

use super::transcripts::Server;

const AVRO: &str = r#"{"type":"record","name":"myrecord","fields":[{"name":"f1","type":"string"}]}"#;

fn tags(path: &str, kind: &str, tags: &[&str]) -> Value {
    json!([{"schemaEntity": {"entityPath": path, "entityType": kind}, "tags": tags}])
}

/// What a server has after a change of a schema's tags.
fn changed(format: &str, schema: &str, add: &Value, remove: &Value) -> String {
    let server = Server::new();
    server.done("POST /subjects/s/versions", json!({"schemaType": format, "schema": schema}));
    let answer =
        server.done("POST /subjects/s/versions/1/tags", json!({"tagsToAdd": add, "tagsToRemove": remove}));
    assert_eq!((&answer["id"], &answer["version"]), (&json!(2), &json!(2)), "{answer}");
    answer["schema"].as_str().expect("a text").to_owned()
}

/// The steps and answers are those of Confluent's `RestApiRegisterSchemaTagsTest`.
#[test]
fn a_version_gets_tags_and_loses_them_and_says_its_number() {
    let server = Server::new();
    server.done("POST /subjects/test/versions", json!({"schema": AVRO}));
    let both = tags("myrecord", "sr_record", &["TAG1", "TAG2"]);
    let answer =
        server.done("POST /subjects/test/versions/latest/tags", json!({"newVersion": 2, "tagsToAdd": both}));
    assert_eq!(answer["id"], 2);
    let latest = server.get("/subjects/test/versions/latest");
    let with = |tags: &str| AVRO.replace("]}", &format!(r#"],"confluent:tags":[{tags}]}}"#));
    assert_eq!(latest["schema"], with(r#""TAG1","TAG2""#));
    assert_eq!(
        (&latest["version"], &latest["metadata"]["properties"]["confluent:version"]),
        (&json!(2), &json!("2"))
    );

    let second = tags("myrecord", "SR_RECORD", &["TAG2"]);
    let answer = server.done("POST /subjects/test/versions/latest/tags", json!({"tagsToRemove": second}));
    assert_eq!(answer["id"], 3);
    let latest = server.get("/subjects/test/versions/latest");
    assert_eq!(latest["schema"], with(r#""TAG1""#));
    assert_eq!(
        (&latest["version"], &latest["metadata"]["properties"]["confluent:version"]),
        (&json!(3), &json!("3"))
    );
}

#[test]
fn rules_are_merged_over_those_of_the_version_before_and_removed_by_name() {
    let server = Server::new();
    server.done("POST /subjects/test/versions", json!({"schema": AVRO}));
    let rule = |name: &str, tag: &str| json!({"name": name, "kind": "TRANSFORM", "mode": "WRITEREAD", "type": "fooType", "tags": [tag], "disabled": false});
    let merge = json!({"domainRules": [rule("one", "PII"), rule("two", "PII"), rule("three", "PII")]});
    server.done(
        "POST /subjects/test/versions/latest/tags",
        json!({"newVersion": 2, "rulesToMerge": merge, "rulesToRemove": ["four"]}),
    );
    let merge = json!({"domainRules": [rule("five", "PII2"), rule("two", "PII2")]});
    let answer = server.done(
        "POST /subjects/test/versions/latest/tags",
        json!({"newVersion": 3, "rulesToMerge": merge, "rulesToRemove": ["one"]}),
    );
    let expected = json!([rule("three", "PII"), rule("five", "PII2"), rule("two", "PII2")]);
    assert_eq!(answer["ruleSet"]["domainRules"], expected);
    let next = server.done(
        "POST /subjects/test/versions",
        json!({"schema": AVRO.replace("]}", r#",{"name":"g","type":"int","default":1}]}"#)}),
    );
    assert_eq!(
        next["metadata"]["properties"]["confluent:version"], "4",
        "it is taken over with the next number"
    );
}

#[test]
fn what_is_tagged_is_found_in_every_format() {
    let json_schema = r##"{"type":"object","properties":{"b.c":{"type":"string"},"a":{"type":"array","items":{"$ref":"#/definitions/Line"}}},"anyOf":[{"properties":{"x":{}}}],"definitions":{"Line":{"type":"object","properties":{"at":{"type":"number","maximum":1.50}}}}}"##;
    let in_json = |at: &str, with: &str| json_schema.replacen(at, &format!("{at}{with}"), 1);
    let nested = r#"{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"lines","type":{"type":"array","items":["null",{"type":"record","name":"Line","fields":[{"name":"at","type":"long"}]}]}}]}"#;
    let proto = |x: &str, message: &str, y: &str| {
        format!(
            "syntax = \"proto3\";\npackage shop;\n\nmessage Point {{\n{message}  int32 x = 1{x};\n\n  message Inner {{\n    int32 y = 1{y};\n  }}\n}}\n"
        )
    };
    let plain = proto("", "", "");
    let rich = proto(
        r#" [(confluent.field_meta) = { doc: "tags: \"NO\"", params: [{ key: "tags" value: "-1" }] tags: "OLD"; }]"#,
        "",
        "",
    );
    let rows: &[(&str, &str, &str, &str, String)] = &[
        (
            "AVRO",
            nested,
            "shop.Line.at",
            "sr_field",
            nested.replace(r#""type":"long"}"#, r#""type":"long","confluent:tags":["PII"]}"#),
        ),
        (
            "AVRO",
            nested,
            "Line",
            "sr_record",
            nested.replace(r#""long"}]}"#, r#""long"}],"confluent:tags":["PII"]}"#),
        ),
        (
            "JSON",
            json_schema,
            "object.b.c",
            "sr_field",
            json_schema.replace(r#"{"type":"string"}"#, r#"{"type":"string","confluent:tags":["PII"]}"#),
        ),
        (
            "JSON",
            json_schema,
            "object.a.array.object.at",
            "sr_field",
            in_json(r#""maximum":1.50"#, r#","confluent:tags":["PII"]"#),
        ),
        (
            "JSON",
            json_schema,
            "object.definitions.Line.object.at",
            "sr_field",
            in_json(r#""maximum":1.50"#, r#","confluent:tags":["PII"]"#),
        ),
        (
            "JSON",
            json_schema,
            "object.a.array.object",
            "sr_record",
            in_json(r#""maximum":1.50}}"#, r#","confluent:tags":["PII"]"#),
        ),
        (
            "JSON",
            json_schema,
            "anyof.0.object.x",
            "sr_field",
            json_schema.replace(r#""x":{}"#, r#""x":{"confluent:tags":["PII"]}"#),
        ),
        (
            "PROTOBUF",
            &plain,
            "Point",
            "sr_record",
            proto("", "  option (confluent.message_meta) = { tags : [ \"PII\" ] };\n\n", ""),
        ),
        (
            "PROTOBUF",
            &plain,
            ".Point.Inner.y",
            "sr_field",
            proto("", "", " [(confluent.field_meta) = { tags : [ \"PII\" ] }]"),
        ),
    ];
    for (format, schema, path, kind, expected) in rows {
        assert_eq!(
            &changed(format, schema, &tags(path, kind, &["PII", "PII"]), &Value::Null),
            expected,
            "{path}"
        );
    }
    let kept = changed(
        "PROTOBUF",
        &rich,
        &tags("Point.x", "sr_field", &["NEW"]),
        &tags("Point.x", "sr_field", &["OLD"]),
    );
    for words in [r#"doc : "tags: \"NO\"""#, r#"key : "tags""#, r#"value : "-1""#, r#"tags : [ "NEW" ]"#] {
        assert!(kept.contains(words), "{words} is not in {kept}");
    }
    assert!(!kept.contains("OLD"), "{kept}");
}

#[test]
fn a_registration_brings_tags_of_its_own_and_takes_over_those_before() {
    let server = Server::new();
    server.done(
        "POST /subjects/s/versions",
        json!({"schema": AVRO, "schemaTagsToAdd": tags("myrecord.f1", "sr_field", &["PII"])}),
    );
    let first = server.get("/subjects/s/versions/1");
    assert_eq!(first["metadata"]["properties"]["confluent:version"], "1");
    // Metadata of its own make it another content, but that number is not looked at.
    let found =
        server.done("POST /subjects/s", json!({"schema": first["schema"], "metadata": {"properties": {}}}));
    assert_eq!(found["version"], 1);

    let wider = AVRO.replace("]}", r#",{"name":"g","type":"int","default":1}]}"#);
    let second =
        server.done("POST /subjects/s/versions", json!({"schema": wider, "propagateSchemaTags": true}));
    let text = second["schema"].as_str().expect("a text");
    assert!(text.contains(r#""string","confluent:tags":["PII"]"#), "{text}");
    // What is gone takes its tags with it.
    let other = r#"{"type":"record","name":"myrecord","fields":[{"name":"g","type":"int","default":1}]}"#;
    let third =
        server.done("POST /subjects/s/versions", json!({"schema": other, "propagateSchemaTags": true}));
    assert_eq!((&third["version"], &third["schema"]), (&json!(3), &json!(other)));
}

#[test]
fn what_cannot_be_tagged_is_refused() {
    let server = Server::new();
    let add = |path: &str, kind: &str| json!({"tagsToAdd": tags(path, kind, &["PII"])});
    server.refused("POST /subjects/none/versions/1/tags", add("myrecord", "sr_record"), 40401);
    server.done("POST /subjects/s/versions", json!({"schema": AVRO}));
    server.refused("POST /subjects/s/versions/2/tags", add("myrecord", "sr_record"), 40402);
    server.refused("POST /subjects/s/versions/x/tags", add("myrecord", "sr_record"), 42202);
    let rows = [
        ("does.not.exist", "sr_field"),
        ("myrecord", "sr_field"),
        ("myrecord.f1", "sr_record"),
        ("myrecord", "table"),
        ("", "sr_record"),
    ];
    for (path, kind) in rows {
        let message = server.refused("POST /subjects/s/versions/1/tags", add(path, kind), 42201);
        assert!(message.contains(path), "{message}");
    }
    let numbered = json!({"newVersion": 1, "tagsToAdd": tags("myrecord", "sr_record", &["PII"])});
    server.refused("POST /subjects/s/versions/1/tags", numbered, 42201);
    let many: Vec<Value> =
        (0..1001).map(|it| tags(&format!("r{it}"), "sr_record", &["PII"])[0].clone()).collect();
    let message = server.refused("POST /subjects/s/versions/1/tags", json!({"tagsToAdd": many}), 42201);
    assert!(message.contains("1001"), "{message}");
    server.done("POST /subjects/j/versions", json!({"schemaType": "JSON", "schema": r##"{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/a"}}}"##}));
    server.refused("POST /subjects/j/versions/1/tags", add("object.x", "sr_field"), 42201);
}
