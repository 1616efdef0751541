//! No frame at all: payloads that one schema wrote, which the configuration names.
//! Source: Confluent Schema Registry, `ConfigSchemaIdDeserializer` (`use.schema.id`, `use.schema.guid`, `use.message.indexes`).

use super::{Frame, FrameError, FrameErrorKind, Framing, Indexes, KeyKind, MessageIndexes};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;

/// The payload and nothing else; the key of its schema is configured.
///
/// Writing checks that the schema is the configured one: bytes of another could never be told apart.
///
/// ```
/// use schemawire::frame::{Bare, Framing};
/// use schemawire::ids::{KeyOrValue, SchemaId, SchemaKey};
/// use schemawire::record::Headers;
///
/// let key = SchemaKey::Id(SchemaId(7));
/// let framing = Bare::new(key);
/// let headers = Headers::new();
/// let frame = framing.read(b"payload", KeyOrValue::Value, &headers)?;
/// assert_eq!((frame.key, frame.rest), (key, &b"payload"[..]));
/// # Ok::<(), schemawire::frame::FrameError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Bare {
    key: SchemaKey,
    path: Vec<i32>,
    indexes: Vec<u8>,
}

impl Bare {
    /// Payloads that the schema of that key wrote; in Protobuf, its first message.
    #[must_use]
    pub fn new(key: SchemaKey) -> Self {
        Self { key, path: Vec::new(), indexes: Vec::new() }.with_indexes(&[0])
    }

    /// In Protobuf: the message's path of declarations, outermost first (default: `[0]`).
    #[must_use]
    pub fn with_indexes(mut self, path: &[i32]) -> Self {
        self.path = path.to_vec();
        self.indexes.clear();
        MessageIndexes::write(path, &mut self.indexes);
        self
    }
}

impl Framing for Bare {
    fn key_kind(&self) -> KeyKind {
        match self.key {
            SchemaKey::Id(_) => KeyKind::Id,
            SchemaKey::Guid(_) => KeyKind::Guid,
            SchemaKey::Fingerprint(_) => KeyKind::Fingerprint,
        }
    }

    fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        _role: KeyOrValue,
        _headers: &mut Headers,
        _out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        if *key != self.key {
            let message = format!("bare payloads are configured for {}, the schema has {key}", self.key);
            return Err(FrameError::new(FrameErrorKind::UnsupportedKey, message));
        }
        match indexes {
            Some(path) if path != self.path => {
                let message = format!(
                    "bare payloads are configured for the message at {:?}, this one is at {path:?}",
                    self.path
                );
                Err(FrameError::new(FrameErrorKind::UnsupportedKey, message))
            }
            _ => Ok(()),
        }
    }

    fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        _role: KeyOrValue,
        _headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError> {
        Ok(Frame { key: self.key, indexes: Indexes::Apart(&self.indexes), rest: message })
    }
}
