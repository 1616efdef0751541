//! What a client of a remote registry can be told, with the defaults, and the checks before it is built.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::HttpRegistry;
use super::credentials::{Credentials, OAuth};
use super::endpoints::Place;
use super::names::Names;
use super::secret::Secret;
use super::socket::{Limits, Sockets};
use super::tls::{self, Tls};
use crate::backoff::Backoff;
use crate::codec::Codecs;
use crate::registry::{RegistryError, RegistryErrorKind};

/// Settings of a [`HttpRegistry`] over sockets; [`HttpRegistry::builder`] begins one.
///
/// | setting | default | what it bounds |
/// |---|---|---|
/// | [`connect_timeout`](Self::connect_timeout) | 2 s | finding the name, connecting, TLS |
/// | [`request_timeout`](Self::request_timeout) | 5 s | one try, from its first byte to the last of the answer |
/// | [`pool_timeout`](Self::pool_timeout) | 1 s | waiting for one of the connections |
/// | [`deadline`](Self::deadline) | 15 s | a call with all its tries and waits |
/// | [`connections`](Self::connections) | 16 | requests at once |
/// | [`idle_timeout`](Self::idle_timeout) | 30 s | how long an unused connection is kept |
/// | [`body_limit`](Self::body_limit) | 16 MiB | an answer's body |
/// | [`redirects`](Self::redirects) | 5 | redirects of one try |
/// | [`backoff`](Self::backoff) | 100 ms to 2 s | waits between tries, with full jitter |
///
/// Nothing secret is ever shown: not by `Debug`, not by an error, not within a URL.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    /// With the passwords that they may hold.
    urls: Vec<Secret>,
    credentials: Credentials,
    headers: Vec<(String, Secret)>,
    tls: Tls,
    proxy: ProxyChoice,
    limits: Limits,
    connect_timeout: Duration,
    idle_timeout: Duration,
    codecs: Codecs,
    runtime: Option<tokio::runtime::Handle>,
}

#[derive(Debug, Clone)]
enum ProxyChoice {
    /// What the environment says (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    System,
    None,
    Url(Secret),
}

impl Builder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            urls: vec![Secret::new(url)],
            credentials: Credentials::None,
            headers: Vec::new(),
            tls: Tls::default(),
            proxy: ProxyChoice::System,
            limits: Limits {
                request_timeout: Duration::from_secs(5),
                pool_timeout: Duration::from_secs(1),
                deadline: Duration::from_secs(15),
                connections: 16,
                body: 16 << 20,
                redirects: 5,
                backoff: Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(2) },
            },
            connect_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(30),
            codecs: Codecs::default(),
            runtime: None,
        }
    }

    /// One more address of the same registry, asked when those before it do not answer.
    pub fn url(mut self, url: &str) -> Self {
        self.urls.push(Secret::new(url));
        self
    }

    /// A user and a password with every request. A URL may hold them as well (`https://user:password@host`).
    pub fn basic(mut self, user: &str, password: &str) -> Self {
        self.credentials = Credentials::basic(user, password);
        self
    }

    /// A token that does not change.
    pub fn bearer(mut self, token: &str) -> Self {
        self.credentials = Credentials::bearer(token);
        self
    }

    /// Tokens that a token endpoint gives for a client's id and secret, fetched anew before they end.
    pub fn oauth(mut self, oauth: OAuth) -> Self {
        self.credentials = Credentials::oauth(oauth);
        self
    }

    /// A header with every request, as `target-sr-cluster`; its value is kept as a secret.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), Secret::new(value)));
        self
    }

    /// Trusts these certificate authorities (PEM) and no others; without it the system's are trusted.
    pub fn certificate_authority(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.authorities.push(pem.as_ref().to_vec());
        self
    }

    /// Shows a certificate of one's own (PEM, with its chain) and proves it with its key (PEM): mutual TLS.
    pub fn identity(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.tls.identity = Some((certificate.as_ref().to_vec(), Secret::bytes(key.as_ref())));
        self
    }

    /// Goes through that proxy (`http://user:password@host:port`), whatever the environment says.
    pub fn proxy(mut self, url: &str) -> Self {
        self.proxy = ProxyChoice::Url(Secret::new(url));
        self
    }

    /// Goes through no proxy. Without this the environment counts: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = ProxyChoice::None;
        self
    }

    /// How long a connection may take to be there.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one try may take, its answer's body included.
    pub const fn request_timeout(mut self, timeout: Duration) -> Self {
        self.limits.request_timeout = timeout;
        self
    }

    /// How long a request may wait for a connection while all are in use.
    pub const fn pool_timeout(mut self, timeout: Duration) -> Self {
        self.limits.pool_timeout = timeout;
        self
    }

    /// How long a call may take with all its tries.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// The most requests at once.
    pub const fn connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// How long a connection that nobody uses is kept.
    pub const fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// The longest body of an answer, in bytes.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// The most redirects that one try follows.
    pub const fn redirects(mut self, redirects: usize) -> Self {
        self.limits.redirects = redirects;
        self
    }

    /// The waits between tries.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.limits.backoff = backoff;
        self
    }

    /// Codecs of custom formats, too.
    pub fn codecs(mut self, codecs: Codecs) -> Self {
        self.codecs = codecs;
        self
    }

    /// Sends from that tokio runtime, so that calls may be awaited anywhere: in another runtime, or in none.
    ///
    /// Without it every call has to be awaited within a tokio runtime whose time and I/O are enabled.
    pub fn runtime(mut self, runtime: tokio::runtime::Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`RegistryErrorKind::Client`]: an address that is no absolute `http` or `https` URL, header, certificate or key that cannot be
    /// one, time-outs of which a shorter one holds a longer one.
    pub fn build(self) -> Result<HttpRegistry, RegistryError> {
        self.check_limits()?;
        let mut places = Vec::new();
        for url in &self.urls {
            let mut url = base(url.text())?;
            let own = taken_from(&mut url);
            places.push(Place { url, own });
        }
        self.credentials.check()?;
        let needs_tls = places.iter().any(|it| it.url.scheme() == "https") || self.credentials.needs_tls();
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(&self.tls, needs_tls)?)
            .dns_resolver(Arc::new(Names::of_system()))
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(self.idle_timeout)
            .pool_max_idle_per_host(self.limits.connections)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .user_agent(concat!("schemawire/", env!("CARGO_PKG_VERSION")));
        client = match &self.proxy {
            ProxyChoice::System => client,
            ProxyChoice::None => client.no_proxy(),
            ProxyChoice::Url(url) => client.no_proxy().proxy(proxy(url)?),
        };
        let client = client.build().map_err(|error| {
            invalid("the client cannot be built from its settings".into()).because(error.without_url())
        })?;
        let headers = headers(&self.headers)?;
        let sockets = Sockets::new(client, places, self.credentials, headers, self.limits, self.runtime);
        Ok(HttpRegistry::with_codecs(sockets, self.codecs))
    }

    fn check_limits(&self) -> Result<(), RegistryError> {
        let limits = &self.limits;
        for (name, shorter, longer_name, longer) in [
            ("connect_timeout", self.connect_timeout, "request_timeout", limits.request_timeout),
            ("request_timeout", limits.request_timeout, "deadline", limits.deadline),
        ] {
            if shorter > longer {
                return Err(invalid(format!(
                    "{name} ({shorter:?}) is longer than {longer_name} ({longer:?}), which holds it"
                )));
            }
        }
        if limits.connections == 0 {
            return Err(invalid("connections is 0: nothing could ever be sent".into()));
        }
        Ok(())
    }
}

/// A setting that cannot be.
pub(super) fn invalid(message: String) -> RegistryError {
    RegistryError::new(RegistryErrorKind::Client, message)
}

/// The address that paths are put behind. What is wrong is said without the address: it may hold a password.
fn base(text: &str) -> Result<Url, RegistryError> {
    let wrong = |why: &str| {
        invalid(format!(
            "a registry's address is not one: {why}; expected http://HOST[:PORT][/PATH] or https://"
        ))
    };
    let mut url = Url::parse(text.trim()).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong(&format!("its scheme is `{}`", url.scheme())));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Takes user and password out of an address, as the header that they become.
fn taken_from(url: &mut Url) -> Option<HeaderValue> {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decoded(url.username());
    let password = url.password().map(decoded);
    if user.is_empty() && password.is_none() {
        return None;
    }
    // Both can be set on any URL with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Credentials::basic(&user, &password.unwrap_or_default()).header()
}

fn headers(named: &[(String, Secret)]) -> Result<HeaderMap, RegistryError> {
    let mut headers = HeaderMap::new();
    for (name, value) in named {
        let wrong = |what| {
            invalid(format!("the header `{}` has a {what} that HTTP does not allow", name.escape_debug()))
        };
        let name = HeaderName::try_from(name.as_str()).map_err(|_| wrong("name"))?;
        let mut value = HeaderValue::try_from(value.text()).map_err(|_| wrong("value"))?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

fn proxy(url: &Secret) -> Result<reqwest::Proxy, RegistryError> {
    let wrong = || invalid("the proxy's address is not one: expected http://HOST:PORT".into());
    let mut url = Url::parse(url.text()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    let own = taken_from(&mut url);
    let proxy = reqwest::Proxy::all(url).map_err(|_| wrong())?;
    Ok(match own {
        Some(header) => proxy.custom_http_auth(header),
        None => proxy,
    })
}
