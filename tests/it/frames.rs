//! Framings: the law that what is written reads back, and what is no frame.

use proptest::prelude::*;
use schemawire::class::Class;
use schemawire::frame::{ConfluentV0, Frame, FrameErrorKind, Framing, Indexes, MessageIndexes};
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
        let headers = Headers::new();
        if let Ok(frame) = ConfluentV0.read(&message, KeyOrValue::Key, &headers) {
            let _ = frame.protobuf();
        }
        let _ = MessageIndexes::read(&message);
    }
}
