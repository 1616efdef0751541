//! What is known of messages, without a clock: bounded, the oldest first to go.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::{DedupeLimits, Seen};

/// The rows, each until its time.
#[derive(Debug)]
pub(in crate::consumer) struct Table {
    limits: DedupeLimits,
    rows: HashMap<Vec<u8>, Entry>,
    /// Rows by the end of their time, for both kinds.
    ends: BTreeMap<(Duration, u64), Vec<u8>>,
    count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    is_done: bool,
    end: (Duration, u64),
}

impl Table {
    pub(in crate::consumer) fn new(limits: DedupeLimits) -> Self {
        Self { limits, rows: HashMap::new(), ends: BTreeMap::new(), count: 0 }
    }

    pub(in crate::consumer) fn check_and_reserve(&mut self, row: Vec<u8>, now: Duration) -> Seen {
        self.expire(now);
        match self.rows.get(&row) {
            Some(entry) if entry.is_done => Seen::Done,
            Some(_) => Seen::InFlight,
            None => {
                self.put(row, false, now.saturating_add(self.limits.reserved));
                Seen::New
            }
        }
    }

    pub(in crate::consumer) fn done(&mut self, row: Vec<u8>, now: Duration) {
        self.done_until(row, now, now.saturating_add(self.limits.time_to_live));
    }

    /// The same, where it was done a while ago.
    pub(in crate::consumer) fn done_until(&mut self, row: Vec<u8>, now: Duration, end: Duration) {
        self.expire(now);
        self.put(row, true, end);
    }

    pub(in crate::consumer) fn release(&mut self, row: &[u8]) {
        if self.rows.get(row).is_some_and(|entry| !entry.is_done) {
            self.remove(row);
        }
    }

    fn remove(&mut self, row: &[u8]) {
        if let Some(entry) = self.rows.remove(row) {
            self.ends.remove(&entry.end);
        }
    }

    fn put(&mut self, row: Vec<u8>, is_done: bool, end: Duration) {
        self.remove(&row);
        while self.rows.len() >= self.limits.most.max(1) {
            // A reservation that goes is one that ends before everything that was handled.
            let Some((_, oldest)) = self.ends.pop_first() else { break };
            self.rows.remove(&oldest);
        }
        self.count += 1;
        let end = (end, self.count);
        self.ends.insert(end, row.clone());
        self.rows.insert(row, Entry { is_done, end });
    }

    fn expire(&mut self, now: Duration) {
        while let Some(entry) = self.ends.first_entry().filter(|entry| entry.key().0 <= now) {
            let row = entry.remove();
            self.rows.remove(&row);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::row;
    use super::{DedupeLimits, Seen, Table};

    proptest! {
        /// Against a map of what was reserved and done, each until a time.
        #[test]
        fn what_is_known_is_what_a_naive_model_knows(steps in prop::collection::vec((0u8..4, 0u8..5, 0u64..40), 0..200)) {
            let (ttl, lease) = (Duration::from_secs(50), Duration::from_secs(20));
            let limits = DedupeLimits { time_to_live: ttl, reserved: lease, most: 1_000 };
            let (mut table, mut model) = (Table::new(limits), HashMap::<u8, (bool, Duration)>::new());
            let mut now = Duration::ZERO;
            for (step, id, wait) in steps {
                let key = row("g", &[id]);
                match step {
                    0 => now += Duration::from_secs(wait),
                    1 => {
                        model.retain(|_, it| it.1 > now);
                        let known = model.get(&id).map(|it| if it.0 { Seen::Done } else { Seen::InFlight });
                        prop_assert_eq!(table.check_and_reserve(key, now), known.unwrap_or(Seen::New));
                        model.entry(id).or_insert((false, now + lease));
                    }
                    2 => {
                        table.done(key, now);
                        model.insert(id, (true, now + ttl));
                    }
                    _ => {
                        model.retain(|_, it| it.1 > now);
                        table.expire(now);
                        table.release(&key);
                        if model.get(&id).is_some_and(|it| !it.0) { model.remove(&id); }
                    }
                }
            }
        }

        #[test]
        fn it_never_holds_more_than_its_limit(ids in prop::collection::vec(any::<u16>(), 0..300), most in 1_usize..20) {
            let mut table = Table::new(DedupeLimits { most, ..DedupeLimits::default() });
            for (second, id) in (0..).zip(ids) {
                let now = Duration::from_secs(second);
                table.check_and_reserve(row("g", &id.to_be_bytes()), now);
                table.done(row("g", &id.to_be_bytes()), now);
                prop_assert!(table.rows.len() <= most && table.rows.len() == table.ends.len());
                prop_assert_eq!(table.check_and_reserve(row("g", &id.to_be_bytes()), now), Seen::Done, "the newest is kept");
            }
        }
    }
}
