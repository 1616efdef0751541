//! How a log is opened.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use redb::ReadableDatabase;

use super::super::local::Hub;
use super::super::{Clock, SystemClock, TransportError, TransportErrorKind};
use super::catalog::{Catalog, Counts};
use super::disk::{Disk, Faults};
use super::fault::Fault;
use super::log::{Log, Shared};
use super::tables::{
    BATCHES, COUNTS, DEDUPE, FORMAT, FORMAT_VERSION, GROUPS, META, PARTITIONS, PRODUCERS, TOPICS, sealed,
};
use super::writer::Writer;
use super::{Embedded, holder, rows};

/// The options of a log.
///
/// | option | default | |
/// |---|---|---|
/// | `sync` | on | without it nothing waits for the disk, which has everything a second later: a crash may lose that, never what lies before, never a part of a batch |
/// | `cache` | 64 MiB | how much of the file is kept in memory |
/// | `maintain_every` | 1 minute | how often retention and compaction are applied |
/// | `clock` | the system's | |
#[derive(Clone)]
#[must_use]
pub struct EmbeddedBuilder {
    path: PathBuf,
    sync: bool,
    cache: usize,
    maintain_every: Duration,
    clock: Arc<dyn Clock>,
    faults: Option<Faults>,
}

impl std::fmt::Debug for EmbeddedBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedBuilder")
            .field("path", &self.path)
            .field("sync", &self.sync)
            .finish_non_exhaustive()
    }
}

impl EmbeddedBuilder {
    pub(super) fn new(path: &Path) -> Self {
        let clock = Arc::new(SystemClock::default());
        let maintain_every = Duration::from_secs(60);
        Self { path: path.to_owned(), sync: true, cache: 64 << 20, maintain_every, clock, faults: None }
    }

    /// Whether an acknowledgement waits for the disk.
    pub const fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// How many bytes of the file are kept in memory.
    pub const fn cache(mut self, bytes: usize) -> Self {
        self.cache = bytes;
        self
    }

    /// How often retention and compaction are applied.
    pub const fn maintain_every(mut self, every: Duration) -> Self {
        self.maintain_every = every;
        self
    }

    /// What tells the log the time.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// For tests of full and failing disks.
    #[doc(hidden)]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Opens the log, and creates its file where it is missing.
    ///
    /// # Errors
    /// `InUse` where another process has it open, `UnknownVersion` where another version has written it, `Corrupt` where it is
    /// damaged or no log, `Io` where its directory is missing, not to be written, or full.
    pub fn open(self) -> Result<Embedded, TransportError> {
        let disk = Disk::new(&self.path, self.cache, self.faults.clone());
        let now = self.clock.wall();
        let is_new = std::fs::metadata(&self.path).map_or(true, |file| file.len() == 0);
        if is_new {
            holder::write_beginning(&self.path, now);
        }
        let catalog = open_file(&disk, is_new || holder::was_beginning(&self.path));
        let catalog = catalog.map_err(|fault| {
            disk.close();
            let mut error = fault.tell("open", &self.path);
            if is_new && error.kind != TransportErrorKind::InUse {
                holder::remove(&self.path);
            }
            if error.kind == TransportErrorKind::InUse {
                let who = holder::describe(&self.path, now);
                error.message =
                    format!("the log {} is in use by {who}; close it there first", self.path.display());
            }
            error
        })?;
        holder::write(&self.path, now);
        let shared = Arc::new(Shared::new(disk, Hub::new(self.clock), catalog.clone()));
        let writer = Writer {
            shared: Arc::clone(&shared),
            ahead: catalog,
            sync: self.sync,
            maintain_every: self.maintain_every,
            compacted: HashMap::new(),
            unsynced: None,
        };
        Ok(Embedded { log: Arc::new(Log::start(shared, writer)?) })
    }
}

fn open_file(disk: &Disk, is_new: bool) -> Result<Catalog, Fault> {
    disk.open()?;
    if is_new {
        create_tables(disk)?;
        disk.sync_directory().map_err(redb::StorageError::Io)?;
    }
    disk.read(|transaction| {
        if transaction.list_tables()?.all(|table| redb::TableHandle::name(&table) != "meta") {
            return Err(Fault::Corrupt("it is no log of this program".to_owned()));
        }
        Catalog::load(transaction)
    })
}

fn create_tables(disk: &Disk) -> Result<(), Fault> {
    disk.with(|database| {
        // The tables come into being all at once.
        if database.begin_read()?.list_tables()?.next().is_some() {
            return Ok(());
        }
        let transaction = database.begin_write()?;
        for definition in [TOPICS, PARTITIONS, BATCHES, GROUPS, PRODUCERS, DEDUPE] {
            transaction.open_table(definition)?;
        }
        {
            let mut meta = transaction.open_table(META)?;
            let counts = Counts { topics: 0, groups: 0, producers: 0, next_topic: 0, next_producer: 0 };
            for (key, value) in
                [(FORMAT, FORMAT_VERSION.to_le_bytes().to_vec()), (COUNTS, rows::write_counts(&counts))]
            {
                meta.insert(key, sealed(&META, key, &value).as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    })
}
