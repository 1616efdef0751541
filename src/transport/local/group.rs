//! One group: its members, who owns which partition, and what each member is to be told. No clock, no waiting.
//!
//! A rebalance moves only what has to move. A partition that goes to another member is first *revoked*: its owner keeps it until
//! it answers, or until its session timeout is over. So no partition has two owners, and each knows since which generation it has
//! had one.
//!
//! ```text
//!          join, leave, silence: generation + 1
//! free ── Assigned ──> owned ── Revoking ──> owned, going ── revoked() ──> free
//!                        └── silence: Lost ──────┴── no answer: Lost ──────┘
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::record::TopicPartition;

use super::super::{Assignor, Generation};
use super::assign::{self, Owners};

/// What a member is to be told, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Notice {
    Assigned { generation: Generation, partitions: Vec<TopicPartition> },
    Revoking { generation: Generation, partitions: Vec<TopicPartition> },
    Lost { generation: Generation, partitions: Vec<TopicPartition> },
}

/// The members of a group and what they own.
#[derive(Debug, Default)]
pub(super) struct Group {
    generation: Generation,
    /// As its first member has it.
    assignor: Assignor,
    topics: BTreeMap<Arc<str>, u32>,
    members: BTreeMap<u64, Member>,
    owners: BTreeMap<TopicPartition, Owner>,
    /// Who is to have which partition, once those that had them have given them back.
    target: Owners,
}

#[derive(Debug)]
struct Member {
    topics: Vec<Arc<str>>,
    session: Duration,
    /// When it was last heard; `None` while it waits for news, which keeps it alive.
    heard: Option<Duration>,
    /// A member that was given up joins again with its next call.
    joined: bool,
    notices: VecDeque<Notice>,
}

#[derive(Debug, Clone, Copy)]
struct Owner {
    member: u64,
    since: Generation,
    going: Option<Going>,
}

/// A partition that is to go to another member.
#[derive(Debug, Clone, Copy)]
struct Going {
    /// Until when its owner may keep it.
    deadline: Duration,
    /// Whether its owner knows.
    told: bool,
}

impl Group {
    /// A new member. It has to share as the others do: the error is how those share.
    pub(super) fn join(
        &mut self,
        id: u64,
        topics: &[(Arc<str>, u32)],
        assignor: Assignor,
        session: Duration,
        now: Duration,
    ) -> Result<(), Assignor> {
        if self.is_empty() {
            self.assignor = assignor;
        } else if self.assignor != assignor {
            return Err(self.assignor);
        }
        self.topics.extend(topics.iter().cloned());
        let topics = topics.iter().map(|(topic, _)| Arc::clone(topic)).collect();
        let heard = Some(now);
        self.members.insert(id, Member { topics, session, heard, joined: true, notices: VecDeque::new() });
        self.rebalance(now);
        Ok(())
    }

    /// A member that goes; what it owned is free at once.
    pub(super) fn leave(&mut self, id: u64, now: Duration) {
        self.members.remove(&id);
        self.owners.retain(|_, owner| owner.member != id);
        self.rebalance(now);
    }

    /// Whether nobody is left.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// A member's sign of life. Answers whether something has changed.
    pub(super) fn heard(&mut self, id: u64, now: Duration) -> bool {
        let Some(member) = self.members.get_mut(&id) else { return false };
        member.heard = Some(now);
        if member.joined || !member.notices.is_empty() {
            return false;
        }
        member.joined = true;
        self.rebalance(now);
        true
    }

    /// A member waits for news: alive for as long as it does.
    pub(super) fn waits(&mut self, id: u64) {
        if let Some(member) = self.members.get_mut(&id) {
            member.heard = None;
        }
    }

    /// Gives up members that were silent for too long, and partitions that were not given back in time. Answers whether
    /// something has changed.
    pub(super) fn expire(&mut self, now: Duration) -> bool {
        let is_silent = |member: &Member| {
            member.joined && member.heard.is_some_and(|heard| heard.saturating_add(member.session) <= now)
        };
        let silent: BTreeSet<u64> =
            self.members.iter().filter(|(_, it)| is_silent(it)).map(|(id, _)| *id).collect();
        for id in &silent {
            if let Some(member) = self.members.get_mut(id) {
                member.joined = false;
            }
        }
        let is_late = |owner: &Owner| {
            silent.contains(&owner.member) || owner.going.is_some_and(|going| going.deadline <= now)
        };
        let lost = self.take_back(|_, owner| is_late(owner));
        if silent.is_empty() && !lost {
            return false;
        }
        self.rebalance(now);
        true
    }

    /// When [`Group::expire`] would next find something.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let silences = self.members.values().filter(|it| it.joined);
        let silences = silences.filter_map(|it| it.heard.map(|heard| heard.saturating_add(it.session)));
        let answers = self.owners.values().filter_map(|owner| owner.going.map(|going| going.deadline));
        silences.chain(answers).min()
    }

    /// The answer to [`Notice::Revoking`]: what the member had in that generation, and knows to be going, is free.
    pub(super) fn revoked(&mut self, id: u64, generation: Generation, now: Duration) {
        self.owners.retain(|_, owner| {
            let answered = owner.since <= generation && owner.going.is_some_and(|going| going.told);
            owner.member != id || !answered
        });
        self.hand_out(now);
    }

    /// A topic that has more partitions from now on.
    pub(super) fn grow_topic(&mut self, topic: &str, partitions: u32, now: Duration) {
        if let Some(count) = self.topics.get_mut(topic)
            && *count < partitions
        {
            *count = partitions;
            self.rebalance(now);
        }
    }

    /// A topic that is no more.
    pub(super) fn forget_topic(&mut self, topic: &str, now: Duration) {
        self.topics.remove(topic);
        self.take_back(|at, _| &*at.topic == topic);
        self.rebalance(now);
    }

    /// Whether the partition has been that member's without a break since that generation.
    pub(super) fn owns(&self, id: u64, since: Generation, at: &TopicPartition) -> bool {
        self.owners.get(at).is_some_and(|owner| owner.member == id && owner.since <= since)
    }

    /// What the member is to be told next.
    pub(super) fn notice(&self, id: u64) -> Option<&Notice> {
        self.members.get(&id)?.notices.front()
    }

    /// It has been told.
    pub(super) fn told(&mut self, id: u64) {
        let notice = self.members.get_mut(&id).and_then(|member| member.notices.pop_front());
        if let Some(Notice::Revoking { partitions, .. }) = notice {
            for at in partitions {
                if let Some(going) = self.owners.get_mut(&at).and_then(|owner| owner.going.as_mut()) {
                    going.told = true;
                }
            }
        }
    }

    fn rebalance(&mut self, now: Duration) {
        self.generation.0 += 1;
        let joined = self.members.iter().filter(|(_, member)| member.joined);
        let joined: Vec<_> = joined.map(|(id, member)| (*id, member.topics.as_slice())).collect();
        self.target = assign::share(self.assignor, &self.topics, &joined, &self.target);
        self.hand_out(now);
    }

    /// Gives free partitions to the members that are to have them, and asks for those that are to move.
    fn hand_out(&mut self, now: Duration) {
        let mut given: BTreeMap<u64, Vec<TopicPartition>> = BTreeMap::new();
        let mut asked: BTreeMap<(u64, Generation), Vec<TopicPartition>> = BTreeMap::new();
        for (at, &to) in &self.target {
            match self.owners.get_mut(at) {
                None => {
                    self.owners.insert(at.clone(), Owner { member: to, since: self.generation, going: None });
                    given.entry(to).or_default().push(at.clone());
                }
                Some(owner) if owner.member != to && owner.going.is_none() => {
                    let session = self.members.get(&owner.member).map_or(Duration::ZERO, |it| it.session);
                    owner.going = Some(Going { deadline: now.saturating_add(session), told: false });
                    asked.entry((owner.member, owner.since)).or_default().push(at.clone());
                }
                Some(_) => {}
            }
        }
        for ((id, generation), partitions) in asked {
            self.tell(id, Notice::Revoking { generation, partitions });
        }
        for (id, partitions) in given {
            self.tell(id, Notice::Assigned { generation: self.generation, partitions });
        }
    }

    /// Takes partitions from their owners, who are told so. Answers whether there were any.
    fn take_back(&mut self, taken: impl Fn(&TopicPartition, &Owner) -> bool) -> bool {
        let mut lost: BTreeMap<(u64, Generation), Vec<TopicPartition>> = BTreeMap::new();
        self.owners.retain(|at, owner| {
            let goes = taken(at, owner);
            if goes {
                lost.entry((owner.member, owner.since)).or_default().push(at.clone());
            }
            !goes
        });
        let any = !lost.is_empty();
        for ((id, generation), mut partitions) in lost {
            if let Some(member) = self.members.get_mut(&id) {
                member.unsay(&mut partitions);
            }
            if !partitions.is_empty() {
                self.tell(id, Notice::Lost { generation, partitions });
            }
        }
        any
    }

    fn tell(&mut self, id: u64, notice: Notice) {
        if let Some(member) = self.members.get_mut(&id) {
            member.notices.push_back(notice);
        }
    }
}

impl Member {
    /// Drops what it was not told yet of partitions that are lost, and from `lost` those that it never knew to be its own.
    fn unsay(&mut self, lost: &mut Vec<TopicPartition>) {
        let all = lost.clone();
        for notice in &mut self.notices {
            if let Notice::Assigned { partitions, .. } = notice {
                lost.retain(|at| !partitions.contains(at));
            }
            if let Notice::Assigned { partitions, .. } | Notice::Revoking { partitions, .. } = notice {
                partitions.retain(|at| !all.contains(at));
            }
        }
        self.notices.retain(|notice| match notice {
            Notice::Assigned { partitions, .. } | Notice::Revoking { partitions, .. } => {
                !partitions.is_empty()
            }
            Notice::Lost { .. } => true,
        });
    }
}

#[cfg(test)]
mod tests;
