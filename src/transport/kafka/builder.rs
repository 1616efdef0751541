//! How a cluster is connected to: addresses, TLS, SASL, time-outs.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;
use krafka::auth::{AuthConfig, OAuthBearerToken, TlsConfig};

use crate::record::Batch;

use super::super::{TransportError, TransportErrorKind};
use super::Kafka;
use super::link::Link;

/// What every connection to the cluster is made with.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) brokers: Arc<str>,
    pub(super) client_id: String,
    pub(super) security: Option<AuthConfig>,
    pub(super) connect_timeout: Duration,
    pub(super) request_timeout: Duration,
    pub(super) metadata_age: Duration,
    pub(super) max_batch: usize,
}

/// A cluster that is not connected yet.
///
/// ```no_run
/// use schemawire::transport::kafka::{Kafka, Sasl, Tls};
///
/// # async fn connect() -> Result<(), schemawire::transport::TransportError> {
/// let kafka = Kafka::builder("broker-1:9093,broker-2:9093")
///     .tls(Tls::new().ca_file("/etc/kafka/ca.pem"))
///     .sasl(Sasl::scram_sha_512("alerts", "a secret"))
///     .client_id("alerts")
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing before `connect`"]
pub struct KafkaBuilder {
    settings: Settings,
    tls: Option<Tls>,
    sasl: Option<Sasl>,
}

impl KafkaBuilder {
    pub(super) fn new(brokers: &str) -> Self {
        let settings = Settings {
            brokers: brokers.into(),
            client_id: "schemawire".to_owned(),
            security: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            metadata_age: Duration::from_secs(30),
            max_batch: Kafka::MAX_BATCH,
        };
        Self { settings, tls: None, sasl: None }
    }

    /// Talks TLS to the brokers (default: plain text).
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Says who it is (default: nobody).
    pub fn sasl(mut self, sasl: Sasl) -> Self {
        self.sasl = Some(sasl);
        self
    }

    /// The name under which brokers log, count and throttle, where a producer or consumer brings none of its own (default:
    /// `schemawire`).
    pub fn client_id(mut self, client_id: &str) -> Self {
        self.settings.client_id = client_id.into();
        self
    }

    /// How long one broker may take to accept a connection (default: 10 s). Not above the request time-out.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// How long one request may wait for its answer (default: 30 s); [`KafkaBuilder::connect`] fails after that long, too. A
    /// producer's delivery time-out must have room for it. A commit is tried for twice that long, so that another broker may take
    /// the group over.
    pub const fn request_timeout(mut self, timeout: Duration) -> Self {
        self.settings.request_timeout = timeout;
        self
    }

    /// How old may be what is known of topics (default: 30 s): so long may it take until partitions that were added are read.
    pub const fn metadata_age(mut self, age: Duration) -> Self {
        self.settings.metadata_age = age;
        self
    }

    /// The largest batch in bytes (default: [`Kafka::MAX_BATCH`], as brokers take it). Raise it together with `max.message.bytes` of
    /// the topics. Above [`Batch::MAX_SIZE`] it is that.
    pub const fn max_batch(mut self, bytes: usize) -> Self {
        self.settings.max_batch = if bytes < Batch::MAX_SIZE { bytes } else { Batch::MAX_SIZE };
        self
    }

    /// Connects to one of the brokers and learns of the others.
    ///
    /// The sockets live in the tokio runtime that this is called in; where there is none, in one of its own with one thread. The
    /// futures of producers and consumers can be awaited on any executor.
    ///
    /// # Errors
    /// Settings that contradict each other; addresses that are none; no broker that answers within the request time-out; what answers
    /// is not Kafka; a broker that refuses TLS or credentials.
    pub async fn connect(self) -> Result<Kafka, TransportError> {
        let Self { mut settings, tls, sasl } = self;
        let Settings { connect_timeout, request_timeout, .. } = settings;
        if connect_timeout > request_timeout {
            let message = format!(
                "the connect time-out of {connect_timeout:?} is longer than the request time-out of {request_timeout:?}, which \
                 covers it; shorten the one or lengthen the other"
            );
            return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        }
        check_brokers(&settings.brokers)?;
        settings.security = match (tls, sasl) {
            (None, None) => None,
            (Some(tls), None) => Some(AuthConfig::ssl(tls.0)),
            (None, Some(sasl)) => Some(sasl.0),
            (Some(tls), Some(sasl)) => Some(sasl.0.with_tls(tls.0)),
        };
        Ok(Kafka { link: Arc::new(Link::open(settings).await?) })
    }
}

fn check_brokers(brokers: &str) -> Result<(), TransportError> {
    let has_port = |broker: &str| {
        broker.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    match brokers.split(',').find(|broker| !has_port(broker.trim())) {
        None => Ok(()),
        Some(broker) => {
            let message = format!(
                "`{broker}` is not the address of a broker; write HOST:PORT, several with commas between"
            );
            Err(TransportError::new(TransportErrorKind::InvalidRequest, message))
        }
    }
}

/// How TLS is talked: certificates of the system's authorities are trusted, and Mozilla's where the system has none.
#[derive(Debug, Clone)]
pub struct Tls(TlsConfig);

impl Default for Tls {
    fn default() -> Self {
        Self::new()
    }
}

impl Tls {
    /// Trusts the system's authorities.
    #[must_use]
    pub fn new() -> Self {
        Self(TlsConfig::new().with_native_roots())
    }

    /// Trusts the authorities in that PEM file, and no others.
    #[must_use]
    pub fn ca_file(self, path: impl AsRef<Path>) -> Self {
        Self(self.0.with_ca_cert(path.as_ref().to_string_lossy()))
    }

    /// Trusts these authorities, in PEM, and no others.
    #[must_use]
    pub fn ca_pem(self, pem: &[u8]) -> Self {
        Self(self.0.with_ca_cert_pem(pem))
    }

    /// Shows that certificate, from PEM files of the chain and of its key: mutual TLS.
    #[must_use]
    pub fn identity_files(self, certificates: impl AsRef<Path>, key: impl AsRef<Path>) -> Self {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        Self(self.0.with_client_cert(path(certificates.as_ref()), path(key.as_ref())))
    }

    /// Expects the brokers' certificates to be made out to that name.
    #[must_use]
    pub fn server_name(self, name: &str) -> Self {
        Self(self.0.with_sni_hostname(name))
    }
}

/// Who it is. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Sasl(AuthConfig);

impl Sasl {
    /// SASL/PLAIN: the secret crosses the wire as it is; use it with TLS.
    #[must_use]
    pub fn plain(user: &str, secret: &str) -> Self {
        Self(AuthConfig::sasl_plain(user, secret))
    }

    /// SASL/SCRAM-SHA-256: the secret does not cross the wire.
    #[must_use]
    pub fn scram_sha_256(user: &str, secret: &str) -> Self {
        Self(AuthConfig::sasl_scram_sha256(user, secret))
    }

    /// SASL/SCRAM-SHA-512: the secret does not cross the wire.
    #[must_use]
    pub fn scram_sha_512(user: &str, secret: &str) -> Self {
        Self(AuthConfig::sasl_scram_sha512(user, secret))
    }

    /// SASL/OAUTHBEARER with one token, for as long as it is valid.
    #[must_use]
    pub fn oauth_bearer(token: &str) -> Self {
        Self(AuthConfig::sasl_oauthbearer(token))
    }

    /// SASL/OAUTHBEARER with a token that is asked for with every connection; it is for `tokens` to keep it while it is valid.
    #[must_use]
    pub fn oauth_bearer_from<F, T, E>(tokens: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<String, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        Self(AuthConfig::sasl_oauthbearer_provider(move || {
            let token = tokens();
            async move {
                let refused =
                    |error| KrafkaError::auth_with_source("no token was given for the brokers", error);
                token.await.map(OAuthBearerToken::new).map_err(refused)
            }
        }))
    }
}

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sasl").field(&self.0.sasl_mechanism()).finish()
    }
}
