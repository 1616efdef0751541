//! The body of a registration, a lookup or a check, and the schemas that it refers to.

use std::sync::Arc;

use super::failure::Failure;
use super::request::Call;
use crate::ids::{SchemaId, Version};
use crate::registry::api::ProposalBody;
use crate::registry::{Deleted, Proposal, Registry, RegistryErrorKind, Subject, VersionSpec};
use crate::schema::{Format, Mode, Reference, Schema};

/// What the body proposes for a subject.
pub(super) async fn proposal(
    registry: &Arc<dyn Registry>,
    subject: &Subject,
    call: &Call<'_>,
) -> Result<Proposal, Failure> {
    let body: ProposalBody = call.json()?;
    let mut proposal = match body.schema.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Proposal::new(parsed(registry, subject, &body, text).await?),
        None => Proposal::new(before(registry, subject).await?),
    };
    proposal.normalize = call.flag("normalize");
    proposal.id = body.id.and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0).map(SchemaId);
    proposal.version = body.version.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0).map(Version);
    if let Some(version) = body.version.filter(|version| *version < -1 || *version > i64::from(i32::MAX)) {
        let message = format!("The specified version '{version}' is not a valid version id.");
        return Err(Failure::refused(RegistryErrorKind::InvalidVersion, message));
    }
    proposal.metadata = body.metadata;
    proposal.rule_set = body.rule_set;
    Ok(proposal)
}

/// The schema of a text. Leniently: how strictly a registry takes it is the registry's matter, by its settings.
async fn parsed(
    registry: &Arc<dyn Registry>,
    subject: &Subject,
    body: &ProposalBody,
    text: &str,
) -> Result<Schema, Failure> {
    let name = body.schema_type.as_deref().filter(|name| !name.is_empty()).unwrap_or("AVRO");
    let format = [Format::Avro, Format::Protobuf, Format::Json, Format::Bincode]
        .into_iter()
        .find(|it| it.as_str() == name);
    let format = format.ok_or_else(|| {
        Failure::refused(
            RegistryErrorKind::InvalidSchema,
            format!("Invalid schema type {}", name.escape_debug()),
        )
    })?;
    let mut references = Vec::new();
    for reference in Vec::<Reference>::from(body) {
        let schema = referred(registry, subject, &reference).await?;
        references.push((reference, schema));
    }
    Schema::parse(format, text, references, Mode::Lenient).map_err(|error| {
        let message = format!("Invalid schema of type {name}, details: {error}");
        Failure::refused(RegistryErrorKind::InvalidSchema, message)
    })
}

/// What a reference leads to.
async fn referred(
    registry: &Arc<dyn Registry>,
    subject: &Subject,
    reference: &Reference,
) -> Result<Schema, Failure> {
    let missing = || {
        let message = format!(
            "Invalid schema, details: No schema reference found for subject \"{}\" and version {}",
            reference.subject.escape_debug(),
            reference.version
        );
        Failure::refused(RegistryErrorKind::InvalidSchema, message)
    };
    let target: Subject = reference.subject.parse().map_err(|_| missing())?;
    let version = match reference.version {
        -1 => VersionSpec::Latest,
        number => VersionSpec::Number(Version(u32::try_from(number).map_err(|_| missing())?)),
    };
    match registry.version(&subject.qualify(&target), version, Deleted::Included).await {
        Ok(registered) => Ok(registered.schema.clone()),
        Err(error) if error.is_not_found() => Err(missing()),
        Err(error) => Err(error.into()),
    }
}

/// The schema of the version before, for those who only add metadata or rules.
async fn before(registry: &Arc<dyn Registry>, subject: &Subject) -> Result<Schema, Failure> {
    match registry.version(subject, VersionSpec::Latest, Deleted::Hidden).await {
        Ok(registered) => Ok(registered.schema.clone()),
        Err(error) if error.is_not_found() => {
            Err(Failure::refused(RegistryErrorKind::InvalidSchema, "Empty schema"))
        }
        Err(error) => Err(error.into()),
    }
}
