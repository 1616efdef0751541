//! The Protobuf codec.

use super::{Binding, BoundCodec, Codec, DecodeError, EncodeError};
use crate::schema::{Format, SchemaError};
use crate::value::Value;

/// The Protobuf codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Protobuf;

/// The Protobuf codec bound to its schemas.
#[derive(Debug)]
pub struct BoundProtobuf {}

impl Codec for Protobuf {
    type Bound = BoundProtobuf;

    fn format(&self) -> Format {
        Format::Protobuf
    }

    fn bind(&self, _binding: &Binding<'_>) -> Result<BoundProtobuf, SchemaError> {
        Err(SchemaError::unsupported(Format::Protobuf))
    }
}

impl BoundCodec for BoundProtobuf {
    fn encode_value(&self, _value: &Value<'_>, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode_value<'de>(&self, _payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        Err(DecodeError::new(super::DecodeErrorKind::Malformed, "unwritten"))
    }
}
