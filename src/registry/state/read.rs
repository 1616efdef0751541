//! What is so: the questions that a registry answers without changing anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decide::history;
use super::{Entry, State};
use crate::codec::Codecs;
use crate::compat::{Level, Policy, Report, check_with};
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::{
    Content, DEFAULT_CONTEXT, Deleted, Proposal, Registered, RegistryError, Size, Subject, VersionSpec,
};
use crate::schema::Mode;

/// A prefix for the subjects of all contexts.
const ALL_CONTEXTS: &str = ":*:";

/// What the names of subjects begin with. It names a context as a subject does.
struct Prefix {
    /// `None` for all of them.
    context: Option<String>,
    name: String,
}

impl Prefix {
    fn new(text: &str) -> Self {
        if let Some(name) = text.strip_prefix(ALL_CONTEXTS) {
            return Self { context: None, name: name.to_owned() };
        }
        let subject = Subject::accepted(text);
        Self { context: Some(subject.context().to_owned()), name: subject.name().to_owned() }
    }

    fn is_of_context(&self, context: &str) -> bool {
        self.context.as_deref().is_none_or(|own| own == context)
    }
}

impl State {
    /// One version of a subject.
    ///
    /// # Errors
    /// A subject or a version that is not there, or not shown.
    pub fn version(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Result<Arc<Registered>, RegistryError> {
        let subject = self.aliased(subject);
        self.registered(codecs, self.find_version(&subject, version, deleted)?)
    }

    /// That version of that very subject, whatever its alias, deleted or not.
    ///
    /// # Errors
    /// A version that is not there.
    pub fn exactly(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        version: Version,
    ) -> Result<Arc<Registered>, RegistryError> {
        let entry = self.find_version(subject, VersionSpec::Number(version), Deleted::Included)?;
        self.registered(codecs, entry)
    }

    /// The versions of a subject, lowest first.
    ///
    /// # Errors
    /// A subject without versions to show.
    pub fn versions(&self, subject: &Subject, deleted: Deleted) -> Result<Vec<Version>, RegistryError> {
        let subject = self.aliased(subject);
        let versions: Vec<Version> = self.shown(&subject, deleted).map(|entry| entry.version).collect();
        if versions.is_empty() { Err(RegistryError::subject_not_found(&subject)) } else { Ok(versions) }
    }

    /// The version of a subject that holds a schema.
    ///
    /// # Errors
    /// A subject that is not there, or does not have that schema.
    pub fn lookup(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        proposal: &Proposal,
        deleted: Deleted,
    ) -> Result<Arc<Registered>, RegistryError> {
        let subject = self.aliased(subject);
        if self.shown(&subject, deleted).next().is_none() {
            return Err(RegistryError::subject_not_found(&subject));
        }
        let normalize = proposal.normalize || self.effective_config(&subject).normalize == Some(true);
        let candidate = self.candidate(&subject, proposal, normalize)?;
        let found =
            self.find_same(&subject, &candidate, deleted).ok_or_else(RegistryError::schema_not_found)?;
        self.registered(codecs, found)
    }

    /// What an id or a GUID stands for. An id counts in the hint's context; where that is the default one and does not know it, in
    /// another one that knows it under the hint's name. Without a hint only the default context counts.
    ///
    /// # Errors
    /// An id or GUID that is not known there.
    pub fn content(
        &self,
        codecs: &Codecs,
        key: SchemaKey,
        hint: Option<&Subject>,
    ) -> Result<Content, RegistryError> {
        let hint = hint.map(|hint| self.aliased(hint));
        let hint = hint.as_ref();
        let entry = match key {
            SchemaKey::Id(id) => self.uses_of(id, hint).and_then(|uses| {
                let hinted =
                    uses.iter().find(|(subject, _)| hint.is_some_and(|hint| hint.name() == subject.name()));
                let (subject, version) = hinted.or_else(|| uses.first())?;
                self.entry(subject, *version)
            }),
            SchemaKey::Guid(guid) => {
                let hinted = hint.and_then(|hint| self.context(hint)).into_iter();
                hinted.chain(self.contexts.values().map(Arc::as_ref)).find_map(|context| {
                    let id = context.ids.get(&guid)?.first()?;
                    let versions = context.uses.get(id)?.iter();
                    versions
                        .filter_map(|(subject, version)| self.entry(subject, *version))
                        .find(|it| it.guid == guid)
                })
            }
            // The log keeps ids and GUIDs; who reads by fingerprint names the schemas that may come.
            SchemaKey::Fingerprint(_) => None,
        };
        self.content_of(codecs, entry.ok_or_else(|| RegistryError::key_not_found(key))?)
    }

    /// The subjects and versions that an id stands for; the hint is as with [`State::content`].
    ///
    /// # Errors
    /// An id that is not known there.
    pub fn uses(
        &self,
        id: SchemaId,
        hint: Option<&Subject>,
        deleted: Deleted,
    ) -> Result<Vec<(Subject, Version)>, RegistryError> {
        let hint = hint.map(|hint| self.aliased(hint));
        let uses =
            self.uses_of(id, hint.as_ref()).ok_or_else(|| RegistryError::key_not_found(SchemaKey::Id(id)))?;
        let shown = |(subject, version): &&(Subject, Version)| {
            self.entry(subject, *version).is_some_and(|entry| deleted.shows(entry.is_deleted()))
        };
        Ok(uses.iter().filter(shown).cloned().collect())
    }

    /// The subjects whose names begin with a prefix, sorted. It names a context as a subject does; `:*:` names all.
    /// A subject is deleted when all its versions are.
    #[must_use]
    pub fn subjects(&self, prefix: &str, deleted: Deleted) -> Vec<Subject> {
        let prefix = Prefix::new(prefix);
        let contexts = self.contexts.iter().filter(|(it, _)| prefix.is_of_context(it));
        let subjects = contexts.flat_map(|(_, context)| context.subjects.iter());
        let mut found: Vec<Subject> = subjects
            .filter(|(subject, versions)| {
                let gone = versions.values().all(|entry| entry.is_deleted());
                subject.name().starts_with(&prefix.name) && deleted.shows(gone)
            })
            .map(|(subject, _)| subject.clone())
            .collect();
        found.sort();
        found
    }

    /// The subjects that others stand in for, each with those whose alias it is and whose names begin with a prefix. A subject that
    /// stands in for another need not have versions of its own, and what it stands for need not be there.
    #[must_use]
    pub fn aliases(&self, prefix: &str) -> BTreeMap<Subject, Vec<Subject>> {
        let prefix = Prefix::new(prefix);
        let mut found: BTreeMap<Subject, Vec<Subject>> = BTreeMap::new();
        for subject in self.configs.iter().filter_map(|(scope, _)| scope.as_ref()) {
            if !prefix.is_of_context(subject.context()) || !subject.name().starts_with(&prefix.name) {
                continue;
            }
            let target = self.aliased(subject);
            if target != *subject {
                found.entry(target).or_default().push(subject.clone());
            }
        }
        found.values_mut().for_each(|subjects| subjects.sort());
        found
    }

    /// The ids of the schemas that refer to a version.
    ///
    /// # Errors
    /// A subject or version that is not there.
    pub fn referenced_by(
        &self,
        subject: &Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Result<Vec<SchemaId>, RegistryError> {
        let subject = self.aliased(subject);
        let shown = if version == VersionSpec::Latest { Deleted::Hidden } else { Deleted::Included };
        let version = self.find_version(&subject, version, shown)?.version;
        let ids: BTreeSet<SchemaId> = self.referrers(&subject, version, deleted).map(|it| it.id()).collect();
        Ok(ids.into_iter().collect())
    }

    /// Checks a schema against one version, or against all live ones as the subject's level asks. Where there is nothing to
    /// compare with, everything is compatible.
    ///
    /// # Errors
    /// A schema that is none; a numbered version that is not there.
    pub fn check(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        version: Option<VersionSpec>,
        proposal: &Proposal,
    ) -> Result<Report, RegistryError> {
        let subject = self.aliased(subject);
        let config = self.effective_config(&subject);
        let normalize = proposal.normalize || config.normalize == Some(true);
        let candidate = self.candidate(&subject, proposal, normalize)?;
        let schema = self.parse_candidate(codecs, &subject, &candidate, Mode::Strict)?;
        let history = match version {
            None => history(self, codecs, &subject, &config, candidate.metadata.as_ref())?,
            Some(version) => match self.find_version(&subject, version, Deleted::Hidden) {
                Ok(entry) => vec![self.registered(codecs, entry)?],
                Err(_) if version == VersionSpec::Latest => Vec::new(),
                Err(error) => return Err(error),
            },
        };
        let history: Vec<_> = history.iter().map(|it| it.schema.clone()).collect();
        let (level, policy) = (config.level.unwrap_or(Level::None), config.policy.unwrap_or(Policy::Strict));
        Ok(check_with(level, policy, &history, &schema))
    }

    /// The contexts, the default one always and first.
    #[must_use]
    pub fn contexts(&self) -> Vec<String> {
        let live = self.contexts.iter().filter(|(_, context)| !context.is_deleted);
        let others = live.map(|(name, _)| name).filter(|name| *name != DEFAULT_CONTEXT);
        std::iter::once(DEFAULT_CONTEXT.to_owned()).chain(others.cloned()).collect()
    }

    /// The ids that a content has, by context.
    ///
    /// # Errors
    /// A GUID that is not known.
    pub fn ids(&self, guid: Guid) -> Result<Vec<(String, SchemaId)>, RegistryError> {
        let contexts = self.contexts.iter();
        let ids = contexts.flat_map(|(name, context)| {
            let ids = context.ids.get(&guid).into_iter().flat_map(|ids| ids.iter());
            ids.map(|id| (name.clone(), *id))
        });
        let ids: Vec<_> = ids.collect();
        if ids.is_empty() { Err(RegistryError::key_not_found(SchemaKey::Guid(guid))) } else { Ok(ids) }
    }

    /// The highest id that was ever given in the hint's context; in the default one without a hint.
    #[must_use]
    pub fn highest_id(&self, hint: Option<&Subject>) -> Option<SchemaId> {
        let context = self.contexts.get(hint.map_or(DEFAULT_CONTEXT, Subject::context))?;
        (context.highest_id > 0).then_some(SchemaId(context.highest_id))
    }

    /// How much is registered.
    #[must_use]
    pub fn size(&self) -> Size {
        let mut size = Size::default();
        for context in self.contexts.values() {
            size.ids += context.uses.len();
            for (_, versions) in context.subjects.iter() {
                let live = versions.values().filter(|entry| !entry.is_deleted()).count();
                size.versions += live;
                size.subjects += usize::from(live > 0);
            }
        }
        size
    }

    /// The versions of a subject that are shown, lowest first.
    pub(super) fn shown(
        &self,
        subject: &Subject,
        deleted: Deleted,
    ) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        let versions = self.all_versions(subject).into_iter().flat_map(|versions| versions.values());
        versions.filter(move |entry| deleted.shows(entry.is_deleted()))
    }

    /// A version, or why it is not there.
    pub(super) fn find_version(
        &self,
        subject: &Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Result<&Arc<Entry>, RegistryError> {
        let newest = self.shown(subject, deleted).next_back();
        let newest = newest.ok_or_else(|| RegistryError::subject_not_found(subject))?;
        match version {
            VersionSpec::Latest => Ok(newest),
            VersionSpec::Number(number) => self
                .entry(subject, number)
                .filter(|entry| deleted.shows(entry.is_deleted()))
                .ok_or_else(|| RegistryError::version_not_found(number)),
        }
    }

    /// The versions that refer to a version.
    pub(super) fn referrers(
        &self,
        subject: &Subject,
        version: Version,
        deleted: Deleted,
    ) -> impl Iterator<Item = &Arc<Entry>> {
        let referrers = self.referrers.get(&(subject.clone(), version)).into_iter().flat_map(|it| it.iter());
        referrers
            .filter_map(|(subject, version)| self.entry(subject, *version))
            .filter(move |entry| deleted.shows(entry.is_deleted()))
    }

    /// Where an id is used.
    fn uses_of(&self, id: SchemaId, hint: Option<&Subject>) -> Option<&BTreeSet<(Subject, Version)>> {
        let context = hint.map_or(DEFAULT_CONTEXT, Subject::context);
        let found = self.contexts.get(context).and_then(|context| context.uses.get(&id));
        if found.is_some() || context != DEFAULT_CONTEXT {
            return found.map(Arc::as_ref);
        }
        let hint = hint?;
        let mut others = self.contexts.values().filter_map(|context| context.uses.get(&id));
        others.find(|uses| uses.iter().any(|(subject, _)| subject.name() == hint.name())).map(Arc::as_ref)
    }
}
