//! What of an outcome a report shows: the worst of its findings, and how many those are not.

use std::collections::HashMap;

use crate::cli::check::outcome::{Found, Outcome};

/// An outcome as one report shows it.
pub(super) struct Excerpt<'o> {
    pub(super) outcome: &'o Outcome,
    /// Findings that no waiver covers.
    pub(super) open: Vec<&'o Found>,
    /// Those that a waiver covers as well.
    pub(super) all: Vec<&'o Found>,
    most: usize,
}

impl<'o> Excerpt<'o> {
    /// The first `most` findings, of which the worst stand first.
    pub(super) fn new(outcome: &'o Outcome, most: usize) -> Self {
        let open = outcome.open().take(most).collect();
        Self { outcome, open, all: outcome.findings.iter().take(most).collect(), most }
    }

    /// How many open findings are not shown.
    pub(super) fn open_left_out(&self) -> usize {
        self.outcome.open().count().saturating_sub(self.most)
    }

    /// The same, of all findings.
    pub(super) fn left_out(&self) -> usize {
        self.outcome.findings.len().saturating_sub(self.most)
    }

    /// The open findings of each subject: its own, and those of a shared file that break it too.
    pub(super) fn by_subject(&self) -> HashMap<&'o str, Vec<&'o Found>> {
        let mut found: HashMap<&str, Vec<&Found>> = HashMap::new();
        for finding in &self.open {
            let dependents = finding.dependents.iter().map(|it| it.subject.as_str());
            let others = dependents.filter(|subject| *subject != finding.subject);
            for subject in std::iter::once(finding.subject.as_str()).chain(others) {
                found.entry(subject).or_default().push(finding);
            }
        }
        found
    }
}
