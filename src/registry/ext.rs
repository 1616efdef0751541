//! Conveniences over any registry.

use std::future::Future;
use std::sync::Arc;

use super::{
    Config, Deleted, Metadata, Proposal, Registered, Registry, RegistryError, RuleSet, Subject, VersionSpec,
};
use crate::compat::Level;
use crate::schema::Schema;

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
