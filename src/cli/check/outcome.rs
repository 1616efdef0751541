//! What a run of `check` found: the one thing that all reports are made from.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::compat::{Deployment, Fix, Level, Severity, Witness};
use crate::schema::{Format, Position};

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What was compared with, as `git:origin/main (merge base 4f1c2ab)`.
    pub(super) baseline: String,
    /// Each subject once, by name.
    pub(super) subjects: Vec<SubjectOutcome>,
    /// The worst first, then by place.
    pub(super) findings: Vec<Found>,
    /// What could not be checked, and why.
    pub(super) troubles: Vec<Trouble>,
    /// What is worth knowing and no finding.
    pub(super) notes: Vec<String>,
    /// How many old versions were compared with.
    pub(super) versions: usize,
    /// How long it took.
    pub(super) elapsed: Duration,
}

/// One subject.
#[derive(Debug, Clone)]
pub(super) struct SubjectOutcome {
    pub(super) name: String,
    /// Its file, or the one that it had.
    pub(super) path: String,
    pub(super) format: Format,
    pub(super) level: Level,
    pub(super) state: State,
    /// What to deploy first; none where nothing changed.
    pub(super) deployment: Option<Deployment>,
    /// How many old versions it was compared with.
    pub(super) versions: usize,
}

/// What became of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// There is nothing to compare it with.
    New,
    /// Neither its file nor what it refers to is another.
    Unchanged,
    /// It was compared; its findings say how that went.
    Compared,
    /// Its file is gone.
    Deleted,
    /// It could not be compared.
    Unchecked,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Compared => "compared",
            Self::Deleted => "deleted",
            Self::Unchecked => "unchecked",
        }
    }
}

/// One finding, against all old versions in which it shows.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The same for the same change, whatever line it is on; twelve digits.
    pub(super) id: String,
    /// What changed, whichever subject it is seen from; with the place it tells one cause from another.
    pub(super) change: String,
    pub(super) rule: &'static str,
    pub(super) severity: Severity,
    pub(super) format: Option<Format>,
    pub(super) subject: String,
    /// The path of names of what changed, or the pointer to it.
    pub(super) element: String,
    pub(super) message: String,
    pub(super) why: &'static str,
    pub(super) fix: &'static str,
    pub(super) confluent: Option<&'static str>,
    pub(super) level: Option<Level>,
    /// Under which profiles it breaks; none for what the checker has no part in.
    pub(super) verdicts: Option<Verdicts>,
    /// A message that was seen to fail.
    pub(super) witness: Option<Witness>,
    /// Changes to the file that were seen to mend it, or may.
    pub(super) fixes: Vec<Fix>,
    /// Where it is now.
    pub(super) new: Option<Spot>,
    /// Where it was, in each version that it breaks.
    pub(super) old: Vec<OldSpot>,
    /// Other subjects that break by the same cause, each with the files that lead to it.
    pub(super) dependents: Vec<Dependent>,
    pub(super) owners: Vec<String>,
    pub(super) consumers: Vec<String>,
    pub(super) waiver: Option<Waived>,
}

/// Under which profiles a finding makes its pair incompatible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub(super) confluent: bool,
    pub(super) wire: bool,
}

/// A place in a file as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) path: String,
    pub(super) position: Option<Position>,
    /// One behind the last character.
    pub(super) end: Option<Position>,
    pub(super) pointer: String,
    /// The file's text.
    pub(super) text: Arc<str>,
}

/// A place in an old version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OldSpot {
    pub(super) version: Version,
    pub(super) path: String,
    pub(super) position: Option<Position>,
    pub(super) pointer: String,
}

/// An old version of a subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// Counted from the oldest, where the history is known; or the registry's own.
    pub(super) number: Option<usize>,
    /// The commit that brought it, or the baseline's; none in a directory or a registry.
    pub(super) revision: Option<String>,
    pub(super) date: Option<String>,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut facts = Vec::new();
        facts.extend(self.revision.as_ref().map(|it| format!("git {it}")));
        facts.extend(self.date.clone());
        match (self.number, facts.is_empty()) {
            (Some(number), true) => write!(f, "v{number}"),
            (Some(number), false) => write!(f, "v{number} ({})", facts.join(", ")),
            (None, true) => f.write_str("the baseline"),
            (None, false) => f.write_str(&facts.join(", ")),
        }
    }
}

impl Version {
    /// Whether it is a registry's, and no file that could be opened.
    pub(super) const fn is_of_registry(&self) -> bool {
        self.number.is_some() && self.revision.is_none()
    }

    /// As short as it goes: `v3`, else `4f1c2ab`.
    pub(super) fn short(&self) -> String {
        let revision = || self.revision.clone().unwrap_or_else(|| "the baseline".into());
        self.number.map_or_else(revision, |number| format!("v{number}"))
    }
}

/// A subject that a shared file breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependent {
    pub(super) subject: String,
    /// From its own file to the one with the cause.
    pub(super) chain: Vec<String>,
}

/// The waiver that a finding falls under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waived {
    pub(super) reason: String,
    pub(super) until: String,
    pub(super) by: Option<String>,
    /// Days until it ends.
    pub(super) days: i64,
}

/// Something that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) message: String,
    pub(super) causes: Vec<String>,
    pub(super) help: Option<String>,
}

/// How many there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) compared: usize,
    pub(super) compatible: usize,
    pub(super) new: usize,
    pub(super) deleted: usize,
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    pub(super) waived: usize,
}

impl Outcome {
    /// Findings that no waiver covers.
    pub(super) fn open(&self) -> impl Iterator<Item = &Found> {
        self.findings.iter().filter(|found| found.waiver.is_none())
    }

    pub(super) fn counts(&self) -> Counts {
        let state = |state: State| self.subjects.iter().filter(|it| it.state == state).count();
        let severity = |severity| self.open().filter(|found| found.severity == severity).count();
        let breaks = self.open().filter(|found| found.severity == Severity::Error);
        let broken = breaks.flat_map(|found| {
            let dependents = found.dependents.iter().map(|it| it.subject.as_str());
            dependents.chain([found.subject.as_str()])
        });
        let broken: HashSet<&str> = broken.collect();
        let is_clean = |subject: &&SubjectOutcome| {
            let compared = matches!(subject.state, State::Unchanged | State::Compared);
            compared && !broken.contains(subject.name.as_str())
        };
        Counts {
            compared: state(State::Compared) + state(State::Unchanged) + state(State::Deleted),
            compatible: self.subjects.iter().filter(is_clean).count(),
            new: state(State::New),
            deleted: state(State::Deleted),
            errors: severity(Severity::Error),
            warnings: severity(Severity::Warning),
            notes: severity(Severity::Note),
            waived: self.findings.iter().filter(|found| found.waiver.is_some()).count(),
        }
    }

    /// 3 where something could not be checked, 1 where something open is as bad as `fail_on`, else 0. Nothing compared at
    /// all is 3 as well, unless everything is new.
    pub(super) fn exit_code(&self, fail_on: Severity) -> u8 {
        let counts = self.counts();
        if !self.troubles.is_empty() {
            3
        } else if self.open().any(|found| found.severity >= fail_on) {
            1
        } else if counts.compared == 0 && counts.new == 0 {
            3
        } else {
            0
        }
    }
}
