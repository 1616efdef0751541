//! The API on a socket: a registry that clients of other languages reach.
//!
//! ```text
//! accept -a connection each-> head, body within their limits -> answer(&registry, request) -> response
//!                                                              reads on the spot, all else on threads that may wait
//! ```
//!
//! - ✔ Starts in-process, in a test of one line, on a port that is free.
//! - ✔ A slow, half-closed or greedy client costs its own connection and nothing else: see [`Limits`].
//! - ✔ Stopping lets every request end that has begun.
//! - ✗ HTTP/1.1 only, which is what the clients of registries speak.
//!
//! ```
//! use schemawire::registry::EmbeddedRegistry;
//! use schemawire::server::Server;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let server = Server::builder(EmbeddedRegistry::in_memory().await?).start().await?;
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! server.stop().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod connection;
mod error;
mod limits;
mod media;
#[cfg(feature = "prometheus")]
mod metrics;
mod patient;
#[cfg(feature = "prometheus")]
mod scrape;
mod service;
mod tls;
mod users;

pub use builder::Builder;
pub use error::ServeError;
pub use limits::Limits;
#[cfg(feature = "prometheus")]
pub use scrape::serve_metrics;
pub use tls::Tls;
pub use users::Users;

use std::fmt;
use std::net::SocketAddr;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::registry::Registry;

/// A server that runs. Dropping it stops it, too, without waiting.
#[must_use = "a server that is dropped stops"]
pub struct Server {
    url: String,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// `None` once it was waited for.
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// A server over that registry, to be started: on a free port of the loopback address, without TLS or passwords, with the
    /// default [`Limits`].
    pub fn builder(registry: impl Registry) -> Builder {
        Builder::new(registry)
    }

    /// What runs at that address until it is told to stop.
    fn running(address: SocketAddr, tls: bool, stop: watch::Sender<bool>, task: JoinHandle<()>) -> Self {
        let scheme = if tls { "https" } else { "http" };
        Self { url: format!("{scheme}://{}", builder::reachable(address)), address, stop, task: Some(task) }
    }

    /// What clients are told: `http://127.0.0.1:40213`, without a slash behind it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: takes no new connection, lets the requests end that have begun (for [`Limits::drain`] at most), closes.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        if let Some(task) = self.task.take() {
            // A task that panicked has stopped, too.
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}
