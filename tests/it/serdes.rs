//! Values to messages and back, over the embedded registry.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use schemawire::class::Class;
use schemawire::codec::Json;
use schemawire::ids::{KeyOrValue, SchemaId, SchemaKey};
use schemawire::record::Headers;
use schemawire::registry::{CachedRegistry, EmbeddedRegistry};
use schemawire::schema::Schema;
use schemawire::serdes::{
    RecordName, Registration, Serdes, SerdesError, SubjectStrategy, TopicName, TopicRecordName,
};

mod caches;
pub(crate) mod counting;
#[cfg(feature = "protobuf")]
mod messages;
#[cfg(feature = "avro")]
mod migrations;
#[cfg(feature = "avro")]
mod rules;
#[cfg(feature = "avro")]
mod settings;

use counting::Counting;

fn names() -> Schema {
    Schema::json(r#"{"title": "Names", "type": "array", "items": {"type": "string"}}"#).expect("a schema")
}

fn serdes() -> Serdes {
    Serdes::new(pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry"))
}

#[test]
fn what_is_not_prepared_says_so_and_preparing_answers_it() {
    let (serdes, schema) = (serdes(), names());
    let error = serdes.serialize(Json, "names-value", &schema, &["Ada"]).expect_err("nothing is prepared");
    assert!(matches!(&error, SerdesError::NotPrepared { subject } if subject == "names-value"), "{error}");
    assert!(matches!(error.class(), Class::Retry { .. }));
    pollster::block_on(serdes.prepare("names-value", &schema)).expect("registered");
    let message = serdes.serialize(Json, "names-value", &schema, &["Ada"]).expect("prepared");
    assert_eq!(message, b"\0\0\0\0\x01[\"Ada\"]");
}

#[test]
fn an_unknown_key_says_so_and_loading_answers_it() {
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    let (writing, reading, schema) = (Serdes::new(registry.clone()), Serdes::new(registry), names());
    pollster::block_on(writing.prepare("names-value", &schema)).expect("registered");
    let message = writing.serialize(Json, "names-value", &schema, &["Ada"]).expect("prepared");

    let reader = reading.reader(Json, &schema);
    let error = reader.deserialize::<Vec<&str>>(&message).expect_err("nothing is loaded");
    let SerdesError::UnknownSchema(key) = error else { panic!("{error}") };
    assert_eq!(key, SchemaKey::Id(SchemaId(1)));
    assert_eq!(reader.missing(&message, &Headers::new()), Some(key));
    pollster::block_on(reader.load(key)).expect("the registry knows it");
    assert_eq!(reader.missing(&message, &Headers::new()), None);
    assert_eq!(reader.deserialize::<Vec<&str>>(&message).expect("loaded"), ["Ada"]);
}

#[test]
fn a_key_that_no_registry_knows_is_an_error_and_is_not_asked_for_again_at_once() {
    let (registry, asked) = Counting::new();
    let serdes = Serdes::new(registry);
    for _ in 0..20 {
        let error = pollster::block_on(serdes.load(SchemaKey::Id(SchemaId(77)))).expect_err("unknown");
        assert!(matches!(&error, SerdesError::Registry(it) if it.is_not_found()), "{error:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn after_warm_up_nobody_is_asked() {
    let (registry, asked) = Counting::new();
    let (serdes, schema) = (Serdes::new(registry), names());
    pollster::block_on(serdes.prepare("names-value", &schema)).expect("registered");
    let message = serdes.serialize(Json, "names-value", &schema, &["Ada"]).expect("prepared");
    let _: Vec<String> = pollster::block_on(serdes.reader(Json, &schema).read(&message)).expect("reads");
    let warm = asked.load(Ordering::Relaxed);
    assert_eq!(warm, 1, "one registration, which brings the schema along");
    for _ in 0..100 {
        pollster::block_on(serdes.prepare("names-value", &schema)).expect("known");
        let message = serdes.serialize(Json, "names-value", &schema, &["Ada"]).expect("prepared");
        let _: Vec<String> = serdes.reader(Json, &schema).deserialize(&message).expect("reads");
    }
    assert_eq!(asked.load(Ordering::Relaxed), warm);
}

#[test]
fn another_schema_under_the_same_subject_gets_its_own_id() {
    let serdes = serdes();
    let (first, second) = (names(), Schema::json(r#"{"type": "string"}"#).expect("a schema"));
    let key = |subject: &str, schema: &Schema| {
        pollster::block_on(serdes.prepare(subject, schema)).expect("registered")
    };
    assert_ne!(key("a-value", &first), key("b-value", &second));
    assert!(
        matches!(serdes.serialize(Json, "a-value", &second, "x"), Err(SerdesError::NotPrepared { .. })),
        "the subject alone does not make a schema prepared"
    );
}

#[test]
fn an_id_of_another_format_is_an_error_that_names_both() {
    let (serdes, schema) = (serdes(), names());
    pollster::block_on(serdes.prepare("names-value", &schema)).expect("registered");
    let message = serdes.serialize(Json, "names-value", &schema, &["Ada"]).expect("prepared");
    #[cfg(feature = "avro")]
    {
        let reader = serdes.reader_as_written(schemawire::codec::Avro);
        let error = pollster::block_on(reader.read::<String>(&message)).expect_err("it is JSON");
        assert_eq!(error.to_string(), "the schema with id 1 is JSON, the reader expects AVRO");
        assert_eq!(error.class(), Class::BadData);
    }
    drop(message);
}

#[test]
fn a_broken_frame_is_an_error_of_the_frame() {
    let reader = serdes().reader(Json, &names());
    for (message, wanted) in [
        (&b""[..], "the message is empty"),
        (b"\0\0\0", "the message has 3 bytes"),
        (b"{\"a\": 1}", "unknown magic byte 0x7b"),
    ] {
        let error = reader.deserialize::<Vec<String>>(message).expect_err("no frame");
        let SerdesError::Frame(error) = error else { panic!("{error}") };
        assert!(error.to_string().starts_with(wanted), "{error}");
    }
}

#[test]
fn a_value_that_does_not_fit_leaves_the_buffer_as_it_was() {
    let (serdes, schema) = (serdes(), names());
    let writer = serdes.writer(Json, "names-value", &schema);
    pollster::block_on(writer.prepare()).expect("registered");
    let mut out = b"before".to_vec();
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    writer
        .serialize_into(&unwritable, &mut Headers::new(), &mut out)
        .expect_err("a key that JSON has no text for");
    assert_eq!(out, b"before");
}

#[test]
fn lookup_only_registers_nothing() {
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    // That a schema is not there is remembered for some seconds; here it is not.
    let cache = CachedRegistry::builder().not_found(Duration::ZERO);
    let careful = Serdes::builder().registration(Registration::Lookup).cache(cache).build(registry.clone());
    let error =
        pollster::block_on(careful.prepare("names-value", &names())).expect_err("nobody registered it");
    assert!(matches!(&error, SerdesError::Registry(it) if it.is_not_found()), "{error:?}");
    pollster::block_on(Serdes::new(registry).prepare("names-value", &names())).expect("registered");
    pollster::block_on(careful.prepare("names-value", &names())).expect("it is there now");
}

#[test]
fn caches_are_bounded_and_what_fell_out_is_loaded_again() {
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    let serdes = Serdes::builder().cached(2).build(registry);
    let schemas: Vec<Schema> = (0..5)
        .map(|length| {
            Schema::json(&format!(r#"{{"type": "string", "maxLength": {length}}}"#)).expect("a schema")
        })
        .collect();
    let mut messages = Vec::new();
    for (index, schema) in schemas.iter().enumerate() {
        let subject = format!("s{index}-value");
        pollster::block_on(serdes.prepare(&subject, schema)).expect("registered");
        messages.push(serdes.serialize(Json, &subject, schema, "x").expect("prepared"));
    }
    let reader = serdes.reader_as_written(Json);
    for message in messages.iter().chain(&messages) {
        assert_eq!(pollster::block_on(reader.read::<String>(message)).expect("reads"), "x");
    }
    let fell_out = serdes.serialize(Json, "s0-value", schemas.first().expect("five"), "x");
    assert!(matches!(fell_out, Err(SerdesError::NotPrepared { .. })), "{fell_out:?}");
}

#[test]
fn subjects_are_named_by_topic_by_record_or_by_both() {
    let schema = names();
    let name = |strategy: &dyn SubjectStrategy| strategy.subject("people", KeyOrValue::Value, &schema);
    assert_eq!(name(&TopicName).expect("a name"), "people-value");
    assert_eq!(TopicName.subject("people", KeyOrValue::Key, &schema).expect("a name"), "people-key");
    assert_eq!(name(&RecordName).expect("a name"), "Names");
    assert_eq!(name(&TopicRecordName).expect("a name"), "people-Names");
    let nameless = Schema::json("{}").expect("a schema");
    let error = RecordName.subject("people", KeyOrValue::Value, &nameless).expect_err("it has no title");
    assert!(matches!(error, SerdesError::NamelessSchema { .. }), "{error}");
}

#[test]
fn a_users_own_strategy_is_used() {
    #[derive(Debug)]
    struct Shouting;
    impl SubjectStrategy for Shouting {
        fn subject(&self, topic: &str, _: KeyOrValue, _: &Schema) -> Result<String, SerdesError> {
            Ok(topic.to_uppercase())
        }
    }
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    let serdes = Serdes::builder().strategy(Shouting).build(registry);
    assert_eq!(serdes.subject("people", KeyOrValue::Value, &names()).expect("a name"), "PEOPLE");
}

#[test]
fn a_message_of_any_format_is_read_by_what_the_registry_says_of_it() {
    let (serdes, schema) = (serdes(), names());
    pollster::block_on(serdes.prepare("names-value", &schema)).expect("registered");
    let message = serdes.serialize(Json, "names-value", &schema, &["Ada"]).expect("prepared");
    let decoded =
        pollster::block_on(serdes.read(&message, KeyOrValue::Value, &Headers::new())).expect("reads");
    assert_eq!(decoded.value.to_string(), r#"["Ada"]"#);
    assert_eq!(decoded.schema.canonical(), schema.canonical());
}

#[test]
fn threads_share_writers_and_readers() {
    let (serdes, schema) = (serdes(), names());
    pollster::block_on(serdes.prepare("names-value", &schema)).expect("registered");
    let right = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (serdes, schema, right) = (serdes.clone(), &schema, &right);
            scope.spawn(move || {
                let reader = serdes.reader(Json, schema);
                for round in 0..200 {
                    let name = format!("{thread}-{round}");
                    let message = serdes.serialize(Json, "names-value", schema, &[&name]).expect("prepared");
                    let names: Vec<String> = pollster::block_on(reader.read(&message)).expect("reads");
                    right.fetch_add(usize::from(names == [name]), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(right.into_inner(), 800);
}

#[test]
fn a_registry_is_exchanged_in_one_line() {
    // Anything that implements the trait will do: here one that counts, behind an `Arc`.
    let (counting, _) = Counting::new();
    for serdes in [serdes(), Serdes::new(Arc::new(counting))] {
        pollster::block_on(serdes.prepare("names-value", &names())).expect("registered");
    }
}

#[cfg(feature = "avro")]
#[test]
fn a_schema_goes_by_the_key_that_the_framing_carries() {
    use schemawire::codec::Avro;
    use schemawire::frame::{Bare, Confluent, SingleObject};
    let schema = Schema::avro(r#"{"type": "array", "items": "string"}"#).expect("a schema");
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    let settings = [
        Serdes::builder(),
        Serdes::builder().framing(Confluent::V1),
        Serdes::builder().framing(SingleObject).known([&schema]),
        Serdes::builder().framing(Bare::new(SchemaKey::Id(SchemaId(1)))),
    ];
    for settings in settings {
        let (writing, reading) = (settings.clone().build(registry.clone()), settings.build(registry.clone()));
        let writer = writing.writer(Avro, "names-value", &schema);
        pollster::block_on(writer.prepare()).expect("registered");
        let (mut headers, mut message) = (Headers::new(), Vec::new());
        writer.serialize_into(&["Ada"], &mut headers, &mut message).expect("prepared");
        let reader = reading.reader(Avro, &schema);
        if let Some(key) = reader.missing(&message, &headers) {
            pollster::block_on(reader.load(key)).expect("the registry knows it");
        }
        let names = reader.deserialize_with::<Vec<&str>>(&message, &headers).expect("loaded");
        assert_eq!(names, ["Ada"]);
    }
}

#[test]
fn what_has_no_key_of_the_framings_kind_is_not_prepared() {
    use schemawire::frame::{Bare, SingleObject};
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    let serdes = Serdes::builder().framing(SingleObject).build(registry.clone());
    let error =
        pollster::block_on(serdes.prepare("names-value", &names())).expect_err("JSON has no fingerprint");
    assert!(matches!(error, SerdesError::NoFingerprint { .. }), "{error}");
    let error = pollster::block_on(serdes.load(SchemaKey::Fingerprint(7))).expect_err("nobody named it");
    assert_eq!(error.class(), Class::Config);

    // Bytes are never taken for those of the schema that is configured.
    let serdes = Serdes::builder().framing(Bare::new(SchemaKey::Id(SchemaId(9)))).build(registry);
    pollster::block_on(serdes.prepare("names-value", &names())).expect("registered, as id 1");
    let error = serdes.serialize(Json, "names-value", &names(), &["Ada"]).expect_err("another schema");
    assert!(matches!(&error, SerdesError::Frame(it) if it.to_string().contains("id 9")), "{error}");
}
