//! Whether a new version fits the earlier ones, and how a registry says that it does not.

use std::sync::Arc;

use super::super::State;
use super::super::candidate::Candidate;
use crate::codec::Codecs;
use crate::compat::{Level, Policy, Report, Severity, check_with};
use crate::registry::{Config, Deleted, Metadata, Registered, RegistryError, RegistryErrorKind, Subject};
use crate::schema::Schema;

/// Refuses a schema that does not fit the earlier versions as the settings ask.
pub(super) fn check(
    state: &State,
    codecs: &Codecs,
    subject: &Subject,
    config: &Config,
    candidate: &Candidate,
    schema: &Schema,
) -> Result<(), RegistryError> {
    let level = config.level.unwrap_or(Level::None);
    if level == Level::None {
        return Ok(());
    }
    let history = history(state, codecs, subject, config, candidate.metadata.as_ref())?;
    let schemas: Vec<Schema> = history.iter().map(|it| it.schema.clone()).collect();
    let report = check_with(level, config.policy.unwrap_or(Policy::Strict), &schemas, schema);
    if report.is_compatible() { Ok(()) } else { Err(refusal(subject, level, &history, report)) }
}

/// The refusal as Confluent words it: what is wrong with the newest version that fails, which one that is, and by which level.
fn refusal(subject: &Subject, level: Level, history: &[Arc<Registered>], report: Report) -> RegistryError {
    /// How much of the old schema's text a message shows.
    const SHOWN: usize = 10 << 10;
    let errors = || report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let newest = errors().map(|finding| finding.against).max().unwrap_or(0);
    let mut details: Vec<String> =
        errors().filter(|it| it.against == newest).map(|it| format!("{}: {}", it.rule, it.message)).collect();
    if let Some(old) = history.get(newest) {
        let text = old.schema.text();
        let end = (0..=SHOWN.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        details.push(format!("{{oldSchemaVersion: {}}}", old.version));
        details.push(format!("{{oldSchema: '{}'}}", text.get(..end).unwrap_or_default()));
    }
    details.push(format!("{{validateFields: 'false', compatibility: '{level}'}}"));
    let message = format!(
        "Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{}]",
        details.join(", ")
    );
    RegistryError::new(RegistryErrorKind::Incompatible, message).with_report(report)
}

/// The live versions that a proposal with that metadata is compared with, oldest first.
pub(in super::super) fn history(
    state: &State,
    codecs: &Codecs,
    subject: &Subject,
    config: &Config,
    metadata: Option<&Metadata>,
) -> Result<Vec<Arc<Registered>>, RegistryError> {
    let group = |metadata: Option<&Metadata>| {
        let name = config.group.as_ref()?;
        metadata?.properties.get(name).cloned()
    };
    let wanted = group(metadata);
    let versions = state.shown(subject, Deleted::Hidden);
    let of_group = versions.filter(|entry| group(entry.record.metadata.as_ref()) == wanted);
    of_group.map(|entry| state.registered(codecs, entry)).collect()
}
