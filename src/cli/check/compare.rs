//! The run: every subject with its old versions, to an [`Outcome`].

mod registered;

use std::collections::{BTreeMap, HashMap};

use super::baseline::Sides;
use super::collapse::collapse;
use super::findings::{OldVersion, of_checker, of_unlinked};
use super::history::{self, Wanted};
use super::outcome::{Found, OldSpot, Outcome, State, SubjectOutcome, Trouble, Version};
use super::registry::Elsewhere;
use super::rules;
use super::settings::{Deletes, Settings};
use super::subjects::{Candidate, Chooser};
use crate::cli::failure::Failure;
use crate::compat::{self, Report, Severity};
use crate::proof;
use crate::registry::Config;
use crate::schema::{Mode, Position};
use crate::source::{Linked, Linker, SourceError, Unlinked, on_all_cores};

/// A subject of the new side.
struct Subject {
    candidate: Candidate,
    name: String,
    linked: Result<Linked, Unlinked>,
    old: Old,
    /// What is set for it in the registry, where that was asked.
    config: Option<Config>,
}

/// What the baseline has of a subject.
enum Old {
    Nothing,
    /// Its path then, or its name and version in the registry; and its schema.
    Schema(String, Linked),
    Broken,
}

/// One run.
pub(super) struct Run<'r> {
    pub(super) sides: &'r mut Sides,
    pub(super) settings: &'r Settings,
    pub(super) chooser: Chooser<'r>,
    /// Where levels are asked for, and old versions, where those of the old side do not count.
    pub(super) registry: Option<&'r Elsewhere>,
    /// Whether the registry is the baseline.
    pub(super) against_registry: bool,
    /// Takes a subject that is as it was for compatible, with older versions too.
    pub(super) changed_only: bool,
    /// Whether messages that fail are looked for, and fixes tried.
    pub(super) with_proofs: bool,
}

impl Run<'_> {
    /// Compares all subjects.
    pub(super) fn compare(mut self) -> Result<Outcome, Failure> {
        let mut outcome = Outcome { baseline: self.sides.label.clone(), ..Outcome::default() };
        let mut linker = Linker::new(self.settings.roots.clone());
        self.all(&mut outcome, &mut linker)?;
        outcome.findings = collapse(std::mem::take(&mut outcome.findings));
        self.apply_severities(&mut outcome);
        outcome.subjects.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(outcome)
    }

    fn all(&mut self, outcome: &mut Outcome, linker: &mut Linker) -> Result<(), Failure> {
        let mut subjects = self.new_side(linker)?;
        let mut gone = self.old_side(&mut subjects, linker, outcome)?;
        self.ask_levels(&mut subjects, &mut gone)?;
        let versions = match self.registry.filter(|_| self.against_registry) {
            Some(registry) => self.registered(registry, &mut subjects, linker, outcome)?,
            None => self.versions(&subjects, linker, outcome)?,
        };
        let pairs: Vec<(&Subject, Vec<OldVersion>)> = subjects.iter().zip(versions).collect();
        let reports = on_all_cores(&pairs, |(subject, versions)| self.report(subject, versions));
        for ((subject, versions), report) in pairs.iter().zip(reports) {
            self.note(subject, versions, report, outcome)?;
        }
        for (candidate, name) in gone {
            self.deleted(&candidate, &name, outcome);
        }
        Ok(())
    }

    /// The subjects as they are; two of one name are a mistake in the configuration.
    fn new_side(&mut self, linker: &mut Linker) -> Result<Vec<Subject>, Failure> {
        let candidates = self.chooser.choose(&mut self.sides.store, &self.sides.new)?;
        let objects = |path: &str| match self.sides.new.content(path) {
            Some(crate::source::Content::Object(id)) => Some(id),
            _ => None,
        };
        self.sides.store.prefetch(candidates.iter().filter_map(|it| objects(&it.path)))?;
        let files = candidates.iter().map(|it| (it.path.as_str(), it.format));
        linker.parse_ahead(&mut self.sides.store, &self.sides.new, files, Mode::Strict)?;
        let mut by_name: BTreeMap<String, String> = BTreeMap::new();
        let mut subjects = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let Sides { store, new, .. } = &mut *self.sides;
            let linked = linker.link(store, new, &candidate.path, candidate.format, Mode::Strict)?;
            let schema = linked.as_ref().ok().map(|linked| &linked.schema);
            let name = match (self.chooser.name(&candidate, schema), &linked) {
                (Ok(name), _) => name,
                // What does not parse has no name of its own.
                (Err(_), Err(_)) => candidate.path.clone(),
                (Err(message), Ok(_)) => return Err(Failure::usage(message)),
            };
            if let Some(other) = by_name.insert(name.clone(), candidate.path.clone()) {
                return Err(Failure::usage(format!(
                    "`{other}` and `{}` are both the subject `{name}`",
                    candidate.path
                )));
            }
            subjects.push(Subject { candidate, name, linked, old: Old::Nothing, config: None });
        }
        Ok(subjects)
    }

    /// Finds each subject in the baseline, by its path, else by its name, else by what it declares; answers those that are gone.
    fn old_side(
        &mut self,
        subjects: &mut [Subject],
        linker: &mut Linker,
        outcome: &mut Outcome,
    ) -> Result<Vec<(Candidate, String)>, Failure> {
        let candidates = self.chooser.choose(&mut self.sides.store, &self.sides.old)?;
        let objects = candidates
            .iter()
            .map(|it| it.path.as_str())
            .chain(subjects.iter().map(|it| it.candidate.path.as_str()));
        let objects = objects.filter_map(|path| match self.sides.old.content(path) {
            Some(crate::source::Content::Object(id)) => Some(id),
            _ => None,
        });
        self.sides.store.prefetch(objects)?;
        let files = subjects.iter().map(|it| (it.candidate.path.as_str(), it.candidate.format));
        linker.parse_ahead(&mut self.sides.store, &self.sides.old, files, Mode::Lenient)?;
        let mut moved: Vec<(Candidate, Result<Linked, Unlinked>, String)> = Vec::new();
        let gone: Vec<Candidate> =
            candidates.into_iter().filter(|it| !self.sides.new.contains(&it.path)).collect();
        for candidate in gone {
            let linked = self.link_old(linker, &candidate.path, &candidate)?;
            let schema = linked.as_ref().ok().map(|linked| &linked.schema);
            let name = self.chooser.name(&candidate, schema).unwrap_or_else(|_| candidate.path.clone());
            moved.push((candidate, linked, name));
        }
        for subject in subjects.iter_mut() {
            let path = subject.candidate.path.clone();
            let (path, linked) = if self.sides.old.contains(&path) {
                (path.clone(), self.link_old(linker, &path, &subject.candidate)?)
            } else if let Some(at) = moved.iter().position(|it| subject.was(&it.0, it.1.as_ref().ok(), &it.2))
            {
                let (candidate, linked, _) = moved.swap_remove(at);
                (candidate.path, linked)
            } else {
                continue;
            };
            subject.old = match linked {
                Ok(linked) => Old::Schema(path, linked),
                Err(error) => {
                    // Where the new text is no schema either, that is the finding.
                    if subject.linked.is_ok() {
                        outcome.troubles.push(broken_baseline(&path, &error, &outcome.baseline));
                    }
                    Old::Broken
                }
            };
        }
        moved.sort_by(|one, other| one.0.path.cmp(&other.0.path));
        Ok(moved.into_iter().map(|(candidate, _, name)| (candidate, name)).collect())
    }

    fn link_old(
        &mut self,
        linker: &mut Linker,
        path: &str,
        candidate: &Candidate,
    ) -> Result<Result<Linked, Unlinked>, SourceError> {
        let Sides { store, old, .. } = &mut *self.sides;
        linker.link(store, old, path, candidate.format, Mode::Lenient)
    }

    /// The old versions of each subject, oldest first, as its level asks.
    fn versions(
        &mut self,
        subjects: &[Subject],
        linker: &mut Linker,
        outcome: &mut Outcome,
    ) -> Result<Vec<Vec<OldVersion>>, Failure> {
        let revision = self.sides.commit.as_ref().map(|commit| commit.id.short().to_owned());
        let mut versions: Vec<Vec<OldVersion>> = Vec::with_capacity(subjects.len());
        let mut wanted = Vec::new();
        let mut places = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let mut own = Vec::new();
            let is_left_out = self.changed_only && subject.is_unchanged();
            if let (Old::Schema(path, linked), Ok(_), false) = (&subject.old, &subject.linked, is_left_out) {
                if subject.candidate.level.is_transitive() && self.sides.commit.is_some() {
                    let (path, linked) = (path.clone(), linked.clone());
                    wanted.push(Wanted { path, format: subject.candidate.format, linked });
                    places.push(index);
                }
                let version = Version { revision: revision.clone(), ..Version::default() };
                own.push(OldVersion {
                    version,
                    path: path.clone(),
                    is_elsewhere: false,
                    linked: linked.clone(),
                });
            }
            versions.push(own);
        }
        let Sides { git: Some(git), commit: Some(commit), store, old, .. } = &mut *self.sides else {
            return Ok(versions);
        };
        if wanted.is_empty() {
            return Ok(versions);
        }
        let changes = match git.history(commit) {
            Ok(changes) => changes,
            Err(error @ SourceError::Shallow { .. }) => {
                let help = error.help();
                let message = format!("cannot compare {} subjects with all of their versions", wanted.len());
                outcome.troubles.push(Trouble { message, causes: vec![error.to_string()], help });
                return Ok(versions);
            }
            Err(other) => return Err(other.into()),
        };
        let history = history::versions(wanted, &changes, old, store, linker)?;
        outcome.notes.extend(history.notes);
        for (index, found) in places.into_iter().zip(history.versions) {
            if let Some(slot) = versions.get_mut(index) {
                *slot = found;
            }
        }
        Ok(versions)
    }

    /// What the checker says about a subject; none where there is nothing to ask it.
    fn report(&self, subject: &Subject, versions: &[OldVersion]) -> Option<Report> {
        let linked = subject.linked.as_ref().ok()?;
        let is_trivial = versions.len() == 1 && subject.is_unchanged();
        if is_trivial || versions.is_empty() {
            return None;
        }
        let Candidate { level, policy, .. } = subject.candidate;
        let check = compat::Check { level, policy, source: self.chooser.source };
        let schemas: Vec<_> = versions.iter().map(|version| version.linked.schema.clone()).collect();
        let mut report = check.run(&schemas, &linked.schema);
        if self.with_proofs && !report.findings.is_empty() {
            proof::prove(&check, &mut report, &schemas, &linked.schema);
        }
        Some(report)
    }

    /// Takes down what became of a subject.
    fn note(
        &mut self,
        subject: &Subject,
        versions: &[OldVersion],
        report: Option<Report>,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let Sides { store, new, .. } = &mut *self.sides;
        let about = self.chooser.about(&subject.name, &subject.candidate);
        let mut state = match (&subject.linked, &subject.old) {
            (Err(_), _) | (_, Old::Broken) => State::Unchecked,
            (_, Old::Nothing) => State::New,
            _ if subject.is_unchanged() => State::Unchanged,
            _ => State::Compared,
        };
        let mut deployment = None;
        match (&subject.linked, report) {
            (Err(error), _) => outcome.findings.extend(of_unlinked(about, error, store, new)?),
            (Ok(linked), Some(report)) => {
                deployment = report.deployment.filter(|_| state != State::Unchanged);
                for finding in &report.findings {
                    let Some(version) = versions.get(finding.against) else { continue };
                    outcome.findings.extend(of_checker(about, finding, linked, version, store, new)?);
                }
                if state == State::Unchanged && !report.findings.is_empty() {
                    state = State::Compared;
                }
            }
            (Ok(_), None) => {}
        }
        outcome.versions += versions.len();
        outcome.subjects.push(SubjectOutcome {
            name: subject.name.clone(),
            path: subject.candidate.path.clone(),
            format: subject.candidate.format,
            level: subject.candidate.level,
            state,
            deployment,
            versions: versions.len(),
        });
        Ok(())
    }

    fn deleted(&self, candidate: &Candidate, name: &str, outcome: &mut Outcome) {
        let about = self.chooser.about(name, candidate);
        let severity = match self.settings.deletes {
            Deletes::Allow => Severity::Note,
            Deletes::Warn => Severity::Warning,
            Deletes::Deny => Severity::Error,
        };
        let revision = self.sides.commit.as_ref().map(|commit| commit.id.short().to_owned());
        let old = OldSpot {
            version: Version { revision, ..Version::default() },
            path: candidate.path.clone(),
            position: Some(Position { line: 1, column: 1 }),
            pointer: String::new(),
        };
        let message = format!("the file of subject `{name}` is gone");
        let found = about.found(rules::DELETED, "", "", message);
        outcome.findings.extend(found.map(|found| Found { severity, old: vec![old], ..found }));
        outcome.subjects.push(SubjectOutcome {
            name: name.into(),
            path: candidate.path.clone(),
            format: candidate.format,
            level: candidate.level,
            state: State::Deleted,
            deployment: None,
            versions: 1,
        });
    }

    /// What `[rules]` says about severities holds over the checker's own.
    fn apply_severities(&self, outcome: &mut Outcome) {
        let set: &HashMap<String, Option<Severity>> = &self.settings.rules;
        outcome.findings.retain_mut(|found| match set.get(found.rule) {
            None => true,
            Some(None) => false,
            Some(Some(severity)) => {
                found.severity = *severity;
                true
            }
        });
    }
}

impl Subject {
    fn is_unchanged(&self) -> bool {
        matches!((&self.linked, &self.old), (Ok(new), Old::Schema(_, old)) if new.id == old.id)
    }

    /// Whether a file of the baseline that is gone was this subject.
    fn was(&self, candidate: &Candidate, linked: Option<&Linked>, name: &str) -> bool {
        if candidate.format != self.candidate.format {
            return false;
        }
        if name == self.name {
            return true;
        }
        let (Ok(new), Some(old)) = (&self.linked, linked) else { return false };
        let (new, old) = (&new.schema, &old.schema);
        new.text() == old.text() || (new.full_name().is_some() && new.full_name() == old.full_name())
    }
}

fn broken_baseline(path: &str, error: &Unlinked, baseline: &str) -> Trouble {
    let position = match error {
        Unlinked::Schema(error) => error.position.map(|position| format!(":{position}")),
        _ => None,
    };
    Trouble {
        message: format!("`{path}` cannot be compared: it is no schema in {baseline}"),
        causes: vec![format!("{path}{}: {error}", position.unwrap_or_default())],
        help: Some("choose a baseline in which it is one: --against git:REF".into()),
    }
}
