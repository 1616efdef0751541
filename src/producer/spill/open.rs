//! Opening a spill: finds what an earlier process has left there, or begins anew.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Aside, Backlog, Spill};
use crate::producer::SendError;
use crate::producer::dice::Dice;
use crate::producer::keeper::Signal;
use crate::record::TopicPartition;
use crate::transport::{
    Committed, ConsumerSpec, Event, Place, PollLimits, ProducerSpec, RawConsumer, Retention, TopicSpec,
    Transport, TransportError,
};

/// Nobody else may take the spill over while its owner is busy forwarding.
const SESSION: Duration = Duration::from_hours(24 * 365);
/// Numbers of producers that log count up from 0 leave this bit free.
const OWN_NUMBER: u64 = 1 << 63;

impl Spill {
    /// Opens it for a destination: who reads it, and what lies there by partition.
    pub(in crate::producer) async fn open(
        self,
        destination: &str,
        partitions: u32,
    ) -> Result<(Arc<Aside>, Box<dyn RawConsumer>, Vec<Backlog>), SendError> {
        let Self { log, name, limit } = self;
        let name = name.unwrap_or_else(|| format!("spill-{destination}"));
        let found = log.topics().await?.into_iter().find_map(|topic| {
            let number = topic.name.strip_prefix(&name)?.strip_prefix('-')?;
            let number = u64::from_str_radix(number, 16).ok().filter(|_| number.len() == 16)?;
            Some((topic, number))
        });
        if let Some((topic, number)) = found {
            let consumer = join(&*log, &name, &topic).await?;
            let backlogs = backlogs(&*log, &topic).await?;
            if backlogs.iter().any(|backlog| backlog.is_aside) {
                return Ok((aside(log, &topic, number, limit).await?, consumer, backlogs));
            }
            // What is forwarded is let go of.
            consumer.close().await?;
            log.delete_topic(&topic.name).await?;
        }
        let number = Dice::new().roll() | OWN_NUMBER;
        let kept = Retention { bytes: Some(limit.saturating_mul(2)), ..Retention::default() };
        let topic = TopicSpec::new(&format!("{name}-{number:016x}"), partitions).with_retention(kept);
        log.create_topic(topic.clone()).await?;
        let consumer = join(&*log, &name, &topic).await?;
        Ok((aside(log, &topic, number, limit).await?, consumer, Vec::new()))
    }
}

async fn aside(
    log: Arc<dyn Transport>,
    topic: &TopicSpec,
    number: u64,
    limit: u64,
) -> Result<Arc<Aside>, TransportError> {
    let raw = log.open_producer(ProducerSpec::default()).await?.into();
    let (partitions, topic) = (topic.partitions, topic.name.as_str().into());
    Ok(Arc::new(Aside {
        topic,
        number,
        log,
        raw,
        limit,
        partitions,
        stop: Signal::default(),
        ended: Arc::default(),
    }))
}

/// Who forwards has all partitions: one producer at a time.
async fn join(log: &dyn Transport, name: &str, topic: &TopicSpec) -> Result<Box<dyn RawConsumer>, SendError> {
    let spec = ConsumerSpec::new(&[&topic.name]).with_group(&topic.name).with_session_timeout(SESSION);
    let mut consumer = log.open_consumer(spec).await?;
    match consumer.next(PollLimits::default().now()).await? {
        Event::Assigned { partitions, .. } if partitions.len() == topic.partitions as usize => Ok(consumer),
        _ => {
            let message = format!(
                "the spill `{name}` is in use by another producer of this process; give this one a name of its own"
            );
            Err(SendError::Settings { message })
        }
    }
}

/// What waits to be forwarded, by partition.
async fn backlogs(log: &dyn Transport, topic: &TopicSpec) -> Result<Vec<Backlog>, TransportError> {
    let committed: BTreeMap<TopicPartition, Committed> = log.committed(&topic.name).await?;
    let mut backlogs = vec![Backlog::default(); topic.partitions as usize];
    for (number, backlog) in (0..).zip(&mut backlogs) {
        let at = TopicPartition::new(topic.name.as_str(), number);
        let first = log.offset(&at, Place::Earliest).await?;
        backlog.forwarded = committed.get(&at).map_or(first, |committed| committed.offset);
        backlog.end = log.offset(&at, Place::Latest).await?;
        backlog.is_aside = backlog.forwarded < backlog.end;
        backlog.first = backlog.is_aside.then_some(0);
    }
    let mut reader = log.open_consumer(ConsumerSpec::new(&[&topic.name])).await?;
    loop {
        match reader.next(PollLimits::default().now()).await? {
            Event::Assigned { partitions, .. } => {
                for (at, _) in partitions {
                    let from = backlogs.get(at.partition as usize).map_or(0, |backlog| backlog.forwarded);
                    reader.seek(&at, Place::Offset(from)).await?;
                }
            }
            Event::Records { at, batch, .. } => {
                if let Some(backlog) = backlogs.get_mut(at.partition as usize) {
                    backlog.bytes += batch.size() as u64;
                    backlog.records += batch.len() as u64;
                }
            }
            Event::Idle => return Ok(backlogs),
            _ => {}
        }
    }
}
