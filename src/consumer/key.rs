//! How keys are read: as raw bytes, or typed through a codec.

use std::fmt::Debug;

use crate::codec::{Codec, Decode};
use crate::ids::SchemaKey;
use crate::record::Headers;
use crate::serdes::{Reader, SerdesError};

/// Reads keys of type `T`, which may borrow from the record.
pub trait ReadKey<'m, T> {
    /// The key of a key's message.
    ///
    /// # Errors
    /// Bytes that are no such key.
    fn read_key(&self, message: &'m [u8], headers: &Headers) -> Result<T, SerdesError>;
}

/// Loads what keys need before they are read.
pub trait LoadKeys: Debug + Send + Sync {
    /// The schema that has to be loaded before this key reads.
    fn missing(&self, message: &[u8], headers: &Headers) -> Option<SchemaKey>;

    /// Loads it.
    fn load(&self, key: SchemaKey) -> impl Future<Output = Result<(), SerdesError>> + Send;
}

/// Keys as plain bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawKeys;

impl<'m> ReadKey<'m, &'m [u8]> for RawKeys {
    fn read_key(&self, message: &'m [u8], _headers: &Headers) -> Result<&'m [u8], SerdesError> {
        Ok(message)
    }
}

impl LoadKeys for RawKeys {
    fn missing(&self, _message: &[u8], _headers: &Headers) -> Option<SchemaKey> {
        None
    }

    async fn load(&self, _key: SchemaKey) -> Result<(), SerdesError> {
        Ok(())
    }
}

/// Keys read with a schema of their own.
#[derive(Debug)]
pub struct TypedKeys<C: Codec>(pub(super) Reader<C>);

impl<'m, C: Codec, T> ReadKey<'m, T> for TypedKeys<C>
where
    C::Bound: Decode<'m, T>,
{
    fn read_key(&self, message: &'m [u8], headers: &Headers) -> Result<T, SerdesError> {
        self.0.deserialize_with(message, headers)
    }
}

impl<C: Codec> LoadKeys for TypedKeys<C> {
    fn missing(&self, message: &[u8], headers: &Headers) -> Option<SchemaKey> {
        self.0.missing(message, headers)
    }

    async fn load(&self, key: SchemaKey) -> Result<(), SerdesError> {
        self.0.load(key).await.map(drop)
    }
}
