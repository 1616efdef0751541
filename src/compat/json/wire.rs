//! The profile `wire`: which findings harm documents, and what the registry does not see.

use super::compare::{Ids, Spot};
use super::documents::place;
use super::findings::{Report, element};
use super::inclusion::{At, Inclusion, Reason};
use super::rules::id;
use crate::compat::Side;
use crate::compat::rule::RuleId;
use crate::compat::trail::{End, Trail};

/// Texts that are longer together are not compared beyond what the registry compares.
const LARGE: usize = 2 << 20;

impl<'d> Report<'d> {
    /// Judges the findings of one direction, from `first` on, and adds those that only documents show.
    pub(super) fn wire(&mut self, roots: Ids, first: usize) {
        if self.pair.is_unchanged() {
            // The registry may refuse even that, as it does the constant null.
            self.findings.iter_mut().skip(first).for_each(|finding| finding.wire = false);
            return;
        }
        let at = |id: usize| self.solver.schemas.item(id).map(|it| (it.document, it.node));
        let (Some(writer), Some(reader)) = (at(roots.0), at(roots.1)) else { return };
        let bytes: usize = self.solver.schemas.documents.all().iter().map(|it| it.text.len()).sum();
        if bytes > LARGE {
            // What the registry finds may be harmless; nobody looks.
            self.reason(&Reason { reader, writer: Some(writer), keyword: "" });
            return;
        }
        let spots: Vec<(At<'d>, At<'d>)> = self.spots.get(first..).unwrap_or_default().to_vec();
        let mut inclusion = Inclusion::new(&mut self.solver.schemas);
        let (holds, reasons) = inclusion.explain(writer, reader);
        let harmless: Vec<bool> =
            spots.iter().map(|(original, update)| holds || inclusion.holds(*original, *update)).collect();
        for (finding, harmless) in self.findings.iter_mut().skip(first).zip(&harmless) {
            finding.wire = !harmless;
        }
        if holds {
            return;
        }
        let told: Vec<usize> = spots.iter().map(|(_, update)| place(update.1)).collect();
        for reason in reasons {
            if !told.contains(&place(reason.reader.1)) {
                self.reason(&reason);
            }
        }
        if !self.findings.iter().skip(first).any(|finding| finding.wire) {
            self.reason(&Reason { reader, writer: Some(writer), keyword: "" });
        }
    }

    fn reason(&mut self, reason: &Reason<'d>) {
        let rule = rule_of(reason.keyword);
        let (reader, writer) = match self.side {
            Side::New => ("the new schema", "the earlier version"),
            Side::Old => ("the earlier version", "the new schema"),
        };
        let message = match reason.keyword {
            "" => format!("it is not proved that {reader} accepts all that {writer} accepts"),
            keyword => format!(
                "{reader} asks for something by `{keyword}`, and nothing is found in {writer} that makes sure of it"
            ),
        };
        let spot = |at: At<'d>| {
            let member = at.1.members().iter().find(|it| &*it.name == reason.keyword);
            Spot { document: at.0, node: at.1, member, schema: 0 }
        };
        let documents = self.solver.schemas.documents.all();
        let update = self.places.of(documents, spot(reason.reader));
        let original = reason.writer.and_then(|at| self.places.of(documents, spot(at)));
        let mut finding = self.pair.finding(rule, self.side, message);
        (finding.new, finding.old) = match self.side {
            Side::New => (update, original),
            Side::Old => (original, update),
        };
        let has_told = self.findings.iter().any(|it| {
            it.rule == rule && it.reader == self.side && it.new == finding.new && it.old == finding.old
        });
        if has_told {
            return;
        }
        finding.element = element(finding.new.as_ref().or(finding.old.as_ref()));
        finding.shape = reason.keyword.to_owned();
        finding.trail = Some(Box::new(Trail { steps: Vec::new(), end: End::Telling, message: None }));
        let unknown = reason.writer.unwrap_or(reason.reader);
        self.spots.push((unknown, reason.reader));
        self.findings.push(finding);
    }
}

/// Which rule tells of a keyword that the registry does not compare, or compares otherwise.
fn rule_of(keyword: &str) -> RuleId {
    match keyword {
        "contains" => id::CONTAINS_NARROWED,
        "if" => id::CONDITION_NARROWED,
        "patternProperties" => id::PATTERN_PROPERTIES_NARROWED,
        "propertyNames" => id::PROPERTY_NAMES_NARROWED,
        "required" => id::UNDECLARED_REQUIRED,
        _ => id::NOT_PROVED,
    }
}
