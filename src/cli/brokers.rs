//! The options that name a Kafka cluster, and the connection that they become.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;

use super::failure::Failure;
use crate::transport::kafka::{Sasl, Tls};
use crate::transport::{Kafka, Transport};

/// A Kafka cluster, in place of the log in the data directory.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "A Kafka cluster")]
pub(super) struct Brokers {
    /// Its brokers, HOST:PORT with commas between; schemas then come from --registry, or from the data directory
    #[arg(long, value_name = "HOST:PORT,..", env = "SCHEMAWIRE_BROKERS")]
    brokers: Option<String>,

    /// Talks TLS, and trusts the system's authorities
    #[arg(long, requires = "brokers")]
    tls: bool,

    /// Talks TLS, and trusts these authorities (PEM) and no others
    #[arg(long, value_name = "FILE", env = "SCHEMAWIRE_TLS_CA")]
    tls_ca: Option<PathBuf>,

    /// Shows this certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Says who it is
    #[arg(long, value_enum, value_name = "MECHANISM", env = "SCHEMAWIRE_SASL")]
    sasl: Option<Mechanism>,

    /// The user to come in as; the password is in SCHEMAWIRE_SASL_PASSWORD or in a file
    #[arg(long, value_name = "USER", env = "SCHEMAWIRE_SASL_USER")]
    sasl_user: Option<String>,

    /// The user's password, or the token of oauthbearer; only in the environment or in a file
    #[arg(long, env = "SCHEMAWIRE_SASL_PASSWORD", hide_env_values = true, hide = true)]
    sasl_password: Option<String>,

    /// The file that holds the user's password, or the token of oauthbearer
    #[arg(long, value_name = "FILE")]
    sasl_password_file: Option<PathBuf>,
}

/// How SASL is talked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mechanism {
    /// The password as it is; use it with TLS
    Plain,
    /// The password does not cross the wire
    #[value(name = "scram-sha-256")]
    ScramSha256,
    /// The password does not cross the wire
    #[value(name = "scram-sha-512")]
    ScramSha512,
    /// A token
    Oauthbearer,
}

/// Without what may be secret.
impl fmt::Debug for Brokers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Brokers").field("brokers", &self.brokers).finish_non_exhaustive()
    }
}

impl Brokers {
    /// The cluster, where one is named.
    pub(super) async fn connect(&self) -> Result<Option<Arc<dyn Transport>>, Failure> {
        let Some(brokers) = &self.brokers else { return Ok(None) };
        let mut builder = Kafka::builder(brokers);
        if self.tls || self.tls_ca.is_some() || self.tls_cert.is_some() {
            builder = builder.tls(self.trusted());
        }
        if let Some(mechanism) = self.sasl {
            builder = builder.sasl(self.credentials(mechanism)?);
        }
        Ok(Some(Arc::new(builder.connect().await?)))
    }

    fn trusted(&self) -> Tls {
        let tls = match &self.tls_ca {
            Some(file) => Tls::new().ca_file(file),
            None => Tls::new(),
        };
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => tls.identity_files(certificate, key),
            _ => tls,
        }
    }

    fn credentials(&self, mechanism: Mechanism) -> Result<Sasl, Failure> {
        let secret = match (&self.sasl_password_file, &self.sasl_password) {
            (Some(file), _) => {
                let read = std::fs::read_to_string(file);
                let read =
                    read.map_err(|error| Failure::io(&format!("cannot read {}", file.display()), &error))?;
                read.trim_end_matches(['\r', '\n']).to_owned()
            }
            (None, Some(secret)) => secret.clone(),
            (None, None) => {
                return Err(Failure::usage("--sasl needs a password or a token")
                    .help("set SCHEMAWIRE_SASL_PASSWORD, or name a file with --sasl-password-file"));
            }
        };
        if mechanism == Mechanism::Oauthbearer {
            return Ok(Sasl::oauth_bearer(&secret));
        }
        let Some(user) = &self.sasl_user else {
            return Err(Failure::usage("--sasl needs a user").help("name it with --sasl-user"));
        };
        Ok(match mechanism {
            Mechanism::ScramSha256 => Sasl::scram_sha_256(user, &secret),
            Mechanism::ScramSha512 => Sasl::scram_sha_512(user, &secret),
            Mechanism::Plain | Mechanism::Oauthbearer => Sasl::plain(user, &secret),
        })
    }
}
