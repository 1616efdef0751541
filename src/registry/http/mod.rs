//! A registry behind Confluent's HTTP API: a client that is apart from whatever carries its requests.
//!
//! ```text
//! Registry call -Route-> Outgoing -Exchange-> Incoming -api bodies-> answer, or a refusal by its code
//! ```
//!
//! An [`Exchange`] sends one request and waits for its answer. [`HttpRegistry::builder`] makes one over sockets, which needs a tokio
//! runtime (see [`Builder::runtime`]); over [`crate::server::answer`] the client and the server are tested together without one.
//!
//! ```
//! use std::time::Duration;
//! use schemawire::registry::HttpRegistry;
//!
//! let registry = HttpRegistry::builder("http://registry-1.example:8081")
//!     .url("http://registry-2.example:8081")
//!     .basic("service", "a password that nothing shows")
//!     .deadline(Duration::from_secs(10))
//!     .build()?;
//! assert!(!format!("{registry:?}").contains("a password"));
//! # Ok::<(), schemawire::registry::RegistryError>(())
//! ```

mod answers;
mod builder;
mod calls;
mod credentials;
mod dice;
mod endpoints;
mod exchange;
mod names;
mod pool;
mod read;
mod redirect;
mod retry_after;
mod secret;
mod socket;
mod tls;

pub use builder::Builder;
pub use calls::{Listing, ServerVersion};
pub use credentials::OAuth;
pub use exchange::{Exchange, Incoming, Outgoing};
pub use pool::Connections;

use std::sync::Arc;

use super::api::ErrorBody;
use super::{RegistryError, RegistryErrorKind};
use crate::codec::Codecs;

/// A registry that another process serves.
///
/// Cloning shares the connection.
#[derive(Debug, Clone)]
pub struct HttpRegistry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    exchange: Box<dyn Exchange>,
    codecs: Codecs,
}

impl HttpRegistry {
    /// Settings of a client over sockets, for the registry at that address: `http://host:8081`, with a path where the API lies
    /// below one (`https://host/apis/ccompat/v7`).
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    /// A client over whatever carries its requests, with the codecs of this build.
    #[must_use]
    pub fn over(exchange: impl Exchange) -> Self {
        Self::with_codecs(exchange, Codecs::default())
    }

    /// The same, with codecs of custom formats, too.
    #[must_use]
    pub fn with_codecs(exchange: impl Exchange, codecs: Codecs) -> Self {
        Self(Arc::new(Inner { exchange: Box::new(exchange), codecs }))
    }

    /// What is in use and what was done; `None` over an exchange that does not count.
    #[must_use]
    pub fn connections(&self) -> Option<Connections> {
        self.0.exchange.connections()
    }

    /// Whether a client could not be built because nothing here says which certificates to trust.
    #[cfg(feature = "cli")]
    pub(crate) fn lacks_authorities(error: &RegistryError) -> bool {
        tls::lacks_authorities(error)
    }

    /// Sends a request and gives the body of its answer, or the refusal.
    async fn ask(&self, request: Outgoing) -> Result<Vec<u8>, RegistryError> {
        let incoming = self.0.exchange.send(&request).await?;
        if (200..300).contains(&incoming.status) {
            Ok(incoming.body)
        } else {
            Err(refusal(&request, &incoming))
        }
    }

    /// The same, as JSON of that shape.
    async fn json<T: serde::de::DeserializeOwned>(&self, request: Outgoing) -> Result<T, RegistryError> {
        let path = request.path.clone();
        let body = self.ask(request).await?;
        serde_json::from_slice(&body).map_err(|error| {
            let message =
                format!("the answer for {path} is not one of a schema registry: {}", beginning(&body));
            RegistryError::new(RegistryErrorKind::Unexpected, message).because(error)
        })
    }
}

/// What an answer refuses: by the code in its body, or else by its status.
fn refusal(request: &Outgoing, incoming: &Incoming) -> RegistryError {
    let kind = match incoming.status {
        401 | 403 | 407 => RegistryErrorKind::Forbidden,
        408 | 429 | 500.. => RegistryErrorKind::Unavailable,
        _ => RegistryErrorKind::Unexpected,
    };
    if let Ok(body) = serde_json::from_slice::<ErrorBody>(&incoming.body)
        && let Some(told) = RegistryErrorKind::of_code(body.error_code)
    {
        // A code that says no more than the status leaves it at that: a plain 500 may pass.
        let kind = if told == RegistryErrorKind::Unexpected { kind } else { told };
        return RegistryError::new(kind, body.message);
    }
    let (status, path) = (incoming.status, &request.path);
    RegistryError::new(kind, format!("status {status} for {path}: {}", beginning(&incoming.body)))
}

/// The beginning of a body, for a message.
fn beginning(body: &[u8]) -> String {
    const SHOWN: usize = 200;
    let text = String::from_utf8_lossy(body.get(..SHOWN).unwrap_or(body));
    let text = text.trim().escape_debug();
    if body.is_empty() { "an empty body".into() } else { format!("`{text}`") }
}
