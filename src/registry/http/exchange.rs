//! Requests and answers as values.

use std::fmt::{Debug, Display, Write as _};

use super::Connections;
use crate::registry::RegistryError;
use crate::transport::BoxFuture;

/// Carries one request to a registry and its answer back. Law: an answer of any status is an `Incoming`; an error means that there
/// was none, and says by its class whether the request may be sent again.
pub trait Exchange: Debug + Send + Sync + 'static {
    /// Sends a request and waits for its answer.
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<Incoming, RegistryError>>;

    /// What is in use and what was done, where that is counted.
    fn connections(&self) -> Option<Connections> {
        None
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path from its first slash, percent-encoded.
    pub path: String,
    /// The query behind the question mark, percent-encoded; empty where there is none.
    pub query: String,
    /// The body as JSON.
    pub body: Option<Vec<u8>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// All that a path segment or a value of the query may not hold as it is (RFC 3986, *unreserved*, is left alone).
const ESCAPED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Outgoing {
    /// A request for the path of those segments.
    pub(super) fn new(method: &'static str, segments: &[&str]) -> Self {
        let mut path = String::new();
        for segment in segments {
            // A segment of dots alone would be taken for a step up, escaped or not.
            let escaped = percent_encoding::utf8_percent_encode(segment, ESCAPED);
            let _ = write!(path, "/{escaped}");
        }
        Self { method, path, query: String::new(), body: None }
    }

    /// The same with a parameter.
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        let value = value.to_string();
        let separator = if self.query.is_empty() { "" } else { "&" };
        let _ = write!(
            self.query,
            "{separator}{name}={}",
            percent_encoding::utf8_percent_encode(&value, ESCAPED)
        );
        self
    }

    /// The same with a parameter, if there is one.
    pub(super) fn with_some(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with `name=true`, where that is so.
    pub(super) fn flag(self, name: &str, is_set: bool) -> Self {
        if is_set { self.with(name, true) } else { self }
    }

    /// The same with a body.
    pub(super) fn carrying(mut self, body: &impl serde::Serialize) -> Self {
        self.body = serde_json::to_vec(body).ok();
        self
    }
}
