//! Changing settings and modes.

use super::super::State;
use super::Decision;
use super::delete::forget;
use crate::ids::Version;
use crate::registry::event::{ConfigRecord, Event, ModeRecord};
use crate::registry::{
    Config, ConfigChange, Deleted, RegistryError, RegistryErrorKind, RegistryMode, Subject, Unknown,
};

/// Changes the settings of a subject, a context, or the whole registry.
///
/// # Errors
/// A read-only mode; an alias that is no subject.
pub fn set_config(
    state: &State,
    subject: Option<&Subject>,
    change: &ConfigChange,
) -> Result<Decision<()>, RegistryError> {
    permit(state, subject)?;
    if let Some(alias) = &change.set.alias {
        alias.parse::<Subject>()?;
    }
    for rules in [&change.set.default_rule_set, &change.set.override_rule_set].into_iter().flatten() {
        rules.validate().map_err(|message| {
            RegistryError::new(RegistryErrorKind::InvalidRuleSet, format!("Invalid ruleSet: {message}"))
        })?;
    }
    let old = state.configs.get(&subject.cloned());
    let mut record = old.map_or_else(ConfigRecord::default, |record| record.as_ref().clone());
    record.subject = subject.map(Subject::to_string);
    change.clear.iter().for_each(|setting| record.config.clear(*setting));
    record.config.update(&change.set);
    let event = Event::Config { subject: subject.map(Subject::to_string), value: Some(record) };
    Ok(Decision::new(vec![event], ()))
}

/// Removes the settings of a subject, a context, or the whole registry; answers with what they were.
///
/// # Errors
/// A read-only mode; a subject without settings of its own.
pub fn delete_config(state: &State, subject: Option<&Subject>) -> Result<Decision<Config>, RegistryError> {
    permit(state, subject)?;
    let old =
        state.config(subject).map_err(|error| subject.map_or(error, RegistryError::subject_not_found))?;
    let event = Event::Config { subject: subject.map(Subject::to_string), value: None };
    Ok(Decision::new(vec![event], old))
}

/// Sets the mode of a subject, a context, or the whole registry. IMPORT brings its own ids, so nothing live may be there, unless
/// `force` says that this is known; what is soft-deleted there is forgotten.
///
/// # Errors
/// IMPORT over live schemas.
pub fn set_mode(
    state: &State,
    subject: Option<&Subject>,
    mode: RegistryMode,
    force: bool,
) -> Result<Decision<()>, RegistryError> {
    let mut events = Vec::new();
    let old = state.effective_mode(subject)?;
    if mode == RegistryMode::Import && old != RegistryMode::Import {
        let within = within(state, subject);
        if !force && within.iter().any(|subject| state.shown(subject, Deleted::Hidden).next().is_some()) {
            return Err(RegistryError::not_permitted("Cannot import since found existing subjects"));
        }
        for subject in &within {
            events.extend(forget_deleted(state, subject));
        }
    }
    let name = subject.map(Subject::to_string);
    let record = ModeRecord { subject: name.clone(), mode: mode.as_str().into(), unknown: Unknown::new() };
    events.push(Event::Mode { subject: name, value: Some(record) });
    Ok(Decision::new(events, ()))
}

/// Removes a subject's mode; answers with what it was.
///
/// # Errors
/// A subject without a mode of its own.
pub fn delete_mode(state: &State, subject: &Subject) -> Result<Decision<RegistryMode>, RegistryError> {
    let old = state.mode(Some(subject)).map_err(|_| RegistryError::subject_not_found(subject))?;
    Ok(Decision::new(vec![Event::Mode { subject: Some(subject.to_string()), value: None }], old))
}

fn permit(state: &State, subject: Option<&Subject>) -> Result<(), RegistryError> {
    if state.effective_mode(subject)?.is_read_only() {
        return Err(RegistryError::read_only(subject));
    }
    Ok(())
}

/// The subjects that a mode of `scope` speaks of.
fn within(state: &State, scope: Option<&Subject>) -> Vec<Subject> {
    let all = state.subjects(":*:", Deleted::Included);
    match scope {
        None => all,
        Some(scope) if scope.is_context() && *scope == Subject::global() => all,
        Some(scope) if scope.is_context() => {
            all.into_iter().filter(|subject| subject.context() == scope.context()).collect()
        }
        Some(scope) => all.into_iter().filter(|subject| subject == scope).collect(),
    }
}

/// The end of a subject's soft-deleted versions. What something still refers to stays.
fn forget_deleted(state: &State, subject: &Subject) -> Vec<Event> {
    let deleted = state.shown(subject, Deleted::Only).map(|entry| entry.version);
    let unused = |version: &Version| state.referrers(subject, *version, Deleted::Hidden).next().is_none();
    let going: Vec<Version> = deleted.filter(unused).collect();
    if going.is_empty() { Vec::new() } else { forget(state, subject, &going) }
}
