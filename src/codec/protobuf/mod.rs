//! The Protobuf codec: `prost` messages typed, and [`Value`] by the schema's descriptors.
//!
//! ```text
//! typed    T: prost::Message + prost::Name   Protobuf         T's full name must be the message's
//!          T: prost::Message                 ProtobufMessage  the message is named at its making
//! dynamic  Value                             either           straight from the wire, text and bytes lent
//! ```
//!
//! ```
//! use schemawire::codec::{Binding, Codec, Decode, Encode, Protobuf};
//! use schemawire::schema::Schema;
//!
//! #[derive(Clone, PartialEq, prost::Message)]
//! struct Point {
//!     #[prost(int32, tag = "1")]
//!     x: i32,
//! }
//! impl prost::Name for Point {
//!     const PACKAGE: &'static str = "a";
//!     const NAME: &'static str = "Point";
//! }
//!
//! let schema = Schema::protobuf("syntax = \"proto3\"; package a; message Point { int32 x = 1; }")?;
//! let bound = Protobuf.bind(&Binding::new(&schema))?;
//! let mut payload = Vec::new();
//! bound.encode(&Point { x: 3 }, &mut payload)?;
//! assert_eq!(payload, [0x08, 3]);
//! assert_eq!(Decode::<Point>::decode(&bound, &payload)?, Point { x: 3 });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which message
//! A binding may name the message, or give the indexes that came in the frame; without either, a typed value may be any
//! message of the writer's schema and a dynamic one is the first. Indexes are read as
//! [`Messages::at`](crate::schema::protobuf::Messages::at) says: a type takes the way that leads to it, a dynamic value the likeliest. Which
//! messages count is [`Binding::message_count`].
//!
//! # Dynamic values
//! | Protobuf | [`Value`] |
//! |---|---|
//! | message | record of its full name, fields by their declared names in that order, extensions as `[full.name]` |
//! | absent field | its default; left out where the schema can tell absence (`optional`, `oneof`, messages, proto2) |
//! | enum | symbol; the number where it has no name |
//! | `int32` `sint32` `sfixed32`, `int64` … | `Int`, `Long` |
//! | `uint32` `fixed32`, `uint64` `fixed64` | `Unsigned` |
//! | `google.protobuf.Timestamp` | timestamp; written from RFC 3339 text, too |
//! | `map` | map, of two entries with one key the last |
//!
//! Written are all values that fit, and what JSON has for them: names of symbols, base64 for bytes, digits as text, JSON names of
//! fields. Null is absent. Protobuf evolves by field number: with a reader's schema, its message of the same name is read.
//!
//! # Limits
//! Before prost decodes, a payload is held against [`Limits`](crate::limits::Limits): its length; levels of messages
//! (prost itself stops at 100); elements, packed ones included; and the structs they become, about `bytes` in all. They are counted
//! over the schema: a Rust type with fields that the schema lacks takes, at worst, its largest repeated message for every two bytes of payload.
//! The dynamic path holds the same limits exactly. Protobuf has no end mark: what is behind a message is read as more fields of it,
//! and only an impossible one is an error.

mod bound;
mod decode;
mod encode;
mod guard;
mod plan;
mod types;
mod wire;

use bound::Bound;

use super::{Binding, BoundCodec, Codec, Decode, DecodeError, Encode, EncodeError};
use crate::schema::{Format, SchemaError};
use crate::value::Value;

/// The Protobuf codec, for messages that say their name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Protobuf;

/// The Protobuf codec bound to its schemas.
#[derive(Debug)]
pub struct BoundProtobuf(Bound);

/// The Protobuf codec for one message of the schema, and any Rust type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtobufMessage {
    full_name: Box<str>,
}

/// The Protobuf codec bound to its schemas and to one message.
#[derive(Debug)]
pub struct BoundProtobufMessage(Bound);

impl ProtobufMessage {
    /// The codec for the message of that full name, package included.
    #[must_use]
    pub fn named(full_name: &str) -> Self {
        Self { full_name: full_name.into() }
    }
}

impl Codec for Protobuf {
    type Bound = BoundProtobuf;

    fn format(&self) -> Format {
        Format::Protobuf
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundProtobuf, SchemaError> {
        Bound::new(binding, None).map(BoundProtobuf)
    }
}

impl Codec for ProtobufMessage {
    type Bound = BoundProtobufMessage;

    fn format(&self) -> Format {
        Format::Protobuf
    }

    fn variant(&self) -> &str {
        &self.full_name
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundProtobufMessage, SchemaError> {
        Bound::new(binding, Some(&self.full_name)).map(BoundProtobufMessage)
    }
}

impl<T: prost::Message + prost::Name + 'static> Encode<T> for BoundProtobuf {
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.0.path_of::<T>()?;
        bound::encode(value, out);
        Ok(())
    }

    fn message_indexes(&self) -> Result<Option<&[i32]>, EncodeError> {
        self.0.path_of::<T>().map(Some)
    }
}

impl<T: prost::Message + prost::Name + Default + 'static> Decode<'_, T> for BoundProtobuf {
    fn decode(&self, payload: &[u8]) -> Result<T, DecodeError> {
        self.0.decode(self.0.message_of::<T>()?, payload)
    }
}

impl<T: prost::Message> Encode<T> for BoundProtobufMessage {
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        bound::encode(value, out);
        Ok(())
    }

    fn message_indexes(&self) -> Result<Option<&[i32]>, EncodeError> {
        self.0.path().map(Some)
    }
}

impl<T: prost::Message + Default> Decode<'_, T> for BoundProtobufMessage {
    fn decode(&self, payload: &[u8]) -> Result<T, DecodeError> {
        self.0.decode(self.0.message()?, payload)
    }
}

impl BoundCodec for BoundProtobuf {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.0.encode_value(value, out)
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        self.0.decode_value(payload)
    }

    fn value_indexes(&self) -> Option<&[i32]> {
        self.0.path().ok()
    }
}

impl BoundCodec for BoundProtobufMessage {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.0.encode_value(value, out)
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        self.0.decode_value(payload)
    }

    fn value_indexes(&self) -> Option<&[i32]> {
        self.0.path().ok()
    }
}
