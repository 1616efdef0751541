//! The Bincode codec.

use super::{Binding, BoundCodec, Codec, DecodeError, EncodeError};
use crate::schema::{Format, SchemaError};
use crate::value::Value;

/// The Bincode codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bincode;

/// The Bincode codec bound to its schemas.
#[derive(Debug)]
pub struct BoundBincode {}

impl Codec for Bincode {
    type Bound = BoundBincode;

    fn format(&self) -> Format {
        Format::Bincode
    }

    fn bind(&self, _binding: &Binding<'_>) -> Result<BoundBincode, SchemaError> {
        Err(SchemaError::unsupported(Format::Bincode))
    }
}

impl BoundCodec for BoundBincode {
    fn encode_value(&self, _value: &Value<'_>, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode_value<'de>(&self, _payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        Err(DecodeError::new(super::DecodeErrorKind::Malformed, "unwritten"))
    }
}
