//! A transport under another one's names: topics, groups and transactional ids begin with a prefix, of which nobody above knows.

use std::collections::BTreeMap;

use schemawire::record::{Batch, TopicPartition};
use schemawire::transport::{
    AppendError, Appended, BoxFuture, Capabilities, CommitOutcome, Committed, ConsumerSpec, Event,
    Generation, GroupToken, Place, PollLimits, ProducerSpec, RawConsumer, RawProducer, RawTransaction,
    TopicSpec, Transport, TransportError,
};

#[derive(Debug)]
pub(super) struct Prefixed<T> {
    under: T,
    prefix: Prefix,
}

#[derive(Debug, Clone)]
struct Prefix(String);

impl Prefix {
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.0)
    }

    fn outer(&self, at: &TopicPartition) -> TopicPartition {
        TopicPartition::new(self.name(&at.topic), at.partition)
    }

    fn inner(&self, at: &TopicPartition) -> TopicPartition {
        TopicPartition::new(at.topic.strip_prefix(&self.0).expect("of this log"), at.partition)
    }

    fn offsets(&self, offsets: &[(TopicPartition, Committed)]) -> Vec<(TopicPartition, Committed)> {
        offsets.iter().map(|(at, committed)| (self.outer(at), committed.clone())).collect()
    }

    fn appended(&self, appended: Appended) -> Appended {
        Appended { at: self.inner(&appended.at), ..appended }
    }

    fn event(&self, event: Event) -> Event {
        let all = |partitions: Vec<TopicPartition>| partitions.iter().map(|at| self.inner(at)).collect();
        match event {
            Event::Records { at, generation, from, batch } => {
                Event::Records { at: self.inner(&at), generation, from, batch }
            }
            Event::Assigned { generation, partitions } => {
                let partitions = partitions.iter().map(|(at, offset)| (self.inner(at), *offset)).collect();
                Event::Assigned { generation, partitions }
            }
            Event::Revoking { generation, partitions } => {
                Event::Revoking { generation, partitions: all(partitions) }
            }
            Event::Lost { generation, partitions } => Event::Lost { generation, partitions: all(partitions) },
            Event::Gap { at, from, to } => Event::Gap { at: self.inner(&at), from, to },
            other => other,
        }
    }
}

impl<T: Transport> Prefixed<T> {
    pub(super) fn over(under: T, prefix: String) -> Self {
        Self { under, prefix: Prefix(prefix) }
    }
}

impl<T: Transport> Transport for Prefixed<T> {
    fn capabilities(&self) -> Capabilities {
        self.under.capabilities()
    }

    fn open_producer(
        &self,
        spec: ProducerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawProducer>, TransportError>> {
        Box::pin(async {
            let under = self.under.open_producer(spec).await?;
            Ok(Box::new(Producer { under, prefix: self.prefix.clone() }) as Box<dyn RawProducer>)
        })
    }

    fn open_consumer(
        &self,
        mut spec: ConsumerSpec,
    ) -> BoxFuture<'_, Result<Box<dyn RawConsumer>, TransportError>> {
        spec.topics.iter_mut().chain(&mut spec.group).for_each(|name| *name = self.prefix.name(name));
        Box::pin(async {
            let under = self.under.open_consumer(spec).await?;
            Ok(Box::new(Consumer { under, prefix: self.prefix.clone() }) as Box<dyn RawConsumer>)
        })
    }

    fn open_transactional(&self, id: &str) -> BoxFuture<'_, Result<Box<dyn RawTransaction>, TransportError>> {
        let id = self.prefix.name(id);
        Box::pin(async move {
            let under = self.under.open_transactional(&id).await?;
            Ok(Box::new(Transaction { under, prefix: self.prefix.clone() }) as Box<dyn RawTransaction>)
        })
    }

    fn create_topic(&self, mut spec: TopicSpec) -> BoxFuture<'_, Result<(), TransportError>> {
        spec.name = self.prefix.name(&spec.name);
        self.under.create_topic(spec)
    }

    fn grow_topic<'a>(
        &'a self,
        topic: &'a str,
        partitions: u32,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async move { self.under.grow_topic(&self.prefix.name(topic), partitions).await })
    }

    fn delete_topic<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async move { self.under.delete_topic(&self.prefix.name(topic)).await })
    }

    fn topics(&self) -> BoxFuture<'_, Result<Vec<TopicSpec>, TransportError>> {
        Box::pin(async move {
            let ours = |mut spec: TopicSpec| {
                spec.name = spec.name.strip_prefix(&self.prefix.0)?.to_owned();
                Some(spec)
            };
            Ok(self.under.topics().await?.into_iter().filter_map(ours).collect())
        })
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> BoxFuture<'a, Result<Option<u32>, TransportError>> {
        Box::pin(async move { self.under.partitions(&self.prefix.name(topic)).await })
    }

    fn offset<'a>(
        &'a self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        Box::pin(async move { self.under.offset(&self.prefix.outer(at), place).await })
    }

    fn committed<'a>(
        &'a self,
        group: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<TopicPartition, Committed>, TransportError>> {
        Box::pin(async move {
            let committed = self.under.committed(&self.prefix.name(group)).await?;
            Ok(committed.into_iter().map(|(at, offset)| (self.prefix.inner(&at), offset)).collect())
        })
    }

    fn maintain(&self, now: i64) -> BoxFuture<'_, Result<(), TransportError>> {
        self.under.maintain(now)
    }
}

#[derive(Debug)]
struct Producer {
    under: Box<dyn RawProducer>,
    prefix: Prefix,
}

impl RawProducer for Producer {
    fn append(&self, at: &TopicPartition, batch: Batch) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let (answer, prefix) = (self.under.append(&self.prefix.outer(at), batch), self.prefix.clone());
        Box::pin(async move {
            let refused = |error: AppendError| AppendError { at: prefix.inner(&error.at), ..error };
            answer.await.map(|appended| prefix.appended(appended)).map_err(refused)
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        self.under.flush()
    }
}

#[derive(Debug)]
struct Consumer {
    under: Box<dyn RawConsumer>,
    prefix: Prefix,
}

impl RawConsumer for Consumer {
    fn next(&mut self, limits: PollLimits) -> BoxFuture<'_, Result<Event, TransportError>> {
        Box::pin(async move { Ok(self.prefix.event(self.under.next(limits).await?)) })
    }

    fn commit<'a>(
        &'a self,
        generation: Generation,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<CommitOutcome, TransportError>> {
        Box::pin(async move { self.under.commit(generation, &self.prefix.offsets(offsets)).await })
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        let partitions: Vec<_> = partitions.iter().map(|at| self.prefix.outer(at)).collect();
        self.under.pause(&partitions);
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        let partitions: Vec<_> = partitions.iter().map(|at| self.prefix.outer(at)).collect();
        self.under.resume(&partitions);
    }

    fn seek<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        place: Place,
    ) -> BoxFuture<'a, Result<u64, TransportError>> {
        Box::pin(async move { self.under.seek(&self.prefix.outer(at), place).await })
    }

    fn revoked(&mut self, generation: Generation) -> BoxFuture<'_, Result<(), TransportError>> {
        self.under.revoked(generation)
    }

    fn group_token(&self) -> GroupToken {
        self.under.group_token()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<(), TransportError>> {
        self.under.close()
    }
}

#[derive(Debug)]
struct Transaction {
    under: Box<dyn RawTransaction>,
    prefix: Prefix,
}

impl RawTransaction for Transaction {
    fn begin(&mut self) -> BoxFuture<'_, Result<(), TransportError>> {
        self.under.begin()
    }

    fn append<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        batch: Batch,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async move { self.under.append(&self.prefix.outer(at), batch).await })
    }

    fn send_offsets<'a>(
        &'a mut self,
        token: &'a GroupToken,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async move { self.under.send_offsets(token, &self.prefix.offsets(offsets)).await })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<Vec<Appended>, TransportError>> {
        Box::pin(async move {
            let stored = self.under.commit().await?;
            Ok(stored.into_iter().map(|appended| self.prefix.appended(appended)).collect())
        })
    }

    fn abort(&mut self) -> BoxFuture<'_, Result<(), TransportError>> {
        self.under.abort()
    }
}
