//! The typed codec: what stands before prost, and what is said when prost refuses.

use prost::Message as _;
use schemawire::codec::{
    Binding, Codec, Decode, DecodeErrorKind, Encode, EncodeErrorKind, Message, Protobuf,
};
use schemawire::limits::Limits;
use schemawire::schema::{Format, Mode, Reference, Schema, SchemaErrorKind};

const TEXT: &str = r#"syntax = "proto3";
package t;
message Tree { int32 x = 1; repeated Tree children = 2; string name = 3; repeated int32 numbers = 4; Tree one = 5; }
message Leaf { string name = 1; }
"#;

#[derive(Clone, PartialEq, prost::Message)]
struct Tree {
    #[prost(int32, tag = "1")]
    x: i32,
    #[prost(message, repeated, tag = "2")]
    children: Vec<Self>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(int32, repeated, tag = "4")]
    numbers: Vec<i32>,
    #[prost(message, optional, boxed, tag = "5")]
    one: Option<Box<Self>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Leaf {
    #[prost(string, tag = "1")]
    name: String,
}

/// The same name as `Leaf`, but another type in its field.
#[derive(Clone, PartialEq, prost::Message)]
struct Impostor {
    #[prost(int32, tag = "1")]
    name: i32,
}

macro_rules! named {
    ($($type:ident is $name:literal),*) => {$(
        impl prost::Name for $type {
            const PACKAGE: &'static str = "t";
            const NAME: &'static str = $name;
        }
    )*};
}
named!(Tree is "Tree", Leaf is "Leaf", Impostor is "Leaf");

fn bound_with(limits: Limits) -> schemawire::codec::protobuf::BoundProtobuf {
    let schema = Schema::protobuf(TEXT).expect("links");
    Protobuf.bind(&Binding::new(&schema).with_limits(limits)).expect("binds")
}

fn refused(limits: Limits, payload: &[u8]) -> schemawire::codec::DecodeError {
    Decode::<Tree>::decode(&bound_with(limits), payload).expect_err("is refused")
}

#[test]
fn what_is_encoded_decodes() {
    let bound = bound_with(Limits::DEFAULT);
    let leaf = Tree { name: "leaf".into(), numbers: vec![1, -1], ..Tree::default() };
    let tree = Tree {
        x: 7,
        children: vec![leaf.clone(), leaf.clone()],
        one: Some(Box::new(leaf)),
        ..Tree::default()
    };
    let mut out = b"before".to_vec();
    bound.encode(&tree, &mut out).expect("encodes");
    let payload = out.strip_prefix(b"before").expect("appended");
    assert_eq!(payload, tree.encode_to_vec());
    assert_eq!(Decode::<Tree>::decode(&bound, payload), Ok(tree));
}

#[test]
fn one_codec_serves_several_types_from_several_threads() {
    let bound = bound_with(Limits::DEFAULT);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let bound = &bound;
            scope.spawn(move || {
                for _ in 0..100 {
                    let (mut tree, mut leaf) = (Vec::new(), Vec::new());
                    bound.encode(&Tree { x: thread, ..Tree::default() }, &mut tree).expect("encodes");
                    bound.encode(&Leaf { name: thread.to_string() }, &mut leaf).expect("encodes");
                    assert_eq!(Encode::<Tree>::message_indexes(bound), Ok(Some(&[0][..])));
                    assert_eq!(Encode::<Leaf>::message_indexes(bound), Ok(Some(&[1][..])));
                    assert_eq!(Decode::<Tree>::decode(bound, &tree).expect("decodes").x, thread);
                    assert_eq!(
                        Decode::<Leaf>::decode(bound, &leaf).expect("decodes").name,
                        thread.to_string()
                    );
                }
            });
        }
    });
}

#[test]
fn a_type_that_the_schema_does_not_declare_is_refused() {
    let schema =
        Schema::protobuf("syntax = \"proto3\"; package u; message Leaf { string name = 1; }").expect("links");
    let bound = Protobuf.bind(&Binding::new(&schema)).expect("binds");
    let error = bound.encode(&Leaf::default(), &mut Vec::new()).expect_err("t.Leaf is not u.Leaf");
    assert_eq!(error.kind, EncodeErrorKind::Type);
    assert_eq!(error.message, "the writer's schema does not declare `t.Leaf`");
    assert!(Decode::<Leaf>::decode(&bound, b"").is_err());
    assert!(Encode::<Leaf>::message_indexes(&bound).is_err());
}

#[test]
fn a_message_that_was_asked_for_by_name_is_the_only_one() {
    let schema = Schema::protobuf(TEXT).expect("links");
    let bound = Protobuf.bind(&Binding::new(&schema).with_message(Message::Name("t.Leaf"))).expect("binds");
    assert!(Decode::<Leaf>::decode(&bound, b"").is_ok());
    let error = Decode::<Tree>::decode(&bound, b"").expect_err("it is t.Leaf");
    assert_eq!(error.message, "the message is `t.Leaf`, the Rust type is `t.Tree`");
}

#[test]
fn a_payload_that_prost_refuses_is_explained_with_offset_and_path() {
    let error = |payload: &[u8]| {
        let error = refused(Limits::DEFAULT, payload);
        (error.kind, error.offset, error.path)
    };
    use DecodeErrorKind::{Malformed, Truncated};
    assert_eq!(error(&[0x08, 1, 0x12, 5, 0x08]), (Truncated, Some(3), String::new()));
    assert_eq!(error(&[0x12, 3, 0x1a, 1, 0xff]), (Malformed, Some(4), "children[0].name".into()));
    assert_eq!(error(&[0x0a, 0]), (Malformed, Some(0), "x".into()));
    assert_eq!(error(&[0x00]), (Malformed, Some(0), String::new()));
    assert_eq!(error(&[0x22, 2, 1, 0x80]), (Truncated, Some(3), "numbers[1]".into()));
}

#[test]
fn a_rust_type_that_does_not_fit_the_schema_is_said_to_be_at_fault() {
    let error = Decode::<Impostor>::decode(&bound_with(Limits::DEFAULT), b"\x0a\x01a")
        .expect_err("text is no number");
    assert_eq!(error.kind, DecodeErrorKind::Type);
    assert!(error.message.starts_with("the Rust type does not fit the schema"), "{error}");
}

#[test]
fn a_recursive_payload_stops_at_the_depth_limit() {
    let nested = |depth: usize| {
        (1..depth)
            .fold(Tree::default(), |inner, _| Tree { one: Some(Box::new(inner)), ..Tree::default() })
            .encode_to_vec()
    };
    assert!(Decode::<Tree>::decode(&bound_with(Limits::DEFAULT), &nested(64)).is_ok());
    let error = refused(Limits::DEFAULT, &nested(65));
    assert_eq!(
        (error.kind, error.message.as_str()),
        (DecodeErrorKind::Limit, "more than 64 levels of nesting")
    );
    assert_eq!(refused(Limits::DEFAULT.with_depth(3), &nested(4)).kind, DecodeErrorKind::Limit);
    // Past what prost takes by itself, whatever the limit is.
    assert!(Decode::<Tree>::decode(&bound_with(Limits::DEFAULT.with_depth(1_000)), &nested(200)).is_err());
}

#[test]
fn two_bytes_an_element_stop_at_the_element_limit() {
    let limits = Limits::DEFAULT.with_elements(3);
    assert!(Decode::<Tree>::decode(&bound_with(limits), &[0x12, 0].repeat(3)).is_ok());
    let error = refused(limits, &[0x12, 0].repeat(4));
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Limit, Some(6)));
    assert_eq!(refused(limits, &[0x22, 4, 1, 2, 3, 4]).kind, DecodeErrorKind::Limit, "packed ones count");
    assert_eq!(refused(limits, &[0x20, 1].repeat(4)).kind, DecodeErrorKind::Limit);
    let nested = Tree { children: vec![Tree { numbers: vec![0; 3], ..Tree::default() }], ..Tree::default() };
    assert_eq!(refused(limits, &nested.encode_to_vec()).kind, DecodeErrorKind::Limit, "all together");
}

#[test]
fn empty_messages_cannot_become_gigabytes() {
    // Each takes two bytes of payload and more than a hundred of memory.
    let error = refused(Limits::DEFAULT.with_elements(usize::MAX), &[0x12, 0].repeat(1_000_000));
    assert_eq!(error.kind, DecodeErrorKind::Limit);
    assert!(error.message.contains("would take more than 67108864 bytes"), "{error}");
}

#[test]
fn a_payload_past_the_limit_is_refused_at_once() {
    let error = refused(Limits::DEFAULT.with_bytes(4), &[0x08, 1, 0x08, 1, 0x08]);
    assert_eq!(error.message, "the payload has 5 bytes, the limit is 4");
}

#[test]
fn a_schema_of_another_format_does_not_bind() {
    let schema = Schema::json("{}").expect("parses");
    let error = Protobuf.bind(&Binding::new(&schema)).expect_err("JSON");
    assert_eq!(error.kind, SchemaErrorKind::Mismatch);
    let lenient =
        Schema::parse(Format::Protobuf, "import \"gone.proto\"; message A {}", vec![], Mode::Lenient)
            .expect("parses");
    let error = Protobuf.bind(&Binding::new(&lenient)).expect_err("does not link");
    assert_eq!(error.kind, SchemaErrorKind::UnknownReference);
}

#[test]
fn a_message_of_an_import_is_none_of_the_schema() {
    let parse =
        |text, references| Schema::parse(Format::Protobuf, text, references, Mode::Strict).expect("links");
    let imported = parse(TEXT, vec![]);
    let text = "syntax = \"proto3\"; package t; import \"t.proto\"; message Root { Tree tree = 1; }";
    let schema = parse(text, vec![(Reference::local("t.proto"), imported)]);
    let bound = Protobuf.bind(&Binding::new(&schema)).expect("binds");
    // No message indexes could say which one it is.
    assert!(bound.encode(&Tree::default(), &mut Vec::new()).is_err());
}
