//! Schema registries: schemas by id, GUID, subject and version.
//!
//! One object-safe trait with one method per route of Confluent's API, so that an embedded registry, a remote one and a user's own
//! are exchanged in one line. [`Embedded`] is a state machine over a topic of any transport.

#[cfg(feature = "conformance")]
pub mod conformance;
mod embedded;
mod error;
mod event;
mod state;
mod subject;

pub use embedded::{Embedded, EmbeddedRegistry};
pub use error::{RegistryError, RegistryErrorKind};
pub use subject::Subject;

use std::fmt::Debug;
use std::sync::Arc;

use crate::compat::{Level, Policy, Report};
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::schema::{Reference, Schema};
use crate::transport::BoxFuture;

/// A schema as a registry holds it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Registered {
    /// The subject.
    pub subject: Subject,
    /// The version under that subject.
    pub version: Version,
    /// The number in its context.
    pub id: SchemaId,
    /// The content's address.
    pub guid: Guid,
    /// The schema with all it refers to.
    pub schema: Schema,
    /// Confluent's metadata, kept as it came.
    pub metadata: Option<Metadata>,
    /// Confluent's rule set, kept as it came.
    pub rule_set: Option<RuleSet>,
    /// Whether it is soft-deleted.
    pub deleted: bool,
    /// When it was registered, in milliseconds since 1970; 0 where unknown.
    pub timestamp: i64,
}

/// Confluent's `metadata` member, kept as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata(pub serde_json::Value);

/// Confluent's `ruleSet` member, kept as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet(pub serde_json::Value);

/// What is asked to be registered, looked up or checked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Proposal {
    /// The schema.
    pub schema: Schema,
    /// Metadata to keep with it.
    pub metadata: Option<Metadata>,
    /// Rules to keep with it.
    pub rule_set: Option<RuleSet>,
    /// Whether to normalize it first.
    pub normalize: bool,
    /// The id to give, in mode IMPORT only.
    pub id: Option<SchemaId>,
    /// The version to give, in mode IMPORT only; otherwise it has to be the next one.
    pub version: Option<Version>,
}

impl Proposal {
    /// That schema, nothing else.
    #[must_use]
    pub const fn new(schema: Schema) -> Self {
        Self { schema, metadata: None, rule_set: None, normalize: false, id: None, version: None }
    }
}

/// Which version of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionSpec {
    /// That number.
    Number(Version),
    /// The highest one.
    Latest,
}

/// Whether deleted versions and subjects count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deleted {
    /// They do not.
    #[default]
    Hidden,
    /// They do, too.
    Included,
    /// Only they do.
    Only,
}

/// Soft or hard delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deletion {
    /// Hidden, but its id still reads old messages.
    Soft,
    /// Gone; only after a soft delete.
    Permanent,
}

/// What a subject, a context or the whole registry is set to. `None` leaves the next wider setting in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Config {
    /// The level.
    pub level: Option<Level>,
    /// Strict or lenient.
    pub policy: Option<Policy>,
    /// Only versions whose metadata property of that name has the same value are compared.
    pub group: Option<String>,
    /// Whether schemas are normalized when they are registered.
    pub normalize: Option<bool>,
    /// The subject that stands in for this one.
    pub alias: Option<String>,
}

impl Config {
    /// That level, nothing else.
    #[must_use]
    pub fn level(level: Level) -> Self {
        Self { level: Some(level), ..Self::default() }
    }
}

/// What may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "Confluent's own names")]
pub enum RegistryMode {
    #[default]
    ReadWrite,
    ReadOnly,
    ReadOnlyOverride,
    Import,
    Forward,
}

/// A schema registry. Law: what `register` gave, `schema`, `version` and `lookup` give back, the same for every caller, for ever
/// (until it is permanently deleted).
pub trait Registry: Debug + Send + Sync + 'static {
    /// Registers a schema under a subject; gives the existing version where it is known there already. `POST /subjects/{s}/versions`
    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
    ) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>>;

    /// Finds a schema under a subject without registering it. `POST /subjects/{s}`
    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>>;

    /// The schema of an id or GUID; `hint` is a subject in whose context the id counts. `GET /schemas/ids/{id}`, `GET /schemas/guids/{guid}`
    fn schema<'a>(
        &'a self,
        key: SchemaKey,
        hint: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Schema, RegistryError>>;

    /// All subjects and versions that an id stands for. `GET /schemas/ids/{id}/versions`
    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Vec<(Subject, Version)>, RegistryError>>;

    /// The subjects that begin with a prefix (`:*:` for those of all contexts), by name. `GET /subjects`
    fn subjects<'a>(
        &'a self,
        prefix: &'a str,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Vec<Subject>, RegistryError>>;

    /// The versions of a subject, lowest first. `GET /subjects/{s}/versions`
    fn versions<'a>(
        &'a self,
        subject: &'a Subject,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Vec<Version>, RegistryError>>;

    /// One version of a subject. `GET /subjects/{s}/versions/{v}`
    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>>;

    /// The ids of schemas that refer to a version. `GET /subjects/{s}/versions/{v}/referencedby`
    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
    ) -> BoxFuture<'a, Result<Vec<SchemaId>, RegistryError>>;

    /// Checks a schema against one version, or against all that the subject's level asks for. `POST /compatibility/subjects/{s}/versions[/{v}]`
    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> BoxFuture<'a, Result<Report, RegistryError>>;

    /// Deletes a subject; gives its versions. `DELETE /subjects/{s}`
    fn delete_subject<'a>(
        &'a self,
        subject: &'a Subject,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Vec<Version>, RegistryError>>;

    /// Deletes one version of a subject. `DELETE /subjects/{s}/versions/{v}`
    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> BoxFuture<'a, Result<Version, RegistryError>>;

    /// The settings of a subject (`None`: of the whole registry) that were made there. `GET /config[/{s}]`
    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> BoxFuture<'a, Result<Config, RegistryError>>;

    /// The settings in force for a subject, all widths merged. `GET /config/{s}?defaultToGlobal=true`
    fn effective_config<'a>(&'a self, subject: &'a Subject) -> BoxFuture<'a, Result<Config, RegistryError>>;

    /// Changes settings; what is `None` stays. `PUT /config[/{s}]`
    fn set_config<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        config: &'a Config,
    ) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Removes settings; gives what they were. `DELETE /config[/{s}]`
    fn delete_config<'a>(
        &'a self,
        subject: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Config, RegistryError>>;

    /// The mode that was set. `GET /mode[/{s}]`
    fn mode<'a>(&'a self, subject: Option<&'a Subject>)
    -> BoxFuture<'a, Result<RegistryMode, RegistryError>>;

    /// Sets the mode. `PUT /mode[/{s}]`
    fn set_mode<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        mode: RegistryMode,
        force: bool,
    ) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Removes a subject's mode; gives what it was. `DELETE /mode/{s}`
    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> BoxFuture<'a, Result<RegistryMode, RegistryError>>;

    /// The contexts, the default one as `.`. `GET /contexts`
    fn contexts(&self) -> BoxFuture<'_, Result<Vec<String>, RegistryError>>;
}

/// Where a reference of a registered schema leads; kept beside the resolved schema in [`Schema::references`].
pub type RegisteredReference = Reference;
