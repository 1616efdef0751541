//! The Avro codec.

use super::{Binding, BoundCodec, Codec, DecodeError, EncodeError};
use crate::schema::{Format, SchemaError};
use crate::value::Value;

/// The Avro codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Avro;

/// The Avro codec bound to its schemas.
#[derive(Debug)]
pub struct BoundAvro {}

impl Codec for Avro {
    type Bound = BoundAvro;

    fn format(&self) -> Format {
        Format::Avro
    }

    fn bind(&self, _binding: &Binding<'_>) -> Result<BoundAvro, SchemaError> {
        Err(SchemaError::unsupported(Format::Avro))
    }
}

impl BoundCodec for BoundAvro {
    fn encode_value(&self, _value: &Value<'_>, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode_value<'de>(&self, _payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        Err(DecodeError::new(super::DecodeErrorKind::Malformed, "unwritten"))
    }
}
