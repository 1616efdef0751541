//! Opening a consumer.

use std::sync::Arc;
use std::time::Duration;

use super::key::{RawKeys, TypedKeys};
use super::member::Member;
use super::message::Readers;
use super::settings::Settings;
use super::{
    Commits, ConsumeError, Consumer, DedupeBy, DedupeStore, Failures, OffsetStore, OnGap, Order,
    RebalanceListener,
};
use crate::codec::Codec;
use crate::ids::KeyOrValue;
use crate::observer::Observer;
use crate::registry::Subject;
use crate::schema::Schema;
use crate::serdes::{Reader, Serdes, SerdesError};
use crate::transport::{
    Assignor, Clock, ConsumerSpec, GroupProtocol, Isolation, Place, TopicSpec, Transport,
};

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

impl<'t, T: Transport + ?Sized> ConsumerBuilder<'t, T> {
    pub(super) fn new(transport: &'t T, topic: &str) -> Self {
        let spec = ConsumerSpec::new(&[topic]);
        Self {
            transport,
            topic: topic.into(),
            spec,
            settings: Settings { topic: topic.into(), ..Settings::default() },
            value: (),
            keys: RawKeys,
        }
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
        self.settings.start = start;
        self
    }

    /// How long this member may be silent before its partitions go to others (default: 10 s).
    pub fn session_timeout(mut self, timeout: Duration) -> Self {
        self.spec = self.spec.with_session_timeout(timeout);
        self
    }

    /// The name under which the server logs and counts this consumer.
    pub fn client_id(mut self, client_id: &str) -> Self {
        self.spec = self.spec.with_client_id(client_id);
        self
    }

    /// A name of the member that outlives it: static membership, see [`ConsumerSpec::instance`].
    pub fn instance(mut self, instance: &str) -> Self {
        self.spec = self.spec.with_instance(instance);
        self
    }

    /// How the group shares the partitions (default: [`Assignor::Range`]).
    pub fn assignor(mut self, assignor: Assignor) -> Self {
        self.spec = self.spec.with_assignor(assignor);
        self
    }

    /// How the group agrees (default: [`GroupProtocol::Classic`]).
    pub fn protocol(mut self, protocol: GroupProtocol) -> Self {
        self.spec = self.spec.with_protocol(protocol);
        self
    }

    /// Whether records of open and aborted transactions are seen (default: [`Isolation::ReadCommitted`]).
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.spec = self.spec.with_isolation(isolation);
        self
    }

    /// Ends where the log ends, instead of waiting for more.
    pub fn stop_at_end(mut self) -> Self {
        self.settings.stop_at_end = true;
        self
    }

    /// Commits only when [`Consumer::commit`] or [`Consumer::commit_soon`] is called, and at no other time; otherwise what is done is
    /// committed behind each batch.
    pub fn commit_by_hand(mut self) -> Self {
        self.settings.commits = Commits::ByHand;
        self
    }

    /// Commits what is done once in that time, instead of behind each batch.
    pub fn commit_every(mut self, every: Duration) -> Self {
        self.settings.commits = Commits::Every(every);
        self
    }

    /// Where to go on when the next record no longer exists (default: [`OnGap::Earliest`]).
    pub fn on_gap(mut self, on_gap: OnGap) -> Self {
        self.settings.on_gap = on_gap;
        self
    }

    /// The most offsets of one partition between its first unfinished record and the newest that was given out (default: 1,000). So
    /// many records wait for handlers at most, and so many are given again after a crash.
    pub fn window(mut self, offsets: u64) -> Self {
        self.settings.window = offsets;
        self
    }

    /// How long a partition that is to go to another member may still be worked on (default: 5 s; shorter than the session timeout).
    pub fn revoke_within(mut self, limit: Duration) -> Self {
        self.settings.revoke_within = limit;
        self
    }

    /// Tells that listener of partitions that come and go.
    pub fn listener(mut self, listener: Arc<dyn RebalanceListener>) -> Self {
        self.settings.listener = Some(listener);
        self
    }

    /// Tells that observer what happens.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.settings.observer = Some(observer);
        self
    }

    /// Keeps positions in that store under that name, instead of committing them to the group.
    pub fn offsets(mut self, name: &str, store: Arc<dyn OffsetStore>) -> Self {
        self.settings.offsets = Some((name.into(), store));
        self
    }

    /// How many handlers [`Consumer::run`] has running at once (default: 16).
    pub fn concurrency(mut self, handlers: usize) -> Self {
        self.settings.concurrency = handlers;
        self
    }

    /// Which messages wait for each other in [`Consumer::run`] (default: [`Order::Key`]).
    pub fn order(mut self, order: Order) -> Self {
        self.settings.order = order;
        self
    }

    /// How long handlers may go on once [`Consumer::run`] is to stop (default: 10 s).
    pub fn stop_within(mut self, limit: Duration) -> Self {
        self.settings.stop_within = limit;
        self
    }

    /// What becomes of messages that fail in [`Consumer::run`]. Its retry topics are read along, and made where they are missing.
    pub fn failures(mut self, failures: Failures) -> Self {
        self.settings.failures = failures;
        self
    }

    /// Passes over messages in [`Consumer::run`] that the store says were handled before.
    pub fn dedupe(mut self, store: Arc<dyn DedupeStore>, by: DedupeBy) -> Self {
        self.settings.dedupe = Some((store, by));
        self
    }

    /// What tells the consumer the time, for tests (default: the system's clock).
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
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

impl<T: Transport + Clone, C: Codec, K> ConsumerBuilder<'_, T, Reader<C>, K> {
    /// Opens the consumer, which keeps a clone of the transport's handle.
    ///
    /// # Errors
    /// Settings that contradict each other; a transport that does not open; a topic that must exist and does not.
    pub async fn build(self) -> Result<Consumer<C, K>, ConsumeError> {
        let Self { transport, topic, mut spec, settings, value, keys } = self;
        settings.check(&spec)?;
        if let Some(partitions) = settings.create
            && transport.partitions(&topic).await?.is_none()
        {
            transport.create_topic(TopicSpec::new(&topic, partitions)).await?;
        }
        for (retry, _) in settings.failures.retry_topics(&topic) {
            if let (Some(_), None) = (settings.create, transport.partitions(&retry).await?) {
                // As many as the topic has, so that a key's messages stay together.
                let partitions = transport.partitions(&topic).await?.unwrap_or(1);
                transport.create_topic(TopicSpec::new(&retry, partitions)).await?;
            }
            spec.topics.push(retry);
        }
        let group = spec.group.clone();
        let raw = transport.open_consumer(spec).await?;
        let member = Member::new(raw, Arc::new(transport.clone()), settings, group);
        let observer = member.settings.observer.clone();
        let clock = Arc::clone(&member.settings.clock);
        let told = observer.map(|observer| (observer, clock));
        Ok(Consumer::new(member, Readers { values: value, keys, told }))
    }
}

impl From<SerdesError> for ConsumeError {
    fn from(error: SerdesError) -> Self {
        Self::Setup(error)
    }
}
