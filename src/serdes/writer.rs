//! Values to messages.

use std::sync::{Arc, OnceLock};

use super::resolve::Resolved;
use super::{Serdes, SerdesError};
use crate::codec::{BoundCodec, Codec, Encode};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;
use crate::registry::Subject;
use crate::schema::Schema;
use crate::value::Value;

/// Writes values of one schema under one subject. Cloning shares it.
///
/// Everything but [`Writer::prepare`] is synchronous and asks nobody.
#[derive(Debug)]
pub struct Writer<C: Codec> {
    serdes: Serdes,
    state: Arc<WriterState<C>>,
    role: KeyOrValue,
}

impl<C: Codec> Clone for Writer<C> {
    fn clone(&self) -> Self {
        Self { serdes: self.serdes.clone(), state: Arc::clone(&self.state), role: self.role }
    }
}

/// What all writers of one codec, subject and schema share.
#[derive(Debug)]
pub(super) struct WriterState<C: Codec> {
    codec: C,
    pub(super) subject: String,
    pub(super) schema: Schema,
    prepared: OnceLock<Prepared<C>>,
}

#[derive(Debug)]
struct Prepared<C: Codec> {
    key: SchemaKey,
    bound: C::Bound,
    schema: Schema,
}

impl<C: Codec> WriterState<C> {
    pub(super) fn new(codec: C, subject: &str, schema: &Schema) -> Self {
        Self { codec, subject: subject.into(), schema: schema.clone(), prepared: OnceLock::new() }
    }
}

impl<C: Codec> Writer<C> {
    pub(super) fn new(serdes: Serdes, state: Arc<WriterState<C>>, role: KeyOrValue) -> Self {
        Self { serdes, state, role }
    }

    /// The subject that it writes under.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.state.subject
    }

    /// The schema that it writes with: the one it was made with, until it is prepared and writes with one of the registry's.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        self.state.prepared.get().map_or(&self.state.schema, |prepared| &prepared.schema)
    }

    /// Registers (or looks up) the schema and binds the codec; once, later calls return at once.
    ///
    /// # Errors
    /// The registry's refusal; a schema that the codec cannot write.
    pub async fn prepare(&self) -> Result<SchemaKey, SerdesError> {
        if let Some(prepared) = self.state.prepared.get() {
            return Ok(prepared.key);
        }
        let resolved = self.serdes.resolve(&self.state.subject, &self.state.schema).await?;
        Ok(self.bind(resolved)?.key)
    }

    /// Binds the codec without asking, if the serdes already know the key.
    fn prepared(&self) -> Result<&Prepared<C>, SerdesError> {
        if let Some(prepared) = self.state.prepared.get() {
            return Ok(prepared);
        }
        match self.serdes.resolved(&self.state.subject, &self.state.schema) {
            Some(resolved) => self.bind(resolved?),
            None => Err(SerdesError::NotPrepared { subject: self.state.subject.clone() }),
        }
    }

    /// The codec is bound to the schema that the key stands for, whichever schema the caller has.
    fn bind(&self, resolved: Resolved) -> Result<&Prepared<C>, SerdesError> {
        let state = &*self.state;
        let Resolved { key, schema } = resolved;
        let binding = self.serdes.binding(&schema);
        let bound = state.codec.bind(&binding)?;
        Ok(state.prepared.get_or_init(|| Prepared { key, bound, schema }))
    }

    /// The message of a value.
    ///
    /// # Errors
    /// [`SerdesError::NotPrepared`] before [`Writer::prepare`]; a value that does not fit the schema.
    pub fn serialize<T: ?Sized>(&self, value: &T) -> Result<Vec<u8>, SerdesError>
    where
        C::Bound: Encode<T>,
    {
        let mut message = Vec::with_capacity(128);
        self.serialize_into(value, &mut Headers::new(), &mut message)?;
        Ok(message)
    }

    /// Appends the message of a value to `out`; framings that live in headers add theirs. After an error `out` is as long as before.
    ///
    /// # Errors
    /// As [`Writer::serialize`].
    pub fn serialize_into<T: ?Sized>(
        &self,
        value: &T,
        headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), SerdesError>
    where
        C::Bound: Encode<T>,
    {
        let prepared = self.prepared()?;
        let start = out.len();
        let indexes = prepared.bound.message_indexes()?;
        self.serdes.framing().write(&prepared.key, indexes, self.role, headers, out)?;
        prepared.bound.encode(value, out).map_err(|error| {
            out.truncate(start);
            error.into()
        })
    }

    /// Appends the message of a dynamic value to `out`. After an error `out` is as long as before.
    ///
    /// # Errors
    /// As [`Writer::serialize`].
    pub fn serialize_value_into(
        &self,
        value: &Value<'_>,
        headers: &mut Headers,
        out: &mut Vec<u8>,
    ) -> Result<(), SerdesError> {
        let prepared = self.prepared()?;
        let start = out.len();
        let indexes = prepared.bound.value_indexes();
        self.serdes.framing().write(&prepared.key, indexes, self.role, headers, out)?;
        prepared.bound.encode_value(value, out).map_err(|error| {
            out.truncate(start);
            error.into()
        })
    }
}

/// What a subject text has to be.
pub(super) fn parse_subject(text: &str) -> Result<Subject, SerdesError> {
    text.parse().map_err(SerdesError::Subject)
}
