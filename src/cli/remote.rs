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

    /// The endpoint that gives OAuth tokens for a client's id and secret
    #[arg(
        long = "registry-oauth-url",
        value_name = "URL",
        env = "SCHEMAWIRE_REGISTRY_OAUTH_URL",
        hide_env_values = true,
        requires = "oauth_client",
        conflicts_with_all = ["user", "token", "token_file"]
    )]
    oauth_url: Option<String>,

    /// The client's id there; its secret is in SCHEMAWIRE_REGISTRY_OAUTH_SECRET or in a file
    #[arg(
        long = "registry-oauth-client",
        value_name = "ID",
        env = "SCHEMAWIRE_REGISTRY_OAUTH_CLIENT",
        requires = "oauth_url"
    )]
    oauth_client: Option<String>,

    /// The client's secret; better in the environment or in a file
    #[arg(
        long = "registry-oauth-secret",
        env = "SCHEMAWIRE_REGISTRY_OAUTH_SECRET",
        hide_env_values = true,
        hide = true
    )]
    oauth_secret: Option<String>,

    /// The file that holds the client's secret
    #[arg(long = "registry-oauth-secret-file", value_name = "FILE", conflicts_with = "oauth_secret")]
    oauth_secret_file: Option<PathBuf>,

    /// What the tokens are to be good for
    #[arg(
        long = "registry-oauth-scope",
        value_name = "SCOPE",
        env = "SCHEMAWIRE_REGISTRY_OAUTH_SCOPE",
        requires = "oauth_url"
    )]
    oauth_scope: Option<String>,

    /// Goes through this proxy, whatever HTTPS_PROXY and its like say; `none` for no proxy
    #[arg(
        long = "registry-proxy",
        value_name = "URL",
        env = "SCHEMAWIRE_REGISTRY_PROXY",
        hide_env_values = true
    )]
    proxy: Option<String>,

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
        let password = told(self.password_file.as_ref(), self.password.as_ref())?;
        let token = told(self.token_file.as_ref(), self.token.as_ref())?;
        builder = match (self.oauth()?, &self.user, token) {
            (Some(oauth), ..) => builder.oauth(oauth),
            (None, Some(user), _) => builder.basic(user, &password.unwrap_or_default()),
            (None, None, Some(token)) => builder.bearer(&token),
            (None, None, None) => builder,
        };
        builder = match self.proxy.as_deref() {
            Some("none") => builder.no_proxy(),
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        };
        if let Some(path) = &self.authority {
            builder = builder.certificate_authority(read(path)?);
        }
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            builder = builder.identity(read(certificate)?, read(key)?);
        }
        match builder.build() {
            Ok(registry) => Ok(Arc::new(registry)),
            Err(error) if HttpRegistry::lacks_authorities(&error) => {
                Err(Failure::usage("this machine has no certificate authorities that TLS could trust")
                    .help("`--registry-ca FILE` (or SCHEMAWIRE_REGISTRY_CA) names those of the registry"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The client of the endpoint that gives tokens, where one is named.
    #[cfg(feature = "registry-http")]
    fn oauth(&self) -> Result<Option<crate::registry::http::OAuth>, Failure> {
        use crate::registry::http::OAuth;

        let (Some(url), Some(client)) = (&self.oauth_url, &self.oauth_client) else { return Ok(None) };
        let secret = told(self.oauth_secret_file.as_ref(), self.oauth_secret.as_ref())?;
        let Some(secret) = secret else {
            let message = format!("the OAuth client `{}` has no secret", client.escape_debug());
            let help = "SCHEMAWIRE_REGISTRY_OAUTH_SECRET or --registry-oauth-secret-file FILE";
            return Err(Failure::usage(message).help(help));
        };
        let oauth = OAuth::new(url, client, &secret);
        Ok(Some(match &self.oauth_scope {
            Some(scope) => oauth.scope(scope),
            None => oauth,
        }))
    }

    /// Says what is missing.
    #[cfg(not(feature = "registry-http"))]
    pub(super) fn connect(&self) -> Result<Arc<dyn Registry>, Failure> {
        Err(without_client())
    }
}

/// What a build says that has no client.
#[cfg(any(test, not(feature = "registry-http")))]
fn without_client() -> Failure {
    let message =
        "a registry elsewhere needs the feature `registry-http`, which this binary was built without";
    Failure::usage(message).help("cargo install schemawire --features cli,registry-http")
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

/// What a file says, or else what was said otherwise.
#[cfg(feature = "registry-http")]
fn told(file: Option<&PathBuf>, otherwise: Option<&String>) -> Result<Option<String>, Failure> {
    Ok(file.map(secret).transpose()?.or_else(|| otherwise.cloned()))
}

/// The first line of a file: editors end it with a line's end.
#[cfg(feature = "registry-http")]
fn secret(path: &PathBuf) -> Result<String, Failure> {
    let text = String::from_utf8(read(path)?)
        .map_err(|_| Failure::usage(format!("{} is not UTF-8", path.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_build_without_a_client_names_the_feature_that_has_one() {
        let failure = super::without_client();
        assert!(failure.message().contains("`registry-http`"), "{}", failure.message());
        assert!(failure.hint().is_some_and(|hint| hint.contains("--features cli,registry-http")));
        assert!(!failure.is_data());
    }
}
