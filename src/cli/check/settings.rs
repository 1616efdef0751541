//! What a run is told: by `schemawire.toml`, by options, and where neither says anything.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use globset::GlobMatcher;

use crate::compat::{Level, Policy, Profile, Severity};
use crate::ids::InvalidName;
use crate::schema::{Format, Position};
use crate::source::{Roots, Snapshot};

/// Everything but the paths.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// The file that they come from, if there is one, and the folder that its globs begin in, from the root.
    pub(super) file: Option<ConfigFile>,
    pub(super) against: Option<String>,
    pub(super) level: Option<LevelChoice>,
    pub(super) policy: Option<Policy>,
    pub(super) profile: Option<Profile>,
    /// Whether rules about generated code run as well.
    pub(super) source: bool,
    pub(super) deletes: Deletes,
    pub(super) fail_on: Option<Severity>,
    /// How many findings a report for people shows; 0 is all.
    pub(super) max_findings: Option<usize>,
    /// The first that fits a file counts. None at all: every schema is a subject of its own path.
    pub(super) subjects: Vec<SubjectRule>,
    /// A severity of one's own; `None` is off.
    pub(super) rules: HashMap<String, Option<Severity>>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) roots: Roots,
    /// Folders that have to be there, and where they are named.
    pub(super) folders: Vec<(String, Position)>,
    /// How paths from the root become paths from the configuration: this is taken from their beginning, or else that is put before them.
    strip: String,
    add: String,
}

impl Settings {
    /// Settles where the configuration lies, seen from the root of all paths; its own folders become paths from the root.
    pub(super) fn place(&mut self, root: &Path) {
        let Some(folder) = self.file.as_ref().and_then(|file| file.path.parent()) else { return };
        let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
        if let Ok(inner) = folder.strip_prefix(root) {
            self.strip = text(inner);
        } else if let Ok(outer) = root.strip_prefix(folder) {
            self.add = text(outer);
        }
        let (strip, add) = (self.strip.clone(), self.add.clone());
        let from_root = |path: &str| match (strip.as_str(), add.as_str()) {
            ("", "") => Some(path.to_owned()),
            ("", add) => {
                let rest = path.strip_prefix(add)?;
                if rest.is_empty() { Some(String::new()) } else { rest.strip_prefix('/').map(str::to_owned) }
            }
            (strip, _) if path.is_empty() => Some(strip.to_owned()),
            (strip, _) => Some(format!("{strip}/{path}")),
        };
        let each =
            |folders: &mut Vec<String>| *folders = folders.iter().filter_map(|it| from_root(it)).collect();
        if let Some(file) = &mut self.file {
            file.shown = from_root(&file.shown).unwrap_or_else(|| file.shown.clone());
        }
        self.roots.protobuf.iter_mut().for_each(|group| {
            each(&mut group.roots);
            each(&mut group.vendor);
        });
        let json =
            self.roots.json.iter().filter_map(|(prefix, folder)| Some((prefix.clone(), from_root(folder)?)));
        self.roots.json = json.collect();
        let folders =
            self.folders.iter().filter_map(|(folder, position)| Some((from_root(folder)?, *position)));
        self.folders = folders.collect();
    }

    /// Whether a registry is asked for a level; one that holds over all others decides alone.
    pub(super) fn asks_registry(&self, over_all: Option<LevelChoice>) -> bool {
        let own = || self.subjects.iter().map(|rule| rule.level).chain([self.level]);
        match over_all {
            Some(choice) => choice == LevelChoice::Registry,
            None => own().any(|choice| choice == Some(LevelChoice::Registry)),
        }
    }

    /// The rule of the first glob that a file fits.
    pub(super) fn rule_of(&self, path: &str) -> Option<usize> {
        let path = self.local(path)?;
        self.subjects.iter().position(|rule| rule.glob.is_match(&path))
    }

    /// A path as the configuration's globs see it; none for one that lies elsewhere.
    fn local(&self, path: &str) -> Option<String> {
        if self.add.is_empty() {
            let rest = path.strip_prefix(&self.strip)?;
            return if self.strip.is_empty() {
                Some(rest.into())
            } else {
                rest.strip_prefix('/').map(str::to_owned)
            };
        }
        Some(format!("{}/{path}", self.add))
    }

    /// What the configuration names and is not there.
    pub(super) fn idle(&self, snapshots: [&Snapshot; 2]) -> Option<(Position, String)> {
        if !self.add.is_empty() {
            // Only a part of what it is for is looked at.
            return None;
        }
        let paths = || snapshots.iter().flat_map(|it| it.paths());
        let rule = self
            .subjects
            .iter()
            .find(|rule| !paths().any(|path| self.local(path).is_some_and(|path| rule.glob.is_match(path))));
        if let Some(rule) = rule {
            let message =
                format!("`{}` fits no schema (.avsc, .proto, .json), now or in the baseline", rule.shown);
            return Some((rule.position, message));
        }
        let is_there = |folder: &str| {
            paths().any(|path| {
                folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        let (folder, position) = self.folders.iter().find(|(folder, _)| !is_there(folder))?;
        Some((*position, format!("no schema lies in the folder `{folder}`")))
    }
}

/// A level, or the registry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LevelChoice {
    /// That one.
    Level(Level),
    /// The one in force for the subject in the registry, with its policy and its compatibility group.
    Registry,
}

/// A level's name, or `registry`, in any case.
impl FromStr for LevelChoice {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        const EXPECTED: &str =
            "NONE, BACKWARD, FORWARD or FULL, the last three also with _TRANSITIVE; or registry";
        if text.eq_ignore_ascii_case("registry") {
            return Ok(Self::Registry);
        }
        text.parse().map(Self::Level).map_err(|error| InvalidName { expected: EXPECTED, ..error })
    }
}

/// Where the configuration lies.
#[derive(Debug, Clone)]
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    /// As reports name it, from the root.
    pub(super) shown: String,
    pub(super) text: std::sync::Arc<str>,
}

/// What is done about a subject whose file is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Deletes {
    Allow,
    #[default]
    Warn,
    Deny,
}

/// Which files are subjects, and what holds for them.
#[derive(Debug, Clone)]
pub(super) struct SubjectRule {
    pub(super) glob: GlobMatcher,
    /// As it is written.
    pub(super) shown: String,
    pub(super) position: Position,
    /// With placeholders in braces; none for the path.
    pub(super) subject: Option<String>,
    pub(super) format: Option<Format>,
    pub(super) level: Option<LevelChoice>,
    pub(super) policy: Option<Policy>,
    pub(super) profile: Option<Profile>,
    pub(super) owners: Vec<String>,
    pub(super) consumers: Vec<String>,
}

/// A finding that is accepted for a time.
#[derive(Debug, Clone)]
pub(super) struct Waiver {
    pub(super) position: Position,
    pub(super) target: Target,
    pub(super) reason: String,
    /// The last day, as `2027-03-01`.
    pub(super) until: super::date::Date,
    pub(super) by: Option<String>,
}

/// Which findings a waiver is for.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// The one of that id.
    Id(String),
    /// Those of a rule, in subjects and elements that fit; what is left out fits all.
    Rule { rule: String, subject: Option<GlobMatcher>, element: Option<GlobMatcher> },
}
