//! `/compatibility`: whether a schema could be registered.

use std::sync::Arc;

use super::failure::Failure;
use super::json;
use super::proposal::proposal;
use super::request::Call;
use super::route::Answer;
use crate::registry::api::CheckBody;
use crate::registry::{Registry, VersionSpec};

/// `POST /compatibility/subjects/{s}/versions`: against all that the subject's level asks for.
pub(super) async fn with_all(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    check(registry, call, None).await
}

/// `POST /compatibility/subjects/{s}/versions/{v}`: against one version.
pub(super) async fn with_one(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    check(registry, call, Some(call.version(1)?)).await
}

async fn check(registry: &Arc<dyn Registry>, call: &Call<'_>, version: Option<VersionSpec>) -> Answer {
    let subject = call.subject(0)?;
    let proposal = proposal(registry, &subject, call).await?;
    let verbose = call.flag("verbose");
    let report = match registry.check(&subject, version, &proposal).await {
        Ok(report) => report,
        // Where nothing is registered yet, everything fits.
        Err(error) if error.is_not_found() && version != Some(VersionSpec::Latest) && version.is_some() => {
            return Err(Failure::from(error));
        }
        Err(error) if error.is_not_found() => {
            return json(&CheckBody { is_compatible: true, messages: verbose.then(Vec::new) });
        }
        Err(error) => return Err(error.into()),
    };
    let messages = report.findings.iter().map(ToString::to_string).collect();
    json(&CheckBody { is_compatible: report.is_compatible(), messages: verbose.then_some(messages) })
}
