//! How keys are written: as raw bytes, or typed through a codec.

use std::fmt::Debug;

use crate::codec::{Codec, Encode};
use crate::record::Headers;
use crate::serdes::{SerdesError, Writer};

/// Writes keys of type `T`.
pub trait WriteKey<T: ?Sized> {
    /// Appends the key's message to `out`. Law: equal keys give equal bytes, or their order is lost.
    ///
    /// # Errors
    /// A key that does not fit its schema.
    fn write_key(&self, key: &T, headers: &mut Headers, out: &mut Vec<u8>) -> Result<(), SerdesError>;
}

/// Keys as plain bytes: text, byte slices.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawKeys;

impl<T: AsRef<[u8]> + ?Sized> WriteKey<T> for RawKeys {
    fn write_key(&self, key: &T, _headers: &mut Headers, out: &mut Vec<u8>) -> Result<(), SerdesError> {
        out.extend_from_slice(key.as_ref());
        Ok(())
    }
}

/// Keys written with a schema of their own.
#[derive(Debug)]
pub struct TypedKeys<C: Codec>(pub(super) Writer<C>);

impl<C: Codec, T: ?Sized> WriteKey<T> for TypedKeys<C>
where
    C::Bound: Encode<T>,
{
    fn write_key(&self, key: &T, headers: &mut Headers, out: &mut Vec<u8>) -> Result<(), SerdesError> {
        self.0.serialize_into(key, headers, out)
    }
}
