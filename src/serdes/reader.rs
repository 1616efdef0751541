//! Messages to values.

use std::sync::Arc;

use super::lookup::{Bound, BoundKey};
use super::migration::Migrations;
use super::once::Once;
use super::{Serdes, SerdesError};
use crate::codec::{BoundCodec, Codec, Decode, Message};
use crate::frame::{Frame, FrameError, MessageIndexes};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;
use crate::registry::cache::table::{Bounded, Lookup};
use crate::registry::{Content, Subject};
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
    /// What stands between writers and the reader's schema, under that subject.
    migrations: Migrations,
    /// The first writers that were met.
    first: Once<Arc<Writer<C>>>,
    /// The others, of which the oldest leave.
    later: Bounded<BoundKey, Arc<Writer<C>>>,
}

/// What is bound to one writer's schema; for Protobuf to one of its messages.
#[derive(Debug)]
struct Writer<C: Codec> {
    key: SchemaKey,
    indexes: MessageIndexes,
    bound: C::Bound,
}

static NO_HEADERS: Headers = Headers::new();

/// How many writers have a place that they keep; nearly all topics have fewer.
const FIRST: usize = 128;

impl<C: Codec> ReaderState<C> {
    pub(super) fn new(codec: C, schema: Option<&Schema>, hint: Option<Subject>, capacity: usize) -> Self {
        let first = FIRST.min(capacity / 2);
        let later = Bounded::new(capacity - first);
        Self {
            codec,
            schema: schema.cloned(),
            hint,
            migrations: Migrations::new(capacity),
            first: Once::new(first),
            later,
        }
    }

    /// Takes the message indexes off, where the format has some.
    #[inline]
    fn split<'m>(&self, frame: &Frame<'m, '_>) -> Result<(MessageIndexes, &'m [u8]), FrameError> {
        match self.codec.format() {
            Format::Protobuf => frame.protobuf(),
            _ => Ok((MessageIndexes::NONE, frame.rest)),
        }
    }

    /// One of the first writers and the payload, by what follows the key; for Protobuf the first message of a schema alone.
    #[inline]
    fn known<'m>(&self, key: SchemaKey, rest: &'m [u8]) -> Option<(&Writer<C>, &'m [u8])> {
        let (indexes, payload) = match (self.codec.format(), rest) {
            (Format::Protobuf, [0, payload @ ..]) => (&MessageIndexes::FIRST, payload),
            (Format::Protobuf, _) => return None,
            _ => (&MessageIndexes::NONE, rest),
        };
        Some((self.among_first(&Bound { key, indexes })?, payload))
    }

    #[inline]
    fn among_first(&self, lookup: &Bound<'_>) -> Option<&Writer<C>> {
        let found =
            self.first.find(lookup.hash(), |it| it.key == lookup.key && it.indexes == *lookup.indexes);
        found.map(|writer| &**writer)
    }

    /// Whether it is known what stands between a writer and this reader, or nothing can.
    fn knows_way(&self, key: SchemaKey, content: &Content) -> bool {
        match (&self.schema, &self.hint) {
            (Some(schema), Some(_)) => self.migrations.knows(key, content, schema),
            _ => true,
        }
    }

    fn is_bound(&self, lookup: &Bound<'_>) -> bool {
        self.among_first(lookup).is_some() || self.later.read().find(lookup).is_some()
    }

    fn keep(&self, writer: Writer<C>) -> Arc<Writer<C>> {
        let writer = Arc::new(writer);
        let lookup = Bound { key: writer.key, indexes: &writer.indexes };
        if !self.first.add(lookup.hash(), &writer, |it| it.key == lookup.key && it.indexes == *lookup.indexes)
        {
            self.later.update(&lookup, |_| Arc::clone(&writer));
        }
        writer
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
    #[inline]
    pub fn deserialize<'m, T>(&self, message: &'m [u8]) -> Result<T, SerdesError>
    where
        C::Bound: Decode<'m, T>,
    {
        self.with_bound(message, &NO_HEADERS, |bound, payload| Ok(bound.decode(payload)?))
    }

    /// As [`Reader::deserialize`], for framings that live in headers.
    ///
    /// # Errors
    /// As [`Reader::deserialize`].
    #[inline]
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
        let frame = self.serdes.framing().read(message, self.role, headers).ok()?;
        let (key, state) = (frame.key, &*self.state);
        let indexes = state.split(&frame).ok().map(|(indexes, _)| indexes);
        let is_bound = indexes.is_some_and(|indexes| state.is_bound(&Bound { key, indexes: &indexes }));
        let is_loaded = || {
            let content = self.serdes.cached(key, state.hint.as_ref());
            content.is_some_and(|content| state.knows_way(key, &content))
        };
        let is_known = is_bound || is_loaded();
        (!is_known).then_some(key)
    }

    /// Loads the schema of that key, which [`SerdesError::UnknownSchema`] named.
    ///
    /// # Errors
    /// A registry that does not know it, or does not answer.
    pub async fn load(&self, key: SchemaKey) -> Result<Schema, SerdesError> {
        let (serdes, state) = (&self.serdes, &*self.state);
        let content = serdes.load_content(key, state.hint.as_ref()).await?;
        if let (Some(schema), Some(subject)) = (&state.schema, &state.hint) {
            state.migrations.learn(serdes, subject, key, &content, schema).await?;
        }
        Ok(content.schema.clone())
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
    #[inline]
    fn with_bound<'m, R>(
        &self,
        message: &'m [u8],
        headers: &Headers,
        decode: impl FnOnce(&C::Bound, &'m [u8]) -> Result<R, SerdesError>,
    ) -> Result<R, SerdesError> {
        if let Some((id, rest)) = self.serdes.framing().plain_id(message, headers)
            && let Some((writer, payload)) = self.state.known(SchemaKey::Id(id), rest)
        {
            return decode(&writer.bound, payload);
        }
        self.decode_framed(message, headers, decode)
    }

    /// As [`Reader::with_bound`], for any frame, and for writers that are not among the first or not bound yet.
    #[inline(never)]
    fn decode_framed<'m, R>(
        &self,
        message: &'m [u8],
        headers: &Headers,
        decode: impl FnOnce(&C::Bound, &'m [u8]) -> Result<R, SerdesError>,
    ) -> Result<R, SerdesError> {
        let (frame, state) = (self.serdes.framing().read(message, self.role, headers)?, &*self.state);
        let split = state.split(&frame);
        if let Ok((indexes, payload)) = &split {
            let lookup = Bound { key: frame.key, indexes };
            if let Some(writer) = state.among_first(&lookup) {
                return decode(&writer.bound, payload);
            }
            if let Some(writer) = state.later.read().find(&lookup) {
                return decode(&writer.bound, payload);
            }
        }
        let (writer, payload) = self.bind(frame.key, split)?;
        decode(&writer.bound, payload)
    }

    /// Binds the codec to a writer's schema, once a schema (and message).
    fn bind<'m>(
        &self,
        key: SchemaKey,
        split: Result<(MessageIndexes, &'m [u8]), FrameError>,
    ) -> Result<(Arc<Writer<C>>, &'m [u8]), SerdesError> {
        let state = &*self.state;
        let content = self.serdes.cached(key, state.hint.as_ref());
        let content = content.filter(|content| state.knows_way(key, content));
        let content = content.ok_or(SerdesError::UnknownSchema(key))?;
        let schema = &content.schema;
        let expected = state.codec.format();
        if schema.format() != expected {
            return Err(SerdesError::WrongFormat { key, found: schema.format(), expected });
        }
        // Only now is it sure that there are indexes to be read.
        let (indexes, payload) = split?;
        self.serdes.check_read(key, state.hint.as_ref(), &content)?;
        let mut binding = self.serdes.binding(schema);
        if let Some(reader) = &state.schema {
            state.migrations.check(&self.serdes, state.hint.as_ref(), key, &content, reader)?;
            binding = binding.with_reader(reader);
        }
        if expected == Format::Protobuf {
            binding = binding.with_message(Message::Indexes(indexes.path()));
        }
        let bound = state.codec.bind(&binding)?;
        Ok((state.keep(Writer { key, indexes, bound }), payload))
    }
}
