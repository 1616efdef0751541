//! Settings that people know, each with what it asks of the registry.

use schemawire::codec::Avro;
use schemawire::ids::{KeyOrValue, SchemaId, SchemaKey};
use schemawire::record::Headers;
use schemawire::registry::{CachedRegistry, Metadata, Proposal, Registry, RegistryExt, Subject};
use schemawire::schema::Schema;
use schemawire::serdes::{RecordName, Registration, Serdes, SerdesError, Settings, TopicRecordName};
use serde::{Deserialize, Serialize};

use super::counting::Counting;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Pair {
    a: String,
    b: String,
}

fn pair(fields: &str) -> Schema {
    Schema::avro(&format!(r#"{{"type": "record", "name": "Pair", "fields": [{fields}]}}"#)).expect("a schema")
}

/// a, b.
fn first() -> Schema {
    pair(r#"{"name": "a", "type": "string"}, {"name": "b", "type": "string"}"#)
}

/// b, a: the same fields in another order.
fn second() -> Schema {
    pair(r#"{"name": "b", "type": "string"}, {"name": "a", "type": "string"}"#)
}

fn value() -> Pair {
    Pair { a: "A".into(), b: "B".into() }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}

fn serdes(settings: Settings) -> (Serdes, Counting) {
    let (counting, _) = Counting::new();
    (settings.build(counting.clone()), counting)
}

fn id(number: u32) -> SchemaKey {
    SchemaKey::Id(SchemaId(number))
}

/// Ten times prepared, written and read: what the registry was asked.
fn calls_of_ten(serdes: &Serdes, counting: &Counting, schema: &Schema) -> Vec<&'static str> {
    counting.calls();
    for _ in 0..10 {
        now(serdes.prepare("pairs-value", schema)).expect("prepared");
        let message = serdes.serialize(Avro, "pairs-value", schema, &value()).expect("written");
        let read: Pair = now(serdes.reader(Avro, schema).read(&message)).expect("read");
        assert_eq!(read, value());
    }
    counting.calls()
}

#[test]
fn registering_asks_once() {
    let (serdes, counting) = serdes(Serdes::builder());
    assert_eq!(calls_of_ten(&serdes, &counting, &first()), ["register"]);
}

#[test]
fn looking_up_asks_once_and_registers_nothing() {
    let (serdes, counting) = serdes(Serdes::builder().registration(Registration::Lookup));
    now(counting.inner.register_schema("pairs-value", &first())).expect("registered");
    assert_eq!(calls_of_ten(&serdes, &counting, &first()), ["lookup"]);
    let error = now(serdes.prepare("pairs-value", &second())).expect_err("nobody registered it");
    assert!(matches!(&error, SerdesError::Registry(it) if it.is_not_found()), "{error:?}");
    assert_eq!(now(counting.inner.latest("pairs-value")).expect("a version").version.0, 1);
}

#[test]
fn the_latest_is_asked_for_once_and_written_with() {
    let (serdes, counting) = serdes(Serdes::builder().registration(Registration::Latest));
    now(counting.inner.register_schema("pairs-value", &first())).expect("registered");
    now(counting.inner.register_schema("pairs-value", &second())).expect("registered");
    let writer = serdes.writer(Avro, "pairs-value", &first());
    assert_eq!(now(writer.prepare()).expect("prepared"), id(2));
    assert_eq!(writer.schema().canonical(), second().canonical(), "bound to the schema of that id");
    let message = writer.serialize(&value()).expect("written");
    // b comes first in the schema that the id stands for.
    assert_eq!(message, b"\0\0\0\0\x02\x02B\x02A");
    let read: Pair = now(serdes.reader(Avro, &first()).read(&message)).expect("read");
    assert_eq!(read, value());
    assert_eq!(counting.calls(), ["version"]);
}

#[test]
fn a_latest_version_that_does_not_read_what_is_written_is_refused() {
    let (serdes, counting) = serdes(Serdes::builder().registration(Registration::Latest));
    now(counting.inner.register_schema("pairs-value", &first())).expect("registered");
    let other = pair(r#"{"name": "a", "type": "string"}"#);
    let error = now(serdes.prepare("pairs-value", &other)).expect_err("b is missing");
    let SerdesError::Differs(it) = &error else { panic!("{error:?}") };
    assert_eq!((it.subject.as_str(), it.version.map(|it| it.0), it.key), ("pairs-value", Some(1), id(1)));
    assert!(error.to_string().contains("does not read what the given schema writes"), "{error}");
    let error = serdes.serialize(Avro, "pairs-value", &other, &value()).expect_err("nor is it written");
    assert!(matches!(error, SerdesError::Differs(_)), "{error:?}");

    // Without the check it is the value that has to fit, and never is the id another schema's.
    let lax = Serdes::builder().registration(Registration::Latest).strict(false).build(counting);
    now(lax.prepare("pairs-value", &other)).expect("prepared");
    let message = lax.serialize(Avro, "pairs-value", &other, &value()).expect("it has both");
    assert_eq!(message, b"\0\0\0\0\x01\x02A\x02B");
    #[derive(Serialize)]
    struct One {
        a: &'static str,
    }
    lax.serialize(Avro, "pairs-value", &other, &One { a: "A" }).expect_err("b is missing");
    // Another format is another codec's.
    let json = Schema::json("{}").expect("a schema");
    let error = now(lax.prepare("pairs-value", &json)).expect_err("it is Avro");
    assert!(matches!(error, SerdesError::WrongFormat { .. }), "{error:?}");
}

#[test]
fn a_later_version_is_taken_once_the_cached_one_is_no_longer_fresh() {
    let clock = super::super::registry_cache::Hand::default();
    let cache = CachedRegistry::builder().clock(clock.clone());
    let (serdes, counting) = serdes(Serdes::builder().registration(Registration::Latest).cache(cache));
    now(counting.inner.register_schema("pairs-value", &first())).expect("registered");
    let written = |serdes: &Serdes| {
        let message = serdes.serialize(Avro, "pairs-value", &first(), &value()).expect("written");
        // The first text tells which schema wrote it: a comes first, or b does.
        (message[4], message[6])
    };
    now(serdes.prepare("pairs-value", &first())).expect("prepared");
    assert_eq!(written(&serdes), (1, b'A'));
    now(counting.inner.register_schema("pairs-value", &second())).expect("registered");
    now(serdes.prepare("pairs-value", &first())).expect("still fresh");
    assert_eq!(written(&serdes), (1, b'A'));
    clock.advance(61);
    now(serdes.prepare("pairs-value", &first())).expect("asked for anew");
    assert_eq!(written(&serdes), (2, b'B'));
    assert_eq!(counting.calls(), ["version", "version"]);
}

#[test]
fn the_latest_with_a_property_is_found() {
    let stage = |stage: &str| Metadata::with_properties([("stage", stage)]);
    let (counting, _) = Counting::new();
    let subject: Subject = "pairs-value".parse().expect("a subject");
    for (schema, name) in [(first(), "live"), (second(), "test")] {
        let proposal = Proposal::new(schema).with_metadata(stage(name));
        now(counting.inner.register(&subject, &proposal)).expect("registered");
    }
    let with = |name: &str| {
        let properties = [("stage".to_owned(), name.to_owned())].into();
        Serdes::builder().registration(Registration::LatestWith(properties)).build(counting.clone())
    };
    let live = with("live");
    assert_eq!(now(live.prepare("pairs-value", &first())).expect("version 1"), id(1));
    assert_eq!(calls_of_ten(&live, &counting, &first()), [""; 0], "it is known");
    assert_eq!(now(with("test").prepare("pairs-value", &second())).expect("version 2"), id(2));
    let error = now(with("old").prepare("pairs-value", &first())).expect_err("there is none");
    assert!(matches!(&error, SerdesError::Registry(it) if it.is_not_found()), "{error:?}");
}

#[test]
fn a_given_id_or_guid_is_written_with() {
    let (counting, _) = Counting::new();
    let registered = now(counting.inner.register_schema("pairs-value", &first())).expect("registered");
    for key in [id(1), SchemaKey::Guid(registered.guid)] {
        let settings = Serdes::builder().registration(Registration::Key(key));
        let settings =
            if key == id(1) { settings } else { settings.framing(schemawire::frame::Confluent::V1) };
        let serdes = settings.build(counting.clone());
        let writer = serdes.writer(Avro, "others-value", &first());
        assert_eq!(now(writer.prepare()).expect("prepared"), key);
        let (mut headers, mut message) = (Headers::new(), Vec::new());
        writer.serialize_into(&value(), &mut headers, &mut message).expect("written");
        let read: Pair = serdes.reader(Avro, &first()).deserialize_with(&message, &headers).expect("read");
        assert_eq!(read, value());
        assert_eq!(counting.calls(), ["content"]);
        let other = pair(r#"{"name": "a", "type": "string"}"#);
        let error = now(serdes.prepare("others-value", &other)).expect_err("b is missing");
        assert!(matches!(error, SerdesError::Differs(_)), "{error:?}");
    }
    // A GUID that the framing cannot carry, and an id that nobody tells.
    let serdes =
        Serdes::builder().registration(Registration::Key(SchemaKey::Guid(registered.guid))).build(counting);
    let error = now(serdes.prepare("others-value", &first())).expect_err("the framing carries ids");
    assert!(matches!(error, SerdesError::WrongKey { .. }), "{error:?}");
}

#[test]
fn spellings_that_mean_nothing_make_no_version_where_schemas_are_normalized() {
    let (serdes, counting) = serdes(Serdes::builder().normalize(true));
    let one = r#"{"type": "enum", "name": "E", "symbols": ["A"]}"#;
    let other = r#"{"type": "enum", "name": "E", "doc": "", "symbols": ["A"]}"#;
    for text in [one, other] {
        let schema = Schema::avro(text).expect("a schema");
        assert_eq!(now(serdes.prepare("texts-value", &schema)).expect("prepared"), id(1));
    }
    assert_eq!(counting.calls(), ["register", "register"]);
    let plain = Serdes::new(counting);
    let schema = Schema::avro(one).expect("a schema");
    now(plain.prepare("plain-value", &schema)).expect("prepared");
    assert_eq!(
        now(plain.prepare("plain-value", &Schema::avro(other).expect("a schema"))).expect("prepared"),
        id(2)
    );
}

#[test]
fn the_strategy_names_the_subject() {
    for (settings, wanted) in [
        (Serdes::builder(), "pairs-value"),
        (Serdes::builder().strategy(RecordName), "Pair"),
        (Serdes::builder().strategy(TopicRecordName), "pairs-Pair"),
    ] {
        let (serdes, counting) = serdes(settings);
        let subject = serdes.subject("pairs", KeyOrValue::Value, &first()).expect("a name");
        now(serdes.prepare(&subject, &first())).expect("prepared");
        assert_eq!(now(counting.inner.latest(wanted)).expect("registered there").id.0, 1);
    }
}

#[test]
fn a_context_is_for_subjects_and_for_ids() {
    let (counting, _) = Counting::new();
    now(counting.inner.register_schema("pairs-value", &second())).expect("registered");
    for context in [".eu", "eu"] {
        let serdes = Serdes::builder().context(context).build(counting.clone());
        now(serdes.prepare("pairs-value", &first())).expect("prepared");
        let message = serdes.serialize(Avro, "pairs-value", &first(), &value()).expect("written");
        assert_eq!(now(counting.inner.latest(":.eu:pairs-value")).expect("registered there").id.0, 1);
        // Without a subject the id is still that of the context: number 1 of the default one is another schema.
        let fresh = Serdes::builder().context(context).build(counting.clone());
        let read: Pair = now(fresh.reader_as_written(Avro).read(&message)).expect("read");
        assert_eq!(read, value());
    }
    let named = Serdes::builder().context("us").build(counting.clone());
    now(named.prepare(":.eu:others-value", &first())).expect("prepared");
    now(counting.inner.latest(":.eu:others-value")).expect("a name's own context wins");
}
