//! Restoring: all that another registry has, with its ids and versions, in one decision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::State;
use super::{Decision, delete_version, register_all, set_config, set_mode};
use crate::codec::Codecs;
use crate::ids::Version;
use crate::registry::event::Event;
use crate::registry::{
    ConfigChange, Contents, Deleted, Deletion, Proposal, Registered, RegistryError, RegistryMode, Subject,
    VersionSpec,
};

/// Takes all of it, or nothing.
///
/// # Errors
/// A state in which there are subjects; contents that do not belong together, as a reference that leads nowhere.
pub fn restore(state: &State, codecs: &Codecs, contents: &Contents) -> Result<Decision<()>, RegistryError> {
    if !state.subjects(":*:", Deleted::Included).is_empty() {
        return Err(RegistryError::not_permitted(
            "the registry has subjects already: only an empty one is restored",
        ));
    }
    let mut ahead = Ahead { state: state.clone(), events: Vec::new() };
    ahead.take(set_mode(&ahead.state, None, RegistryMode::Import, false)?);
    let versions: BTreeMap<Place, &Arc<Registered>> =
        contents.versions.iter().map(|it| ((it.subject.clone(), it.version), it)).collect();
    let proposals: Vec<_> = in_order(&versions).into_iter().map(proposal).collect();
    ahead.take(register_all(&ahead.state, codecs, &proposals)?);
    // What nothing live refers to can be hidden in any order.
    for ((subject, version), _) in versions.iter().filter(|(_, it)| it.deleted) {
        let version = VersionSpec::Number(*version);
        ahead.take(delete_version(&ahead.state, subject, version, Deletion::Soft)?);
    }
    for (scope, config) in &contents.configs {
        ahead.take(set_config(&ahead.state, scope.as_ref(), &ConfigChange::from(config.clone()))?);
    }
    // The registry's own, which was changed for the rest, comes last.
    let own = contents.modes.iter().find_map(|(scope, mode)| scope.is_none().then_some(*mode));
    for (scope, mode) in contents.modes.iter().filter(|(scope, _)| scope.is_some()) {
        ahead.take(set_mode(&ahead.state, scope.as_ref(), *mode, true)?);
    }
    ahead.take(set_mode(&ahead.state, None, own.unwrap_or_default(), true)?);
    Ok(Decision::new(ahead.events, ()))
}

/// What will be so, and the events that lead there.
struct Ahead {
    state: State,
    events: Vec<Event>,
}

impl Ahead {
    fn take<T>(&mut self, decision: Decision<T>) {
        decision.events.iter().for_each(|event| self.state.apply(event, 0));
        self.events.extend(decision.events);
    }
}

/// A version of a subject.
type Place = (Subject, Version);

/// The versions, each behind those that it refers to.
fn in_order<'v>(versions: &BTreeMap<Place, &'v Arc<Registered>>) -> Vec<&'v Arc<Registered>> {
    let mut ordered = Vec::with_capacity(versions.len());
    let mut seen = BTreeSet::new();
    // A walk without recursion: a place is looked at once for what it refers to, and once more to be taken.
    let mut open: Vec<(&Place, bool)> = versions.keys().rev().map(|place| (place, false)).collect();
    while let Some((place, is_ready)) = open.pop() {
        let Some((place, registered)) = versions.get_key_value(place) else { continue };
        if is_ready {
            ordered.push(*registered);
        } else if seen.insert(place) {
            open.push((place, true));
            for (reference, _) in registered.schema.references() {
                let Ok(subject) = reference.subject.parse::<Subject>() else { continue };
                let version = Version(u32::try_from(reference.version).unwrap_or(0));
                let target = (registered.subject.qualify(&subject), version);
                open.extend(versions.get_key_value(&target).map(|(target, _)| (target, false)));
            }
        }
    }
    ordered
}

fn proposal(registered: &Arc<Registered>) -> (Subject, Proposal) {
    let mut proposal =
        Proposal::new(registered.schema.clone()).with_id(registered.id).with_version(registered.version);
    proposal.metadata.clone_from(&registered.metadata);
    proposal.rule_set.clone_from(&registered.rule_set);
    (registered.subject.clone(), proposal)
}
