//! Why a server does not start.

use std::io;
use std::net::SocketAddr;

use crate::class::Class;

/// A server that does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is in use, is no address of this machine, or may not be used.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It was started outside of a tokio runtime.
    #[error("a server needs a tokio runtime with its I/O and time drivers: start it from a task of one")]
    NoRuntime,
}

impl ServeError {
    /// What a caller may do about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Config
    }
}
