//! Who asks: the `Authorization` header, and the tokens that have to be fetched for it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::builder::invalid;
use super::secret::Secret;
use super::socket::{limited_body, no_answer};
use crate::registry::{RegistryError, RegistryErrorKind};

/// A client of a token endpoint: the client-credentials grant (RFC 6749, section 4.4).
///
/// A token is fetched with the first request, by one task however many ask, and anew when four fifths of its life are over,
/// or when the registry answers 401.
#[derive(Debug, Clone)]
#[must_use]
pub struct OAuth {
    url: String,
    id: Secret,
    secret: Secret,
    scope: Option<String>,
    parameters: Vec<(String, String)>,
}

impl OAuth {
    /// The endpoint that gives tokens, and what it knows the client by.
    pub fn new(url: &str, client_id: &str, client_secret: &str) -> Self {
        Self {
            url: url.to_owned(),
            id: Secret::new(client_id),
            secret: Secret::new(client_secret),
            scope: None,
            parameters: Vec::new(),
        }
    }

    /// What the token is to be good for; several with a space between.
    pub fn scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.to_owned());
        self
    }

    /// One more parameter of the request for a token, as `audience`.
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    fn body(&self) -> String {
        let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut body = "grant_type=client_credentials".to_owned();
        let scope = self.scope.iter().map(|scope| ("scope", scope.as_str()));
        for (name, value) in
            scope.chain(self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        {
            body.push_str(&format!("&{}={}", escape(name), escape(value)));
        }
        body
    }
}

/// How requests are authorized.
#[derive(Debug, Clone)]
pub(super) enum Credentials {
    None,
    /// The header's value.
    Fixed(Secret),
    Token(Arc<Tokens>),
}

/// The token of an [`OAuth`] client.
#[derive(Debug)]
pub(super) struct Tokens {
    oauth: OAuth,
    /// Held while a token is fetched, so that one task fetches it; one that is dropped meanwhile lets the next one do it.
    current: Mutex<Option<Token>>,
}

#[derive(Debug, Clone)]
struct Token {
    header: HeaderValue,
    renew: Instant,
}

/// A token's life where the endpoint does not tell it.
const UNTOLD: u64 = 60;

impl Credentials {
    pub(super) fn basic(user: &str, password: &str) -> Self {
        Self::Fixed(Secret::new(&basic(user, password)))
    }

    pub(super) fn bearer(token: &str) -> Self {
        Self::Fixed(Secret::new(&format!("Bearer {token}")))
    }

    pub(super) fn oauth(oauth: OAuth) -> Self {
        Self::Token(Arc::new(Tokens { oauth, current: Mutex::new(None) }))
    }

    /// Whether it can be sent at all.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        match self {
            Self::None => Ok(()),
            Self::Fixed(_) => self.header().map(drop).ok_or_else(|| {
                invalid("the token holds characters that HTTP does not allow in a header".into())
            }),
            Self::Token(tokens) => tokens.url().map(drop),
        }
    }

    /// Whether a token comes over TLS.
    pub(super) fn needs_tls(&self) -> bool {
        matches!(self, Self::Token(tokens) if tokens.url().is_ok_and(|url| url.scheme() == "https"))
    }

    /// The header that never changes.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Fixed(value) => sensitive(value.text()),
            Self::None | Self::Token(_) => None,
        }
    }
}

impl Tokens {
    fn url(&self) -> Result<Url, RegistryError> {
        let url = Url::parse(&self.oauth.url).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        });
        url.ok_or_else(|| {
            invalid("the token endpoint's address is no http or https URL without user and password".into())
        })
    }

    /// The header of a token that is still good; `refused` is one that the registry did not take.
    pub(super) async fn header(
        &self,
        client: &Client,
        refused: Option<&HeaderValue>,
    ) -> Result<HeaderValue, RegistryError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref()
            && token.renew > Instant::now()
            && refused != Some(&token.header)
        {
            return Ok(token.header.clone());
        }
        let token = self.fetch(client).await?;
        let header = token.header.clone();
        *current = Some(token);
        Ok(header)
    }

    async fn fetch(&self, client: &Client) -> Result<Token, RegistryError> {
        const LIMIT: usize = 1 << 20;
        let url = self.url()?;
        let escaped = |secret: &Secret| utf8_percent_encode(secret.text(), NON_ALPHANUMERIC).to_string();
        let authorization = sensitive(&basic(&escaped(&self.oauth.id), &escaped(&self.oauth.secret)));
        let asked = Instant::now();
        let request = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(reqwest::header::ACCEPT, "application/json")
            .header(AUTHORIZATION, authorization.unwrap_or(HeaderValue::from_static("")))
            .body(self.oauth.body());
        let what = format!("the token endpoint {url}");
        let response = request.send().await.map_err(|error| no_answer(&what, error))?;
        let status = response.status().as_u16();
        let body = limited_body(response, LIMIT, &what).await?;
        let answer: TokenBody = serde_json::from_slice(&body).unwrap_or_default();
        let Some(token) = answer.access_token.filter(|token| status == 200 && !token.is_empty()) else {
            // Only the code is shown: a body may quote what was sent, or hold a token.
            let code = answer.error.map(|code| format!(" ({})", code.escape_debug())).unwrap_or_default();
            let kind = match status {
                408 | 429 | 500.. => RegistryErrorKind::Unavailable,
                400..500 => RegistryErrorKind::Forbidden,
                _ => RegistryErrorKind::Unexpected,
            };
            let message = format!("{what} gave no token, but status {status}{code} and {} bytes", body.len());
            return Err(RegistryError::new(kind, message));
        };
        let header = sensitive(&format!("Bearer {token}")).ok_or_else(|| {
            RegistryError::new(
                RegistryErrorKind::Unexpected,
                format!("{what} gave a token that no header can hold"),
            )
        })?;
        let life = Duration::from_secs(answer.expires_in.map_or(UNTOLD, Seconds::value));
        // A day at most, so that the sum is a moment.
        let renew = asked + (life * 4 / 5).min(Duration::from_secs(86_400));
        Ok(Token { header, renew })
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct TokenBody {
    access_token: Option<String>,
    expires_in: Option<Seconds>,
    error: Option<String>,
}

/// Some endpoints write the number as a text.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Seconds {
    fn value(self) -> u64 {
        match self {
            Self::Number(seconds) => seconds.min(u64::from(u32::MAX)),
            Self::Text(text) => text.parse().ok().map_or(UNTOLD, |seconds: u32| seconds.into()),
        }
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
