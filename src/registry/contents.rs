//! All that a registry has, to be taken over by another one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{
    Config, Deleted, Registered, Registry, RegistryError, RegistryErrorKind, RegistryMode, Subject,
    VersionSpec,
};

/// Versions, settings and modes: what [`EmbeddedRegistry::restore`](super::EmbeddedRegistry::restore) takes.
///
/// ```
/// use schemawire::registry::{Contents, EmbeddedRegistry, RegistryExt};
/// use schemawire::schema::Schema;
///
/// # pollster::block_on(async {
/// let old = EmbeddedRegistry::in_memory().await?;
/// old.register_schema("names-value", &Schema::avro(r#""string""#)?).await?;
///
/// let new = EmbeddedRegistry::in_memory().await?;
/// new.restore(Contents::of(&old).await?).await?;
/// assert_eq!(new.latest("names-value").await?.id.0, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Contents {
    /// The versions of all subjects, deleted ones included, in any order.
    pub versions: Vec<Arc<Registered>>,
    /// The settings that were made of subjects, contexts, and (`None`) the whole registry.
    pub configs: Vec<(Option<Subject>, Config)>,
    /// The modes that were set, in the same way.
    pub modes: Vec<(Option<Subject>, RegistryMode)>,
}

impl Contents {
    /// Reads all of a registry. What changes there meanwhile is in it or not.
    ///
    /// Settings of a subject without versions are found only where they are an alias.
    ///
    /// # Errors
    /// A registry that fails.
    pub async fn of(registry: &dyn Registry) -> Result<Self, RegistryError> {
        let mut contents = Self::default();
        let subjects = registry.subjects(":*:", Deleted::Included).await?;
        for subject in &subjects {
            for version in registry.versions(subject, Deleted::Included).await? {
                let number = VersionSpec::Number(version);
                let registered = registry.version(subject, number, Deleted::Included).await?;
                // Under an alias lie another subject's, which come by their own name.
                if registered.subject == *subject {
                    contents.versions.push(registered);
                }
            }
        }
        let contexts = registry.contexts().await?;
        let contexts = contexts.iter().filter_map(|context| Subject::of_context(context));
        let mut scopes: BTreeSet<Subject> = subjects.iter().cloned().chain(contexts).collect();
        let aliases = match registry.aliases(":*:").await {
            // A route that not every registry has.
            Err(error) if error.kind == RegistryErrorKind::Unexpected => BTreeMap::new(),
            aliases => aliases?,
        };
        scopes.extend(aliases.into_values().flatten());
        for scope in scopes.iter().map(Some).chain([None]) {
            if let Some(config) = there(registry.config(scope).await)? {
                contents.configs.push((scope.cloned(), config));
            }
            if let Some(mode) = there(registry.mode(scope).await)? {
                contents.modes.push((scope.cloned(), mode));
            }
        }
        Ok(contents)
    }
}

/// An answer, unless nothing was set.
fn there<T>(answer: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
