//! The Json codec.

use super::{Binding, BoundCodec, Codec, DecodeError, EncodeError};
use crate::schema::{Format, SchemaError};
use crate::value::Value;

/// The Json codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

/// The Json codec bound to its schemas.
#[derive(Debug)]
pub struct BoundJson {}

impl Codec for Json {
    type Bound = BoundJson;

    fn format(&self) -> Format {
        Format::Json
    }

    fn bind(&self, _binding: &Binding<'_>) -> Result<BoundJson, SchemaError> {
        Err(SchemaError::unsupported(Format::Json))
    }
}

impl BoundCodec for BoundJson {
    fn encode_value(&self, _value: &Value<'_>, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode_value<'de>(&self, _payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        Err(DecodeError::new(super::DecodeErrorKind::Malformed, "unwritten"))
    }
}
