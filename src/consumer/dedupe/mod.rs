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

mod table;

pub(super) use table::Table;

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
