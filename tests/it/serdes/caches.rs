//! What the caches may hold, and what a message costs once they are warm.

use proptest::prelude::*;
use schemawire::codec::{BoundCodec, Codec, Json};
use schemawire::ids::KeyOrValue;
use schemawire::record::Headers;
use schemawire::registry::{EmbeddedRegistry, Subject};
use schemawire::schema::Schema;
use schemawire::serdes::{Serdes, SerdesError};

use super::{names, serdes};

/// A schema that one text satisfies and no other.
fn only(text: &str) -> Schema {
    Schema::json(&format!(r#"{{"const": "{text}"}}"#)).expect("a schema")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Ids count within their context: number 3 of one is another schema than number 3 of the other.
    #[test]
    fn a_reader_never_takes_the_schema_of_another_context_or_id(
        cached in 1..7_usize,
        reads in prop::collection::vec((0..2_usize, 0..6_usize), 1..40),
    ) {
        let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
        let writing = Serdes::new(registry.clone());
        let reading = Serdes::builder().cached(cached).build(registry);
        let contexts = ["", ":.eu:"];
        let subjects = contexts.map(|context| format!("{context}s-value").parse::<Subject>().expect("a subject"));
        let messages = contexts.map(|context| {
            (0..6).map(|number| {
                let (subject, text) = (format!("{context}s{number}-value"), format!("{context}{number}"));
                pollster::block_on(writing.prepare(&subject, &only(&text))).expect("registered");
                let message = writing.serialize(Json, &subject, &only(&text), &text).expect("prepared");
                (message, text)
            }).collect::<Vec<_>>()
        });
        let readers = subjects.each_ref().map(|subject| {
            reading.reader_of(Json::validating(), None, Some(subject), KeyOrValue::Value)
        });
        for (context, number) in reads {
            let (message, text) = &messages[context][number];
            let value: String = pollster::block_on(readers[context].read(message)).expect("its own schema");
            prop_assert_eq!(&value, text);
            let other = pollster::block_on(readers[1 - context].read::<String>(message));
            prop_assert!(matches!(&other, Err(SerdesError::Decode(_))), "{:?}", other);
        }
    }
}

#[test]
fn a_reader_of_more_writers_than_its_caches_hold_reads_them_all() {
    let (serdes, mut messages) = (
        Serdes::builder()
            .cached(400)
            .build(pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry")),
        Vec::new(),
    );
    for number in 0..600 {
        let (schema, subject) = (only(&number.to_string()), format!("s{number}-value"));
        pollster::block_on(serdes.prepare(&subject, &schema)).expect("registered");
        messages.push(serdes.serialize(Json, &subject, &schema, &number.to_string()).expect("prepared"));
    }
    let reader = serdes.reader_as_written(Json);
    for round in 0..2 {
        for (number, message) in messages.iter().enumerate() {
            let text: String = pollster::block_on(reader.read(message)).expect("reads");
            assert_eq!(text, number.to_string(), "round {round}");
        }
    }
}

/// How often this thread allocates in an action.
fn allocations(action: impl FnOnce()) -> u64 {
    allocation_counter::measure(action).count_total
}

#[test]
fn frame_and_lookup_allocate_nothing() {
    let (serdes, mut messages) = (serdes(), Vec::new());
    for number in 0..200 {
        let (schema, subject) = (only(&number.to_string()), format!("s{number}-value"));
        pollster::block_on(serdes.prepare(&subject, &schema)).expect("registered");
        messages.push(serdes.serialize(Json, &subject, &schema, "lent").expect("prepared"));
    }
    let reader = serdes.reader_as_written(Json);
    let read = |message: &Vec<u8>| assert_eq!(reader.deserialize::<&str>(message).expect("loaded"), "lent");
    messages.iter().for_each(read);
    assert_eq!(
        allocations(|| messages.iter().for_each(read)),
        0,
        "more writers than have a place of their own"
    );

    let schema = names();
    let writer = serdes.writer(Json, "names-value", &schema);
    pollster::block_on(writer.prepare()).expect("registered");
    let (mut out, mut headers) = (Vec::with_capacity(64), Headers::new());
    let write = || writer.serialize_into(&["Ada"], &mut headers, &mut out).expect("a name");
    assert_eq!(allocations(write), 0, "into a buffer that is used again");

    let found = || drop(serdes.reader(Json, &schema));
    found();
    assert_eq!(allocations(found), 0, "a reader that was named before");
}

#[test]
fn the_dynamic_path_allocates_what_its_value_does() {
    let (serdes, schema) = (serdes(), names());
    pollster::block_on(serdes.prepare("names-value", &schema)).expect("registered");
    let message = serdes.serialize(Json, "names-value", &schema, &["Ada", "Grace"]).expect("prepared");
    let (role, headers) = (KeyOrValue::Value, Headers::new());
    let whole = || drop(serdes.decode(&message, role, &headers).expect("loaded"));
    whole();
    let bound = Json.bind(&schemawire::codec::Binding::new(&schema)).expect("binds");
    let codec = || drop(bound.decode_value(&message[5..]).expect("reads"));
    assert_eq!(allocations(whole), allocations(codec));
}
