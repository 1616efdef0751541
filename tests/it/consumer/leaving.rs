//! Partitions that leave in the middle of a call, before anybody is told: on Kafka the group decides beside the calls of a consumer.
//!
//! ```text
//! a test takes a partition      seek: not assigned      next: lost, and then assigned again, behind what is committed
//! ```

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use schemawire::codec::Json;
use schemawire::consumer::{ConsumeError, Ended, MemoryOffsets, OffsetStore, OnGap, Session, StartReason};
use schemawire::producer::ProduceExt;
use schemawire::record::TopicPartition;
use schemawire::transport::{
    Capabilities, CommitOutcome, Committed, ConsumerSpec, Event, Generation, GroupToken, Place, PollLimits,
    ProducerSpec, RawConsumer, RawProducer, RawTransaction, TopicSpec, Transport, TransportError,
    TransportErrorKind,
};

use super::positions::behind_retention;
use super::support::{Log, at, text};
use crate::forward::{Answer, topics_of};

/// A log whose consumers lose what a test takes.
#[derive(Debug)]
struct Leaving {
    log: Arc<dyn Transport>,
    taken: Taken,
}

/// What was taken, and nobody was told of.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<Mutex<Vec<TopicPartition>>>, Arc<AtomicBool>);

impl Taken {
    fn take(&self, at: &TopicPartition) {
        self.0.lock().expect("no panic").push(at.clone());
    }

    /// Takes the partition of the next gap when that is told.
    fn with_the_next_gap(&self) {
        self.1.store(true, Ordering::SeqCst);
    }

    fn has(&self, at: &TopicPartition) -> bool {
        self.0.lock().expect("no panic").contains(at)
    }

    fn all(&self) -> Vec<TopicPartition> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

/// Memory behind it, and what takes partitions.
async fn leaving() -> (Log, Taken) {
    let (mut log, taken) = (Log::memory().await, Taken::default());
    log.log = Arc::new(Leaving { log: Arc::clone(&log.log), taken: taken.clone() });
    (log, taken)
}

impl Transport for Leaving {
    fn capabilities(&self) -> Capabilities {
        self.log.capabilities()
    }

    fn open_producer(&self, spec: ProducerSpec) -> Answer<'_, Box<dyn RawProducer>> {
        self.log.open_producer(spec)
    }

    fn open_consumer(&self, spec: ConsumerSpec) -> Answer<'_, Box<dyn RawConsumer>> {
        Box::pin(async move {
            let (log, taken, group) = (Arc::clone(&self.log), self.taken.clone(), spec.group.clone());
            let under = self.log.open_consumer(spec).await?;
            let (given, away) = (None, Vec::new());
            Ok(Box::new(Member { under, log, taken, group, given, away }) as Box<dyn RawConsumer>)
        })
    }

    fn open_transactional(&self, id: &str) -> Answer<'_, Box<dyn RawTransaction>> {
        self.log.open_transactional(id)
    }

    topics_of!(log);
}

#[derive(Debug)]
struct Member {
    under: Box<dyn RawConsumer>,
    log: Arc<dyn Transport>,
    taken: Taken,
    group: Option<String>,
    /// Of the assignment that was told.
    given: Option<Generation>,
    /// Told as lost, and to come back.
    away: Vec<TopicPartition>,
}

impl RawConsumer for Member {
    fn next(&mut self, limits: PollLimits) -> Answer<'_, Event> {
        Box::pin(async move {
            if let Some(generation) = self.given {
                if !self.away.is_empty() {
                    let mut partitions = Vec::new();
                    for at in std::mem::take(&mut self.away) {
                        let committed = self.log.committed(self.group.as_deref().unwrap_or_default()).await?;
                        let offset = committed.get(&at).map_or(0, |committed| committed.offset);
                        self.under.seek(&at, Place::Offset(offset)).await?;
                        partitions.push((at, offset));
                    }
                    return Ok(Event::Assigned { generation, partitions });
                }
                self.away = self.taken.all();
                if !self.away.is_empty() {
                    return Ok(Event::Lost { generation, partitions: self.away.clone() });
                }
            }
            let event = self.under.next(limits).await?;
            match &event {
                Event::Assigned { generation, .. } => self.given = Some(*generation),
                Event::Gap { at, .. } if self.taken.1.swap(false, Ordering::SeqCst) => self.taken.take(at),
                _ => {}
            }
            Ok(event)
        })
    }

    fn seek<'a>(&'a mut self, at: &'a TopicPartition, place: Place) -> Answer<'a, u64> {
        if self.taken.has(at) {
            let kind = TransportErrorKind::NotAssigned;
            let error = TransportError { kind, message: format!("{at} was taken"), source: None };
            return Box::pin(std::future::ready(Err(error)));
        }
        self.under.seek(at, place)
    }

    fn commit<'a>(
        &'a self,
        generation: Generation,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> Answer<'a, CommitOutcome> {
        self.under.commit(generation, offsets)
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        self.under.pause(partitions);
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        self.under.resume(partitions);
    }

    fn revoked(&mut self, generation: Generation) -> Answer<'_, ()> {
        self.under.revoked(generation)
    }

    fn group_token(&self) -> GroupToken {
        self.under.group_token()
    }

    fn close(self: Box<Self>) -> Answer<'static, ()> {
        self.under.close()
    }
}

/// One batch, so that the consumer holds records that it has not given out.
async fn send(log: &Log, values: &[&str]) {
    let producer = log.log.producer("t").value(&log.serdes, Json, &text()).create_with(1);
    producer.build().await.expect("a producer").send_batch(values).await.expect("stored");
}

/// The values that come next, up to so many.
async fn next(session: &mut Session<Json>, most: usize) -> Vec<String> {
    let mut values = Vec::new();
    while values.len() < most
        && let Some(message) = session.next().await.expect("reads")
    {
        values.push(message.value().expect("text"));
    }
    values
}

#[test]
fn a_session_that_aborts_while_a_partition_leaves_reads_it_again_when_it_is_back() {
    pollster::block_on(async {
        let (log, taken) = leaving().await;
        send(&log, &["a", "b", "c"]).await;
        let mut session = log.reader("g").stop_at_end().session("id").await.expect("a session");
        assert_eq!(next(&mut session, 1).await, ["a"]);
        taken.take(&at(0));
        assert_eq!(session.abort().await.expect("goes on"), Ended::Aborted);
        // Nothing of what it holds already: a commit of that would leave "a" out.
        assert_eq!(next(&mut session, 9).await, ["a", "b", "c"]);
        assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
        assert_eq!(log.committed("g").await, [(0, 3)]);
    });
}

/// What was read of it before may have been another's in between, so it is read again, too.
#[test]
fn a_partition_that_goes_and_comes_back_within_a_transaction_aborts_it() {
    pollster::block_on(async {
        let (log, taken) = leaving().await;
        send(&log, &["a", "b"]).await;
        let mut session = log.reader("g").stop_at_end().session("id").await.expect("a session");
        assert_eq!(next(&mut session, 1).await, ["a"]);
        taken.take(&at(0));
        assert_eq!(next(&mut session, 9).await, ["b", "a", "b"], "from what is committed");
        assert_eq!(session.commit().await.expect("aborts by itself"), Ended::Aborted);
        assert_eq!(log.committed("g").await, []);
        assert_eq!(next(&mut session, 9).await, ["a", "b"]);
        assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
        assert_eq!(log.committed("g").await, [(0, 2)]);
    });
}

/// Told as assigned, and gone before the consumer goes to the position that a store of its own has.
#[test]
fn a_partition_that_leaves_before_it_is_begun_is_begun_when_it_is_back() {
    pollster::block_on(async {
        let stored = MemoryOffsets::new();
        stored.save("n", &[(at(0), 2)]).await.expect("kept");
        for (store, from, reason) in
            [(MemoryOffsets::new(), 0, StartReason::Earliest), (stored, 2, StartReason::Checkpoint)]
        {
            let (log, taken) = leaving().await;
            send(&log, &["a", "b", "c"]).await;
            let builder = log.reader("g").offsets("n", Arc::new(store)).stop_at_end();
            let mut consumer = builder.build().await.expect("a consumer");
            taken.take(&at(0));
            let message = consumer.next().await.expect("goes on").expect("it is back");
            assert_eq!(message.offset(), from);
            drop(message);
            let started: Vec<_> = consumer.started().iter().map(|it| (it.offset, it.reason)).collect();
            assert_eq!(started, [(from, reason)]);
        }
    });
}

/// A gap is told of a partition that leaves in that moment: it is somebody else's now, and told again when it is back.
#[test]
fn a_gap_in_a_partition_that_leaves_stops_nobody() {
    for on_gap in [OnGap::Latest, OnGap::Stop] {
        pollster::block_on(async {
            let (log, taken) = leaving().await;
            behind_retention(&log).await;
            let mut consumer = log.reader("g").on_gap(on_gap).stop_at_end().build().await.expect("opens");
            let _ = consumer.next().await.expect("reads");
            consumer.seek(&at(0), Place::Offset(0)).await.expect("seeks");
            taken.with_the_next_gap();
            if on_gap == OnGap::Stop {
                let error = consumer.next().await.expect_err("it stops");
                assert!(matches!(error, ConsumeError::OutOfRange { .. }), "{error:?}");
                let _ = consumer.seek(&at(0), Place::Latest).await.expect_err("it has gone");
                let error = consumer.next().await.expect_err("it is back, and so is the gap");
                assert!(matches!(error, ConsumeError::OutOfRange { .. }), "{error:?}");
                consumer.seek(&at(0), Place::Latest).await.expect("seeks");
            }
            assert!(consumer.next().await.expect("goes on").is_none(), "it stands behind the last one");
            let end = log.log.offset(&at(0), Place::Latest).await.expect("told");
            assert_eq!(consumer.positions(), [(at(0), end)]);
        });
    }
}
