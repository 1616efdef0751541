//! Confluent's HTTP API over any [`Registry`]: routes, parameters, status codes, error codes and messages.
//!
//! ```text
//! Request { method, path, query, body } -table of routes-> handler -Registry-> Response { status, body }
//! ```
//!
//! [`answer`] opens no socket, so that it can be served by any HTTP server and tested without one; [`Server`] is one.
//! Source: Confluent Schema Registry 8, *API reference*.
//!
//! ```
//! use std::sync::Arc;
//! use schemawire::registry::{EmbeddedRegistry, Registry};
//! use schemawire::server::{Method, Request, answer};
//!
//! # pollster::block_on(async {
//! let registry: Arc<dyn Registry> = Arc::new(EmbeddedRegistry::in_memory().await?);
//! let body = br#"{"schema": "\"string\""}"#;
//! let request = Request { method: Method::Post, path: "/subjects/names-value/versions", query: "", body };
//! let response = answer(&registry, request).await;
//! assert_eq!(response.status, 200);
//!
//! let request = Request { method: Method::Get, path: "/schemas/ids/7", query: "", body: b"" };
//! let response = answer(&registry, request).await;
//! assert_eq!(response.status, 404);
//! assert_eq!(response.body, br#"{"error_code":40403,"message":"Schema 7 not found"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod about;
mod batch;
mod compatibility;
mod failure;
mod ids;
mod proposal;
mod request;
mod route;
mod schemas;
mod scope;
mod serve;
mod settings;
mod subjects;
mod tags;
mod text;

pub use request::{Method, Request};
#[cfg(feature = "prometheus")]
pub use serve::serve_metrics;
pub use serve::{Builder, Limits, ServeError, Server, Tls, Users};

use std::sync::Arc;

use serde::Serialize;

use crate::registry::Registry;
use failure::Failure;

/// The media type of every answer.
pub const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The body, of [`MEDIA_TYPE`]; empty with status 204.
    pub body: Vec<u8>,
}

/// Answers one request. Whatever goes wrong is an answer, too.
pub async fn answer(registry: &Arc<dyn Registry>, request: Request<'_>) -> Response {
    match route::answer(registry, request).await {
        Ok(body) => Response { status: if body.is_empty() { 204 } else { 200 }, body },
        Err(failure) => refusal(failure),
    }
}

/// A refusal as an answer.
fn refusal(Failure(body): Failure) -> Response {
    Response { status: body.status(), body: serde_json::to_vec(&body).unwrap_or_default() }
}

/// A body as JSON.
fn json<T: Serialize + ?Sized>(body: &T) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body)
        .map_err(|error| Failure::new(500, format!("the answer cannot be written: {error}")))
}
