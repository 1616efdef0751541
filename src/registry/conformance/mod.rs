//! What every registry must do, as a suite that any implementation can run.
//!
//! Each case gets an empty registry of its own from `make` and panics with the law that does not hold. It asks for every method of
//! the trait and every error code that can be reached through it, and looks at codes, not at the words of a refusal.
//!
//! ```
//! # pollster::block_on(async {
//! use schemawire::registry::{EmbeddedRegistry, Registry, conformance};
//! use std::sync::Arc;
//!
//! conformance::run(async || {
//!     let registry = EmbeddedRegistry::in_memory().await.expect("memory");
//!     Arc::new(registry) as Arc<dyn Registry>
//! })
//! .await;
//! # });
//! ```

mod contexts;
mod deletes;
mod references;
mod registering;
mod settings;
mod support;

use std::sync::Arc;

use super::Registry;
use crate::transport::BoxFuture;

/// A case: a law, and the future that panics where it does not hold.
pub type Case = (&'static str, fn(Arc<dyn Registry>) -> BoxFuture<'static, ()>);

/// All cases, in the order in which [`run`] runs them.
pub const CASES: &[Case] = &[
    ("an empty registry has nothing and says so by code", |r| Box::pin(registering::empty(r))),
    ("what was registered is found by id, GUID, version and text", |r| Box::pin(registering::found(r))),
    ("one content has one id, and registering it again changes nothing", |r| {
        Box::pin(registering::idempotent(r))
    }),
    ("an incompatible schema is refused, and leaves nothing", |r| Box::pin(registering::incompatible(r))),
    ("a check tells what registering would", |r| Box::pin(registering::checked(r))),
    ("metadata and rules are kept", |r| Box::pin(registering::metadata(r))),
    ("a schema, a version or rules that are none are refused", |r| Box::pin(registering::invalid(r))),
    ("a set is registered whole or not at all", |r| Box::pin(registering::set(r))),
    ("a version is hidden, then forgotten", |r| Box::pin(deletes::version(r))),
    ("a subject is hidden, then forgotten", |r| Box::pin(deletes::whole_subject(r))),
    ("a deleted schema comes back with its id", |r| Box::pin(deletes::again(r))),
    ("references come back with what they refer to", |r| Box::pin(references::resolved(r))),
    ("what is referred to stays", |r| Box::pin(references::held(r))),
    ("settings are kept, merged, changed and removed", |r| Box::pin(settings::config(r))),
    ("an alias stands in for a subject", |r| Box::pin(settings::alias(r))),
    ("a read-only mode refuses changes", |r| Box::pin(settings::read_only(r))),
    ("an import brings its ids", |r| Box::pin(settings::import(r))),
    ("contexts number their schemas apart", |r| Box::pin(contexts::apart(r))),
    ("a content's ids are told by context", |r| Box::pin(contexts::ids(r))),
    ("a context is deleted once nothing is in it", |r| Box::pin(contexts::deleted(r))),
    ("subjects are listed by context and prefix", |r| Box::pin(contexts::listed(r))),
];

/// Runs every case on a registry of its own.
///
/// # Panics
/// Where a law does not hold: the message says which.
pub async fn run(make: impl AsyncFn() -> Arc<dyn Registry>) {
    for (_, case) in CASES {
        case(make().await).await;
    }
}
