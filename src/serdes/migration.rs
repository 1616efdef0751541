//! The versions from a writer's to a reader's, and the rules that a message would have to go through on its way.
//!
//! ```text
//! version          1      2      3      4
//! writer of 1      o----->|----->|----->|  reader of 4    2, 3, 4: rules of mode UPGRADE and UPDOWN
//! reader of 1      |<-----|<-----|<-----o  writer of 4    4, 3, 2: rules of mode DOWNGRADE and UPDOWN
//! ```
//!
//! Deleted versions are on the way, too; versions that are gone are not. So do Confluent's clients. Where the writer's schema or the
//! reader's is no version of the reader's subject there is no way, and a migration rule of either stops the message, whatever its mode.
//!
//! What was found is kept by writer: once it is known, no message asks for it again.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use super::lookup::{Bound, BoundKey};
use super::rules::{RuleDirection, Way, unexecuted, unmigrated};
use super::{Serdes, SerdesError};
use crate::frame::MessageIndexes;
use crate::ids::{SchemaKey, Version};
use crate::registry::cache::table::Bounded;
use crate::registry::lock::Lock;
use crate::registry::{
    Content, DataRule, Deleted, Proposal, Registered, Registry, RegistryError, RegistryErrorKind, Subject,
    VersionSpec,
};
use crate::schema::Schema;

/// What one reader knows of the ways to it.
#[derive(Debug)]
pub(super) struct Migrations {
    /// The reader's schema as its subject has it; `None` where it does not.
    own: OnceLock<Option<Arc<Registered>>>,
    /// What stops the messages of a writer; `None` where nothing does.
    known: Bounded<BoundKey, Option<Arc<Stop>>>,
    /// Of all who come at once one asks.
    asking: Lock<()>,
}

/// A rule on the way that is not executed, and the version that has it.
#[derive(Debug)]
struct Stop {
    key: SchemaKey,
    place: (Option<String>, Option<Version>),
    rule: DataRule,
}

impl Stop {
    fn at(registered: &Registered, rule: &DataRule) -> Self {
        let place = (Some(registered.subject.to_string()), Some(registered.version));
        Self { key: SchemaKey::Id(registered.id), place, rule: rule.clone() }
    }

    fn error(&self) -> SerdesError {
        SerdesError::rule(self.key, self.place.clone(), &self.rule, RuleDirection::Migrate)
    }
}

impl Migrations {
    pub(super) fn new(capacity: usize) -> Self {
        Self { own: OnceLock::new(), known: Bounded::new(capacity), asking: Lock::new(()) }
    }

    /// Whether a writer's messages can be told to be stopped or not without asking.
    pub(super) fn knows(&self, key: SchemaKey, content: &Content, reader: &Schema) -> bool {
        match self.own.get() {
            None => false,
            Some(None) => true,
            Some(Some(_)) => is_same(content, reader) || self.known.read().find(&by(key)).is_some(),
        }
    }

    /// Learns what stands on a writer's way.
    pub(super) async fn learn(
        &self,
        serdes: &Serdes,
        subject: &Subject,
        key: SchemaKey,
        content: &Content,
        reader: &Schema,
    ) -> Result<(), SerdesError> {
        if self.knows(key, content, reader) {
            return Ok(());
        }
        let _turn = self.asking.lock().await;
        let own = match self.own.get() {
            Some(own) => own,
            None => {
                let found = serdes.registered_reader(subject, reader).await?;
                self.own.get_or_init(|| found)
            }
        };
        let Some(own) = own else { return Ok(()) };
        if !self.knows(key, content, reader) {
            let stop = serdes.stop_between(key, content, own).await?.map(Arc::new);
            self.known.update(&by(key), |_| stop);
        }
        Ok(())
    }

    /// Whether a writer's messages may be read with the reader's schema.
    pub(super) fn check(
        &self,
        serdes: &Serdes,
        subject: Option<&Subject>,
        key: SchemaKey,
        content: &Content,
        reader: &Schema,
    ) -> Result<(), SerdesError> {
        if is_same(content, reader) {
            return Ok(());
        }
        if let Some(stop) = self.known.read().find(&by(key)) {
            return stop.as_ref().map_or(Ok(()), |stop| Err(stop.error()));
        }
        let own = self.own.get().and_then(Option::as_deref);
        let stop = serdes.stop_of_either(key, subject, content, own);
        stop.map_or(Ok(()), |stop| Err(stop.error()))
    }
}

/// What is read as it was written needs no migration.
fn is_same(content: &Content, reader: &Schema) -> bool {
    content.schema == *reader || content.schema.canonical() == reader.canonical()
}

fn by(key: SchemaKey) -> Bound<'static> {
    Bound { key, indexes: &MessageIndexes::NONE }
}

impl Serdes {
    /// The version of the subject that is a reader's schema; none where it is not registered there.
    async fn registered_reader(
        &self,
        subject: &Subject,
        schema: &Schema,
    ) -> Result<Option<Arc<Registered>>, SerdesError> {
        let found = self.cache().lookup(subject, &self.proposal(schema), Deleted::Hidden).await;
        Ok(known(found)?)
    }

    /// The first rule on the way from a writer's version to the reader's.
    async fn stop_between(
        &self,
        key: SchemaKey,
        content: &Content,
        own: &Registered,
    ) -> Result<Option<Stop>, SerdesError> {
        let Some(writer) = self.version_of(key, content, &own.subject).await? else {
            return Ok(self.stop_of_either(key, Some(&own.subject), content, Some(own)));
        };
        let (low, high, way) = match writer.cmp(&own.version) {
            Ordering::Less => (writer, own.version, Way::Up),
            Ordering::Greater => (own.version, writer, Way::Down),
            Ordering::Equal => return Ok(None),
        };
        let mut passed = vec![high];
        if high.0 - low.0 > 1 {
            passed = self.cache().versions(&own.subject, Deleted::Included).await?;
            passed.retain(|version| low < *version && *version <= high);
        }
        if way == Way::Down {
            passed.reverse();
        }
        let skipped = &self.0.settings.skipped_rules;
        for version in passed {
            if version == writer {
                if let Some(rule) = unmigrated(content.rule_set.as_ref(), way, skipped) {
                    let place = (Some(own.subject.to_string()), Some(writer));
                    return Ok(Some(Stop { key, place, rule: rule.clone() }));
                }
            } else if version == own.version {
                if let Some(rule) = unmigrated(own.rule_set.as_ref(), way, skipped) {
                    return Ok(Some(Stop::at(own, rule)));
                }
            } else {
                let between = self.passed(&own.subject, version).await?;
                if let Some(rule) = unmigrated(between.rule_set.as_ref(), way, skipped) {
                    return Ok(Some(Stop::at(&between, rule)));
                }
            }
        }
        Ok(None)
    }

    /// A version on the way, which may be deleted.
    async fn passed(&self, subject: &Subject, version: Version) -> Result<Arc<Registered>, RegistryError> {
        let spec = VersionSpec::Number(version);
        // Versions that are not deleted are remembered.
        match self.cache().version(subject, spec, Deleted::Hidden).await {
            Err(error) if error.is_not_found() => {
                self.cache().version(subject, spec, Deleted::Included).await
            }
            answer => answer,
        }
    }

    /// The newest version of a subject that has a writer's schema.
    async fn version_of(
        &self,
        key: SchemaKey,
        content: &Content,
        subject: &Subject,
    ) -> Result<Option<Version>, SerdesError> {
        if let SchemaKey::Id(id) = key {
            match known(self.cache().uses(id, Some(subject), Deleted::Included).await) {
                // Not every registry has that route; the one below all have.
                Err(error) if error.kind == RegistryErrorKind::Unexpected => {}
                uses => {
                    let here = uses?.into_iter().flatten().filter(|(used, _)| used == subject);
                    return Ok(here.map(|(_, version)| version).max());
                }
            }
        }
        let mut proposal = Proposal::new(content.schema.clone());
        proposal.metadata.clone_from(&content.metadata);
        proposal.rule_set.clone_from(&content.rule_set);
        let found = self.cache().lookup(subject, &proposal, Deleted::Included).await;
        Ok(known(found)?.map(|registered| registered.version))
    }

    /// A rule of the writer's schema or of the reader's, whichever way it is for.
    fn stop_of_either(
        &self,
        key: SchemaKey,
        subject: Option<&Subject>,
        content: &Content,
        own: Option<&Registered>,
    ) -> Option<Stop> {
        let skipped = &self.0.settings.skipped_rules;
        let rule = |rules| unexecuted(rules, RuleDirection::Migrate, skipped);
        if let Some(rule) = rule(content.rule_set.as_ref()) {
            return Some(Stop { key, place: self.place_of(key, subject), rule: rule.clone() });
        }
        own.and_then(|own| rule(own.rule_set.as_ref()).map(|rule| Stop::at(own, rule)))
    }
}

/// An answer, or that there is none: not there, or nothing that this registry could have. Who may not ask, or gets nonsense, does not know.
fn known<T>(answer: Result<T, RegistryError>) -> Result<Option<T>, RegistryError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() || error.kind == RegistryErrorKind::InvalidSchema => Ok(None),
        Err(error) => Err(error),
    }
}
