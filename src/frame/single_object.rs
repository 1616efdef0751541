//! Avro's single-object encoding: two bytes that mark it, and the fingerprint of the schema's Parsing Canonical Form.
//! Source: [Avro 1.12, *Single-object encoding*](https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding).

use super::{Frame, FrameError, FrameErrorKind, Framing, Indexes, KeyKind};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;

/// `C3 01 | CRC-64-AVRO fingerprint, 8 bytes, little-endian | payload`: needs no registry, only schemas that are known.
///
/// ```
/// use schemawire::frame::{Framing, SingleObject};
/// use schemawire::ids::{KeyOrValue, SchemaKey};
/// use schemawire::record::Headers;
///
/// let mut message = Vec::new();
/// let key = SchemaKey::Fingerprint(0x0807_0605_0403_0201);
/// SingleObject.write(&key, None, KeyOrValue::Value, &mut Headers::new(), &mut message)?;
/// assert_eq!(message, [0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
/// # Ok::<(), schemawire::frame::FrameError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SingleObject;

const MARKER: [u8; 2] = [0xc3, 0x01];

impl Framing for SingleObject {
    fn key_kind(&self) -> KeyKind {
        KeyKind::Fingerprint
    }

    fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        _role: KeyOrValue,
        _headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        let SchemaKey::Fingerprint(fingerprint) = key else {
            let message = format!("the single-object encoding carries fingerprints, not a key like {key}");
            return Err(FrameError::new(FrameErrorKind::UnsupportedKey, message));
        };
        if indexes.is_some() {
            let message = "the single-object encoding is of Avro alone, and this is a Protobuf message";
            return Err(FrameError::new(FrameErrorKind::UnsupportedKey, message));
        }
        out.extend_from_slice(&MARKER);
        out.extend_from_slice(&fingerprint.to_le_bytes());
        Ok(())
    }

    fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        _role: KeyOrValue,
        _headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError> {
        let behind = message.strip_prefix(&MARKER);
        if let Some((fingerprint, rest)) = behind.and_then(<[u8]>::split_first_chunk) {
            let key = SchemaKey::Fingerprint(u64::from_le_bytes(*fingerprint));
            return Ok(Frame { key, indexes: Indexes::InPayload, rest });
        }
        Err(match (behind, message) {
            (Some(_), _) | (None, [] | [0xc3]) => FrameError::new(
                FrameErrorKind::Truncated,
                format!("the message has {} bytes, a single-object frame alone has 10", message.len()),
            ),
            (None, [magic @ 0xc3, second, ..]) => FrameError::new(
                FrameErrorKind::UnknownMagic,
                format!(
                    "the message starts with {magic:#04x} {second:#04x}: a single object starts with 0xc3 0x01"
                ),
            ),
            (None, [magic, ..]) => FrameError::new(
                FrameErrorKind::UnknownMagic,
                format!("unknown magic byte {magic:#04x}: a single object starts with 0xc3 0x01"),
            ),
        })
    }
}
