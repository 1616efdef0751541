//! Events to state.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use super::shared_map::SharedMap;
use super::{Context, Entry, State};
use crate::ids::Version;
use crate::registry::Subject;
use crate::registry::event::Event;

impl State {
    /// Makes an event so. `timestamp` is the record's, in milliseconds since 1970.
    ///
    /// Law: never refuses, and depends on nothing but what is given; so the same log makes the same state everywhere.
    pub fn apply(&mut self, event: &Event, timestamp: i64) {
        match event {
            Event::Schema { subject, version, value } => {
                let (subject, version) = (Subject::accepted(subject), Version(*version));
                self.remove(&subject, version);
                if let Some(record) = value {
                    self.insert(Entry::new(subject, version, record.clone(), timestamp));
                }
            }
            Event::DeleteSubject { subject, value } => {
                if let Some(record) = value {
                    self.soft_delete(&Subject::accepted(subject), Version(record.version));
                }
            }
            Event::ClearSubject { subject, value } => {
                if value.is_some() {
                    self.clear(&Subject::accepted(subject));
                }
            }
            Event::Context { context, value, .. } => {
                let context = Arc::make_mut(self.contexts.entry(context.clone()).or_default());
                let highest = value.as_ref().and_then(|record| record.highest_id).unwrap_or(0);
                context.highest_id = context.highest_id.max(highest);
                let deleted = value.as_ref().is_none_or(|record| record.deleted == Some(true));
                context.is_deleted = deleted && context.subjects.len() == 0;
            }
            Event::Config { subject, value } => {
                put(&mut self.configs, scope(subject.as_deref()), value.clone().map(Arc::new));
            }
            Event::Mode { subject, value } => {
                put(&mut self.modes, scope(subject.as_deref()), value.clone().map(Arc::new));
            }
            Event::Noop | Event::Unknown { .. } => {}
        }
    }

    fn insert(&mut self, entry: Entry) {
        let (subject, version) = (entry.subject.clone(), entry.version);
        for target in entry.targets() {
            add(&mut self.referrers, &target, (subject.clone(), version));
        }
        let context = Arc::make_mut(self.contexts.entry(subject.context().to_owned()).or_default());
        context.highest_id = context.highest_id.max(entry.record.id);
        context.is_deleted = false;
        add(&mut context.uses, &entry.id(), (subject.clone(), version));
        add(&mut context.ids, &entry.guid, entry.id());
        Arc::make_mut(context.subjects.entry(&subject)).insert(version, Arc::new(entry));
    }

    fn remove(&mut self, subject: &Subject, version: Version) {
        if self.entry(subject, version).is_none() {
            return;
        }
        let Some(context) = self.contexts.get_mut(subject.context()).map(Arc::make_mut) else { return };
        let Some(entry) = context.take(subject, version) else { return };
        discard(&mut context.uses, &entry.id(), &(subject.clone(), version));
        // An id may have had several contents; this one loses it when no other use has the same content.
        let last = context.uses.get(&entry.id()).is_none_or(|uses| {
            let same = |(subject, version): &(Subject, Version)| {
                context
                    .subjects
                    .get(subject)
                    .and_then(|it| it.get(version))
                    .is_some_and(|it| it.guid == entry.guid)
            };
            !uses.iter().any(same)
        });
        if last {
            discard(&mut context.ids, &entry.guid, &entry.id());
        }
        for target in entry.targets() {
            discard(&mut self.referrers, &target, &(subject.clone(), version));
        }
    }

    /// Soft-deletes all versions up to that one.
    fn soft_delete(&mut self, subject: &Subject, last: Version) {
        let Some(context) = self.contexts.get_mut(subject.context()).map(Arc::make_mut) else { return };
        let Some(versions) = context.subjects.get_mut(subject).map(Arc::make_mut) else { return };
        for entry in versions.range_mut(..=last).map(|(_, entry)| entry).filter(|entry| !entry.is_deleted()) {
            *entry = Arc::new(entry.soft_deleted());
        }
    }

    fn clear(&mut self, subject: &Subject) {
        let deleted: Vec<Version> = self
            .all_versions(subject)
            .into_iter()
            .flatten()
            .filter(|(_, entry)| entry.is_deleted())
            .map(|(version, _)| *version)
            .collect();
        for version in deleted {
            self.remove(subject, version);
        }
    }
}

impl Context {
    /// Takes a version out; a subject without versions is none.
    fn take(&mut self, subject: &Subject, version: Version) -> Option<Arc<Entry>> {
        let versions = Arc::make_mut(self.subjects.get_mut(subject)?);
        let entry = versions.remove(&version);
        if versions.is_empty() {
            self.subjects.remove(subject);
        }
        entry
    }
}

/// Whose settings a key names. Confluent's registry writes the default context as null.
fn scope(subject: Option<&str>) -> Option<Subject> {
    subject.map(Subject::accepted).filter(|subject| !subject.as_str().is_empty())
}

fn put<V: Clone>(map: &mut SharedMap<Option<Subject>, V>, key: Option<Subject>, value: Option<V>) {
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(&key)),
    }
}

fn add<K: Ord + Hash + Clone, V: Ord + Clone>(map: &mut SharedMap<K, Arc<BTreeSet<V>>>, key: &K, value: V) {
    Arc::make_mut(map.entry(key)).insert(value);
}

/// Takes a value out of a key's set; an empty set is none.
fn discard<K: Ord + Hash + Clone, V: Ord + Clone>(
    map: &mut SharedMap<K, Arc<BTreeSet<V>>>,
    key: &K,
    value: &V,
) {
    let Some(set) = map.get_mut(key).map(Arc::make_mut) else { return };
    set.remove(value);
    if set.is_empty() {
        map.remove(key);
    }
}
