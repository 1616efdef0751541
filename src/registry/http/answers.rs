//! The trait, route by route.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::proposal_body;
use super::{HttpRegistry, Outgoing};
use crate::compat::{Level, Report, Verdict, check_with};
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::api::{
    CheckBody, ContextIdBody, ModeBody, SchemaBody, SetBody, SetItem, SubjectVersionBody, config_request,
};
use crate::registry::ext::newest_with;
use crate::registry::{
    Config, ConfigChange, Content, DEFAULT_CONTEXT, Deleted, Deletion, Proposal, Registered, Registry,
    RegistryError, RegistryErrorKind, RegistryMode, Subject, VersionSpec,
};
use crate::schema::{Format, Schema};
use crate::transport::BoxFuture;

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

impl Registry for HttpRegistry {
    fn register<'a>(&'a self, subject: &'a Subject, proposal: &'a Proposal) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let request = Outgoing::new("POST", &["subjects", subject.as_str(), "versions"])
                .flag("normalize", proposal.normalize)
                .carrying(&proposal_body(proposal));
            let body: SchemaBody = self.json(request).await?;
            // Registries of old answer with the id alone.
            if body.version.is_none() || body.schema.is_none() {
                return self.lookup(subject, proposal, Deleted::Hidden).await;
            }
            same_schema(subject, proposal, self.registered(subject, body).await?)
        })
    }

    /// Only our own server has that route.
    fn register_all<'a>(&'a self, proposals: &'a [(Subject, Proposal)]) -> Answer<'a, Vec<Arc<Registered>>> {
        Box::pin(async move {
            let item = |(subject, proposal): &(Subject, Proposal)| SetItem {
                subject: subject.to_string(),
                normalize: proposal.normalize,
                proposal: proposal_body(proposal),
            };
            let set = SetBody { schemas: proposals.iter().map(item).collect() };
            let request = Outgoing::new("POST", &["schemawire", "batch"]).carrying(&set);
            let bodies: Vec<SchemaBody> = match self.json(request).await {
                Err(error) if error.kind == RegistryErrorKind::Unexpected => {
                    let message = "this registry registers schemas one by one, not a set of them all or none";
                    return Err(RegistryError::not_permitted(message).because(error));
                }
                answer => answer?,
            };
            let mut registered = Vec::with_capacity(bodies.len());
            for ((subject, _), body) in proposals.iter().zip(bodies) {
                registered.push(self.registered(subject, body).await?);
            }
            Ok(registered)
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let request =
                Outgoing::new("POST", &["subjects", subject.as_str()]).flag("normalize", proposal.normalize);
            let body: SchemaBody =
                self.json(shown(request, deleted).carrying(&proposal_body(proposal))).await?;
            // No type means Avro; Apicurio's leaves it out of this answer for all of them, and tells it of the version.
            if let (None, Some(version)) = (&body.schema_type, body.version)
                && proposal.schema.format() != Format::Avro
            {
                let version = VersionSpec::Number(Version(version));
                return same_schema(subject, proposal, self.version(subject, version, deleted).await?);
            }
            same_schema(subject, proposal, self.registered(subject, body).await?)
        })
    }

    fn content<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Content> {
        Box::pin(async move {
            let request = match key {
                SchemaKey::Id(id) => {
                    Outgoing::new("GET", &["schemas", "ids", &id.to_string()]).with_some("subject", hint)
                }
                SchemaKey::Guid(guid) => Outgoing::new("GET", &["schemas", "guids", &guid.to_string()]),
                SchemaKey::Fingerprint(_) => return Err(RegistryError::key_not_found(key)),
            };
            let body: SchemaBody = self.json(request).await?;
            let told = match key {
                SchemaKey::Guid(_) => {
                    body.guid.as_deref().and_then(|guid| guid.parse().ok()).map(SchemaKey::Guid)
                }
                _ => body.id.map(|id| SchemaKey::Id(SchemaId(id))),
            };
            if let Some(told) = told.filter(|told| *told != key) {
                let message =
                    format!("the registry was asked for the schema with {key} and answered with {told}");
                return Err(RegistryError::new(RegistryErrorKind::Unexpected, message));
            }
            // What the schema refers to is named relative to the context in which the id was found.
            let context = hint.map_or(DEFAULT_CONTEXT, Subject::context);
            let place = body
                .subject
                .as_deref()
                .map_or_else(|| Subject::accepted(&format!(":{context}:")), Subject::accepted);
            self.content_of(&place, body).await
        })
    }

    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> Answer<'a, Vec<(Subject, Version)>> {
        Box::pin(async move {
            let request = Outgoing::new("GET", &["schemas", "ids", &id.to_string(), "versions"]);
            let uses: Vec<SubjectVersionBody> =
                self.json(shown(request.with_some("subject", hint), deleted)).await?;
            Ok(uses.into_iter().map(|it| (Subject::accepted(&it.subject), Version(it.version))).collect())
        })
    }

    fn ids(&self, guid: Guid) -> Answer<'_, Vec<(String, SchemaId)>> {
        Box::pin(async move {
            let request = Outgoing::new("GET", &["schemas", "guids", &guid.to_string(), "ids"]);
            let ids: Vec<ContextIdBody> = self.json(request).await?;
            Ok(ids.into_iter().map(|it| (it.context, SchemaId(it.id))).collect())
        })
    }

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        Box::pin(async move {
            let request = Outgoing::new("GET", &["subjects"]).with("subjectPrefix", prefix);
            let names: Vec<String> = self.json(shown(request, deleted)).await?;
            Ok(accepted(&names))
        })
    }

    fn aliases<'a>(&'a self, prefix: &'a str) -> Answer<'a, BTreeMap<Subject, Vec<Subject>>> {
        Box::pin(async move {
            let request = Outgoing::new("GET", &["schemas"])
                .with("subjectPrefix", prefix)
                .flag("aliases", true)
                .flag("deleted", true)
                .flag("latestOnly", true);
            let bodies: Vec<SchemaBody> = self.json(request).await?;
            let told = bodies.into_iter().filter_map(|it| Some((it.subject?, it.aliases?)));
            Ok(told.map(|(subject, aliases)| (Subject::accepted(&subject), accepted(&aliases))).collect())
        })
    }

    fn versions<'a>(&'a self, subject: &'a Subject, deleted: Deleted) -> Answer<'a, Vec<Version>> {
        Box::pin(async move {
            let request = Outgoing::new("GET", &["subjects", subject.as_str(), "versions"]);
            let numbers: Vec<u32> = self.json(shown(request, deleted)).await?;
            Ok(numbers.into_iter().map(Version).collect())
        })
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let request =
                Outgoing::new("GET", &["subjects", subject.as_str(), "versions", &segment(version)]);
            let body: SchemaBody = self.json(shown(request, deleted)).await?;
            if let (VersionSpec::Number(asked), Some(told)) = (version, body.version.map(Version))
                && asked != told
            {
                let message = format!(
                    "the registry was asked for version {asked} of '{subject}' and answered with version {told}"
                );
                return Err(RegistryError::new(RegistryErrorKind::Unexpected, message));
            }
            self.registered(subject, body).await
        })
    }

    fn latest_with<'a>(
        &'a self,
        subject: &'a Subject,
        properties: &'a BTreeMap<String, String>,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let mut request = Outgoing::new("GET", &["subjects", subject.as_str(), "metadata"]);
            for (name, value) in properties {
                request = request.with("key", name).with("value", value);
            }
            match self.json(request).await {
                Ok(body) => self.registered(subject, body).await,
                // An optional route: where there is none, the versions tell.
                Err(error) if error.kind == RegistryErrorKind::Unexpected => {
                    newest_with(self, subject, properties).await
                }
                Err(error) => Err(error),
            }
        })
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Vec<SchemaId>> {
        Box::pin(async move {
            let segments = ["subjects", subject.as_str(), "versions", &segment(version), "referencedby"];
            let ids: Vec<u32> = self.json(shown(Outgoing::new("GET", &segments), deleted)).await?;
            Ok(ids.into_iter().map(SchemaId).collect())
        })
    }

    /// The registry's verdict, with findings of our own checker over the same versions: a registry tells why in words of its own.
    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> Answer<'a, Report> {
        Box::pin(async move {
            let wanted = version.map(segment);
            let mut segments = vec!["compatibility", "subjects", subject.as_str(), "versions"];
            segments.extend(wanted.as_deref());
            let request =
                Outgoing::new("POST", &segments).with("verbose", true).flag("normalize", proposal.normalize);
            let said: CheckBody = self.json(request.carrying(&proposal_body(proposal))).await?;
            let config = self.effective_config(subject).await?;
            let level = config.level.unwrap_or(Level::Backward);
            let mut history = Vec::new();
            for version in self.compared(subject, version).await? {
                history.push(self.version(subject, version, Deleted::Hidden).await?.schema.clone());
            }
            let mut report = check_with(level, config.policy.unwrap_or_default(), &history, &proposal.schema);
            report.confluent = if said.is_compatible { Verdict::Compatible } else { Verdict::Incompatible };
            Ok(report)
        })
    }

    fn delete_subject<'a>(&'a self, subject: &'a Subject, deletion: Deletion) -> Answer<'a, Vec<Version>> {
        Box::pin(async move {
            let request = Outgoing::new("DELETE", &["subjects", subject.as_str()]);
            let numbers: Vec<u32> =
                self.json(request.flag("permanent", deletion == Deletion::Permanent)).await?;
            Ok(numbers.into_iter().map(Version).collect())
        })
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> Answer<'a, Version> {
        Box::pin(async move {
            let request =
                Outgoing::new("DELETE", &["subjects", subject.as_str(), "versions", &segment(version)]);
            Ok(Version(self.json(request.flag("permanent", deletion == Deletion::Permanent)).await?))
        })
    }

    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(self.json(scoped("GET", "config", subject)))
    }

    fn effective_config<'a>(&'a self, subject: &'a Subject) -> Answer<'a, Config> {
        Box::pin(self.json(scoped("GET", "config", Some(subject)).with("defaultToGlobal", true)))
    }

    fn set_config<'a>(&'a self, subject: Option<&'a Subject>, change: &'a ConfigChange) -> Answer<'a, ()> {
        Box::pin(async move {
            let request = scoped("PUT", "config", subject).carrying(&config_request(change));
            self.ask(request).await.map(drop)
        })
    }

    fn delete_config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(self.json(scoped("DELETE", "config", subject)))
    }

    fn mode<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, RegistryMode> {
        Box::pin(self.mode_of(scoped("GET", "mode", subject)))
    }

    fn effective_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(self.mode_of(scoped("GET", "mode", Some(subject)).with("defaultToGlobal", true)))
    }

    fn set_mode<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        mode: RegistryMode,
        force: bool,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let body = ModeBody { mode: mode.as_str().to_owned() };
            self.ask(scoped("PUT", "mode", subject).flag("force", force).carrying(&body)).await.map(drop)
        })
    }

    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(self.mode_of(scoped("DELETE", "mode", Some(subject))))
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async move {
            let contexts: Vec<String> = self.json(Outgoing::new("GET", &["contexts"])).await?;
            // Apicurio's are `:.:`, as they stand in subjects.
            Ok(contexts.iter().map(|context| context.trim_matches(':').to_owned()).collect())
        })
    }

    fn delete_context<'a>(&'a self, context: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            // Its name is a step in a path, and cannot be sent.
            if context == DEFAULT_CONTEXT {
                return Err(RegistryError::default_context_stays());
            }
            self.ask(Outgoing::new("DELETE", &["contexts", context])).await.map(drop)
        })
    }
}

impl HttpRegistry {
    async fn mode_of(&self, request: Outgoing) -> Result<RegistryMode, RegistryError> {
        let body: ModeBody = self.json(request).await?;
        Ok(body.mode.parse()?)
    }

    /// The versions that a check compares with, oldest first; none where the subject is not found.
    async fn compared(
        &self,
        subject: &Subject,
        version: Option<VersionSpec>,
    ) -> Result<Vec<VersionSpec>, RegistryError> {
        let versions = match self.versions(subject, Deleted::Hidden).await {
            Ok(versions) => versions,
            Err(error) if error.kind == RegistryErrorKind::SubjectNotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(match version {
            _ if versions.is_empty() => Vec::new(),
            Some(version) => vec![version],
            None => versions.into_iter().map(VersionSpec::Number).collect(),
        })
    }
}

/// An id that stands for another schema than the one that was sent must not be written with.
fn same_schema(
    subject: &Subject,
    proposal: &Proposal,
    registered: Arc<Registered>,
) -> Result<Arc<Registered>, RegistryError> {
    let (sent, told) = (&proposal.schema, &registered.schema);
    // A proposal without a text asks for the version before.
    if sent.text().trim().is_empty() || is_same(sent, told) {
        return Ok(registered);
    }
    let (format, id) = (told.format(), registered.id);
    let message = format!(
        "the registry answered for subject '{subject}' with id {id}, which is another schema than the one that was sent ({format}: {})",
        super::beginning(told.text().as_bytes())
    );
    Err(RegistryError::new(RegistryErrorKind::Unexpected, message))
}

/// Whether two texts are spellings of one schema, as far as that is sure: a registry may print Protobuf in its own way.
fn is_same(one: &Schema, other: &Schema) -> bool {
    if one.format() != other.format() {
        return false;
    }
    match one.format() {
        Format::Avro => match (one.fingerprint(), other.fingerprint()) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        },
        Format::Json => match (as_json(one), as_json(other)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        },
        _ => true,
    }
}

/// The text as a value, in which the order of members does not count.
fn as_json(schema: &Schema) -> Option<serde_json::Value> {
    serde_json::from_str(schema.text()).ok()
}

/// Names that a registry told.
fn accepted(names: &[String]) -> Vec<Subject> {
    names.iter().map(|name| Subject::accepted(name)).collect()
}

/// A request for the settings of a subject, or of the whole registry.
fn scoped(method: &'static str, kind: &str, subject: Option<&Subject>) -> Outgoing {
    match subject {
        Some(subject) => Outgoing::new(method, &[kind, subject.as_str()]),
        None => Outgoing::new(method, &[kind]),
    }
}

/// The request with the parameters that say which deleted ones count.
pub(super) fn shown(request: Outgoing, deleted: Deleted) -> Outgoing {
    request.flag("deleted", deleted == Deleted::Included).flag("deletedOnly", deleted == Deleted::Only)
}

pub(super) fn segment(version: VersionSpec) -> String {
    match version {
        VersionSpec::Number(version) => version.to_string(),
        VersionSpec::Latest => "latest".to_owned(),
    }
}
