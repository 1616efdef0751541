//! `/config` and `/mode`: levels, policies, aliases and modes, of a subject, a context or the whole registry.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::failure::Failure;
use super::json;
use super::request::Call;
use super::route::Answer;
use crate::ids::InvalidName;
use crate::registry::api::{ModeBody, config_change};
use crate::registry::{Deleted, Registry, RegistryErrorKind, RegistryMode, Subject};

/// `GET /config[/{s}]`
pub(super) async fn config(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let subject = scope(call)?;
    let config = match &subject {
        Some(subject) if call.flag("defaultToGlobal") => registry.effective_config(subject).await?,
        subject => registry.config(subject.as_ref()).await?,
    };
    json(&config)
}

/// `PUT /config[/{s}]`; answers with what was asked for, as it was asked for.
pub(super) async fn set_config(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let body: Map<String, Value> = call.json()?;
    let change = config_change(body.clone())?;
    registry.set_config(scope(call)?.as_ref(), &change).await?;
    json(&body)
}

/// `DELETE /config[/{s}]`
pub(super) async fn delete_config(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    json(&registry.delete_config(scope(call)?.as_ref()).await?)
}

/// `GET /mode[/{s}]`
pub(super) async fn mode(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let subject = scope(call)?;
    let mode = match &subject {
        Some(subject) if call.flag("defaultToGlobal") => registry.effective_mode(subject).await?,
        subject => registry.mode(subject.as_ref()).await?,
    };
    mode_body(mode)
}

/// `PUT /mode[/{s}]`
pub(super) async fn set_mode(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let body: ModeBody = call.json()?;
    let mode = body.mode.parse().map_err(|_: InvalidName| {
        let message =
            "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, IMPORT, and FORWARD";
        Failure::refused(RegistryErrorKind::InvalidMode, message)
    })?;
    registry.set_mode(scope(call)?.as_ref(), mode, call.flag("force")).await?;
    mode_body(mode)
}

/// `DELETE /mode[/{s}]`; that of the whole registry goes back to where it began. `recursive` takes the modes of a context's
/// subjects with that of the context.
pub(super) async fn delete_mode(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let mode = match scope(call)? {
        Some(subject) => {
            let mode = registry.delete_mode(&subject).await?;
            if call.flag("recursive") && subject.is_context() {
                delete_modes_within(registry, &subject).await?;
            }
            mode
        }
        None => {
            let mode = registry.mode(None).await?;
            registry.set_mode(None, RegistryMode::default(), false).await?;
            mode
        }
    };
    mode_body(mode)
}

async fn delete_modes_within(registry: &Arc<dyn Registry>, context: &Subject) -> Result<(), Failure> {
    for subject in registry.subjects(context.as_str(), Deleted::Included).await? {
        match registry.delete_mode(&subject).await {
            Err(error) if error.is_not_found() => {}
            deleted => drop(deleted?),
        }
    }
    Ok(())
}

fn mode_body(mode: RegistryMode) -> Answer {
    json(&ModeBody { mode: mode.as_str().to_owned() })
}

/// The subject or context that is named; `None` for the whole registry.
fn scope(call: &Call<'_>) -> Result<Option<Subject>, Failure> {
    if call.names.is_empty() { Ok(None) } else { call.subject(0).map(Some) }
}
