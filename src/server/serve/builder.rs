//! How a server is started.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::connection::Listening;
use super::service::Service;
use super::{Limits, ServeError, Server};
use crate::registry::Registry;

/// A server to be started; [`Server::builder`] has the defaults.
#[must_use]
pub struct Builder {
    registry: Arc<dyn Registry>,
    address: SocketAddr,
    limits: Limits,
}

impl Builder {
    pub(super) fn new(registry: impl Registry) -> Self {
        Self {
            registry: Arc::new(registry),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            limits: Limits::default(),
        }
    }

    /// Listens there; port 0 is one that is free.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Other limits than the default ones.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Starts the server in the tokio runtime of the caller. Once this answers, it takes connections.
    ///
    /// # Errors
    /// An address that cannot be listened on; no tokio runtime.
    pub async fn start(self) -> Result<Server, ServeError> {
        let runtime = Handle::try_current().map_err(|_| ServeError::NoRuntime)?;
        let failed = |source| ServeError::Listen { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopping) = watch::channel(false);
        let service = Arc::new(Service { registry: self.registry, limits: self.limits });
        let listening = Listening { listener, service, limits: self.limits };
        let task = runtime.spawn(listening.run(stopping));
        Ok(Server { url: format!("http://{address}"), address, stop, task: Some(task) })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("registry", &self.registry)
            .field("address", &self.address)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
