//! What the server answers: requests and answers, as they go over the wire.

use std::borrow::Borrow;
use std::sync::Arc;

use schemawire::registry::{EmbeddedRegistry, Registry};
use schemawire::server::{self, Method, Request};
use serde_json::{Value, json};

/// A server with nothing registered.
pub(super) struct Server(Arc<dyn Registry>);

impl Server {
    pub(super) fn new() -> Self {
        Self(Arc::new(pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry")))
    }

    /// Status and body of `METHOD /path?query`.
    #[track_caller]
    pub(super) fn raw(&self, request: &str, body: &str) -> (u16, String) {
        let (method, target) = request.split_once(' ').expect("a method and a path");
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            other => panic!("{other}"),
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request { method, path, query, body: body.as_bytes() };
        let response = pollster::block_on(server::answer(&self.0, request));
        (response.status, String::from_utf8(response.body).expect("text"))
    }

    #[track_caller]
    pub(super) fn ask(&self, request: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, body) = self.raw(request, &body);
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(&format!("GET {path}"), &Value::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    #[track_caller]
    pub(super) fn done(&self, request: &str, body: impl Borrow<Value>) -> Value {
        let (status, body) = self.ask(request, body.borrow());
        assert_eq!(status, 200, "{request}: {body}");
        body
    }

    /// Asserts that a request is refused with that code, and with the status that goes with it.
    #[track_caller]
    pub(super) fn refused(&self, request: &str, body: impl Borrow<Value>, code: u64) -> String {
        let (status, body) = self.ask(request, body.borrow());
        let expected = if code >= 1000 { code / 100 } else { code };
        assert_eq!(
            (u64::from(status), body["error_code"].as_u64()),
            (expected, Some(code)),
            "{request}: {body}"
        );
        body["message"].as_str().expect("a message").to_owned()
    }
}

pub(super) fn record(fields: &str) -> Value {
    json!({"schema": format!(r#"{{"type":"record","name":"R","namespace":"a","fields":[{fields}]}}"#)})
}

#[test]
fn a_schema_is_registered_and_found_by_every_name() {
    let server = Server::new();
    let text = r#"{"type":"record","name":"R","namespace":"a","fields":[]}"#;
    let registered = server.done("POST /subjects/r-value/versions", record(""));
    let guid = registered["guid"].as_str().expect("a GUID").to_owned();
    assert_eq!(registered["id"], 1);
    assert_eq!(registered["version"], 1);
    assert_eq!(registered["schema"], text);
    assert!(registered.get("schemaType").is_none(), "Avro goes without saying");

    let version = server.get("/subjects/r-value/versions/latest");
    assert_eq!(version["subject"], "r-value");
    assert_eq!(version["guid"], guid.as_str());
    assert_eq!(server.get("/subjects/r-value/versions/-1"), version);
    assert_eq!(server.done("POST /subjects/r-value", record("")), version);
    assert_eq!(server.get("/schemas/ids/1")["schema"], text);
    assert_eq!(server.get("/schemas/ids/1?fetchMaxId=true")["maxId"], 1);
    assert_eq!(server.get(&format!("/schemas/guids/{guid}"))["schema"], text);
    assert_eq!(server.get(&format!("/schemas/guids/{guid}/ids")), json!([{"context": ".", "id": 1}]));
    assert_eq!(server.raw("GET /schemas/ids/1/schema", ""), (200, text.to_owned()));
    assert_eq!(server.raw("GET /subjects/r-value/versions/1/schema", ""), (200, text.to_owned()));
    assert_eq!(server.get("/schemas/ids/1/subjects"), json!(["r-value"]));
    assert_eq!(server.get("/schemas/ids/1/versions"), json!([{"subject": "r-value", "version": 1}]));
    assert_eq!(server.get("/subjects"), json!(["r-value"]));
    assert_eq!(server.get("/schemas?latestOnly=true"), json!([version]));
    assert_eq!(server.get("/contexts"), json!(["."]));
}

#[test]
fn pythons_parameters_are_understood() {
    let server = Server::new();
    for subject in ["a", "b", "c"] {
        server.done(&format!("POST /subjects/{subject}/versions?normalize=False"), record(""));
    }
    assert_eq!(server.get("/subjects?offset=0&limit=-1&deleted=False"), json!(["a", "b", "c"]));
    assert_eq!(server.get("/subjects?offset=1&limit=1"), json!(["b"]));
    assert_eq!(server.get("/subjects?offset=9"), json!([]));
    server.done("DELETE /subjects/b", Value::Null);
    assert_eq!(server.get("/subjects?deleted=True"), json!(["a", "b", "c"]));
    assert_eq!(server.get("/subjects?deletedOnly=true"), json!(["b"]));
    assert_eq!(
        server.refused("GET /associations/resources/-/t?resourceType=topic", Value::Null, 404),
        "HTTP 404 Not Found"
    );
}

#[test]
fn names_are_decoded_once_and_a_slash_within_is_none_between() {
    let server = Server::new();
    server.done("POST /subjects/a%2Fb%20c%25/versions", record(""));
    assert_eq!(server.get("/subjects"), json!(["a/b c%"]));
    assert_eq!(server.get("/subjects/a%2Fb%20c%25/versions"), json!([1]));
    assert_eq!(server.get("/subjects/a%2Fb%20c%25/versions/"), json!([1]));
    server.done("POST /subjects/:.eu:a/versions", record(""));
    assert_eq!(server.get("/subjects?subjectPrefix=%3A.eu%3A"), json!([":.eu:a"]));
    assert_eq!(server.get("/schemas/ids/1?subject=%3A.eu%3Aa")["schema"], record("")["schema"]);
}

#[test]
fn references_are_found_and_shown_and_written_out_where_that_is_asked_for() {
    let server = Server::new();
    let point = json!({"schema": r#"{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}"#});
    server.done("POST /subjects/point/versions", point);
    let references = json!([{"name": "Point", "subject": "point", "version": -1}]);
    let line = json!({
        "schema": r#"{"type":"record","name":"Line","fields":[{"name":"from","type":"Point"},{"name":"to","type":"Point"}]}"#,
        "references": references,
    });
    let registered = server.done("POST /subjects/line/versions", &line);
    assert_eq!(registered["references"], json!([{"name": "Point", "subject": "point", "version": 1}]));
    assert_eq!(server.get("/subjects/point/versions/1/referencedby"), json!([2]));
    let resolved = r#"{"type":"record","name":"Line","fields":[{"name":"from","type":{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}},{"name":"to","type":"Point"}]}"#;
    assert_eq!(server.get("/schemas/ids/2?format=resolved")["schema"], resolved);
    server.refused("DELETE /subjects/point/versions/1", Value::Null, 42206);

    let mut missing = line;
    missing["references"][0]["version"] = json!(7);
    let message = server.refused("POST /subjects/line/versions", missing, 42201);
    assert!(message.contains("\"point\" and version 7"), "{message}");
}

#[cfg(feature = "protobuf")]
#[test]
fn a_protobuf_schema_is_given_as_a_descriptor_too() {
    let server = Server::new();
    let text = "syntax = \"proto3\";\n\nimport \"point.proto\";\n\nmessage Line {\n  Point from = 1;\n  map<string, Point> named = 2;\n}\n";
    server.done(
        "POST /subjects/point/versions",
        json!({"schemaType": "PROTOBUF", "schema": "syntax = \"proto3\"; message Point { int32 x = 1; }"}),
    );
    let references = json!([{"name": "point.proto", "subject": "point", "version": 1}]);
    server.done(
        "POST /subjects/line/versions",
        json!({"schemaType": "PROTOBUF", "schema": text, "references": references}),
    );
    let shown = server.get("/schemas/ids/2?format=serialized");
    assert_eq!(shown["schemaType"], "PROTOBUF");
    // The descriptor, registered as it is, is the same schema to its readers.
    let again = json!({"schemaType": "PROTOBUF", "schema": shown["schema"], "references": references});
    assert_eq!(
        server.done("POST /compatibility/subjects/line/versions/latest", again),
        json!({"is_compatible": true})
    );
    assert_eq!(server.get("/schemas/ids/2")["schema"], text);
}

#[test]
fn a_check_gives_the_verdict_and_why_where_it_is_asked() {
    let server = Server::new();
    let path = "/compatibility/subjects/r/versions";
    assert_eq!(
        server.done(&format!("POST {path}/latest"), record("")),
        json!({"is_compatible": true}),
        "nothing is there"
    );
    server.done("POST /subjects/r/versions", record(""));
    let breaking = record(r#"{"name":"f","type":"int"}"#);
    assert_eq!(server.done(&format!("POST {path}/latest"), &breaking), json!({"is_compatible": false}));
    assert_eq!(server.done(&format!("POST {path}"), &breaking), json!({"is_compatible": false}));
    let said = server.done(&format!("POST {path}/1?verbose=true"), &breaking);
    assert!(said["messages"][0].as_str().is_some_and(|it| it.contains("`f`")), "{said}");
    server.refused(&format!("POST {path}/7"), &breaking, 40402);
    let message = server.refused("POST /subjects/r/versions", breaking, 409);
    assert!(message.contains("earlier schema for subject \"r\""), "{message}");
}

#[test]
fn settings_are_echoed_kept_and_cleared() {
    let server = Server::new();
    assert_eq!(server.get("/config"), json!({"compatibilityLevel": "BACKWARD"}));
    server.refused("GET /config/s", Value::Null, 40408);
    assert_eq!(
        server.done("PUT /config/s", json!({"compatibility": "FULL", "alias": "t"})),
        json!({"compatibility": "FULL", "alias": "t"})
    );
    assert_eq!(server.get("/config/s"), json!({"alias": "t", "compatibilityLevel": "FULL"}));
    server.done("PUT /config/s", json!({"alias": null}));
    assert_eq!(server.get("/config/s"), json!({"compatibilityLevel": "FULL"}));
    assert_eq!(server.get("/config/other?defaultToGlobal=true"), json!({"compatibilityLevel": "BACKWARD"}));
    assert_eq!(server.done("DELETE /config/s", Value::Null), json!({"compatibilityLevel": "FULL"}));
    server.refused("PUT /config", json!({"compatibility": "SIDEWARD"}), 42203);

    assert_eq!(server.get("/mode"), json!({"mode": "READWRITE"}));
    server.refused("GET /mode/s", Value::Null, 40409);
    assert_eq!(server.done("PUT /mode/s", json!({"mode": "READONLY"})), json!({"mode": "READONLY"}));
    server.refused("POST /subjects/s/versions", record(""), 42205);
    assert_eq!(server.get("/mode/s?defaultToGlobal=true"), json!({"mode": "READONLY"}));
    assert_eq!(server.done("DELETE /mode/s", Value::Null), json!({"mode": "READONLY"}));
    server.refused("PUT /mode", json!({"mode": "SLEEP"}), 42204);
}

#[test]
fn what_is_deleted_is_hidden_first() {
    let server = Server::new();
    server.refused("DELETE /subjects/r", Value::Null, 40401);
    server.done("POST /subjects/r/versions", record(""));
    server.done("POST /subjects/r/versions", record(r#"{"name":"f","type":"int","default":0}"#));
    server.refused("DELETE /subjects/r/versions/1?permanent=true", Value::Null, 40407);
    assert_eq!(server.done("DELETE /subjects/r/versions/1", Value::Null), json!(1));
    server.refused("DELETE /subjects/r/versions/1", Value::Null, 40406);
    assert_eq!(server.get("/subjects/r/versions"), json!([2]));
    assert_eq!(server.get("/subjects/r/versions?deleted=true&deletedAsNegative=true"), json!([-1, 2]));
    assert_eq!(server.get("/subjects/r/versions/1?deleted=true")["deleted"], true);
    server.refused("GET /subjects/r/versions/1", Value::Null, 40402);
    server.refused("DELETE /subjects/r?permanent=true", Value::Null, 40405);
    assert_eq!(server.done("DELETE /subjects/r", Value::Null), json!([2]));
    server.refused("DELETE /subjects/r", Value::Null, 40404);
    assert_eq!(server.done("DELETE /subjects/r?permanent=true", Value::Null), json!([1, 2]));
    server.refused("GET /subjects/r/versions", Value::Null, 40401);
}

#[test]
fn metadata_finds_its_version() {
    let server = Server::new();
    for owner in ["a", "b"] {
        let mut body = record("");
        body["metadata"] = json!({"properties": {"owner": owner}});
        server.done("POST /subjects/r/versions", body);
    }
    let found = server.get("/subjects/r/metadata?key=owner&value=a");
    assert_eq!((&found["version"], &found["metadata"]["properties"]["owner"]), (&json!(1), &json!("a")));
    server.refused("GET /subjects/r/metadata?key=owner&value=c", Value::Null, 40403);
    let mut rules = record("");
    rules["ruleSet"] =
        json!({"domainRules": [{"name": "1 bad name", "kind": "CONDITION", "mode": "WRITE", "type": "CEL"}]});
    server.refused("POST /subjects/r/versions", rules, 42210);
}

#[test]
fn what_cannot_be_read_is_refused_with_what_is_wrong() {
    let server = Server::new();
    for (request, body, code) in [
        ("POST /subjects/r/versions", json!({"schema": "{"}), 42201),
        ("POST /subjects/r/versions", json!({"schema": "\"string\"", "schemaType": "XML"}), 42201),
        ("POST /subjects/r/versions", json!({}), 42201),
        ("POST /subjects/r/versions", json!({"schema": 7}), 422),
        ("POST /subjects/r/versions", json!({"schema": "\"string\"", "version": -7}), 42202),
        ("POST /subjects/r/versions", json!({"schema": "\"string\"", "version": 7}), 42201),
        ("POST /subjects/r/versions", json!({"schema": "\"string\"", "id": 7}), 42205),
        ("POST /subjects/__GLOBAL/versions", json!({"schema": "\"string\""}), 42208),
        ("GET /subjects/r%0A/versions", Value::Null, 42208),
        ("GET /subjects/r/versions/zero", Value::Null, 42202),
        ("GET /subjects/r/versions/0", Value::Null, 42202),
        ("GET /subjects/r/versions/1", Value::Null, 40401),
        ("POST /subjects/r", json!({"schema": "\"string\""}), 40401),
        ("GET /schemas/ids/9", Value::Null, 40403),
        ("GET /schemas/ids/nine", Value::Null, 404),
        ("GET /schemas/guids/nine", Value::Null, 40403),
        ("PUT /config", json!([]), 422),
        ("GET /nowhere", Value::Null, 404),
        ("GET /subjects/../../etc/passwd", Value::Null, 404),
        ("PUT /subjects", Value::Null, 405),
    ] {
        let message = server.refused(request, body, code);
        assert!(!message.is_empty(), "{request}");
    }
    let (status, body) = server.raw("POST /subjects/r/versions", "<html>");
    assert_eq!(status, 400, "{body}");
    server.done("POST /subjects/r/versions", record(""));
    server.refused("POST /subjects/r", json!({"schema": "\"string\""}), 40403);
    assert_eq!(
        server.get("/schemas/ids/1?format=yaml")["schema"],
        record("")["schema"],
        "a form of a later server gives the text"
    );
    server.refused("GET /subjects?limit=few", Value::Null, 404);
    let unknown =
        json!({"schema": record("")["schema"], "schemaTags": [], "propagateSchemaTags": true, "later": {}});
    assert_eq!(
        server.done("POST /subjects/r/versions", unknown)["version"],
        1,
        "what is not known is passed over"
    );
}

#[test]
fn an_import_brings_its_ids_and_another_content_under_one_is_refused() {
    let server = Server::new();
    server.done("PUT /mode", json!({"mode": "IMPORT"}));
    let with_id = |id: u32, text: &str| json!({"schema": text, "id": id, "version": 3});
    assert_eq!(server.done("POST /subjects/r/versions", with_id(77, "\"string\""))["id"], 77);
    server.refused("POST /subjects/s/versions", with_id(77, "\"bytes\""), 42207);
    server.refused("POST /subjects/r/versions", json!({"schema": "\"int\""}), 42205);
    assert_eq!(server.get("/subjects/r/versions"), json!([3]));
}

#[test]
fn a_context_without_subjects_can_be_deleted_and_its_ids_are_not_given_again() {
    let server = Server::new();
    let fixed = |size: u32| json!({"schema": format!(r#"{{"type":"fixed","name":"F","size":{size}}}"#)});
    assert_eq!(server.done("POST /subjects/:.eu:a/versions", fixed(1))["id"], 1);
    server.done("PUT /config/:.eu:", json!({"compatibility": "NONE"}));
    server.refused("DELETE /contexts/.eu", Value::Null, 42211);
    server.done("DELETE /subjects/:.eu:a", Value::Null);
    server.refused("DELETE /contexts/.eu", Value::Null, 42211);
    server.done("DELETE /subjects/:.eu:a?permanent=true", Value::Null);
    assert_eq!(server.raw("DELETE /contexts/.eu", ""), (204, String::new()));
    assert_eq!(server.get("/contexts"), json!(["."]));
    server.refused("GET /config/:.eu:", Value::Null, 40408);
    server.refused("DELETE /contexts/.eu", Value::Null, 40401);
    server.refused("DELETE /contexts/.", Value::Null, 42205);
    assert_eq!(server.done("POST /subjects/:.eu:a/versions", fixed(2))["id"], 2);
    assert_eq!(server.get("/contexts"), json!([".", ".eu"]));
}

#[test]
fn the_highest_id_is_that_of_the_hints_context() {
    let server = Server::new();
    for size in 1..=3 {
        let fixed = json!({"schema": format!(r#"{{"type":"fixed","name":"F","size":{size}}}"#)});
        server.done(&format!("POST /subjects/s{size}/versions"), &fixed);
        if size == 1 {
            server.done("POST /subjects/:.eu:s/versions", fixed);
        }
    }
    assert_eq!(server.get("/schemas/ids/1?fetchMaxId=true")["maxId"], 3);
    assert_eq!(server.get("/schemas/ids/1?fetchMaxId=true&subject=:.eu:s")["maxId"], 1);
    let guid = server.get("/schemas/ids/1")["guid"].as_str().expect("a GUID").to_owned();
    let both = json!([{"context": ".", "id": 1}, {"context": ".eu", "id": 1}]);
    assert_eq!(server.get(&format!("/schemas/guids/{guid}/ids")), both);
    let unknown = guid.replace(|letter: char| letter != '-', "0");
    server.refused(&format!("GET /schemas/guids/{unknown}/ids"), Value::Null, 40403);
}

#[test]
fn the_server_says_what_it_is() {
    let server = Server::new();
    assert_eq!(server.get("/"), json!({}));
    assert_eq!(server.get("/schemas/types")[0], "JSON");
    assert!(
        server.get("/v1/metadata/version")["commitId"]
            .as_str()
            .is_some_and(|it| it.starts_with("schemawire-"))
    );
    assert_eq!(
        server.get("/v1/metadata/id")["scope"]["clusters"]["schema-registry-cluster"],
        "schema-registry"
    );
}
