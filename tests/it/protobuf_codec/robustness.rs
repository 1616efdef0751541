//! Any text and any bytes: no panic, nothing large.

use base64::Engine as _;
use proptest::prelude::*;
use prost::Message as _;
use schemawire::codec::{Binding, BoundCodec, Codec, Protobuf};
use schemawire::limits::Limits;
use schemawire::schema::protobuf::Messages;
use schemawire::schema::{Format, MessageCount, Mode, Schema};

use super::dynamic::{ALL, bound_to_all, payloads};
use super::schemas::model;

/// Everything that can be asked of a schema that parsed.
fn exercise(text: &str) {
    let _ = Schema::protobuf(text);
    let Ok(schema) = Schema::parse(Format::Protobuf, text, Vec::new(), Mode::Lenient) else { return };
    let _ = schema.full_name();
    let canonical = schema.canonical();
    let _ = Messages::of(model(&schema)).at(&[0, 0], MessageCount::AsRegistered).count();
    let _ = Schema::parse(Format::Protobuf, &canonical, Vec::new(), Mode::Lenient);
    if let Ok(bound) = Protobuf.bind(&Binding::new(&schema)) {
        for payload in [&b""[..], b"\x0a\x00", b"\x0a\x04\x0a\x00\x12\x00", b"\x08\x01\x13\x14"] {
            if let Ok(value) = bound.decode_value(payload) {
                let _ = bound.encode_value(&value, &mut Vec::new());
            }
        }
    }
}

/// Pieces of the language, in any order.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "syntax = \"proto3\";",
        "package a.b;",
        "message",
        "enum",
        "oneof",
        "group",
        "map<",
        "string",
        "int32",
        ",",
        ">",
        "A",
        "B",
        "{",
        "}",
        "[",
        "]",
        "=",
        "1",
        "0",
        "-1",
        ";",
        "option",
        "map_entry",
        "true",
        "repeated",
        "optional",
        "required",
        "reserved",
        "extensions",
        "to",
        "max",
        "extend",
        "service",
        "rpc",
        "returns",
        "(",
        ")",
        "stream",
        "default",
        "\"x\"",
        "// c\n",
        "/* c */",
        ".",
        "import",
        "public",
        "packed",
        "1.5",
        "features.message_encoding = DELIMITED",
        "536870912",
        "message A {",
        "string key = 1;",
        "int32 value = 2;",
        "option map_entry = true;",
        "A a = 3;",
        "repeated A as = 4;",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,200}") {
        exercise(&text);
    }

    #[test]
    fn any_pieces_of_the_language_parse_or_are_refused(text in texts()) {
        exercise(&text);
    }

    /// A descriptor with bytes that were changed: counts, types and indexes that do not fit.
    #[test]
    fn any_descriptor_is_taken_or_refused(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let mut file = protox_parse::parse("a.proto", ALL).expect("parses");
        file.source_code_info = None;
        let mut bytes = file.encode_to_vec();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        exercise(&base64::engine::general_purpose::STANDARD.encode(bytes));
    }

    #[test]
    fn any_payload_reads_or_is_refused_within_the_limit(payload in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), payloads()]) {
        if let Ok(value) = bound_to_all().decode_value(&payload) {
            let taken = value.node_count() * 32;
            prop_assert!(taken <= Limits::DEFAULT.bytes + payload.len());
            let mut again = Vec::new();
            bound_to_all().encode_value(&value, &mut again).expect("what was read is written");
            let back = bound_to_all().decode_value(&again).expect("what was written is read");
            // By their text: floats that are no numbers are not equal to themselves.
            prop_assert_eq!(back.to_string(), value.to_string());
        }
    }

    /// With little room the same holds, and what is read is never more than the room.
    #[test]
    fn little_room_is_enough_to_refuse(payload in payloads()) {
        thread_local! {
            static BOUND: schemawire::codec::protobuf::BoundProtobuf = {
                let schema = Schema::protobuf(ALL).expect("links");
                let limits = Limits::DEFAULT.with_bytes(2_000).with_depth(3).with_elements(5);
                Protobuf.bind(&Binding::new(&schema).with_limits(limits)).expect("binds")
            };
        }
        BOUND.with(|bound| {
            if let Ok(value) = bound.decode_value(&payload) {
                prop_assert!(value.node_count() * 32 <= 2_000 + payload.len());
            }
            Ok(())
        })?;
    }
}
