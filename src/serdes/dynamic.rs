//! Messages of any format, read by what the registry says of them.

use std::sync::Arc;

use super::lookup::Dynamic;
use super::{Serdes, SerdesError};
use crate::codec::{BoundCodec, Message};
use crate::frame::{Frame, MessageIndexes};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;
use crate::schema::{Format, Schema};
use crate::value::Value;

/// A message read without knowing its type: the value, and what wrote it.
#[derive(Debug, Clone)]
pub struct Decoded<'m> {
    /// The key in its frame.
    pub key: SchemaKey,
    /// The schema that wrote it.
    pub schema: Schema,
    /// The value, which borrows from the message.
    pub value: Value<'m>,
}

impl Serdes {
    /// The value of a message of any format, as it was written; the codec is found by the schema's format.
    ///
    /// # Errors
    /// [`SerdesError::UnknownSchema`] where the schema is not loaded; a format without a codec; a payload that does not read.
    pub fn decode<'m>(
        &self,
        message: &'m [u8],
        role: KeyOrValue,
        headers: &Headers,
    ) -> Result<Decoded<'m>, SerdesError> {
        let frame = self.framing().read(message, role, headers)?;
        let content = self.cached(frame.key, None).ok_or(SerdesError::UnknownSchema(frame.key))?;
        self.check_read(frame.key, None, &content)?;
        let (bound, payload) = self.bound(&content.schema, &frame)?;
        let value = bound.decode_value(payload)?;
        Ok(Decoded { key: frame.key, schema: content.schema.clone(), value })
    }

    /// As [`Serdes::decode`], and loads the schema where that is needed.
    ///
    /// # Errors
    /// As [`Serdes::decode`] and [`Serdes::load`].
    pub async fn read<'m>(
        &self,
        message: &'m [u8],
        role: KeyOrValue,
        headers: &Headers,
    ) -> Result<Decoded<'m>, SerdesError> {
        match self.decode(message, role, headers) {
            Err(SerdesError::UnknownSchema(key)) => {
                self.load(key).await?;
                self.decode(message, role, headers)
            }
            other => other,
        }
    }

    fn bound<'m>(
        &self,
        schema: &Schema,
        frame: &Frame<'m, '_>,
    ) -> Result<(Arc<dyn BoundCodec>, &'m [u8]), SerdesError> {
        let is_protobuf = schema.format() == Format::Protobuf;
        let (indexes, payload) =
            if is_protobuf { frame.protobuf()? } else { (MessageIndexes::new(&[]), frame.rest) };
        let lookup = Dynamic { schema, indexes: &indexes };
        if let Some(bound) = self.0.dynamic.read().find(&lookup) {
            return Ok((Arc::clone(bound), payload));
        }
        let mut binding = self.binding(schema);
        if is_protobuf {
            binding = binding.with_message(Message::Indexes(indexes.path()));
        }
        let bound = self.codecs().codec(schema.format())?.bind_dyn(&binding)?;
        self.0.dynamic.update(&lookup, |_| Arc::clone(&bound));
        Ok((bound, payload))
    }
}
