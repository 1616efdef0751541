//! What commits did to files, from `git log --raw -z`.

use super::error::SourceError;
use super::objects::ObjectId;
use super::snapshot::could_be_schema;

/// One commit, seen from its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub commit: ObjectId,
    /// Its date, as `2026-09-02`.
    pub date: String,
    /// What it did to files that may be schemas.
    pub moved: Vec<Moved>,
}

/// One file before and after a commit. Two paths that differ are a rename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where it was and what it held; none for a file that is new.
    pub before: Option<(String, ObjectId)>,
    /// Where it is and what it holds; none for one that is gone.
    pub after: Option<(String, ObjectId)>,
}

/// ```text
/// \x01 commit NUL date NUL NUL \n :mode mode object object STATUS NUL path NUL [path NUL] …
/// ```
pub(super) fn read_log(log: &[u8]) -> Result<Vec<Change>, SourceError> {
    let mut changes: Vec<Change> = Vec::new();
    let mut parts = log.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    while let Some(part) = parts.next() {
        if let Some(commit) = part.strip_prefix('\x01') {
            let commit = ObjectId::from_git(commit).ok_or_else(|| unclear(&part))?;
            let date = parts.next().unwrap_or_default().into_owned();
            changes.push(Change { commit, date, moved: Vec::new() });
            continue;
        }
        let facts = part.trim_start_matches('\n');
        if facts.is_empty() {
            continue;
        }
        let facts = facts.strip_prefix(':').ok_or_else(|| unclear(&part))?;
        let facts: Vec<&str> = facts.split(' ').collect();
        let [before_mode, after_mode, before, after, status] = *facts.as_slice() else {
            return Err(unclear(&part));
        };
        let path = parts.next().ok_or_else(|| unclear(&part))?.into_owned();
        let to = if status.starts_with(['R', 'C']) { parts.next().map(|it| it.into_owned()) } else { None };
        let to = to.unwrap_or_else(|| path.clone());
        // Links and submodules hold no schema.
        let file = |mode: &str, path: String, id: &str| {
            let id = ObjectId::from_git(id)?;
            (mode.starts_with("100") && could_be_schema(&path)).then_some((path, id))
        };
        let moved = Moved {
            before: file(before_mode, path, before).filter(|_| !status.starts_with('C')),
            after: file(after_mode, to, after),
        };
        let change = changes.last_mut().ok_or_else(|| unclear(&part))?;
        change.moved.extend((moved.before.is_some() || moved.after.is_some()).then_some(moved));
    }
    changes.retain(|change| !change.moved.is_empty());
    Ok(changes)
}

fn unclear(part: &str) -> SourceError {
    SourceError::Git { command: "log --raw".into(), message: format!("`{part}` is not understood") }
}
