//! The trait, question by question: reads ask the state, writes decide and ask it afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::EmbeddedRegistry;
use crate::compat::Report;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::state::decide;
use crate::registry::{
    Config, ConfigChange, Content, Deleted, Deletion, Proposal, Registered, Registry, RegistryError,
    RegistryMode, Size, Subject, VersionSpec,
};
use crate::transport::BoxFuture;

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

impl Registry for EmbeddedRegistry {
    fn register<'a>(&'a self, subject: &'a Subject, proposal: &'a Proposal) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let state = self.snapshot();
            if let Some((subject, version)) = decide::registered(&state, subject, proposal) {
                return state.exactly(&self.0.codecs, &subject, version);
            }
            drop(state);
            let bytes = bytes_of(proposal);
            let (subject, proposal) = (subject.clone(), proposal.clone());
            let register = move |state: &_, codecs: &_| decide::register(state, codecs, &subject, &proposal);
            let ((subject, version), state) = self.write(bytes, register).await?;
            state.exactly(&self.0.codecs, &subject, version)
        })
    }

    fn register_all<'a>(&'a self, proposals: &'a [(Subject, Proposal)]) -> Answer<'a, Vec<Arc<Registered>>> {
        Box::pin(async move {
            let bytes = proposals.iter().map(|(_, proposal)| bytes_of(proposal)).sum();
            let proposals = proposals.to_vec();
            let register = move |state: &_, codecs: &_| decide::register_all(state, codecs, &proposals);
            let (versions, state) = self.write(bytes, register).await?;
            let versions = versions.iter();
            versions.map(|(subject, version)| state.exactly(&self.0.codecs, subject, *version)).collect()
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(self.read(move |state, codecs| state.lookup(codecs, subject, proposal, deleted)))
    }

    fn content<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Content> {
        Box::pin(self.read(move |state, codecs| state.content(codecs, key, hint)))
    }

    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> Answer<'a, Vec<(Subject, Version)>> {
        Box::pin(self.read(move |state, _| state.uses(id, hint, deleted)))
    }

    fn ids(&self, guid: Guid) -> Answer<'_, Vec<(String, SchemaId)>> {
        Box::pin(self.read(move |state, _| state.ids(guid)))
    }

    fn highest_id<'a>(&'a self, hint: Option<&'a Subject>) -> Answer<'a, Option<SchemaId>> {
        Box::pin(self.read(move |state, _| Ok(state.highest_id(hint))))
    }

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        Box::pin(self.read(move |state, _| Ok(state.subjects(prefix, deleted))))
    }

    fn aliases<'a>(&'a self, prefix: &'a str) -> Answer<'a, BTreeMap<Subject, Vec<Subject>>> {
        Box::pin(self.read(move |state, _| Ok(state.aliases(prefix))))
    }

    fn versions<'a>(&'a self, subject: &'a Subject, deleted: Deleted) -> Answer<'a, Vec<Version>> {
        Box::pin(self.read(move |state, _| state.versions(subject, deleted)))
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(self.read(move |state, codecs| state.version(codecs, subject, version, deleted)))
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Vec<SchemaId>> {
        Box::pin(self.read(move |state, _| state.referenced_by(subject, version, deleted)))
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> Answer<'a, Report> {
        Box::pin(self.read(move |state, codecs| state.check(codecs, subject, version, proposal)))
    }

    fn delete_subject<'a>(&'a self, subject: &'a Subject, deletion: Deletion) -> Answer<'a, Vec<Version>> {
        Box::pin(async move {
            let subject = subject.clone();
            let delete = move |state: &_, _: &_| decide::delete_subject(state, &subject, deletion);
            self.write(0, delete).await.map(|(answer, _)| answer)
        })
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> Answer<'a, Version> {
        Box::pin(async move {
            let subject = subject.clone();
            let delete = move |state: &_, _: &_| decide::delete_version(state, &subject, version, deletion);
            self.write(0, delete).await.map(|(answer, _)| answer)
        })
    }

    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(self.read(move |state, _| state.config(subject)))
    }

    fn effective_config<'a>(&'a self, subject: &'a Subject) -> Answer<'a, Config> {
        Box::pin(self.read(move |state, _| Ok(state.effective_config(subject))))
    }

    fn set_config<'a>(&'a self, subject: Option<&'a Subject>, change: &'a ConfigChange) -> Answer<'a, ()> {
        Box::pin(async move {
            let (subject, change) = (subject.cloned(), change.clone());
            let set = move |state: &_, _: &_| decide::set_config(state, subject.as_ref(), &change);
            self.write(0, set).await.map(|(answer, _)| answer)
        })
    }

    fn delete_config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(async move {
            let subject = subject.cloned();
            let delete = move |state: &_, _: &_| decide::delete_config(state, subject.as_ref());
            self.write(0, delete).await.map(|(answer, _)| answer)
        })
    }

    fn mode<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, RegistryMode> {
        Box::pin(self.read(move |state, _| state.mode(subject)))
    }

    fn effective_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(self.read(move |state, _| state.effective_mode(Some(subject))))
    }

    fn set_mode<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        mode: RegistryMode,
        force: bool,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let subject = subject.cloned();
            let set = move |state: &_, _: &_| decide::set_mode(state, subject.as_ref(), mode, force);
            self.write(0, set).await.map(|(answer, _)| answer)
        })
    }

    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(async move {
            let subject = subject.clone();
            let delete = move |state: &_, _: &_| decide::delete_mode(state, &subject);
            self.write(0, delete).await.map(|(answer, _)| answer)
        })
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.read(|state, _| Ok(state.contexts())))
    }

    fn delete_context<'a>(&'a self, context: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let context = context.to_owned();
            let delete = move |state: &_, _: &_| decide::delete_context(state, &context);
            self.write(0, delete).await.map(|(answer, _)| answer)
        })
    }

    fn size(&self) -> Answer<'_, Option<Size>> {
        Box::pin(self.read(|state, _| Ok(Some(state.size()))))
    }

    /// Takes the log over where it is not this handle's already, which writes a record: what is ready can write.
    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut log = self.0.log.lock().await;
            let claimed = log.claim().await;
            self.publish(&log);
            claimed
        })
    }
}

/// About how many bytes registering a proposal writes.
fn bytes_of(proposal: &Proposal) -> usize {
    proposal.schema.text().len()
}
