//! The group against what its members believe: whatever happens in whatever order, no partition has two owners.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const SESSION: Duration = Duration::from_secs(10);
const PARTITIONS: u32 = 5;

#[derive(Debug, Clone)]
enum Step {
    Join,
    Leave(usize),
    /// A member asks what is new, and answers what it is asked.
    Poll(usize),
    /// A member asks, but does not answer.
    PollOnly(usize),
    Wait(Duration),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Join),
        1 => (0..4_usize).prop_map(Step::Leave),
        8 => (0..4_usize).prop_map(Step::Poll),
        2 => (0..4_usize).prop_map(Step::PollOnly),
        2 => (1..12_u64).prop_map(|seconds| Step::Wait(Duration::from_secs(seconds))),
    ]
}

/// What each member believes to be its own, with the generation.
#[derive(Debug, Default)]
struct World {
    group: Group,
    assignor: Assignor,
    now: Duration,
    next: u64,
    members: BTreeMap<u64, BTreeMap<TopicPartition, Generation>>,
    /// What was asked for and not answered yet.
    asked: BTreeSet<(u64, TopicPartition)>,
}

impl World {
    fn member(&self, index: usize) -> Option<u64> {
        self.members.keys().nth(index).copied()
    }

    fn step(&mut self, step: &Step) {
        self.group.expire(self.now);
        match step {
            Step::Join => {
                self.next += 1;
                let topics = [("t".into(), PARTITIONS)];
                let joined = self.group.join(self.next, &topics, self.assignor, SESSION, self.now);
                assert_eq!(joined, Ok(()));
                self.members.insert(self.next, BTreeMap::new());
            }
            Step::Leave(index) => {
                if let Some(id) = self.member(*index) {
                    self.members.remove(&id);
                    self.group.leave(id, self.now);
                }
            }
            Step::Poll(index) => self.poll(*index, true),
            Step::PollOnly(index) => self.poll(*index, false),
            Step::Wait(by) => self.now += *by,
        }
    }

    fn poll(&mut self, index: usize, answers: bool) {
        let Some(id) = self.member(index) else { return };
        self.group.heard(id, self.now);
        let Some(notice) = self.group.notice(id).cloned() else { return };
        self.group.told(id);
        let owned = self.members.entry(id).or_default();
        match notice {
            Notice::Assigned { generation, partitions } => {
                for at in partitions {
                    assert!(owned.insert(at.clone(), generation).is_none(), "{at} was this member's already");
                }
            }
            Notice::Revoking { generation, partitions } => {
                for at in &partitions {
                    assert_eq!(owned.get(at), Some(&generation), "{at} is asked for in its generation");
                }
                self.asked.extend(partitions.into_iter().map(|at| (id, at)));
                if answers {
                    // One answer is for everything that was asked for up to that generation.
                    owned.retain(|at, since| *since > generation || !self.asked.remove(&(id, at.clone())));
                    self.group.revoked(id, generation, self.now);
                }
            }
            Notice::Lost { generation, partitions } => {
                for at in partitions {
                    self.asked.remove(&(id, at.clone()));
                    // An answer that came too late for this one has let it go already.
                    let since = owned.remove(&at).unwrap_or(generation);
                    assert_eq!(since, generation, "{at} is lost in the generation in which it was had");
                }
            }
        }
    }

    /// Who may commit is at most one, and believes so, unless it has yet to hear of it.
    fn check(&self) {
        for partition in 0..PARTITIONS {
            let at = TopicPartition::new("t", partition);
            let may = |(id, owned): &(&u64, &BTreeMap<_, _>)| {
                owned.get(&at).is_some_and(|generation| self.group.owns(**id, *generation, &at))
            };
            assert!(self.members.iter().filter(may).count() <= 1, "{at} has two owners");
        }
    }
}

proptest! {
    #[test]
    fn a_partition_never_has_two_owners_and_is_never_forgotten(
        steps in proptest::collection::vec(any_step(), 0..80),
        assignor in proptest::sample::select(&[Assignor::Range, Assignor::RoundRobin, Assignor::CooperativeSticky][..]),
    ) {
        let mut world = World { assignor, ..World::default() };
        for step in &steps {
            world.step(step);
            world.check();
        }
        // Once everybody listens and answers, everything is given out, evenly.
        world.step(&Step::Join);
        world.now += SESSION * 2;
        for _ in 0..100 {
            for index in 0..world.members.len() {
                world.poll(index, true);
            }
            // Nobody is silent, but partitions that were asked for without an answer are taken in the end.
            world.now += SESSION / 8;
            world.group.expire(world.now);
        }
        let owned: Vec<_> = world.members.values().flat_map(BTreeMap::keys).collect();
        prop_assert_eq!(owned.len(), PARTITIONS as usize);
        prop_assert_eq!(owned.iter().collect::<BTreeSet<_>>().len(), PARTITIONS as usize);
        let most = world.members.values().map(BTreeMap::len).max().unwrap_or_default();
        prop_assert!(most <= (PARTITIONS as usize).div_ceil(world.members.len()).max(1));
    }
}
