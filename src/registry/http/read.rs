//! Bodies to schemas: what a schema refers to is asked for, too.

use std::sync::Arc;

use super::{HttpRegistry, Outgoing};
use crate::ids::{SchemaId, Version};
use crate::registry::api::{ProposalBody, SchemaBody};
use crate::registry::event::ReferenceRecord;
use crate::registry::state::parse;
use crate::registry::{Content, Proposal, Registered, RegistryError, RegistryErrorKind, Subject};
use crate::schema::{Format, Mode, Reference, Schema};
use crate::transport::BoxFuture;

/// How deep references may be nested, in what another process serves.
const MAX_DEPTH: usize = 64;

impl HttpRegistry {
    /// A registered version.
    pub(super) async fn registered(
        &self,
        asked: &Subject,
        body: SchemaBody,
    ) -> Result<Arc<Registered>, RegistryError> {
        let lacks = |what| {
            RegistryError::new(
                RegistryErrorKind::Unexpected,
                format!("the answer for subject '{asked}' has no {what}"),
            )
        };
        let subject = body.subject.as_deref().map_or_else(|| asked.clone(), Subject::accepted);
        let version = Version(body.version.ok_or_else(|| lacks("version"))?);
        let id = SchemaId(body.id.ok_or_else(|| lacks("id"))?);
        let (deleted, timestamp) = (body.deleted.unwrap_or(false), body.ts.unwrap_or(0));
        let content = self.content_of(&subject, body).await?;
        // Registries of old do not tell the GUID, which is no secret: it is a hash of the content.
        let guid = content.guid.unwrap_or_else(|| {
            let references: Vec<_> = content.schema.references().iter().map(|(it, _)| it.clone()).collect();
            crate::registry::guid(
                content.schema.text(),
                &references,
                content.metadata.as_ref(),
                content.rule_set.as_ref(),
            )
        });
        let Content { schema, metadata, rule_set, .. } = content;
        Ok(Arc::new(Registered {
            subject,
            version,
            id,
            guid,
            schema,
            metadata,
            rule_set,
            deleted,
            timestamp,
        }))
    }

    /// What a body holds beside its names.
    pub(super) async fn content_of(
        &self,
        subject: &Subject,
        body: SchemaBody,
    ) -> Result<Content, RegistryError> {
        let guid = body.guid.as_deref().and_then(|guid| guid.parse().ok());
        let (metadata, rule_set) = (body.metadata.clone(), body.rule_set.clone());
        let schema = self.schema_of(subject.clone(), body, 0).await?;
        Ok(Content { guid, schema, metadata, rule_set })
    }

    /// The schema of a body, with all it refers to.
    fn schema_of(
        &self,
        subject: Subject,
        body: SchemaBody,
        depth: usize,
    ) -> BoxFuture<'_, Result<Schema, RegistryError>> {
        Box::pin(async move {
            let Some(text) = body.schema.filter(|text| !text.trim().is_empty()) else {
                let message = format!("the answer for subject '{subject}' has no schema");
                return Err(RegistryError::new(RegistryErrorKind::Unexpected, message));
            };
            let mut references = Vec::new();
            for reference in body.references.unwrap_or_default() {
                let schema = self.referred(&subject, &reference, depth + 1).await?;
                references.push((Reference::from(&reference), schema));
            }
            let format = body.schema_type.as_deref().unwrap_or(Format::Avro.as_str());
            parse(&self.0.codecs, format, &text, references, Mode::Lenient)
        })
    }

    async fn referred(
        &self,
        from: &Subject,
        reference: &ReferenceRecord,
        depth: usize,
    ) -> Result<Schema, RegistryError> {
        if depth > MAX_DEPTH {
            let message = format!("references nested deeper than {MAX_DEPTH}, at '{}'", reference.name);
            return Err(RegistryError::new(RegistryErrorKind::Unexpected, message));
        }
        let subject = from.qualify(&Subject::accepted(&reference.subject));
        let version = reference.version.to_string();
        let request =
            Outgoing::new("GET", &["subjects", subject.as_str(), "versions", &version]).with("deleted", true);
        let body: SchemaBody = self.json(request).await?;
        self.schema_of(subject, body, depth).await
    }
}

/// A proposal as a body.
pub(super) fn proposal_body(proposal: &Proposal) -> ProposalBody {
    let schema = &proposal.schema;
    let references: Vec<_> = schema.references().iter().map(|(it, _)| ReferenceRecord::from(it)).collect();
    ProposalBody {
        schema: Some(schema.text().to_owned()),
        schema_type: (schema.format() != Format::Avro).then(|| schema.format().as_str().to_owned()),
        references: (!references.is_empty()).then_some(references),
        metadata: proposal.metadata.clone(),
        rule_set: proposal.rule_set.clone(),
        version: proposal.version.map(|version| version.0.into()).or_else(|| proposal.numbered.then_some(-1)),
        id: proposal.id.map(|id| id.0.into()),
        ..ProposalBody::default()
    }
}
