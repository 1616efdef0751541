//! Conveniences over any registry.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use super::{
    Config, Deleted, Metadata, Proposal, Registered, Registry, RegistryError, RegistryErrorKind, RuleSet,
    Subject, VersionSpec,
};
use crate::compat::Level;
use crate::schema::{Mode, Reference, Schema};
use crate::transport::BoxFuture;

/// What is asked most, in one line each: subjects as text, defaults for the rest.
pub trait RegistryExt: Registry {
    /// Registers a schema under a subject.
    ///
    /// # Errors
    /// As [`Registry::register`]; a text that is no subject.
    fn register_schema(
        &self,
        subject: &str,
        schema: &Schema,
    ) -> impl Future<Output = Result<Arc<Registered>, RegistryError>> + Send {
        async move { self.register(&subject.parse()?, &Proposal::new(schema.clone())).await }
    }

    /// Registers a schema and, before it, the schemas it refers to by name alone, each under the subject of that name
    /// (Confluent's default). What it answers with carries the registry's references; that schema is the one to write with.
    ///
    /// # Errors
    /// As [`Registry::register`]; a text, or a reference's name, that is no subject; a custom format with such references.
    fn register_tree(
        &self,
        subject: &str,
        schema: &Schema,
    ) -> impl Future<Output = Result<Arc<Registered>, RegistryError>> + Send {
        async move { register_tree(self, &subject.parse()?, schema).await }
    }

    /// Registers the latest schema of a subject once more, with other metadata and rules: a new version.
    ///
    /// # Errors
    /// As [`Registry::register`]; a subject without versions.
    fn amend(
        &self,
        subject: &str,
        metadata: Option<Metadata>,
        rule_set: Option<RuleSet>,
    ) -> impl Future<Output = Result<Arc<Registered>, RegistryError>> + Send {
        async move {
            let subject: Subject = subject.parse()?;
            let latest = self.version(&subject, VersionSpec::Latest, Deleted::Hidden).await?;
            let mut proposal = Proposal::new(latest.schema.clone());
            proposal.metadata = metadata;
            proposal.rule_set = rule_set;
            self.register(&subject, &proposal).await
        }
    }

    /// The latest version of a subject.
    ///
    /// # Errors
    /// As [`Registry::version`]; a text that is no subject.
    fn latest(&self, subject: &str) -> impl Future<Output = Result<Arc<Registered>, RegistryError>> + Send {
        async move { self.version(&subject.parse()?, VersionSpec::Latest, Deleted::Hidden).await }
    }

    /// Sets the level of a subject.
    ///
    /// # Errors
    /// As [`Registry::set_config`]; a text that is no subject.
    fn set_level(
        &self,
        subject: &str,
        level: Level,
    ) -> impl Future<Output = Result<(), RegistryError>> + Send {
        async move { self.set_config(Some(&subject.parse()?), &Config::level(level).into()).await }
    }
}

impl<R: Registry + ?Sized> RegistryExt for R {}

fn register_tree<'a, R: Registry + ?Sized>(
    registry: &'a R,
    subject: &'a Subject,
    schema: &'a Schema,
) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>> {
    Box::pin(async move {
        let is_local = |(reference, _): &(Reference, Schema)| reference.subject.is_empty();
        if !schema.references().iter().any(is_local) {
            return registry.register(subject, &Proposal::new(schema.clone())).await;
        }
        let mut references = Vec::new();
        for (reference, target) in schema.references() {
            let mut reference = reference.clone();
            let mut target = target.clone();
            if reference.subject.is_empty() {
                let place = subject.qualify(&reference.name.parse()?);
                let registered = register_tree(registry, &place, &target).await?;
                reference.subject = place.to_string();
                reference.version = i32::try_from(registered.version.0).unwrap_or(i32::MAX);
                target = registered.schema.clone();
            }
            references.push((reference, target));
        }
        let schema =
            Schema::parse(schema.format(), schema.text(), references, Mode::Strict).map_err(|error| {
                let message =
                    format!("the schema for subject '{subject}' cannot be bound to what it refers to");
                RegistryError::new(RegistryErrorKind::InvalidSchema, message).because(error)
            })?;
        registry.register(subject, &Proposal::new(schema)).await
    })
}

/// The newest version with all these properties, found by looking at each.
pub(super) fn newest_with<'a, R: Registry + ?Sized>(
    registry: &'a R,
    subject: &'a Subject,
    properties: &'a BTreeMap<String, String>,
) -> BoxFuture<'a, Result<Arc<Registered>, RegistryError>> {
    Box::pin(async move {
        for version in registry.versions(subject, Deleted::Hidden).await?.into_iter().rev() {
            let version = VersionSpec::Number(version);
            let found = registry.version(subject, version, Deleted::Hidden).await?;
            let has = |(name, value): (&String, &String)| {
                found.metadata.as_ref().is_some_and(|it| it.properties.get(name) == Some(value))
            };
            if properties.iter().all(has) {
                return Ok(found);
            }
        }
        Err(RegistryError::schema_not_found())
    })
}
