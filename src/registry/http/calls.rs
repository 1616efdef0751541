//! The calls of the API that only a registry behind it answers, beside those of [`Registry`](crate::registry::Registry): lists of
//! schemas, tags, other forms of a text, and what the registry says of itself.
//! Source: Confluent Schema Registry 8, *API reference*.

use std::sync::Arc;

use serde::Deserialize;

use super::answers::{segment, shown};
use super::{HttpRegistry, Outgoing};
use crate::registry::api::{SchemaBody, SchemaTagsBody, TagsBody};
use crate::registry::{Deleted, Registered, RegistryError, RegistryErrorKind, Subject, VersionSpec};

/// Which schemas [`HttpRegistry::schemas`] lists; all that are not deleted, of all contexts, by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<'l> {
    /// What their subjects begin with; `:*:` for all contexts.
    pub prefix: &'l str,
    /// Whether soft-deleted ones count.
    pub deleted: Deleted,
    /// The newest version of each subject alone.
    pub latest_only: bool,
    /// Those alone that have a rule of that type, as `CEL`.
    pub rule_type: Option<&'l str>,
    /// How many are passed over.
    pub offset: u32,
    /// How many are listed at most; none for all, or for as many as the registry gives at once.
    pub limit: Option<u32>,
}

impl Default for Listing<'_> {
    fn default() -> Self {
        let (prefix, deleted) = (":*:", Deleted::Hidden);
        Self { prefix, deleted, latest_only: false, rule_type: None, offset: 0, limit: None }
    }
}

/// What a registry says of its version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerVersion {
    /// The version, as `8.1.0`.
    pub version: String,
    /// What it was built from.
    #[serde(default)]
    pub commit_id: String,
}

impl HttpRegistry {
    /// Schemas with their subjects and versions, in the registry's order. What they refer to is asked for, each by itself.
    ///
    /// ```
    /// use schemawire::registry::{HttpRegistry, RegistryError, http::Listing};
    ///
    /// async fn print_latest(registry: &HttpRegistry) -> Result<(), RegistryError> {
    ///     let orders = Listing { prefix: "order", latest_only: true, ..Listing::default() };
    ///     for it in registry.schemas(&orders).await? {
    ///         println!("{} {} {}", it.subject, it.version, it.id);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// A registry that fails, or that has no such route: those of old.
    pub async fn schemas(&self, listing: &Listing<'_>) -> Result<Vec<Arc<Registered>>, RegistryError> {
        let request = Outgoing::new("GET", &["schemas"])
            .with("subjectPrefix", listing.prefix)
            .flag("latestOnly", listing.latest_only)
            .with_some("ruleType", listing.rule_type)
            .with_some("offset", (listing.offset > 0).then_some(listing.offset))
            .with_some("limit", listing.limit);
        let bodies: Vec<SchemaBody> = self.json(shown(request, listing.deleted)).await?;
        let mut all = Vec::with_capacity(bodies.len());
        for body in bodies {
            let Some(subject) = body.subject.as_deref().map(Subject::accepted) else {
                let message = "the registry lists a schema without a subject";
                return Err(RegistryError::new(RegistryErrorKind::Unexpected, message));
            };
            all.push(self.registered(&subject, body).await?);
        }
        Ok(all)
    }

    /// What in a version has one of these tags, `*` for any.
    ///
    /// # Errors
    /// A version that is not there; a registry that fails.
    pub async fn tags(
        &self,
        subject: &Subject,
        version: VersionSpec,
        tags: &[&str],
    ) -> Result<Vec<SchemaTagsBody>, RegistryError> {
        let request = Outgoing::new("GET", &["subjects", subject.as_str(), "versions", &segment(version)]);
        let request = tags.iter().fold(request, |request, tag| request.with("findTags", tag));
        let body: SchemaBody = self.json(request).await?;
        Ok(body.schema_tags.unwrap_or_default())
    }

    /// Registers a new version, which is that one with other tags, metadata or rules.
    ///
    /// # Errors
    /// A version or a thing in it that is not there; whatever refuses a registration; a registry without tags.
    pub async fn tag(
        &self,
        subject: &Subject,
        version: VersionSpec,
        change: &TagsBody,
    ) -> Result<Arc<Registered>, RegistryError> {
        let path = ["subjects", subject.as_str(), "versions", &segment(version), "tags"];
        let body: SchemaBody = self.json(Outgoing::new("POST", &path).carrying(change)).await?;
        self.registered(subject, body).await
    }

    /// The text of a version in another form: `resolved` for Avro; `serialized` or `ignore_extensions` for Protobuf.
    ///
    /// # Errors
    /// A version that is not there; a registry that fails, or answers what is no text.
    pub async fn text_as(
        &self,
        subject: &Subject,
        version: VersionSpec,
        form: &str,
    ) -> Result<String, RegistryError> {
        let path = ["subjects", subject.as_str(), "versions", &segment(version), "schema"];
        let body = self.ask(Outgoing::new("GET", &path).with("format", form)).await?;
        String::from_utf8(body).map_err(|error| {
            RegistryError::new(RegistryErrorKind::Unexpected, "the answer is no text").because(error)
        })
    }

    /// The formats that the registry knows, as `AVRO`.
    ///
    /// # Errors
    /// A registry that fails.
    pub async fn schema_types(&self) -> Result<Vec<String>, RegistryError> {
        self.json(Outgoing::new("GET", &["schemas", "types"])).await
    }

    /// The version that the registry says it is.
    ///
    /// # Errors
    /// A registry that fails, or does not say it: those of old.
    pub async fn server_version(&self) -> Result<ServerVersion, RegistryError> {
        self.json(Outgoing::new("GET", &["v1", "metadata", "version"])).await
    }

    /// The names of the clusters that the registry belongs to, as it gives them.
    ///
    /// # Errors
    /// A registry that fails, or does not say it: those of old.
    pub async fn cluster(&self) -> Result<serde_json::Value, RegistryError> {
        self.json(Outgoing::new("GET", &["v1", "metadata", "id"])).await
    }
}
