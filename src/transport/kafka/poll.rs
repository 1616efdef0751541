//! The task that polls for a consumer: it keeps the membership, however long a handler takes, and tells what the group decides.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use krafka::KrafkaError;
use krafka::consumer::{ConsumerRebalanceListener, TopicPartition as Named};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use crate::record::TopicPartition;

use super::super::{ConsumerSpec, Place, TransportError, TransportErrorKind};
use super::error::{fault, kind_of};
use super::link::Link;
use super::member::{Member, position};
use super::{offsets, topics};

/// How long a poll waits for records. It ends earlier when somebody wants it to.
const WAIT: Duration = Duration::from_millis(500);
/// How long to wait after trouble, and between two looks at the membership while there is no room for records.
const BREATH: Duration = Duration::from_millis(100);

/// What a consumer reads, and how it follows topics that are given more partitions.
pub(super) enum Reads {
    /// All partitions of these topics.
    All(Vec<String>),
    /// What the group gives it, where one of the members assigns: each topic with the partitions that it was assigned by.
    Shared(BTreeMap<String, usize>),
    /// What the group gives it, where the broker assigns, and knows.
    Given,
}

/// Polls until the member is closed.
pub(super) async fn poll(member: Arc<Member>, link: Arc<Link>, mut reads: Reads) {
    let mut looked = Instant::now();
    while !member.is_closed() {
        if looked.elapsed() >= link.settings.metadata_age {
            looked = Instant::now();
            reads.follow(&member, &link).await;
        }
        let is_full = member.begin_poll();
        match member.client.poll(if is_full { Duration::ZERO } else { WAIT }).await {
            Ok(records) if records.is_empty() => member.news.notify_one(),
            Ok(records) => member.take_in(records),
            Err(KrafkaError::Wakeup) => {}
            Err(KrafkaError::NoOffset { partitions }) => {
                let partitions: Vec<_> =
                    partitions.into_iter().map(|(topic, partition)| unnamed(&topic, partition)).collect();
                if pass_over(&member, &link, &partitions).await.is_err() {
                    sleep(BREATH).await;
                }
            }
            Err(KrafkaError::Closed { .. }) => return,
            Err(error) => {
                // Passing trouble passes; a person is told of the rest.
                if kind_of(&error) != TransportErrorKind::Unreachable {
                    member.fail(fault("cannot read", error));
                }
                sleep(BREATH).await;
            }
        }
        if is_full {
            let _ = timeout(BREATH, member.room.notified()).await;
        } else {
            // Whoever was woken for these records is next on this thread, where no other takes it over. A poll that has records in
            // store never waits by itself.
            yield_now().await;
        }
    }
}

impl Reads {
    /// What cannot be learned now can be learned the next time.
    async fn follow(&mut self, member: &Member, link: &Link) {
        match self {
            Self::All(topics) => {
                for topic in topics {
                    let _ = follow(member, link, topic).await;
                }
            }
            Self::Shared(counts) => {
                let mut has_grown = false;
                for (topic, count) in counts.iter_mut() {
                    // As the client sees it, since that is what it assigns by.
                    if let Ok(seen) = member.client.fetch_metadata(Some(topic)).await {
                        let seen = seen.topics.first().map_or(*count, |topic| topic.partition_count());
                        has_grown |= seen > *count;
                        *count = seen;
                    }
                }
                if has_grown {
                    join_again(member, counts).await;
                }
            }
            Self::Given => {}
        }
    }
}

/// Lets the group share anew. The client does not do so for partitions that were added, but for topics that change: so it is told of
/// a change, and that it was none, before it can act on the first.
async fn join_again(member: &Member, counts: &BTreeMap<String, usize>) {
    let topics: Vec<_> = counts.keys().collect();
    let _ = member.client.subscribe(topics.iter().chain(topics.first())).await;
    let _ = member.client.subscribe(&topics).await;
}

/// A consumer without a group reads partitions that are added, and no longer those of a topic that was deleted.
async fn follow(member: &Member, link: &Link, topic: &str) -> Result<(), TransportError> {
    let count = topics::partitions(link, topic).await?.unwrap_or(0);
    let mut owned = member.owned();
    owned.retain(|at| &*at.topic == topic);
    let all: Vec<_> = (0..count).map(|partition| TopicPartition::new(topic, partition)).collect();
    let (added, gone): (Vec<_>, Vec<_>) = (
        all.iter().filter(|at| !owned.contains(at)).cloned().collect(),
        owned.iter().filter(|at| !all.contains(at)).cloned().collect(),
    );
    if !gone.is_empty() {
        member.lost(&gone);
        // The client may refuse a topic that is no more, and leaves it alone then.
        let _ = assign(member, topic, count).await;
    }
    if !added.is_empty() {
        assign(member, topic, count).await?;
        // All that is in a new partition is newer than this consumer.
        let starts = offsets::places(link, &added, Place::Earliest).await?;
        start(member, starts.into_iter().collect(), &BTreeMap::new()).await;
    }
    Ok(())
}

/// Subscribes, or takes all partitions where there is no group.
pub(super) async fn begin(
    member: Arc<Member>,
    link: Arc<Link>,
    spec: ConsumerSpec,
    counts: Vec<(u32, String)>,
) -> Result<(), TransportError> {
    if spec.group.is_some() {
        let subscribed = member.client.subscribe(&spec.topics).await;
        return subscribed.map_err(|error| fault("cannot subscribe", error));
    }
    let mut all = Vec::new();
    for (count, topic) in &counts {
        assign(&member, topic, *count).await?;
        all.extend((0..*count).map(|partition| TopicPartition::new(topic.as_str(), partition)));
    }
    let starts = offsets::places(&link, &all, spec.start).await?;
    start(&member, starts.into_iter().collect(), &BTreeMap::new()).await;
    Ok(())
}

/// Takes that many partitions of a topic without a group.
async fn assign(member: &Member, topic: &str, count: u32) -> Result<(), TransportError> {
    let partitions = (0..count.cast_signed()).collect();
    let assigned = member.client.assign(topic, partitions).await;
    assigned.map_err(|error| fault(format_args!("cannot read topic `{topic}`"), error))
}

/// Begins partitions where they are to begin, and says so. One that is to begin behind its end begins there, which is a gap; where no
/// end is given, the place is known to be there.
async fn start(member: &Member, starts: Vec<(TopicPartition, u64)>, ends: &BTreeMap<TopicPartition, u64>) {
    for (at, offset) in &starts {
        let offset = ends.get(at).map_or(*offset, |end| *end.min(offset));
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        // One that has gone in between is told as lost next.
        let _ = member.client.seek(&at.topic, at.partition.cast_signed(), offset).await;
    }
    let cut: Vec<_> =
        starts.iter().filter_map(|(at, from)| Some((at.clone(), *from, *ends.get(at)?))).collect();
    member.assigned(starts);
    for (at, from, end) in cut.iter().filter(|(_, from, end)| from > end) {
        member.gap(at, *from, *end);
    }
}

/// Goes on at what is kept where retention was quicker, and tells the gap.
async fn pass_over(
    member: &Member,
    link: &Link,
    partitions: &[TopicPartition],
) -> Result<(), TransportError> {
    let earliest = offsets::places(link, partitions, Place::Earliest).await?;
    let latest = offsets::places(link, partitions, Place::Latest).await?;
    for at in partitions {
        if let (Some(from), Some(first), Some(end)) =
            (position(&member.client, at), earliest.get(at), latest.get(at))
        {
            member.skip(at, from, from.clamp(*first, *end.max(first)));
        }
    }
    Ok(())
}

/// Told by the client what the group decides; the client waits until it returns. Whatever goes, what is assigned is told next, if it
/// is nothing.
pub(super) struct Listener {
    pub(super) member: Arc<OnceLock<Weak<Member>>>,
    pub(super) link: Arc<Link>,
    pub(super) start: Place,
    pub(super) patience: Duration,
}

impl ConsumerRebalanceListener for Listener {
    async fn on_partitions_assigned(&self, partitions: &[Named]) {
        let Some(member) = self.member() else { return };
        let partitions = all_unnamed(partitions);
        loop {
            match self.starts(&member, &partitions).await {
                Ok((starts, ends)) => return start(&member, starts, &ends).await,
                Err(_) if member.is_closed() => return,
                Err(error) => {
                    if error.kind != TransportErrorKind::Unreachable {
                        member.fail(error);
                    }
                    sleep(BREATH).await;
                }
            }
        }
    }

    async fn on_partitions_revoked(&self, partitions: &[Named]) {
        let Some(member) = self.member() else { return };
        let partitions = all_unnamed(partitions);
        let Some(generation) = member.revoking(&partitions) else { return };
        match timeout(self.patience, member.answered(generation)).await {
            Ok(()) => member.released(&partitions),
            Err(_) => {
                member.lost(&partitions);
                member.rejoins();
            }
        }
    }

    async fn on_partitions_lost(&self, partitions: &[Named]) {
        if let Some(member) = self.member() {
            member.lost(&all_unnamed(partitions));
            member.rejoins();
        }
    }
}

impl Listener {
    fn member(&self) -> Option<Arc<Member>> {
        self.member.get()?.upgrade()
    }

    /// Where each begins: behind what the group has committed, else where the spec says. And the ends of those of which the group has
    /// committed something, which may lie before that.
    async fn starts(&self, member: &Member, partitions: &[TopicPartition]) -> Result<Starts, TransportError> {
        let asked: Vec<_> = partitions.iter().map(|at| (&*at.topic, at.partition.cast_signed())).collect();
        let committed = member.client.committed(&asked).await;
        let committed =
            committed.map_err(|error| fault("cannot ask for what the group has committed", error))?;
        let offset = |at: &TopicPartition| committed.get(&(at.topic.to_string(), at.partition.cast_signed()));
        let (kept, fresh): (Vec<_>, Vec<_>) = partitions.iter().cloned().partition(|at| offset(at).is_some());
        let places = offsets::places(&self.link, &fresh, self.start).await?;
        let ends = offsets::places(&self.link, &kept, Place::Latest).await?;
        let start = |at: &TopicPartition| {
            let offset = match offset(at) {
                Some(committed) => committed.offset.cast_unsigned(),
                None => *places.get(at)?,
            };
            Some((at.clone(), offset))
        };
        Ok((partitions.iter().filter_map(start).collect(), ends))
    }
}

/// Where partitions begin, and where some of them end.
type Starts = (Vec<(TopicPartition, u64)>, BTreeMap<TopicPartition, u64>);

fn unnamed(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition::new(topic, partition.cast_unsigned())
}

fn all_unnamed(partitions: &[Named]) -> Vec<TopicPartition> {
    partitions.iter().map(|at| unnamed(&at.topic, at.partition)).collect()
}
