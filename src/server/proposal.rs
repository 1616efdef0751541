//! The body of a registration, a lookup or a check, and the schemas that it refers to.

use std::sync::Arc;

use super::failure::Failure;
use super::request::Call;
use super::tags::{self, Changes, Missing};
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
    let mut proposals = Proposals::new(registry);
    proposals.add(subject.clone(), call.json()?, call.flag("normalize")).await?;
    proposals.all.pop().map(|(_, proposal)| proposal).ok_or_else(Failure::no_route)
}

/// Proposals that may refer to those before them, which are not registered yet.
pub(super) struct Proposals<'r> {
    registry: &'r Arc<dyn Registry>,
    pub(super) all: Vec<(Subject, Proposal)>,
}

impl<'r> Proposals<'r> {
    pub(super) const fn new(registry: &'r Arc<dyn Registry>) -> Self {
        Self { registry, all: Vec::new() }
    }

    /// Takes what a body proposes for a subject.
    pub(super) async fn add(
        &mut self,
        subject: Subject,
        body: ProposalBody,
        normalize: bool,
    ) -> Result<(), Failure> {
        let mut proposal = match body.schema.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => Proposal::new(self.parsed(&subject, &body, text).await?),
            None => Proposal::new(self.before(&subject).await?),
        };
        let changes = Changes::new(body.schema_tags_to_add.as_ref(), body.schema_tags_to_remove.as_ref());
        let changes = changes.map_err(Failure::invalid_schema)?;
        if !changes.is_empty() {
            proposal.schema = changed(&proposal.schema, &changes, Missing::Refused)?;
            proposal.numbered = true;
        }
        if body.propagate_schema_tags == Some(true) {
            // Where there is no version before, there are no tags; a registry that does not say fails, and loses none.
            let before = self.newest(&subject).await?.map(|before| tags::all(&before)).unwrap_or_default();
            let changes = Changes::new(Some(&before), None).map_err(Failure::invalid_schema)?;
            if !changes.is_empty() {
                proposal.schema = changed(&proposal.schema, &changes, Missing::PassedOver)?;
            }
        }
        proposal.normalize = normalize;
        proposal.id = body.id.and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0).map(SchemaId);
        proposal.version =
            body.version.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0).map(Version);
        if let Some(version) = body.version.filter(|it| *it < -1 || *it > i64::from(i32::MAX)) {
            let message = format!("The specified version '{version}' is not a valid version id.");
            return Err(Failure::refused(RegistryErrorKind::InvalidVersion, message));
        }
        proposal.metadata = body.metadata;
        proposal.rule_set = body.rule_set;
        self.all.push((subject, proposal));
        Ok(())
    }

    /// The newest one for that subject.
    fn earlier(&self, subject: &Subject) -> Option<Schema> {
        let found = self.all.iter().rev().find(|(it, _)| it == subject);
        found.map(|(_, proposal)| proposal.schema.clone())
    }

    /// The schema of a text. Leniently: how strictly a registry takes it is the registry's matter, by its settings.
    async fn parsed(&self, subject: &Subject, body: &ProposalBody, text: &str) -> Result<Schema, Failure> {
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
            let schema = self.referred(subject, &reference).await?;
            references.push((reference, schema));
        }
        parsed(format, text, references)
    }

    /// What a reference leads to.
    async fn referred(&self, subject: &Subject, reference: &Reference) -> Result<Schema, Failure> {
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
        let target = subject.qualify(&target);
        // What comes before in the same call is newer than all that is registered.
        if version == VersionSpec::Latest
            && let Some(schema) = self.earlier(&target)
        {
            return Ok(schema);
        }
        match self.registry.version(&target, version, Deleted::Included).await {
            Ok(registered) => Ok(registered.schema.clone()),
            // Whether it gets that number shows when all are registered.
            Err(error) if error.is_not_found() => self.earlier(&target).ok_or_else(missing),
            Err(error) => Err(error.into()),
        }
    }

    /// The schema of the version before, for those who only add metadata or rules.
    async fn before(&self, subject: &Subject) -> Result<Schema, Failure> {
        self.newest(subject).await?.ok_or_else(|| Failure::invalid_schema("Empty schema"))
    }

    /// The schema of the version before, where there is one.
    async fn newest(&self, subject: &Subject) -> Result<Option<Schema>, Failure> {
        if let Some(schema) = self.earlier(subject) {
            return Ok(Some(schema));
        }
        match self.registry.version(subject, VersionSpec::Latest, Deleted::Hidden).await {
            Ok(registered) => Ok(Some(registered.schema.clone())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The schema with other tags.
fn changed(schema: &Schema, changes: &Changes<'_>, missing: Missing) -> Result<Schema, Failure> {
    let text = changes.text(schema, missing).map_err(Failure::invalid_schema)?;
    parsed(schema.format(), &text, schema.references().to_vec())
}

/// The schema of a text, leniently.
pub(super) fn parsed(
    format: Format,
    text: &str,
    references: Vec<(Reference, Schema)>,
) -> Result<Schema, Failure> {
    Schema::parse(format, text, references, Mode::Lenient).map_err(|error| {
        Failure::invalid_schema(format!("Invalid schema of type {format}, details: {error}"))
    })
}
