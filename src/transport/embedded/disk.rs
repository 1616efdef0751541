//! The file itself: opened, watched for faults that tests plant, closed and opened again.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use redb::backends::FileBackend;
use redb::{BackendError, Database, ReadTransaction, ReadableDatabase, StorageBackend};

use super::super::{TransportError, TransportErrorKind};
use super::fault::{Fault, contained};

/// What is done to the file; see [`Faults`].
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOperation {
    Read,
    Write,
    SetLength,
    Sync,
}

/// Asked before each operation on the file: an error is what the operation answers. For tests of full and failing disks.
#[doc(hidden)]
pub type Faults = Arc<dyn Fn(FileOperation) -> io::Result<()> + Send + Sync>;

/// The database, which goes away while it is opened anew.
pub(super) struct Disk {
    path: PathBuf,
    cache: usize,
    faults: Option<Faults>,
    database: RwLock<Option<Database>>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Disk {
    /// A file that is not open yet.
    pub(super) fn new(path: &Path, cache: usize, faults: Option<Faults>) -> Self {
        Self { path: path.to_owned(), cache, faults, database: RwLock::new(None) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file, which is created where it is missing.
    pub(super) fn open(&self) -> Result<(), Fault> {
        let database = contained(|| {
            let file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&self.path);
            let file = file.map_err(redb::StorageError::Io)?;
            let backend = Watched { file: FileBackend::new(file)?, faults: self.faults.clone() };
            let mut builder = Database::builder();
            builder.set_cache_size(self.cache);
            Ok(builder.create_with_backend(backend)?)
        })?;
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = Some(database);
        Ok(())
    }

    /// Closes it; everybody's reading is over by then.
    pub(super) fn close(&self) {
        let database = self.database.write().unwrap_or_else(PoisonError::into_inner).take();
        // A damaged or failing one may panic on its way out, too.
        let _ = contained(|| {
            drop(database);
            Ok(())
        });
    }

    pub(super) fn is_open(&self) -> bool {
        self.database.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Works on the database; a panic in it becomes a fault.
    pub(super) fn with<R>(&self, work: impl FnOnce(&Database) -> Result<R, Fault>) -> Result<R, Fault> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let Some(database) = &*database else {
            let message = format!("the log {} is closed", self.path.display());
            return Err(TransportError::new(TransportErrorKind::Closed, message).into());
        };
        contained(|| work(database))
    }

    /// Reads what is committed.
    pub(super) fn read<R>(
        &self,
        look: impl FnOnce(&ReadTransaction) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        self.with(|database| look(&database.begin_read()?))
    }

    /// Makes the entry of a new file in its directory durable, too.
    pub(super) fn sync_directory(&self) -> io::Result<()> {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        match File::open(parent.unwrap_or(Path::new("."))) {
            Ok(directory) => directory.sync_all(),
            // Where a directory cannot be opened (Windows), its entries need no call of their own.
            Err(_) => Ok(()),
        }
    }
}

/// The file, with [`Faults`] before it.
struct Watched {
    file: FileBackend,
    faults: Option<Faults>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)
    }
}

impl Watched {
    fn ask(&self, operation: FileOperation) -> io::Result<()> {
        self.faults.as_ref().map_or(Ok(()), |faults| faults(operation))
    }
}

#[deny(clippy::missing_trait_methods)]
impl StorageBackend for Watched {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.ask(FileOperation::Read)?;
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.ask(FileOperation::SetLength)?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.ask(FileOperation::Sync)?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.ask(FileOperation::Write)?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
