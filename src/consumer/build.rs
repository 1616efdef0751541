//! Opening a consumer.

use super::key::{RawKeys, TypedKeys};
use super::{ConsumeError, Consumer};
use crate::codec::Codec;
use crate::ids::KeyOrValue;
use crate::registry::Subject;
use crate::schema::Schema;
use crate::serdes::{Reader, Serdes, SerdesError};
use crate::transport::{ConsumerSpec, Place, TopicSpec, Transport};

/// A consumer that is not open yet. `V` and `K` say how values and keys are read.
#[derive(Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct ConsumerBuilder<'t, T: ?Sized, V = (), K = RawKeys> {
    transport: &'t T,
    topic: String,
    spec: ConsumerSpec,
    settings: Settings,
    value: V,
    keys: K,
}

/// Settings of a consumer that are the same whatever it reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) stop_at_end: bool,
    pub(super) auto_commit: bool,
    create: Option<u32>,
}

impl<'t, T: Transport + ?Sized> ConsumerBuilder<'t, T> {
    pub(super) fn new(transport: &'t T, topic: &str) -> Self {
        let settings = Settings { stop_at_end: false, auto_commit: true, create: Some(1) };
        let spec = ConsumerSpec::new(&[topic]);
        Self { transport, topic: topic.into(), spec, settings, value: (), keys: RawKeys }
    }
}

impl<'t, T: Transport + ?Sized, V, K> ConsumerBuilder<'t, T, V, K> {
    /// Reads values with that codec, as that schema sees them.
    pub fn value<C: Codec>(
        self,
        serdes: &Serdes,
        codec: C,
        schema: &Schema,
    ) -> ConsumerBuilder<'t, T, Reader<C>, K> {
        let hint = self.hint(serdes, schema, KeyOrValue::Value);
        let reader = serdes.reader_of(codec, Some(schema), hint.as_ref(), KeyOrValue::Value);
        self.with_value(reader)
    }

    /// Reads values with that codec, each as it was written.
    pub fn value_as_written<C: Codec>(
        self,
        serdes: &Serdes,
        codec: C,
    ) -> ConsumerBuilder<'t, T, Reader<C>, K> {
        let reader = serdes.reader_of(codec, None, None, KeyOrValue::Value);
        self.with_value(reader)
    }

    /// Reads keys with that codec, as that schema sees them; without it keys are plain bytes.
    pub fn key<C: Codec>(
        self,
        serdes: &Serdes,
        codec: C,
        schema: &Schema,
    ) -> ConsumerBuilder<'t, T, V, TypedKeys<C>> {
        let hint = self.hint(serdes, schema, KeyOrValue::Key);
        let keys = TypedKeys(serdes.reader_of(codec, Some(schema), hint.as_ref(), KeyOrValue::Key));
        ConsumerBuilder {
            transport: self.transport,
            topic: self.topic,
            spec: self.spec,
            settings: self.settings,
            value: self.value,
            keys,
        }
    }

    /// The subject in whose context the ids count; a strategy that cannot name it leaves the default context.
    fn hint(&self, serdes: &Serdes, schema: &Schema, role: KeyOrValue) -> Option<Subject> {
        serdes.subject(&self.topic, role, schema).ok().and_then(|subject| subject.parse().ok())
    }

    fn with_value<W>(self, value: W) -> ConsumerBuilder<'t, T, W, K> {
        ConsumerBuilder {
            transport: self.transport,
            topic: self.topic,
            spec: self.spec,
            settings: self.settings,
            value,
            keys: self.keys,
        }
    }

    /// Joins a group: its members share the partitions, and its commits say where to go on after a restart.
    pub fn group(mut self, group: &str) -> Self {
        self.spec = self.spec.with_group(group);
        self
    }

    /// Where to begin a partition that has no commit (default: [`Place::Earliest`]).
    pub fn start(mut self, start: Place) -> Self {
        self.spec = self.spec.with_start(start);
        self
    }

    /// Ends where the log ends, instead of waiting for more.
    pub fn stop_at_end(mut self) -> Self {
        self.settings.stop_at_end = true;
        self
    }

    /// Commits only when [`Consumer::commit`] is called; otherwise what is done is committed behind each batch.
    pub fn commit_by_hand(mut self) -> Self {
        self.settings.auto_commit = false;
        self
    }

    /// Creates a topic that does not exist with that many partitions (default: 1).
    pub fn create_with(mut self, partitions: u32) -> Self {
        self.settings.create = Some(partitions);
        self
    }

    /// Refuses a topic that does not exist.
    pub fn must_exist(mut self) -> Self {
        self.settings.create = None;
        self
    }
}

impl<T: Transport + ?Sized, C: Codec, K> ConsumerBuilder<'_, T, Reader<C>, K> {
    /// Opens the consumer.
    ///
    /// # Errors
    /// A transport that does not open; a topic that must exist and does not.
    pub async fn build(self) -> Result<Consumer<C, K>, ConsumeError> {
        let Self { transport, topic, spec, settings, value, keys } = self;
        if let Some(partitions) = settings.create
            && transport.partitions(&topic).await?.is_none()
        {
            transport.create_topic(TopicSpec::new(&topic, partitions)).await?;
        }
        let in_group = spec.group.is_some();
        let raw = transport.open_consumer(spec).await?;
        Ok(Consumer::new(raw, value, keys, settings, in_group))
    }
}

impl From<SerdesError> for ConsumeError {
    fn from(error: SerdesError) -> Self {
        Self::Setup(error)
    }
}
