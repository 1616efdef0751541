//! All files that may be schemas, as they stand at one moment.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::declared::Declared;
use super::linker::{Linked, Unlinked};
use super::objects::ObjectId;
use crate::schema::Format;

/// Where a file's text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// In git.
    Object(ObjectId),
    /// On the disk, at that path.
    File(PathBuf),
    /// Here.
    Given(Arc<str>),
}

/// Files by their path, with `/` between folders, from the outermost directory.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    files: BTreeMap<String, Content>,
    /// What was linked here, as long as nothing changes.
    pub(super) linked: HashMap<String, Result<Linked, Unlinked>>,
    /// Where names are declared, once somebody asked.
    pub(super) declared: Option<Declared>,
}

impl Snapshot {
    pub(super) fn from_objects<'p>(files: impl Iterator<Item = (&'p str, Content)>) -> Self {
        Self { files: files.map(|(path, content)| (path.to_owned(), content)).collect(), ..Self::default() }
    }

    /// One file alone.
    #[must_use]
    pub fn of_one(path: &str, content: Content) -> Self {
        Self { files: BTreeMap::from([(path.to_owned(), content)]), ..Self::default() }
    }

    /// All paths, in the order of the alphabet.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// What a path holds.
    #[must_use]
    pub fn content(&self, path: &str) -> Option<&Content> {
        self.files.get(path)
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Puts a file to a path.
    pub fn insert(&mut self, path: &str, content: Content) {
        self.forget(path);
        self.files.insert(path.to_owned(), content);
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        self.forget(path);
        self.files.remove(path);
    }

    fn forget(&mut self, path: &str) {
        self.linked.clear();
        if let Some(declared) = &mut self.declared {
            declared.forget(path);
        }
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The endings of schemas, longest first, and what they stand for.
const ENDINGS: [(&str, Format); 4] = [
    (".bincode.json", Format::Bincode),
    (".avsc", Format::Avro),
    (".proto", Format::Protobuf),
    (".json", Format::Json),
];

/// Whether a file's name is that of a schema, or of JSON that may be one.
#[must_use]
pub fn could_be_schema(path: &str) -> bool {
    format_of(path).is_some()
}

/// The format that a file's name stands for.
#[must_use]
pub fn format_of(path: &str) -> Option<Format> {
    ENDINGS.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, format)| *format)
}
