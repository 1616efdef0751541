//! A registry that counts what it is asked, keeps it waiting, and fails on demand: a wrapper that implements the trait it wraps.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use schemawire::compat::Report;
use schemawire::ids::{SchemaId, SchemaKey, Version};
use schemawire::registry::{
    Config, ConfigChange, Content, Deleted, Deletion, EmbeddedRegistry, Proposal, Registered, Registry,
    RegistryError, RegistryErrorKind, RegistryMode, Subject, VersionSpec,
};
use schemawire::schema::Schema;
use schemawire::transport::BoxFuture;
use tokio::sync::Semaphore;

/// Counts calls to an embedded registry in memory. Cloning shares it.
#[derive(Debug, Clone)]
pub(crate) struct Counting {
    pub(crate) inner: EmbeddedRegistry,
    asked: Arc<AtomicUsize>,
    /// The names of the calls, in their order.
    calls: Arc<Mutex<Vec<&'static str>>>,
    /// What all calls fail with.
    trouble: Arc<Mutex<Option<RegistryErrorKind>>>,
    /// A call that this registry does not have.
    lacking: Arc<Mutex<Option<&'static str>>>,
    /// How many calls are let through; they wait for the next permit.
    gate: Arc<Semaphore>,
}

impl Counting {
    /// A fresh one, and its counter.
    pub(crate) fn new() -> (Self, Arc<AtomicUsize>) {
        let inner = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
        let counting = Self {
            inner,
            asked: Arc::default(),
            calls: Arc::default(),
            trouble: Arc::default(),
            lacking: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS / 2)),
        };
        let asked = Arc::clone(&counting.asked);
        (counting, asked)
    }

    /// One that keeps all calls waiting.
    pub(crate) fn closed() -> (Self, Arc<AtomicUsize>) {
        let (mut counting, asked) = Self::new();
        counting.gate = Arc::new(Semaphore::new(0));
        (counting, asked)
    }

    /// Lets all calls through.
    pub(crate) fn open(&self) {
        self.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// From now on all calls fail in that way, or no longer.
    pub(crate) fn fail(&self, with: Option<RegistryErrorKind>) {
        *self.trouble.lock().expect("unpoisoned") = with;
    }

    /// From now on that call is answered as a registry of old answers it: there is no such route.
    pub(crate) fn lack(&self, call: &'static str) {
        *self.lacking.lock().expect("unpoisoned") = Some(call);
    }

    /// The calls since the last time.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().expect("unpoisoned"))
    }

    async fn enter(&self, call: &'static str) -> Result<(), RegistryError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.calls.lock().expect("unpoisoned").push(call);
        self.gate.acquire().await.expect("never closed").forget();
        if *self.lacking.lock().expect("unpoisoned") == Some(call) {
            return Err(RegistryError::new(RegistryErrorKind::Unexpected, "status 404: HTTP 404 Not Found"));
        }
        let trouble = *self.trouble.lock().expect("unpoisoned");
        trouble.map_or(Ok(()), |kind| Err(RegistryError::new(kind, "trouble")))
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

macro_rules! counted {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $gives:ty;)*) => {
        impl Registry for Counting {
            $(
                fn $name<'a>(&'a self, $($argument: $kind),*) -> Answer<'a, $gives> {
                    Box::pin(async move {
                        self.enter(stringify!($name)).await?;
                        self.inner.$name($($argument),*).await
                    })
                }
            )*

            fn contexts(&self) -> Answer<'_, Vec<String>> {
                Box::pin(async move {
                    self.enter("contexts").await?;
                    self.inner.contexts().await
                })
            }
        }
    };
}

counted! {
    register(subject: &'a Subject, proposal: &'a Proposal) -> Arc<Registered>;
    lookup(subject: &'a Subject, proposal: &'a Proposal, deleted: Deleted) -> Arc<Registered>;
    content(key: SchemaKey, hint: Option<&'a Subject>) -> Content;
    schema(key: SchemaKey, hint: Option<&'a Subject>) -> Schema;
    uses(id: SchemaId, hint: Option<&'a Subject>, deleted: Deleted) -> Vec<(Subject, Version)>;
    subjects(prefix: &'a str, deleted: Deleted) -> Vec<Subject>;
    versions(subject: &'a Subject, deleted: Deleted) -> Vec<Version>;
    version(subject: &'a Subject, version: VersionSpec, deleted: Deleted) -> Arc<Registered>;
    referenced_by(subject: &'a Subject, version: VersionSpec, deleted: Deleted) -> Vec<SchemaId>;
    check(subject: &'a Subject, version: Option<VersionSpec>, proposal: &'a Proposal) -> Report;
    delete_subject(subject: &'a Subject, deletion: Deletion) -> Vec<Version>;
    delete_version(subject: &'a Subject, version: VersionSpec, deletion: Deletion) -> Version;
    config(subject: Option<&'a Subject>) -> Config;
    effective_config(subject: &'a Subject) -> Config;
    set_config(subject: Option<&'a Subject>, change: &'a ConfigChange) -> ();
    delete_config(subject: Option<&'a Subject>) -> Config;
    mode(subject: Option<&'a Subject>) -> RegistryMode;
    effective_mode(subject: &'a Subject) -> RegistryMode;
    set_mode(subject: Option<&'a Subject>, mode: RegistryMode, force: bool) -> ();
    delete_mode(subject: &'a Subject) -> RegistryMode;
}
