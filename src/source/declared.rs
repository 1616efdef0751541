//! Which files declare which names: Avro's named types and JSON Schema's `$id`.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::schema::Format;

/// An index over a snapshot, kept as files come and go.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared {
    files: HashMap<(Format, String), BTreeSet<String>>,
    names: HashMap<String, (Format, Vec<String>)>,
    /// Files that have changed since they were looked at.
    stale: HashSet<String>,
}

impl Declared {
    /// An index that has to look at these files.
    pub(super) fn new<'p>(paths: impl Iterator<Item = &'p str>) -> Self {
        Self { stale: paths.map(str::to_owned).collect(), ..Self::default() }
    }

    /// A file is new, another or gone.
    pub(super) fn forget(&mut self, path: &str) {
        if let Some((format, names)) = self.names.remove(path) {
            for name in names {
                if let Some(files) = self.files.get_mut(&(format, name)) {
                    files.remove(path);
                }
            }
        }
        self.stale.insert(path.to_owned());
    }

    /// The files to look at, which then count as looked at.
    pub(super) fn take_stale(&mut self) -> HashSet<String> {
        std::mem::take(&mut self.stale)
    }

    /// What a file declares.
    pub(super) fn learn(&mut self, path: &str, format: Format, names: &[String]) {
        for name in names {
            self.files.entry((format, name.clone())).or_default().insert(path.to_owned());
        }
        self.names.insert(path.to_owned(), (format, names.to_vec()));
    }

    /// The files that declare a name, in the order of the alphabet.
    pub(super) fn files(&self, format: Format, name: &str) -> impl Iterator<Item = &str> {
        self.files.get(&(format, name.to_owned())).into_iter().flatten().map(String::as_str)
    }
}
