//! Several schemas in one call: all of them or none.

use schemawire::registry::{EmbeddedRegistry, Proposal, Registry, Subject};
use schemawire::schema::Schema;
use schemawire::transport::{ConsumerSpec, Event, Memory, Place, PollLimits, Transport};
use serde_json::{Value, json};

use super::wire::Served;

fn point() -> Value {
    let text = r#"{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}"#;
    json!({"subject": "point", "schema": text})
}

fn line(version: i64) -> Value {
    let text = r#"{"type":"record","name":"Line","fields":[{"name":"from","type":"Point"}]}"#;
    let references = json!([{"name": "Point", "subject": "point", "version": version}]);
    json!({"subject": "line", "schema": text, "references": references})
}

#[test]
fn a_set_is_registered_whole_and_may_refer_to_itself() {
    let served = Served::new();
    let mut wire = served.connect();
    let batch = "POST /schemawire/batch";
    let registered = wire.ask(batch, &json!({"schemas": [point(), line(-1)]}).to_string());
    assert_eq!(registered.status, 200, "{registered:?}");
    let registered = registered.json();
    let shown = |place: usize| {
        let it = &registered[place];
        (it["subject"].clone(), it["version"].clone(), it["id"].clone())
    };
    assert_eq!(shown(0), (json!("point"), json!(1), json!(1)));
    assert_eq!(shown(1), (json!("line"), json!(1), json!(2)));
    assert_eq!(registered[1]["references"][0]["version"], 1, "what -1 came to");
    // Once more changes nothing, and the number that a subject has now can be named.
    let again = wire.ask(batch, &json!({"schemas": [point(), line(1)]}).to_string()).json();
    assert_eq!((&again[0]["id"], &again[1]["id"]), (&json!(1), &json!(2)));
    assert_eq!(wire.ask("GET /subjects/point/versions/1/referencedby", "").body, "[2]");
}

#[test]
fn one_refusal_refuses_all_and_names_the_schema() {
    let served = Served::new();
    let mut wire = served.connect();
    let breaking = json!({"subject": "point", "schema": r#"{"type":"record","name":"Point","fields":[{"name":"y","type":"int"}]}"#});
    let broken = json!({"subject": "b", "schema": "{"});
    let misnamed = json!({"subject": "__GLOBAL", "schema": "\"int\""});
    for (schemas, code, said) in [
        (json!([point(), line(-1), breaking]), 409, "schema 3 of 3, for 'point': "),
        (json!([point(), broken]), 42201, "schema 2 of 2, for 'b': "),
        (json!([line(-1), point()]), 42201, "schema 1 of 2, for 'line': "),
        (json!([point(), line(7)]), 42201, "schema 2 of 2, for 'line': "),
        (json!([point(), misnamed]), 42208, "schema 2 of 2, for '__GLOBAL': "),
    ] {
        let refused = wire.ask("POST /schemawire/batch", &json!({"schemas": schemas}).to_string()).json();
        assert_eq!(refused["error_code"], code, "{refused}");
        assert!(refused["message"].as_str().is_some_and(|it| it.starts_with(said)), "{refused}");
    }
    let many = vec![json!({"subject": "a", "schema": "\"int\""}); 1001];
    let refused = wire.ask("POST /schemawire/batch", &json!({"schemas": many}).to_string());
    assert_eq!(refused.status, 422);
    assert_eq!(wire.ask("GET /subjects?deleted=true", "").body, "[]", "nothing is left of them");
    assert_eq!(wire.ask("POST /schemawire/batch", r#"{"schemas": []}"#).body, "[]");
}

#[test]
fn a_set_is_one_batch_of_the_log() {
    pollster::block_on(async {
        let log = Memory::new();
        let registry = EmbeddedRegistry::on(&log).await.expect("a registry");
        registry.ready().await.expect("the log is its own");
        let at = schemawire::record::TopicPartition::new("_schemas", 0);
        let before = log.offset(&at, Place::Latest).await.expect("an offset");
        let proposals: Vec<(Subject, Proposal)> = (1..=3)
            .map(|size| {
                let text = format!(r#"{{"type":"fixed","name":"F","size":{size}}}"#);
                let subject = format!("s{size}").parse().expect("a subject");
                (subject, Proposal::new(Schema::avro(&text).expect("a schema")))
            })
            .collect();
        let registered = registry.register_all(&proposals).await.expect("registered");
        assert_eq!(registered.iter().map(|it| it.id.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(log.offset(&at, Place::Latest).await.expect("an offset") - before, 3);
        let mut consumer = log
            .open_consumer(ConsumerSpec::new(&["_schemas"]).with_start(Place::Offset(before)))
            .await
            .expect("a consumer");
        let batch = loop {
            match consumer.next(PollLimits::default().now()).await.expect("records") {
                Event::Records { batch, .. } => break batch,
                Event::Idle => panic!("there is nothing to read"),
                _ => {}
            }
        };
        assert_eq!(batch.len(), 3);
    });
}
