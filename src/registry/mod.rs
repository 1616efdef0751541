//! Schema registries: schemas by id, GUID, subject and version.
//!
//! One object-safe trait with one method per route of Confluent's API, so that an embedded registry, a remote one and a user's own
//! are exchanged in one line. [`EmbeddedRegistry`] is a state machine over a topic of any transport; [`RegistryExt`] holds the
//! conveniences.
//!
//! ```
//! use schemawire::compat::Level;
//! use schemawire::registry::{EmbeddedRegistry, RegistryExt};
//! use schemawire::schema::Schema;
//!
//! # pollster::block_on(async {
//! let registry = EmbeddedRegistry::in_memory().await?;
//! registry.set_level("orders-value", Level::BackwardTransitive).await?;
//!
//! let schema = Schema::avro(r#"{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "long"}]}"#)?;
//! let registered = registry.register_schema("orders-value", &schema).await?;
//! assert_eq!((registered.id.0, registered.version.0), (1, 1));
//!
//! let breaking = Schema::avro(r#"{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}"#)?;
//! let refusal = registry.register_schema("orders-value", &breaking).await.unwrap_err();
//! assert_eq!(refusal.kind.code(), 409);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

#[cfg(any(feature = "server", feature = "registry-http"))]
pub mod api;
pub(crate) mod cache;
mod config;
#[cfg(all(feature = "avro", feature = "conformance"))]
pub mod conformance;
mod contents;
mod embedded;
mod entity;
mod error;
pub mod event;
mod ext;
mod forward;
mod guid;
#[cfg(feature = "registry-http")]
pub mod http;
pub(crate) mod lock;
mod metadata;
mod read_only;
pub mod state;
mod subject;

pub use cache::{CacheCounts, CacheSettings, CachedRegistry};
pub use config::{Config, ConfigChange, RegistryMode, Setting};
pub use contents::Contents;
pub use embedded::{Builder, EmbeddedRegistry};
pub use entity::{Content, Deleted, Deletion, Proposal, Registered, Size, VersionSpec};
pub use error::{RegistryError, RegistryErrorKind};
pub use ext::RegistryExt;
pub use guid::guid;
#[cfg(feature = "registry-http")]
pub use http::HttpRegistry;
pub use metadata::{DataRule, Metadata, RuleSet, Unknown};
pub use read_only::ReadOnly;
pub use subject::{DEFAULT_CONTEXT, Subject};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use crate::compat::Report;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::schema::{Reference, Schema};
use crate::transport::BoxFuture;

/// A schema registry. Law: what `register` gave, `schema`, `version` and `lookup` give back, the same for every caller, for ever
/// (until it is permanently deleted).
pub trait Registry: Debug + Send + Sync + 'static {
    /// Registers a schema under a subject; gives the existing version where it is known there already. `POST /subjects/{s}/versions`
    fn register<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
    ) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>>;

    /// Registers all of these, in their order, or none: one refusal refuses all, and names the schema it is about. A schema may refer
    /// to those before it. No route of Confluent's; a registry that cannot do it refuses (42205).
    fn register_all<'a>(
        &'a self,
        proposals: &'a [(Subject, Proposal)],
    ) -> BoxFuture<'a, Result<Vec<Arc<Registered>>, RegistryError>> {
        let message = format!(
            "this registry registers schemas one by one, not {} of them all or none",
            proposals.len()
        );
        Box::pin(std::future::ready(Err(RegistryError::not_permitted(message))))
    }

    /// Finds a schema under a subject without registering it. `POST /subjects/{s}`
    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>>;

    /// What an id or GUID stands for; `hint` is a subject in whose context the id counts. `GET /schemas/ids/{id}`, `GET /schemas/guids/{guid}`
    fn content<'a>(
        &'a self,
        key: SchemaKey,
        hint: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Content, RegistryError>>;

    /// The schema of an id or GUID, as [`Registry::content`] gives it.
    fn schema<'a>(
        &'a self,
        key: SchemaKey,
        hint: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Schema, RegistryError>> {
        Box::pin(async move { Ok(self.content(key, hint).await?.schema) })
    }

    /// All subjects and versions that an id stands for. `GET /schemas/ids/{id}/versions`
    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Vec<(Subject, Version)>, RegistryError>>;

    /// The ids that a content has, by context, deleted versions included. `GET /schemas/guids/{guid}/ids`
    /// Without an implementation of its own it looks at all that is registered.
    fn ids(&self, guid: Guid) -> BoxFuture<'_, Result<Vec<(String, SchemaId)>, RegistryError>> {
        Box::pin(async move {
            let mut ids = BTreeSet::new();
            for subject in self.subjects(":*:", Deleted::Included).await? {
                for version in self.versions(&subject, Deleted::Included).await? {
                    let version = VersionSpec::Number(version);
                    let registered = self.version(&subject, version, Deleted::Included).await?;
                    if registered.guid == guid {
                        ids.insert((subject.context().to_owned(), registered.id));
                    }
                }
            }
            if ids.is_empty() {
                return Err(RegistryError::key_not_found(SchemaKey::Guid(guid)));
            }
            Ok(ids.into_iter().collect())
        })
    }

    /// The highest id that was ever given in the hint's context, the default one without a hint; `None` where none was, or where the
    /// registry does not tell. `GET /schemas/ids/{id}?fetchMaxId=true`
    fn highest_id<'a>(
        &'a self,
        hint: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Option<SchemaId>, RegistryError>> {
        let _ = hint;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The subjects that begin with a prefix (`:*:` for those of all contexts), by name. `GET /subjects`
    fn subjects<'a>(
        &'a self,
        prefix: &'a str,
        deleted: Deleted,
    ) -> BoxFuture<'a, Result<Vec<Subject>, RegistryError>>;

    /// The subjects that others stand in for, each with those whose alias it is and whose names begin with a prefix.
    /// `GET /schemas?aliases=true` A registry that cannot tell has none.
    fn aliases<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<Subject, Vec<Subject>>, RegistryError>> {
        let _ = prefix;
        Box::pin(std::future::ready(Ok(BTreeMap::new())))
    }

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

    /// The latest version whose metadata has all these properties. `GET /subjects/{s}/metadata`
    ///
    /// Without a route of its own a registry is asked for its versions, newest first.
    fn latest_with<'a>(
        &'a self,
        subject: &'a Subject,
        properties: &'a BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>> {
        ext::newest_with(self, subject, properties)
    }

    /// The ids of schemas that refer to a version. `GET /subjects/{s}/versions/{v}/referencedby`
    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
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

    /// Changes settings; those that are neither set nor cleared stay. `PUT /config[/{s}]`
    fn set_config<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        change: &'a ConfigChange,
    ) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Removes settings; gives what they were. `DELETE /config[/{s}]`
    fn delete_config<'a>(
        &'a self,
        subject: Option<&'a Subject>,
    ) -> BoxFuture<'a, Result<Config, RegistryError>>;

    /// The mode that was set. `GET /mode[/{s}]`
    fn mode<'a>(&'a self, subject: Option<&'a Subject>)
    -> BoxFuture<'a, Result<RegistryMode, RegistryError>>;

    /// The mode in force for a subject. `GET /mode/{s}?defaultToGlobal=true`
    fn effective_mode<'a>(
        &'a self,
        subject: &'a Subject,
    ) -> BoxFuture<'a, Result<RegistryMode, RegistryError>>;

    /// Sets the mode; `force` also over schemas that IMPORT would have to find gone. `PUT /mode[/{s}]`
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

    /// Deletes a context without subjects, and its settings with it. `DELETE /contexts/{context}`
    /// A registry that cannot do it refuses (42205).
    fn delete_context<'a>(&'a self, context: &'a str) -> BoxFuture<'a, Result<(), RegistryError>> {
        let message = format!("this registry does not delete contexts: '{context}' stays");
        Box::pin(std::future::ready(Err(RegistryError::not_permitted(message))))
    }

    /// How much is registered, where the registry can tell without asking for all of it.
    fn size(&self) -> BoxFuture<'_, Result<Option<Size>, RegistryError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Whether it can answer, and take what is registered. A registry that cannot tell without asking asks for little.
    fn ready(&self) -> BoxFuture<'_, Result<(), RegistryError>> {
        Box::pin(async move { self.contexts().await.map(drop) })
    }
}

/// Where a reference of a registered schema leads; kept beside the resolved schema in [`Schema::references`].
pub type RegisteredReference = Reference;
