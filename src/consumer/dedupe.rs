//! Idempotent consumption: a message that was handled before is passed over, whichever way it came twice.
//!
//! ```text
//! check_and_reserve -> New      -> handler -> done        from now on Done, until its time to live is over
//!                                          └> release     failed: the next try is New again
//!                   -> InFlight -> waits: another one is at it, or was when it crashed
//!                   -> Done     -> passed over
//! ```
//!
//! A message is known by its *business id*, which is the same however often a producer sends it. [`MemoryDedupe`] forgets with the
//! process; [`LogDedupe`](super::LogDedupe) keeps what is done beside the records.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::StoreError;
use crate::record::RecordRef;
use crate::transport::{BoxFuture, Clock, SystemClock};

/// Which messages were handled.
pub trait DedupeStore: Debug + Send + Sync + 'static {
    /// Whether the message with that id was handled by that group, and reserves it where it was not. Law: of two that ask at once, one
    /// is told [`Seen::New`]; a reservation that is neither done nor released becomes free with its time.
    fn check_and_reserve<'a>(
        &'a self,
        group: &'a str,
        id: &'a [u8],
    ) -> BoxFuture<'a, Result<Seen, StoreError>>;

    /// It was handled.
    fn done<'a>(&'a self, group: &'a str, id: &'a [u8]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// It was not: the reservation is given back.
    fn release<'a>(&'a self, group: &'a str, id: &'a [u8]) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// What is known of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    /// Nothing; it is reserved for the one who asked.
    New,
    /// Somebody has reserved it.
    InFlight,
    /// It was handled.
    Done,
}

/// How long and how much a store remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct DedupeLimits {
    /// How long a message that was handled is remembered (default: 1 day).
    pub time_to_live: Duration,
    /// How long a reservation stands that is neither done nor released (default: 5 minutes); longer than any handler takes.
    pub reserved: Duration,
    /// The most ids, in all groups together (default: 1,000,000); the oldest that were handled are forgotten first.
    pub most: usize,
}

impl Default for DedupeLimits {
    fn default() -> Self {
        let day = Duration::from_hours(24);
        Self { time_to_live: day, reserved: Duration::from_mins(5), most: 1_000_000 }
    }
}

/// Where the business id of a record stands.
#[derive(Clone)]
pub struct DedupeBy(Source);

/// An id that is read from a record.
type ReadId = dyn Fn(&RecordRef<'_>) -> Option<Vec<u8>> + Send + Sync;

#[derive(Clone)]
enum Source {
    Key,
    Header(String),
    Record(Arc<ReadId>),
}

impl DedupeBy {
    /// The key's bytes; a record without a key is not looked up.
    #[must_use]
    pub const fn key() -> Self {
        Self(Source::Key)
    }

    /// The last header of that name; a record without it is not looked up.
    #[must_use]
    pub fn header(name: &str) -> Self {
        Self(Source::Header(name.into()))
    }

    /// What the function finds; `None` is not looked up.
    #[must_use]
    pub fn record(id: impl Fn(&RecordRef<'_>) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Source::Record(Arc::new(id)))
    }

    fn id(&self, record: &RecordRef<'_>) -> Option<Vec<u8>> {
        match &self.0 {
            Source::Key => record.key.map(<[u8]>::to_vec),
            Source::Header(name) => {
                let of_name = record.iter_headers().filter(|(it, _)| it == name).last();
                of_name.and_then(|(_, value)| value.map(<[u8]>::to_vec))
            }
            Source::Record(id) => id(record),
        }
    }
}

impl Debug for DedupeBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Key => f.write_str("Key"),
            Source::Header(name) => write!(f, "Header({name})"),
            Source::Record(_) => f.write_str("Record"),
        }
    }
}

/// A store, and by what it is asked.
#[derive(Debug, Clone)]
pub(super) struct Dedupe {
    pub(super) store: Arc<dyn DedupeStore>,
    pub(super) by: DedupeBy,
    pub(super) group: String,
}

impl Dedupe {
    /// What is known of a record, and its id where it is reserved now.
    pub(super) async fn reserve(
        &self,
        record: &RecordRef<'_>,
    ) -> Result<(Seen, Option<Vec<u8>>), StoreError> {
        let Some(id) = self.by.id(record) else { return Ok((Seen::New, None)) };
        let seen = self.store.check_and_reserve(&self.group, &id).await?;
        Ok((seen, Some(id)))
    }

    pub(super) async fn done(&self, id: &[u8]) -> Result<(), StoreError> {
        self.store.done(&self.group, id).await
    }

    pub(super) async fn release(&self, id: &[u8]) -> Result<(), StoreError> {
        self.store.release(&self.group, id).await
    }
}

/// What was handled, in memory.
#[derive(Debug)]
pub struct MemoryDedupe {
    table: Mutex<Table>,
    clock: Arc<dyn Clock>,
}

impl Default for MemoryDedupe {
    fn default() -> Self {
        Self::with(DedupeLimits::default(), Arc::new(SystemClock::default()))
    }
}

impl MemoryDedupe {
    /// Nothing was handled yet; the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with other limits, told the time by that clock.
    #[must_use]
    pub fn with(limits: DedupeLimits, clock: Arc<dyn Clock>) -> Self {
        Self { table: Mutex::new(Table::new(limits)), clock }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DedupeStore for MemoryDedupe {
    fn check_and_reserve<'a>(
        &'a self,
        group: &'a str,
        id: &'a [u8],
    ) -> BoxFuture<'a, Result<Seen, StoreError>> {
        let seen = self.table().check_and_reserve(row(group, id), self.clock.steady());
        Box::pin(std::future::ready(Ok(seen)))
    }

    fn done<'a>(&'a self, group: &'a str, id: &'a [u8]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.table().done(row(group, id), self.clock.steady());
        Box::pin(std::future::ready(Ok(())))
    }

    fn release<'a>(&'a self, group: &'a str, id: &'a [u8]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.table().release(&row(group, id));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Group and id as one key: no two of them give the same.
pub(super) fn row(group: &str, id: &[u8]) -> Vec<u8> {
    let mut row = (group.len() as u32).to_be_bytes().to_vec();
    row.extend_from_slice(group.as_bytes());
    row.extend_from_slice(id);
    row
}

/// The rows, without a clock: bounded, the oldest first to go.
#[derive(Debug)]
pub(super) struct Table {
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
    pub(super) fn new(limits: DedupeLimits) -> Self {
        Self { limits, rows: HashMap::new(), ends: BTreeMap::new(), count: 0 }
    }

    pub(super) fn check_and_reserve(&mut self, row: Vec<u8>, now: Duration) -> Seen {
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

    pub(super) fn done(&mut self, row: Vec<u8>, now: Duration) {
        self.done_until(row, now, now.saturating_add(self.limits.time_to_live));
    }

    /// The same, where it was done a while ago.
    pub(super) fn done_until(&mut self, row: Vec<u8>, now: Duration, end: Duration) {
        self.expire(now);
        self.put(row, true, end);
    }

    pub(super) fn release(&mut self, row: &[u8]) {
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

    use super::{DedupeLimits, Seen, Table, row};

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
