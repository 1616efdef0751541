//! How a server is started.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::connection::Listening;
use super::service::Service;
use super::{Limits, ServeError, Server, Tls, Users};
#[cfg(feature = "prometheus")]
use crate::metrics::Metrics;
use crate::registry::Registry;

/// A server to be started; [`Server::builder`] has the defaults.
#[must_use]
pub struct Builder {
    registry: Arc<dyn Registry>,
    address: SocketAddr,
    limits: Limits,
    users: Option<Users>,
    tls: Option<Tls>,
    #[cfg(feature = "prometheus")]
    metrics: Option<Arc<Metrics>>,
}

impl Builder {
    pub(super) fn new(registry: impl Registry) -> Self {
        Self {
            registry: Arc::new(registry),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            limits: Limits::default(),
            users: None,
            tls: None,
            #[cfg(feature = "prometheus")]
            metrics: None,
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

    /// Answers only those users (401 for others); without it anybody. `/health/ready` is answered to anybody.
    pub fn users(mut self, users: Users) -> Self {
        self.users = Some(users);
        self
    }

    /// Speaks TLS, and nothing else.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Shows those metrics of the program at `/metrics`, too, behind the server's own.
    #[cfg(feature = "prometheus")]
    pub fn metrics(mut self, metrics: Arc<Metrics>) -> Self {
        self.metrics = Some(metrics);
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
        let service = Arc::new(Service::new(
            self.registry,
            self.limits,
            self.users,
            #[cfg(feature = "prometheus")]
            self.metrics,
        ));
        let tls = self.tls.is_some();
        let listening = Listening { listener, service, tls: self.tls, limits: self.limits };
        let task = runtime.spawn(listening.run(stopping));
        Ok(Server::running(address, tls, stop, task))
    }
}

/// An address that a client on this machine can connect to: what listens everywhere is also at the loopback address.
pub(super) fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("registry", &self.registry)
            .field("address", &self.address)
            .field("limits", &self.limits)
            .field("users", &self.users)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}
