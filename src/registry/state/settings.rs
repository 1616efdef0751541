//! Which settings are in force: those of a subject, of its context, of the registry, and behind all of them.

use std::sync::Arc;

use super::State;
use crate::registry::event::ConfigRecord;
use crate::registry::{Config, RegistryError, RegistryMode, Subject};

impl State {
    /// The settings that were made for a subject or a context; for the whole registry also those that nobody made.
    ///
    /// # Errors
    /// A subject without settings of its own.
    pub fn config(&self, subject: Option<&Subject>) -> Result<Config, RegistryError> {
        match (self.configs.get(&subject.cloned()), subject) {
            (Some(record), _) => Ok(record.config.clone()),
            (None, None) => Ok(Config::level(
                self.behind_all().and_then(|it| it.config.level).unwrap_or(self.server_level),
            )),
            (None, Some(subject)) => Err(RegistryError::no_subject_config(subject)),
        }
    }

    /// The settings in force for a subject.
    ///
    /// The narrowest settings count, whole: a subject that has settings but no level gets the server's level, not the registry's.
    /// Only the policy, the group and the switches are inherited from the registry's settings.
    #[must_use]
    pub fn effective_config(&self, subject: &Subject) -> Config {
        let scopes = scopes(subject);
        let narrowest = scopes.iter().find_map(|scope| self.configs.get(scope));
        let mut config = narrowest.map(|record| record.config.clone()).unwrap_or_default();
        if self.configs.get(&Some(subject.clone())).is_none() {
            // An alias speaks of one subject; that of a wider scope would send all of them to one place.
            config.alias = None;
        }
        if let Some(global) = self.configs.get(&None).map(|record| &record.config) {
            config.policy = config.policy.or(global.policy);
            config.group = config.group.or_else(|| global.group.clone());
            config.normalize = config.normalize.or(global.normalize);
            config.validate_fields = config.validate_fields.or(global.validate_fields);
            config.validate_new_schemas = config.validate_new_schemas.or(global.validate_new_schemas);
            config.validate_rules = config.validate_rules.or(global.validate_rules);
        }
        config.level = config.level.or(Some(self.server_level));
        config
    }

    /// The mode that was set for a subject or a context; for the whole registry also the one that nobody set.
    ///
    /// # Errors
    /// A subject without a mode of its own.
    pub fn mode(&self, subject: Option<&Subject>) -> Result<RegistryMode, RegistryError> {
        match (self.modes.get(&subject.cloned()), subject) {
            (Some(record), _) => Ok(record.mode.parse()?),
            (None, None) => self.mode_in_force(&[Some(Subject::global())]),
            (None, Some(subject)) => Err(RegistryError::no_subject_mode(subject)),
        }
    }

    /// The mode in force for a subject, or for the whole registry.
    ///
    /// # Errors
    /// A mode in the log that this version does not know.
    pub fn effective_mode(&self, subject: Option<&Subject>) -> Result<RegistryMode, RegistryError> {
        match subject {
            Some(subject) => self.mode_in_force(&scopes(subject)),
            None => self.mode(None),
        }
    }

    /// The subject that takes a subject's place; one step, not a chain.
    pub(super) fn aliased(&self, subject: &Subject) -> Subject {
        let alias =
            self.configs.get(&Some(subject.clone())).and_then(|record| record.config.alias.as_deref());
        match alias.map(str::parse::<Subject>) {
            Some(Ok(alias)) => subject.qualify(&alias),
            _ => subject.clone(),
        }
    }

    fn mode_in_force(&self, scopes: &[Option<Subject>]) -> Result<RegistryMode, RegistryError> {
        let record = scopes.iter().find_map(|scope| self.modes.get(scope));
        Ok(record.map(|record| record.mode.parse()).transpose()?.unwrap_or_default())
    }

    fn behind_all(&self) -> Option<&Arc<ConfigRecord>> {
        self.configs.get(&Some(Subject::global()))
    }
}

/// From narrow to wide: the subject, its context (where it is not the default one), the registry, what stands behind all contexts.
fn scopes(subject: &Subject) -> Vec<Option<Subject>> {
    let context = Subject::of_context(subject.context()).map(Some);
    let narrow = std::iter::once(Some(subject.clone())).chain(context);
    narrow.chain([None, Some(Subject::global())]).collect()
}
