//! The calls of a registry over the cache: what is asked, what is kept of it, and what a change makes forget.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::flight::Question;
use super::lookup::Which;
use super::{CachedRegistry, Found};
use crate::compat::Report;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::{
    Config, ConfigChange, Content, Deleted, Deletion, Proposal, Registered, Registry, RegistryError,
    RegistryMode, Size, Subject, VersionSpec,
};
use crate::schema::Schema;
use crate::transport::BoxFuture;

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

#[deny(clippy::missing_trait_methods)]
impl Registry for CachedRegistry {
    fn register<'a>(&'a self, subject: &'a Subject, proposal: &'a Proposal) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            if !is_plain(proposal) {
                let registered = self.0.registry.register(subject, proposal).await;
                self.changed(Some(subject));
                return registered;
            }
            let question =
                Question::Register(subject.to_string(), proposal.schema.clone(), proposal.normalize);
            let (subject, proposal) = (subject.clone(), proposal.clone());
            self.placed(
                question,
                Box::new(|registry| {
                    Box::pin(
                        async move { Ok(Found::Registered(registry.register(&subject, &proposal).await?)) },
                    )
                }),
            )
            .await
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        if deleted != Deleted::Hidden || !is_plain(proposal) {
            return self.0.registry.lookup(subject, proposal, deleted);
        }
        Box::pin(async move {
            let question = Question::Lookup(subject.to_string(), proposal.schema.clone(), proposal.normalize);
            let (subject, proposal) = (subject.clone(), proposal.clone());
            self.placed(
                question,
                Box::new(move |registry| {
                    Box::pin(async move {
                        Ok(Found::Registered(registry.lookup(&subject, &proposal, deleted).await?))
                    })
                }),
            )
            .await
        })
    }

    fn content<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Content> {
        Box::pin(async move { Ok(Content::clone(&*self.shared_content(key, hint).await?)) })
    }

    fn schema<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Schema> {
        Box::pin(async move { Ok(self.shared_content(key, hint).await?.schema.clone()) })
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        if deleted != Deleted::Hidden {
            return self.0.registry.version(subject, version, deleted);
        }
        Box::pin(async move {
            let asked = subject.clone();
            self.versioned(
                subject.as_str(),
                version.into(),
                Box::new(move |registry| {
                    Box::pin(async move {
                        Ok(Found::Registered(registry.version(&asked, version, deleted).await?))
                    })
                }),
            )
            .await
        })
    }

    fn latest_with<'a>(
        &'a self,
        subject: &'a Subject,
        properties: &'a BTreeMap<String, String>,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let (asked, wanted) = (subject.clone(), properties.clone());
            self.versioned(
                subject.as_str(),
                Which::With(properties.clone()),
                Box::new(move |registry| {
                    Box::pin(
                        async move { Ok(Found::Registered(registry.latest_with(&asked, &wanted).await?)) },
                    )
                }),
            )
            .await
        })
    }

    fn register_all<'a>(&'a self, proposals: &'a [(Subject, Proposal)]) -> Answer<'a, Vec<Arc<Registered>>> {
        Box::pin(async move {
            let registered = self.0.registry.register_all(proposals).await;
            proposals.iter().for_each(|(subject, _)| self.changed(Some(subject)));
            registered
        })
    }

    fn delete_context<'a>(&'a self, context: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_context(context).await;
            self.changed(None);
            deleted
        })
    }

    fn delete_subject<'a>(&'a self, subject: &'a Subject, deletion: Deletion) -> Answer<'a, Vec<Version>> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_subject(subject, deletion).await;
            self.deleted(subject, deletion);
            deleted
        })
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> Answer<'a, Version> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_version(subject, version, deletion).await;
            self.deleted(subject, deletion);
            deleted
        })
    }

    fn set_config<'a>(&'a self, subject: Option<&'a Subject>, change: &'a ConfigChange) -> Answer<'a, ()> {
        Box::pin(async move {
            let set = self.0.registry.set_config(subject, change).await;
            self.changed(subject);
            set
        })
    }

    fn delete_config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_config(subject).await;
            self.changed(subject);
            deleted
        })
    }

    fn set_mode<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        mode: RegistryMode,
        force: bool,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let set = self.0.registry.set_mode(subject, mode, force).await;
            self.changed(subject);
            set
        })
    }

    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_mode(subject).await;
            self.changed(Some(subject));
            deleted
        })
    }

    // What follows is asked for by people and tools, not with every message, and is not kept.

    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> Answer<'a, Vec<(Subject, Version)>> {
        self.0.registry.uses(id, hint, deleted)
    }

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        self.0.registry.subjects(prefix, deleted)
    }

    fn aliases<'a>(&'a self, prefix: &'a str) -> Answer<'a, BTreeMap<Subject, Vec<Subject>>> {
        self.0.registry.aliases(prefix)
    }

    fn versions<'a>(&'a self, subject: &'a Subject, deleted: Deleted) -> Answer<'a, Vec<Version>> {
        self.0.registry.versions(subject, deleted)
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Vec<SchemaId>> {
        self.0.registry.referenced_by(subject, version, deleted)
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> Answer<'a, Report> {
        self.0.registry.check(subject, version, proposal)
    }

    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        self.0.registry.config(subject)
    }

    fn effective_config<'a>(&'a self, subject: &'a Subject) -> Answer<'a, Config> {
        self.0.registry.effective_config(subject)
    }

    fn mode<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, RegistryMode> {
        self.0.registry.mode(subject)
    }

    fn effective_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        self.0.registry.effective_mode(subject)
    }

    fn ids(&self, guid: Guid) -> Answer<'_, Vec<(String, SchemaId)>> {
        self.0.registry.ids(guid)
    }

    fn highest_id<'a>(&'a self, hint: Option<&'a Subject>) -> Answer<'a, Option<SchemaId>> {
        self.0.registry.highest_id(hint)
    }

    fn size(&self) -> Answer<'_, Option<Size>> {
        self.0.registry.size()
    }

    fn ready(&self) -> Answer<'_, ()> {
        self.0.registry.ready()
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        self.0.registry.contexts()
    }
}

/// Whether a proposal is its schema alone, so that the same one gets the same answer.
fn is_plain(proposal: &Proposal) -> bool {
    let Proposal { metadata, rule_set, id, version, .. } = proposal;
    metadata.is_none() && rule_set.is_none() && id.is_none() && version.is_none()
}
