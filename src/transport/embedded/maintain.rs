//! Retention, compaction and the deletion of topics.

use redb::ReadableTable;

use crate::record::{Batch, TopicPartition};

use super::super::local::{Extent, compacted, first_kept};
use super::super::{Retention, TransportError};
use super::batches::{Owned, Place, SEAL};
use super::catalog::PartitionRow;
use super::fault::Fault;
use super::session::{Session, Touched};
use super::tables::{PARTITIONS, partition_key};
use super::writer::Writer;

impl Writer {
    /// Applies the retention of every topic, as of that time.
    pub(super) fn maintain(&mut self, now: i64) -> Result<(), TransportError> {
        self.ready()?;
        let mut due = Vec::new();
        for (name, topic) in &self.ahead.topics {
            let partitions = (0..).zip(&topic.partitions);
            due.extend(partitions.map(|(partition, row)| {
                (
                    TopicPartition::new(name.as_str(), partition),
                    topic.spec.retention,
                    topic.id,
                    row.bounds.end,
                )
            }));
        }
        let forgotten = self.ahead.producers.iter().filter(|(_, row)| row.is_forgotten(now));
        let forgotten: Vec<_> = forgotten.map(|(key, _)| *key).collect();
        let mut changed = !forgotten.is_empty();
        if changed {
            self.alone(|session| {
                session.catalog.producers.retain(|key, _| !forgotten.contains(key));
                session.touched.producers.extend(forgotten.iter().copied());
                Ok(())
            })?;
        }
        // A partition that cannot be maintained, being damaged, does not keep the others from it.
        let mut outcome = Ok(());
        for (at, retention, topic, end) in due {
            match self.maintain_partition(&at, retention, (topic, end), now) {
                Ok(here) => changed |= here,
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        if changed {
            self.shared.hub.tell();
        }
        outcome
    }

    fn maintain_partition(
        &mut self,
        at: &TopicPartition,
        retention: Retention,
        (topic, end): (u32, u64),
        now: i64,
    ) -> Result<bool, TransportError> {
        let mut changed = false;
        if retention.age.is_some() || retention.bytes.is_some() {
            changed = self.expire(at, &retention, now)?;
        }
        // What has been compacted, and has not grown since, is left alone, unless it has tombstones that age.
        if retention.compact && self.compacted.get(&(topic, at.partition)) != Some(&end) {
            changed = true;
            let tombstones = self.compact(at, now)?;
            if !tombstones {
                self.compacted.insert((topic, at.partition), end);
            }
        }
        Ok(changed)
    }

    /// Removes the oldest batches of a partition where they are too old or too many.
    fn expire(
        &mut self,
        at: &TopicPartition,
        retention: &Retention,
        now: i64,
    ) -> Result<bool, TransportError> {
        let (topic, row) = self.ahead.partition(at)?;
        let (place, bounds, size) = (Place { at, topic }, row.bounds.clone(), row.size);
        if bounds.is_empty() {
            return Ok(false);
        }
        let found = self.shared.disk.read(|transaction| {
            let table = transaction.open_table(super::tables::BATCHES)?;
            let extents = place.scan(&table, bounds.clone())?.map(|batch| batch.map(|batch| extent(&batch)));
            first_kept(retention, size, extents, now)
        });
        let found = found.map_err(|fault| fault.tell("read", self.shared.disk.path()))?;
        let Some((first, removed)) = found else { return Ok(false) };
        if let Some(row) = self.ahead.partition_mut(at) {
            *row = PartitionRow { bounds: first..bounds.end, size: size.saturating_sub(removed) };
        }
        let touched = Touched { partitions: [at.clone()].into(), ..Touched::default() };
        // Readers learn first that the records go, so that they do not miss them as damaged.
        self.publish(&touched);
        self.alone(|session| {
            session.touched.clone_from(&touched);
            place.remove(&mut session.batches, 0..first)
        })?;
        Ok(true)
    }

    /// Compacts a partition. Answers whether tombstones are left that will go later.
    fn compact(&mut self, at: &TopicPartition, now: i64) -> Result<bool, TransportError> {
        let (topic, row) = self.ahead.partition(at)?;
        let (place, bounds) = (Place { at, topic }, row.bounds.clone());
        if bounds.is_empty() {
            return Ok(false);
        }
        let mut tombstones = false;
        let touched = self.alone(|session| {
            let changes = {
                let table = &session.batches;
                let scan = || Ok(place.scan(table, bounds.clone())?.map(|batch| batch.map(Owned)));
                compacted(scan, now)?
            };
            for (base, batch) in changes {
                let before = session.stored_size(&place, base)?;
                let size = match batch {
                    Some(batch) => place.write(&mut session.batches, &batch, &mut session.row)?,
                    None => {
                        place.remove(&mut session.batches, base..base.saturating_add(1))?;
                        0
                    }
                };
                if let Some(row) = session.catalog.partition_mut(at) {
                    row.size = (row.size + size).saturating_sub(before);
                }
                session.touched.partitions.insert(at.clone());
            }
            for batch in place.scan(&session.batches, bounds.clone())? {
                tombstones |= batch?.iter().any(|record| record.key.is_some() && record.value.is_none());
            }
            Ok(())
        })?;
        self.publish(&touched);
        Ok(tombstones)
    }

    /// Deletes a topic, its records, and what groups have committed for it.
    pub(super) fn delete_topic(&mut self, topic: &str) -> Result<(), TransportError> {
        self.ready()?;
        let id = self.ahead.topic(topic)?.id;
        let removed = self.ahead.topics.remove(topic);
        let of_topic = |(at, _): &(u32, u32)| *at == id;
        let groups = self.ahead.groups.iter_mut().filter_map(|(name, offsets)| {
            let before = offsets.len();
            offsets.retain(|key, _| !of_topic(key));
            (offsets.len() != before).then(|| name.clone())
        });
        let groups = groups.collect();
        let producers: Vec<_> =
            self.ahead.producers.keys().filter(|(_, topic, _)| *topic == id).copied().collect();
        self.ahead.producers.retain(|key, _| !producers.contains(key));
        let touched = Touched {
            topics: [topic.to_owned()].into(),
            groups,
            producers: producers.into_iter().collect(),
            ..Touched::default()
        };
        self.publish(&touched);
        self.shared.hub.forget_topic(topic);
        self.alone(|session| {
            session.touched.clone_from(&touched);
            for partition in 0..removed.map_or(0, |topic| topic.spec.partitions) {
                session.put(PARTITIONS, &partition_key(id, partition), None)?;
                let at = TopicPartition::new(topic, partition);
                Place { at: &at, topic: id }.remove(&mut session.batches, 0..u64::MAX)?;
            }
            Ok(())
        })?;
        self.compacted.retain(|(topic, _), _| *topic != id);
        Ok(())
    }
}

/// What a batch takes here: as many bytes as were added to its partition's when it was written, or those would drift away.
fn extent(batch: &Batch) -> Extent {
    let extent = Extent::of(batch);
    Extent { size: extent.size + SEAL as u64, ..extent }
}

impl Session<'_, '_> {
    /// The bytes of a stored batch.
    fn stored_size(&self, place: &Place<'_>, base: u64) -> Result<u64, Fault> {
        let key = super::tables::batch_key(place.topic, place.at.partition, base);
        Ok(self.batches.get(&key[..])?.map_or(0, |row| row.value().len() as u64))
    }
}
