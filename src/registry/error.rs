//! Why a registry refuses.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::Subject;
use super::event::EventError;
use crate::class::Class;
use crate::compat::Report;
use crate::ids::{InvalidName, SchemaKey, Version};
use crate::transport::TransportError;

/// A registry that refuses, or cannot answer. Cloning shares the error under it, since several may wait for one answer.
#[derive(Debug, Clone)]
pub struct RegistryError {
    /// What kind of trouble it is.
    pub kind: RegistryErrorKind,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The findings, where it refused an incompatible schema.
    pub report: Option<Box<Report>>,
    /// The error under it.
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for RegistryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The kinds of refusal, by Confluent's error codes (see [`RegistryErrorKind::code`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistryErrorKind {
    /// 40401
    SubjectNotFound,
    /// 40402
    VersionNotFound,
    /// 40403
    SchemaNotFound,
    /// 40404
    SubjectSoftDeleted,
    /// 40405
    SubjectNotSoftDeleted,
    /// 40406
    VersionSoftDeleted,
    /// 40407
    VersionNotSoftDeleted,
    /// 40408
    NoSubjectConfig,
    /// 40409
    NoSubjectMode,
    /// 409
    Incompatible,
    /// 42201
    InvalidSchema,
    /// 42202
    InvalidVersion,
    /// 42203
    InvalidLevel,
    /// 42204
    InvalidMode,
    /// 42205
    NotPermitted,
    /// 42206
    ReferenceExists,
    /// 42207
    IdMismatch,
    /// 42208
    InvalidSubject,
    /// 42209: a schema larger than the registry takes.
    SchemaTooLarge,
    /// 42210
    InvalidRuleSet,
    /// 42211
    ContextNotEmpty,
    /// 50001: the store under the registry failed.
    Store,
    /// 50003: a registry elsewhere that does not answer, or not now (408, 429, 5xx).
    Unavailable,
    /// 403: a registry elsewhere that does not know the caller, or does not let it (401, 403).
    Forbidden,
    /// 500: an answer that no schema registry gives.
    Unexpected,
    /// 500: a client that cannot ask as it is set up: an address, a certificate, no runtime.
    Client,
}

impl RegistryErrorKind {
    /// All kinds with Confluent's error codes.
    const CODES: [(Self, u32); 26] = [
        (Self::SubjectNotFound, 40401),
        (Self::VersionNotFound, 40402),
        (Self::SchemaNotFound, 40403),
        (Self::SubjectSoftDeleted, 40404),
        (Self::SubjectNotSoftDeleted, 40405),
        (Self::VersionSoftDeleted, 40406),
        (Self::VersionNotSoftDeleted, 40407),
        (Self::NoSubjectConfig, 40408),
        (Self::NoSubjectMode, 40409),
        (Self::Incompatible, 409),
        (Self::InvalidSchema, 42201),
        (Self::InvalidVersion, 42202),
        (Self::InvalidLevel, 42203),
        (Self::InvalidMode, 42204),
        (Self::NotPermitted, 42205),
        (Self::ReferenceExists, 42206),
        (Self::IdMismatch, 42207),
        (Self::InvalidSubject, 42208),
        (Self::SchemaTooLarge, 42209),
        (Self::InvalidRuleSet, 42210),
        (Self::ContextNotEmpty, 42211),
        (Self::Store, 50001),
        (Self::Unavailable, 50003),
        (Self::Forbidden, 403),
        (Self::Unexpected, 500),
        (Self::Client, 500),
    ];

    /// Confluent's error code; its leading three digits are the HTTP status.
    #[must_use]
    pub fn code(self) -> u32 {
        Self::CODES.iter().find(|(kind, _)| *kind == self).map_or(500, |(_, code)| *code)
    }

    /// The kind that a code of a registry elsewhere stands for.
    #[must_use]
    pub fn of_code(code: u32) -> Option<Self> {
        Self::CODES.iter().find(|(_, it)| *it == code).map(|(kind, _)| *kind)
    }
}

impl RegistryError {
    /// A refusal of that kind.
    #[must_use]
    pub fn new(kind: RegistryErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), report: None, source: None }
    }

    /// The same with the error under it.
    #[must_use]
    pub fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// The same with the findings.
    #[must_use]
    pub fn with_report(mut self, report: Report) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Whether it says that there is no such subject, version or schema.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind.code() / 100 == 404
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind {
            RegistryErrorKind::Store => match self.source.as_deref() {
                Some(source) if source.is::<EventError>() => Class::BadData,
                Some(source) => source.downcast_ref().map_or(Class::RETRY, TransportError::class),
                None => Class::RETRY,
            },
            RegistryErrorKind::Unavailable => Class::RETRY,
            RegistryErrorKind::Incompatible | RegistryErrorKind::InvalidSchema => Class::BadData,
            _ => Class::Config,
        }
    }
}

/// A name, number, level or mode that cannot be read is refused with the code that Confluent's registry has for it.
impl From<InvalidName> for RegistryError {
    fn from(invalid: InvalidName) -> Self {
        let kind = match invalid.what {
            "version" => RegistryErrorKind::InvalidVersion,
            "compatibility level" => RegistryErrorKind::InvalidLevel,
            "mode" => RegistryErrorKind::InvalidMode,
            "format" => RegistryErrorKind::InvalidSchema,
            _ => RegistryErrorKind::InvalidSubject,
        };
        Self::new(kind, invalid.to_string())
    }
}

/// The refusals with Confluent's own words.
impl RegistryError {
    pub(super) fn subject_not_found(subject: &Subject) -> Self {
        Self::new(RegistryErrorKind::SubjectNotFound, format!("Subject '{subject}' not found."))
    }

    pub(super) fn version_not_found(version: Version) -> Self {
        Self::new(RegistryErrorKind::VersionNotFound, format!("Version {version} not found."))
    }

    pub(super) fn schema_not_found() -> Self {
        Self::new(RegistryErrorKind::SchemaNotFound, "Schema not found")
    }

    pub(super) fn key_not_found(key: SchemaKey) -> Self {
        let message = match key {
            SchemaKey::Id(id) => format!("Schema {id} not found"),
            SchemaKey::Guid(guid) => format!("Schema {guid} not found"),
            SchemaKey::Fingerprint(_) => {
                format!("Schema with {key} not found: a registry finds schemas by id and by GUID")
            }
        };
        Self::new(RegistryErrorKind::SchemaNotFound, message)
    }

    pub(super) fn subject_soft_deleted(subject: &Subject) -> Self {
        let message =
            format!("Subject '{subject}' was soft deleted. Set permanent=true to delete permanently");
        Self::new(RegistryErrorKind::SubjectSoftDeleted, message)
    }

    pub(super) fn subject_not_soft_deleted(subject: &Subject) -> Self {
        let message = format!("Subject '{subject}' was not deleted first before being permanently deleted");
        Self::new(RegistryErrorKind::SubjectNotSoftDeleted, message)
    }

    pub(super) fn version_soft_deleted(subject: &Subject, version: Version) -> Self {
        let message = format!(
            "Subject '{subject}' Version {version} was soft deleted. Set permanent=true to delete permanently"
        );
        Self::new(RegistryErrorKind::VersionSoftDeleted, message)
    }

    pub(super) fn version_not_soft_deleted(subject: &Subject, version: Version) -> Self {
        let message = format!(
            "Subject '{subject}' Version {version} was not deleted first before being permanently deleted"
        );
        Self::new(RegistryErrorKind::VersionNotSoftDeleted, message)
    }

    pub(super) fn no_subject_config(subject: &Subject) -> Self {
        let message = format!("Subject '{subject}' does not have subject-level compatibility configured");
        Self::new(RegistryErrorKind::NoSubjectConfig, message)
    }

    pub(super) fn no_subject_mode(subject: &Subject) -> Self {
        let message = format!("Subject '{subject}' does not have subject-level mode configured");
        Self::new(RegistryErrorKind::NoSubjectMode, message)
    }

    pub(super) fn reference_exists(subject: &Subject, version: Version) -> Self {
        let message = format!(
            "One or more references exist to the schema {{magic=1,keytype=SCHEMA,subject={subject},version={version}}}."
        );
        Self::new(RegistryErrorKind::ReferenceExists, message)
    }

    pub(super) fn default_context_stays() -> Self {
        Self::not_permitted("The default context cannot be deleted")
    }

    pub(super) fn not_permitted(message: impl Into<String>) -> Self {
        Self::new(RegistryErrorKind::NotPermitted, message)
    }

    pub(super) fn read_only(subject: Option<&Subject>) -> Self {
        Self::not_permitted(match subject {
            Some(subject) => format!("Subject {subject} is in read-only mode"),
            None => "Registry is in read-only mode".into(),
        })
    }
}
