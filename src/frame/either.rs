//! Both of Confluent's framings at once: what its own deserializers read by default.
//! Source: Confluent Schema Registry, `DualSchemaIdDeserializer`.

use super::{ConfluentV0, ConfluentV1, Frame, FrameError, Framing, KeyKind, guid};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;

/// Reads a GUID in the header, else an id or a GUID in front of the payload; writes one of the framings.
///
/// So a topic can change from one to the other: readers first, writers after them.
///
/// ```
/// use schemawire::frame::{Confluent, Framing};
/// use schemawire::ids::{Guid, KeyOrValue, SchemaKey};
/// use schemawire::record::Headers;
///
/// let message = [&[1][..], &[7; 16], b"payload"].concat();
/// let headers = Headers::new();
/// let frame = Confluent::V0.read(&message, KeyOrValue::Value, &headers)?;
/// assert_eq!((frame.key, frame.rest), (SchemaKey::Guid(Guid([7; 16])), &b"payload"[..]));
/// # Ok::<(), schemawire::frame::FrameError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Confluent {
    /// Writes [`ConfluentV0`]: the id, in front of the payload.
    #[default]
    V0,
    /// Writes [`ConfluentV1`]: the GUID, in a header.
    V1,
}

impl Framing for Confluent {
    fn key_kind(&self) -> KeyKind {
        match self {
            Self::V0 => KeyKind::Id,
            Self::V1 => KeyKind::Guid,
        }
    }

    fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        role: KeyOrValue,
        headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        match self {
            Self::V0 => ConfluentV0.write(key, indexes, role, headers, out),
            Self::V1 => ConfluentV1.write(key, indexes, role, headers, out),
        }
    }

    #[inline]
    fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        role: KeyOrValue,
        headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError> {
        // A header without a value counts as none, as in Confluent's reader.
        if !headers.is_empty()
            && let Some(Some(value)) = headers.last(ConfluentV1::header(role))
        {
            return guid::from_header(value, message);
        }
        match message {
            [guid::MAGIC, ..] => guid::from_prefix(message),
            _ => ConfluentV0.read(message, role, headers),
        }
    }
}
