//! Codec, framing and registry together: values to messages and back.
//!
//! ```text
//! serialize     value   -codec-> payload -frame-> message        (prepare asks the registry, once a schema)
//! deserialize   message -frame-> key, payload -codec-> value     (load asks the registry, once a key)
//! ```
//!
//! The core is synchronous and asks nobody: what it does not know it says ([`SerdesError::NotPrepared`],
//! [`SerdesError::UnknownSchema`]), and the asynchronous calls [`Serdes::prepare`] and [`Serdes::load`] answer.
//!
//! ```
//! use schemawire::codec::Json;
//! use schemawire::registry::EmbeddedRegistry;
//! use schemawire::schema::Schema;
//! use schemawire::serdes::Serdes;
//!
//! # pollster::block_on(async {
//! let serdes = Serdes::new(EmbeddedRegistry::in_memory().await?);
//! let schema = Schema::json(r#"{"type": "array", "items": {"type": "string"}}"#)?;
//!
//! serdes.prepare("names-value", &schema).await?;
//! let message = serdes.serialize(Json, "names-value", &schema, &["Ada", "Grace"])?;
//! assert_eq!(message, b"\0\0\0\0\x01[\"Ada\",\"Grace\"]");
//!
//! let names: Vec<&str> = serdes.reader(Json, &schema).deserialize(&message)?;
//! assert_eq!(names, ["Ada", "Grace"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod cache;
mod dynamic;
mod error;
mod framings;
mod lookup;
mod once;
mod reader;
mod strategy;
mod writer;

pub use dynamic::Decoded;
pub use error::SerdesError;
pub use reader::Reader;
pub use strategy::{RecordName, SubjectStrategy, TopicName, TopicRecordName};
pub use writer::Writer;

use std::any::{Any, TypeId};
use std::sync::Arc;

use crate::codec::{BoundCodec, Codec, Codecs, Encode};
use crate::frame::{Confluent, Framing, KeyKind};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::limits::Limits;
use crate::registry::{DEFAULT_CONTEXT, Deleted, Proposal, Registered, Registry, Subject};
use crate::schema::Schema;
use cache::Bounded;
use framings::Framings;
use lookup::{DynamicKey, Handle, HandleKey, Loaded, LoadedKey, Prepared, PreparedKey};
use reader::ReaderState;
use writer::WriterState;

/// Serializes and deserializes messages whose schemas a registry keeps. Cloning shares the caches.
#[derive(Debug, Clone)]
pub struct Serdes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Arc<dyn Registry>,
    settings: Settings,
    /// Keys by subject and schema.
    keys: Bounded<PreparedKey, SchemaKey>,
    /// Schemas by context and key.
    schemas: Bounded<LoadedKey, Schema>,
    /// Writers and readers, so that a call that names one afresh finds its bound codecs again.
    handles: Bounded<HandleKey, Arc<dyn Any + Send + Sync>>,
    /// Codecs bound for the dynamic path.
    dynamic: Bounded<DynamicKey, Arc<dyn BoundCodec>>,
}

/// What a [`Serdes`] can be told. Start from [`Serdes::builder`].
#[derive(Debug, Clone)]
pub struct Settings {
    codecs: Codecs,
    framing: Framings,
    strategy: Arc<dyn SubjectStrategy>,
    limits: Limits,
    registration: Registration,
    known: Vec<(u64, Schema)>,
    cached: usize,
}

/// How [`Serdes::prepare`] comes to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Registration {
    /// Registers a schema that is new; Confluent's `auto.register.schemas=true`.
    #[default]
    Register,
    /// Only looks it up; a schema that nobody registered is an error.
    Lookup,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            codecs: Codecs::default(),
            framing: Framings::of(Confluent::V0),
            strategy: Arc::new(TopicName),
            limits: Limits::DEFAULT,
            registration: Registration::Register,
            known: Vec::new(),
            cached: 1000,
        }
    }
}

impl Settings {
    /// Codecs for the dynamic path (default: all of this build).
    #[must_use]
    pub fn codecs(mut self, codecs: Codecs) -> Self {
        self.codecs = codecs;
        self
    }

    /// The framing (default: [`Confluent::V0`], which reads Confluent's other one, too).
    #[must_use]
    pub fn framing(mut self, framing: impl Framing) -> Self {
        self.framing = Framings::of(framing);
        self
    }

    /// The subject strategy of the streams (default: [`TopicName`]).
    #[must_use]
    pub fn strategy(mut self, strategy: impl SubjectStrategy) -> Self {
        self.strategy = Arc::new(strategy);
        self
    }

    /// The limits of every decode (default: [`Limits::DEFAULT`]).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether new schemas are registered (default) or must be there.
    #[must_use]
    pub fn registration(mut self, registration: Registration) -> Self {
        self.registration = registration;
        self
    }

    /// Avro schemas that are found by their fingerprints, which no registry does: what messages in
    /// [`crate::frame::SingleObject`] may have been written with. Schemas without a fingerprint are passed over.
    #[must_use]
    pub fn known<'s>(mut self, schemas: impl IntoIterator<Item = &'s Schema>) -> Self {
        let found = schemas.into_iter().filter_map(|schema| Some((schema.fingerprint()?, schema.clone())));
        self.known.extend(found);
        self
    }

    /// How many schemas, keys and handles each cache holds (default: 1,000, at least 1).
    #[must_use]
    pub fn cached(mut self, entries: usize) -> Self {
        self.cached = entries;
        self
    }

    /// The finished serdes over a registry.
    #[must_use]
    pub fn build(self, registry: impl Registry) -> Serdes {
        let cached = self.cached;
        Serdes(Arc::new(Inner {
            registry: Arc::new(registry),
            settings: self,
            keys: Bounded::new(cached),
            schemas: Bounded::new(cached),
            handles: Bounded::new(cached),
            dynamic: Bounded::new(cached),
        }))
    }
}

impl Serdes {
    /// Over a registry, with the defaults of [`Settings`].
    #[must_use]
    pub fn new(registry: impl Registry) -> Self {
        Settings::default().build(registry)
    }

    /// The defaults, to be changed.
    #[must_use]
    pub fn builder() -> Settings {
        Settings::default()
    }

    /// The registry under it.
    #[must_use]
    pub fn registry(&self) -> &Arc<dyn Registry> {
        &self.0.registry
    }

    /// The codecs of the dynamic path.
    #[must_use]
    pub fn codecs(&self) -> &Codecs {
        &self.0.settings.codecs
    }

    #[inline]
    fn framing(&self) -> &Framings {
        &self.0.settings.framing
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.settings.limits
    }

    /// The subject of a topic's keys or values, by the strategy.
    ///
    /// # Errors
    /// A schema without the name that the strategy needs.
    pub fn subject(&self, topic: &str, role: KeyOrValue, schema: &Schema) -> Result<String, SerdesError> {
        self.0.settings.strategy.subject(topic, role, schema)
    }

    /// Registers (or looks up) a schema under a subject, so that it can be written with. A second call asks nobody.
    ///
    /// # Errors
    /// The registry's refusal, or its failure.
    pub async fn prepare(&self, subject: &str, schema: &Schema) -> Result<SchemaKey, SerdesError> {
        if let Some(key) = self.prepared_key(subject, schema) {
            return Ok(key);
        }
        let name = writer::parse_subject(subject)?;
        let proposal = Proposal::new(schema.clone());
        let registered = match self.0.settings.registration {
            Registration::Register => self.0.registry.register(&name, &proposal).await?,
            Registration::Lookup => self.0.registry.lookup(&name, &proposal, Deleted::Hidden).await?,
        };
        let key = self.key_of(&registered, schema)?;
        self.0.keys.update(&Prepared { subject, schema }, |_| key);
        // What was registered can be read as well, without asking again.
        let loaded = Loaded { context: name.context(), key };
        self.0.schemas.update(&loaded, |_| registered.schema.clone());
        Ok(key)
    }

    /// The key that the framing carries.
    fn key_of(&self, registered: &Registered, schema: &Schema) -> Result<SchemaKey, SerdesError> {
        Ok(match self.framing().key_kind() {
            KeyKind::Id => SchemaKey::Id(registered.id),
            KeyKind::Guid => SchemaKey::Guid(registered.guid),
            KeyKind::Fingerprint => {
                let fingerprint = schema.fingerprint();
                SchemaKey::Fingerprint(
                    fingerprint.ok_or(SerdesError::NoFingerprint { format: schema.format() })?,
                )
            }
        })
    }

    fn prepared_key(&self, subject: &str, schema: &Schema) -> Option<SchemaKey> {
        self.0.keys.read().find(&Prepared { subject, schema }).copied()
    }

    /// Loads the schema of a key of the default context. A second call asks nobody.
    ///
    /// # Errors
    /// A registry that does not know it, or does not answer; neither is remembered.
    pub async fn load(&self, key: SchemaKey) -> Result<Schema, SerdesError> {
        self.load_for(key, None).await
    }

    async fn load_for(&self, key: SchemaKey, hint: Option<&Subject>) -> Result<Schema, SerdesError> {
        if let Some(schema) = self.cached(key, hint) {
            return Ok(schema);
        }
        let schema = self.0.registry.schema(key, hint).await?;
        self.0.schemas.update(&Loaded { context: context(hint), key }, |_| schema.clone());
        Ok(schema)
    }

    /// The schema of a key, if it is loaded.
    fn cached(&self, key: SchemaKey, hint: Option<&Subject>) -> Option<Schema> {
        if let SchemaKey::Fingerprint(fingerprint) = key
            && let Some((_, schema)) = self.0.settings.known.iter().find(|(it, _)| *it == fingerprint)
        {
            return Some(schema.clone());
        }
        self.0.schemas.read().find(&Loaded { context: context(hint), key }).cloned()
    }

    /// The message of a value, under a subject and with a schema that are prepared.
    ///
    /// For one message now and then; in a loop take a [`Serdes::writer`], which finds its codec without a search.
    ///
    /// # Errors
    /// [`SerdesError::NotPrepared`] before [`Serdes::prepare`]; a value that does not fit the schema.
    pub fn serialize<C: Codec, T: ?Sized>(
        &self,
        codec: C,
        subject: &str,
        schema: &Schema,
        value: &T,
    ) -> Result<Vec<u8>, SerdesError>
    where
        C::Bound: Encode<T>,
    {
        self.writer(codec, subject, schema).serialize(value)
    }

    /// A writer of values under a subject.
    #[must_use]
    pub fn writer<C: Codec>(&self, codec: C, subject: &str, schema: &Schema) -> Writer<C> {
        self.writer_of(codec, subject, schema, KeyOrValue::Value)
    }

    /// A writer of keys or values under a subject.
    #[must_use]
    pub fn writer_of<C: Codec>(
        &self,
        codec: C,
        subject: &str,
        schema: &Schema,
        role: KeyOrValue,
    ) -> Writer<C> {
        let state =
            self.handle(codec, subject, Some(schema), |codec| WriterState::new(codec, subject, schema));
        Writer::new(self.clone(), state, role)
    }

    /// A reader that sees every message as that schema does, whatever wrote it.
    #[must_use]
    pub fn reader<C: Codec>(&self, codec: C, schema: &Schema) -> Reader<C> {
        self.reader_of(codec, Some(schema), None, KeyOrValue::Value)
    }

    /// A reader that sees every message as it was written.
    #[must_use]
    pub fn reader_as_written<C: Codec>(&self, codec: C) -> Reader<C> {
        self.reader_of(codec, None, None, KeyOrValue::Value)
    }

    /// A reader of keys or values; `subject` tells in which context of the registry the ids count.
    #[must_use]
    pub fn reader_of<C: Codec>(
        &self,
        codec: C,
        schema: Option<&Schema>,
        subject: Option<&Subject>,
        role: KeyOrValue,
    ) -> Reader<C> {
        let hint = subject.map(Subject::as_str).unwrap_or_default();
        let state = self.handle(codec, hint, schema, |codec| {
            ReaderState::new(codec, schema, subject.cloned(), self.0.settings.cached)
        });
        Reader::new(self.clone(), state, role)
    }

    /// The shared state of a writer or reader, made where it is new.
    fn handle<C: Codec, S: Any + Send + Sync>(
        &self,
        codec: C,
        subject: &str,
        schema: Option<&Schema>,
        make: impl FnOnce(C) -> S,
    ) -> Arc<S> {
        let type_id = TypeId::of::<S>();
        let lookup = Handle { state: type_id, variant: codec.variant(), subject, schema };
        let known = self.0.handles.read().find(&lookup).cloned().and_then(|it| it.downcast().ok());
        if let Some(state) = known {
            return state;
        }
        let variant = codec.variant().to_owned();
        let state = Arc::new(make(codec));
        let shared: Arc<dyn Any + Send + Sync> = Arc::<S>::clone(&state);
        // Two threads may come here at once: the first state wins, so that both share it.
        let lookup = Handle { state: type_id, variant: &variant, subject, schema };
        let kept = self.0.handles.update(&lookup, |old| old.cloned().unwrap_or(shared));
        kept.downcast().unwrap_or(state)
    }
}

/// The context that ids count in, by the subject that they are asked for.
fn context(hint: Option<&Subject>) -> &str {
    hint.map_or(DEFAULT_CONTEXT, Subject::context)
}
