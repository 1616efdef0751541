//! Confluent's first framing: magic byte 0, the schema's id in four bytes, big-endian.
//! Source: Confluent Schema Registry, *Wire format*.

use super::{Frame, FrameError, FrameErrorKind, Framing, Indexes, KeyKind, MessageIndexes};
use crate::ids::{KeyOrValue, SchemaId, SchemaKey};
use crate::record::Headers;

/// `00 | id | [message indexes] | payload`, what nearly every Kafka service writes.
///
/// ```
/// use schemawire::frame::{ConfluentV0, Framing};
/// use schemawire::ids::{KeyOrValue, SchemaId, SchemaKey};
/// use schemawire::record::Headers;
///
/// let mut message = Vec::new();
/// let key = SchemaKey::Id(SchemaId(258));
/// ConfluentV0.write(&key, None, KeyOrValue::Value, &mut Headers::new(), &mut message)?;
/// message.extend_from_slice(b"payload");
/// assert_eq!(&message[..5], [0, 0, 0, 1, 2]);
///
/// let headers = Headers::new();
/// let frame = ConfluentV0.read(&message, KeyOrValue::Value, &headers)?;
/// assert_eq!((frame.key, frame.rest), (key, &b"payload"[..]));
/// # Ok::<(), schemawire::frame::FrameError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ConfluentV0;

impl ConfluentV0 {
    const MAGIC: u8 = 0;
}

impl Framing for ConfluentV0 {
    fn key_kind(&self) -> KeyKind {
        KeyKind::Id
    }

    fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        _role: KeyOrValue,
        _headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        let SchemaKey::Id(id) = key else {
            let message = format!("Confluent v0 carries ids, not a {key}");
            return Err(FrameError::new(FrameErrorKind::UnsupportedKey, message));
        };
        let [a, b, c, d] = id.0.to_be_bytes();
        out.extend_from_slice(&[Self::MAGIC, a, b, c, d]);
        if let Some(path) = indexes {
            MessageIndexes::write(path, out);
        }
        Ok(())
    }

    #[inline]
    fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        _role: KeyOrValue,
        _headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError> {
        match message {
            [Self::MAGIC, a, b, c, d, rest @ ..] => {
                let id = SchemaId(u32::from_be_bytes([*a, *b, *c, *d]));
                Ok(Frame { key: SchemaKey::Id(id), indexes: Indexes::InPayload, rest })
            }
            other => Err(no_frame(other)),
        }
    }
}

/// Why a message has no such frame.
#[cold]
fn no_frame(message: &[u8]) -> FrameError {
    match message {
        [ConfluentV0::MAGIC, ..] => FrameError::new(
            FrameErrorKind::Truncated,
            format!("the message has {} bytes, a Confluent frame alone has 5", message.len()),
        ),
        [] => {
            FrameError::new(FrameErrorKind::Truncated, "the message is empty, a Confluent frame has 5 bytes")
        }
        [magic, ..] => FrameError::new(
            FrameErrorKind::UnknownMagic,
            format!("unknown magic byte {magic:#04x}: a Confluent frame starts with 0x00"),
        ),
    }
}
