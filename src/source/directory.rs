//! Files below a directory that no git keeps.

use std::path::{Path, PathBuf};

use super::error::SourceError;
use super::snapshot::{Content, Snapshot, could_be_schema};

/// The schemas below a directory, by their path from it. Hidden files and folders are left out; symbolic links are followed.
///
/// # Errors
/// A folder that cannot be read, or one that leads into itself.
pub fn files_below(directory: &Path) -> Result<Snapshot, SourceError> {
    let mut found = Vec::new();
    let mut waiting = vec![(directory.to_owned(), String::new(), Vec::new())];
    while let Some((folder, prefix, above)) = waiting.pop() {
        let at_fault = |source| SourceError::Io { path: folder.clone(), source };
        let real = folder.canonicalize().map_err(at_fault)?;
        if above.contains(&real) {
            return Err(SourceError::Loop { path: folder });
        }
        let chain: Vec<PathBuf> = above.into_iter().chain([real]).collect();
        for entry in std::fs::read_dir(&folder).map_err(at_fault)? {
            let entry = entry.map_err(at_fault)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{prefix}{name}");
            // Of a link it is the other end that counts; one that leads nowhere is no schema.
            let Ok(facts) = std::fs::metadata(entry.path()) else { continue };
            if facts.is_dir() {
                waiting.push((entry.path(), format!("{path}/"), chain.clone()));
            } else if could_be_schema(&path) {
                found.push(path);
            }
        }
    }
    Ok(Snapshot::from_objects(found.iter().map(|path| (path.as_str(), Content::File(directory.join(path))))))
}
