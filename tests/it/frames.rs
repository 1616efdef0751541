//! Framings: the law that what is written reads back, and what is no frame.

use proptest::prelude::*;
use schemawire::class::Class;
use schemawire::frame::{
    Bare, Confluent, ConfluentV0, ConfluentV1, Frame, FrameErrorKind, Framing, Indexes, MessageIndexes,
    SingleObject,
};
use schemawire::ids::{Guid, KeyOrValue, SchemaId, SchemaKey};
use schemawire::record::Headers;

fn read(message: &[u8]) -> Result<SchemaKey, FrameErrorKind> {
    let headers = Headers::new();
    let frame = ConfluentV0.read(message, KeyOrValue::Value, &headers);
    frame.map(|frame| frame.key).map_err(|error| error.kind)
}

#[test]
fn a_message_cut_within_its_frame_is_truncated() {
    let message = [0, 0, 0, 1, 2];
    for length in 0..message.len() {
        assert_eq!(read(&message[..length]), Err(FrameErrorKind::Truncated), "{length} bytes");
    }
    assert_eq!(read(&message), Ok(SchemaKey::Id(SchemaId(258))));
}

#[test]
fn every_other_magic_byte_is_named() {
    for magic in 1..=255_u8 {
        let headers = Headers::new();
        let error =
            ConfluentV0.read(&[magic, 0, 0, 0, 1, 9], KeyOrValue::Key, &headers).expect_err("no frame");
        assert_eq!((error.kind, error.class()), (FrameErrorKind::UnknownMagic, Class::BadData));
        assert!(error.to_string().contains(&format!("{magic:#04x}")), "{error}");
    }
}

#[test]
fn confluents_first_framing_refuses_a_guid_and_writes_nothing() {
    let mut message = vec![7];
    let key = SchemaKey::Guid(Guid([1; 16]));
    let written = ConfluentV0.write(&key, None, KeyOrValue::Value, &mut Headers::new(), &mut message);
    assert_eq!(written.map_err(|error| error.class()), Err(Class::Config));
    assert_eq!(message, [7]);
}

#[test]
fn message_indexes_that_cannot_be_are_refused() {
    let cases: [(&[u8], FrameErrorKind); 9] = [
        (&[], FrameErrorKind::Truncated),
        (&[0x80], FrameErrorKind::Truncated),
        (&[2], FrameErrorKind::Truncated),
        (&[4, 0], FrameErrorKind::Truncated),
        (&[1], FrameErrorKind::BadIndexes),
        (&[2, 1], FrameErrorKind::BadIndexes),
        (&[130, 1, 0], FrameErrorKind::BadIndexes),
        (&[2, 0x80, 0x80, 0x80, 0x80, 0x10], FrameErrorKind::BadIndexes),
        (&[2, 0x80, 0x80, 0x80, 0x80, 0x80, 0], FrameErrorKind::BadIndexes),
    ];
    for (bytes, kind) in cases {
        assert_eq!(MessageIndexes::read(bytes).map_err(|error| error.kind), Err(kind), "{bytes:?}");
    }
}

#[test]
fn a_count_of_billions_of_indexes_takes_no_memory() {
    let error = MessageIndexes::read(&[0xfe, 0xff, 0xff, 0xff, 0x0f]).expect_err("too many");
    assert!(error.to_string().contains("2147483647") && error.to_string().contains("64"), "{error}");
}

#[test]
fn indexes_kept_apart_from_the_payload_are_all_there_is() {
    let frame =
        |bytes| Frame { key: SchemaKey::Id(SchemaId(1)), indexes: Indexes::Apart(bytes), rest: b"payload" };
    let (indexes, payload) = frame(&[4, 2, 0]).protobuf().expect("indexes");
    assert_eq!((indexes.path(), payload), (&[1, 0][..], &b"payload"[..]));
    assert_eq!(frame(&[0, 0]).protobuf().map_err(|error| error.kind), Err(FrameErrorKind::BadIndexes));
}

/// A message, and the headers beside it, after a framing wrote them.
fn write(
    framing: &dyn Framing,
    key: SchemaKey,
    indexes: Option<&[i32]>,
) -> Result<(Headers, Vec<u8>), FrameErrorKind> {
    let (mut headers, mut message) = (Headers::new(), Vec::new());
    let written = framing.write(&key, indexes, KeyOrValue::Value, &mut headers, &mut message);
    written.map(|()| (headers, message)).map_err(|error| error.kind)
}

#[test]
fn a_header_of_a_guid_is_written_once_however_often_the_record_is_sent() {
    let (mut headers, mut message) = (Headers::new(), Vec::new());
    for byte in [7, 7, 8] {
        let key = SchemaKey::Guid(Guid([byte; 16]));
        ConfluentV1.write(&key, None, KeyOrValue::Value, &mut headers, &mut message).expect("a GUID");
    }
    assert_eq!((headers.len(), message.len()), (2, 0), "the second one is the first");
    let frame = ConfluentV1.read(b"payload", KeyOrValue::Value, &headers).expect("a frame");
    assert_eq!(frame.key, SchemaKey::Guid(Guid([8; 16])), "the last header counts");
}

#[test]
fn a_value_without_its_header_says_which_one_it_lacks() {
    let mut headers = Headers::new();
    headers.push("__key_schema_id", Some(&[&[1][..], &[7; 16]].concat()));
    headers.push("__value_schema_id", None);
    let error =
        ConfluentV1.read(b"payload", KeyOrValue::Value, &headers).expect_err("only the key's is there");
    assert_eq!(error.kind, FrameErrorKind::MissingHeader);
    assert_eq!(error.to_string(), "the record has no header `__value_schema_id`");
    for (value, kind) in [
        (&[1, 2][..], FrameErrorKind::Truncated),
        (&[0; 17], FrameErrorKind::UnknownMagic),
        (&[], FrameErrorKind::Truncated),
    ] {
        let mut headers = Headers::new();
        headers.push("__value_schema_id", Some(value));
        let read = ConfluentV1.read(b"payload", KeyOrValue::Value, &headers);
        assert_eq!(read.map_err(|error| error.kind), Err(kind), "{value:?}");
    }
}

#[test]
fn either_of_confluents_framings_is_read_and_one_is_written() {
    let guid = SchemaKey::Guid(Guid([7; 16]));
    let id = SchemaKey::Id(SchemaId(258));
    for (framing, key) in [(Confluent::V0, id), (Confluent::V1, guid)] {
        let (headers, mut message) = write(&framing, key, Some(&[1, 0])).expect("its own key");
        message.extend_from_slice(b"payload");
        for reading in [Confluent::V0, Confluent::V1] {
            let frame = reading.read(&message, KeyOrValue::Value, &headers).expect("either is read");
            let (indexes, payload) = frame.protobuf().expect("indexes");
            assert_eq!((frame.key, indexes.path(), payload), (key, &[1, 0][..], &b"payload"[..]));
        }
    }
    assert_eq!(write(&Confluent::V0, guid, None).map(|_| ()), Err(FrameErrorKind::UnsupportedKey));
    assert_eq!(write(&Confluent::V1, id, None).map(|_| ()), Err(FrameErrorKind::UnsupportedKey));
}

#[test]
fn a_single_object_is_of_avro_and_begins_with_its_marker() {
    let key = SchemaKey::Fingerprint(u64::MAX - 1);
    let (headers, message) = write(&SingleObject, key, None).expect("a fingerprint");
    let kind = |bytes: &[u8]| {
        SingleObject.read(bytes, KeyOrValue::Value, &headers).map(|it| it.key).map_err(|it| it.kind)
    };
    assert_eq!(kind(&message), Ok(key));
    for length in 0..message.len() {
        assert_eq!(kind(&message[..length]), Err(FrameErrorKind::Truncated), "{length} bytes");
    }
    assert_eq!(kind(&[0xc3, 2, 1, 2, 3, 4, 5, 6, 7, 8]), Err(FrameErrorKind::UnknownMagic));
    assert_eq!(kind(&[0, 0, 0, 0, 1]), Err(FrameErrorKind::UnknownMagic));
    assert_eq!(write(&SingleObject, key, Some(&[0])).map(|_| ()), Err(FrameErrorKind::UnsupportedKey));
    let id = SchemaKey::Id(SchemaId(1));
    assert_eq!(write(&SingleObject, id, None).map(|_| ()), Err(FrameErrorKind::UnsupportedKey));
}

#[test]
fn a_bare_payload_is_of_the_schema_that_is_configured_and_of_no_other() {
    let key = SchemaKey::Id(SchemaId(7));
    let framing = Bare::new(key).with_indexes(&[2, 1]);
    let (headers, message) = write(&framing, key, Some(&[2, 1])).expect("the schema that is configured");
    assert_eq!((headers.len(), message.len()), (0, 0));
    let frame = framing.read(b"payload", KeyOrValue::Value, &headers).expect("anything is a payload");
    let (indexes, payload) = frame.protobuf().expect("indexes");
    assert_eq!((frame.key, indexes.path(), payload), (key, &[2, 1][..], &b"payload"[..]));
    let other = SchemaKey::Id(SchemaId(8));
    for (key, indexes) in [(other, &[2, 1][..]), (key, &[0])] {
        assert_eq!(write(&framing, key, Some(indexes)).map(|_| ()), Err(FrameErrorKind::UnsupportedKey));
    }
}

proptest! {
    #[test]
    fn what_is_framed_reads_back(
        id in any::<u32>(),
        path in prop::collection::vec(0..i32::MAX, 1..=MessageIndexes::LIMIT),
        payload in any::<Vec<u8>>(),
    ) {
        let (key, headers) = (SchemaKey::Id(SchemaId(id)), Headers::new());
        let mut message = Vec::new();
        ConfluentV0.write(&key, Some(&path), KeyOrValue::Value, &mut Headers::new(), &mut message).expect("an id");
        message.extend_from_slice(&payload);
        let frame = ConfluentV0.read(&message, KeyOrValue::Value, &headers).expect("a frame");
        let (indexes, rest) = frame.protobuf().expect("indexes");
        prop_assert_eq!((frame.key, indexes.path(), rest), (key, path.as_slice(), payload.as_slice()));
        prop_assert_eq!(indexes, MessageIndexes::new(&path));
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error(message in any::<Vec<u8>>()) {
        let mut headers = Headers::new();
        headers.push("__key_schema_id", Some(&message));
        for framing in [&ConfluentV0 as &dyn Framing, &ConfluentV1, &Confluent::V0, &SingleObject] {
            for role in [KeyOrValue::Key, KeyOrValue::Value] {
                if let Ok(frame) = framing.read(&message, role, &headers) {
                    let _ = frame.protobuf();
                }
            }
        }
        let _ = MessageIndexes::read(&message);
    }
}
