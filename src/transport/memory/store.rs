//! The batches and offsets of [`Memory`](super::Memory), behind one lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::ready;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::record::{Batch, TopicPartition};

use super::super::local::{
    Extent, Hub, SequenceRow, Store, Transacted, Transaction, Verdict, compacted, exists, first_kept,
    unknown_partition, unknown_topic, unsequenced,
};
use super::super::{
    Acknowledge, AppendError, Appended, BoxFuture, Clock, CommitOutcome, Committed, TopicSpec, TransportError,
};

#[derive(Debug)]
pub(super) struct MemoryStore {
    hub: Hub,
    state: Mutex<State>,
    producers: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    topics: BTreeMap<String, Topic>,
    committed: BTreeMap<String, BTreeMap<TopicPartition, Committed>>,
}

#[derive(Debug)]
struct Topic {
    spec: TopicSpec,
    partitions: Vec<Partition>,
}

#[derive(Debug, Default)]
struct Partition {
    batches: VecDeque<Arc<Batch>>,
    bounds: Range<u64>,
    sequences: HashMap<u64, SequenceRow>,
}

impl MemoryStore {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { hub: Hub::new(clock), state: Mutex::default(), producers: AtomicU64::new(0) }
    }

    pub(super) fn create_topic(&self, spec: TopicSpec) -> Result<(), TransportError> {
        spec.check()?;
        let mut state = self.lock();
        if let Some(topic) = state.topics.get(&spec.name) {
            return exists(&topic.spec, &spec);
        }
        let partitions = (0..spec.partitions).map(|_| Partition::default()).collect();
        state.topics.insert(spec.name.clone(), Topic { spec, partitions });
        Ok(())
    }

    pub(super) fn grow_topic(&self, topic: &str, partitions: u32) -> Result<(), TransportError> {
        let mut state = self.lock();
        let grown = state.topics.get_mut(topic).ok_or_else(|| unknown_topic(topic))?;
        if grown.spec.grows_to(partitions)? {
            grown.spec.partitions = partitions;
            grown.partitions.resize_with(partitions as usize, Partition::default);
            drop(state);
            self.hub.grow_topic(topic, partitions);
        }
        Ok(())
    }

    pub(super) fn delete_topic(&self, topic: &str) -> Result<(), TransportError> {
        let mut state = self.lock();
        state.topics.remove(topic).ok_or_else(|| unknown_topic(topic))?;
        state.committed.values_mut().for_each(|offsets| offsets.retain(|at, _| &*at.topic != topic));
        drop(state);
        self.hub.forget_topic(topic);
        Ok(())
    }

    pub(super) fn topics(&self) -> Vec<TopicSpec> {
        self.lock().topics.values().map(|topic| topic.spec.clone()).collect()
    }

    pub(super) fn maintain(&self, now: i64) -> Result<(), TransportError> {
        let mut state = self.lock();
        for topic in state.topics.values_mut() {
            for partition in &mut topic.partitions {
                partition.maintain(&topic.spec, now)?;
            }
        }
        drop(state);
        self.hub.tell();
        Ok(())
    }

    fn append_now(&self, at: &TopicPartition, batch: Batch) -> Result<Appended, AppendError> {
        let now = self.hub.clock().wall();
        let mut state = self.lock();
        let refused = |source, batch| AppendError {
            at: at.clone(),
            possibly_written: false,
            batch: Some(Box::new(batch)),
            source,
        };
        let partition = match state.partition(at) {
            Ok(partition) => partition,
            Err(error) => return Err(refused(error, batch)),
        };
        if let Some(sequence) = batch.sequence() {
            let row = partition.sequences.get(&sequence.producer);
            match SequenceRow::verdict(row, sequence) {
                Verdict::Next => {}
                Verdict::Duplicate(base_offset, timestamp) => {
                    return Ok(Appended {
                        at: at.clone(),
                        base_offset,
                        breaks: Vec::new(),
                        timestamp,
                        duplicate: true,
                    });
                }
                verdict => return Err(refused(unsequenced(at, sequence, verdict), batch)),
            }
        }
        let appended = partition.append(at, batch, now);
        drop(state);
        self.hub.tell();
        Ok(appended)
    }

    fn transact_now(&self, transaction: Transaction) -> Result<Transacted, TransportError> {
        let now = self.hub.clock().wall();
        let mut state = self.lock();
        if let Some((id, epoch)) = &transaction.owner {
            self.hub.check_owner(id, *epoch)?;
        }
        if !transaction.offsets.iter().all(|(token, offsets)| self.hub.may_commit(token, offsets)) {
            return Ok(Transacted::stale());
        }
        for (at, _) in &transaction.batches {
            state.partition(at)?;
        }
        let mut appended = Vec::with_capacity(transaction.batches.len());
        for (at, batch) in transaction.batches {
            appended.push(state.partition(&at)?.append(&at, batch, now));
        }
        for (token, offsets) in transaction.offsets {
            state.committed.entry(token.group).or_default().extend(offsets);
        }
        drop(state);
        self.hub.tell();
        Ok(Transacted { appended, outcome: CommitOutcome::Stored })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn partition(&mut self, at: &TopicPartition) -> Result<&mut Partition, TransportError> {
        let topic = self.topics.get_mut(&*at.topic).ok_or_else(|| unknown_topic(&at.topic))?;
        topic
            .partitions
            .get_mut(at.partition as usize)
            .ok_or_else(|| unknown_partition(at, topic.spec.partitions))
    }
}

impl Partition {
    fn append(&mut self, at: &TopicPartition, mut batch: Batch, now: i64) -> Appended {
        let base_offset = self.bounds.end;
        batch.stamp(base_offset, now);
        self.bounds.end = batch.next_offset();
        if let Some(sequence) = batch.sequence() {
            let row = self.sequences.remove(&sequence.producer);
            let row = SequenceRow::behind(row, sequence, base_offset, now);
            self.sequences.insert(sequence.producer, row);
        }
        self.batches.push_back(Arc::new(batch));
        Appended { at: at.clone(), base_offset, breaks: Vec::new(), timestamp: now, duplicate: false }
    }

    fn maintain(&mut self, spec: &TopicSpec, now: i64) -> Result<(), TransportError> {
        let size = self.batches.iter().map(|batch| batch.size() as u64).sum();
        let extents = self.batches.iter().map(|batch| Ok::<_, TransportError>(Extent::of(batch)));
        if let Some((first, _)) = first_kept(&spec.retention, size, extents, now)? {
            self.batches.retain(|batch| batch.next_offset() > first);
            self.bounds.start = first;
        }
        self.sequences.retain(|_, row| !row.is_forgotten(now));
        if spec.retention.compact {
            for (base, batch) in compacted(
                || Ok::<_, TransportError>(self.batches.iter().map(|batch| Ok(Arc::clone(batch)))),
                now,
            )? {
                let index = self.batches.partition_point(|batch| batch.base_offset() < base);
                match batch {
                    Some(batch) => self.batches.get_mut(index).map(|old| *old = Arc::new(batch)),
                    None => self.batches.remove(index).map(drop),
                };
            }
        }
        Ok(())
    }
}

impl Store for MemoryStore {
    fn hub(&self) -> &Hub {
        &self.hub
    }

    fn topic(&self, topic: &str) -> Result<TopicSpec, TransportError> {
        self.lock().topics.get(topic).map(|topic| topic.spec.clone()).ok_or_else(|| unknown_topic(topic))
    }

    fn bounds(&self, at: &TopicPartition) -> Result<Range<u64>, TransportError> {
        Ok(self.lock().partition(at)?.bounds.clone())
    }

    fn read(&self, at: &TopicPartition, from: u64, bytes: usize) -> Result<Vec<Arc<Batch>>, TransportError> {
        let mut state = self.lock();
        let batches = &state.partition(at)?.batches;
        let first = batches.partition_point(|batch| batch.next_offset() <= from);
        let mut left = Some(bytes);
        let wanted = batches.iter().skip(first).take_while(|batch| {
            let wanted = left.is_some();
            left = left.and_then(|left| left.checked_sub(batch.size())).filter(|left| *left > 0);
            wanted
        });
        Ok(wanted.cloned().collect())
    }

    fn committed(&self, group: &str) -> Result<BTreeMap<TopicPartition, Committed>, TransportError> {
        Ok(self.lock().committed.get(group).cloned().unwrap_or_default())
    }

    fn settled(&self) -> BoxFuture<'static, Result<(), TransportError>> {
        Box::pin(ready(Ok(())))
    }

    fn append(
        &self,
        at: &TopicPartition,
        batch: Batch,
        _acknowledge: Acknowledge,
    ) -> BoxFuture<'static, Result<Appended, AppendError>> {
        Box::pin(ready(self.append_now(at, batch)))
    }

    fn transact(&self, transaction: Transaction) -> BoxFuture<'static, Result<Transacted, TransportError>> {
        Box::pin(ready(self.transact_now(transaction)))
    }

    fn compresses(&self) -> bool {
        false
    }

    fn next_producer(&self) -> u64 {
        self.producers.fetch_add(1, Ordering::Relaxed)
    }
}
