//! Which member reads which partition.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::TopicPartition;

/// Range assignment, as Kafka's: per topic, the members that read it take runs of partitions, the first ones one more where it
/// does not divide evenly.
pub(super) fn by_range(
    topics: &BTreeMap<Arc<str>, u32>,
    members: &[(u64, &[Arc<str>])],
) -> BTreeMap<TopicPartition, u64> {
    let mut owners = BTreeMap::new();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_members_take_one_more_where_it_does_not_divide() {
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let topics = BTreeMap::from([(Arc::clone(&a), 5), (Arc::clone(&b), 1)]);
        let both = [Arc::clone(&a), b];
        let owners = by_range(&topics, &[(1, &both), (2, &[a])]);
        let shown: Vec<_> = owners.iter().map(|(at, member)| format!("{at}:{member}")).collect();
        assert_eq!(shown, ["a-0:1", "a-1:1", "a-2:1", "a-3:2", "a-4:2", "b-0:1"]);
        assert!(by_range(&topics, &[]).is_empty());
    }
}
