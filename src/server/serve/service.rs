//! One request of a connection, from its head to its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    WWW_AUTHENTICATE,
};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

#[cfg(feature = "prometheus")]
use super::metrics::Metrics;
use super::{Limits, Users, media};
use crate::registry::Registry;
use crate::registry::api::SchemaBody;
use crate::server::failure::Failure;
use crate::server::route::{self, Found, Pace};
use crate::server::{self, MEDIA_TYPE, Method, answer};

/// By which a client says that it reads answers with members that it does not know.
const ACCEPT_UNKNOWN: &str = "confluent-accept-unknown-properties";

/// What all connections share.
pub(super) struct Service {
    registry: Arc<dyn Registry>,
    limits: Limits,
    users: Option<Users>,
    /// A permit for each connection that may be open, and one of them for the next.
    pub(super) room: Arc<Semaphore>,
    #[cfg(feature = "prometheus")]
    pub(super) metrics: Metrics,
}

/// An answer, before it is one of HTTP's.
struct Reply {
    status: u16,
    media: &'static str,
    body: Vec<u8>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl From<server::Response> for Reply {
    fn from(response: server::Response) -> Self {
        Self { status: response.status, media: MEDIA_TYPE, body: response.body, header: None }
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        server::refusal(failure).into()
    }
}

impl Reply {
    fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.header = HeaderValue::from_str(value).ok().map(|value| (name, value));
        self
    }
}

impl Service {
    pub(super) fn new(
        registry: Arc<dyn Registry>,
        limits: Limits,
        users: Option<Users>,
        #[cfg(feature = "prometheus")] more: Option<Arc<crate::metrics::Metrics>>,
    ) -> Self {
        let connections = limits.connections.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            registry,
            limits: Limits { connections, ..limits },
            users,
            room: Arc::new(Semaphore::new(connections)),
            #[cfg(feature = "prometheus")]
            metrics: Metrics::new(more),
        }
    }

    /// Answers a request. Whatever goes wrong is an answer, too.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        #[cfg(feature = "prometheus")]
        let started = tokio::time::Instant::now();
        let mut place = None;
        let reply = self.reply(request, &mut place).await;
        #[cfg(feature = "prometheus")]
        self.metrics.answered(place, reply.status, started.elapsed());
        let has_body = !reply.body.is_empty();
        let mut response = Response::new(Full::new(Bytes::from(reply.body)));
        *response.status_mut() =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.media));
        }
        headers.extend(reply.header);
        // Where most of the room is taken, a connection is not kept for requests that may never come.
        if self.room.available_permits() < self.limits.connections / 4 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// The answer; `place` becomes the route's.
    async fn reply(&self, request: Request<Incoming>, place: &mut Option<usize>) -> Reply {
        let (head, body) = request.into_parts();
        if head.uri.path() == "/health/ready" {
            return self.health().await;
        }
        if let Some(users) = &self.users
            && !users.let_in(head.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes))
        {
            let failure = Failure::new(401, "Unauthorized");
            return Reply::from(failure).with(WWW_AUTHENTICATE, "Basic realm=\"schemawire\"");
        }
        #[cfg(feature = "prometheus")]
        if head.uri.path() == "/metrics" && head.method == hyper::Method::GET {
            return self.metrics_text().await;
        }
        let Some(method) = method(&head.method) else {
            return match route::allowed(head.uri.path()) {
                Some(allowed) if head.method == hyper::Method::OPTIONS => {
                    let nothing = Reply { status: 200, media: MEDIA_TYPE, body: Vec::new(), header: None };
                    nothing.with(ALLOW, &allowed)
                }
                Some(allowed) => Reply::from(Failure::no_method()).with(ALLOW, &allowed),
                None => Failure::no_route().into(),
            };
        };
        let request = server::Request {
            method,
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            body: &[],
        };
        let found = match route::find(&request) {
            Ok(found) => found,
            Err(failure) => {
                let allowed = route::allowed(request.path);
                let reply = Reply::from(failure);
                return match allowed {
                    Some(allowed) => reply.with(ALLOW, &allowed),
                    None => reply,
                };
            }
        };
        *place = Some(found.place);
        let Some(media) = media::produced(text(&head.headers, ACCEPT)) else {
            return Failure::new(406, "HTTP 406 Not Acceptable").into();
        };
        match self.routed(&head, &found, method, body).await {
            Ok(response) => Reply { media, ..response.into() },
            Err(failure) => Reply { media, ..failure.into() },
        }
    }

    /// Receives the body of a request with a route, and asks the registry.
    async fn routed(
        &self,
        head: &Parts,
        found: &Found<'_>,
        method: Method,
        body: Incoming,
    ) -> Result<server::Response, Failure> {
        let has_body = body.size_hint().exact() != Some(0);
        if has_body && !media::is_consumed(text(&head.headers, CONTENT_TYPE)) {
            return Err(Failure::new(415, "HTTP 415 Unsupported Media Type"));
        }
        let body = self.receive(body).await?;
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
        let limit = self.limits.answer;
        if found.route.pace == Pace::Quick {
            let request = server::Request { method, path, query, body: &body };
            let answered = in_time(limit, answer(&self.registry, request));
            return AssertUnwindSafe(answered).catch_unwind().await.unwrap_or_else(|_| Err(broken()));
        }
        let registry = Arc::clone(&self.registry);
        let runtime = Handle::current();
        let (path, query) = (path.to_owned(), query.to_owned());
        let answered = tokio::task::spawn_blocking(move || {
            let request = server::Request { method, path: &path, query: &query, body: &body };
            // The limit holds in there: a thread that waited on would be lost.
            runtime.block_on(in_time(limit, answer(&registry, request)))
        });
        let mut response = answered.await.map_err(|_| broken())??;
        if text(&head.headers, HeaderName::from_static(ACCEPT_UNKNOWN)) != Some("true") {
            strip(found.route.method, found.route.path, &mut response);
        }
        Ok(response)
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
                format!("the body did not arrive within {} s", self.limits.receive.as_secs_f32()),
            )),
        }
    }

    async fn health(&self) -> Reply {
        match in_time(self.limits.answer, self.registry.ready()).await {
            Ok(Ok(())) => {
                let body = br#"{"status":"ready"}"#.to_vec();
                Reply { status: 200, media: "application/json", body, header: None }
            }
            Ok(Err(error)) => Failure::new(503, format!("not ready: {error}")).into(),
            Err(Failure(late)) => Failure::new(503, format!("not ready: {}", late.message)).into(),
        }
    }

    #[cfg(feature = "prometheus")]
    async fn metrics_text(&self) -> Reply {
        // A registry that fails says so elsewhere; what else is counted is shown.
        let size = self.registry.size().await.ok().flatten();
        let body = self.metrics.text(self.limits.connections, size).into_bytes();
        Reply { status: 200, media: crate::metrics::Metrics::MEDIA_TYPE, body, header: None }
    }
}

/// What the registry answers, if it does so in time.
async fn in_time<T>(limit: Duration, answered: impl Future<Output = T>) -> Result<T, Failure> {
    let late = || format!("Operation timed out: no answer within {} s", limit.as_secs_f32());
    tokio::time::timeout(limit, answered).await.map_err(|_| Failure::new(50002, late()))
}

fn method(method: &hyper::Method) -> Option<Method> {
    match *method {
        hyper::Method::GET | hyper::Method::HEAD => Some(Method::Get),
        hyper::Method::POST => Some(Method::Post),
        hyper::Method::PUT => Some(Method::Put),
        hyper::Method::DELETE => Some(Method::Delete),
        _ => None,
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Takes what Confluent's server 8 has added to two answers, for clients that end with an error over members they do not know.
/// Those that know them say so by a header. Source: Confluent Platform 8.2, *release notes*.
fn strip(method: Method, path: &str, response: &mut server::Response) {
    let concerned = matches!(
        (method, path),
        (Method::Post, "subjects/{subject}/versions") | (Method::Get, "subjects/{subject}/metadata")
    );
    if !concerned || response.status != 200 {
        return;
    }
    if let Ok(mut body) = serde_json::from_slice::<SchemaBody>(&response.body) {
        (body.guid, body.ts, body.deleted) = (None, None, None);
        response.body = serde_json::to_vec(&body).unwrap_or_default();
    }
}

/// A handler that panicked. It held nothing that others need: the registry's state is replaced as a whole.
fn broken() -> Failure {
    Failure::new(500, "Internal Server Error")
}
