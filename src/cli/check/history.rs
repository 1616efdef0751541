//! Old versions of subjects, from the first-parent history of the baseline.
//!
//! ```text
//! baseline's tree <-undo newest commit- tree <-undo next- … ; a subject that a commit touched has one version more
//! ```
//!
//! A commit touches a subject by its own file, wherever that lay then, or by a file that it refers to.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::findings::OldVersion;
use super::outcome::Version;
use crate::schema::{Format, Mode};
use crate::source::{Change, Linked, Linker, Snapshot, SourceError, Store};

/// The most versions of one subject; the oldest beyond them are left out, and a note says so.
pub(super) const MAX_VERSIONS: usize = 1_000;

/// A subject whose history is wanted, as the baseline has it.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) path: String,
    pub(super) format: Format,
    pub(super) linked: Linked,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct History {
    /// For each wanted subject its versions, the oldest first; the last is the baseline's.
    pub(super) versions: Vec<Vec<OldVersion>>,
    pub(super) notes: Vec<String>,
}

type Meaning = (String, u64);

/// One subject on its way back.
struct Track {
    path: String,
    format: Format,
    /// The newest first.
    versions: Vec<OldVersion>,
    /// The canonical text of each version, and a hash of what it refers to.
    meanings: HashSet<Meaning>,
    last: Meaning,
    /// The version whose commit is still to be found.
    unlabelled: Option<usize>,
    files: Vec<String>,
    ended: bool,
}

/// Goes back from the baseline.
pub(super) fn versions(
    wanted: Vec<Wanted>,
    changes: &[Change],
    baseline: &Snapshot,
    store: &mut Store,
    linker: &mut Linker,
) -> Result<History, SourceError> {
    let mut tracks: Vec<Track> = wanted.into_iter().map(Track::new).collect();
    prefetch(&tracks, changes, store, linker)?;
    let mut notes = Vec::new();
    let mut state = baseline.clone();
    let mut by_file: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, track) in tracks.iter().enumerate() {
        track.files.iter().for_each(|file| by_file.entry(file.clone()).or_default().push(index));
    }
    for change in changes {
        let touched =
            change.moved.iter().filter_map(|moved| by_file.get(&moved.after.as_ref()?.0)).flatten().copied();
        let mut touched: Vec<usize> = touched.collect();
        touched.sort_unstable();
        touched.dedup();
        for moved in &change.moved {
            if let Some((path, _)) = &moved.after {
                state.remove(path);
            }
        }
        for moved in &change.moved {
            if let Some((path, object)) = &moved.before {
                state.insert(path, crate::source::Content::Object(object.clone()));
            }
        }
        for index in touched {
            let Some(track) = tracks.get_mut(index).filter(|track| !track.ended) else { continue };
            if !track.undo(change) {
                continue;
            }
            let linked = linker.link(store, &mut state, &track.path, track.format, Mode::Lenient)?;
            match linked {
                Ok(linked) => {
                    let old = std::mem::take(&mut track.files);
                    track.take(linked);
                    for file in old.iter().filter(|file| !track.files.contains(file)) {
                        by_file.entry(file.clone()).or_default().retain(|it| *it != index);
                    }
                    for file in track.files.iter().filter(|file| !old.contains(file)) {
                        by_file.entry(file.clone()).or_default().push(index);
                    }
                }
                Err(error) => {
                    // Nobody can have registered it.
                    by_file.entry(track.path.clone()).or_default().push(index);
                    notes.push(format!(
                        "{} before {}: passed over, as it is no schema: {error}",
                        track.path,
                        change.commit.short()
                    ));
                }
            }
        }
    }
    let mut found = Vec::new();
    for mut track in tracks {
        if track.versions.len() > MAX_VERSIONS {
            notes.push(format!(
                "{}: only the newest {MAX_VERSIONS} of {} versions are compared",
                track.path,
                track.versions.len()
            ));
            track.versions.truncate(MAX_VERSIONS);
        }
        track.versions.reverse();
        for (index, version) in track.versions.iter_mut().enumerate() {
            version.version.number = Some(index + 1);
        }
        found.push(track.versions);
    }
    Ok(History { versions: found, notes })
}

impl Track {
    fn new(wanted: Wanted) -> Self {
        let mut track = Self {
            path: wanted.path,
            format: wanted.format,
            versions: Vec::new(),
            meanings: HashSet::new(),
            last: Meaning::default(),
            unlabelled: None,
            files: Vec::new(),
            ended: false,
        };
        track.take(wanted.linked);
        track
    }

    /// Goes back behind a commit; `false` where the subject began with it.
    fn undo(&mut self, change: &Change) -> bool {
        if let Some(version) = self.unlabelled.take().and_then(|at| self.versions.get_mut(at)) {
            version.version.revision = Some(change.commit.short().to_owned());
            version.version.date = Some(change.date.clone());
        }
        let own = change
            .moved
            .iter()
            .find(|moved| moved.after.as_ref().is_some_and(|(path, _)| *path == self.path));
        match own.map(|moved| &moved.before) {
            None => true,
            Some(Some((path, _))) => {
                self.path.clone_from(path);
                true
            }
            Some(None) => {
                self.ended = true;
                false
            }
        }
    }

    /// One version more, unless there was one of the same meaning.
    fn take(&mut self, linked: Linked) {
        self.files = std::iter::once(self.path.clone())
            .chain(linked.uses.iter().map(|used| used.path.clone()))
            .collect();
        let mut hasher = DefaultHasher::new();
        linked.schema.references().hash(&mut hasher);
        let meaning = (linked.schema.canonical(), hasher.finish());
        if self.meanings.insert(meaning.clone()) {
            self.unlabelled = Some(self.versions.len());
            self.versions.push(OldVersion {
                version: Version::default(),
                path: self.path.clone(),
                is_elsewhere: false,
                linked,
            });
            self.last = meaning;
        } else if self.last == meaning {
            // Only written otherwise, so an earlier commit brought it.
            self.unlabelled = self.versions.len().checked_sub(1);
            if let Some(last) = self.versions.last_mut() {
                last.path.clone_from(&self.path);
            }
        }
    }
}

/// Reads what the tracked files held, in one go, and parses it on all cores; renames are followed.
fn prefetch(
    tracks: &[Track],
    changes: &[Change],
    store: &mut Store,
    linker: &mut Linker,
) -> Result<(), SourceError> {
    let files =
        |track: &Track| track.files.iter().map(|file| (file.clone(), track.format)).collect::<Vec<_>>();
    let mut formats: HashMap<String, Format> = tracks.iter().flat_map(files).collect();
    let mut wanted = Vec::new();
    for moved in changes.iter().flat_map(|change| &change.moved) {
        if let (Some((after, _)), Some((before, object))) = (&moved.after, &moved.before)
            && let Some(format) = formats.get(after).copied()
        {
            if before != after {
                formats.insert(before.clone(), format);
            }
            wanted.push((object, format));
        }
    }
    store.prefetch(wanted.iter().map(|(object, _)| *object))?;
    let texts = wanted.iter().filter_map(|(object, format)| Some((store.of_object(object)?, *format)));
    linker.parse_texts_ahead(store, texts.collect(), Mode::Lenient);
    Ok(())
}
