//! Lanes: jobs of one lane run one after the other, in the order in which they came; lanes run beside each other.
//!
//! A pure state machine. A lane is *taken* from the moment its first job is ready until that job is released; those that come in
//! the meantime queue behind it:
//!
//! ```text
//! push 7:a, 7:b, 9:c     ready a, c     queued 7: b
//! next -> a, next -> c   release 7      ready b
//! ```

use std::collections::{HashMap, VecDeque};

/// Jobs by lane. A lane is a number, of which there are any number: an empty one costs nothing.
#[derive(Debug)]
pub(super) struct Lanes<J> {
    /// The lanes that are taken, with what queues behind the job that took each.
    taken: HashMap<u64, VecDeque<J>>,
    ready: VecDeque<(u64, J)>,
}

impl<J> Default for Lanes<J> {
    fn default() -> Self {
        Self { taken: HashMap::new(), ready: VecDeque::new() }
    }
}

impl<J> Lanes<J> {
    /// A job comes.
    pub(super) fn push(&mut self, lane: u64, job: J) {
        match self.taken.get_mut(&lane) {
            Some(queue) => queue.push_back(job),
            None => {
                self.taken.insert(lane, VecDeque::new());
                self.ready.push_back((lane, job));
            }
        }
    }

    /// The next job that may run; its lane stays taken.
    pub(super) fn next(&mut self) -> Option<(u64, J)> {
        self.ready.pop_front()
    }

    /// A job that was given, and whose lane is still taken, is to run once more, before others.
    pub(super) fn again(&mut self, lane: u64, job: J) {
        self.ready.push_front((lane, job));
    }

    /// The job that took the lane is over.
    pub(super) fn release(&mut self, lane: u64) {
        let Some(queue) = self.taken.get_mut(&lane) else { return };
        match queue.pop_front() {
            Some(job) => self.ready.push_back((lane, job)),
            None => drop(self.taken.remove(&lane)),
        }
    }

    /// Drops the jobs that are not to run. Those that were given are not touched, and keep their lanes.
    pub(super) fn retain(&mut self, keep: impl Fn(&J) -> bool) {
        for queue in self.taken.values_mut() {
            queue.retain(&keep);
        }
        let ready = std::mem::take(&mut self.ready);
        for (lane, job) in ready {
            if keep(&job) {
                self.ready.push_back((lane, job));
            } else {
                self.release(lane);
            }
        }
    }

    /// Whether no lane is taken.
    pub(super) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Lanes;

    proptest! {
        /// Whatever comes, ends, is tried again or dropped: a lane has one job at a time, in the order of their coming, and none is lost.
        #[test]
        fn a_lane_runs_its_jobs_one_by_one_in_order(steps in prop::collection::vec((0u8..5, 0u64..4), 0..200)) {
            let mut lanes = Lanes::default();
            let (mut pushed, mut running, mut seen) = (0u32, Vec::<(u64, u32)>::new(), Vec::<(u64, u32)>::new());
            let mut dropped = BTreeSet::new();
            for (step, lane) in steps {
                match step {
                    0 | 1 => {
                        lanes.push(lane, pushed);
                        pushed += 1;
                    }
                    2 => if let Some((lane, job)) = lanes.next() {
                        prop_assert!(running.iter().all(|it| it.0 != lane), "one at a time");
                        running.push((lane, job));
                        if seen.last() != Some(&(lane, job)) { seen.push((lane, job)); }
                    },
                    3 => if let Some((lane, job)) = running.pop() {
                        if job % 3 == 0 { lanes.again(lane, job) } else { lanes.release(lane) }
                    },
                    _ => {
                        // Everything odd that waits goes.
                        let given: BTreeSet<u32> = seen.iter().map(|it| it.1).collect();
                        lanes.retain(|job| job % 2 == 0);
                        dropped.extend((0..pushed).filter(|job| job % 2 == 1 && !given.contains(job)));
                    }
                }
            }
            for (lane, _) in running { lanes.release(lane); }
            while let Some((lane, job)) = lanes.next() {
                if !seen.contains(&(lane, job)) { seen.push((lane, job)); }
                lanes.release(lane);
            }
            prop_assert!(lanes.is_empty());
            for lane in 0..4 {
                let mut of_lane: Vec<u32> = seen.iter().filter(|it| it.0 == lane).map(|it| it.1).collect();
                of_lane.dedup();
                let mut sorted = of_lane.clone();
                sorted.sort_unstable();
                sorted.dedup();
                prop_assert_eq!(of_lane, sorted, "in order");
            }
            let given: BTreeSet<u32> = seen.iter().map(|it| it.1).collect();
            prop_assert!((0..pushed).all(|job| given.contains(&job) || dropped.contains(&job)), "none is lost");
        }
    }
}
