//! `GET /schemas`: all versions that a prefix, a type of rules or an alias leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::failure::Failure;
use super::json;
use super::request::Call;
use super::route::Answer;
use super::subjects::{ALL, body};
use crate::ids::Version;
use crate::registry::{Deleted, Registered, Registry, Subject, VersionSpec};

/// `GET /schemas`. Of `latestOnly` and `ruleType` the rules come first: the latest version is that of those which have such a rule.
pub(super) async fn list(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let prefix = call.parameter("subjectPrefix").unwrap_or(ALL.into());
    let aliases = if call.flag("aliases") { registry.aliases(&prefix).await? } else { BTreeMap::default() };
    let mut subjects: BTreeSet<Subject> =
        registry.subjects(&prefix, call.deleted()).await?.into_iter().collect();
    subjects.extend(aliases.keys().cloned());
    let mut found = Vec::new();
    for subject in subjects {
        found.extend(versions(registry, call, &subject).await?);
    }
    let mut bodies = Vec::new();
    for (subject, version) in call.page(found)? {
        // A subject that has versions and an alias gives those of the other one, which are listed by their own name.
        let Some(registered) = own(registry, &subject, version).await? else { continue };
        let mut body = body(&registered, call)?;
        let names = aliases.get(&subject).map(|names| names.iter().map(Subject::to_string).collect());
        body.aliases = names;
        bodies.push(body);
    }
    json(&bodies)
}

/// The versions of a subject that are asked for, lowest first; none where it is none, as what an alias names may be.
async fn versions(
    registry: &Arc<dyn Registry>,
    call: &Call<'_>,
    subject: &Subject,
) -> Result<Vec<(Subject, Version)>, Failure> {
    let mut versions = match registry.versions(subject, call.deleted()).await {
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        versions => versions?,
    };
    if let Some(executor) = call.parameter("ruleType").filter(|it| !it.is_empty()) {
        let mut with_rule = Vec::new();
        for version in versions {
            let registered = own(registry, subject, version).await?;
            let rules = registered.as_ref().and_then(|it| it.rule_set.as_ref());
            if rules.is_some_and(|rules| rules.has_type(&executor)) {
                with_rule.push(version);
            }
        }
        versions = with_rule;
    }
    if call.flag("latestOnly") {
        versions.drain(..versions.len().saturating_sub(1));
    }
    Ok(versions.into_iter().map(|version| (subject.clone(), version)).collect())
}

/// A version, unless the subject's alias leads to another one's.
async fn own(
    registry: &Arc<dyn Registry>,
    subject: &Subject,
    version: Version,
) -> Result<Option<Arc<Registered>>, Failure> {
    let registered = registry.version(subject, VersionSpec::Number(version), Deleted::Included).await?;
    Ok((registered.subject == *subject).then_some(registered))
}
