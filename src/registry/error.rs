//! Why a registry refuses.

use std::error::Error;

use crate::class::Class;
use crate::compat::Report;

/// A registry that refuses, or cannot answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct RegistryError {
    /// What kind of trouble it is.
    pub kind: RegistryErrorKind,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The findings, where it refused an incompatible schema.
    pub report: Option<Box<Report>>,
    /// The error under it.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
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
    /// 42210
    InvalidRuleSet,
    /// 50001: the store under the registry failed.
    Store,
}

impl RegistryErrorKind {
    /// Confluent's error code; its leading three digits are the HTTP status.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::SubjectNotFound => 40401,
            Self::VersionNotFound => 40402,
            Self::SchemaNotFound => 40403,
            Self::SubjectSoftDeleted => 40404,
            Self::SubjectNotSoftDeleted => 40405,
            Self::VersionSoftDeleted => 40406,
            Self::VersionNotSoftDeleted => 40407,
            Self::NoSubjectConfig => 40408,
            Self::NoSubjectMode => 40409,
            Self::Incompatible => 409,
            Self::InvalidSchema => 42201,
            Self::InvalidVersion => 42202,
            Self::InvalidLevel => 42203,
            Self::InvalidMode => 42204,
            Self::NotPermitted => 42205,
            Self::ReferenceExists => 42206,
            Self::IdMismatch => 42207,
            Self::InvalidSubject => 42208,
            Self::InvalidRuleSet => 42210,
            Self::Store => 50001,
        }
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
        self.source = Some(Box::new(source));
        self
    }

    /// Whether it says that there is no such subject, version or schema.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        self.kind.code() / 100 == 404
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind {
            RegistryErrorKind::Store => Class::RETRY,
            RegistryErrorKind::Incompatible | RegistryErrorKind::InvalidSchema => Class::BadData,
            _ => Class::Config,
        }
    }
}
