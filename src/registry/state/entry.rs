//! One version of a subject, and its schema, parsed when it is first asked for.

use std::sync::{Arc, OnceLock};

use super::State;
use crate::codec::Codecs;
use crate::ids::{Guid, SchemaId, Version};
use crate::registry::event::SchemaRecord;
use crate::registry::{Content, Registered, RegistryError, RegistryErrorKind, Subject};
use crate::schema::{Mode, Reference, Schema};

/// How deep references may nest: far beyond honest schemas, and safe for the stack.
const REFERENCE_DEPTH: usize = 64;

/// A record of the log with what follows from it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) subject: Subject,
    pub(super) version: Version,
    pub(super) guid: Guid,
    pub(super) record: SchemaRecord,
    pub(super) timestamp: i64,
    /// Filled when it is first asked for, and only with success.
    parsed: OnceLock<Arc<Registered>>,
}

impl Entry {
    pub(super) fn new(subject: Subject, version: Version, record: SchemaRecord, timestamp: i64) -> Self {
        let guid = record.guid();
        Self { subject, version, guid, record, timestamp, parsed: OnceLock::new() }
    }

    /// The same version, soft-deleted; when it was registered does not change.
    pub(super) fn soft_deleted(&self) -> Self {
        let record = SchemaRecord { deleted: true, ..self.record.clone() };
        Self::new(self.subject.clone(), self.version, record, self.timestamp)
    }

    pub(super) fn id(&self) -> SchemaId {
        SchemaId(self.record.id)
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.record.deleted
    }

    /// The versions that it refers to, qualified. A reference with a version that no subject can have refers to nothing.
    pub(super) fn targets(&self) -> impl Iterator<Item = (Subject, Version)> {
        self.record.references.iter().flatten().filter_map(|reference| {
            let version = u32::try_from(reference.version).ok()?;
            Some((self.subject.qualify(&Subject::accepted(&reference.subject)), Version(version)))
        })
    }
}

/// By what the log says; whether it has been parsed does not matter.
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (&self.subject, self.version, self.guid, &self.record, self.timestamp)
            == (&other.subject, other.version, other.guid, &other.record, other.timestamp)
    }
}

impl State {
    /// The entry with its schema parsed.
    pub(super) fn registered(
        &self,
        codecs: &Codecs,
        entry: &Entry,
    ) -> Result<Arc<Registered>, RegistryError> {
        self.registered_at(codecs, entry, REFERENCE_DEPTH)
    }

    fn registered_at(
        &self,
        codecs: &Codecs,
        entry: &Entry,
        depth: usize,
    ) -> Result<Arc<Registered>, RegistryError> {
        if let Some(parsed) = entry.parsed.get() {
            return Ok(Arc::clone(parsed));
        }
        let record = &entry.record;
        let unreadable = |error: RegistryError| {
            let message = format!(
                "Version {} of subject '{}', which was registered before, cannot be read",
                entry.version, entry.subject
            );
            RegistryError::new(error.kind, message).because(error)
        };
        let references =
            self.resolve(codecs, &entry.subject, record.reference_list(), depth).map_err(unreadable)?;
        let schema =
            parse(codecs, record.format(), &record.schema, references, Mode::Lenient).map_err(unreadable)?;
        let registered = Registered {
            subject: entry.subject.clone(),
            version: entry.version,
            id: entry.id(),
            guid: entry.guid,
            schema,
            metadata: record.metadata.clone(),
            rule_set: record.rule_set.clone(),
            deleted: record.deleted,
            timestamp: entry.timestamp,
        };
        Ok(Arc::clone(entry.parsed.get_or_init(|| Arc::new(registered))))
    }

    /// What an entry stands for, whatever its subject.
    pub(super) fn content_of(&self, codecs: &Codecs, entry: &Entry) -> Result<Content, RegistryError> {
        let registered = self.registered(codecs, entry)?;
        let (metadata, rule_set) = (registered.metadata.clone(), registered.rule_set.clone());
        Ok(Content::new(registered.schema.clone(), Some(registered.guid), metadata, rule_set))
    }

    /// The schemas that a schema of `subject` refers to. Soft-deleted versions count: what was written with them must stay readable.
    pub(super) fn resolve_references(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        references: Vec<Reference>,
    ) -> Result<Vec<(Reference, Schema)>, RegistryError> {
        self.resolve(codecs, subject, references, REFERENCE_DEPTH)
    }

    fn resolve(
        &self,
        codecs: &Codecs,
        subject: &Subject,
        references: Vec<Reference>,
        depth: usize,
    ) -> Result<Vec<(Reference, Schema)>, RegistryError> {
        // A log from elsewhere may hold a circle; the depth ends it.
        let Some(depth) = depth.checked_sub(1) else {
            let message = format!(
                "Invalid schema: references of subject '{subject}' nest deeper than {REFERENCE_DEPTH} schemas, or go in a circle"
            );
            return Err(RegistryError::new(RegistryErrorKind::InvalidSchema, message));
        };
        references
            .into_iter()
            .map(|reference| {
                let target = subject.qualify(&Subject::accepted(&reference.subject));
                let version = Version(u32::try_from(reference.version).unwrap_or(0));
                let entry =
                    self.entry(&target, version).ok_or_else(|| no_reference(&target, reference.version))?;
                let registered = self.registered_at(codecs, entry, depth)?;
                Ok((reference, registered.schema.clone()))
            })
            .collect()
    }
}

/// The refusal of a reference that leads nowhere, in Confluent's words.
pub(super) fn no_reference(subject: &Subject, version: i32) -> RegistryError {
    let message =
        format!("Invalid schema: No schema reference found for subject \"{subject}\" and version {version}");
    RegistryError::new(RegistryErrorKind::InvalidSchema, message)
}

/// Parses a text in the format of that name.
pub(in crate::registry) fn parse(
    codecs: &Codecs,
    format: &str,
    text: &str,
    references: Vec<(Reference, Schema)>,
    mode: Mode,
) -> Result<Schema, RegistryError> {
    let unknown = || {
        let known: Vec<_> = codecs.formats().map(|format| format.as_str()).collect();
        let message = format!("Invalid schema type {format}: this registry knows {}", known.join(", "));
        RegistryError::new(RegistryErrorKind::InvalidSchema, message)
    };
    let format = codecs.format(format).ok_or_else(unknown)?;
    let invalid = |error| {
        RegistryError::new(RegistryErrorKind::InvalidSchema, format!("Invalid schema of type {format}"))
            .because(error)
    };
    let codec = codecs.codec(format).map_err(invalid)?;
    codec.parse(text, references, mode).map_err(invalid)
}
