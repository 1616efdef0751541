//! Importing: schemas that bring their ids and versions from another registry.

use super::super::State;
use super::super::candidate::Candidate;
use super::Decision;
use super::register::{events, next_version};
use crate::codec::Codecs;
use crate::ids::Version;
use crate::registry::{Proposal, RegistryError, RegistryErrorKind, Subject};
use crate::schema::Mode;

/// Takes a schema as it is, with its id; only what would make an id or a version ambiguous is refused.
pub(super) fn import(
    state: &State,
    codecs: &Codecs,
    subject: &Subject,
    candidate: &Candidate,
    proposal: &Proposal,
) -> Result<Decision<(Subject, Version)>, RegistryError> {
    let Some(id) = proposal.id else {
        return Err(RegistryError::not_permitted("a schema needs an id in this mode"));
    };
    if id.0 == 0 || id.0 > i32::MAX as u32 {
        return Err(RegistryError::new(
            RegistryErrorKind::IdMismatch,
            format!("{id} is no id: they go from 1 to 2^31-1"),
        ));
    }
    if state.entry_of_id(subject, id).is_some_and(|entry| !candidate.is(entry)) {
        let message = format!("Overwrite new schema with id {id} is not permitted: it is another schema's");
        return Err(RegistryError::new(RegistryErrorKind::IdMismatch, message));
    }
    let version = match proposal.version {
        Some(version) => version,
        None => next_version(state, subject)?,
    };
    if version.0 == 0 || version.0 > i32::MAX as u32 {
        return Err(RegistryError::new(
            RegistryErrorKind::InvalidVersion,
            format!("{version} is no version: they go from 1 to 2^31-1"),
        ));
    }
    if state.entry(subject, version).is_some_and(|entry| !candidate.is(entry) || entry.id() != id) {
        let message =
            format!("Version {version} of subject '{subject}' is another schema; it is not overwritten");
        return Err(RegistryError::not_permitted(message));
    }
    // References have to lead somewhere in every mode, and the format has to be known.
    state.parse_candidate(codecs, subject, candidate, Mode::Lenient)?;
    Ok(Decision::new(events(state, subject, version, id, candidate), (subject.clone(), version)))
}
