//! From a subject and the caller's schema to a key, the schema to write with, and the rules that hold for it.

use std::sync::Arc;

use super::lookup::Pair;
use super::rules::{RuleDirection, unexecuted};
use super::{OtherSchema, Registration, Serdes, SerdesError, writer};
use crate::compat::{self, Level};
use crate::frame::KeyKind;
use crate::ids::{SchemaKey, Version};
use crate::registry::cache::context;
use crate::registry::cache::lookup::{Keyed, Which};
use crate::registry::{
    Content, DataRule, Deleted, Proposal, Registered, Registry, RuleSet, Subject, VersionSpec,
};
use crate::schema::Schema;

/// What values are written with.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) key: SchemaKey,
    pub(super) schema: Schema,
}

/// A schema of the registry, whichever way it was found.
struct Found<'f> {
    schema: &'f Schema,
    rules: Option<&'f RuleSet>,
    key: SchemaKey,
    version: Option<Version>,
}

impl Serdes {
    /// The subject of a name, in the context of the settings where it names none.
    pub(super) fn place(&self, name: &str) -> Result<Subject, SerdesError> {
        let subject = writer::parse_subject(name)?;
        Ok(match &self.0.settings.context {
            Some(context) => context.qualify(&subject),
            None => subject,
        })
    }

    /// Registers a schema, or looks for it or for the one to take its place.
    pub(super) async fn resolve(&self, name: &str, schema: &Schema) -> Result<Resolved, SerdesError> {
        let (subject, registry) = (self.place(name)?, &self.0.registry);
        match &self.0.settings.registration {
            Registration::Register => {
                let registered = registry.register(&subject, &self.proposal(schema)).await?;
                self.settle(&subject, schema, &registered)
            }
            Registration::Lookup => {
                let found = registry.lookup(&subject, &self.proposal(schema), Deleted::Hidden).await?;
                self.settle(&subject, schema, &found)
            }
            Registration::Latest => {
                let latest = registry.version(&subject, VersionSpec::Latest, Deleted::Hidden).await?;
                self.settle(&subject, schema, &latest)
            }
            Registration::LatestWith(properties) => {
                let latest = registry.latest_with(&subject, properties).await?;
                self.settle(&subject, schema, &latest)
            }
            Registration::Key(key) => {
                let content = registry.shared_content(*key, of_context(&subject)).await?;
                self.settle_content(&subject, schema, *key, &content)
            }
        }
    }

    /// The same from what is known; `None` where somebody has to be asked.
    pub(super) fn resolved(&self, name: &str, schema: &Schema) -> Option<Result<Resolved, SerdesError>> {
        let registry = &self.0.registry;
        let settings = &self.0.settings;
        // The name as it was given is nearly always the subject's; only what is found is worth a subject of its own.
        let qualified;
        let subject = if settings.context.is_none() && !name.starts_with(':') {
            name
        } else {
            qualified = self.place(name).ok()?;
            qualified.as_str()
        };
        let registered = match &settings.registration {
            Registration::Register | Registration::Lookup => {
                registry.known_place(subject, schema, settings.normalize)?
            }
            Registration::Latest => registry.known_version(subject, &Which::Latest)?,
            Registration::LatestWith(properties) => {
                registry.known_version(subject, &Which::With(properties.clone()))?
            }
            Registration::Key(key) => {
                let subject = Subject::accepted(subject);
                let content = registry.known_content(of_context(&subject), *key)?;
                return Some(self.settle_content(&subject, schema, *key, &content));
            }
        };
        Some(self.settle(&Subject::accepted(subject), schema, &registered))
    }

    pub(super) fn proposal(&self, schema: &Schema) -> Proposal {
        let mut proposal = Proposal::new(schema.clone());
        proposal.normalize = self.0.settings.normalize;
        proposal
    }

    fn settle(&self, subject: &Subject, local: &Schema, it: &Registered) -> Result<Resolved, SerdesError> {
        let schema = match self.0.settings.registration {
            // It is the caller's own, under the registry's key.
            Registration::Register | Registration::Lookup => local,
            _ => &it.schema,
        };
        let key = self.key_of(it, schema)?;
        if let SchemaKey::Guid(_) = key {
            self.0.registry.keep_content(subject.context(), key, it);
        }
        let rules = it.rule_set.as_ref();
        let (id, skipped) = (SchemaKey::Id(it.id), &self.0.settings.skipped_rules);
        if unexecuted(rules, RuleDirection::Read, skipped).is_some() {
            let place = (it.subject.clone(), it.version);
            self.keep_place(subject.context(), id, &place);
            self.keep_place(subject.context(), key, &place);
        }
        self.agree(subject, local, &Found { schema, rules, key, version: Some(it.version) })
    }

    fn settle_content(
        &self,
        subject: &Subject,
        local: &Schema,
        asked: SchemaKey,
        content: &Content,
    ) -> Result<Resolved, SerdesError> {
        let key = match (self.framing().key_kind(), asked, content.guid) {
            (KeyKind::Id, SchemaKey::Id(_), _) | (KeyKind::Guid, SchemaKey::Guid(_), _) => asked,
            (KeyKind::Guid, _, Some(guid)) => SchemaKey::Guid(guid),
            (KeyKind::Fingerprint, ..) => content
                .schema
                .fingerprint()
                .map(SchemaKey::Fingerprint)
                .ok_or(SerdesError::NoFingerprint { format: content.schema.format() })?,
            _ => return Err(SerdesError::WrongKey { key: asked }),
        };
        let (schema, rules) = (&content.schema, content.rule_set.as_ref());
        self.agree(subject, local, &Found { schema, rules, key, version: None })
    }

    /// The schema is written with only where it takes what the caller means to write, and where nothing is left undone that it asks for.
    fn agree(&self, subject: &Subject, local: &Schema, found: &Found<'_>) -> Result<Resolved, SerdesError> {
        let Found { schema, key, .. } = *found;
        if schema.format() != local.format() {
            return Err(SerdesError::WrongFormat { key, found: schema.format(), expected: local.format() });
        }
        if let Some(rule) = unexecuted(found.rules, RuleDirection::Write, &self.0.settings.skipped_rules) {
            let place = (Some(subject.to_string()), found.version);
            return Err(SerdesError::rule(key, place, rule, RuleDirection::Write));
        }
        if self.0.settings.strict && schema != local {
            self.check_pair(subject, local, found)?;
        }
        Ok(Resolved { key, schema: schema.clone() })
    }

    /// Whether the registry's schema reads what the caller's writes; once a pair.
    fn check_pair(&self, subject: &Subject, local: &Schema, found: &Found<'_>) -> Result<(), SerdesError> {
        let pair = Pair { local, found: found.schema };
        if self.0.agreed.read().find(&pair).is_some() {
            return Ok(());
        }
        let report = compat::check(Level::Backward, std::slice::from_ref(local), found.schema);
        if !report.is_compatible() {
            let (subject, version) = (subject.to_string(), found.version);
            let other = OtherSchema { subject, version, key: found.key, report };
            return Err(SerdesError::Differs(Box::new(other)));
        }
        self.0.agreed.update(&pair, |_| ());
        Ok(())
    }

    /// The key that the framing carries.
    fn key_of(&self, registered: &Registered, schema: &Schema) -> Result<SchemaKey, SerdesError> {
        Ok(match self.framing().key_kind() {
            KeyKind::Id => SchemaKey::Id(registered.id),
            KeyKind::Guid => SchemaKey::Guid(registered.guid),
            KeyKind::Fingerprint => {
                let fingerprint = schema.fingerprint();
                SchemaKey::Fingerprint(
                    fingerprint.ok_or(SerdesError::NoFingerprint { format: schema.format() })?,
                )
            }
        })
    }

    /// The subject whose context ids count in: the reader's own, or that of the settings.
    pub(super) fn hint<'h>(&'h self, own: Option<&'h Subject>) -> Option<&'h Subject> {
        own.or(self.0.settings.context.as_ref())
    }

    /// What a key stands for; the registry is asked where that is not known.
    pub(super) async fn load_content(
        &self,
        key: SchemaKey,
        own: Option<&Subject>,
    ) -> Result<Arc<Content>, SerdesError> {
        if let Some(content) = self.cached(key, own) {
            return Ok(content);
        }
        let hint = self.hint(own);
        let content = self.0.registry.shared_content(key, hint).await?;
        if self.stopping(&content, RuleDirection::Read).is_some() {
            self.find_place(key, hint).await;
        }
        Ok(content)
    }

    /// What a key stands for, if it is known.
    pub(super) fn cached(&self, key: SchemaKey, own: Option<&Subject>) -> Option<Arc<Content>> {
        if let SchemaKey::Fingerprint(fingerprint) = key
            && let Some((_, known)) = self.0.settings.known.iter().find(|(it, _)| *it == fingerprint)
        {
            return Some(Arc::clone(known));
        }
        self.0.registry.known_content(self.hint(own), key)
    }

    /// A rule that stops all messages of a schema.
    fn stopping<'c>(&self, content: &'c Content, direction: RuleDirection) -> Option<&'c DataRule> {
        unexecuted(content.rule_set.as_ref(), direction, &self.0.settings.skipped_rules)
    }

    /// Learns which subject and version a schema is that nobody can read, for the error that says so. Without an answer the key has to do.
    async fn find_place(&self, key: SchemaKey, hint: Option<&Subject>) {
        let SchemaKey::Id(id) = key else { return };
        let uses = self.0.registry.uses(id, hint, Deleted::Included).await.unwrap_or_default();
        let named = hint.and_then(|hint| uses.iter().find(|(subject, _)| subject == hint));
        if let Some(place) = named.or(uses.first()) {
            self.keep_place(context(hint), key, place);
        }
    }

    fn keep_place(&self, context: &str, key: SchemaKey, place: &(Subject, Version)) {
        let lookup = Keyed { context, name: "", key };
        if self.0.places.read().find(&lookup).is_none() {
            self.0.places.update(&lookup, |_| place.clone());
        }
    }

    /// Whether messages of a schema may be read although nothing executes its rules.
    pub(super) fn check_read(
        &self,
        key: SchemaKey,
        own: Option<&Subject>,
        content: &Content,
    ) -> Result<(), SerdesError> {
        match self.stopping(content, RuleDirection::Read) {
            None => Ok(()),
            Some(rule) => Err(SerdesError::rule(key, self.place_of(key, own), rule, RuleDirection::Read)),
        }
    }

    pub(super) fn place_of(
        &self,
        key: SchemaKey,
        own: Option<&Subject>,
    ) -> (Option<String>, Option<Version>) {
        let table = self.0.places.read();
        match table.find(&Keyed { context: context(self.hint(own)), name: "", key }) {
            Some((subject, version)) => (Some(subject.to_string()), Some(*version)),
            None => (own.map(Subject::to_string), None),
        }
    }
}

/// A hint for a key that is given: it counts in the subject's context, and in no other.
fn of_context(subject: &Subject) -> Option<&Subject> {
    (!subject.is_in_default_context()).then_some(subject)
}
