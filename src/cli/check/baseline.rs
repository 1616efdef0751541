//! What is compared with what: the files as they are, and the files as they were.

use std::path::{Component, Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::input::Input;
use crate::source::{Commit, Content, Git, Snapshot, SourceError, Store, files_below};

/// A baseline, as `--against` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Against {
    /// `git:REF...`: the last commit in common with REF; without REF the remote's default branch.
    MergeBase(Option<String>),
    /// `git:REF`.
    Revision(String),
    /// `dir:PATH`, or a file for a file.
    Path(PathBuf),
    /// `registry:URL`, or several addresses of one with commas between; none is that of `--registry`.
    Registry(Vec<String>),
    /// `-`: one schema on standard input, the old text of the one file that is named.
    Stdin,
}

impl Against {
    /// What a text means. Without `git:`, `dir:` or `registry:` it is a path where there is such a path, else a revision.
    pub(super) fn parse(text: &str, directory: &Path) -> Self {
        let git = |revision: &str| match revision.strip_suffix("...") {
            Some(revision) => Self::MergeBase(Some(revision.to_owned()).filter(|it| !it.is_empty())),
            None => Self::Revision(revision.to_owned()),
        };
        if text == "-" {
            Self::Stdin
        } else if let Some(revision) = text.strip_prefix("git:") {
            git(revision)
        } else if let Some(urls) = text.strip_prefix("registry:") {
            let urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty());
            Self::Registry(urls.map(str::to_owned).collect())
        } else if let Some(path) = text.strip_prefix("dir:") {
            Self::Path(path.into())
        } else if directory.join(text).exists() {
            Self::Path(text.into())
        } else {
            git(text)
        }
    }
}

/// Which files are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    /// Where the command was started.
    pub(super) directory: &'r Path,
    /// Files and folders, as they were typed; none is all.
    pub(super) paths: &'r [PathBuf],
    /// The index and not the files that lie there.
    pub(super) staged: bool,
    /// The branch that a CI system says the change goes to.
    pub(super) target: Option<&'r str>,
}

/// Both sides.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) git: Option<Git>,
    /// The folder that all paths begin in.
    pub(super) root: PathBuf,
    pub(super) store: Store,
    pub(super) new: Snapshot,
    pub(super) old: Snapshot,
    /// The commit of the old side, where it is one.
    pub(super) commit: Option<Commit>,
    /// What the old side is, for people.
    pub(super) label: String,
    /// What is checked, from the root; none is all.
    pub(super) scope: Vec<String>,
}

impl Sides {
    pub(super) fn open(request: Request<'_>, against: &Against) -> Result<Self, Failure> {
        match against {
            Against::Path(path) => Self::with_path(request, &request.directory.join(path), path),
            Against::Stdin => Self::with_text(request),
            Against::Registry(_) => Self::with_nothing(request),
            Against::Revision(revision) => Self::with_git(request, revision, |git| git.commit(revision)),
            Against::MergeBase(named) => {
                let git = Git::open(request.directory)
                    .map_err(|error| Failure::source("cannot read a baseline", &error))?;
                let ci = || request.target.map(|branch| format!("origin/{branch}"));
                let revision = match named.clone().or_else(ci) {
                    Some(revision) => revision,
                    None => git
                        .default_branch()
                        .map_err(|error| Failure::source("cannot find a baseline", &error))?,
                };
                Self::with_git(request, &revision, |git| git.merge_base(&revision))
            }
        }
    }

    fn with_git(
        request: Request<'_>,
        revision: &str,
        find: impl FnOnce(&Git) -> Result<Commit, SourceError>,
    ) -> Result<Self, Failure> {
        let at_fault = |error: SourceError| {
            Failure::source(&format!("cannot read the baseline `git:{revision}`"), &error)
        };
        let git = Git::open(request.directory).map_err(at_fault)?;
        let commit = find(&git).map_err(at_fault)?;
        let new = if request.staged { git.index() } else { git.worktree() }.map_err(at_fault)?;
        let old = git.tree(&commit).map_err(at_fault)?;
        let store = Store::new(Some(git.objects().map_err(at_fault)?));
        let is_itself = commit.id.as_str().starts_with(revision);
        let label = if is_itself {
            format!("git:{revision}")
        } else {
            format!("git:{revision} ({})", commit.id.short())
        };
        let root = git.top().to_owned();
        let scope = scope(request, &root)?;
        Ok(Self { root, store, new, old, commit: Some(commit), label, scope, git: Some(git) })
    }

    /// A folder for the one folder that is named, else for the one that the command was started in; a file for a file.
    fn with_path(request: Request<'_>, path: &Path, shown: &Path) -> Result<Self, Failure> {
        if request.staged {
            return Err(Failure::usage("--staged compares with a commit, not with a directory"));
        }
        let at_fault = |error: SourceError| {
            Failure::source(&format!("cannot read the baseline `dir:{}`", shown.display()), &error)
        };
        let label = format!("dir:{}", shown.display());
        let named = match request.paths {
            [one] => Some(request.directory.join(one)),
            _ => None,
        };
        let (new_root, old_root) = match &named {
            Some(file) if path.is_file() => (folder(file), folder(path)),
            None if path.is_file() => {
                return Err(Failure::usage(format!(
                    "`{}` is one file: name the one file to compare with it",
                    shown.display()
                )));
            }
            Some(one) if one.is_dir() => (one.clone(), path.to_owned()),
            _ => (request.directory.to_owned(), path.to_owned()),
        };
        let new = files_below(&new_root).map_err(at_fault)?;
        let mut old = files_below(&old_root).map_err(at_fault)?;
        let scope = match &named {
            Some(one) if one.is_dir() => Vec::new(),
            _ => scope(request, &new_root)?,
        };
        if let (true, [one]) = (path.is_file(), scope.as_slice()) {
            old.insert(one, Content::File(path.to_owned()));
        }
        Ok(Self { git: None, root: new_root, store: Store::new(None), new, old, commit: None, label, scope })
    }

    /// The new side alone: what was before is elsewhere.
    fn with_nothing(request: Request<'_>) -> Result<Self, Failure> {
        let at_fault = |error: SourceError| Failure::source("cannot read the schemas", &error);
        let git = match Git::open(request.directory) {
            Ok(git) => Some(git),
            Err(error) if request.staged => return Err(at_fault(error)),
            Err(_) => None,
        };
        let (root, new) = match &git {
            Some(git) if request.staged => (git.top().to_owned(), git.index().map_err(at_fault)?),
            Some(git) => (git.top().to_owned(), git.worktree().map_err(at_fault)?),
            None => (request.directory.to_owned(), files_below(request.directory).map_err(at_fault)?),
        };
        let scope = scope(request, &root)?;
        let store = Store::new(git.as_ref().map(Git::objects).transpose().map_err(at_fault)?);
        let (old, label) = (Snapshot::default(), String::new());
        Ok(Self { git, root, store, new, old, commit: None, label, scope })
    }

    /// What the old text refers to is taken as it is now.
    fn with_text(request: Request<'_>) -> Result<Self, Failure> {
        let [one] = request.paths else {
            return Err(Failure::usage(
                "`--against -` takes the old text of one schema: name the one file to compare with it",
            ));
        };
        let at_fault = |error: SourceError| Failure::source("cannot read the schemas", &error);
        let text = String::from_utf8(Input::Standard.read()?);
        let text = text.map_err(|_| Failure::trouble("standard input is not UTF-8", &[], None))?;
        let git = Git::open(request.directory).ok();
        let (root, new) = match &git {
            Some(git) if request.staged => (git.top().to_owned(), git.index().map_err(at_fault)?),
            Some(git) => (git.top().to_owned(), git.worktree().map_err(at_fault)?),
            None => (
                folder(&request.directory.join(one)),
                files_below(&folder(&request.directory.join(one))).map_err(at_fault)?,
            ),
        };
        let scope = scope(request, &root)?;
        let mut old = new.clone();
        scope.iter().for_each(|path| old.insert(path, Content::Given(text.as_str().into())));
        let objects = git.as_ref().map(Git::objects).transpose().map_err(at_fault)?;
        Ok(Self {
            git,
            root,
            store: Store::new(objects),
            new,
            old,
            commit: None,
            label: "standard input".into(),
            scope,
        })
    }
}

/// The named paths, from the root.
fn scope(request: Request<'_>, root: &Path) -> Result<Vec<String>, Failure> {
    let root = normal(root);
    request
        .paths
        .iter()
        .map(|path| {
            let full = normal(&request.directory.join(path));
            let inner = full.strip_prefix(&root).map_err(|_| {
                Failure::usage(format!("`{}` is outside of `{}`", path.display(), root.display()))
            })?;
            Ok(inner.to_string_lossy().replace('\\', "/"))
        })
        .collect()
}

/// Whether a path is one of those, or below one; all are where there is none.
pub(super) fn is_in_scope(scope: &[String], path: &str) -> bool {
    let covers = |one: &String| {
        one.is_empty()
            || path.strip_prefix(one.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    scope.is_empty() || scope.iter().any(covers)
}

fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

/// Without `.` and `..`, by the text alone: a file that is gone has no canonical path.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}
