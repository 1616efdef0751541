//! The trait, question by question: reads ask the state, writes decide and ask it afterwards.

use std::sync::Arc;

use super::EmbeddedRegistry;
use crate::compat::Report;
use crate::ids::{SchemaId, SchemaKey, Version};
use crate::registry::state::decide;
use crate::registry::{
    Config, ConfigChange, Content, Deleted, Deletion, Proposal, Registered, Registry, RegistryError,
    RegistryMode, Subject, VersionSpec,
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
            let register = |state: &_, codecs: &_| decide::register(state, codecs, subject, proposal);
            let ((subject, version), state) = self.write(register).await?;
            state.exactly(&self.0.codecs, &subject, version)
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

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        Box::pin(self.read(move |state, _| Ok(state.subjects(prefix, deleted))))
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
            let delete = |state: &_, _: &_| decide::delete_subject(state, subject, deletion);
            self.write(delete).await.map(|(answer, _)| answer)
        })
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> Answer<'a, Version> {
        Box::pin(async move {
            let delete = |state: &_, _: &_| decide::delete_version(state, subject, version, deletion);
            self.write(delete).await.map(|(answer, _)| answer)
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
            let set = |state: &_, _: &_| decide::set_config(state, subject, change);
            self.write(set).await.map(|(answer, _)| answer)
        })
    }

    fn delete_config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(async move {
            let delete = |state: &_, _: &_| decide::delete_config(state, subject);
            self.write(delete).await.map(|(answer, _)| answer)
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
            let set = |state: &_, _: &_| decide::set_mode(state, subject, mode, force);
            self.write(set).await.map(|(answer, _)| answer)
        })
    }

    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(async move {
            let delete = |state: &_, _: &_| decide::delete_mode(state, subject);
            self.write(delete).await.map(|(answer, _)| answer)
        })
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.read(|state, _| Ok(state.contexts())))
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
