//! Each way of sharing against what Kafka says of it: its own examples, and its rules on arbitrary groups.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn topics(counts: &[(&str, u32)]) -> Topics {
    counts.iter().map(|(topic, count)| ((*topic).into(), *count)).collect()
}

/// Members 0, 1, ... with the topics that each reads.
fn group(reads: &[&[&str]]) -> Vec<Vec<Arc<str>>> {
    reads.iter().map(|topics| topics.iter().map(|topic| (*topic).into()).collect()).collect()
}

fn members(group: &[Vec<Arc<str>>]) -> Vec<(u64, &[Arc<str>])> {
    (0..).zip(group).map(|(id, topics)| (id, topics.as_slice())).collect()
}

/// By member, what it has.
fn shown(owners: &Owners) -> BTreeMap<u64, Vec<String>> {
    let mut shares: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    owners.iter().for_each(|(at, member)| shares.entry(*member).or_default().push(at.to_string()));
    shares
}

#[test]
fn by_range_the_first_members_take_one_more_where_it_does_not_divide() {
    let group = group(&[&["a", "b"], &["a"]]);
    let owners = by_range(&topics(&[("a", 5), ("b", 1)]), &members(&group));
    let expected = [(0, vec!["a-0", "a-1", "a-2", "b-0"]), (1, vec!["a-3", "a-4"])];
    assert_eq!(shown(&owners), strings(&expected));
}

/// The two examples in the documentation of Kafka's `RoundRobinAssignor`.
#[test]
fn by_turns_goes_round_and_leaves_out_who_does_not_read_the_topic() {
    let same = group(&[&["t0", "t1"], &["t0", "t1"]]);
    let owners = by_turns(&topics(&[("t0", 3), ("t1", 3)]), &members(&same));
    let expected = [(0, vec!["t0-0", "t0-2", "t1-1"]), (1, vec!["t0-1", "t1-0", "t1-2"])];
    assert_eq!(shown(&owners), strings(&expected));
    let differ = group(&[&["t0"], &["t0", "t1"], &["t0", "t1", "t2"]]);
    let owners = by_turns(&topics(&[("t0", 1), ("t1", 2), ("t2", 3)]), &members(&differ));
    let expected = [(0, vec!["t0-0"]), (1, vec!["t1-0"]), (2, vec!["t1-1", "t2-0", "t2-1", "t2-2"])];
    assert_eq!(shown(&owners), strings(&expected));
}

/// The two examples in the documentation of Kafka's `StickyAssignor`: what remains with whom after a member has left.
#[test]
fn sticky_leaves_everybody_what_it_has() {
    let four = topics(&[("t0", 2), ("t1", 2), ("t2", 2), ("t3", 2)]);
    let all: &[&str] = &["t0", "t1", "t2", "t3"];
    let three = group(&[all, all, all]);
    let before = sticky(&four, &members(&three), &Owners::new());
    let expected =
        [(0, vec!["t0-0", "t1-1", "t3-0"]), (1, vec!["t0-1", "t2-0", "t3-1"]), (2, vec!["t1-0", "t2-1"])];
    assert_eq!(shown(&before), strings(&expected));
    let left = [members(&three)[0], members(&three)[2]];
    let after = sticky(&four, &left, &before);
    let expected = [(0, vec!["t0-0", "t1-1", "t2-0", "t3-0"]), (2, vec!["t0-1", "t1-0", "t2-1", "t3-1"])];
    assert_eq!(shown(&after), strings(&expected));

    let differ = group(&[&["t0"], &["t0", "t1"], &["t0", "t1", "t2"]]);
    let counts = topics(&[("t0", 1), ("t1", 2), ("t2", 3)]);
    let before = sticky(&counts, &members(&differ), &Owners::new());
    let expected = [(0, vec!["t0-0"]), (1, vec!["t1-0", "t1-1"]), (2, vec!["t2-0", "t2-1", "t2-2"])];
    assert_eq!(shown(&before), strings(&expected));
}

fn strings(shares: &[(u64, Vec<&str>)]) -> BTreeMap<u64, Vec<String>> {
    shares.iter().map(|(id, share)| (*id, share.iter().map(ToString::to_string).collect())).collect()
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Topics, and members that each read some of them.
fn any_group() -> impl Strategy<Value = (Topics, Vec<Vec<Arc<str>>>)> {
    let counts = prop::collection::vec(0u32..8, NAMES.len());
    let reads = prop::collection::vec(prop::sample::subsequence(&NAMES[..], 0..=NAMES.len()), 0..7);
    (counts, reads).prop_map(|(counts, reads)| {
        let counts: Vec<_> = NAMES.into_iter().zip(counts).collect();
        let group = reads.iter().map(|topics| topics.iter().map(|topic| (*topic).into()).collect());
        (topics(&counts), group.collect())
    })
}

fn any_assignor() -> impl Strategy<Value = Assignor> {
    prop::sample::select(&[Assignor::Range, Assignor::RoundRobin, Assignor::CooperativeSticky][..])
}

/// Owners as an earlier group may have left them, some of whom are gone or no longer read the topic.
fn any_before() -> impl Strategy<Value = Owners> {
    let owned = (prop::sample::select(&NAMES[..]), 0u32..8, 0u64..9);
    let at = |(topic, partition, member)| (TopicPartition::new(topic, partition), member);
    prop::collection::btree_set(owned, 0..30).prop_map(move |all| all.into_iter().map(at).collect())
}

fn size(owners: &Owners, member: u64) -> usize {
    owners.values().filter(|it| **it == member).count()
}

proptest! {
    #[test]
    fn every_partition_that_somebody_reads_has_one_owner_who_reads_it(
        (topics, group) in any_group(), before in any_before(), assignor in any_assignor(),
    ) {
        let members = members(&group);
        let owners = share(assignor, &topics, &members, &before);
        for at in partitions(&topics) {
            let reads = |(_, topics): &&(u64, &[Arc<str>])| topics.contains(&at.topic);
            let may: BTreeSet<u64> = members.iter().filter(reads).map(|(id, _)| *id).collect();
            match owners.get(&at) {
                Some(owner) => prop_assert!(may.contains(owner), "{at} went to {owner}"),
                None => prop_assert!(may.is_empty(), "{at} was left out"),
            }
        }
        prop_assert_eq!(owners.len(), owners.keys().filter(|at| at.partition < topics[&at.topic]).count());
    }

    #[test]
    fn where_all_read_the_same_the_shares_are_balanced_within_one(
        count in 0u32..60, readers in 1usize..9, before in any_before(), assignor in any_assignor(),
    ) {
        // Range balances each topic by itself, so there is one.
        let topics = topics(&[("a", count)]);
        let group = vec![vec![Arc::<str>::from("a")]; readers];
        let owners = share(assignor, &topics, &members(&group), &before);
        let sizes: Vec<_> = (0..readers as u64).map(|member| size(&owners, member)).collect();
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        prop_assert!(most - least <= 1, "{sizes:?}");
    }

    /// Kafka's own words: "each consumer that has 2+ fewer topic partitions than some other consumer cannot get any of those topic
    /// partitions transferred to it".
    #[test]
    fn sticky_is_balanced_as_far_as_what_the_members_read_lets_it(
        (topics, group) in any_group(), before in any_before(),
    ) {
        let members = members(&group);
        let owners = sticky(&topics, &members, &before);
        for (at, owner) in &owners {
            for (other, reads) in &members {
                let could = reads.contains(&at.topic) && size(&owners, *other) + 2 <= size(&owners, *owner);
                prop_assert!(!could, "{at} of {owner} could go to {other}: {:?}", shown(&owners));
            }
        }
    }

    #[test]
    fn sticky_moves_nothing_while_nobody_comes_or_goes((topics, group) in any_group(), before in any_before()) {
        let owners = sticky(&topics, &members(&group), &before);
        prop_assert_eq!(sticky(&topics, &members(&group), &owners), owners);
    }

    /// Where all read the same: who stays keeps all when another one goes, and when one comes nothing moves between the others.
    #[test]
    fn sticky_moves_only_what_has_to(count in 0u32..60, readers in 2usize..9, goes in 0u64..9) {
        let topics = topics(&[("a", count / 2), ("b", count - count / 2)]);
        let group = vec![vec![Arc::<str>::from("a"), "b".into()]; readers];
        let members = members(&group);
        let (newest, fewer) = (readers as u64 - 1, &members[..readers - 1]);
        let before = sticky(&topics, fewer, &Owners::new());
        let after = sticky(&topics, &members, &before);
        for (at, owner) in &after {
            prop_assert!(*owner == newest || before[at] == *owner, "{at} moved between those that were there");
        }
        prop_assert_eq!(size(&after, newest), count as usize / readers, "and no more than has to");
        let stay: Vec<_> = members.iter().copied().filter(|(id, _)| *id != goes).collect();
        let last = sticky(&topics, &stay, &after);
        for (at, owner) in after.iter().filter(|(_, owner)| **owner != goes) {
            prop_assert_eq!(last[at], *owner, "{} stays", at);
        }
    }
}
