//! An [`Exchange`] over sockets: tries, addresses, waits and limits.
//!
//! ```text
//! send   until the deadline:  each address in order -> attempt ; a wait
//! attempt   a connection's permit -> authorization -> request -> redirects -> body, within `request_timeout`
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Method, Response, Url};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use super::credentials::Credentials;
use super::dice::Dice;
use super::endpoints::{Endpoints, Place};
use super::pool::{Connections, Counters, Pool};
use super::{Exchange, Incoming, Outgoing, redirect, retry_after, tls};
use crate::backoff::Backoff;
use crate::registry::{RegistryError, RegistryErrorKind};
use crate::transport::{BoxFuture, Clock, SystemClock};

/// What bounds a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) request_timeout: Duration,
    pub(super) pool_timeout: Duration,
    pub(super) deadline: Duration,
    pub(super) connections: usize,
    pub(super) body: usize,
    pub(super) redirects: usize,
    pub(super) backoff: Backoff,
}

/// Connections to the addresses of one registry.
#[derive(Debug)]
pub(super) struct Sockets {
    shared: Arc<Shared>,
    runtime: Option<Handle>,
}

struct Shared {
    client: Client,
    endpoints: Endpoints,
    credentials: Credentials,
    headers: HeaderMap,
    limits: Limits,
    pool: Pool,
    dice: Dice,
    clock: SystemClock,
}

/// What a try brought.
struct Answer {
    incoming: Incoming,
    /// How long the other side asked to wait.
    retry_after: Option<Duration>,
}

/// A try without an answer.
struct Failed {
    error: RegistryError,
    /// Whether the request may be sent again.
    again: Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It never left: any request may.
    Unsent,
    /// It never left, and the address is not to blame: there was no token to send it with.
    Unasked,
    /// It may have been done: only a request may whose second time changes nothing.
    Unknown,
    /// The next try would fail, too.
    Never,
}

/// What registries are asked for.
const ACCEPTED: &str = "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json; q=0.9, application/json; q=0.5";

const SENT: &str = "application/vnd.schemaregistry.v1+json";

impl Sockets {
    pub(super) fn new(
        client: Client,
        places: Vec<Place>,
        credentials: Credentials,
        headers: HeaderMap,
        limits: Limits,
        runtime: Option<Handle>,
    ) -> Self {
        let shared = Shared {
            client,
            endpoints: Endpoints::new(places),
            credentials,
            headers,
            limits,
            pool: Pool::new(limits.connections, limits.pool_timeout),
            dice: Dice::new(),
            clock: SystemClock::default(),
        };
        Self { shared: Arc::new(shared), runtime }
    }
}

impl Exchange for Sockets {
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<Incoming, RegistryError>> {
        Box::pin(async move {
            match &self.runtime {
                Some(runtime) => {
                    let (shared, request) = (Arc::clone(&self.shared), request.clone());
                    let task = Aborting(runtime.spawn(async move { shared.send(&request).await }));
                    task.await
                }
                None if Handle::try_current().is_ok() => self.shared.send(request).await,
                None => Err(RegistryError::new(
                    RegistryErrorKind::Client,
                    "a registry over HTTP is asked outside of a tokio runtime: await it within one, or give the builder the `runtime` to send from",
                )),
            }
        })
    }

    fn connections(&self) -> Option<Connections> {
        Some(self.shared.pool.counts())
    }
}

impl Shared {
    /// All tries of one call.
    async fn send(&self, request: &Outgoing) -> Result<Incoming, RegistryError> {
        let deadline = Instant::now() + self.limits.deadline;
        let (mut rounds, mut tries, mut last) = (0, 0, None);
        loop {
            for index in self.endpoints.order(self.clock.steady()) {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                if tries > 0 {
                    Counters::add(&self.pool.counters.retried);
                }
                tries += 1;
                let outcome = match self.attempt(index, request, left).await {
                    Ok(answer) if !is_trouble(answer.incoming.status) => {
                        self.endpoints.answered(index);
                        return Ok(answer.incoming);
                    }
                    trouble => trouble,
                };
                Counters::add(&self.pool.counters.failed);
                // Busy, not broken: another address of the same registry is as busy.
                let is_busy = matches!(&outcome, Ok(answer) if answer.incoming.status == 429);
                let is_innocent =
                    matches!(&outcome, Err(failed) if matches!(failed.again, Again::Unasked | Again::Never));
                if !is_busy && !is_innocent {
                    self.endpoints.failed(index, self.clock.steady());
                }
                if !may_go_again(request, &outcome) {
                    return finish(outcome, tries);
                }
                // What the deadline cut short says less than the try before it.
                let is_cut = left < self.limits.request_timeout && Instant::now() >= deadline;
                if !is_cut || last.is_none() {
                    last = Some(outcome);
                }
                if is_busy {
                    break;
                }
            }
            // There is at least one address, and the first round has time for it.
            let Some(outcome) = last.take() else {
                return Err(out_of_time(&request.path, self.limits.deadline));
            };
            let asked = outcome.as_ref().ok().and_then(|answer| answer.retry_after);
            let wait = self.limits.backoff.wait(rounds, self.dice.roll()).max(asked.unwrap_or_default());
            if Instant::now() + wait >= deadline {
                return finish(outcome, tries);
            }
            sleep(wait).await;
            // Kept for a sleep that lasts longer than it was to.
            last = Some(outcome);
            rounds += 1;
        }
    }

    /// One try at one address.
    async fn attempt(&self, index: usize, request: &Outgoing, left: Duration) -> Result<Answer, Failed> {
        let Some(_permit) = self.pool.enter().await else {
            Counters::add(&self.pool.counters.refused);
            let (limit, waited) = (self.limits.connections, self.pool.timeout());
            let message = format!("all {limit} connections to the registry were in use for {waited:?}");
            let error = RegistryError::new(RegistryErrorKind::Unavailable, message);
            return Err(Failed { error, again: Again::Never });
        };
        let Some(place) = self.endpoints.places().get(index) else {
            let error = RegistryError::new(RegistryErrorKind::Client, "there is no such address");
            return Err(Failed { error, again: Again::Never });
        };
        Counters::add(&self.pool.counters.sent);
        let limit = self.limits.request_timeout.min(left);
        match timeout(limit, self.exchange(place, request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failed { error: silent(&place.url, &request.path, limit), again: Again::Unknown }),
        }
    }

    /// The request, wherever it is redirected to.
    async fn exchange(&self, place: &Place, request: &Outgoing) -> Result<Answer, Failed> {
        let never = |error| Failed { error, again: Again::Never };
        let mut url = address(&place.url, request).map_err(never)?;
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let mut seen = vec![url.clone()];
        let mut refused: Option<HeaderValue> = None;
        loop {
            let authorization = self.authorization(&url, refused.as_ref()).await?;
            let mut builder = self.client.request(method.clone(), url.clone()).header(ACCEPT, ACCEPTED);
            // What proves who we are goes to the registry alone, wherever it sends us.
            if self.place_of(&url).is_some() {
                builder = builder.headers(self.headers.clone());
            }
            if let Some(value) = &authorization {
                builder = builder.header(AUTHORIZATION, value.clone());
            }
            if let Some(body) = &request.body {
                builder = builder.header(CONTENT_TYPE, SENT).body(body.clone());
            }
            let what = shown(&url);
            let response = builder.send().await.map_err(|error| failed(&what, error))?;
            let status = response.status().as_u16();
            if redirect::is_redirect(status) {
                let location = response.headers().get(LOCATION).and_then(|it| it.to_str().ok());
                let next = redirect::target(request.method, status, location, &seen, self.limits.redirects);
                url = next.map_err(|why| never(RegistryError::new(RegistryErrorKind::Unexpected, why)))?;
                seen.push(url.clone());
                continue;
            }
            // A token may end before its time; another one is asked for once.
            if status == 401 && matches!(self.credentials, Credentials::Token(_)) && refused.is_none() {
                refused = authorization;
                if refused.is_some() {
                    continue;
                }
            }
            return self.answer(response, &what).await;
        }
    }

    async fn answer(&self, response: Response, what: &str) -> Result<Answer, Failed> {
        let status = response.status().as_u16();
        let text = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
        let retry_after =
            text(RETRY_AFTER).and_then(|it| retry_after::wait(it, text(DATE), self.clock.wall()));
        let body = limited_body(response, self.limits.body, what).await.map_err(|error| {
            // A body that ends too early may come whole the next time; one that is too long will not get shorter.
            let again = if error.class().is_retriable() { Again::Unknown } else { Again::Never };
            Failed { error, again }
        })?;
        Ok(Answer { incoming: Incoming { status, body }, retry_after })
    }

    /// The header for that address: none for a place that is not the registry's.
    async fn authorization(
        &self,
        url: &Url,
        refused: Option<&HeaderValue>,
    ) -> Result<Option<HeaderValue>, Failed> {
        let Some(place) = self.place_of(url) else { return Ok(None) };
        match &self.credentials {
            Credentials::None => Ok(place.own.clone()),
            Credentials::Fixed(_) => Ok(self.credentials.header()),
            Credentials::Token(tokens) => {
                tokens.header(&self.client, refused).await.map(Some).map_err(|error| {
                    let again = if error.class().is_retriable() { Again::Unasked } else { Again::Never };
                    Failed { error, again }
                })
            }
        }
    }

    /// The registry's own address that a URL belongs to: the same scheme, host and port.
    fn place_of(&self, url: &Url) -> Option<&Place> {
        self.endpoints.places().iter().find(|place| place.url.origin() == url.origin())
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<&str> = self.endpoints.places().iter().map(|place| place.url.as_str()).collect();
        let mut shown = f.debug_struct("Sockets");
        shown.field("urls", &urls).field("credentials", &self.credentials).field("limits", &self.limits);
        shown.field("counts", &self.pool.counts()).finish_non_exhaustive()
    }
}

/// A task that ends with whoever waits for it.
struct Aborting(tokio::task::JoinHandle<Result<Incoming, RegistryError>>);

impl Future for Aborting {
    type Output = Result<Incoming, RegistryError>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0).poll(context).map(|joined| {
            joined.unwrap_or_else(|error| {
                let message = "the runtime that the registry's client sends from has ended";
                Err(RegistryError::new(RegistryErrorKind::Client, message).because(error))
            })
        })
    }
}

impl Drop for Aborting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The statuses that stand for trouble which may pass.
const fn is_trouble(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

/// Whether the request may be sent once more.
///
/// Registering is: what is known gets the same id. So is all else but a delete, whose second time finds nothing to delete.
fn may_go_again(request: &Outgoing, outcome: &Result<Answer, Failed>) -> bool {
    let is_repeatable = request.method != "DELETE";
    match outcome {
        // These three say that nothing was done.
        Ok(answer) => is_repeatable || matches!(answer.incoming.status, 408 | 429 | 503),
        Err(failed) => match failed.again {
            Again::Unsent | Again::Unasked => true,
            Again::Unknown => is_repeatable,
            Again::Never => false,
        },
    }
}

/// The last try's outcome, which tells of those before it.
fn finish(outcome: Result<Answer, Failed>, tries: u32) -> Result<Incoming, RegistryError> {
    match outcome {
        Ok(answer) => Ok(answer.incoming),
        Err(Failed { mut error, .. }) => {
            if tries > 1 {
                error.message = format!("{} (the last of {tries} tries)", error.message);
            }
            Err(error)
        }
    }
}

/// Where a request goes: the base with the request's path behind it.
fn address(base: &Url, request: &Outgoing) -> Result<Url, RegistryError> {
    let mut url = base.clone();
    let path = format!("{}{}", base.path().trim_end_matches('/'), request.path);
    url.set_path(&path);
    // A segment of dots would be taken for a step up, and another resource would be asked for.
    if url.path() != path {
        let message = format!(
            "{} cannot be asked for over HTTP: a name of dots alone is a step in a path",
            request.path
        );
        return Err(RegistryError::new(RegistryErrorKind::InvalidSubject, message));
    }
    url.set_query((!request.query.is_empty()).then_some(&request.query));
    Ok(url)
}

/// An address as errors show it: without the query.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

fn silent(base: &Url, path: &str, waited: Duration) -> RegistryError {
    let place = base.as_str().trim_end_matches('/');
    let message = format!("{place}{path} did not answer in full within {waited:?}");
    RegistryError::new(RegistryErrorKind::Unavailable, message)
}

fn out_of_time(path: &str, deadline: Duration) -> RegistryError {
    let message = format!("no registry answered {path} within {deadline:?}");
    RegistryError::new(RegistryErrorKind::Unavailable, message)
}

fn failed(what: &str, error: reqwest::Error) -> Failed {
    let again = match () {
        () if tls::is_refusal(&error) || error.is_builder() => Again::Never,
        () if error.is_connect() => Again::Unsent,
        () => Again::Unknown,
    };
    let mut error = no_answer(what, error);
    if again == Again::Never {
        error.kind = RegistryErrorKind::Client;
    }
    Failed { error, again }
}

/// No answer came from there.
pub(super) fn no_answer(what: &str, error: reqwest::Error) -> RegistryError {
    let how = if error.is_connect() { "no connection to" } else { "no answer from" };
    RegistryError::new(RegistryErrorKind::Unavailable, format!("{how} {what}")).because(error.without_url())
}

/// The body, as far as it may be long.
pub(super) async fn limited_body(
    mut response: Response,
    limit: usize,
    what: &str,
) -> Result<Vec<u8>, RegistryError> {
    let too_long = || {
        let message = format!("the answer of {what} is longer than {limit} bytes");
        RegistryError::new(RegistryErrorKind::Unexpected, message)
    };
    let told = response.content_length().unwrap_or(0);
    if told > limit as u64 {
        return Err(too_long());
    }
    // What is told is trusted as far as it costs nothing.
    let mut body = Vec::with_capacity(told.min(64 << 10) as usize);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(too_long()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => {
                let message = format!("the answer of {what} broke off after {} bytes", body.len());
                return Err(
                    RegistryError::new(RegistryErrorKind::Unavailable, message).because(error.without_url())
                );
            }
        }
    }
}
