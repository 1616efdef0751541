//! The client over the server over the embedded registry.

use std::sync::Arc;

use schemawire::registry::http::{Exchange, HttpRegistry, Incoming, Outgoing};
use schemawire::registry::{EmbeddedRegistry, Registry, RegistryError, conformance};
use schemawire::server::{self, Method, Request};
use schemawire::transport::BoxFuture;

/// Hands requests to a server in the same process.
#[derive(Debug)]
pub(super) struct Direct(pub(super) Arc<dyn Registry>);

impl Exchange for Direct {
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<Incoming, RegistryError>> {
        Box::pin(async move {
            let method = match request.method {
                "GET" => Method::Get,
                "POST" => Method::Post,
                "PUT" => Method::Put,
                _ => Method::Delete,
            };
            let body = request.body.as_deref().unwrap_or_default();
            let request = Request { method, path: &request.path, query: &request.query, body };
            let response = server::answer(&self.0, request).await;
            Ok(Incoming { status: response.status, body: response.body })
        })
    }
}

#[test]
fn the_client_over_the_server_keeps_every_law_of_a_registry() {
    pollster::block_on(conformance::run(async || {
        let registry: Arc<dyn Registry> = Arc::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        Arc::new(HttpRegistry::over(Direct(registry))) as Arc<dyn Registry>
    }));
}
