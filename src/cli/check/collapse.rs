//! One cause, one finding: versions, directions and dependents of the same change become lists.

use std::collections::HashMap;

use super::outcome::Found;
use crate::schema::Position;

/// What makes two findings the same cause.
type Cause = (&'static str, String, Option<Position>, String);

/// Joins findings. The subject whose own file holds the cause keeps it; without one the first by name does.
pub(super) fn collapse(findings: Vec<Found>) -> Vec<Found> {
    let mut joined: Vec<Found> = Vec::new();
    let mut places: HashMap<Cause, usize> = HashMap::new();
    for found in findings {
        let cause = cause(&found);
        match places.get(&cause).and_then(|at| joined.get_mut(*at)) {
            Some(known) => join(known, found),
            None => {
                places.insert(cause, joined.len());
                joined.push(found);
            }
        }
    }
    // That a field's type broke in another file is only a consequence, where that file's own finding names the subject.
    let is_consequence = |found: &Found| {
        let explains = |cause: &Found| {
            cause.rule != found.rule && cause.dependents.iter().any(|it| it.subject == found.subject)
        };
        found.rule == "protobuf/referenced-type-changed" && joined.iter().any(explains)
    };
    let consequences: Vec<bool> = joined.iter().map(is_consequence).collect();
    let mut consequences = consequences.into_iter();
    joined.retain(|_| !consequences.next().unwrap_or_default());
    for found in &mut joined {
        let subject = found.subject.clone();
        // The bearer of a cause that lies in its own file depends on nothing; in another file it says by which way.
        found.dependents.sort_by(|one, other| one.subject.cmp(&other.subject));
        found.dependents.dedup();
        if found.new.as_ref().is_none_or(|spot| {
            !found.dependents.iter().any(|it| it.subject == subject && it.chain.last() == Some(&spot.path))
        }) {
            found.dependents.retain(|it| it.subject != subject);
        }
    }
    joined
}

/// The worst first, then by file and line.
pub(super) fn sort(findings: &mut [Found]) {
    findings.sort_by_cached_key(order);
}

fn cause(found: &Found) -> Cause {
    let place = found.new.as_ref().map(|spot| (spot.path.clone(), spot.position));
    let old = || found.old.first().map(|spot| (spot.path.clone(), spot.position));
    let (path, position) = place.or_else(old).unwrap_or_default();
    (found.rule, path, position, found.change.clone())
}

fn join(known: &mut Found, mut other: Found) {
    let is_own = |found: &Found| found.dependents.iter().all(|it| it.subject != found.subject);
    if !is_own(known) && is_own(&other) {
        std::mem::swap(known, &mut other);
    }
    known.severity = known.severity.max(other.severity);
    if known.subject == other.subject {
        // Seen in the other direction it is of the same old version.
        known.old.extend(other.old.into_iter().filter(|spot| !known.old.contains(spot)).collect::<Vec<_>>());
        known.witness = known.witness.take().or(other.witness);
    }
    known.dependents.extend(other.dependents);
}

fn order(
    found: &Found,
) -> (std::cmp::Reverse<crate::compat::Severity>, String, Option<Position>, &'static str, String) {
    let place = found.new.as_ref().map(|spot| (spot.path.clone(), spot.position));
    let (path, position) =
        place.unwrap_or_else(|| (found.old.first().map(|spot| spot.path.clone()).unwrap_or_default(), None));
    (std::cmp::Reverse(found.severity), path, position, found.rule, found.subject.clone())
}
