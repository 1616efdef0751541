//! `/subjects`: what is registered, and registering.

use std::sync::Arc;

use serde_json::Value;

use super::failure::Failure;
use super::json;
use super::proposal::{parsed, proposal};
use super::request::Call;
use super::route::Answer;
use super::tags;
use super::text::{qualify_references, shown};
use crate::ids::Version;
use crate::registry::api::{SchemaBody, TagsBody};
use crate::registry::{Deleted, Proposal, Registered, Registry, RegistryErrorKind, Subject, VersionSpec};

/// The prefix that stands for all contexts.
pub(super) const ALL: &str = ":*:";

/// `GET /subjects`
pub(super) async fn list(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let prefix = call.parameter("subjectPrefix").unwrap_or(ALL.into());
    let subjects = registry.subjects(&prefix, call.deleted()).await?;
    json(&call.page(subjects.iter().map(Subject::as_str).collect())?)
}

/// `POST /subjects/{s}`
pub(super) async fn lookup(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let subject = call.subject(0)?;
    let deleted = call.deleted();
    // Whether there is such a subject is asked before the schema is looked at.
    registry.versions(&subject, deleted).await?;
    let proposal = proposal(registry, &subject, call).await?;
    let registered = registry.lookup(&subject, &proposal, deleted).await?;
    json(&body(&registered, call)?)
}

/// `DELETE /subjects/{s}`
pub(super) async fn delete(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let versions = registry.delete_subject(&call.subject(0)?, call.deletion()).await?;
    json(&versions.iter().map(|version| version.0).collect::<Vec<_>>())
}

/// `GET /subjects/{s}/metadata`: the latest version that has all the properties.
pub(super) async fn with_metadata(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let subject = call.subject(0)?;
    let wanted: Vec<_> = call.all("key").zip(call.all("value")).filter(|(key, _)| !key.is_empty()).collect();
    let deleted = call.deleted();
    for version in registry.versions(&subject, deleted).await?.into_iter().rev() {
        let registered = registry.version(&subject, VersionSpec::Number(version), Deleted::Included).await?;
        let properties = registered.metadata.as_ref().map(|it| &it.properties);
        let has =
            |key: &str, value: &str| properties.and_then(|it| it.get(key)).is_some_and(|it| it == value);
        if wanted.iter().all(|(key, value)| has(key, value)) {
            return json(&body(&registered, call)?);
        }
    }
    Err(Failure::refused(RegistryErrorKind::SchemaNotFound, "Schema not found"))
}

/// `GET /subjects/{s}/versions`
pub(super) async fn versions(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let subject = call.subject(0)?;
    let versions = registry.versions(&subject, call.deleted()).await?;
    let mut numbers: Vec<i64> = versions.iter().map(|version| version.0.into()).collect();
    if call.flag("deletedAsNegative") {
        let live = registry.versions(&subject, Deleted::Hidden).await.unwrap_or_default();
        for (number, version) in numbers.iter_mut().zip(&versions) {
            if !live.contains(version) {
                *number = -*number;
            }
        }
    }
    json(&call.page(numbers)?)
}

/// `POST /subjects/{s}/versions`
pub(super) async fn register(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let subject = call.subject(0)?;
    let proposal = proposal(registry, &subject, call).await?;
    let registered = registry.register(&subject, &proposal).await?;
    let mut body = body(&registered, call)?;
    body.subject = None;
    json(&body)
}

/// `POST /subjects/{s}/versions/{v}/tags`: a new version, which is that one with other tags, rules, and its number in its metadata.
pub(super) async fn tag(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let registered = registry.version(&call.subject(0)?, call.version(1)?, Deleted::Hidden).await?;
    let asked: TagsBody = call.json()?;
    let (subject, schema) = (&registered.subject, &registered.schema);
    let changes = tags::Changes::new(asked.tags_to_add.as_ref(), asked.tags_to_remove.as_ref());
    let text =
        changes.and_then(|it| it.text(schema, tags::Missing::Refused)).map_err(Failure::invalid_schema)?;
    let schema = parsed(schema.format(), &text, schema.references().to_vec())?;
    let mut proposal = Proposal::new(schema).numbered();
    proposal.version =
        asked.new_version.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0).map(Version);
    proposal.metadata = asked.metadata.or_else(|| registered.metadata.clone());
    proposal.rule_set = asked.rule_set;
    if asked.rules_to_merge.is_some() || asked.rules_to_remove.is_some() {
        let before = registry.version(subject, VersionSpec::Latest, Deleted::Hidden).await?;
        let mut rules = before.rule_set.clone().unwrap_or_default();
        rules = rules.overlaid(&asked.rules_to_merge.unwrap_or_default());
        proposal.rule_set = Some(rules.without(&asked.rules_to_remove.unwrap_or_default()));
    }
    let registered = registry.register(subject, &proposal).await?;
    let mut body = body(&registered, call)?;
    body.subject = None;
    json(&body)
}

/// `GET /subjects/{s}/versions/{v}`
pub(super) async fn version(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let registered = one(registry, call).await?;
    let mut body = body(&registered, call)?;
    body.schema_tags = tags::asked_for(&registered.schema, call);
    qualify_references(&mut body, &registered.subject, call);
    json(&body)
}

/// `GET /subjects/{s}/versions/{v}/schema`: the text alone.
pub(super) async fn text(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let registered = one(registry, call).await?;
    Ok(shown(&registered.schema, call.parameter("format").as_deref())?.into_bytes())
}

/// `GET /subjects/{s}/versions/{v}/referencedby`
pub(super) async fn referenced_by(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let ids = registry.referenced_by(&call.subject(0)?, call.version(1)?, call.deleted()).await?;
    json(&call.page(ids.iter().map(|id| id.0).collect())?)
}

/// `DELETE /subjects/{s}/versions/{v}`
pub(super) async fn delete_version(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let version = registry.delete_version(&call.subject(0)?, call.version(1)?, call.deletion()).await?;
    json(&Value::from(version.0))
}

async fn one(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Result<Arc<Registered>, Failure> {
    let (subject, version) = (call.subject(0)?, call.version(1)?);
    Ok(registry.version(&subject, version, call.deleted()).await?)
}

/// A version in the form that was asked for.
pub(super) fn body(registered: &Registered, call: &Call<'_>) -> Result<SchemaBody, Failure> {
    let mut body = SchemaBody::from(registered);
    body.schema = Some(shown(&registered.schema, call.parameter("format").as_deref())?);
    Ok(body)
}
