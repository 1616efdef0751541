//! The options that name a registry elsewhere, and the client that they become.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::failure::Failure;
use crate::registry::Registry;

/// A registry that speaks Confluent's API, in place of the one in the data directory.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "A registry elsewhere")]
pub(super) struct Remote {
    /// Its address; several of one registry with commas between
    #[arg(
        long = "registry",
        value_name = "URL",
        env = "SCHEMAWIRE_REGISTRY",
        value_delimiter = ',',
        hide_env_values = true
    )]
    urls: Vec<String>,

    /// The user to ask as; the password is in SCHEMAWIRE_REGISTRY_PASSWORD or in a file
    #[arg(long = "registry-user", value_name = "USER", env = "SCHEMAWIRE_REGISTRY_USER")]
    user: Option<String>,

    /// The user's password; better in the environment or in a file
    #[arg(
        long = "registry-password",
        env = "SCHEMAWIRE_REGISTRY_PASSWORD",
        hide_env_values = true,
        hide = true
    )]
    password: Option<String>,

    /// The file that holds the user's password
    #[arg(long = "registry-password-file", value_name = "FILE", conflicts_with = "password")]
    password_file: Option<PathBuf>,

    /// A token to ask with; better in the environment or in a file
    #[arg(long = "registry-token", env = "SCHEMAWIRE_REGISTRY_TOKEN", hide_env_values = true, hide = true)]
    token: Option<String>,

    /// The file that holds a token to ask with (or SCHEMAWIRE_REGISTRY_TOKEN)
    #[arg(long = "registry-token-file", value_name = "FILE", conflicts_with_all = ["token", "user"])]
    token_file: Option<PathBuf>,

    /// Trusts these certificate authorities (PEM) and no others
    #[arg(long = "registry-ca", value_name = "FILE", env = "SCHEMAWIRE_REGISTRY_CA")]
    authority: Option<PathBuf>,

    /// A certificate of one's own (PEM)
    #[arg(long = "registry-cert", value_name = "FILE", env = "SCHEMAWIRE_REGISTRY_CERT", requires = "key")]
    certificate: Option<PathBuf>,

    /// The key of that certificate (PEM)
    #[arg(
        long = "registry-key",
        value_name = "FILE",
        env = "SCHEMAWIRE_REGISTRY_KEY",
        requires = "certificate"
    )]
    key: Option<PathBuf>,
}

/// Without what may be secret.
impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("urls", &self.urls.len()).finish_non_exhaustive()
    }
}

impl Remote {
    /// Whether a registry elsewhere is named.
    pub(super) fn is_named(&self) -> bool {
        !self.urls.is_empty()
    }

    /// Its addresses, with the passwords that they may hold.
    pub(super) fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The same caller at other addresses.
    pub(super) fn at(&self, urls: &[String]) -> Self {
        Self { urls: urls.to_vec(), ..self.clone() }
    }

    /// The client; nothing is sent yet.
    #[cfg(feature = "registry-http")]
    pub(super) fn connect(&self) -> Result<Arc<dyn Registry>, Failure> {
        use crate::registry::HttpRegistry;

        let mut urls = self.urls.iter();
        let Some(first) = urls.next() else { return Err(Failure::usage("no registry is named")) };
        let mut builder = urls.fold(HttpRegistry::builder(first), |builder, url| builder.url(url));
        builder = builder.runtime(runtime()?);
        let password = self.password_file.as_ref().map(secret).transpose()?.or_else(|| self.password.clone());
        let token = self.token_file.as_ref().map(secret).transpose()?.or_else(|| self.token.clone());
        builder = match (&self.user, token) {
            (Some(user), _) => builder.basic(user, &password.unwrap_or_default()),
            (None, Some(token)) => builder.bearer(&token),
            (None, None) => builder,
        };
        if let Some(path) = &self.authority {
            builder = builder.certificate_authority(read(path)?);
        }
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            builder = builder.identity(read(certificate)?, read(key)?);
        }
        Ok(Arc::new(builder.build()?))
    }

    /// Says what is missing.
    #[cfg(not(feature = "registry-http"))]
    pub(super) fn connect(&self) -> Result<Arc<dyn Registry>, Failure> {
        let message =
            "a registry elsewhere needs the feature `registry-http`, which this binary was built without";
        Err(Failure::usage(message).help("cargo install schemawire --features cli,registry-http"))
    }
}

/// The one runtime that all requests are sent from; it lives as long as the process.
#[cfg(feature = "registry-http")]
fn runtime() -> Result<tokio::runtime::Handle, Failure> {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle().clone());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::io("cannot start the thread that sends requests", &error))?;
    Ok(RUNTIME.get_or_init(|| runtime).handle().clone())
}

#[cfg(feature = "registry-http")]
fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::io(&format!("cannot read {}", path.display()), &error))
}

/// The first line of a file: editors end it with a line's end.
#[cfg(feature = "registry-http")]
fn secret(path: &PathBuf) -> Result<String, Failure> {
    let text = String::from_utf8(read(path)?)
        .map_err(|_| Failure::usage(format!("{} is not UTF-8", path.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
