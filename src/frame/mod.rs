//! Framings: how the key of the writer's schema travels with a payload.
//!
//! ```text
//! message = frame + payload
//! ```
//!
//! | framing | in front of the payload | in a record header |
//! |---|---|---|
//! | [`ConfluentV0`] | `00`, id (4 bytes, big-endian), in Protobuf the message indexes | |
//! | [`ConfluentV1`] | | `__key_schema_id` or `__value_schema_id`: `01`, GUID (16 bytes), in Protobuf the message indexes |
//! | [`Confluent`] | reads either, and `01` with a GUID | the header goes first |
//! | [`SingleObject`] (Avro) | `c3 01`, CRC-64-AVRO fingerprint (8 bytes, little-endian) | |
//! | [`Bare`] | nothing: the key is configured | |
//!
//! Some framings live in record headers, so headers pass through both ways. Those who write a framing of their own implement
//! [`Framing`].

mod bare;
mod confluent;
mod either;
mod error;
mod guid;
mod indexes;
mod single_object;

pub use bare::Bare;
pub use confluent::ConfluentV0;
pub use either::Confluent;
pub use error::{FrameError, FrameErrorKind};
pub use guid::ConfluentV1;
pub use indexes::MessageIndexes;
pub use single_object::SingleObject;

use std::fmt::Debug;

use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;

/// One way of framing. Law: `read(write(key, indexes) + payload)` gives key, indexes and payload back.
pub trait Framing: Debug + Send + Sync + 'static {
    /// Which of a schema's keys it carries.
    fn key_kind(&self) -> KeyKind;

    /// Appends the frame to `out` or puts it into the headers; the payload is appended behind it by the caller.
    /// `indexes` is given for Protobuf alone.
    ///
    /// # Errors
    /// A key that this framing cannot carry.
    fn write(
        &self,
        key: &SchemaKey,
        indexes: Option<&[i32]>,
        role: KeyOrValue,
        headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError>;

    /// Takes the frame off a message and lends the rest.
    ///
    /// # Errors
    /// A message that is not framed in this way.
    fn read<'m, 'h>(
        &'h self,
        message: &'m [u8],
        role: KeyOrValue,
        headers: &'h Headers,
    ) -> Result<Frame<'m, 'h>, FrameError>;
}

/// The keys that a schema goes by, one of which a framing carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// [`SchemaKey::Id`].
    Id,
    /// [`SchemaKey::Guid`].
    Guid,
    /// [`SchemaKey::Fingerprint`], of Avro alone.
    Fingerprint,
}

/// A message with its frame taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'m, 'h> {
    /// Which schema wrote the payload.
    pub key: SchemaKey,
    /// Where the message indexes stand, if the schema turns out to be Protobuf.
    pub indexes: Indexes<'h>,
    /// All that follows the key: the payload, in front of it the message indexes where [`Indexes::InPayload`] says so.
    pub rest: &'m [u8],
}

/// Where a Protobuf message's indexes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexes<'h> {
    /// In front of the payload.
    InPayload,
    /// Outside of it (in a header): these bytes.
    Apart(&'h [u8]),
}

impl<'m> Frame<'m, '_> {
    /// Splits a Protobuf frame into message indexes and payload. For other formats the payload is [`Frame::rest`].
    ///
    /// # Errors
    /// Indexes that are cut, negative, or more than the limit of [`MessageIndexes::LIMIT`].
    pub fn protobuf(&self) -> Result<(MessageIndexes, &'m [u8]), FrameError> {
        match self.indexes {
            Indexes::InPayload => MessageIndexes::read(self.rest),
            Indexes::Apart(bytes) => match MessageIndexes::read(bytes)? {
                (indexes, []) => Ok((indexes, self.rest)),
                (_, behind) => Err(FrameError::new(
                    FrameErrorKind::BadIndexes,
                    format!("{} bytes follow the message indexes", behind.len()),
                )),
            },
        }
    }
}
