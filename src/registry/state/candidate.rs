//! What a proposal comes down to: its canonical text, its references with their versions, and the GUID of it all.

use std::sync::Arc;

use super::State;
use super::entry::{Entry, no_reference, parse};
use super::normalize::normalized;
use crate::codec::Codecs;
use crate::ids::{Guid, SchemaId, Version};
use crate::registry::guid;
use crate::registry::{Deleted, Metadata, Proposal, RegistryError, RegistryErrorKind, RuleSet, Subject};
use crate::schema::{Format, Mode, Reference, Schema};

/// A proposal, ready to be compared with what is registered.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// As it was given.
    given: Schema,
    pub(super) format: Format,
    /// The canonical text.
    pub(super) text: String,
    /// With the versions that they stand for now.
    pub(super) references: Vec<Reference>,
    pub(super) metadata: Option<Metadata>,
    pub(super) rule_set: Option<RuleSet>,
    pub(super) guid: Guid,
}

impl Candidate {
    /// The same with other metadata and rules.
    pub(super) fn with(mut self, metadata: Option<Metadata>, rule_set: Option<RuleSet>) -> Self {
        self.guid = guid(&self.text, &self.references, metadata.as_ref(), rule_set.as_ref());
        (self.metadata, self.rule_set) = (metadata, rule_set);
        self
    }

    /// Whether an entry holds exactly this.
    pub(super) fn is(&self, entry: &Entry) -> bool {
        // The GUID does not say the format, and a text may be a schema in two of them.
        self.guid == entry.guid && entry.record.format() == self.format.as_str()
    }

    /// Whether an entry holds this but for the number that one of them says.
    fn is_but_for_its_number(&self, entry: &Entry) -> bool {
        let without = |metadata: Option<&Metadata>| {
            let mut metadata = metadata.cloned().unwrap_or_default();
            metadata.properties.remove(Metadata::VERSION);
            metadata
        };
        self.is_text_of(entry)
            && without(self.metadata.as_ref()) == without(entry.record.metadata.as_ref())
            && self.rule_set == entry.record.rule_set
    }

    /// Whether an entry holds this text and references, whatever is kept beside it.
    fn is_text_of(&self, entry: &Entry) -> bool {
        entry.record.schema == self.text
            && entry.record.format() == self.format.as_str()
            && entry.record.reference_list() == self.references
    }
}

impl State {
    /// What a proposal under a subject comes down to. Normalizing also sorts the references and drops
    /// repeated ones.
    pub(super) fn candidate(
        &self,
        subject: &Subject,
        proposal: &Proposal,
        normalize: bool,
    ) -> Result<Candidate, RegistryError> {
        let schema = &proposal.schema;
        let given = schema.references().iter().map(|(reference, _)| reference);
        let mut references = given.map(|it| self.with_version(subject, it)).collect::<Result<Vec<_>, _>>()?;
        if normalize {
            references
                .sort_by(|a, b| (&a.name, &a.subject, a.version).cmp(&(&b.name, &b.subject, b.version)));
            references.dedup();
        }
        let text = if normalize { normalized(schema) } else { schema.canonical() };
        let (metadata, rule_set) = (proposal.metadata.clone(), proposal.rule_set.clone());
        let guid = guid(&text, &references, metadata.as_ref(), rule_set.as_ref());
        Ok(Candidate {
            given: schema.clone(),
            format: schema.format(),
            text,
            references,
            metadata,
            rule_set,
            guid,
        })
    }

    /// The candidate's schema, parsed anew with the schemas that this registry holds for its references: what a caller attached to
    /// the proposal may be something else. From the text as it was given, so that whatever is found in it has its place there.
    pub(super) fn parse_candidate(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        candidate: &Candidate,
        mode: Mode,
    ) -> Result<Schema, RegistryError> {
        let references = self.resolve_references(codecs, subject, candidate.references.clone())?;
        parse(codecs, candidate.format.as_str(), candidate.given.text(), references, mode)
    }

    /// The newest version of the subject that holds the candidate, whatever number it says. One that comes without metadata and
    /// rules also finds a version that has them; a version that is exactly the same comes first.
    pub(super) fn find_same(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        deleted: Deleted,
    ) -> Option<&Arc<Entry>> {
        let newest_first = || {
            let versions =
                self.all_versions(subject).into_iter().flat_map(|versions| versions.values().rev());
            versions.filter(|entry| deleted.shows(entry.is_deleted()))
        };
        let bare = candidate.metadata.is_none() && candidate.rule_set.is_none();
        newest_first()
            .find(|entry| candidate.is(entry))
            .or_else(|| newest_first().find(|entry| candidate.is_but_for_its_number(entry)))
            .or_else(|| newest_first().find(|entry| bare && candidate.is_text_of(entry)))
    }

    /// The id that the candidate's content has in the subject's context already.
    pub(super) fn id_of(&self, subject: &Subject, candidate: &Candidate) -> Option<SchemaId> {
        let ids = self.context(subject)?.ids.get(&candidate.guid)?;
        ids.iter().copied().find(|id| self.entry_of_id(subject, *id).is_some_and(|entry| candidate.is(entry)))
    }

    /// Any version, in the subject's context, that an id stands for.
    pub(super) fn entry_of_id(&self, subject: &Subject, id: SchemaId) -> Option<&Arc<Entry>> {
        let uses = self.context(subject)?.uses.get(&id)?;
        let (subject, version) = uses.first()?;
        self.entry(subject, *version)
    }

    /// A reference with the version that it stands for: -1 is the latest one.
    fn with_version(&self, subject: &Subject, reference: &Reference) -> Result<Reference, RegistryError> {
        let mut reference = reference.clone();
        if reference.subject.is_empty() {
            let message = format!(
                "Invalid schema: reference '{}' names no subject; register what it refers to, and name its subject and version",
                reference.name
            );
            return Err(RegistryError::new(RegistryErrorKind::InvalidSchema, message));
        }
        let target = subject.qualify(&reference.subject.parse()?);
        let versions = self.all_versions(&target);
        let found = match reference.version {
            -1 => versions.and_then(|it| it.values().rev().find(|entry| !entry.is_deleted())),
            number => u32::try_from(number).ok().and_then(|number| versions?.get(&Version(number))),
        };
        let found = found.ok_or_else(|| no_reference(&target, reference.version))?;
        reference.version = i32::try_from(found.version.0).unwrap_or(i32::MAX);
        Ok(reference)
    }
}
