//! Frames: the bytes of other implementations, and what is refused.

use proptest::prelude::*;
use schemawire::class::Class;
use schemawire::frame::{
    Confluent, ConfluentV0, ConfluentV1, FrameErrorKind, Framing, MessageIndexes, SingleObject,
};
use schemawire::ids::{Guid, KeyOrValue, SchemaId, SchemaKey};
use schemawire::record::Headers;

use crate::support::{corpus, rows};

/// Id, message indexes, the whole frame. Source: franz-go, `pkg/sr/serde_test.go`, `TestConfluentHeader`.
const FRAMES: &[(u32, Option<&[i32]>, &str)] = &[
    (1, None, "0000000001"),
    (256, None, "0000000100"),
    (2, Some(&[0]), "000000000200"),
    (3, Some(&[1]), "00000000030202"),
    (4, Some(&[1, 2, 3]), "000000000406020406"),
    (u32::MAX, Some(&[0]), "00ffffffff00"),
];

/// Message indexes and their bytes, by Confluent's wire format: the count, then each index, as zigzag varints.
const INDEXES: &[(&[i32], &str)] = &[
    (&[0], "00"),
    (&[1], "0202"),
    (&[0, 0], "040000"),
    (&[1, 0], "040200"),
    (&[0, 1], "040002"),
    (&[2, 0, 1], "06040002"),
    (&[63], "027e"),
    (&[64], "028001"),
    (&[127], "02fe01"),
    (&[128], "028002"),
    (&[300], "02d804"),
    (&[8191], "02fe7f"),
    (&[8192], "02808001"),
    (&[i32::MAX], "02feffffff0f"),
];

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex")).collect()
}

fn write(id: u32, indexes: Option<&[i32]>) -> Vec<u8> {
    let mut out = b"before".to_vec();
    let key = SchemaKey::Id(SchemaId(id));
    ConfluentV0.write(&key, indexes, KeyOrValue::Value, &mut Headers::new(), &mut out).expect("writes");
    out.split_off(b"before".len())
}

/// Key, indexes and payload of a message.
fn read(message: &[u8]) -> Result<(SchemaKey, MessageIndexes, Vec<u8>), FrameErrorKind> {
    let headers = Headers::new();
    let frame = ConfluentV0.read(message, KeyOrValue::Value, &headers).map_err(|error| error.kind)?;
    let (indexes, payload) = frame.protobuf().map_err(|error| error.kind)?;
    Ok((frame.key, indexes, payload.to_vec()))
}

fn assert_frame(id: u32, indexes: Option<&[i32]>, hex: &str) {
    let frame = bytes(hex);
    assert_eq!(write(id, indexes), frame, "{hex}");
    let message = [&frame[..], b"payload"].concat();
    let headers = Headers::new();
    let read = ConfluentV0.read(&message, KeyOrValue::Value, &headers).expect("reads");
    assert_eq!(read.key, SchemaKey::Id(SchemaId(id)), "{hex}");
    match indexes {
        None => assert_eq!(read.rest, b"payload"),
        Some(path) => assert_eq!(read.protobuf(), Ok((MessageIndexes::new(path), &b"payload"[..])), "{hex}"),
    }
}

fn assert_indexes_read(path: &[i32], hex: &str) {
    let message = [bytes(hex), b"payload".to_vec()].concat();
    let read = MessageIndexes::read(&message).expect("reads");
    assert_eq!((read.0.path(), read.1), (path, &b"payload"[..]), "{hex}");
}

fn assert_indexes(path: &[i32], hex: &str) {
    let mut out = Vec::new();
    MessageIndexes::write(path, &mut out);
    assert_eq!(out, bytes(hex), "{path:?}");
    assert_indexes_read(path, hex);
}

#[test]
fn frames_are_those_of_other_clients() {
    for (id, indexes, hex) in FRAMES {
        assert_frame(*id, *indexes, hex);
    }
}

#[test]
fn message_indexes_are_those_of_other_clients() {
    for (path, hex) in INDEXES {
        assert_indexes(path, hex);
    }
    // Written out, which readers must take; and in more bytes than it needs.
    assert_indexes_read(&[0], "0200");
    assert_indexes_read(&[0], "82008000");
}

#[test]
fn every_vector_of_the_corpora_holds() {
    let Some(text) = corpus("wire-vectors.jsonl") else { return };
    let (mut frames, mut indexes) = (0, 0);
    for row in rows(&text) {
        let hex = row["hex"].as_str().expect("hex");
        let path: Option<Vec<i32>> =
            serde_json::from_value(row["message_indexes"].clone()).expect("a path or null");
        match row["kind"].as_str().expect("a kind") {
            "v0-prefix" => {
                let id = row["schema_id"].as_u64().expect("an id") as u32;
                assert_frame(id, path.as_deref(), hex);
                frames += 1;
            }
            "protobuf-message-indexes" => {
                assert_indexes(&path.expect("a path"), hex);
                indexes += 1;
            }
            "protobuf-message-indexes-decode-only" => {
                assert_indexes_read(&path.expect("a path"), hex);
                indexes += 1;
            }
            // The indexes stand behind the GUID in a header's value.
            "v1-guid-header-value" => {
                if let Some(path) = path {
                    assert_indexes(&path, &hex[34..]);
                    indexes += 1;
                }
            }
            other => assert_eq!(other, "avro-single-object-encoding", "a kind of vector that no test knows"),
        }
    }
    assert!(frames >= 5 && indexes >= 14, "{frames} frames and {indexes} indexes were tested");
}

#[test]
fn a_message_that_is_not_framed_is_refused() {
    assert_eq!(read(b""), Err(FrameErrorKind::Truncated));
    for length in 1..5 {
        assert_eq!(read(&bytes("0000000001")[..length]), Err(FrameErrorKind::Truncated), "{length} bytes");
    }
    for magic in [1, 0x4f, 0x7b, 0xc3, 0xff] {
        assert_eq!(read(&[magic, 0, 0, 0, 1, 0]), Err(FrameErrorKind::UnknownMagic), "{magic:#04x}");
    }
    let headers = Headers::new();
    let error = ConfluentV0.read(b"{\"a\":1}", KeyOrValue::Value, &headers).expect_err("JSON");
    assert_eq!(error.to_string(), "unknown magic byte 0x7b: a Confluent frame starts with 0x00");
    assert_eq!(error.class(), Class::BadData);
}

#[test]
fn a_guid_does_not_fit_into_the_first_framing() {
    let mut out = Vec::new();
    let key = SchemaKey::Guid(Guid([7; 16]));
    let error = ConfluentV0
        .write(&key, None, KeyOrValue::Key, &mut Headers::new(), &mut out)
        .expect_err("no room for it");
    assert_eq!((error.kind, error.class()), (FrameErrorKind::UnsupportedKey, Class::Config));
    assert!(out.is_empty(), "nothing was written");
}

#[test]
fn message_indexes_that_cannot_be_are_refused() {
    let kind = |hex: &str| MessageIndexes::read(&bytes(hex)).expect_err(hex).kind;
    for cut in ["", "02", "0402", "80", "0280", "02ffffff"] {
        assert_eq!(kind(cut), FrameErrorKind::Truncated, "{cut}");
    }
    assert_eq!(kind("01"), FrameErrorKind::BadIndexes, "a count of -1");
    assert_eq!(kind("0201"), FrameErrorKind::BadIndexes, "an index of -1");
    assert_eq!(kind("8201"), FrameErrorKind::BadIndexes, "65 levels");
    assert_eq!(kind("feffffff0f"), FrameErrorKind::BadIndexes, "2,147,483,647 levels in 5 bytes");
    assert_eq!(kind("02ffffffff10"), FrameErrorKind::BadIndexes, "more than 32 bits");
    assert_eq!(kind("02808080808000"), FrameErrorKind::BadIndexes, "more than 5 bytes");
}

#[test]
fn as_many_levels_as_the_limit_are_read() {
    let path: Vec<i32> = (0..MessageIndexes::LIMIT as i32).collect();
    let mut out = Vec::new();
    MessageIndexes::write(&path, &mut out);
    assert_eq!(MessageIndexes::read(&out).expect("reads").0.path(), path);
}

proptest! {
    #[test]
    fn what_is_framed_is_read(id: u32, path in prop::collection::vec(0..=i32::MAX, 1..=64), payload: Vec<u8>) {
        let message = [write(id, Some(&path)), payload.clone()].concat();
        let expected = (SchemaKey::Id(SchemaId(id)), MessageIndexes::new(&path), payload);
        prop_assert_eq!(read(&message), Ok(expected));
    }

    #[test]
    fn any_bytes_are_read_or_refused(message in prop::collection::vec(any::<u8>(), 0..40), magic: bool) {
        let message = if magic { [&[0][..], &message].concat() } else { message };
        if let Ok((_, indexes, payload)) = read(&message) {
            prop_assert!(indexes.path().len() <= MessageIndexes::LIMIT && payload.len() + 6 <= message.len());
            prop_assert!(indexes.path().iter().all(|index| *index >= 0));
        }
    }
}

/// What `header_schema_id_serializer` of Confluent's Python client (confluent-kafka 2.16.1) puts into `__value_schema_id`, by indexes.
const HEADERS: &[(Option<&[i32]>, &str)] = &[
    (None, "0189791762233641869674299b90a802e2"),
    (Some(&[0]), "0189791762233641869674299b90a802e200"),
    (Some(&[1, 0]), "0189791762233641869674299b90a802e2040200"),
];

#[test]
fn guids_travel_as_confluents_client_writes_them() {
    let guid = "89791762-2336-4186-9674-299b90a802e2".parse().expect("a GUID");
    for (indexes, hex) in HEADERS {
        let (mut headers, mut message) = (Headers::new(), Vec::new());
        let key = SchemaKey::Guid(guid);
        ConfluentV1.write(&key, *indexes, KeyOrValue::Value, &mut headers, &mut message).expect("a GUID");
        assert_eq!(headers.last("__value_schema_id"), Some(Some(&*bytes(hex))));
        // Its other serializer puts the same bytes in front of the payload.
        let prefixed = [&*bytes(hex), b"payload"].concat();
        for (headers, message) in [(&headers, &b"payload"[..]), (&Headers::new(), &prefixed)] {
            let frame = Confluent::V0.read(message, KeyOrValue::Value, headers).expect("a frame");
            assert_eq!(frame.key, key);
            match indexes {
                Some(path) => {
                    let (found, payload) = frame.protobuf().expect("indexes");
                    assert_eq!((found.path(), payload), (*path, &b"payload"[..]));
                }
                None => assert_eq!(frame.rest, b"payload"),
            }
        }
    }
}

#[cfg(feature = "avro")]
#[test]
fn single_objects_are_apache_avros() {
    use schemawire::schema::Schema;
    let text = r#"{"type": "record", "name": "a.Name", "doc": "of a person", "fields": [{"name": "first", "type": "string"}]}"#;
    let schema = apache_avro::Schema::parse_str(text).expect("a schema");
    let mut theirs = Vec::new();
    let mut record = apache_avro::types::Record::new(&schema).expect("a record");
    record.put("first", "Ada");
    let mut writer =
        apache_avro::GenericSingleObjectWriter::new_with_capacity(&schema, 64).expect("a writer");
    writer.write_value(record.into(), &mut theirs).expect("written");
    let fingerprint = Schema::avro(text).expect("a schema").fingerprint().expect("of Avro");
    let mut ours = Vec::new();
    let key = SchemaKey::Fingerprint(fingerprint);
    SingleObject.write(&key, None, KeyOrValue::Value, &mut Headers::new(), &mut ours).expect("a fingerprint");
    ours.extend_from_slice(b"\x06Ada");
    assert_eq!(ours, theirs);
}
