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
    /// The lines of users are none. What they hold is not shown: it may be a password.
    #[error("{} is no NAME:PASSWORD", .line.map_or_else(|| "an empty list".to_owned(), |line| format!("line {line}")))]
    Users {
        /// Which line, from 1; `None` where there is no line at all.
        line: Option<usize>,
    },
    /// A certificate or key that cannot be used.
    #[error("the {part} for TLS cannot be used: {what}")]
    Tls {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        what: String,
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
