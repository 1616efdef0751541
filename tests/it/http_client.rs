//! The client of a remote registry over real sockets, against servers that misbehave on purpose.
#![cfg(all(feature = "registry-http", feature = "avro"))]

mod answers;
#[cfg(all(feature = "server", feature = "conformance", feature = "json", feature = "cli"))]
mod command;
mod credentials;
mod failover;
mod limits;
pub(crate) mod peer;
mod redirects;
mod retries;
mod runtimes;
mod secrets;
#[cfg(feature = "server")]
mod tls;
#[cfg(all(feature = "server", feature = "conformance", feature = "json"))]
pub(crate) mod warm;

use std::time::Duration;

use schemawire::backoff::Backoff;
use schemawire::registry::http::Builder;
use schemawire::registry::{Deleted, HttpRegistry, Registry, RegistryError, Subject};
use schemawire::schema::Schema;

/// Settings for one address, with short waits and no proxy of the machine's.
fn client(url: &str) -> Builder {
    HttpRegistry::builder(url)
        .no_proxy()
        .connect_timeout(Duration::from_millis(400))
        .request_timeout(Duration::from_millis(400))
        .deadline(Duration::from_secs(3))
        .backoff(Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(20) })
}

fn subject(text: &str) -> Subject {
    text.parse().expect("a subject")
}

fn long() -> Schema {
    Schema::avro(r#""long""#).expect("a schema")
}

/// The simplest call there is.
async fn versions(registry: &HttpRegistry) -> Result<usize, RegistryError> {
    registry.versions(&subject("a-value"), Deleted::Hidden).await.map(|versions| versions.len())
}

/// An error with all its causes, as people see it.
fn told(error: &RegistryError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
