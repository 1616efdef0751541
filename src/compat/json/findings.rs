//! From incompatible pairs to findings: what a person reads, with both places.

use std::collections::HashSet;

use super::compare::{Difference, Ids, Need, Spot, compare};
use super::documents::Documents;
use super::inclusion::At;
use super::messages::{Sides, message};
use super::places::Places;
use super::rules::id;
use super::schemas::{Class, Combined, Id, Schemas};
use super::solver::Solver;
use super::values;
use crate::compat::trail::{End, Trail};
use crate::compat::{Finding, Pair, Place, Policy, Severity, Side};

/// All findings of one earlier version, in the directions of the level. As in Confluent's registry, whether the old
/// version reads the new one comes first.
pub(in crate::compat) fn findings(pair: Pair<'_>) -> Vec<Finding> {
    let policy = pair.check.policy;
    let mut documents = Documents::default();
    let (Some(old), Some(new)) = (documents.add(Side::Old, pair.old), documents.add(Side::New, pair.new))
    else {
        return Vec::new();
    };
    let mut schemas = Schemas::new(documents);
    let mut root = |number: usize| {
        let node = schemas.documents.all().get(number)?.root;
        Some(schemas.load(number, node))
    };
    let (Some(old), Some(new)) = (root(old), root(new)) else { return Vec::new() };
    let mut report = Report {
        pair,
        policy,
        side: Side::New,
        solver: Solver::new(schemas, policy),
        places: Places::default(),
        findings: Vec::new(),
        spots: Vec::new(),
    };
    if pair.level.is_forward() {
        report.direction(Side::Old, (new, old));
    }
    if pair.level.is_backward() {
        report.direction(Side::New, (old, new));
    }
    if report.solver.is_exhausted() {
        let message =
            "the schemas have more alternatives that refer to each other than can be compared".to_owned();
        report.findings.push(pair.of_all(id::TOO_LARGE, message));
    }
    report.findings
}

/// The findings so far.
#[derive(Debug)]
pub(super) struct Report<'d> {
    pub(super) pair: Pair<'d>,
    policy: Policy,
    /// The side that reads.
    pub(super) side: Side,
    pub(super) solver: Solver<'d>,
    pub(super) places: Places<'d>,
    pub(super) findings: Vec<Finding>,
    /// The schemas of each finding, the writer's first.
    pub(super) spots: Vec<(At<'d>, At<'d>)>,
}

impl<'d> Report<'d> {
    /// Walks from the roots to every pair where there may be something to tell, each once.
    fn direction(&mut self, reader: Side, roots: Ids) {
        self.side = reader;
        let first = self.findings.len();
        self.registry(roots);
        self.wire(roots, first);
    }

    /// What Confluent's registry tells.
    fn registry(&mut self, roots: Ids) {
        let is_compatible = self.solver.is_compatible(roots);
        if self.solver.is_exhausted() || (is_compatible && self.policy == Policy::Strict) {
            return;
        }
        let mut seen = HashSet::new();
        let mut waiting = vec![roots];
        while let Some(ids) = waiting.pop() {
            let ids = self.solver.resolved(ids);
            if !seen.insert(ids) {
                continue;
            }
            let outcome = compare(&mut self.solver.schemas, ids);
            for difference in &outcome.differences {
                self.add(difference, None);
            }
            let mut inside = Vec::new();
            for need in &outcome.needs {
                self.need(need, &mut inside);
            }
            waiting.extend(inside.into_iter().rev());
        }
    }

    fn need(&mut self, need: &Need<'d>, inside: &mut Vec<Ids>) {
        // A pair that is compatible has nothing to tell, but for warnings.
        let lenient = self.policy == Policy::Lenient;
        match need {
            Need::Inside { ids, otherwise } => {
                let fails = !self.solver.is_compatible(*ids);
                if fails && let Some(difference) = otherwise {
                    self.add(difference, None);
                }
                if fails || lenient {
                    inside.push(*ids);
                }
            }
            Need::Reversed { ids, otherwise } => {
                if !self.solver.is_compatible(*ids) {
                    self.add(otherwise, None);
                }
            }
            Need::Any { pairs, otherwise } => {
                match pairs.iter().find(|ids| self.solver.is_compatible(**ids)) {
                    Some(ids) if lenient => inside.push(*ids),
                    Some(_) => {}
                    None => self.add(otherwise, None),
                }
            }
            Need::Matching { original, update, otherwise, .. } => {
                let (pairs, alone_before, alone_now) = self.solver.matched(need);
                if pairs.len() < original.len().min(update.len()) {
                    let alone = if original.len() <= update.len() {
                        alone_before.first().and_then(|it| original.get(*it))
                    } else {
                        alone_now.first().and_then(|it| update.get(*it))
                    };
                    self.unmatched(otherwise, alone.copied());
                } else if lenient {
                    inside.extend(pairs);
                }
            }
        }
    }

    /// A combined schema, a member of which has no partner on the other side: that member is the place.
    fn unmatched(&mut self, difference: &Difference<'d>, alone: Option<Id>) {
        let Some((id, item)) = alone.and_then(|id| Some((id, self.solver.schemas.item(id)?))) else {
            return self.add(difference, None);
        };
        let spot = Spot { document: item.document, node: item.node, member: None, schema: id };
        let original = self.members(difference.original.schema).is_some_and(|it| it.unique.contains(&id));
        let difference = if original {
            Difference { original: spot, ..difference.clone() }
        } else {
            Difference { update: spot, ..difference.clone() }
        };
        self.add(&difference, Some(original));
    }

    fn members(&self, id: Id) -> Option<&Combined> {
        match &self.solver.schemas.item(id)?.class {
            Class::Combined(combined) => Some(combined),
            _ => None,
        }
    }

    fn add(&mut self, difference: &Difference<'d>, alone: Option<bool>) {
        let sides = Sides { reader: self.side, alone };
        let message = message(&self.solver.schemas, difference, sides);
        let mut finding = self.pair.finding(difference.rule, self.side, message);
        if !self.solver.breaks(difference) {
            finding.severity = Severity::Warning;
            finding.confluent = false;
        }
        let documents = self.solver.schemas.documents.all();
        let original = self.places.of(documents, difference.original);
        let update = self.places.of(documents, difference.update);
        (finding.new, finding.old) = match self.side {
            Side::New => (update, original),
            Side::Old => (original, update),
        };
        finding.element = element(finding.new.as_ref().or(finding.old.as_ref()));
        finding.shape = shape(difference, self.side);
        finding.trail = Some(Box::new(Trail { steps: Vec::new(), end: End::Telling, message: None }));
        let at = |spot: Spot<'d>| (spot.document, spot.node);
        self.spots.push((at(difference.original), at(difference.update)));
        self.findings.push(finding);
    }
}

/// The place by the names of properties, as `order.lines[].sku`.
pub(super) fn element(place: Option<&Place>) -> String {
    let mut out = String::new();
    let mut steps = place.map_or("", |it| it.pointer.as_str()).split('/').skip(1);
    while let Some(step) = steps.next() {
        let step = step.replace("~1", "/").replace("~0", "~");
        match step.as_str() {
            "properties" => {
                if let Some(name) = steps.next() {
                    let dot = if out.is_empty() { "" } else { "." };
                    out.push_str(&format!("{dot}{}", name.replace("~1", "/").replace("~0", "~")));
                }
            }
            "items" => out.push_str("[]"),
            other => {
                let dot = if out.is_empty() { "" } else { "." };
                out.push_str(&format!("{dot}{other}"));
            }
        }
    }
    out
}

/// The values of the keyword, old to new.
fn shape(difference: &Difference<'_>, reader: Side) -> String {
    /// Values longer than that are cut: the element tells them apart.
    const LONG: usize = 200;
    let text = |spot: Spot<'_>| {
        let text = spot.member.map(|it| values::rendered(&it.value)).unwrap_or_default();
        text.chars().take(LONG).collect::<String>()
    };
    let (original, update) = (text(difference.original), text(difference.update));
    match reader {
        Side::New => format!("{} {original} -> {update}", difference.name),
        Side::Old => format!("{} {update} -> {original}", difference.name),
    }
}
