//! One write transaction: the commands in it, and the rows that they touch.

use std::collections::BTreeSet;

use redb::{Table, WriteTransaction};

use crate::record::{Batch, TopicPartition};

use super::super::local::{
    Hub, SequenceRow, Transacted, Transaction, Verdict, exists, unknown_topic, unsequenced,
};
use super::super::{Appended, CommitOutcome, TopicSpec, TransportError};
use super::batches::Place;
use super::catalog::{Catalog, PartitionRow, Topic};
use super::command::{Pending, Write, refuse};
use super::fault::Fault;
use super::rows;
use super::tables::{
    BATCHES, COUNTS, Definition, GROUPS, META, PARTITIONS, PRODUCERS, TOPICS, partition_key, producer_key,
    sealed,
};

/// A write transaction with the catalog as it is behind it.
pub(super) struct Session<'t, 'c> {
    transaction: &'t WriteTransaction,
    pub(super) batches: Table<'t, &'static [u8], &'static [u8]>,
    hub: &'c Hub,
    pub(super) catalog: &'c mut Catalog,
    pub(super) touched: &'c mut Touched,
    now: i64,
    pub(super) row: Vec<u8>,
}

/// What a transaction has changed.
#[derive(Debug, Default, Clone)]
pub(super) struct Touched {
    pub(super) topics: BTreeSet<String>,
    pub(super) partitions: BTreeSet<TopicPartition>,
    pub(super) groups: BTreeSet<String>,
    pub(super) producers: BTreeSet<(u64, u32, u32)>,
}

impl<'t, 'c> Session<'t, 'c> {
    pub(super) fn open(
        transaction: &'t WriteTransaction,
        hub: &'c Hub,
        catalog: &'c mut Catalog,
        touched: &'c mut Touched,
        now: i64,
    ) -> Result<Self, Fault> {
        let batches = transaction.open_table(BATCHES)?;
        Ok(Self { transaction, batches, hub, catalog, touched, now, row: Vec::new() })
    }

    /// Does one command. What cannot be done is answered at once and changes nothing; the rest waits in `pending`.
    pub(super) fn apply(&mut self, write: Write, pending: &mut Vec<Pending>) -> Result<(), Fault> {
        match write {
            Write::Append { at, batch, answer, .. } => match self.place(&at, &batch) {
                Err(error) => refuse(at, batch, answer, error, false),
                // It is there from an earlier transaction, or waits in this one.
                Ok(Some(appended)) => {
                    pending.push(Pending::Append { appended, batch: Box::new(batch), answer })
                }
                Ok(None) => {
                    let mut batch = Box::new(batch);
                    let appended = self.append(&at, &mut batch);
                    // Known to the caller before its fate is: on a fault it is answered with the others.
                    let placed = appended.as_ref().map_or_else(|_| unplaced(&at), Clone::clone);
                    pending.push(Pending::Append { appended: placed, batch, answer });
                    appended?;
                }
            },
            Write::Transact { transaction, answer } => match self.check(&transaction) {
                Err(error) => drop(answer.send(Err(error))),
                Ok(false) => drop(answer.send(Ok(Transacted::stale()))),
                Ok(true) => {
                    let transacted = self.transact(transaction);
                    let (transacted, fault) = match transacted {
                        Ok(transacted) => (transacted, None),
                        Err(fault) => (Transacted::stale(), Some(fault)),
                    };
                    pending.push(Pending::Transact { transacted, answer });
                    fault.map_or(Ok(()), Err)?;
                }
            },
            Write::CreateTopic { spec, answer } => match self.create_topic(spec) {
                Err(error) => drop(answer.send(Err(error))),
                Ok(()) => pending.push(Pending::Topic { answer }),
            },
            Write::GrowTopic { topic, partitions, answer } => match self.grow_topic(&topic, partitions) {
                Err(error) => drop(answer.send(Err(error))),
                Ok(()) => pending.push(Pending::Topic { answer }),
            },
        }
        Ok(())
    }

    /// Whether the batch is new here (`None`), or where it is already.
    fn place(&self, at: &TopicPartition, batch: &Batch) -> Result<Option<Appended>, TransportError> {
        let (topic, _) = self.catalog.partition(at)?;
        let Some(sequence) = batch.sequence() else { return Ok(None) };
        let row = self.catalog.producers.get(&(sequence.producer, topic, at.partition));
        match SequenceRow::verdict(row, sequence) {
            Verdict::Next => Ok(None),
            Verdict::Duplicate(base_offset, timestamp) => Ok(Some(Appended {
                at: at.clone(),
                base_offset,
                breaks: Vec::new(),
                timestamp,
                duplicate: true,
            })),
            verdict => Err(unsequenced(at, sequence, verdict)),
        }
    }

    fn append(&mut self, at: &TopicPartition, batch: &mut Batch) -> Result<Appended, Fault> {
        let (topic, row) = self.catalog.partition(at)?;
        let base_offset = row.bounds.end;
        batch.stamp(base_offset, self.now);
        let size = Place { at, topic }.write(&mut self.batches, batch, &mut self.row)?;
        if let Some(row) = self.catalog.partition_mut(at) {
            row.bounds.end = batch.next_offset();
            row.size += size;
        }
        self.touched.partitions.insert(at.clone());
        if let Some(sequence) = batch.sequence() {
            let key = (sequence.producer, topic, at.partition);
            let row = self.catalog.producers.remove(&key);
            let row = SequenceRow::behind(row, sequence, base_offset, self.now);
            self.catalog.producers.insert(key, row);
            self.catalog.next_producer = self.catalog.next_producer.max(sequence.producer.saturating_add(1));
            self.touched.producers.insert(key);
        }
        Ok(Appended {
            at: at.clone(),
            base_offset,
            breaks: Vec::new(),
            timestamp: self.now,
            duplicate: false,
        })
    }

    /// Whether a transaction may be written: its owner is the newest, its offsets are still its own, its partitions exist.
    fn check(&self, transaction: &Transaction) -> Result<bool, TransportError> {
        if let Some((id, epoch)) = &transaction.owner {
            self.hub.check_owner(id, *epoch)?;
        }
        for (at, _) in &transaction.batches {
            self.catalog.partition(at)?;
        }
        let offsets = &transaction.offsets;
        for (at, _) in offsets.iter().flat_map(|(_, offsets)| offsets) {
            self.catalog.partition(at)?;
        }
        Ok(offsets.iter().all(|(token, offsets)| self.hub.may_commit(token, offsets)))
    }

    fn transact(&mut self, transaction: Transaction) -> Result<Transacted, Fault> {
        let mut appended = Vec::with_capacity(transaction.batches.len());
        for (at, mut batch) in transaction.batches {
            appended.push(self.append(&at, &mut batch)?);
        }
        for (token, offsets) in transaction.offsets {
            for (at, committed) in offsets {
                let (topic, _) = self.catalog.partition(&at)?;
                let group = self.catalog.groups.entry(token.group.clone()).or_default();
                group.insert((topic, at.partition), committed);
            }
            self.touched.groups.insert(token.group);
        }
        Ok(Transacted { appended, outcome: CommitOutcome::Stored })
    }

    fn create_topic(&mut self, spec: TopicSpec) -> Result<(), TransportError> {
        spec.check()?;
        if let Some(topic) = self.catalog.topics.get(&spec.name) {
            return exists(&topic.spec, &spec);
        }
        let id = self.catalog.next_topic;
        self.catalog.next_topic += 1;
        let name = spec.name.clone();
        let at = |partition| TopicPartition::new(name.as_str(), partition);
        self.touched.partitions.extend((0..spec.partitions).map(at));
        let partitions = vec![PartitionRow::default(); spec.partitions as usize];
        self.touched.topics.insert(name.clone());
        self.catalog.topics.insert(name, Topic { id, spec, partitions });
        Ok(())
    }

    fn grow_topic(&mut self, name: &str, partitions: u32) -> Result<(), TransportError> {
        let topic = self.catalog.topics.get_mut(name).ok_or_else(|| unknown_topic(name))?;
        let before = topic.spec.partitions;
        if topic.spec.grows_to(partitions)? {
            topic.spec.partitions = partitions;
            topic.partitions.resize_with(partitions as usize, PartitionRow::default);
            let at = |partition| TopicPartition::new(name, partition);
            self.touched.partitions.extend((before..partitions).map(at));
            self.touched.topics.insert(name.to_owned());
        }
        Ok(())
    }

    /// Writes the rows of everything that was touched.
    pub(super) fn finish(self) -> Result<(), Fault> {
        for name in &self.touched.topics {
            let row = self.catalog.topics.get(name).map(|topic| rows::write_topic(topic.id, &topic.spec));
            self.put(TOPICS, name.as_bytes(), row)?;
        }
        for at in &self.touched.partitions {
            if let Ok((topic, row)) = self.catalog.partition(at) {
                let row = rows::write_partition(row);
                self.put(PARTITIONS, &partition_key(topic, at.partition), Some(row))?;
            }
        }
        for group in &self.touched.groups {
            let row = self.catalog.groups.get(group).map(rows::write_group);
            self.put(GROUPS, group.as_bytes(), row)?;
        }
        for key in &self.touched.producers {
            let row = self.catalog.producers.get(key).map(rows::write_producer);
            let (producer, topic, partition) = *key;
            self.put(PRODUCERS, &producer_key(producer, topic, partition), row)?;
        }
        self.put(META, COUNTS, Some(rows::write_counts(&self.catalog.counts())))
    }

    /// Writes a row, or removes it.
    pub(super) fn put(
        &self,
        definition: Definition,
        key: &[u8],
        value: Option<Vec<u8>>,
    ) -> Result<(), Fault> {
        let mut table = self.transaction.open_table(definition)?;
        match value {
            Some(value) => drop(table.insert(key, sealed(&definition, key, &value).as_slice())?),
            None => drop(table.remove(key)?),
        }
        Ok(())
    }
}

/// What stands in the answer of a batch whose writing failed.
fn unplaced(at: &TopicPartition) -> Appended {
    Appended {
        at: at.clone(),
        base_offset: Appended::UNKNOWN_OFFSET,
        breaks: Vec::new(),
        timestamp: 0,
        duplicate: false,
    }
}

impl Touched {
    pub(super) fn is_empty(&self) -> bool {
        let Self { topics, partitions, groups, producers } = self;
        topics.is_empty() && partitions.is_empty() && groups.is_empty() && producers.is_empty()
    }

    /// Takes what was touched over into another catalog.
    pub(super) fn copy(&self, from: &Catalog, to: &mut Catalog) {
        for name in &self.topics {
            match from.topics.get(name) {
                Some(topic) => drop(to.topics.insert(name.clone(), topic.clone())),
                None => drop(to.topics.remove(name)),
            }
        }
        for at in &self.partitions {
            if let (Ok((_, row)), Some(old)) = (from.partition(at), to.partition_mut(at)) {
                old.clone_from(row);
            }
        }
        for group in &self.groups {
            match from.groups.get(group) {
                Some(offsets) => drop(to.groups.insert(group.clone(), offsets.clone())),
                None => drop(to.groups.remove(group)),
            }
        }
    }

    /// Whether a catalog has what was touched as it was wanted: the transaction has reached the file.
    pub(super) fn is_in(&self, catalog: &Catalog, wanted: &Catalog) -> bool {
        let bounds = |catalog: &Catalog, at| catalog.partition(at).ok().map(|(_, row)| row.bounds.clone());
        !self.is_empty()
            && self.partitions.iter().all(|at| bounds(catalog, at) == bounds(wanted, at))
            && self.groups.iter().all(|group| catalog.groups.get(group) == wanted.groups.get(group))
            && self.producers.iter().all(|key| catalog.producers.get(key) == wanted.producers.get(key))
    }
}
