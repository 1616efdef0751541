//! Protobuf through frames: the message indexes, and what may go wrong with them.

use schemawire::codec::Protobuf;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
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
    let serdes = Serdes::new(pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry"));
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
