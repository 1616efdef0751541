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

mod dynamic;
mod error;
mod framings;
mod lookup;
mod migration;
mod once;
mod reader;
mod resolve;
mod rules;
mod settings;
mod strategy;
mod type_name;
mod writer;

pub use dynamic::Decoded;
pub use error::{OtherSchema, SerdesError, UnexecutedRule};
pub use reader::Reader;
pub use rules::RuleDirection;
pub use settings::{Registration, Settings};
pub use strategy::{RecordName, SubjectStrategy, TopicName, TopicRecordName};
pub use writer::Writer;

use std::any::{Any, TypeId};
use std::sync::Arc;

use crate::codec::{Binding, BoundCodec, Codec, Codecs, Encode};
use crate::ids::{KeyOrValue, SchemaKey, Version};
use crate::limits::Limits;
use crate::registry::cache::lookup::KeyedKey;
use crate::registry::cache::table::Bounded;
use crate::registry::{CachedRegistry, Registry, Subject};
use crate::schema::Schema;
use framings::Framings;
use lookup::{Chosen, ChosenKey, DynamicKey, Handle, HandleKey, PairKey};
use reader::ReaderState;
use writer::WriterState;

/// Serializes and deserializes messages whose schemas a registry keeps. Cloning shares the caches.
#[derive(Debug, Clone)]
pub struct Serdes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Remembers what the registry answered; nothing else here does.
    registry: CachedRegistry,
    settings: Settings,
    /// Writers and readers, so that a call that names one afresh finds its bound codecs again.
    handles: Bounded<HandleKey, Arc<dyn Any + Send + Sync>>,
    /// Codecs bound for the dynamic path.
    dynamic: Bounded<DynamicKey, Arc<dyn BoundCodec>>,
    /// The names of types that messages hold.
    names: Bounded<DynamicKey, Option<Arc<str>>>,
    /// Schemas of the registry that were found to read what a caller's schema writes.
    agreed: Bounded<PairKey, ()>,
    /// The key that was chosen last where another one may take its place.
    chosen: Bounded<ChosenKey, SchemaKey>,
    /// Where schemas are registered that nobody can read, for errors.
    places: Bounded<KeyedKey, (Subject, Version)>,
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

    fn of(settings: Settings, registry: CachedRegistry) -> Self {
        let cached = settings.cached;
        Self(Arc::new(Inner {
            registry,
            settings,
            handles: Bounded::new(cached),
            dynamic: Bounded::new(cached),
            names: Bounded::new(cached),
            agreed: Bounded::new(cached),
            chosen: Bounded::new(cached),
            places: Bounded::new(cached),
        }))
    }

    /// The registry under it, which is asked each time.
    #[must_use]
    pub fn registry(&self) -> &Arc<dyn Registry> {
        self.0.registry.registry()
    }

    /// The cache before the registry: what it knows is neither asked for nor registered again.
    #[must_use]
    pub fn cache(&self) -> &CachedRegistry {
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

    /// What a codec is bound to, before a reader or a message is named.
    fn binding<'s>(&self, schema: &'s Schema) -> Binding<'s> {
        Binding::new(schema).with_limits(self.limits()).with_message_count(self.0.settings.message_count)
    }

    /// The subject of a topic's keys or values, by the strategy.
    ///
    /// # Errors
    /// A schema without the name that the strategy needs.
    pub fn subject(&self, topic: &str, role: KeyOrValue, schema: &Schema) -> Result<String, SerdesError> {
        self.0.settings.strategy.subject(topic, role, schema)
    }

    /// Registers (or looks up) a schema under a subject, so that it can be written with. A second call asks nobody, unless
    /// [`Registration::Latest`] or [`Registration::LatestWith`] is to be asked for anew.
    ///
    /// # Errors
    /// The registry's refusal, or its failure; [`SerdesError::Rule`] where the schema asks for what is not done here;
    /// [`SerdesError::Differs`] where a schema of the registry is to be used that does not read what this one writes.
    pub async fn prepare(&self, subject: &str, schema: &Schema) -> Result<SchemaKey, SerdesError> {
        let may_move =
            matches!(self.0.settings.registration, Registration::Latest | Registration::LatestWith(_));
        if !may_move {
            if let Some(resolved) = self.resolved(subject, schema) {
                return Ok(resolved?.key);
            }
            return Ok(self.resolve(subject, schema).await?.key);
        }
        let key = self.resolve(subject, schema).await?.key;
        let chosen = Chosen { subject, schema };
        let before = self.0.chosen.read().find(&chosen).copied();
        if before != Some(key) {
            self.0.chosen.update(&chosen, |_| key);
            // Writers that are made from now on bind the new one.
            self.0.handles.retain(|handle, _| !handle.is_of(subject, schema));
        }
        Ok(key)
    }

    /// Loads the schema of a key of the default context, or of the settings' one. A second call asks nobody.
    ///
    /// # Errors
    /// A registry that does not know it, which is remembered for a short time, or does not answer, which is not.
    pub async fn load(&self, key: SchemaKey) -> Result<Schema, SerdesError> {
        Ok(self.load_content(key, None).await?.schema.clone())
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
        let subject = subject.map(|subject| match &self.0.settings.context {
            Some(context) => context.qualify(subject),
            None => subject.clone(),
        });
        let hint = subject.as_ref().map(Subject::as_str).unwrap_or_default();
        let state = self.handle(codec, hint, schema, |codec| {
            ReaderState::new(codec, schema, subject.clone(), self.0.settings.cached)
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
