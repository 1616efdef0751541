//! Deleting a context.

use super::super::State;
use super::Decision;
use crate::registry::event::{ContextRecord, Event, TENANT};
use crate::registry::{DEFAULT_CONTEXT, RegistryError, RegistryErrorKind, Subject, Unknown};

/// Deletes a context without subjects, soft-deleted ones included, and its settings. Its ids are not given again.
///
/// # Errors
/// The default context; one that is not there, has subjects, or is read-only.
pub fn delete_context(state: &State, context: &str) -> Result<Decision<()>, RegistryError> {
    let scope = Subject::of_context(context).filter(|_| context != DEFAULT_CONTEXT);
    let Some(scope) = scope else {
        return Err(RegistryError::default_context_stays());
    };
    let found = state.live_context(context).ok_or_else(|| RegistryError::subject_not_found(&scope))?;
    if found.subjects.len() > 0 {
        let message = format!(
            "Context '{context}' is not empty: permanently delete its {} subjects first",
            found.subjects.len()
        );
        return Err(RegistryError::new(RegistryErrorKind::ContextNotEmpty, message));
    }
    if state.effective_mode(Some(&scope))?.is_read_only() {
        return Err(RegistryError::read_only(Some(&scope)));
    }
    let name = scope.to_string();
    let record = ContextRecord {
        tenant: TENANT.into(),
        context: context.into(),
        highest_id: Some(found.highest_id),
        deleted: Some(true),
        unknown: Unknown::new(),
    };
    let mut events =
        vec![Event::Context { tenant: TENANT.into(), context: context.into(), value: Some(record) }];
    let scope = Some(scope);
    if state.configs.get(&scope).is_some() {
        events.push(Event::Config { subject: Some(name.clone()), value: None });
    }
    if state.modes.get(&scope).is_some() {
        events.push(Event::Mode { subject: Some(name), value: None });
    }
    Ok(Decision::new(events, ()))
}
