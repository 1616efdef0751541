//! Message indexes: what counts, both ways, and which message a path leads to.

use schemawire::codec::{Binding, BoundCodec, Codec, Decode, Encode, Message, Protobuf, ProtobufMessage};
use schemawire::schema::protobuf::Messages;
use schemawire::schema::{MessageCount, Schema, SchemaErrorKind};

use super::canonical::linked_descriptor;
use super::schemas::model;

/// A map and a group stand before and between nested messages.
const TEXT: &str = r#"syntax = "proto2";
package p;
enum E { ZERO = 0; }
message Outer {
  map<string, int32> before = 1;
  message First { optional int32 a = 1; message Deep { optional int32 b = 1; } }
  optional group Pair = 2 { optional int32 left = 1; }
  message Second { optional string c = 1; map<string, int32> within = 2; message Deeper {} }
}
message Last {}
"#;

fn names(schema: &Schema, path: &[i32]) -> Vec<String> {
    Messages::of(model(schema))
        .at(path, MessageCount::AsRegistered)
        .map(|it| it.full_name.to_string())
        .collect()
}

fn path(schema: &Schema, name: &str) -> Option<Vec<i32>> {
    let messages = Messages::of(model(schema));
    messages.named(name).unwrap_or_else(|| panic!("{name} is declared")).path.as_ref().map(|it| it.to_vec())
}

#[test]
fn in_text_neither_enums_nor_maps_nor_groups_count() {
    let schema = Schema::protobuf(TEXT).expect("links");
    assert_eq!(path(&schema, "p.Outer"), Some(vec![0]));
    assert_eq!(path(&schema, "p.Outer.First"), Some(vec![0, 0]));
    assert_eq!(path(&schema, "p.Outer.First.Deep"), Some(vec![0, 0, 0]));
    assert_eq!(path(&schema, "p.Outer.Second"), Some(vec![0, 1]));
    assert_eq!(path(&schema, "p.Outer.Second.Deeper"), Some(vec![0, 1, 0]));
    assert_eq!(path(&schema, "p.Last"), Some(vec![1]));
    assert_eq!(path(&schema, "p.Outer.BeforeEntry"), None);
    assert_eq!(path(&schema, "p.Outer.Pair"), None);
}

#[test]
fn in_a_descriptor_map_entries_and_groups_count() {
    let schema = Schema::protobuf(&linked_descriptor(TEXT)).expect("links");
    assert_eq!(path(&schema, "p.Outer.BeforeEntry"), Some(vec![0, 0]));
    assert_eq!(path(&schema, "p.Outer.First"), Some(vec![0, 1]));
    assert_eq!(path(&schema, "p.Outer.Pair"), Some(vec![0, 2]));
    assert_eq!(path(&schema, "p.Outer.Second"), Some(vec![0, 3]));
    assert_eq!(path(&schema, "p.Outer.Second.Deeper"), Some(vec![0, 3, 1]));
}

#[test]
fn the_text_of_a_descriptor_counts_as_the_descriptor_did() {
    let descriptor = Schema::protobuf(&linked_descriptor(TEXT)).expect("links");
    let text = Schema::protobuf(&descriptor.canonical()).expect("the text links");
    for name in ["BeforeEntry", "First", "First.Deep", "Pair", "Second", "Second.Deeper"] {
        let name = format!("p.Outer.{name}");
        assert_eq!(path(&text, &name), path(&descriptor, &name), "{name}");
    }
}

#[test]
fn a_path_leads_to_the_texts_message_first_and_to_the_descriptors_next() {
    let schema = Schema::protobuf(TEXT).expect("links");
    assert_eq!(names(&schema, &[0]), ["p.Outer"]);
    // The map entry is never meant.
    assert_eq!(names(&schema, &[0, 0]), ["p.Outer.First"]);
    assert_eq!(names(&schema, &[0, 1]), ["p.Outer.Second", "p.Outer.First"]);
    // Beyond the messages of the text: the descriptor's group, and its message behind it.
    assert_eq!(names(&schema, &[0, 2]), ["p.Outer.Pair"]);
    assert_eq!(names(&schema, &[0, 3]), ["p.Outer.Second"]);
    assert_eq!(names(&schema, &[0, 3, 1]), ["p.Outer.Second.Deeper"]);
    for nowhere in [&[][..], &[2], &[0, 4], &[-1], &[0, 0, 0, 0], &[i32::MAX]] {
        assert!(names(&schema, nowhere).is_empty(), "{nowhere:?}");
    }
}

#[test]
fn where_the_schema_was_a_descriptor_a_path_to_a_map_entry_is_read_without_them() {
    let schema = Schema::protobuf(&linked_descriptor(TEXT)).expect("links");
    assert_eq!(names(&schema, &[0, 0]), ["p.Outer.First"]);
    assert_eq!(names(&schema, &[0, 1]), ["p.Outer.First", "p.Outer.Second"]);
}

#[derive(Clone, PartialEq, prost::Message)]
struct First {
    #[prost(int32, optional, tag = "1")]
    a: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Second {
    #[prost(string, optional, tag = "1")]
    c: Option<String>,
}

macro_rules! nested_in_outer {
    ($($name:ident),*) => {$(
        impl prost::Name for $name {
            const PACKAGE: &'static str = "p";
            const NAME: &'static str = stringify!($name);

            fn full_name() -> String {
                concat!("p.Outer.", stringify!($name)).into()
            }
        }
    )*};
}
nested_in_outer!(First, Second);

#[test]
fn a_type_takes_the_way_that_leads_to_it_under_either_count() {
    let schema = Schema::protobuf(TEXT).expect("links");
    let bound =
        |path| Protobuf.bind(&Binding::new(&schema).with_message(Message::Indexes(path))).expect("binds");
    // A writer that counts over the text, and one that counts over the descriptor.
    for path in [&[0, 1][..], &[0, 3]] {
        let second: Second = bound(path).decode(b"\x0a\x01x").expect("decodes");
        assert_eq!(second.c.as_deref(), Some("x"));
    }
    for path in [&[0, 0][..], &[0, 1]] {
        let first: First = bound(path).decode(b"\x08\x07").expect("decodes");
        assert_eq!(first.a, Some(7));
    }
    // Without a type the text decides, ...
    let value = bound(&[0, 1]).decode_value(b"\x0a\x01x").expect("decodes").into_owned();
    assert_eq!(value.root().type_name(), Some("p.Outer.Second"));
    // ... unless it leads nowhere.
    let value = bound(&[0, 3]).decode_value(b"\x0a\x01x").expect("decodes").into_owned();
    assert_eq!(value.root().type_name(), Some("p.Outer.Second"));
}

#[test]
fn another_type_is_refused_whatever_the_bytes_are() {
    let schema = Schema::protobuf(TEXT).expect("links");
    let bound = Protobuf.bind(&Binding::new(&schema).with_message(Message::Indexes(&[0, 0]))).expect("binds");
    let error = Decode::<Second>::decode(&bound, b"").expect_err("it is First");
    assert_eq!(error.message, "the message is `p.Outer.First`, the Rust type is `p.Outer.Second`");
    let error = bound.encode(&Second::default(), &mut Vec::new()).expect_err("it is First");
    assert_eq!(error.message, "the message is `p.Outer.First`, the Rust type is `p.Outer.Second`");
    // The right one still works, and is not mixed up with the one before.
    assert!(Decode::<First>::decode(&bound, b"").is_ok());
}

#[test]
fn what_is_written_carries_the_path_over_the_text() {
    let schema = Schema::protobuf(TEXT).expect("links");
    let bound = Protobuf.bind(&Binding::new(&schema)).expect("binds");
    assert_eq!(Encode::<First>::message_indexes(&bound).expect("declared"), Some(&[0, 0][..]));
    assert_eq!(Encode::<Second>::message_indexes(&bound).expect("declared"), Some(&[0, 1][..]));
    assert_eq!(bound.value_indexes(), Some(&[0][..]), "the first message");
    let descriptor = Schema::protobuf(&linked_descriptor(TEXT)).expect("links");
    let bound = Protobuf.bind(&Binding::new(&descriptor)).expect("binds");
    assert_eq!(Encode::<Second>::message_indexes(&bound).expect("declared"), Some(&[0, 3][..]));
}

#[test]
fn who_counts_otherwise_is_written_and_read_by_that_count() {
    use MessageCount::{AsRegistered, WithEntries, WithoutEntries};
    let [text, descriptor] =
        [TEXT, &linked_descriptor(TEXT)].map(|schema| Schema::protobuf(schema).expect("links"));
    let cases = [
        (&text, AsRegistered, [0, 1]),
        (&text, WithEntries, [0, 3]),
        (&text, WithoutEntries, [0, 1]),
        (&descriptor, AsRegistered, [0, 3]),
        (&descriptor, WithEntries, [0, 3]),
        (&descriptor, WithoutEntries, [0, 1]),
    ];
    for (schema, count, path) in cases {
        let binding = Binding::new(schema).with_message_count(count);
        let bound = Protobuf.bind(&binding).expect("binds");
        assert_eq!(Encode::<Second>::message_indexes(&bound), Ok(Some(&path[..])), "{count:?}");
        let named = binding.with_message(Message::Name("p.Outer.Second"));
        let bound = Protobuf.bind(&named).expect("binds");
        assert_eq!(bound.value_indexes(), Some(&path[..]), "{count:?}");
        // Read without a type, the path leads to that message first.
        let bound = Protobuf.bind(&binding.with_message(Message::Indexes(&path))).expect("binds");
        let value = bound.decode_value(b"\x0a\x01x").expect("decodes");
        assert_eq!(value.root().type_name(), Some("p.Outer.Second"), "{count:?}");
    }
    // The other count is not lost: with a type its path is read, too, and without one where it leads nowhere else.
    let binding = Binding::new(&text).with_message_count(WithEntries);
    let bound = Protobuf.bind(&binding.with_message(Message::Indexes(&[0, 1]))).expect("binds");
    assert_eq!(bound.decode_value(b"").expect("decodes").root().type_name(), Some("p.Outer.First"));
    let second: Second = bound.decode(b"\x0a\x01x").expect("decodes");
    assert_eq!(second.c.as_deref(), Some("x"));
    // What does not count has no path.
    let bound = Protobuf.bind(&binding.with_message(Message::Name("p.Outer.Pair"))).expect("binds");
    assert_eq!(bound.value_indexes(), Some(&[0, 2][..]));
    let binding = Binding::new(&descriptor).with_message_count(WithoutEntries);
    let bound = Protobuf.bind(&binding.with_message(Message::Name("p.Outer.Pair"))).expect("binds");
    assert_eq!(bound.value_indexes(), None);
}

#[test]
fn indexes_that_lead_nowhere_are_refused_at_bind() {
    let schema = Schema::protobuf(TEXT).expect("links");
    for path in [&[2][..], &[0, 9], &[-1], &[]] {
        let error = Protobuf
            .bind(&Binding::new(&schema).with_message(Message::Indexes(path)))
            .expect_err("leads nowhere");
        assert_eq!(error.kind, SchemaErrorKind::Mismatch);
        assert!(error.message.contains("lead to no message"), "{error}");
    }
    assert!(Protobuf.bind(&Binding::new(&schema).with_message(Message::Name("p.Nobody"))).is_err());
    assert!(ProtobufMessage::named("p.Nobody").bind(&Binding::new(&schema)).is_err());
    let empty = Schema::protobuf("enum E { Z = 0; }").expect("links");
    assert_eq!(Protobuf.bind(&Binding::new(&empty)).expect_err("no message").kind, SchemaErrorKind::Mismatch);
}

#[test]
fn a_codec_that_is_named_takes_any_type_for_its_message_alone() {
    let schema = Schema::protobuf(TEXT).expect("links");
    let codec = ProtobufMessage::named("p.Outer.Second");
    let bound = codec.bind(&Binding::new(&schema)).expect("binds");
    let mut payload = Vec::new();
    bound.encode(&Second { c: Some("x".into()) }, &mut payload).expect("encodes");
    assert_eq!(Encode::<Second>::message_indexes(&bound).expect("declared"), Some(&[0, 1][..]));
    let back: Second = bound.decode(&payload).expect("decodes");
    assert_eq!(back.c.as_deref(), Some("x"));
    // A frame that names another message does not bind.
    let binding = Binding::new(&schema).with_message(Message::Indexes(&[0, 0]));
    assert!(codec.bind(&binding).is_err());
    assert!(codec.bind(&Binding::new(&schema).with_message(Message::Indexes(&[0, 3]))).is_ok());
}
