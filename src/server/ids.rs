//! `/schemas/ids` and `/schemas/guids`: what an id or a GUID stands for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::failure::Failure;
use super::json;
use super::request::Call;
use super::route::Answer;
use super::tags;
use super::text::{qualify_references, shown};
use crate::ids::{Guid, InvalidName, SchemaId, SchemaKey};
use crate::registry::api::{ContextIdBody, SchemaBody, SubjectVersionBody};
use crate::registry::{Content, Registry, RegistryErrorKind, Subject};

/// `GET /schemas/ids/{id}`
pub(super) async fn of_id(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let hint = hint(call)?;
    let content = registry.content(SchemaKey::Id(id(call)?), hint.as_ref()).await?;
    let mut body = body(&content, call)?;
    body.schema_tags = tags::asked_for(&content.schema, call);
    if let Some(hint) = &hint {
        qualify_references(&mut body, hint, call);
    }
    if call.flag("fetchMaxId") {
        body.max_id = registry.highest_id(hint.as_ref()).await?.map(|id| id.0);
    }
    json(&body)
}

/// `GET /schemas/ids/{id}/schema`: the text alone.
pub(super) async fn text_of_id(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let content = registry.content(SchemaKey::Id(id(call)?), hint(call)?.as_ref()).await?;
    Ok(shown(&content.schema, call.parameter("format").as_deref())?.into_bytes())
}

/// `GET /schemas/ids/{id}/subjects`
pub(super) async fn subjects(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let uses = uses(registry, call).await?;
    let names: BTreeSet<_> = uses.into_iter().map(|it| it.subject).collect();
    json(&call.page(names.into_iter().collect())?)
}

/// `GET /schemas/ids/{id}/versions`
pub(super) async fn versions(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    json(&call.page(uses(registry, call).await?)?)
}

/// `GET /schemas/guids/{guid}`
pub(super) async fn of_guid(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let content = registry.content(SchemaKey::Guid(guid(call)?), None).await?;
    json(&body(&content, call)?)
}

/// `GET /schemas/guids/{guid}/ids`
pub(super) async fn ids_of_guid(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let ids = registry.ids(guid(call)?).await?;
    let body = |(context, id): (String, SchemaId)| ContextIdBody { context, id: id.0 };
    json(&ids.into_iter().map(body).collect::<Vec<_>>())
}

fn body(content: &Content, call: &Call<'_>) -> Result<SchemaBody, Failure> {
    let mut body = SchemaBody::from(content);
    body.schema = Some(shown(&content.schema, call.parameter("format").as_deref())?);
    Ok(body)
}

async fn uses(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Result<Vec<SubjectVersionBody>, Failure> {
    let uses = registry.uses(id(call)?, hint(call)?.as_ref(), call.deleted()).await?;
    let body = |(subject, version): (Subject, crate::ids::Version)| SubjectVersionBody {
        subject: subject.to_string(),
        version: version.0,
    };
    let mut bodies: Vec<_> = uses.into_iter().map(body).collect();
    bodies.sort_unstable();
    Ok(bodies)
}

fn id(call: &Call<'_>) -> Result<SchemaId, Failure> {
    // Another route of Confluent's would have taken what is no number: to its clients there is no such path.
    let id = call.name(0).parse().ok().filter(|id| *id <= i32::MAX as u32);
    id.map(SchemaId).ok_or_else(Failure::no_route)
}

fn guid(call: &Call<'_>) -> Result<Guid, Failure> {
    let name = call.name(0);
    name.parse().map_err(|_: InvalidName| {
        Failure::refused(RegistryErrorKind::SchemaNotFound, format!("Schema {name} not found"))
    })
}

/// The subject in whose context the id counts.
fn hint(call: &Call<'_>) -> Result<Option<Subject>, Failure> {
    match call.parameter("subject") {
        Some(subject) if !subject.is_empty() => {
            Ok(Some(subject.parse().map_err(crate::registry::RegistryError::from)?))
        }
        _ => Ok(None),
    }
}
