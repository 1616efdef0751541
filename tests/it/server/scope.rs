//! Requests within a context, by the path in front of the API's.

use schemawire::registry::{EmbeddedRegistry, Registry};
use schemawire::server::{self, Method, Request};
use serde_json::{Value, json};
use std::sync::Arc;

fn ask(registry: &Arc<dyn Registry>, method: Method, target: &str, body: &Value) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request { method, path, query, body: body.as_bytes() };
    let response = pollster::block_on(server::answer(registry, request));
    serde_json::from_slice(&response.body).expect("JSON")
}

#[test]
fn a_path_within_a_context_is_the_same_api_there() {
    use Method::{Delete, Get, Post, Put};
    let registry: Arc<dyn Registry> =
        Arc::new(pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry"));
    let (long, none) = (json!({"schema": "\"long\""}), Value::Null);
    let rows = [
        (Post, "/subjects/a/versions", &json!({"schema": "\"string\""}), r#""id":1,"#),
        (Post, "/contexts/.eu/subjects/a/versions", &long, r#""id":1,"#),
        (Get, "/subjects", &none, r#"[":.eu:a","a"]"#),
        (Get, "/contexts/.eu/subjects", &none, r#"[":.eu:a"]"#),
        (Get, "/contexts/:.eu:/subjects", &none, r#"[":.eu:a"]"#),
        (Get, "/contexts/.eu/subjects?subjectPrefix=b", &none, "[]"),
        (Get, "/contexts/.eu/subjects/a/versions", &none, "[1]"),
        (Get, "/contexts/.eu/subjects/:.eu:a/versions", &none, "[1]"),
        (Get, "/contexts/.eu/schemas/ids/1/schema", &none, r#""long""#),
        (Get, "/contexts/.eu/schemas/ids/1/schema?subject=a", &none, r#""long""#),
        (Get, "/contexts/./schemas/ids/1/schema", &none, r#""string""#),
        (Post, "/contexts/.eu/compatibility/subjects/a/versions/latest", &long, r#"{"is_compatible":true}"#),
        (Put, "/contexts/.eu/config", &json!({"compatibility": "FULL"}), r#"{"compatibility":"FULL"}"#),
        (Get, "/config/:.eu:", &none, r#"{"compatibilityLevel":"FULL"}"#),
        (Get, "/contexts/.eu/config", &none, r#"{"compatibilityLevel":"FULL"}"#),
        (Get, "/contexts/./config", &none, r#"{"compatibilityLevel":"BACKWARD"}"#),
        (Put, "/contexts/.eu/mode/a", &json!({"mode": "READONLY"}), r#"{"mode":"READONLY"}"#),
        (Get, "/mode/:.eu:a", &none, r#"{"mode":"READONLY"}"#),
        (Delete, "/contexts/.eu/mode/a", &none, r#"{"mode":"READONLY"}"#),
        (Delete, "/contexts/.eu/subjects/a", &none, "[1]"),
        (Get, "/contexts/.eu/subjects?deleted=true", &none, r#"[":.eu:a"]"#),
        (Get, "/contexts", &none, r#"[".",".eu"]"#),
        (Get, "/contexts/.eu/nothing", &none, r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#),
    ];
    for (method, target, body, wanted) in rows {
        let answer = ask(&registry, method, target, body).to_string();
        assert!(answer.contains(wanted), "{method:?} {target}: {answer}");
    }
}

/// A client that knows three types may refuse an answer with a fourth.
#[test]
fn the_types_are_those_that_clients_know() {
    let registry: Arc<dyn Registry> =
        Arc::new(pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry"));
    let types = ask(&registry, Method::Get, "/schemas/types", &Value::Null);
    let known = ["JSON", "PROTOBUF", "AVRO"];
    assert!(
        types.as_array().expect("a list").iter().all(|it| known.iter().any(|known| it == known)),
        "{types}"
    );
}
