//! A small table whose entries are added once and then stay: what a reader looks into first, once a message.
//!
//! A read is one load and one comparison, whoever shares the table: no lock, no reference count, no guard. The price is that
//! nothing leaves it, so it is small, and what finds no room goes to a [`crate::registry::cache::table::Bounded`] behind it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// At most half of its places are taken.
#[derive(Debug)]
pub(super) struct Once<V> {
    places: Box<[OnceLock<V>]>,
    taken: AtomicUsize,
    capacity: usize,
}

/// How many places an entry may be away from where its hash says.
const REACH: usize = 8;

impl<V> Once<V> {
    pub(super) fn new(capacity: usize) -> Self {
        let places = (0..(2 * capacity).next_power_of_two()).map(|_| OnceLock::new()).collect();
        Self { places, taken: AtomicUsize::new(0), capacity }
    }

    /// The places of a hash, the first choice first.
    fn places(&self, hash: u64) -> impl Iterator<Item = &OnceLock<V>> {
        let mask = self.places.len().wrapping_sub(1);
        (0..REACH).map_while(move |step| self.places.get((hash as usize).wrapping_add(step) & mask))
    }

    /// The entry of that hash which `is` the one.
    #[inline]
    pub(super) fn find(&self, hash: u64, is: impl Fn(&V) -> bool) -> Option<&V> {
        // Places are filled in order and never emptied, so a free one ends the search.
        let first = self.places.get(hash as usize & self.places.len().wrapping_sub(1))?.get()?;
        if is(first) { Some(first) } else { self.find_further(hash, is) }
    }

    #[inline(never)]
    fn find_further(&self, hash: u64, is: impl Fn(&V) -> bool) -> Option<&V> {
        self.places(hash).skip(1).map_while(OnceLock::get).find(|entry| is(entry))
    }
}

impl<V: Clone> Once<V> {
    /// Adds an entry, unless one that `is` the same is there. False where there is no room.
    pub(super) fn add(&self, hash: u64, entry: &V, is: impl Fn(&V) -> bool) -> bool {
        if self.find(hash, &is).is_some() {
            return true;
        }
        let counted = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
            (taken < self.capacity).then_some(taken + 1)
        });
        if counted.is_err() {
            return false;
        }
        for place in self.places(hash) {
            // Whoever comes second finds what the first one set.
            let mut added = false;
            let there = place.get_or_init(|| {
                added = true;
                entry.clone()
            });
            if added || is(there) {
                if !added {
                    self.taken.fetch_sub(1, Ordering::Relaxed);
                }
                return true;
            }
        }
        self.taken.fetch_sub(1, Ordering::Relaxed);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Once, REACH};

    #[test]
    fn what_was_added_is_found_and_stays() {
        let table = Once::new(4);
        for key in 0..4_u64 {
            assert!(table.add(key, &key, |it| *it == key));
            assert!(table.add(key, &key, |it| *it == key), "twice counts once");
        }
        assert!(!table.add(4, &4, |it| *it == 4), "it is full");
        for key in 0..8 {
            assert_eq!(table.find(key, |it| *it == key), (key < 4).then_some(&key));
        }
    }

    #[test]
    fn entries_of_one_hash_are_told_apart_as_far_as_there_is_room() {
        let table = Once::new(100);
        let added = (0..20_usize).filter(|key| table.add(7, key, |it| it == key)).count();
        assert_eq!(added, REACH);
        for key in 0..20_usize {
            assert_eq!(table.find(7, |it| *it == key).is_some(), key < REACH);
        }
    }

    #[test]
    fn a_table_without_room_takes_nothing() {
        let table = Once::new(0);
        assert!(!table.add(1, &1, |_| true));
        assert_eq!(table.find(1, |_| true), None);
    }

    #[test]
    fn threads_that_add_the_same_entry_share_it() {
        let table = Once::new(32);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..8_u64).for_each(|key| assert!(table.add(key, &key, |it| *it == key))));
            }
        });
        assert_eq!((0..8).filter(|key| table.find(*key, |it| it == key).is_some()).count(), 8);
    }
}
