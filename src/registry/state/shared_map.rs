//! A map whose clones share all that neither has changed since.
//!
//! Readers hold a snapshot of the whole state while the writer makes the next one. A clone costs a pointer per shard, a change
//! copies one shard; shards stay small because their number grows with the map.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How many entries a shard holds on average before the shards are doubled.
const FULL: usize = 64;

/// A map by hash into shards that are copied on write.
#[derive(Debug, Clone)]
pub(super) struct SharedMap<K, V> {
    /// A power of two of them.
    shards: Vec<Arc<BTreeMap<K, V>>>,
    len: usize,
}

impl<K: Ord + Hash + Clone, V: Clone> SharedMap<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.shards.get(place(key, self.shards.len())).and_then(|shard| shard.get(key))
    }

    /// The value of that key, made by `V::default` where there is none.
    pub(super) fn entry(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        if self.get(key).is_none() {
            self.insert(key.clone(), V::default());
        }
        self.get_mut(key).expect("inserted just now")
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = place(key, self.shards.len());
        let shard = self.shards.get_mut(place)?;
        if !shard.contains_key(key) {
            return None;
        }
        Arc::make_mut(shard).get_mut(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        if self.len >= self.shards.len() * FULL {
            self.grow();
        }
        let place = place(&key, self.shards.len());
        let old = self.shards.get_mut(place).and_then(|shard| Arc::make_mut(shard).insert(key, value));
        self.len += usize::from(old.is_none());
        old
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let place = place(key, self.shards.len());
        let shard = self.shards.get_mut(place).filter(|shard| shard.contains_key(key))?;
        let old = Arc::make_mut(shard).remove(key);
        self.len -= usize::from(old.is_some());
        old
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// All entries, in no order that means anything.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    fn grow(&mut self) {
        let count = (self.shards.len() * 2).max(1);
        let mut shards = vec![BTreeMap::new(); count];
        for (key, value) in self.iter() {
            if let Some(shard) = shards.get_mut(place(key, count)) {
                shard.insert(key.clone(), value.clone());
            }
        }
        self.shards = shards.into_iter().map(Arc::new).collect();
    }
}

/// The shard of a key. Always the same, so that two maps of one content can share.
fn place<K: Hash>(key: &K, shards: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() as usize & shards.saturating_sub(1)
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self { shards: Vec::new(), len: 0 }
    }
}

/// By content; how it is spread over shards does not matter.
impl<K: Ord + Hash + Clone, V: Clone + PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::{FULL, SharedMap};

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut map = SharedMap::default();
        for number in 0..10 * FULL {
            assert_eq!(map.insert(number, number), None);
        }
        let snapshot = map.clone();
        *map.get_mut(&7).unwrap() = 0;
        assert_eq!(map.remove(&8), Some(8));
        assert_eq!(map.remove(&8), None);
        assert_eq!(
            (snapshot.get(&7), snapshot.get(&8), map.get(&7), map.get(&8)),
            (Some(&7), Some(&8), Some(&0), None)
        );
        assert_eq!((snapshot.iter().count(), map.iter().count()), (10 * FULL, 10 * FULL - 1));
        *map.entry(&7) = 7;
        *map.entry(&8) = 8;
        assert_eq!(map, snapshot);
    }
}
