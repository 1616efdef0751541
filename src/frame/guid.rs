//! Confluent's second framing: magic byte 1 and the schema's GUID, in a record header or in front of the payload.
//! Source: Confluent Schema Registry, *Wire format*, `HeaderSchemaIdSerializer` and `PrefixSchemaIdDeserializer`.

use super::{Frame, FrameError, FrameErrorKind, Framing, Indexes, KeyKind, MessageIndexes};
use crate::ids::{Guid, KeyOrValue, SchemaKey};
use crate::record::Headers;

/// Header `__key_schema_id` or `__value_schema_id`: `01 | GUID, 16 bytes | [message indexes]`; the payload stands alone.
///
/// Anybody can read such a payload who knows nothing of registries, and the GUID is the same in every registry.
///
/// ```
/// use schemawire::frame::{ConfluentV1, Framing};
/// use schemawire::ids::{Guid, KeyOrValue, SchemaKey};
/// use schemawire::record::Headers;
///
/// let (mut headers, mut message) = (Headers::new(), Vec::new());
/// let key = SchemaKey::Guid(Guid([7; 16]));
/// ConfluentV1.write(&key, None, KeyOrValue::Value, &mut headers, &mut message)?;
/// message.extend_from_slice(b"payload");
/// assert_eq!(message, b"payload");
///
/// let frame = ConfluentV1.read(&message, KeyOrValue::Value, &headers)?;
/// assert_eq!((frame.key, frame.rest), (key, &b"payload"[..]));
/// # Ok::<(), schemawire::frame::FrameError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ConfluentV1;

/// The first byte of a header's value, and of a message whose GUID stands in front of the payload.
pub(super) const MAGIC: u8 = 1;

impl ConfluentV1 {
    /// The name of the header, by what the message is.
    #[must_use]
    pub const fn header(role: KeyOrValue) -> &'static str {
        match role {
            KeyOrValue::Key => "__key_schema_id",
            KeyOrValue::Value => "__value_schema_id",
        }
    }
}

impl Framing for ConfluentV1 {
    fn key_kind(&self) -> KeyKind {
        KeyKind::Guid
    }

    fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        role: KeyOrValue,
        headers: &mut Headers,
        _out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        let SchemaKey::Guid(guid) = key else {
            let message = format!("Confluent v1 carries GUIDs, not an {key}");
            return Err(FrameError::new(FrameErrorKind::UnsupportedKey, message));
        };
        let mut value = Vec::with_capacity(1 + guid.0.len() + 8);
        value.push(MAGIC);
        value.extend_from_slice(&guid.0);
        if let Some(path) = indexes {
            MessageIndexes::write(path, &mut value);
        }
        let name = Self::header(role);
        // A record that is sent again holds the header already.
        if headers.last(name) != Some(Some(&value)) {
            headers.push(name, Some(&value));
        }
        Ok(())
    }

    fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        role: KeyOrValue,
        headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError> {
        match headers.last(Self::header(role)) {
            Some(Some(value)) => from_header(value, message),
            _ => Err(FrameError::new(
                FrameErrorKind::MissingHeader,
                format!("the record has no header `{}`", Self::header(role)),
            )),
        }
    }
}

/// The frame in a header's value, around a message that is the payload alone.
pub(super) fn from_header<'m, 'h>(value: &'h [u8], message: &'m [u8]) -> Result<Frame<'m, 'h>, FrameError> {
    let (guid, indexes) = split(value, "the header with the schema's id")?;
    Ok(Frame { key: SchemaKey::Guid(guid), indexes: Indexes::Apart(indexes), rest: message })
}

/// The frame in front of a payload.
pub(super) fn from_prefix<'m>(message: &'m [u8]) -> Result<Frame<'m, 'static>, FrameError> {
    let (guid, rest) = split(message, "the message")?;
    Ok(Frame { key: SchemaKey::Guid(guid), indexes: Indexes::InPayload, rest })
}

fn split<'b>(bytes: &'b [u8], what: &str) -> Result<(Guid, &'b [u8]), FrameError> {
    match bytes {
        [MAGIC, behind @ ..] => match behind.split_first_chunk() {
            Some((guid, rest)) => Ok((Guid(*guid), rest)),
            None => Err(FrameError::new(
                FrameErrorKind::Truncated,
                format!("{what} has {} bytes, a GUID with its magic byte has 17", bytes.len()),
            )),
        },
        [] => Err(FrameError::new(FrameErrorKind::Truncated, format!("{what} is empty"))),
        [magic, ..] => Err(FrameError::new(
            FrameErrorKind::UnknownMagic,
            format!("{what} starts with {magic:#04x}: a GUID stands behind 0x01"),
        )),
    }
}
