//! A transport that answers nothing at once: every future has to be polled again, before and after its work.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;

use schemawire::record::{Batch, TopicPartition};
use schemawire::transport::{
    Appended, BoxFuture, Capabilities, CommitOutcome, Committed, ConsumerSpec, Event, Generation, GroupToken,
    Memory, Place, PollLimits, ProducerSpec, RawConsumer, RawProducer, RawTransaction, TopicSpec, Transport,
    TransportError,
};

type Answer<'a, T> = BoxFuture<'a, Result<T, TransportError>>;

/// The memory, slowed down.
#[derive(Debug, Clone)]
pub(super) struct Slow(pub(super) Memory);

/// Pending once.
async fn pause() {
    let mut polled = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn slowly<'a, T: Send + 'a>(work: impl FnOnce() -> Answer<'a, T> + Send + 'a) -> Answer<'a, T> {
    Box::pin(async move {
        pause().await;
        let done = work().await;
        pause().await;
        done
    })
}

impl Transport for Slow {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn open_producer(&self, spec: ProducerSpec) -> Answer<'_, Box<dyn RawProducer>> {
        self.0.open_producer(spec)
    }

    fn open_consumer(&self, spec: ConsumerSpec) -> Answer<'_, Box<dyn RawConsumer>> {
        slowly(|| {
            Box::pin(async {
                let consumer = self.0.open_consumer(spec).await?;
                Ok(Box::new(SlowConsumer(consumer)) as Box<dyn RawConsumer>)
            })
        })
    }

    fn open_transactional(&self, id: &str) -> Answer<'_, Box<dyn RawTransaction>> {
        let id = id.to_owned();
        slowly(move || {
            Box::pin(async move {
                let transaction = self.0.open_transactional(&id).await?;
                Ok(Box::new(SlowTransaction(transaction)) as Box<dyn RawTransaction>)
            })
        })
    }

    fn create_topic(&self, spec: TopicSpec) -> Answer<'_, ()> {
        slowly(|| self.0.create_topic(spec))
    }

    fn grow_topic<'a>(&'a self, topic: &'a str, partitions: u32) -> Answer<'a, ()> {
        self.0.grow_topic(topic, partitions)
    }

    fn delete_topic<'a>(&'a self, topic: &'a str) -> Answer<'a, ()> {
        self.0.delete_topic(topic)
    }

    fn topics(&self) -> Answer<'_, Vec<TopicSpec>> {
        self.0.topics()
    }

    fn partitions<'a>(&'a self, topic: &'a str) -> Answer<'a, Option<u32>> {
        slowly(move || self.0.partitions(topic))
    }

    fn offset<'a>(&'a self, at: &'a TopicPartition, place: Place) -> Answer<'a, u64> {
        slowly(move || self.0.offset(at, place))
    }

    fn maintain(&self, now: i64) -> Answer<'_, ()> {
        self.0.maintain(now)
    }

    fn committed<'a>(&'a self, group: &'a str) -> Answer<'a, BTreeMap<TopicPartition, Committed>> {
        self.0.committed(group)
    }
}

#[derive(Debug)]
struct SlowConsumer(Box<dyn RawConsumer>);

impl RawConsumer for SlowConsumer {
    /// The pause behind the work would lose the event of a dropped future; only the one before it is allowed.
    fn next(&mut self, limits: PollLimits) -> Answer<'_, Event> {
        Box::pin(async move {
            pause().await;
            self.0.next(limits).await
        })
    }

    fn commit<'a>(
        &'a self,
        generation: Generation,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> Answer<'a, CommitOutcome> {
        self.0.commit(generation, offsets)
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        self.0.pause(partitions);
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        self.0.resume(partitions);
    }

    fn seek<'a>(&'a mut self, at: &'a TopicPartition, place: Place) -> Answer<'a, u64> {
        self.0.seek(at, place)
    }

    fn revoked(&mut self, generation: Generation) -> Answer<'_, ()> {
        self.0.revoked(generation)
    }

    fn group_token(&self) -> GroupToken {
        self.0.group_token()
    }

    fn close(self: Box<Self>) -> Answer<'static, ()> {
        self.0.close()
    }
}

#[derive(Debug)]
struct SlowTransaction(Box<dyn RawTransaction>);

impl RawTransaction for SlowTransaction {
    fn begin(&mut self) -> Answer<'_, ()> {
        slowly(|| self.0.begin())
    }

    fn append<'a>(&'a mut self, at: &'a TopicPartition, batch: Batch) -> Answer<'a, ()> {
        slowly(move || self.0.append(at, batch))
    }

    fn send_offsets<'a>(
        &'a mut self,
        token: &'a GroupToken,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> Answer<'a, ()> {
        self.0.send_offsets(token, offsets)
    }

    fn commit(&mut self) -> Answer<'_, Vec<Appended>> {
        slowly(|| self.0.commit())
    }

    fn abort(&mut self) -> Answer<'_, ()> {
        self.0.abort()
    }
}
