//! Which member reads which partition: Kafka's three ways, as pure functions of who is there.
//!
//! | way | balance | what moves when a member comes or goes |
//! |---|---|---|
//! | range | per topic, within one among its readers | whatever the runs say |
//! | round-robin | over all topics, within one where all read the same | whatever the turns say |
//! | sticky | a member with two fewer than another one can be given none of that one's | only what has to |
//!
//! Members come in the order in which they joined, where Kafka takes that of their ids.
//!
//! Sources: the documentation of Kafka's `RangeAssignor`, `RoundRobinAssignor` and `CooperativeStickyAssignor`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::TopicPartition;

use super::super::Assignor;

/// The owner of each partition.
pub(super) type Owners = BTreeMap<TopicPartition, u64>;
/// The topics that are read, each with its number of partitions.
pub(super) type Topics = BTreeMap<Arc<str>, u32>;
/// Each member with the topics that it reads.
pub(super) type Readers<'m> = [(u64, &'m [Arc<str>])];

/// Shares the partitions; `before` is who was to have them until now.
pub(super) fn share(assignor: Assignor, topics: &Topics, members: &Readers<'_>, before: &Owners) -> Owners {
    match assignor {
        Assignor::Range => by_range(topics, members),
        Assignor::RoundRobin => by_turns(topics, members),
        Assignor::CooperativeSticky => sticky(topics, members, before),
    }
}

/// Per topic, the members that read it take runs of partitions, the first ones one more where it does not divide evenly.
fn by_range(topics: &Topics, members: &Readers<'_>) -> Owners {
    let mut owners = Owners::new();
    for (topic, &partitions) in topics {
        let readers = members.iter().filter(|(_, topics)| topics.contains(topic));
        let count = readers.clone().count() as u32;
        if count == 0 {
            continue;
        }
        let (each, more) = (partitions / count, partitions % count);
        let mut next = 0;
        for (index, (member, _)) in (0..).zip(readers) {
            let end = next + each + u32::from(index < more);
            for partition in next..end {
                owners.insert(TopicPartition::new(Arc::clone(topic), partition), *member);
            }
            next = end;
        }
    }
    owners
}

/// One partition after the other to the next member that reads its topic.
fn by_turns(topics: &Topics, members: &Readers<'_>) -> Owners {
    let mut owners = Owners::new();
    let mut turn = members.iter().cycle();
    for at in partitions(topics) {
        // Once around, each is asked.
        let reader = turn.by_ref().take(members.len()).find(|(_, topics)| topics.contains(&at.topic));
        if let Some((member, _)) = reader {
            owners.insert(at, *member);
        }
    }
    owners
}

/// As before, as far as that is balanced.
fn sticky(topics: &Topics, members: &Readers<'_>, before: &Owners) -> Owners {
    let mut shares: BTreeMap<u64, Vec<TopicPartition>> =
        members.iter().map(|(member, _)| (*member, Vec::new())).collect();
    let readers = |at: &TopicPartition| {
        let reads = members.iter().filter(|(_, topics)| topics.contains(&at.topic));
        reads.map(|(member, _)| *member).collect::<Vec<_>>()
    };
    let readers: BTreeMap<&Arc<str>, Vec<u64>> =
        topics.keys().map(|topic| (topic, readers(&TopicPartition::new(Arc::clone(topic), 0)))).collect();
    let may_have = |at: &TopicPartition| readers.get(&at.topic).map(Vec::as_slice).unwrap_or_default();

    let mut free = Vec::new();
    for at in partitions(topics) {
        match before.get(&at).filter(|owner| may_have(&at).contains(owner)) {
            Some(owner) => shares.entry(*owner).or_default().push(at),
            None => free.push(at),
        }
    }
    for at in free {
        if let Some(least) = fewest(&shares, may_have(&at)) {
            shares.entry(least).or_default().push(at);
        }
    }
    while let Some((from, index, to)) = one_move(&shares, may_have) {
        let moved = shares.get_mut(&from).map(|share| share.remove(index));
        shares.entry(to).or_default().extend(moved);
    }
    let owned = shares.into_iter().flat_map(|(member, share)| share.into_iter().map(move |at| (at, member)));
    owned.collect()
}

/// A partition, by its place in the share of a member, and a member that has two fewer and may have it. The largest share is
/// looked at first and loses its last partition first. Each such move makes the shares more even, so they come to an end.
fn one_move<'r>(
    shares: &BTreeMap<u64, Vec<TopicPartition>>,
    may_have: impl Fn(&TopicPartition) -> &'r [u64],
) -> Option<(u64, usize, u64)> {
    let mut largest: Vec<_> = shares.iter().collect();
    largest.sort_by_key(|(_, share)| std::cmp::Reverse(share.len()));
    for (from, share) in largest {
        let mut seen: Option<&Arc<str>> = None;
        for (index, at) in share.iter().enumerate().rev() {
            // Partitions of one topic have the same readers.
            if seen.replace(&at.topic) == Some(&at.topic) {
                continue;
            }
            let to = fewest(shares, may_have(at));
            let gains = |to: &u64| shares.get(to).is_some_and(|other| other.len() + 2 <= share.len());
            if let Some(to) = to.filter(gains) {
                return Some((*from, index, to));
            }
        }
    }
    None
}

/// The first of these members with the fewest partitions.
fn fewest(shares: &BTreeMap<u64, Vec<TopicPartition>>, members: &[u64]) -> Option<u64> {
    members.iter().copied().min_by_key(|member| shares.get(member).map_or(0, Vec::len))
}

/// All partitions, by topic and number.
fn partitions(topics: &Topics) -> impl Iterator<Item = TopicPartition> {
    topics.iter().flat_map(|(topic, &count)| {
        (0..count).map(move |partition| TopicPartition::new(Arc::clone(topic), partition))
    })
}

#[cfg(test)]
mod tests;
