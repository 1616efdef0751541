//! Deleting: softly first, which hides; then permanently, which forgets.

use std::sync::Arc;

use super::super::{Entry, State};
use super::Decision;
use crate::ids::Version;
use crate::registry::event::{ContextRecord, DeleteSubjectRecord, Event, TENANT};
use crate::registry::{Deleted, Deletion, RegistryError, Subject, Unknown, VersionSpec};

/// Deletes a subject; answers with the versions that go.
///
/// # Errors
/// A subject that is not there, was soft-deleted already, or (permanently) was not; a version that a schema refers to.
pub fn delete_subject(
    state: &State,
    subject: &Subject,
    deletion: Deletion,
) -> Result<Decision<Vec<Version>>, RegistryError> {
    let subject = &state.aliased(subject);
    let all: Vec<&Arc<Entry>> = state.shown(subject, Deleted::Included).collect();
    let live: Vec<&Arc<Entry>> = all.iter().copied().filter(|entry| !entry.is_deleted()).collect();
    let Some(newest) = all.last() else { return Err(RegistryError::subject_not_found(subject)) };
    match deletion {
        Deletion::Soft if live.is_empty() => return Err(RegistryError::subject_soft_deleted(subject)),
        Deletion::Permanent if !live.is_empty() => {
            return Err(RegistryError::subject_not_soft_deleted(subject));
        }
        _ => {}
    }
    permit(state, subject)?;
    let going = if deletion == Deletion::Soft { live } else { all.clone() };
    for entry in &going {
        unreferenced(state, entry, deletion)?;
    }
    let versions: Vec<Version> = going.iter().map(|entry| entry.version).collect();
    let events = match deletion {
        Deletion::Soft => {
            let value = DeleteSubjectRecord { subject: subject.to_string(), version: newest.version.0 };
            vec![Event::DeleteSubject { subject: subject.to_string(), value: Some(value) }]
        }
        Deletion::Permanent => forget(state, subject, &versions),
    };
    Ok(Decision::new(events, versions))
}

/// Deletes one version of a subject; answers with its number.
///
/// # Errors
/// A subject or version that is not there, was soft-deleted already, or (permanently) was not; one that a schema refers to.
pub fn delete_version(
    state: &State,
    subject: &Subject,
    version: VersionSpec,
    deletion: Deletion,
) -> Result<Decision<Version>, RegistryError> {
    let subject = &state.aliased(subject);
    // The latest one to hide is the latest that is shown; the latest to forget is the latest of all.
    let hidden = deletion == Deletion::Soft && version == VersionSpec::Latest;
    let shown = if hidden { Deleted::Hidden } else { Deleted::Included };
    let entry = state.find_version(subject, version, shown)?;
    let version = entry.version;
    match deletion {
        Deletion::Soft if entry.is_deleted() => {
            return Err(RegistryError::version_soft_deleted(subject, version));
        }
        Deletion::Permanent if !entry.is_deleted() => {
            return Err(RegistryError::version_not_soft_deleted(subject, version));
        }
        _ => {}
    }
    permit(state, subject)?;
    unreferenced(state, entry, deletion)?;
    let events = match deletion {
        Deletion::Soft => {
            let mut value = entry.record.clone();
            value.deleted = true;
            vec![Event::Schema { subject: subject.to_string(), version: version.0, value: Some(value) }]
        }
        Deletion::Permanent => forget(state, subject, &[version]),
    };
    Ok(Decision::new(events, version))
}

/// The events by which versions of a subject are gone, and with the last one its settings.
pub(super) fn forget(state: &State, subject: &Subject, versions: &[Version]) -> Vec<Event> {
    let name = subject.to_string();
    let gone = |version: &Version| Event::Schema { subject: name.clone(), version: version.0, value: None };
    let mut events: Vec<Event> = keep_highest_id(state, subject, versions).into_iter().collect();
    events.extend(versions.iter().map(gone));
    if state.shown(subject, Deleted::Included).all(|entry| versions.contains(&entry.version)) {
        let scope = Some(subject.clone());
        if state.configs.get(&scope).is_some() {
            events.push(Event::Config { subject: Some(name.clone()), value: None });
        }
        if state.modes.get(&scope).is_some() {
            events.push(Event::Mode { subject: Some(name), value: None });
        }
    }
    events
}

/// What keeps the highest id from being given again: with its last version its number would vanish from the compacted log.
fn keep_highest_id(state: &State, subject: &Subject, versions: &[Version]) -> Option<Event> {
    let context = state.context(subject)?;
    let highest = context.highest_id;
    let going =
        |version: &Version| state.entry(subject, *version).is_some_and(|entry| entry.record.id == highest);
    versions.iter().any(going).then(|| {
        let (tenant, context) = (TENANT.to_owned(), subject.context().to_owned());
        let record = ContextRecord {
            tenant: tenant.clone(),
            context: context.clone(),
            highest_id: Some(highest),
            deleted: None,
            unknown: Unknown::new(),
        };
        Event::Context { tenant, context, value: Some(record) }
    })
}

fn permit(state: &State, subject: &Subject) -> Result<(), RegistryError> {
    if state.effective_mode(Some(subject))?.is_read_only() {
        return Err(RegistryError::read_only(Some(subject)));
    }
    Ok(())
}

/// Live schemas keep what they refer to from being hidden, all schemas keep it from being forgotten.
fn unreferenced(state: &State, entry: &Entry, deletion: Deletion) -> Result<(), RegistryError> {
    let counted = if deletion == Deletion::Soft { Deleted::Hidden } else { Deleted::Included };
    match state.referrers(&entry.subject, entry.version, counted).next() {
        Some(_) => Err(RegistryError::reference_exists(&entry.subject, entry.version)),
        None => Ok(()),
    }
}
