//! The framing in use, called without a detour where it is Confluent's.

use std::any::Any;
use std::sync::Arc;

use crate::frame::{Confluent, Frame, FrameError, Framing, KeyKind};
use crate::ids::{KeyOrValue, SchemaId, SchemaKey};
use crate::record::Headers;

/// Any framing. It is asked once a message, so the one that nearly all use is known to the compiler.
#[derive(Debug, Clone)]
pub(super) enum Framings {
    Confluent(Confluent),
    Other(Arc<dyn Framing>),
}

impl Framings {
    pub(super) fn of(framing: impl Framing) -> Self {
        match (&framing as &dyn Any).downcast_ref() {
            Some(confluent) => Self::Confluent(*confluent),
            None => Self::Other(Arc::new(framing)),
        }
    }

    pub(super) fn key_kind(&self) -> KeyKind {
        match self {
            Self::Confluent(framing) => framing.key_kind(),
            Self::Other(framing) => framing.key_kind(),
        }
    }

    #[inline]
    pub(super) fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        role: KeyOrValue,
        headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        match self {
            Self::Confluent(framing) => framing.write(key, indexes, role, headers, out),
            Self::Other(framing) => framing.write(key, indexes, role, headers, out),
        }
    }

    /// The id and what follows it, of a message whose frame is certainly that; what [`Framings::read`] gives for it, in registers.
    #[inline]
    pub(super) fn plain_id<'m>(&self, message: &'m [u8], headers: &Headers) -> Option<(SchemaId, &'m [u8])> {
        match (self, message) {
            (Self::Confluent(_), [0, a, b, c, d, rest @ ..]) if headers.is_empty() => {
                Some((SchemaId(u32::from_be_bytes([*a, *b, *c, *d])), rest))
            }
            _ => None,
        }
    }

    pub(super) fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        role: KeyOrValue,
        headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError> {
        match self {
            Self::Confluent(framing) => framing.read(message, role, headers),
            Self::Other(framing) => framing.read(message, role, headers),
        }
    }
}
