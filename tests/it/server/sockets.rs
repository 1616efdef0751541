//! The server on its socket: connections, limits, stopping.

use std::time::Duration;

use schemawire::server::{Limits, ServeError, Server};

use super::wire::{Served, Wire};

const STRING: &str = r#"{"schema": "\"string\""}"#;

#[test]
fn a_connection_carries_many_requests() {
    let served = Served::new();
    let mut wire = served.connect();
    let registered = wire.ask("POST /subjects/a/versions", STRING);
    assert_eq!((registered.status, &registered.json()["id"]), (200, &1.into()));
    assert_eq!(registered.header("content-type"), Some("application/vnd.schemaregistry.v1+json"));
    for _ in 0..3 {
        assert_eq!(wire.ask("GET /schemas/ids/1", "").json()["schema"], "\"string\"");
    }
    assert_eq!(wire.ask("GET /health/ready", "").status, 200);
}

#[test]
fn a_body_beyond_the_limit_is_refused_and_one_of_2_mb_is_not() {
    let served = Served::new();
    let doc = "d".repeat(2 << 20);
    let text = format!(r#"{{\"type\":\"enum\",\"name\":\"E\",\"doc\":\"{doc}\",\"symbols\":[\"A\"]}}"#);
    let registered = served.ask("POST /subjects/a/versions", &format!(r#"{{"schema": "{text}"}}"#));
    assert_eq!(registered.status, 200, "{registered:?}");
    let shown = served.ask("GET /schemas/ids/1/schema", "");
    assert!(shown.body.contains(&doc), "the text comes back whole");

    let small = Served::with(|it| it.limits(Limits { body: 1000, ..Limits::default() }));
    let refused = small.ask("POST /subjects/a/versions", &format!(r#"{{"schema": "{text}"}}"#));
    assert_eq!((refused.status, &refused.json()["error_code"]), (413, &413.into()));
    // One that does not say how long it is, is counted.
    let mut wire = small.connect();
    wire.send("POST /subjects/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire.send(&format!("400\r\n{}\r\n0\r\n\r\n", "x".repeat(0x400)));
    assert_eq!(wire.answer(false).status, 413);
}

#[test]
fn a_half_closed_connection_gets_its_answer() {
    let served = Served::new();
    let mut wire = served.connect();
    wire.send("GET /subjects HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.finish();
    assert_eq!(wire.answer(false).body, "[]");
    assert!(wire.is_closed());
}

#[test]
fn slow_connections_are_let_go() {
    let short = Duration::from_millis(300);
    let limits = Limits { idle: short, receive: short, send: short, ..Limits::default() };
    let served = Served::with(|it| it.limits(limits));
    // One that says nothing, one that stops in its head, one that stops in its body.
    let mut silent = served.connect();
    let mut head = served.connect();
    head.send("GET /subjects HTTP/1.1\r\nHos");
    let mut body = served.connect();
    body.send("POST /subjects/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
    assert!(silent.is_closed());
    assert!(head.is_closed());
    assert_eq!(body.answer(false).status, 408);
}

#[test]
fn beyond_the_cap_connections_wait_and_are_served_when_one_ends() {
    let served = Served::with(|it| it.limits(Limits { connections: 2, ..Limits::default() }));
    let mut first = served.connect();
    let mut second = served.connect();
    assert_eq!(first.ask("GET /subjects", "").status, 200);
    assert_eq!(second.ask("GET /subjects", "").status, 200);
    let mut third = Wire::connect(served.address());
    third.send("GET /contexts HTTP/1.1\r\nHost: a\r\n\r\n");
    drop(first);
    assert_eq!(third.answer(false).body, "[\".\"]");
}

#[test]
fn a_stopping_server_answers_what_it_was_asked_and_takes_nothing_more() {
    let served = Served::new();
    let address = served.address();
    let mut asking = served.connect();
    asking.send("POST /subjects/a/versions HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\n\r\n{\"schema\": ");
    let mut idle = served.connect();
    assert_eq!(idle.ask("GET /subjects", "").status, 200);
    let stopped = served.stopping();
    assert!(idle.is_closed(), "an idle connection is closed at once");
    while std::net::TcpStream::connect(address).is_ok() {}
    assert!(!stopped.is_finished(), "a request has begun");
    asking.send("\"\\\"string\\\"\"}");
    assert_eq!(asking.answer(false).json()["id"], 1);
    stopped.join().expect("it stops");
}

#[test]
fn an_address_in_use_is_an_error_that_names_it() {
    let served = Served::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let refused = runtime.block_on(async {
        let registry = schemawire::registry::EmbeddedRegistry::in_memory().await.expect("a registry");
        Server::builder(registry).address(served.address()).start().await.expect_err("in use")
    });
    assert_eq!(refused.to_string(), format!("cannot listen on {}", served.address()));
    let registry = pollster::block_on(schemawire::registry::EmbeddedRegistry::in_memory());
    let lonely = pollster::block_on(Server::builder(registry.expect("a registry")).start());
    assert!(matches!(lonely, Err(ServeError::NoRuntime)));
}
