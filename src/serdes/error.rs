//! Why a message is not written or not read.

use std::fmt;

use super::RuleDirection;
use crate::class::Class;
use crate::codec::{DecodeError, EncodeError};
use crate::compat::Report;
use crate::frame::FrameError;
use crate::ids::{InvalidName, SchemaKey, Version};
use crate::registry::{DataRule, RegistryError};
use crate::schema::{Format, SchemaError};

/// A message that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SerdesError {
    /// The writer's schema is not in the cache. Answer: [`super::Serdes::load`], then the same call again.
    #[error("the schema with {0} is not loaded yet: await `load` first")]
    UnknownSchema(SchemaKey),
    /// The schema was not registered under this subject yet. Answer: [`super::Serdes::prepare`], then the same call again.
    #[error("the schema is not prepared for subject `{subject}` yet: await `prepare` first")]
    NotPrepared {
        /// The subject.
        subject: String,
    },
    /// The message's schema is of another format than the codec.
    #[error("the schema with {key} is {found}, the reader expects {expected}")]
    WrongFormat {
        /// The key in the message's frame.
        key: SchemaKey,
        /// The schema's format.
        found: Format,
        /// The codec's format.
        expected: Format,
    },
    /// A record strategy needs a name, and the schema has none.
    #[error("the subject strategy needs the schema's full name, and this {format} schema has none")]
    NamelessSchema {
        /// The schema's format.
        format: Format,
    },
    /// The framing carries fingerprints, and the schema has none.
    #[error(
        "the framing carries Avro fingerprints, and this {format} schema has none: they are of Avro schemas without references"
    )]
    NoFingerprint {
        /// The schema's format.
        format: Format,
    },
    /// The schema asks for a rule that nothing here executes: what is written or read without it would not be what was agreed on.
    #[error("{0}")]
    Rule(Box<UnexecutedRule>),
    /// The schema of the registry that is to be used does not read what the caller's schema writes.
    #[error("{0}")]
    Differs(Box<OtherSchema>),
    /// The settings name a schema by a key that is not of the framing's kind, and the registry does not tell the other one.
    #[error("the framing cannot carry {key}, and the registry does not tell the schema's other key")]
    WrongKey {
        /// The key.
        key: SchemaKey,
    },
    /// A subject that cannot be one.
    #[error("invalid subject")]
    Subject(#[source] InvalidName),
    /// The message's frame.
    #[error("the message's frame")]
    Frame(#[from] FrameError),
    /// The registry.
    #[error("the registry")]
    Registry(#[from] RegistryError),
    /// The schemas do not bind.
    #[error("the schema")]
    Schema(#[from] SchemaError),
    /// The value.
    #[error("the value")]
    Encode(#[from] EncodeError),
    /// The payload.
    #[error("the payload")]
    Decode(#[from] DecodeError),
}

impl SerdesError {
    pub(super) fn rule(
        key: SchemaKey,
        (subject, version): (Option<String>, Option<Version>),
        rule: &DataRule,
        direction: RuleDirection,
    ) -> Self {
        let executor = rule.executor.clone().unwrap_or_default();
        let rule = rule.name.clone();
        Self::Rule(Box::new(UnexecutedRule { key, subject, version, rule, executor, direction }))
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::UnknownSchema(_) | Self::NotPrepared { .. } => Class::RETRY,
            Self::WrongFormat { .. } => Class::BadData,
            Self::NamelessSchema { .. } | Self::NoFingerprint { .. } | Self::Subject(_) => Class::Config,
            Self::Rule(_) | Self::Differs(_) | Self::WrongKey { .. } => Class::Config,
            Self::Frame(it) => it.class(),
            Self::Registry(it) => it.class(),
            Self::Schema(it) => it.class(),
            Self::Encode(it) => it.class(),
            Self::Decode(it) => it.class(),
        }
    }
}

/// A rule that a schema asks for and that nothing here executes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnexecutedRule {
    /// The schema.
    pub key: SchemaKey,
    /// The subject, where it is known.
    pub subject: Option<String>,
    /// The version, where it is known.
    pub version: Option<Version>,
    /// The rule's name.
    pub rule: String,
    /// The rule's type, as `CEL` or `ENCRYPT`.
    pub executor: String,
    /// When it would have to run.
    pub direction: RuleDirection,
}

impl fmt::Display for UnexecutedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, rule, executor, direction, .. } = self;
        write!(f, "the schema with {key}")?;
        if let Some(subject) = &self.subject {
            write!(f, " (subject `{subject}`")?;
            self.version.map_or(Ok(()), |version| write!(f, " version {version}"))?;
            f.write_str(")")?;
        }
        write!(
            f,
            " asks for rule `{rule}` of type {executor} {direction}, and nothing here executes it: use a client that does, or go on without rules of that type (`without_rules`)"
        )
    }
}

/// A schema of the registry that does not read what the caller's schema writes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OtherSchema {
    /// The subject.
    pub subject: String,
    /// The version, where it is one.
    pub version: Option<Version>,
    /// The registry's schema.
    pub key: SchemaKey,
    /// What would break.
    pub report: Report,
}

impl fmt::Display for OtherSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, key, report, .. } = self;
        write!(
            f,
            "the schema with {key} that is to be used for subject `{subject}` does not read what the given schema writes:\n{report}"
        )
    }
}
