//! Messages to values.

use std::sync::Arc;

use super::cache::Bounded;
use super::{Serdes, SerdesError};
use crate::codec::{Binding, BoundCodec, Codec, Decode, Message};
use crate::frame::{Frame, MessageIndexes};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;
use crate::registry::Subject;
use crate::schema::{Format, Schema};
use crate::value::Value;

/// Reads messages of any writer as one reader's schema sees them. Cloning shares it.
///
/// Everything but [`Reader::load`] and [`Reader::read`] is synchronous and asks nobody; a schema is bound once, not once a message.
#[derive(Debug)]
pub struct Reader<C: Codec> {
    serdes: Serdes,
    state: Arc<ReaderState<C>>,
    role: KeyOrValue,
}

impl<C: Codec> Clone for Reader<C> {
    fn clone(&self) -> Self {
        Self { serdes: self.serdes.clone(), state: Arc::clone(&self.state), role: self.role }
    }
}

/// What all readers of one codec and reader's schema share.
#[derive(Debug)]
pub(super) struct ReaderState<C: Codec> {
    codec: C,
    pub(super) schema: Option<Schema>,
    pub(super) hint: Option<Subject>,
    writers: Bounded<SchemaKey, Arc<Writers<C>>>,
}

/// What is bound to one writer's schema: one codec, or for Protobuf one per message.
#[derive(Debug)]
struct Writers<C: Codec> {
    schema: Schema,
    bound: Vec<(MessageIndexes, Arc<C::Bound>)>,
}

impl<C: Codec> ReaderState<C> {
    pub(super) fn new(codec: C, schema: Option<&Schema>, hint: Option<Subject>, capacity: usize) -> Self {
        Self { codec, schema: schema.cloned(), hint, writers: Bounded::new(capacity) }
    }
}

impl<C: Codec> Reader<C> {
    pub(super) fn new(serdes: Serdes, state: Arc<ReaderState<C>>, role: KeyOrValue) -> Self {
        Self { serdes, state, role }
    }

    /// The schema that it reads with; `None` reads each message as it was written.
    #[must_use]
    pub fn schema(&self) -> Option<&Schema> {
        self.state.schema.as_ref()
    }

    /// The value of a message, which may borrow from it.
    ///
    /// # Errors
    /// [`SerdesError::UnknownSchema`] where the writer's schema is not loaded; a frame or payload that does not read.
    pub fn deserialize<'m, T>(&self, message: &'m [u8]) -> Result<T, SerdesError>
    where
        C::Bound: Decode<'m, T>,
    {
        self.with_bound(message, &Headers::new(), |bound, payload| Ok(bound.decode(payload)?))
    }

    /// As [`Reader::deserialize`], for framings that live in headers.
    ///
    /// # Errors
    /// As [`Reader::deserialize`].
    pub fn deserialize_with<'m, T>(&self, message: &'m [u8], headers: &Headers) -> Result<T, SerdesError>
    where
        C::Bound: Decode<'m, T>,
    {
        self.with_bound(message, headers, |bound, payload| Ok(bound.decode(payload)?))
    }

    /// The dynamic value of a message, which borrows from it.
    ///
    /// # Errors
    /// As [`Reader::deserialize`].
    pub fn deserialize_value<'m>(
        &self,
        message: &'m [u8],
        headers: &Headers,
    ) -> Result<Value<'m>, SerdesError> {
        self.with_bound(message, headers, |bound, payload| Ok(bound.decode_value(payload)?))
    }

    /// The schema that has to be loaded before this message reads; `None` where it is there, or where the frame does not read.
    #[must_use]
    pub fn missing(&self, message: &[u8], headers: &Headers) -> Option<SchemaKey> {
        let key = self.serdes.framing().read(message, self.role, headers).ok()?.key;
        let is_bound = self.state.writers.read().find(&key).is_some();
        let is_known = is_bound || self.serdes.cached(key, self.state.hint.as_ref()).is_some();
        (!is_known).then_some(key)
    }

    /// Loads the schema of that key, which [`SerdesError::UnknownSchema`] named.
    ///
    /// # Errors
    /// A registry that does not know it, or does not answer.
    pub async fn load(&self, key: SchemaKey) -> Result<Schema, SerdesError> {
        self.serdes.load_for(key, self.state.hint.as_ref()).await
    }

    /// As [`Reader::deserialize`], and loads the writer's schema where that is needed.
    ///
    /// # Errors
    /// As [`Reader::deserialize`] and [`Reader::load`].
    pub async fn read<'m, T>(&self, message: &'m [u8]) -> Result<T, SerdesError>
    where
        C::Bound: Decode<'m, T>,
    {
        match self.deserialize(message) {
            Err(SerdesError::UnknownSchema(key)) => {
                self.load(key).await?;
                self.deserialize(message)
            }
            other => other,
        }
    }

    /// Takes the frame off and hands the payload to the codec that is bound to its writer.
    fn with_bound<'m, R>(
        &self,
        message: &'m [u8],
        headers: &Headers,
        decode: impl FnOnce(&C::Bound, &'m [u8]) -> Result<R, SerdesError>,
    ) -> Result<R, SerdesError> {
        let frame = self.serdes.framing().read(message, self.role, headers)?;
        let now = self.state.writers.read();
        let Some(writers) = now.find(&frame.key) else {
            return self.bind_and(&frame, decode);
        };
        if self.state.codec.format() != Format::Protobuf {
            if let [(_, bound), ..] = &*writers.bound {
                return decode(bound, frame.rest);
            }
            return self.bind_and(&frame, decode);
        }
        let (indexes, payload) = frame.protobuf()?;
        match writers.bound.iter().find(|(it, _)| *it == indexes) {
            Some((_, bound)) => decode(bound, payload),
            None => self.bind_and(&frame, decode),
        }
    }

    /// The slow path, once a schema (and message): binds the codec, then decodes.
    #[cold]
    fn bind_and<'m, R>(
        &self,
        frame: &Frame<'m, '_>,
        decode: impl FnOnce(&C::Bound, &'m [u8]) -> Result<R, SerdesError>,
    ) -> Result<R, SerdesError> {
        let state = &*self.state;
        let key = frame.key;
        let known = state.writers.read().find(&key).map(|it| it.schema.clone());
        let schema = match known {
            Some(schema) => schema,
            None => self.serdes.cached(key, state.hint.as_ref()).ok_or(SerdesError::UnknownSchema(key))?,
        };
        let expected = state.codec.format();
        if schema.format() != expected {
            return Err(SerdesError::WrongFormat { key, found: schema.format(), expected });
        }
        let (indexes, payload) = match expected {
            Format::Protobuf => frame.protobuf()?,
            _ => (MessageIndexes::new(&[]), frame.rest),
        };
        let mut binding = Binding::new(&schema).with_limits(self.serdes.limits());
        if let Some(reader) = &state.schema {
            binding = binding.with_reader(reader);
        }
        if expected == Format::Protobuf {
            binding = binding.with_message(Message::Indexes(indexes.path()));
        }
        let bound = Arc::new(state.codec.bind(&binding)?);
        let new = (indexes, Arc::clone(&bound));
        state.writers.update(key, |old| {
            let mut list = old.map(|it| it.bound.clone()).unwrap_or_default();
            list.push(new);
            Arc::new(Writers { schema: schema.clone(), bound: list })
        });
        decode(&bound, payload)
    }
}
