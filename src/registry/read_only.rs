//! A registry that answers and is not changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Config, ConfigChange, Content, Deleted, Deletion, Proposal, Registered, Registry, RegistryError,
    RegistryMode, Size, Subject, VersionSpec,
};
use crate::compat::Report;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::schema::Schema;
use crate::transport::BoxFuture;

/// Passes every question on and refuses every change (42205). Registering what is registered changes nothing, so it is answered:
/// clients that register whatever they write go on working.
///
/// ```
/// use schemawire::registry::{EmbeddedRegistry, ReadOnly, RegistryExt};
/// use schemawire::schema::Schema;
///
/// # pollster::block_on(async {
/// let registry = EmbeddedRegistry::in_memory().await?;
/// registry.register_schema("names-value", &Schema::avro(r#""string""#)?).await?;
///
/// let read_only = ReadOnly::new(registry);
/// let known = read_only.register_schema("names-value", &Schema::avro(r#""string""#)?).await?;
/// assert_eq!(known.id.0, 1);
/// let refusal = read_only.register_schema("names-value", &Schema::avro(r#""bytes""#)?).await.unwrap_err();
/// assert_eq!(refusal.kind.code(), 42205);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct ReadOnly<R>(R);

impl<R: Registry> ReadOnly<R> {
    /// That registry, not to be changed.
    pub const fn new(registry: R) -> Self {
        Self(registry)
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

fn refused<'a, T: Send + 'a>() -> Answer<'a, T> {
    Box::pin(std::future::ready(Err(RegistryError::read_only(None))))
}

#[deny(clippy::missing_trait_methods)]
impl<R: Registry> Registry for ReadOnly<R> {
    fn register<'a>(&'a self, subject: &'a Subject, proposal: &'a Proposal) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            match self.0.lookup(subject, proposal, Deleted::Hidden).await {
                Err(error) if error.is_not_found() => Err(RegistryError::read_only(None)),
                found => found,
            }
        })
    }

    fn register_all<'a>(&'a self, _: &'a [(Subject, Proposal)]) -> Answer<'a, Vec<Arc<Registered>>> {
        refused()
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        self.0.lookup(subject, proposal, deleted)
    }

    fn content<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Content> {
        self.0.content(key, hint)
    }

    fn schema<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Schema> {
        self.0.schema(key, hint)
    }

    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> Answer<'a, Vec<(Subject, Version)>> {
        self.0.uses(id, hint, deleted)
    }

    fn ids(&self, guid: Guid) -> Answer<'_, Vec<(String, SchemaId)>> {
        self.0.ids(guid)
    }

    fn highest_id<'a>(&'a self, hint: Option<&'a Subject>) -> Answer<'a, Option<SchemaId>> {
        self.0.highest_id(hint)
    }

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        self.0.subjects(prefix, deleted)
    }

    fn aliases<'a>(&'a self, prefix: &'a str) -> Answer<'a, BTreeMap<Subject, Vec<Subject>>> {
        self.0.aliases(prefix)
    }

    fn versions<'a>(&'a self, subject: &'a Subject, deleted: Deleted) -> Answer<'a, Vec<Version>> {
        self.0.versions(subject, deleted)
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        self.0.version(subject, version, deleted)
    }

    fn latest_with<'a>(
        &'a self,
        subject: &'a Subject,
        properties: &'a BTreeMap<String, String>,
    ) -> Answer<'a, Arc<Registered>> {
        self.0.latest_with(subject, properties)
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Vec<SchemaId>> {
        self.0.referenced_by(subject, version, deleted)
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> Answer<'a, Report> {
        self.0.check(subject, version, proposal)
    }

    fn delete_subject<'a>(&'a self, _: &'a Subject, _: Deletion) -> Answer<'a, Vec<Version>> {
        refused()
    }

    fn delete_version<'a>(&'a self, _: &'a Subject, _: VersionSpec, _: Deletion) -> Answer<'a, Version> {
        refused()
    }

    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        self.0.config(subject)
    }

    fn effective_config<'a>(&'a self, subject: &'a Subject) -> Answer<'a, Config> {
        self.0.effective_config(subject)
    }

    fn set_config<'a>(&'a self, _: Option<&'a Subject>, _: &'a ConfigChange) -> Answer<'a, ()> {
        refused()
    }

    fn delete_config<'a>(&'a self, _: Option<&'a Subject>) -> Answer<'a, Config> {
        refused()
    }

    fn mode<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, RegistryMode> {
        self.0.mode(subject)
    }

    fn effective_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        self.0.effective_mode(subject)
    }

    fn set_mode<'a>(&'a self, _: Option<&'a Subject>, _: RegistryMode, _: bool) -> Answer<'a, ()> {
        refused()
    }

    fn delete_mode<'a>(&'a self, _: &'a Subject) -> Answer<'a, RegistryMode> {
        refused()
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        self.0.contexts()
    }

    fn delete_context<'a>(&'a self, _: &'a str) -> Answer<'a, ()> {
        refused()
    }

    fn size(&self) -> Answer<'_, Option<Size>> {
        self.0.size()
    }

    /// Whether it answers: to be ready to write, a registry may write.
    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.0.contexts().await.map(drop) })
    }
}
