//! Registering a schema.
//!
//! ```text
//! known under the subject?  -> that version, whatever the mode
//! mode, id and version      -> 42205, 42201, 42207
//! valid?                    -> 42201, 42210
//! compatible?               -> 409
//! known in the context?     -> its id, else the next one
//! ```

use std::sync::Arc;

use super::super::candidate::Candidate;
use super::super::{Entry, State};
use super::Decision;
use super::compatible::check;
use super::import::import;
use crate::codec::Codecs;
use crate::ids::{SchemaId, Version};
use crate::registry::event::{ContextRecord, Event, ReferenceRecord, SchemaRecord, TENANT, guid_to_base64};
use crate::registry::{
    Config, Deleted, Metadata, Proposal, RegistryError, RegistryErrorKind, RegistryMode, RuleSet, Subject,
    Unknown,
};
use crate::schema::Mode;

/// Registers a schema under a subject; answers with the subject (another one where it has an alias) and the version.
///
/// # Errors
/// A schema that is not valid, not compatible with earlier versions as the subject's level asks, or not permitted in its mode.
pub fn register(
    state: &State,
    codecs: &Codecs,
    subject: &Subject,
    proposal: &Proposal,
) -> Result<Decision<(Subject, Version)>, RegistryError> {
    if subject.is_context() {
        let message = format!("The specified subject '{subject}' is a context: a schema needs a name in it");
        return Err(RegistryError::new(RegistryErrorKind::InvalidSubject, message));
    }
    let Proposed { subject, config, mode, given } = &Proposed::new(state, subject, proposal)?;
    let mode = *mode;
    if let Some(version) = known_as_given(state, subject, config, given, proposal) {
        return Ok(Decision::nothing((subject.clone(), version)));
    }
    permit(subject, mode, proposal)?;
    if mode.is_import() {
        return import(state, codecs, subject, given, proposal);
    }
    let candidate = complete(state, subject, config, given.clone());
    let candidate = if is_numbered(&candidate, proposal) {
        with_number(candidate, next_version(state, subject)?)
    } else {
        candidate
    };
    if let Some(known) = known(state, subject, &candidate, proposal) {
        return Ok(Decision::nothing((subject.clone(), known)));
    }
    let version = next_version(state, subject)?;
    if proposal.version.is_some_and(|asked| asked != version) {
        let message = format!(
            "Version is not one more than previous version: the next one of '{subject}' is {version}"
        );
        return Err(RegistryError::new(RegistryErrorKind::InvalidSchema, message));
    }
    if let Some(rule_set) = &candidate.rule_set {
        rule_set.validate().map_err(|message| {
            RegistryError::new(RegistryErrorKind::InvalidRuleSet, format!("Invalid ruleSet: {message}"))
        })?;
    }
    let strictness = if config.validate_new_schemas == Some(false) { Mode::Lenient } else { Mode::Strict };
    let schema = state.parse_candidate(codecs, subject, &candidate, strictness)?;
    check(state, codecs, subject, config, &candidate, &schema)?;

    let id = match state.id_of(subject, &candidate) {
        Some(id) => id,
        None => next_id(state, subject)?,
    };
    Ok(Decision::new(events(state, subject, version, id, &candidate), (subject.clone(), version)))
}

/// Registers all of these, in their order, or none; answers as [`register`] does, for each.
///
/// # Errors
/// The first refusal, which says the how many-eth schema it is about.
pub fn register_all(
    state: &State,
    codecs: &Codecs,
    proposals: &[(Subject, Proposal)],
) -> Result<Decision<Vec<(Subject, Version)>>, RegistryError> {
    // Each is decided over what those before it have made so; none of that is published.
    let mut state = state.clone();
    let mut all = Decision::nothing(Vec::with_capacity(proposals.len()));
    for (place, (subject, proposal)) in proposals.iter().enumerate() {
        let decision = register(&state, codecs, subject, proposal).map_err(|mut refusal| {
            let (place, count) = (place + 1, proposals.len());
            refusal.message = format!("schema {place} of {count}, for '{subject}': {}", refusal.message);
            refusal
        })?;
        decision.events.iter().for_each(|event| state.apply(event, 0));
        all.events.extend(decision.events);
        all.answer.push(decision.answer);
    }
    Ok(all)
}

/// The version that a schema is registered under already, where registering it would change nothing and needs no permission.
#[must_use]
pub fn registered(state: &State, subject: &Subject, proposal: &Proposal) -> Option<(Subject, Version)> {
    let Proposed { subject, config, given, .. } = Proposed::new(state, subject, proposal).ok()?;
    let version = known_as_given(state, &subject, &config, &given, proposal)?;
    Some((subject, version))
}

/// A proposal with what holds for it.
struct Proposed {
    /// The subject, or the one that stands in for it.
    subject: Subject,
    config: Config,
    mode: RegistryMode,
    /// Before the settings add anything.
    given: Candidate,
}

impl Proposed {
    fn new(state: &State, subject: &Subject, proposal: &Proposal) -> Result<Self, RegistryError> {
        let subject = state.aliased(subject);
        let config = state.effective_config(&subject);
        let mode = state.effective_mode(Some(&subject))?;
        let normalize = proposal.normalize || config.normalize == Some(true);
        let given = state.candidate(&subject, proposal, normalize && !mode.is_import())?;
        Ok(Self { subject, config, mode, given })
    }
}

/// The live version that is this schema as it was given. Settings that add metadata or rules make another content of it, which is
/// looked for later.
fn known_as_given(
    state: &State,
    subject: &Subject,
    config: &Config,
    given: &Candidate,
    proposal: &Proposal,
) -> Option<Version> {
    if adds_to_schemas(config) { None } else { known(state, subject, given, proposal) }
}

/// Whether a new version says its number: where that was asked for, and where it takes over metadata that say one.
fn is_numbered(candidate: &Candidate, proposal: &Proposal) -> bool {
    let has_number = |it: &Metadata| it.properties.contains_key(Metadata::VERSION);
    proposal.numbered || proposal.version.is_some() || candidate.metadata.as_ref().is_some_and(has_number)
}

fn with_number(candidate: Candidate, version: Version) -> Candidate {
    let mut metadata = candidate.metadata.clone().unwrap_or_default();
    metadata.properties.insert(Metadata::VERSION.into(), version.to_string());
    let rule_set = candidate.rule_set.clone();
    candidate.with(Some(metadata), rule_set)
}

/// The live version that is this schema already. One that is asked for by another id or version is not, nor by a new number.
fn known(state: &State, subject: &Subject, candidate: &Candidate, proposal: &Proposal) -> Option<Version> {
    if proposal.numbered {
        return None;
    }
    let entry = state.find_same(subject, candidate, Deleted::Hidden)?;
    let as_asked = proposal.id.is_none_or(|id| id == entry.id())
        && proposal.version.is_none_or(|version| version == entry.version);
    as_asked.then_some(entry.version)
}

/// Whether the mode permits a new version, with or without an id.
fn permit(subject: &Subject, mode: RegistryMode, proposal: &Proposal) -> Result<(), RegistryError> {
    let context = subject.context();
    match (mode, proposal.id) {
        (mode, _) if mode.is_read_only() => Err(RegistryError::read_only(Some(subject))),
        (mode, None) if mode.is_import() => Err(RegistryError::not_permitted(format!(
            "Subject {subject} in context {context} is in {} mode: a schema needs an id there",
            mode.as_str().to_lowercase()
        ))),
        (RegistryMode::ReadWrite, Some(_)) => Err(RegistryError::not_permitted(format!(
            "Subject {subject} in context {context} is not in import mode: the registry gives the id"
        ))),
        _ => Ok(()),
    }
}

/// Whether the settings put metadata or rules onto schemas.
const fn adds_to_schemas(config: &Config) -> bool {
    config.default_metadata.is_some()
        || config.override_metadata.is_some()
        || config.default_rule_set.is_some()
        || config.override_rule_set.is_some()
}

/// The candidate with the metadata and rules it gets: its own, or else those of the version before; over the settings' defaults,
/// under their overrides.
fn complete(state: &State, subject: &Subject, config: &Config, candidate: Candidate) -> Candidate {
    let before = state.shown(subject, Deleted::Hidden).next_back().map(|entry| &entry.record);
    let metadata = candidate.metadata.clone().or_else(|| before?.metadata.clone());
    let metadata = overlaid(config.default_metadata.as_ref(), metadata.as_ref(), Metadata::overlaid);
    let metadata = overlaid(metadata.as_ref(), config.override_metadata.as_ref(), Metadata::overlaid);
    let rule_set = candidate.rule_set.clone().or_else(|| before?.rule_set.clone());
    let rule_set = overlaid(config.default_rule_set.as_ref(), rule_set.as_ref(), RuleSet::overlaid);
    let rule_set = overlaid(rule_set.as_ref(), config.override_rule_set.as_ref(), RuleSet::overlaid);
    candidate.with(metadata, rule_set)
}

fn overlaid<T: Clone>(under: Option<&T>, over: Option<&T>, both: impl Fn(T, &T) -> T) -> Option<T> {
    match (under, over) {
        (Some(under), Some(over)) => Some(both(under.clone(), over)),
        (one, other) => one.or(other).cloned(),
    }
}

/// One behind the highest version, deleted ones included.
pub(super) fn next_version(state: &State, subject: &Subject) -> Result<Version, RegistryError> {
    let highest = state.shown(subject, Deleted::Included).next_back().map_or(0, |entry| entry.version.0);
    counted(highest).map(Version)
}

/// One behind the highest id that the subject's context ever gave.
fn next_id(state: &State, subject: &Subject) -> Result<SchemaId, RegistryError> {
    counted(state.context(subject).map_or(0, |context| context.highest_id)).map(SchemaId)
}

/// The next number; four signed bytes hold it on the wire.
fn counted(highest: u32) -> Result<u32, RegistryError> {
    let next = highest.checked_add(1).filter(|next| *next <= i32::MAX as u32);
    next.ok_or_else(|| RegistryError::new(RegistryErrorKind::Store, "all numbers up to 2^31-1 are given"))
}

/// The new version; the context, where it is new; and the end of soft-deleted versions that are this schema.
pub(super) fn events(
    state: &State,
    subject: &Subject,
    version: Version,
    id: SchemaId,
    candidate: &Candidate,
) -> Vec<Event> {
    let mut events = Vec::new();
    let context = subject.context();
    if !subject.is_in_default_context() && state.live_context(context).is_none() {
        let record = ContextRecord {
            tenant: TENANT.into(),
            context: context.into(),
            highest_id: None,
            deleted: None,
            unknown: Unknown::new(),
        };
        events.push(Event::Context { tenant: TENANT.into(), context: context.into(), value: Some(record) });
    }
    events.push(Event::Schema {
        subject: subject.to_string(),
        version: version.0,
        value: Some(record(subject, version, id, candidate)),
    });
    // A version that something refers to stays, or the schemas that refer to it, and all that was written with them, were lost.
    let replaced = |entry: &&Arc<Entry>| {
        entry.version != version
            && candidate.is(entry)
            && state.referrers(subject, entry.version, Deleted::Included).next().is_none()
    };
    for entry in state.shown(subject, Deleted::Only).filter(replaced) {
        events.push(Event::Schema { subject: subject.to_string(), version: entry.version.0, value: None });
    }
    events
}

fn record(subject: &Subject, version: Version, id: SchemaId, candidate: &Candidate) -> SchemaRecord {
    let mut record = SchemaRecord::new(subject.as_str(), version.0, id.0, &candidate.text);
    record.md5 = Some(guid_to_base64(candidate.guid));
    record.schema_type = (candidate.format.as_str() != "AVRO").then(|| candidate.format.as_str().to_owned());
    let references: Vec<_> = candidate.references.iter().map(ReferenceRecord::from).collect();
    record.references = (!references.is_empty()).then_some(references);
    record.metadata.clone_from(&candidate.metadata);
    record.rule_set.clone_from(&candidate.rule_set);
    record
}
