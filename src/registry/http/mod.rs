//! A registry behind Confluent's HTTP API: a client that is apart from whatever carries its requests.
//!
//! ```text
//! Registry call -Route-> Outgoing -Exchange-> Incoming -api bodies-> answer, or a refusal by its code
//! ```
//!
//! An [`Exchange`] sends one request and waits for its answer. Over [`crate::server::answer`] the client and the server are tested
//! together without a socket.

mod answers;
mod exchange;
mod read;

pub use exchange::{Exchange, Incoming, Outgoing};

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
    if let Ok(body) = serde_json::from_slice::<ErrorBody>(&incoming.body)
        && let Some(kind) = RegistryErrorKind::of_code(body.error_code)
    {
        return RegistryError::new(kind, body.message);
    }
    let kind = match incoming.status {
        401 | 403 | 407 => RegistryErrorKind::Forbidden,
        408 | 429 | 500.. => RegistryErrorKind::Unavailable,
        _ => RegistryErrorKind::Unexpected,
    };
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
