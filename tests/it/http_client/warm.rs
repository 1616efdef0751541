//! What is sent over a real socket once everything is known: nothing.

use std::sync::Arc;

use schemawire::codec::{Avro, Json};
use schemawire::ids::{KeyOrValue, SchemaId, SchemaKey};
use schemawire::record::Headers;
use schemawire::registry::{EmbeddedRegistry, Registry, conformance};
use schemawire::schema::Schema;
use schemawire::serdes::{Serdes, SerdesError};
use schemawire::server::{self, Method, Request};

use super::client;
use super::peer::{Peer, Reply, Seen};

/// The server's own answers, over sockets.
pub(crate) async fn serving(registry: Arc<dyn Registry>) -> Peer {
    Peer::start(move |_, seen: &Seen| {
        let method = match seen.method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            _ => Method::Delete,
        };
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
        // A registry in memory answers without waiting for anybody.
        let answer = server::answer(&registry, Request { method, path, query, body: &seen.body });
        let response = pollster::block_on(answer);
        Reply::Json(response.status, String::from_utf8(response.body).expect("JSON"))
    })
    .await
}

async fn registry() -> Arc<dyn Registry> {
    Arc::new(EmbeddedRegistry::in_memory().await.expect("a registry"))
}

#[tokio::test]
async fn a_warm_default_configuration_sends_nothing_per_message() {
    let peer = serving(registry().await).await;
    let serdes = Serdes::new(client(&peer.url).build().expect("settings"));
    let (avro, json) = (
        Schema::avro(r#"{"type": "array", "items": "string"}"#).expect("a schema"),
        Schema::json(r#"{"type": "array"}"#).expect("a schema"),
    );
    let (avro_writer, json_writer) =
        (serdes.writer(Avro, "a-value", &avro), serdes.writer(Json, "j-value", &json));
    avro_writer.prepare().await.expect("registered");
    json_writer.prepare().await.expect("registered");
    assert_eq!(peer.count(), 2, "one registration a schema, which brings the schema along");

    // Another process reads: one request an id.
    let reading = Serdes::new(client(&peer.url).build().expect("settings"));
    for _ in 0..500 {
        let (one, other) = (
            avro_writer.serialize(&["Ada"]).expect("written"),
            json_writer.serialize(&["Ada"]).expect("written"),
        );
        let names: Vec<String> = reading.reader(Avro, &avro).read(&one).await.expect("read");
        let texts: Vec<String> = reading.reader_as_written(Json).read(&other).await.expect("read");
        assert_eq!(names, texts);
        reading.read(&one, KeyOrValue::Value, &Headers::new()).await.expect("read");
        serdes.prepare("a-value", &avro).await.expect("known");
        serdes.serialize(Avro, "a-value", &avro, &["Ada"]).expect("known");
    }
    assert_eq!(peer.count(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tasks_with_one_unknown_id_send_one_request() {
    let peer = serving(registry().await).await;
    let schema = Schema::json("{}").expect("a schema");
    let writing = Serdes::new(client(&peer.url).build().expect("settings"));
    writing.prepare("a-value", &schema).await.expect("registered");
    let message = writing.serialize(Json, "a-value", &schema, "x").expect("written");
    let asked = peer.count();
    let reading = Serdes::new(client(&peer.url).build().expect("settings"));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (reader, message) = (reading.reader_as_written(Json), message.clone());
            tokio::spawn(async move { reader.read::<String>(&message).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic").expect("read"), "x");
    }
    assert_eq!(peer.count(), asked + 1);
}

#[tokio::test]
async fn twenty_messages_with_an_id_that_nobody_knows_send_one_request() {
    let peer = serving(registry().await).await;
    let serdes = Serdes::new(client(&peer.url).build().expect("settings"));
    let reader = serdes.reader_as_written(Json);
    for _ in 0..20 {
        let error = reader.read::<String>(b"\0\0\0\0\x63\"x\"").await.expect_err("unknown");
        assert!(matches!(&error, SerdesError::Registry(it) if it.is_not_found()), "{error:?}");
    }
    assert_eq!(peer.count(), 1);
}

#[tokio::test]
async fn one_bad_answer_does_not_poison_an_id() {
    for status in [401, 403, 408, 429, 500, 503, 504] {
        let schema = Schema::json("{}").expect("a schema");
        let inner = registry().await;
        Serdes::new(Arc::clone(&inner)).prepare("a-value", &schema).await.expect("registered");
        let good = serving(inner).await;
        let body = {
            let registry = client(&good.url).build().expect("settings");
            registry.schema(SchemaKey::Id(SchemaId(1)), None).await.expect("known");
            r#"{"schemaType": "JSON", "schema": "{}"}"#
        };
        let peer = Peer::start(move |number, _| match number {
            0 => Reply::Json(status, String::new()),
            _ => Reply::Json(200, body.into()),
        })
        .await;
        let tiny = std::time::Duration::from_millis(1);
        let registry =
            client(&peer.url).connect_timeout(tiny).request_timeout(tiny * 300).deadline(tiny * 301);
        let serdes = Serdes::new(registry.build().expect("settings"));
        let first = serdes.load(SchemaKey::Id(SchemaId(1))).await;
        if first.is_err() {
            serdes.load(SchemaKey::Id(SchemaId(1))).await.expect("the second time");
        }
        assert_eq!(first.is_err(), status < 404, "{status}: what may pass is tried again");
    }
}

#[tokio::test]
async fn schemas_are_found_by_the_subject_where_contexts_are_in_use() {
    let peer = serving(registry().await).await;
    let schema = Schema::json("{}").expect("a schema");
    let settings = || Serdes::builder().context(".eu");
    let writing = settings().build(client(&peer.url).build().expect("settings"));
    writing.prepare("a-value", &schema).await.expect("registered");
    let message = writing.serialize(Json, "a-value", &schema, "x").expect("written");
    let reading = settings().build(client(&peer.url).build().expect("settings"));
    assert_eq!(reading.reader_as_written(Json).read::<String>(&message).await.expect("read"), "x");
    let paths: Vec<String> = peer.seen().into_iter().map(|it| it.path).collect();
    assert_eq!(paths, ["/subjects/%3A.eu%3Aa-value/versions", "/schemas/ids/1?subject=%3A.eu%3A"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_over_sockets_keeps_every_law_of_a_registry() {
    let peers = std::sync::Mutex::new(Vec::new());
    conformance::run(async || {
        let peer = serving(registry().await).await;
        let client = client(&peer.url).build().expect("settings");
        peers.lock().expect("unpoisoned").push(peer);
        Arc::new(client) as Arc<dyn Registry>
    })
    .await;
}
