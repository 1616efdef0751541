//! A registry that counts what it is asked: a wrapper that implements the trait it wraps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use schemawire::compat::Report;
use schemawire::ids::{SchemaId, SchemaKey, Version};
use schemawire::registry::{
    Config, ConfigChange, Content, Deleted, Deletion, EmbeddedRegistry, Proposal, Registered, Registry,
    RegistryError, RegistryMode, Subject, VersionSpec,
};
use schemawire::schema::Schema;
use schemawire::transport::BoxFuture;

/// Counts calls to an embedded registry in memory.
#[derive(Debug)]
pub(super) struct Counting {
    inner: EmbeddedRegistry,
    asked: Arc<AtomicUsize>,
}

impl Counting {
    /// A fresh one, and its counter.
    pub(super) fn new() -> (Self, Arc<AtomicUsize>) {
        let inner = pollster::block_on(EmbeddedRegistry::in_memory()).expect("a registry");
        let asked = Arc::new(AtomicUsize::new(0));
        (Self { inner, asked: Arc::clone(&asked) }, asked)
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

macro_rules! counted {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $gives:ty;)*) => {
        impl Registry for Counting {
            $(
                fn $name<'a>(&'a self, $($argument: $kind),*) -> Answer<'a, $gives> {
                    self.asked.fetch_add(1, Ordering::Relaxed);
                    self.inner.$name($($argument),*)
                }
            )*

            fn contexts(&self) -> Answer<'_, Vec<String>> {
                self.asked.fetch_add(1, Ordering::Relaxed);
                self.inner.contexts()
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
