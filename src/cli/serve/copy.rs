//! Another registry's content, with its ids and versions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::ids::Version;
use crate::registry::{
    ConfigChange, Deleted, Deletion, Proposal, Registered, Registry, RegistryError, RegistryMode, Subject,
    VersionSpec,
};

/// A version of a subject.
type Place = (Subject, Version);

/// Copies all versions, settings and modes into a registry without subjects; says whether it was one.
pub(super) async fn copy(from: &dyn Registry, to: &dyn Registry) -> Result<bool, Failure> {
    if !to.subjects(":*:", Deleted::Included).await?.is_empty() {
        return Ok(false);
    }
    let what = |error: RegistryError| Failure::from(error).context("the other registry cannot be read");
    let subjects = from.subjects(":*:", Deleted::Included).await.map_err(what)?;
    let mut versions = BTreeMap::new();
    for subject in &subjects {
        for version in from.versions(subject, Deleted::Included).await.map_err(what)? {
            let number = VersionSpec::Number(version);
            let registered = from.version(subject, number, Deleted::Included).await.map_err(what)?;
            versions.insert((subject.clone(), version), registered);
        }
    }
    let proposals: Vec<_> = in_order(&versions).into_iter().map(proposal).collect();
    to.set_mode(None, RegistryMode::Import, false).await?;
    let registered = to.register_all(&proposals).await;
    if registered.is_err() {
        to.set_mode(None, RegistryMode::ReadWrite, true).await?;
    }
    registered.map_err(|error| Failure::from(error).context("the other registry's schemas were refused"))?;
    // What nothing live refers to can be hidden in any order.
    for ((subject, version), _) in versions.iter().filter(|(_, it)| it.deleted) {
        to.delete_version(subject, VersionSpec::Number(*version), Deletion::Soft).await?;
    }
    settings(from, to, &subjects).await?;
    Ok(true)
}

/// The settings and modes of all widths, the registry's own mode last.
async fn settings(from: &dyn Registry, to: &dyn Registry, subjects: &[Subject]) -> Result<(), Failure> {
    let contexts = from.contexts().await?;
    let contexts = contexts.iter().filter_map(|context| Subject::of_context(context));
    let scopes: BTreeSet<Subject> = subjects.iter().cloned().chain(contexts).collect();
    for scope in scopes.iter().map(Some).chain([None]) {
        if let Some(config) = found(from.config(scope).await)? {
            to.set_config(scope, &ConfigChange::from(config)).await?;
        }
    }
    for scope in scopes.iter().map(Some).chain([None]) {
        let mode = found(from.mode(scope).await)?;
        // The registry's own was changed for the copying.
        if let Some(mode) = mode.or_else(|| scope.is_none().then(RegistryMode::default)) {
            to.set_mode(scope, mode, true).await?;
        }
    }
    Ok(())
}

fn found<T>(answer: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The versions, each behind those that it refers to.
fn in_order(versions: &BTreeMap<Place, Arc<Registered>>) -> Vec<&Arc<Registered>> {
    let mut ordered = Vec::with_capacity(versions.len());
    let mut seen = BTreeSet::new();
    // A walk without recursion: a place is looked at once for what it refers to, and once more to be taken.
    let mut open: Vec<(&Place, bool)> = versions.keys().rev().map(|place| (place, false)).collect();
    while let Some((place, is_ready)) = open.pop() {
        let Some((place, registered)) = versions.get_key_value(place) else { continue };
        if is_ready {
            ordered.push(registered);
        } else if seen.insert(place) {
            open.push((place, true));
            for (reference, _) in registered.schema.references() {
                let Ok(subject) = reference.subject.parse::<Subject>() else { continue };
                let version = Version(u32::try_from(reference.version).unwrap_or(0));
                let target = (registered.subject.qualify(&subject), version);
                open.extend(versions.get_key_value(&target).map(|(target, _)| (target, false)));
            }
        }
    }
    ordered
}

fn proposal(registered: &Arc<Registered>) -> (Subject, Proposal) {
    let mut proposal =
        Proposal::new(registered.schema.clone()).with_id(registered.id).with_version(registered.version);
    proposal.metadata.clone_from(&registered.metadata);
    proposal.rule_set.clone_from(&registered.rule_set);
    (registered.subject.clone(), proposal)
}
