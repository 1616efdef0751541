//! The data directory: an embedded log, the registry on it or one elsewhere, and the serdes over both.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::failure::Failure;
use super::remote::Remote;
use crate::registry::{EmbeddedRegistry, Registry};
use crate::serdes::Serdes;
use crate::transport::{Embedded, Transport, TransportError, TransportErrorKind};

/// The log's file within the directory.
const FILE: &str = "schemawire.redb";

/// The option that names the data directory.
#[derive(Debug, clap::Args)]
pub(super) struct Directory {
    /// The data directory, which holds the log and the registry; made where it is missing
    #[arg(long, value_name = "DIR", default_value = ".schemawire", env = "SCHEMAWIRE_DIR")]
    pub(super) dir: PathBuf,

    #[command(flatten)]
    pub(super) remote: Remote,
}

/// The data directory's log, or a cluster that takes its place.
#[derive(Debug, clap::Args)]
pub(super) struct Streams {
    #[command(flatten)]
    directory: Directory,

    #[cfg(feature = "kafka")]
    #[command(flatten)]
    brokers: super::brokers::Brokers,
}

impl Streams {
    /// The topics, and their schemas: those of a registry that is named, else those of the data directory.
    pub(super) async fn open(&self) -> Result<Store, Failure> {
        match self.cluster().await? {
            // Not on the cluster: a registry that runs there would not know of what we write into its topic.
            Some(log) => {
                let Catalog { registry, serdes } = self.directory.catalog().await?;
                Ok(Store { log, registry, serdes })
            }
            None => self.directory.open().await,
        }
    }

    /// The topics alone.
    pub(super) async fn transport(&self) -> Result<Arc<dyn Transport>, Failure> {
        match self.cluster().await? {
            Some(log) => Ok(log),
            None => Ok(Arc::new(self.directory.log()?)),
        }
    }

    #[cfg(feature = "kafka")]
    async fn cluster(&self) -> Result<Option<Arc<dyn Transport>>, Failure> {
        self.brokers.connect().await
    }

    #[cfg(not(feature = "kafka"))]
    #[expect(clippy::unused_async, reason = "a cluster is connected to")]
    async fn cluster(&self) -> Result<Option<Arc<dyn Transport>>, Failure> {
        Ok(None)
    }
}

/// Topics, and the schemas of what lies in them.
pub(super) struct Store {
    pub(super) log: Arc<dyn Transport>,
    pub(super) registry: Arc<dyn Registry>,
    pub(super) serdes: Serdes,
}

/// A registry: the one in a data directory, or one elsewhere.
pub(super) struct Catalog {
    pub(super) registry: Arc<dyn Registry>,
    pub(super) serdes: Serdes,
}

impl Catalog {
    fn new(registry: Arc<dyn Registry>) -> Self {
        Self { serdes: Serdes::new(Arc::clone(&registry)), registry }
    }
}

impl Directory {
    /// Opens the directory's log, and makes both where they are missing. The schemas are those of the registry on it, or of the one
    /// that is named.
    pub(super) async fn open(&self) -> Result<Store, Failure> {
        let log = self.log()?;
        let registry: Arc<dyn Registry> = if self.remote.is_named() {
            self.remote.connect()?
        } else {
            Arc::new(EmbeddedRegistry::on(&log).await?)
        };
        Ok(Store { log: Arc::new(log), serdes: Serdes::new(Arc::clone(&registry)), registry })
    }

    /// Opens the registry alone; one that is named needs no data directory.
    pub(super) async fn catalog(&self) -> Result<Catalog, Failure> {
        if self.remote.is_named() {
            return Ok(Catalog::new(self.remote.connect()?));
        }
        Ok(Catalog::new(Arc::new(EmbeddedRegistry::on(&self.log()?).await?)))
    }

    fn log(&self) -> Result<Embedded, Failure> {
        std::fs::create_dir_all(&self.dir).map_err(|error| {
            Failure::io(&format!("cannot make the data directory {}", self.dir.display()), &error)
                .help("name another one with --dir")
        })?;
        Ok(open_patiently(&self.dir.join(FILE))?)
    }

    /// Whether there is a registry to ask.
    pub(super) fn exists(&self) -> bool {
        self.remote.is_named() || self.dir.join(FILE).exists()
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
