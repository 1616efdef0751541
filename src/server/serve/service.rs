//! One request of a connection, from its head to its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::runtime::Handle;

use super::Limits;
use crate::registry::Registry;
use crate::server::failure::Failure;
use crate::server::{self, MEDIA_TYPE, Method, answer};

/// What all connections share.
pub(super) struct Service {
    pub(super) registry: Arc<dyn Registry>,
    pub(super) limits: Limits,
}

impl Service {
    /// Answers a request. Whatever goes wrong is an answer, too. `close` ends the connection behind it.
    pub(super) async fn answer(&self, request: Request<Incoming>, close: bool) -> Response<Full<Bytes>> {
        let answer = match self.ask(request).await {
            Ok(answer) => answer,
            Err(failure) => server::refusal(failure),
        };
        let mut response = Response::new(Full::new(Bytes::from(answer.body)));
        *response.status_mut() =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    async fn ask(&self, request: Request<Incoming>) -> Result<server::Response, Failure> {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        if path == "/health/ready" && head.method == hyper::Method::GET {
            self.registry.ready().await?;
            return Ok(server::Response { status: 200, body: br#"{"status":"ready"}"#.to_vec() });
        }
        let method = match head.method {
            hyper::Method::GET | hyper::Method::HEAD => Method::Get,
            hyper::Method::POST => Method::Post,
            hyper::Method::PUT => Method::Put,
            hyper::Method::DELETE => Method::Delete,
            _ => return Err(Failure::no_method()),
        };
        let body = self.receive(body).await?;
        let query = head.uri.query().unwrap_or_default();
        if method == Method::Get {
            // Reads are answered from memory: no thread is worth its change.
            let request = server::Request { method, path, query, body: &body };
            let answered = AssertUnwindSafe(answer(&self.registry, request)).catch_unwind().await;
            return answered.map_err(|_| broken());
        }
        // Whatever parses, compares or writes may take its time, and must not hold up those who only read.
        let registry = Arc::clone(&self.registry);
        let runtime = Handle::current();
        let (path, query) = (path.to_owned(), query.to_owned());
        let answered = tokio::task::spawn_blocking(move || {
            let request = server::Request { method, path: &path, query: &query, body: &body };
            runtime.block_on(answer(&registry, request))
        });
        answered.await.map_err(|_| broken())
    }

    /// The whole body, as far as the limits let it in.
    async fn receive(&self, body: Incoming) -> Result<Bytes, Failure> {
        let limit = self.limits.body;
        let too_large = || {
            Failure::new(413, format!("the body is larger than {limit} bytes, which this server's limit is"))
        };
        if body.size_hint().lower() > limit as u64 {
            return Err(too_large());
        }
        match tokio::time::timeout(self.limits.receive, Limited::new(body, limit).collect()).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Ok(Err(_)) => Err(Failure::new(400, "the body broke off")),
            Err(_) => Err(Failure::new(
                408,
                format!("the body did not arrive within {} s", self.limits.receive.as_secs()),
            )),
        }
    }
}

/// A handler that panicked. It held nothing that others need: the registry's state is replaced as a whole.
fn broken() -> Failure {
    Failure::new(500, "Internal Server Error")
}
