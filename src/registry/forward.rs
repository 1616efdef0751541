//! A shared registry is a registry.

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

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

#[deny(clippy::missing_trait_methods)]
impl<R: Registry + ?Sized> Registry for Arc<R> {
    fn register<'a>(&'a self, subject: &'a Subject, proposal: &'a Proposal) -> Answer<'a, Arc<Registered>> {
        (**self).register(subject, proposal)
    }

    fn register_all<'a>(&'a self, proposals: &'a [(Subject, Proposal)]) -> Answer<'a, Vec<Arc<Registered>>> {
        (**self).register_all(proposals)
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        (**self).lookup(subject, proposal, deleted)
    }

    fn content<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Content> {
        (**self).content(key, hint)
    }

    fn schema<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Schema> {
        (**self).schema(key, hint)
    }

    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> Answer<'a, Vec<(Subject, Version)>> {
        (**self).uses(id, hint, deleted)
    }

    fn ids(&self, guid: Guid) -> Answer<'_, Vec<(String, SchemaId)>> {
        (**self).ids(guid)
    }

    fn highest_id<'a>(&'a self, hint: Option<&'a Subject>) -> Answer<'a, Option<SchemaId>> {
        (**self).highest_id(hint)
    }

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        (**self).subjects(prefix, deleted)
    }

    fn aliases<'a>(&'a self, prefix: &'a str) -> Answer<'a, BTreeMap<Subject, Vec<Subject>>> {
        (**self).aliases(prefix)
    }

    fn versions<'a>(&'a self, subject: &'a Subject, deleted: Deleted) -> Answer<'a, Vec<Version>> {
        (**self).versions(subject, deleted)
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        (**self).version(subject, version, deleted)
    }

    fn latest_with<'a>(
        &'a self,
        subject: &'a Subject,
        properties: &'a BTreeMap<String, String>,
    ) -> Answer<'a, Arc<Registered>> {
        (**self).latest_with(subject, properties)
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Vec<SchemaId>> {
        (**self).referenced_by(subject, version, deleted)
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> Answer<'a, Report> {
        (**self).check(subject, version, proposal)
    }

    fn delete_subject<'a>(&'a self, subject: &'a Subject, deletion: Deletion) -> Answer<'a, Vec<Version>> {
        (**self).delete_subject(subject, deletion)
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> Answer<'a, Version> {
        (**self).delete_version(subject, version, deletion)
    }

    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        (**self).config(subject)
    }

    fn effective_config<'a>(&'a self, subject: &'a Subject) -> Answer<'a, Config> {
        (**self).effective_config(subject)
    }

    fn set_config<'a>(&'a self, subject: Option<&'a Subject>, change: &'a ConfigChange) -> Answer<'a, ()> {
        (**self).set_config(subject, change)
    }

    fn delete_config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        (**self).delete_config(subject)
    }

    fn mode<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, RegistryMode> {
        (**self).mode(subject)
    }

    fn effective_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        (**self).effective_mode(subject)
    }

    fn set_mode<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        mode: RegistryMode,
        force: bool,
    ) -> Answer<'a, ()> {
        (**self).set_mode(subject, mode, force)
    }

    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        (**self).delete_mode(subject)
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        (**self).contexts()
    }

    fn delete_context<'a>(&'a self, context: &'a str) -> Answer<'a, ()> {
        (**self).delete_context(context)
    }

    fn size(&self) -> Answer<'_, Option<Size>> {
        (**self).size()
    }

    fn ready(&self) -> Answer<'_, ()> {
        (**self).ready()
    }
}
