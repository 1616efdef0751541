//! A bounded table that is read without a lock: a snapshot for readers, a copy for each write.
//!
//! Writes are rare (a new schema, a new handle), reads happen once a message; so a write copies the table and a read
//! costs one atomic load, no lock and no reference count.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::sync::Mutex;

use arc_swap::{ArcSwap, Guard};

/// At most `capacity` entries; the one that was added first goes first.
#[derive(Debug)]
pub(super) struct Bounded<K, V, S = RandomState> {
    snapshot: ArcSwap<Table<K, V, S>>,
    writing: Mutex<u64>,
    capacity: usize,
}

/// One state of the table.
#[derive(Debug, Clone)]
pub(super) struct Table<K, V, S> {
    entries: HashMap<K, (u64, V), S>,
}

impl<K: Eq + Hash, V, S: BuildHasher> Table<K, V, S> {
    pub(super) fn find(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }
}

impl<K: Eq + Hash + Clone, V: Clone, S: BuildHasher + Default + Clone> Bounded<K, V, S> {
    pub(super) fn new(capacity: usize) -> Self {
        let snapshot = ArcSwap::from_pointee(Table { entries: HashMap::default() });
        Self { snapshot, writing: Mutex::new(0), capacity: capacity.max(1) }
    }

    /// The table as it is now; what is found in it can be used as long as the guard lives.
    pub(super) fn read(&self) -> Guard<std::sync::Arc<Table<K, V, S>>> {
        self.snapshot.load()
    }

    /// Adds an entry, or changes it, from what is there now. Gives what `change` gave.
    pub(super) fn update(&self, key: K, change: impl FnOnce(Option<&V>) -> V) -> V {
        let mut clock = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = self.snapshot.load();
        let value = change(now.find(&key));
        let mut entries = now.entries.clone();
        if entries.len() >= self.capacity && !entries.contains_key(&key) {
            let oldest = entries.iter().min_by_key(|(_, (added, _))| *added).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                entries.remove(&oldest);
            }
        }
        *clock += 1;
        entries.insert(key, (*clock, value.clone()));
        self.snapshot.store(std::sync::Arc::new(Table { entries }));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::Bounded;

    #[test]
    fn a_full_table_drops_what_was_added_first() {
        let table: Bounded<u32, u32> = Bounded::new(2);
        for key in 1..=3 {
            table.update(key, |_| key * 10);
        }
        let now = table.read();
        assert_eq!([1, 2, 3].map(|key| now.find(&key).copied()), [None, Some(20), Some(30)]);
    }

    #[test]
    fn an_entry_that_is_there_is_handed_to_the_change() {
        let table: Bounded<u32, u32> = Bounded::new(2);
        table.update(1, |_| 1);
        assert_eq!(table.update(1, |old| old.copied().unwrap_or(0) + 1), 2);
    }
}
