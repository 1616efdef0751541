//! Protobuf through frames: the message indexes, and what may go wrong with them.

use schemawire::codec::Protobuf;
use schemawire::ids::KeyOrValue;
use schemawire::record::Headers;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::{MessageCount, Schema};
use schemawire::serdes::{Serdes, SerdesError};

const FILE: &str = r#"syntax = "proto3";
package acme;
message First { string a = 1; }
message Outer {
  map<string, string> labels = 1;
  message Inner { string b = 1; }
}
"#;

#[derive(Clone, PartialEq, prost::Message)]
struct Inner {
    #[prost(string, tag = "1")]
    b: String,
}

impl prost::Name for Inner {
    const NAME: &'static str = "Outer.Inner";
    const PACKAGE: &'static str = "acme";
}

#[derive(Clone, PartialEq, prost::Message)]
struct First {
    #[prost(string, tag = "1")]
    a: String,
}

impl prost::Name for First {
    const NAME: &'static str = "First";
    const PACKAGE: &'static str = "acme";
}

fn prepared() -> (Serdes, Schema) {
    counting(MessageCount::AsRegistered)
}

fn counting(count: MessageCount) -> (Serdes, Schema) {
    let registry = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
    let serdes = Serdes::builder().message_count(count).build(registry);
    let schema = Schema::protobuf(FILE).expect("a schema");
    pollster::block_on(serdes.prepare("things-value", &schema)).expect("registered");
    (serdes, schema)
}

#[test]
fn the_message_is_named_by_its_indexes() {
    let (serdes, schema) = prepared();
    let first =
        serdes.serialize(Protobuf, "things-value", &schema, &First { a: "x".into() }).expect("prepared");
    assert_eq!(first, b"\0\0\0\0\x01\x00\x0a\x01x", "[0] is the single byte 0");
    let inner =
        serdes.serialize(Protobuf, "things-value", &schema, &Inner { b: "y".into() }).expect("prepared");
    assert_eq!(inner, b"\0\0\0\0\x01\x04\x02\x00\x0a\x01y", "[1, 0]: the map declares no message");
    let reader = serdes.reader(Protobuf, &schema);
    let read: Inner = pollster::block_on(reader.read(&inner)).expect("reads");
    assert_eq!(read.b, "y");
    // As a client writes it that counts over the descriptor, where the map's entry is a message of its own.
    let by_descriptor = b"\0\0\0\0\x01\x04\x02\x02\x0a\x01y";
    let read: Inner = pollster::block_on(reader.read(by_descriptor)).expect("reads");
    assert_eq!(read.b, "y");
}

#[test]
fn for_who_counts_map_entries_they_are_counted_both_ways() {
    // [1, 0] is the entry of the map or the message behind it, which is at [1, 1] then.
    const SECOND: &str = r#"syntax = "proto3";
package acme;
message First { string a = 1; }
message Outer { map<string, string> labels = 1; message Inner { string b = 1; } message Other { string c = 1; } }
"#;
    for (count, indexes, dynamic) in [
        (MessageCount::AsRegistered, b"\x04\x02\x00", "acme.Outer.Other"),
        (MessageCount::WithoutEntries, b"\x04\x02\x00", "acme.Outer.Other"),
        (MessageCount::WithEntries, b"\x04\x02\x02", "acme.Outer.Inner"),
    ] {
        let (serdes, _) = counting(count);
        let schema = Schema::protobuf(SECOND).expect("a schema");
        pollster::block_on(serdes.prepare("seconds-value", &schema)).expect("registered");
        let inner = Inner { b: "y".into() };
        let message = serdes.serialize(Protobuf, "seconds-value", &schema, &inner).expect("prepared");
        assert_eq!(message.get(5..8), Some(&indexes[..]), "{count:?}");
        let read: Inner = pollster::block_on(serdes.reader(Protobuf, &schema).read(&message)).expect("reads");
        assert_eq!(read, inner);
        // Without a type the count decides which message [1, 1] is.
        let bytes = [&message[..5], b"\x04\x02\x02"].concat();
        let read =
            pollster::block_on(serdes.read(&bytes, KeyOrValue::Value, &Headers::new())).expect("reads");
        assert_eq!(read.value.root().type_name(), Some(dynamic), "{count:?}");
    }
}

#[test]
fn another_message_than_the_type_is_an_error() {
    let (serdes, schema) = prepared();
    let inner =
        serdes.serialize(Protobuf, "things-value", &schema, &Inner { b: "y".into() }).expect("prepared");
    let error = pollster::block_on(serdes.reader(Protobuf, &schema).read::<First>(&inner))
        .expect_err("it is an Inner");
    let SerdesError::Decode(error) = error else { panic!("{error:?}") };
    assert!(
        error.to_string().contains("acme.First") && error.to_string().contains("acme.Outer.Inner"),
        "{error}"
    );
}

#[test]
fn an_index_out_of_range_is_an_error() {
    let (serdes, schema) = prepared();
    let reader = serdes.reader(Protobuf, &schema);
    let error = pollster::block_on(reader.read::<First>(b"\0\0\0\0\x01\x02\x12\x0a\x01y"))
        .expect_err("there is no message 9");
    assert!(matches!(error, SerdesError::Schema(_)), "{error:?}");
    let cut =
        pollster::block_on(reader.read::<First>(b"\0\0\0\0\x01\x04\x02")).expect_err("an index is missing");
    assert!(matches!(cut, SerdesError::Frame(_)), "{cut:?}");
}
