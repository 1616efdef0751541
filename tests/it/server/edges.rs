//! What HTTP asks besides bodies: methods, media types, headers, paths, and who asks.

use schemawire::compat::Level;
use schemawire::registry::{EmbeddedRegistry, ReadOnly, RegistryExt};
use schemawire::schema::Schema;
use schemawire::server::Users;
use schemawire::transport::Memory;
use serde_json::json;

use super::wire::Served;

const STRING: &str = r#"{"schema": "\"string\""}"#;
const V1: &str = "application/vnd.schemaregistry.v1+json";

#[test]
fn media_types_are_agreed_upon_as_with_confluents_server() {
    let served = Served::new();
    let mut wire = served.connect();
    for (accept, status, answered) in [
        ("*/*", 200, V1),
        ("application/json", 200, "application/json"),
        ("application/vnd.schemaregistry+json", 200, "application/vnd.schemaregistry+json"),
        ("text/html", 406, V1),
    ] {
        let answer = wire.ask_with("GET /subjects", &[("Accept", accept)], "");
        assert_eq!((answer.status, answer.header("content-type")), (status, Some(answered)), "{accept}");
    }
    let lookup = "POST /subjects/none";
    for (content_type, status) in [
        (V1, 404),
        ("application/json; charset=utf-8", 404),
        ("application/octet-stream", 404),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ] {
        let answer = wire.ask_with(lookup, &[("Content-Type", content_type)], STRING);
        assert_eq!(answer.status, status, "{content_type}");
    }
    let refused = wire.ask_with(lookup, &[("Content-Type", "text/plain")], STRING);
    assert_eq!(refused.json(), json!({"error_code": 415, "message": "HTTP 415 Unsupported Media Type"}));
    // A body without a type is taken for one of ours.
    wire.send(&format!("{lookup} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{STRING}", STRING.len()));
    assert_eq!(wire.answer(false).json()["error_code"], 40401);
}

#[test]
fn head_options_and_methods_that_a_path_does_not_have() {
    let served = Served::new();
    let mut wire = served.connect();
    let head = wire.ask("HEAD /subjects", "");
    assert_eq!((head.status, head.header("content-length")), (200, Some("2")));
    let options = wire.ask("OPTIONS /subjects/a/versions", "");
    assert_eq!((options.status, options.header("allow")), (200, Some("GET,HEAD,OPTIONS,POST")));
    for method in ["PUT", "PATCH", "TRACE"] {
        let refused = wire.ask(&format!("{method} /subjects/a/versions"), "");
        assert_eq!(refused.header("allow"), Some("GET,HEAD,OPTIONS,POST"), "{method}");
        assert_eq!(refused.json(), json!({"error_code": 405, "message": "HTTP 405 Method Not Allowed"}));
    }
    assert_eq!(wire.ask("OPTIONS /nowhere", "").status, 404);
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let body = if method == "GET" { "" } else { "{}" };
        let refused = wire.ask(&format!("{method} /associations/resources/-/t?resourceType=topic"), body);
        assert_eq!((refused.status, &refused.json()["error_code"]), (404, &404.into()), "{method}");
    }
}

#[test]
fn what_version_8_added_to_two_answers_is_for_clients_that_ask_for_it() {
    let served = Served::new();
    let mut wire = served.connect();
    let asks = [("Confluent-Accept-Unknown-Properties", "true")];
    let register = "POST /subjects/a/versions";
    let plain = wire.ask(register, STRING).json();
    assert_eq!(plain, json!({"version": 1, "id": 1, "schema": "\"string\""}));
    let full = wire.ask_with(register, &asks, STRING).json();
    assert!(full["guid"].is_string() && full["ts"].is_i64(), "{full}");
    let found = "GET /subjects/a/metadata?key=&value=";
    assert!(wire.ask(found, "").json().get("guid").is_none());
    assert_eq!(wire.ask_with(found, &asks, "").json()["guid"], full["guid"]);
    assert_eq!(wire.ask("GET /subjects/a/versions/1", "").json()["guid"], full["guid"]);
}

#[test]
fn hostile_paths_are_names_or_lead_nowhere() {
    let served = Served::new();
    let mut wire = served.connect();
    let long = "n".repeat(20_000);
    for (request, status) in [
        ("GET /../../etc/passwd".to_owned(), 404),
        ("GET /subjects/%2e%2e%2fetc/versions".to_owned(), 404),
        ("GET //subjects".to_owned(), 404),
        ("GET /subjects//versions".to_owned(), 422),
        ("GET /subjects/%00/versions".to_owned(), 422),
        ("GET /subjects/%ff%fe/versions".to_owned(), 404),
        ("GET /subjects/%/versions".to_owned(), 404),
        (format!("GET /subjects/{long}/versions"), 404),
        ("GET /schemas/ids/-1".to_owned(), 404),
        ("GET /schemas/ids/99999999999999999999".to_owned(), 404),
        ("GET /subjects/a/versions/99999999999999999999".to_owned(), 422),
        ("GET /subjects?offset=%00".to_owned(), 404),
    ] {
        let answer = wire.ask(&request, "");
        let shown = request.get(..60).unwrap_or(&request);
        assert_eq!(answer.status, status, "{shown}: {answer:?}");
        assert!(answer.json()["error_code"].is_i64(), "{shown}");
    }
    let mut wire = served.connect();
    wire.send(&format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "n".repeat(100_000)));
    assert!([414, 431].contains(&wire.answer(false).status));
    let mut wire = served.connect();
    wire.send("\u{16}\u{3}\u{1} this is no HTTP\r\n\r\n");
    assert_eq!(wire.answer(false).status, 400);
}

#[test]
fn only_users_are_answered_and_nothing_shows_a_password() {
    let users: Users = "ada:pass:word\nbob:hunter2".parse().expect("users");
    let served = Served::with(|it| it.users(users.clone()));
    let mut wire = served.connect();
    let refused = wire.ask("GET /subjects", "");
    assert_eq!(refused.json(), json!({"error_code": 401, "message": "Unauthorized"}));
    assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"schemawire\""));
    // printf 'ada:pass:word' | base64, and so on
    for (authorization, status) in [
        ("Basic YWRhOnBhc3M6d29yZA==", 200),
        ("basic Ym9iOmh1bnRlcjI=", 200),
        ("Basic Ym9iOmh1bnRlcjM=", 401),
        ("Basic YWRhOmh1bnRlcjI=", 401),
        ("Basic Og==", 401),
        ("Basic %%%", 401),
        ("Bearer Ym9iOmh1bnRlcjI=", 401),
        ("", 401),
    ] {
        let answer = wire.ask_with("GET /subjects", &[("Authorization", authorization)], "");
        assert_eq!(answer.status, status, "{authorization}");
    }
    assert_eq!(wire.ask("GET /health/ready", "").status, 200, "whoever starts the server looks at it");
    assert_eq!(wire.ask("GET /metrics", "").status, 401);
    assert!(!format!("{users:?}").contains("hunter2"));
    for (text, message) in [
        ("ada:secret\nhunter2", "line 2 is no NAME:PASSWORD"),
        ("# none\n", "an empty list is no NAME:PASSWORD"),
        (":secret", "line 1 is no NAME:PASSWORD"),
    ] {
        assert_eq!(text.parse::<Users>().expect_err("none").to_string(), message);
    }
}

#[test]
fn anybody_may_ask_a_server_without_users_even_with_empty_credentials() {
    // As python-schema-registry-client sends them.
    let served = Served::new();
    let answer = served.connect().ask_with("GET /subjects", &[("Authorization", "Basic Og==")], "");
    assert_eq!(answer.status, 200);
}

#[test]
fn a_read_only_server_answers_what_is_registered_and_takes_no_change() {
    let served = Served::over(async {
        let registry = EmbeddedRegistry::in_memory().await.expect("a registry");
        let schema = Schema::avro("\"string\"").expect("a schema");
        registry.register_schema("a", &schema).await.expect("registered");
        ReadOnly::new(registry)
    });
    let mut wire = served.connect();
    assert_eq!(wire.ask("POST /subjects/a/versions", STRING).json()["id"], 1);
    assert_eq!(wire.ask("POST /subjects/a", STRING).json()["id"], 1);
    let check = wire.ask("POST /compatibility/subjects/a/versions/latest", STRING);
    assert_eq!(check.json()["is_compatible"], true);
    assert_eq!(wire.ask("GET /health/ready", "").status, 200);
    for (request, body) in [
        ("POST /subjects/a/versions", r#"{"schema": "\"bytes\""}"#),
        ("POST /subjects/b/versions", STRING),
        ("POST /schemawire/batch", r#"{"schemas": []}"#),
        ("DELETE /subjects/a", ""),
        ("DELETE /subjects/a/versions/1", ""),
        ("PUT /config", r#"{"compatibility": "NONE"}"#),
        ("DELETE /config/a", ""),
        ("PUT /mode", r#"{"mode": "READWRITE"}"#),
        ("DELETE /mode/a", ""),
        ("DELETE /contexts/.a", ""),
    ] {
        let refused = wire.ask(request, body);
        assert_eq!(refused.json()["error_code"], 42205, "{request}: {refused:?}");
    }
    assert_eq!(wire.ask("GET /subjects", "").body, r#"["a"]"#);
}

#[test]
fn the_servers_level_holds_where_none_is_set() {
    let served = Served::over(async {
        let builder = EmbeddedRegistry::builder(&Memory::new()).level(Level::FullTransitive);
        builder.open().await.expect("a registry")
    });
    let mut wire = served.connect();
    assert_eq!(wire.ask("GET /config", "").json()["compatibilityLevel"], "FULL_TRANSITIVE");
    wire.ask("PUT /config/a", r#"{"alias": "b"}"#);
    let effective = wire.ask("GET /config/a?defaultToGlobal=true", "").json();
    assert_eq!(effective["compatibilityLevel"], "FULL_TRANSITIVE");
    wire.ask("PUT /config", r#"{"compatibility": "NONE"}"#);
    assert_eq!(wire.ask("GET /config", "").json()["compatibilityLevel"], "NONE");
}

#[cfg(feature = "prometheus")]
#[test]
fn metrics_count_requests_by_route_and_status() {
    let served = Served::new();
    let mut wire = served.connect();
    for subject in ["a", "b"] {
        wire.ask(&format!("POST /subjects/{subject}/versions"), STRING);
    }
    wire.ask("GET /schemas/ids/1", "");
    wire.ask("GET /schemas/ids/2", "");
    wire.ask("GET /nowhere", "");
    let shown = wire.ask("GET /metrics", "");
    assert_eq!(shown.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let by_id = r#"method="GET",route="/schemas/ids/{id}""#;
    for line in [
        r#"schemawire_http_requests_total{method="POST",route="/subjects/{subject}/versions",status="200"} 2"#,
        &format!(r#"schemawire_http_requests_total{{{by_id},status="200"}} 1"#),
        &format!(r#"schemawire_http_requests_total{{{by_id},status="404"}} 1"#),
        r#"schemawire_http_requests_total{method="any",route="none",status="404"} 1"#,
        &format!(r#"schemawire_http_request_duration_seconds_bucket{{{by_id},le="+Inf"}} 2"#),
        &format!("schemawire_http_request_duration_seconds_count{{{by_id}}} 2"),
        "schemawire_http_connections 1",
        "schemawire_registry_subjects 2",
        "schemawire_registry_versions 2",
        "schemawire_registry_ids 1",
    ] {
        assert!(shown.body.lines().any(|it| it == line), "{line}\n{}", shown.body);
    }
}
