//! The data directory: an embedded log, the registry on it, and the serdes over both.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::failure::Failure;
use crate::registry::EmbeddedRegistry;
use crate::serdes::Serdes;
use crate::transport::{Embedded, TransportError, TransportErrorKind};

/// The log's file within the directory.
const FILE: &str = "schemawire.redb";

/// The option that names the data directory.
#[derive(Debug, clap::Args)]
pub(super) struct Directory {
    /// The data directory, which holds the log and the registry; made where it is missing
    #[arg(long, value_name = "DIR", default_value = ".schemawire", env = "SCHEMAWIRE_DIR")]
    pub(super) dir: PathBuf,
}

/// What lies in a data directory, open.
pub(super) struct Store {
    pub(super) log: Embedded,
    pub(super) registry: EmbeddedRegistry,
    pub(super) serdes: Serdes,
}

impl Directory {
    /// Opens the directory's log, and makes both where they are missing.
    pub(super) async fn open(&self) -> Result<Store, Failure> {
        std::fs::create_dir_all(&self.dir).map_err(|error| {
            Failure::io(&format!("cannot make the data directory {}", self.dir.display()), &error)
                .help("name another one with --dir")
        })?;
        let log = open_patiently(&self.dir.join(FILE))?;
        let registry = EmbeddedRegistry::on(&log).await?;
        let serdes = Serdes::new(registry.clone());
        Ok(Store { log, registry, serdes })
    }

    /// Whether there is a log in the directory.
    pub(super) fn exists(&self) -> bool {
        self.dir.join(FILE).exists()
    }
}

/// Opens the log, and waits up to two seconds for another command to let go of it, such as the one before in a pipe.
pub(super) fn open_patiently(path: &Path) -> Result<Embedded, TransportError> {
    const TRIES: u32 = 20;
    for _ in 1..TRIES {
        match Embedded::open(path) {
            Err(error) if error.kind == TransportErrorKind::InUse => pause(),
            other => return other,
        }
    }
    Embedded::open(path)
}

#[expect(clippy::disallowed_methods, reason = "another process lets go of a lock without telling")]
fn pause() {
    std::thread::sleep(Duration::from_millis(100));
}
