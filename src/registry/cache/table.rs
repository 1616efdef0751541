//! Bounded tables that are read without a lock: a snapshot for readers, a copy for each write.
//!
//! Writes are rare (a new schema, a new handle), reads happen once a message; so a write copies the table and a read
//! costs one atomic load, no lock, no reference count and no allocation.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

/// What an entry is found by, lent; its key is built only for an entry that is added.
pub(crate) trait Lookup {
    type Key;

    /// Law: the same for the same key.
    fn hash(&self) -> u64;

    fn is(&self, key: &Self::Key) -> bool;

    fn to_key(&self) -> Self::Key;
}

/// At most `capacity` entries; the one that was added first goes first.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    snapshot: ArcSwap<Table<K, V>>,
    writing: Mutex<()>,
    capacity: usize,
}

/// One state of the table: entries in the order they were added, and where each is, by hash.
#[derive(Debug)]
pub(crate) struct Table<K, V> {
    entries: Vec<Entry<K, V>>,
    /// Open addressing, at most half full; entries are numbered from 1, and 0 is a free place.
    places: Box<[u32]>,
}

#[derive(Debug, Clone)]
struct Entry<K, V> {
    hash: u64,
    key: K,
    value: V,
}

impl<K, V> Table<K, V> {
    fn of(entries: Vec<Entry<K, V>>) -> Self {
        let mut places = vec![0; (2 * entries.len()).next_power_of_two()].into_boxed_slice();
        let mask = places.len() - 1;
        for (index, entry) in entries.iter().enumerate() {
            let mut at = mix(entry.hash) as usize & mask;
            while places.get(at).is_some_and(|place| *place != 0) {
                at = (at + 1) & mask;
            }
            if let Some(place) = places.get_mut(at) {
                *place = index as u32 + 1;
            }
        }
        Self { entries, places }
    }

    pub(crate) fn find(&self, lookup: &impl Lookup<Key = K>) -> Option<&V> {
        let index = self.index(lookup)?;
        self.entries.get(index).map(|entry| &entry.value)
    }

    fn index(&self, lookup: &impl Lookup<Key = K>) -> Option<usize> {
        let (hash, mask) = (lookup.hash(), self.places.len() - 1);
        let mut at = mix(hash) as usize & mask;
        loop {
            // A free place ends the search; half of them are free.
            let index = self.places.get(at)?.checked_sub(1)? as usize;
            match self.entries.get(index) {
                Some(entry) if entry.hash == hash && lookup.is(&entry.key) => return Some(index),
                _ => at = (at + 1) & mask,
            }
        }
    }
}

impl<K: Clone, V: Clone> Bounded<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        let snapshot = ArcSwap::from_pointee(Table::of(Vec::new()));
        Self { snapshot, writing: Mutex::new(()), capacity: capacity.max(1) }
    }

    /// The table as it is now; what is found in it can be used as long as the guard lives.
    pub(crate) fn read(&self) -> Guard<Arc<Table<K, V>>> {
        self.snapshot.load()
    }

    /// Adds an entry, or changes it, from what is there now. Gives what `change` gave.
    pub(crate) fn update(&self, lookup: &impl Lookup<Key = K>, change: impl FnOnce(Option<&V>) -> V) -> V {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.snapshot.load();
        let known = now.index(lookup);
        let value = change(known.and_then(|index| now.entries.get(index)).map(|entry| &entry.value));
        let mut entries = now.entries.clone();
        // A changed entry is as good as new.
        if let Some(index) = known.or_else(|| (entries.len() >= self.capacity).then_some(0)) {
            entries.remove(index);
        }
        entries.push(Entry { hash: lookup.hash(), key: lookup.to_key(), value: value.clone() });
        self.snapshot.store(Arc::new(Table::of(entries)));
        value
    }
}

impl<K: Clone, V: Clone> Bounded<K, V> {
    /// Forgets the entries that are not to stay.
    pub(crate) fn retain(&self, stays: impl Fn(&K, &V) -> bool) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.snapshot.load();
        if now.entries.iter().all(|entry| stays(&entry.key, &entry.value)) {
            return;
        }
        let kept = now.entries.iter().filter(|entry| stays(&entry.key, &entry.value)).cloned().collect();
        self.snapshot.store(Arc::new(Table::of(kept)));
    }
}

/// Spreads a number over all bits: tables take the lowest ones.
#[inline]
pub(crate) const fn mix(number: u64) -> u64 {
    let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

#[cfg(test)]
mod tests {
    use super::{Bounded, Lookup};

    impl Lookup for u32 {
        type Key = Self;

        /// So that many entries want the same place.
        fn hash(&self) -> u64 {
            u64::from(self % 7)
        }

        fn is(&self, key: &Self) -> bool {
            self == key
        }

        fn to_key(&self) -> Self {
            *self
        }
    }

    #[test]
    fn a_full_table_drops_what_was_added_first() {
        let table: Bounded<u32, u32> = Bounded::new(2);
        for key in 1..=3 {
            table.update(&key, |_| key * 10);
        }
        let now = table.read();
        assert_eq!([1, 2, 3].map(|key| now.find(&key).copied()), [None, Some(20), Some(30)]);
    }

    #[test]
    fn an_entry_that_is_there_is_handed_to_the_change() {
        let table: Bounded<u32, u32> = Bounded::new(2);
        table.update(&1, |_| 1);
        assert_eq!(table.update(&1, |old| old.copied().unwrap_or(0) + 1), 2);
        table.update(&2, |_| 0);
        table.update(&1, |_| 3);
        table.update(&9, |_| 0);
        assert_eq!(table.read().find(&1), Some(&3), "what was changed last stays longest");
    }

    #[test]
    fn what_is_not_to_stay_is_forgotten() {
        let table: Bounded<u32, u32> = Bounded::new(9);
        (0..9).for_each(|key| _ = table.update(&key, |_| key));
        table.retain(|key, _| key % 3 == 0);
        let now = table.read();
        assert_eq!((0..9).filter_map(|key| now.find(&key).copied()).collect::<Vec<_>>(), [0, 3, 6]);
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let table: Bounded<u32, u32> = Bounded::new(100);
        (0..500).step_by(5).for_each(|key| _ = table.update(&key, |_| key));
        let now = table.read();
        for key in 0..500 {
            assert_eq!(now.find(&key).copied(), (key % 5 == 0).then_some(key));
        }
    }
}
