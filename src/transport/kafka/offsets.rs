//! Offsets: where a place lies in a partition, and what groups have committed.

use std::collections::BTreeMap;

use krafka::KrafkaError;
use krafka::admin::{ListConsumerGroupOffsetsOptions, ListOffsetsOptions, OffsetSpec};
use krafka::consumer::TopicPartition as Named;
use krafka::error::ErrorCode;

use crate::record::TopicPartition;

use super::super::local::unknown_topic;
use super::super::{Committed, Place, TransportError, TransportErrorKind};
use super::error::{fault, kind_of};
use super::link::Link;
use super::topics;

/// The offset of a place in one partition.
pub(super) async fn offset(link: &Link, at: &TopicPartition, place: Place) -> Result<u64, TransportError> {
    topics::existing(link, at).await?;
    let offsets = places(link, std::slice::from_ref(at), place).await?;
    offsets.get(at).copied().ok_or_else(|| unknown_topic(&at.topic))
}

/// The offset of a place in each of these partitions; those that do not exist are left out.
pub(super) async fn places(
    link: &Link,
    of: &[TopicPartition],
    place: Place,
) -> Result<BTreeMap<TopicPartition, u64>, TransportError> {
    // -1 and -2 mean other places to Kafka, and no record is from before 1970.
    let place = match place {
        Place::Timestamp(..0) => Place::Earliest,
        place => place,
    };
    let earliest = match place {
        Place::Earliest | Place::Offset(_) => listed(link, of, OffsetSpec::Earliest).await?,
        Place::Latest | Place::Timestamp(_) => BTreeMap::new(),
    };
    if place == Place::Earliest {
        return Ok(earliest);
    }
    let mut offsets = listed(link, of, OffsetSpec::Latest).await?;
    match place {
        Place::Offset(wanted) => {
            for (at, offset) in &mut offsets {
                let first = earliest.get(at).copied().unwrap_or(0).min(*offset);
                *offset = wanted.clamp(first, *offset);
            }
        }
        Place::Timestamp(time) => {
            let asked: Vec<_> =
                offsets.keys().map(|at| (at.topic.to_string(), at.partition.cast_signed())).collect();
            let asked: Vec<_> = asked.iter().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
            for ((topic, partition), found) in link.lookup.offsets_for_times(&asked, time).await {
                let at = TopicPartition::new(topic, partition.cast_unsigned());
                let found =
                    found.map_err(|error| fault(format_args!("cannot look a time up in {at}"), error))?;
                // A time that no record has reached is at the end.
                if let (Ok(found), Some(offset)) = (u64::try_from(found), offsets.get_mut(&at)) {
                    *offset = found;
                }
            }
        }
        Place::Earliest | Place::Latest => {}
    }
    Ok(offsets)
}

/// What a group has committed; nothing of one that nobody knows.
pub(super) async fn committed(
    link: &Link,
    group: &str,
) -> Result<BTreeMap<TopicPartition, Committed>, TransportError> {
    let failed = |error| fault(format_args!("cannot ask for the offsets of group `{group}`"), error);
    let options = ListConsumerGroupOffsetsOptions::default().require_stable(true);
    let answers = match link.admin.list_consumer_group_offsets(group, options).await {
        Err(KrafkaError::Broker { code: ErrorCode::GroupIdNotFound, .. }) => return Ok(BTreeMap::new()),
        answers => answers.map_err(failed)?,
    };
    let mut committed = BTreeMap::new();
    for (at, answer) in answers {
        let answer = answer.map_err(failed)?;
        if let Some(offset) = answer.offset {
            let metadata = answer.metadata.filter(|text| !text.is_empty());
            let at = TopicPartition::new(at.topic, at.partition.cast_unsigned());
            committed.insert(at, Committed { offset: offset.cast_unsigned(), metadata });
        }
    }
    Ok(committed)
}

/// Waits until no transaction is open that carries these offsets of a group.
pub(super) async fn settled(link: &Link, group: &str, partitions: Vec<Named>) -> Result<(), TransportError> {
    // Asked for by name, they are asked for again while one of them is not settled.
    let options = ListConsumerGroupOffsetsOptions::default().require_stable(true).partitions(partitions);
    let answer = link.admin.list_consumer_group_offsets(group, options).await;
    let failed = |error| fault(format_args!("cannot ask for the offsets of group `{group}`"), error);
    answer.map(drop).map_err(failed)
}

/// A partition, as the client names it.
pub(super) fn named(at: &TopicPartition) -> Named {
    Named::new(&*at.topic, at.partition.cast_signed())
}

/// As a reader of what is committed sees it. Partitions that do not exist are left out.
async fn listed(
    link: &Link,
    of: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<BTreeMap<TopicPartition, u64>, TransportError> {
    if of.is_empty() {
        return Ok(BTreeMap::new());
    }
    let failed = |error| fault("cannot look a place up in the partitions", error);
    let asked = of.iter().map(|at| (named(at), spec));
    let options = ListOffsetsOptions::default().read_committed(true);
    let answers = link.admin.list_offsets(asked, options).await.map_err(failed)?;
    let mut offsets = BTreeMap::new();
    for (at, answer) in answers {
        match answer {
            Ok(found) => {
                let at = TopicPartition::new(at.topic, at.partition.cast_unsigned());
                offsets.insert(at, found.offset.cast_unsigned());
            }
            Err(error) if kind_of(&error) == TransportErrorKind::UnknownTopic => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(offsets)
}
