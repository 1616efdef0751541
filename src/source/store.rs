//! Texts, each held once, whether it lies in git or on the disk.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{SourceError, TextError};
use super::objects::{ObjectId, Objects};
use super::snapshot::{Content, Snapshot};

/// The longest file that is read, in bytes. Parsers stop earlier: Protobuf at 1 MiB, JSON at 4 GiB.
pub const MAX_LENGTH: u64 = 32 << 20;

/// A text of the store; the same number is the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(usize);

/// All texts that were read.
#[derive(Debug)]
pub struct Store {
    objects: Option<Objects>,
    texts: Vec<Arc<str>>,
    by_text: HashMap<Arc<str>, TextId>,
    by_object: HashMap<ObjectId, Result<TextId, TextError>>,
    by_path: HashMap<PathBuf, Result<TextId, TextError>>,
}

impl Store {
    /// A store of files, and of git's objects where there is git.
    #[must_use]
    pub fn new(objects: Option<Objects>) -> Self {
        Self {
            objects,
            texts: Vec::new(),
            by_text: HashMap::new(),
            by_object: HashMap::new(),
            by_path: HashMap::new(),
        }
    }

    /// The text of that number.
    #[must_use]
    pub fn text(&self, id: TextId) -> Arc<str> {
        self.texts.get(id.0).cloned().unwrap_or_default()
    }

    /// Reads one file of a snapshot; `None` where the snapshot has none of that path.
    ///
    /// # Errors
    /// A process that has ended. What is wrong with the file alone is the inner error.
    pub fn read(
        &mut self,
        snapshot: &Snapshot,
        path: &str,
    ) -> Result<Option<Result<TextId, TextError>>, SourceError> {
        Ok(Some(match snapshot.content(path) {
            None => return Ok(None),
            Some(Content::Given(text)) => Ok(self.intern(text)),
            Some(Content::Object(id)) => {
                self.prefetch(std::iter::once(id))?;
                let missing = || Err(TextError::Unreadable("git has no such object".into()));
                self.by_object.get(id).cloned().unwrap_or_else(missing)
            }
            Some(Content::File(path)) => {
                if let Some(known) = self.by_path.get(path) {
                    return Ok(Some(known.clone()));
                }
                let text = read_file(path).and_then(|bytes| self.take(bytes));
                self.by_path.insert(path.clone(), text.clone());
                text
            }
        }))
    }

    /// The text of an object that was read; none where it could not be, or is no text.
    #[must_use]
    pub fn of_object(&self, id: &ObjectId) -> Option<TextId> {
        self.by_object.get(id)?.as_ref().ok().copied()
    }

    /// Reads objects that will be asked for, all in one go.
    ///
    /// # Errors
    /// A process that has ended.
    pub fn prefetch<'i>(&mut self, ids: impl Iterator<Item = &'i ObjectId>) -> Result<(), SourceError> {
        let mut wanted: Vec<ObjectId> = ids.filter(|id| !self.by_object.contains_key(id)).cloned().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let Some(objects) = self.objects.as_mut().filter(|_| !wanted.is_empty()) else { return Ok(()) };
        let mut found = Vec::with_capacity(wanted.len());
        objects.read(&wanted, MAX_LENGTH, |id, bytes| found.push((id.clone(), bytes)))?;
        for (id, bytes) in found {
            let text = bytes.and_then(|bytes| self.take(bytes));
            self.by_object.insert(id, text);
        }
        Ok(())
    }

    fn take(&mut self, bytes: Vec<u8>) -> Result<TextId, TextError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..at).map(String::from_utf8_lossy).unwrap_or_default();
            let line = before.matches('\n').count() as u32 + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
            TextError::NotUtf8 { at, line, column }
        })?;
        // Editors of other systems begin a file with a mark that is no part of it.
        Ok(self.intern(text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    fn intern(&mut self, text: &str) -> TextId {
        if let Some(known) = self.by_text.get(text) {
            return *known;
        }
        let (id, text): (_, Arc<str>) = (TextId(self.texts.len()), text.into());
        self.texts.push(Arc::clone(&text));
        self.by_text.insert(text, id);
        id
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, TextError> {
    let unreadable = |error: std::io::Error| TextError::Unreadable(error.to_string());
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::new();
    // Not the length that is claimed but the bytes that come are what is bounded.
    file.take(MAX_LENGTH + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_LENGTH {
        return Err(TextError::TooLarge { length: length.max(bytes.len() as u64), limit: MAX_LENGTH });
    }
    Ok(bytes)
}
