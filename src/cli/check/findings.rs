//! From what the checker, the parsers and the linker say to findings with files and lines.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::outcome::{Dependent, Found, OldSpot, Spot, Verdicts, Version};
use super::rules;
use crate::compat::{Category, Finding, Level, Place, Profile, Severity};
use crate::schema::{Format, Position, SchemaErrorKind};
use crate::source::{Linked, Snapshot, SourceError, Store, TextError, Unlinked};

/// A subject as findings name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) subject: &'a str,
    pub(super) path: &'a str,
    pub(super) format: Format,
    pub(super) level: Level,
    pub(super) profile: Profile,
    pub(super) owners: &'a [String],
    pub(super) consumers: &'a [String],
}

/// An old version of a subject.
#[derive(Debug, Clone)]
pub(super) struct OldVersion {
    pub(super) version: Version,
    pub(super) path: String,
    /// Whether it is in a registry, so that its path leads to no file.
    pub(super) is_elsewhere: bool,
    pub(super) linked: Linked,
}

impl About<'_> {
    /// A finding of a rule, without a place.
    pub(super) fn found(self, rule: &str, element: &str, shape: &str, message: String) -> Option<Found> {
        let row = rules::find(rule)?;
        Some(Found {
            id: identity(row.id, self.subject, element, shape),
            change: message.clone(),
            rule: row.id,
            severity: row.severity,
            format: Some(self.format),
            subject: self.subject.into(),
            element: element.into(),
            message,
            why: row.why,
            fix: row.fix,
            confluent: row.confluent,
            level: None,
            verdicts: None,
            witness: None,
            fixes: Vec::new(),
            new: None,
            old: Vec::new(),
            dependents: Vec::new(),
            owners: self.owners.to_vec(),
            consumers: self.consumers.to_vec(),
            waiver: None,
        })
    }
}

impl About<'_> {
    /// What breaks the pair under the profile is an error; what breaks it under the other one alone is a warning.
    fn severity(self, finding: &Finding) -> Severity {
        if finding.category == Category::Source {
            finding.severity
        } else if finding.breaks(self.profile) {
            Severity::Error
        } else if finding.confluent || finding.wire {
            Severity::Warning
        } else {
            finding.severity.min(Severity::Warning)
        }
    }
}

/// What the checker found, placed in files.
pub(super) fn of_checker(
    about: About<'_>,
    finding: &Finding,
    new: &Linked,
    old: &OldVersion,
    store: &mut Store,
    snapshot: &Snapshot,
) -> Result<Option<Found>, SourceError> {
    let Some(mut found) = about.found(finding.rule, &finding.element, "", finding.message.clone()) else {
        return Ok(None);
    };
    found.id = finding.id(about.subject);
    found.change = finding.id("");
    found.severity = about.severity(finding);
    found.level = Some(about.level);
    found.verdicts = Some(Verdicts { confluent: finding.confluent, wire: finding.wire });
    found.witness.clone_from(&finding.witness);
    if let Some(place) = &finding.new {
        let path = file_of(place, about.path, new);
        // Edits are made in the subject's own text.
        found.fixes = if path == about.path { finding.fixes.clone() } else { Vec::new() };
        found.new = Some(Spot {
            text: text_of(store, snapshot, &path)?,
            path,
            position: place.position(),
            end: place.range.map(|range| range.end),
            pointer: place.pointer.clone(),
        });
    } else if old.is_elsewhere {
        // Who reads the report can go to the file that is there alone.
        let (text, path) = (text_of(store, snapshot, about.path)?, about.path.to_owned());
        found.new = Some(Spot { path, position: None, end: None, pointer: String::new(), text });
    }
    let (path, position, pointer) = match &finding.old {
        Some(place) => (file_of(place, &old.path, &old.linked), place.position(), place.pointer.clone()),
        None => (old.path.clone(), None, String::new()),
    };
    found.old.push(OldSpot { version: old.version.clone(), path, position, pointer });
    let cause = found.new.as_ref().map_or(about.path, |spot| spot.path.as_str());
    if cause != about.path {
        let chain = chain(about.path, cause, new);
        found.dependents.push(Dependent { subject: about.subject.into(), chain });
    }
    Ok(Some(found))
}

/// A file that gives no schema.
pub(super) fn of_unlinked(
    about: About<'_>,
    error: &Unlinked,
    store: &mut Store,
    snapshot: &Snapshot,
) -> Result<Option<Found>, SourceError> {
    let (path, error) = match error {
        Unlinked::Reference { path, source } => (path.as_str(), &**source),
        own => (about.path, own),
    };
    let text = text_of(store, snapshot, path)?;
    let mut place = (None, String::new());
    let rule = match error {
        Unlinked::Text(TextError::NotUtf8 { line, column, .. }) => {
            place.0 = Some(Position { line: *line, column: *column });
            rules::NOT_UTF8
        }
        Unlinked::Text(TextError::TooLarge { .. }) | Unlinked::TooDeep => rules::TOO_LARGE,
        Unlinked::Cycle(_) => rules::CYCLE,
        Unlinked::Ambiguous { .. } => rules::AMBIGUOUS,
        Unlinked::Schema(error) => {
            place = (error.position, error.pointer.clone().unwrap_or_default());
            match error.kind {
                SchemaErrorKind::UnknownReference if is_remote(&text, error.position) => rules::UNMAPPED,
                SchemaErrorKind::UnknownReference => rules::UNKNOWN,
                SchemaErrorKind::TooLarge => rules::TOO_LARGE,
                _ => rules::INVALID,
            }
        }
        _ => rules::UNREADABLE,
    };
    let element = if place.1.is_empty() { path } else { &place.1 };
    let Some(mut found) = about.found(rule, element, "", error.to_string()) else { return Ok(None) };
    let (position, pointer) = place;
    found.new = Some(Spot { path: path.into(), position, end: None, pointer, text });
    if path != about.path {
        let chain = vec![about.path.to_owned(), path.to_owned()];
        found.dependents.push(Dependent { subject: about.subject.into(), chain });
    }
    Ok(Some(found))
}

/// Twelve digits that are the same wherever the lines are and whichever commit it is.
fn identity(rule: &str, subject: &str, element: &str, shape: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, subject, element, shape] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn file_of(place: &Place, own: &str, linked: &Linked) -> String {
    let used = place.reference.as_ref().and_then(|name| linked.uses.iter().find(|used| used.name == *name));
    used.map_or(own, |used| &used.path).to_owned()
}

/// The files from a subject's own to the one with the cause.
fn chain(own: &str, cause: &str, linked: &Linked) -> Vec<String> {
    let mut chain = vec![cause.to_owned()];
    // Each file is named by one that is nearer, so this ends; the bound is for whoever breaks that.
    for _ in 0..linked.uses.len() {
        let last = chain.last().map_or("", String::as_str);
        let Some(by) = linked.uses.iter().find(|used| used.path == last).map(|used| used.by.clone()) else {
            break;
        };
        let is_own = by == own;
        chain.push(by);
        if is_own {
            break;
        }
    }
    chain.reverse();
    chain
}

fn text_of(store: &mut Store, snapshot: &Snapshot, path: &str) -> Result<Arc<str>, SourceError> {
    Ok(match store.read(snapshot, path)? {
        Some(Ok(id)) => store.text(id),
        _ => Arc::from(""),
    })
}

/// Whether what stands there is a reference to a server.
fn is_remote(text: &str, position: Option<Position>) -> bool {
    let Some(position) = position else { return false };
    let line = text.lines().nth(position.line.saturating_sub(1) as usize).unwrap_or_default();
    let rest: String = line.chars().skip(position.column.saturating_sub(1) as usize).take(9).collect();
    rest.starts_with("\"http://") || rest.starts_with("\"https://")
}
