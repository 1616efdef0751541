//! The error codes that only trouble under the server brings; tests/it/server/transcripts.rs and edges.rs have all others.

use std::io::Error;
use std::sync::Arc;
use std::time::Duration;

use schemawire::registry::http::{Exchange, HttpRegistry, Incoming, Outgoing};
use schemawire::registry::{EmbeddedRegistry, RegistryError, RegistryErrorKind};
use schemawire::server::Limits;
use schemawire::transport::embedded::{Faults, FileOperation};
use schemawire::transport::{BoxFuture, Embedded, Memory};

use super::wire::Served;

const STRING: &str = r#"{"schema": "\"string\""}"#;

/// A registry elsewhere that never answers, or cannot be reached.
#[derive(Debug)]
enum Elsewhere {
    Silent,
    Gone,
}

impl Exchange for Elsewhere {
    fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<Incoming, RegistryError>> {
        match self {
            Self::Silent => Box::pin(std::future::pending()),
            Self::Gone => Box::pin(std::future::ready(Err(RegistryError::new(
                RegistryErrorKind::Unavailable,
                "no answer from registry.example",
            )))),
        }
    }
}

#[test]
fn a_schema_larger_than_the_registry_takes_is_42209_and_harms_no_other() {
    let served = Served::over(async {
        let builder = EmbeddedRegistry::builder(&Memory::new()).write_limit(2000);
        builder.open().await.expect("a registry")
    });
    let doc = "d".repeat(2000);
    let large =
        format!(r#"{{"schema": "{{\"type\":\"fixed\",\"name\":\"F\",\"size\":1,\"doc\":\"{doc}\"}}"}}"#);
    let refused = served.ask("POST /subjects/a/versions", &large);
    assert_eq!((refused.status, &refused.json()["error_code"]), (422, &42209.into()));
    assert!(refused.body.contains("schema is too large"), "{refused:?}");
    assert_eq!(served.ask("POST /subjects/b/versions", STRING).json()["id"], 1);
}

#[test]
fn a_store_that_fails_is_50001_and_a_server_that_cannot_write_is_not_ready() {
    let directory = tempfile::tempdir().expect("a directory");
    let full = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = Arc::clone(&full);
    let faults: Faults = Arc::new(move |operation| {
        let fails = switch.load(std::sync::atomic::Ordering::SeqCst) && operation == FileOperation::Sync;
        if fails { Err(Error::from(std::io::ErrorKind::StorageFull)) } else { Ok(()) }
    });
    let log = Embedded::builder(directory.path().join("r.db")).faults(faults).open().expect("a log");
    let served = Served::over(async { EmbeddedRegistry::on(&log).await.expect("a registry") });
    assert_eq!(served.ask("GET /health/ready", "").status, 200);
    full.store(true, std::sync::atomic::Ordering::SeqCst);
    let failed = served.ask("POST /subjects/a/versions", STRING);
    assert_eq!((failed.status, &failed.json()["error_code"]), (500, &50001.into()), "{failed:?}");
    assert_eq!(served.ask("GET /health/ready", "").status, 503);
    full.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(served.ask("GET /health/ready", "").status, 200);
    assert_eq!(served.ask("POST /subjects/a/versions", STRING).json()["id"], 1);
}

#[test]
fn a_registry_that_does_not_answer_in_time_is_50002() {
    let limits = Limits { answer: Duration::from_millis(200), ..Limits::default() };
    let served = Served::with_over(async { HttpRegistry::over(Elsewhere::Silent) }, |it| it.limits(limits));
    for (request, body) in [("GET /schemas/ids/1", ""), ("POST /subjects/a/versions", STRING)] {
        let late = served.ask(request, body);
        assert_eq!((late.status, &late.json()["error_code"]), (500, &50002.into()), "{late:?}");
    }
}

#[test]
fn a_registry_elsewhere_that_cannot_be_reached_is_50003() {
    let served = Served::over(async { HttpRegistry::over(Elsewhere::Gone) });
    for (request, body) in [("GET /schemas/ids/1", ""), ("POST /subjects/a/versions", STRING)] {
        let failed = served.ask(request, body);
        assert_eq!((failed.status, &failed.json()["error_code"]), (500, &50003.into()), "{failed:?}");
    }
    assert_eq!(served.ask("GET /health/ready", "").status, 503);
}
