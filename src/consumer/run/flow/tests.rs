use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{Flow, Job, Now};
use crate::consumer::next::Current;
use crate::consumer::partitions::Partitions;
use crate::consumer::run::Order;
use crate::record::{Batch, Headers, TopicPartition};

#[derive(Debug, Clone)]
enum Step {
    Assign(u32),
    Revoke(u32),
    /// A batch with that many records comes, unless the partition is paused.
    Receive(u32, u8),
    TakeIn,
    Start,
    Finish(prop::sample::Index),
    TryAgain(prop::sample::Index),
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let partition = 0_u32..3;
    prop_oneof![
        1 => partition.clone().prop_map(Step::Assign),
        1 => partition.clone().prop_map(Step::Revoke),
        4 => (partition, 1_u8..6).prop_map(|(at, records)| Step::Receive(at, records)),
        4 => Just(Step::TakeIn),
        6 => Just(Step::Start),
        4 => any::<prop::sample::Index>().prop_map(Step::Finish),
        2 => any::<prop::sample::Index>().prop_map(Step::TryAgain),
        1 => (1_u8..10).prop_map(Step::Wait),
    ]
}

/// A transport and handlers as a test needs them.
#[derive(Debug, Default)]
struct World {
    partitions: Partitions,
    now: Duration,
    /// Where each partition that is held goes on.
    next: BTreeMap<u32, u64>,
    paused: BTreeSet<u32>,
    running: Vec<Job>,
    finished: BTreeMap<u32, Vec<u64>>,
}

const WINDOW: u64 = 4;

impl World {
    fn at(partition: u32) -> TopicPartition {
        TopicPartition::new("t", partition)
    }

    fn now(&self) -> Now {
        Now { steady: self.now, wall: 0 }
    }

    fn revoke(&mut self, flow: &mut Flow, partition: u32) {
        self.partitions.lock().remove(&[Self::at(partition)]);
        flow.forget(&[Self::at(partition)]);
        // A partition that goes takes its pause along.
        self.paused.remove(&partition);
        self.next.remove(&partition);
        self.finished.remove(&partition);
    }

    fn receive(&mut self, flow: &mut Flow, partition: u32, records: u8) {
        let Some(next) = self.next.get_mut(&partition).filter(|_| !self.paused.contains(&partition)) else {
            return;
        };
        let mut batch = Batch::new();
        for record in 0..records {
            batch.push(Some(&[record % 3]), Some(b"v"), &Headers::new(), None);
        }
        batch.stamp(*next, 0);
        flow.received(Current::new(Self::at(partition), *next, Arc::new(batch)));
        *next += u64::from(records);
    }

    fn start(&mut self, flow: &mut Flow) -> bool {
        let Some(job) = flow.start(self.now()) else { return false };
        let lasts = self.partitions.lock().is_held(&job.place.at, job.tenure);
        assert!(lasts, "nothing starts of a partition that went");
        let key = |job: &Job| (job.place.at.partition, job.lane);
        assert!(self.running.iter().all(|it| key(it) != key(&job)), "one of a key at a time");
        self.running.push(job);
        true
    }

    fn finish(&mut self, flow: &mut Flow, index: usize) {
        let job = self.running.swap_remove(index);
        flow.finished(&job);
        if self.partitions.lock().finish(&job.place.at, job.tenure, job.offset) {
            self.finished.entry(job.place.at.partition).or_default().push(job.offset);
        }
    }

    fn pause(&mut self, flow: &mut Flow) {
        let (pause, resume) = flow.pauses();
        self.paused.extend(pause.iter().map(|at| at.partition));
        resume.iter().for_each(|at| assert!(self.paused.remove(&at.partition), "it was paused"));
        let waiting: BTreeSet<u32> = flow.intake.keys().map(|at| at.partition).collect();
        assert_eq!(self.paused, waiting, "exactly those are paused that have records left");
    }
}

proptest! {
    /// Whatever comes, goes, fails and finishes: nothing is handed out twice within an assignment, nothing is lost, and no partition stays paused.
    #[test]
    fn what_comes_is_handled_once_and_nothing_stays_paused(steps in prop::collection::vec(step(), 0..200)) {
        let mut flow = Flow::new(Order::Key, WINDOW, HashMap::new(), "g");
        let mut world = World::default();
        for step in steps {
            match step {
                Step::Assign(partition) if !world.next.contains_key(&partition) => {
                    world.partitions.lock().assign(World::at(partition), 10);
                    world.next.insert(partition, 10);
                }
                Step::Assign(_) => {}
                Step::Revoke(partition) => world.revoke(&mut flow, partition),
                Step::Receive(partition, records) => world.receive(&mut flow, partition, records),
                Step::TakeIn => flow.take_in(&world.partitions, world.now()),
                Step::Start => {
                    world.start(&mut flow);
                }
                Step::Finish(pick) if !world.running.is_empty() => {
                    let index = pick.index(world.running.len());
                    world.finish(&mut flow, index);
                }
                Step::TryAgain(pick) if !world.running.is_empty() => {
                    let job = world.running.swap_remove(pick.index(world.running.len()));
                    // As a run does: what went is not tried again.
                    let lasts = world.partitions.lock().is_held(&job.place.at, job.tenure);
                    if lasts { flow.again(job, world.now + Duration::from_secs(5)) } else { flow.finished(&job) }
                }
                Step::Finish(_) | Step::TryAgain(_) => {}
                Step::Wait(seconds) => world.now += Duration::from_secs(seconds.into()),
            }
            world.pause(&mut flow);
            prop_assert_eq!(flow.running(), world.running.len());
            for (at, position) in world.partitions.lock().positions() {
                let given = world.next[&at.partition];
                prop_assert!(position <= given);
            }
        }
        for _ in 0..1_000 {
            if flow.is_idle() { break; }
            world.now += Duration::from_secs(5);
            flow.take_in(&world.partitions, world.now());
            while world.start(&mut flow) {}
            while !world.running.is_empty() { world.finish(&mut flow, 0); }
        }
        prop_assert!(flow.is_idle(), "it comes to rest");
        flow.take_in(&world.partitions, world.now());
        world.pause(&mut flow);
        prop_assert_eq!(&world.paused, &BTreeSet::new());
        for (partition, next) in &world.next {
            let mut finished = world.finished.get(partition).cloned().unwrap_or_default();
            finished.sort_unstable();
            prop_assert_eq!(finished, (10..*next).collect::<Vec<_>>(), "each once");
        }
        let positions: Vec<u64> = world.partitions.lock().positions().into_iter().map(|it| it.1).collect();
        prop_assert_eq!(positions, world.next.values().copied().collect::<Vec<_>>());
    }
}
