//! What can go wrong under the log, in one type; and redb's panics, held back here.

use std::any::Any;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::TableHandle;

use super::super::{TransportError, TransportErrorKind};
use super::tables::Definition;

/// Trouble with the file, before it is told to a caller.
#[derive(Debug)]
pub(super) enum Fault {
    /// The library's own error.
    Redb(redb::Error),
    /// It panicked, which it does on some damaged files.
    Panic(String),
    /// A row or a batch is not what was written: what, and where.
    Corrupt(String),
    /// An error that is ready to be told.
    Told(TransportError),
}

impl Fault {
    pub(super) fn row(table: &Definition, key: &[u8]) -> Self {
        Self::Corrupt(format!("a row of the table `{}`, key {key:02x?}, is damaged", table.name()))
    }

    /// Whether opening the database anew may help: the operating system has failed it, or a panic has left it locked.
    pub(super) const fn ends_session(&self) -> bool {
        use redb::Error::{DatabaseClosed, Io, LockPoisoned, PreviousIo};
        matches!(self, Self::Redb(Io(_) | PreviousIo | LockPoisoned(_) | DatabaseClosed))
    }

    /// What a caller is told: what was done, to which file, what is wrong, what to do.
    pub(super) fn tell(self, doing: &str, path: &Path) -> TransportError {
        let log = path.display();
        let error = match self {
            Self::Told(error) => return error,
            Self::Corrupt(what) => {
                return corrupt(format!("cannot {doing} the log {log}: {what}; {RESTORE}"));
            }
            Self::Panic(what) => {
                let message =
                    format!("cannot {doing} the log {log}: its tree is damaged ({what}); {RESTORE}");
                return corrupt(message);
            }
            Self::Redb(error) => error,
        };
        let (kind, message) = match &error {
            redb::Error::Io(io) => match io.kind() {
                ErrorKind::UnexpectedEof => {
                    let message = format!("cannot {doing} the log {log}: the file is cut off; {RESTORE}");
                    (TransportErrorKind::Corrupt, message)
                }
                ErrorKind::InvalidData => {
                    let message =
                        format!("cannot {doing} {log}: the file is no log of this program, or is damaged");
                    (TransportErrorKind::Corrupt, message)
                }
                kind => (TransportErrorKind::Io, format!("cannot {doing} the log {log}: {}", advice(kind))),
            },
            redb::Error::Corrupted(_) => {
                let message = format!("cannot {doing} the log {log}: it is damaged or cut off; {RESTORE}");
                (TransportErrorKind::Corrupt, message)
            }
            redb::Error::UpgradeRequired(version) => {
                let message = format!(
                    "cannot {doing} the log {log}: its container has format version {version}, which is not known"
                );
                (TransportErrorKind::UnknownVersion, message)
            }
            redb::Error::DatabaseAlreadyOpen => {
                (TransportErrorKind::InUse, format!("the log {log} is in use"))
            }
            redb::Error::TableTypeMismatch { .. } | redb::Error::TableIsMultimap(_) => (
                TransportErrorKind::Corrupt,
                format!("cannot {doing} {log}: it holds other tables than a log"),
            ),
            _ => (TransportErrorKind::Io, format!("cannot {doing} the log {log}")),
        };
        TransportError::new(kind, message).because(error)
    }
}

const RESTORE: &str = "restore it from a copy, or move it away to begin anew";

fn corrupt(message: String) -> TransportError {
    TransportError::new(TransportErrorKind::Corrupt, message)
}

fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "its directory does not exist; create it first",
        ErrorKind::PermissionDenied => "permission is denied; give this user the right to write there",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "the disk is full; what was acknowledged is kept, and writing goes on once there is space"
        }
        ErrorKind::IsADirectory => "it is a directory; name a file",
        _ => "the operating system refused",
    }
}

/// Runs what may panic in redb.
pub(super) fn contained<R>(run: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(Fault::Panic(text(&*panic))))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no reason given".to_owned())
}

impl From<TransportError> for Fault {
    fn from(error: TransportError) -> Self {
        Self::Told(error)
    }
}

/// redb has an error type for each kind of call.
macro_rules! from_redb {
    ($($error:ty),*) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::Redb(error.into())
            }
        }
    )*};
}

from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::DatabaseError,
    redb::TransactionError,
    redb::CommitError,
    redb::SetDurabilityError
);
