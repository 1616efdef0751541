//! A clone, asked through the program `git`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::SourceError;
use super::history::{Change, read_log};
use super::objects::{ObjectId, Objects};
use super::snapshot::{Content, Snapshot, could_be_schema};

/// A clone, or a linked worktree of one.
#[derive(Debug)]
pub struct Git {
    top: PathBuf,
    is_shallow: bool,
}

/// A commit, and the name it was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The commit.
    pub id: ObjectId,
    /// As it was asked for.
    pub revision: String,
}

impl Git {
    /// The clone that a directory is in.
    ///
    /// # Errors
    /// No program `git`, no repository there, or one that belongs to somebody whom git does not trust.
    pub fn open(directory: &Path) -> Result<Self, SourceError> {
        let arguments = ["rev-parse", "--is-shallow-repository", "--show-toplevel"];
        let output = command(directory, &arguments).output();
        let output = output.map_err(|source| SourceError::GitMissing { source })?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(if message.contains("not a git repository") {
                SourceError::NotARepository { directory: directory.to_owned() }
            } else {
                SourceError::Git { command: "rev-parse".into(), message }
            });
        }
        let answer = String::from_utf8_lossy(&output.stdout);
        let (shallow, top) = answer.trim_end().split_once('\n').unwrap_or_default();
        Ok(Self { top: top.into(), is_shallow: shallow == "true" })
    }

    /// The outermost directory of the checked out files.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Whether history is cut off.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    /// The commit that a revision means: whatever `git rev-parse` understands, annotated tags included.
    ///
    /// # Errors
    /// No such commit.
    pub fn commit(&self, revision: &str) -> Result<Commit, SourceError> {
        let spec = format!("{revision}^{{commit}}");
        let found = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spec]).ok();
        // Behind `--end-of-options` old versions of git repeat the word itself.
        let id = found.and_then(|it| ObjectId::from_git(it.trim().lines().last().unwrap_or_default()));
        let unknown = || SourceError::UnknownRevision { revision: revision.into(), depth: self.depth() };
        Ok(Commit { id: id.ok_or_else(unknown)?, revision: revision.into() })
    }

    /// The last commit that HEAD and a revision have in common.
    ///
    /// # Errors
    /// No such commit, or nothing in common; in a shallow clone it says so.
    pub fn merge_base(&self, revision: &str) -> Result<Commit, SourceError> {
        let other = self.commit(revision)?;
        let found = self.ask(&["merge-base", "HEAD", other.id.as_str()]).ok();
        let id = found.and_then(|it| ObjectId::from_git(it.trim()));
        let none = || SourceError::NoMergeBase { revision: revision.into(), depth: self.depth() };
        Ok(Commit { id: id.ok_or_else(none)?, revision: revision.into() })
    }

    /// The remote's default branch, as `origin/main`: what the remote says, else `main` or `master` where there is one.
    ///
    /// # Errors
    /// No remote, or none of these branches.
    pub fn default_branch(&self) -> Result<String, SourceError> {
        let remotes = self.ask(&["remote"])?;
        let remotes: Vec<&str> = remotes.lines().collect();
        let remote = match remotes.as_slice() {
            [only] => only,
            several if several.contains(&"origin") => "origin",
            _ => return Err(SourceError::NoDefaultBranch),
        };
        let head = format!("refs/remotes/{remote}/HEAD");
        if let Ok(branch) = self.ask(&["symbolic-ref", "--quiet", "--short", &head]) {
            return Ok(branch.trim().to_owned());
        }
        let usual = ["main", "master"].map(|branch| format!("{remote}/{branch}"));
        let found = usual.into_iter().find(|branch| {
            let name = format!("refs/remotes/{branch}");
            self.ask(&["show-ref", "--verify", "--quiet", &name]).is_ok()
        });
        found.ok_or(SourceError::NoDefaultBranch)
    }

    /// The schemas of a commit.
    ///
    /// # Errors
    /// Objects that are not there.
    pub fn tree(&self, commit: &Commit) -> Result<Snapshot, SourceError> {
        let listed = self.ask_bytes(&["ls-tree", "-r", "-z", "--full-tree", commit.id.as_str()])?;
        // mode SP type SP object TAB path
        Ok(Snapshot::from_objects(listed.split(|byte| *byte == 0).filter_map(|line| {
            let (facts, path) = at_tab(line)?;
            let mut facts = facts.split(' ');
            let is_link = facts.next()? == "120000";
            (facts.next()? == "blob").then_some(())?;
            (!is_link).then_some((path, Content::Object(ObjectId::from_git(facts.next()?)?)))
        })))
    }

    /// The schemas of the index, which the next commit will have.
    ///
    /// # Errors
    /// An index that cannot be read.
    pub fn index(&self) -> Result<Snapshot, SourceError> {
        let listed = self.ask_bytes(&["-C", &self.top.to_string_lossy(), "ls-files", "-s", "-z"])?;
        // mode SP object SP stage TAB path; a path in conflict has stages 1 to 3, and ours is 2
        Ok(Snapshot::from_objects(listed.split(|byte| *byte == 0).filter_map(|line| {
            let (facts, path) = at_tab(line)?;
            let mut facts = facts.split(' ');
            let is_file = facts.next()?.starts_with("100");
            let content = Content::Object(ObjectId::from_git(facts.next()?)?);
            (is_file && matches!(facts.next()?, "0" | "2")).then_some((path, content))
        })))
    }

    /// The schemas that lie in the checked out directory and are not ignored, new ones included.
    ///
    /// # Errors
    /// An index that cannot be read.
    pub fn worktree(&self) -> Result<Snapshot, SourceError> {
        let top = self.top.to_string_lossy();
        let arguments =
            ["-C", &top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
        let listed = self.ask_bytes(&arguments)?;
        let paths = listed.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok());
        // A file that was deleted is in the index still; a link has its other end among the files.
        let is_file = |path: &str| self.top.join(path).symlink_metadata().is_ok_and(|facts| facts.is_file());
        let there = paths.filter(|path| could_be_schema(path) && is_file(path));
        Ok(Snapshot::from_objects(there.map(|path| (path, Content::File(self.top.join(path))))))
    }

    /// What happened to schemas in the first-parent history of a commit, the newest first.
    ///
    /// # Errors
    /// A clone whose history is cut off; objects that are not there.
    pub fn history(&self, commit: &Commit) -> Result<Vec<Change>, SourceError> {
        if self.is_shallow {
            let revision = commit.revision.clone();
            return Err(SourceError::Shallow { revision, depth: self.depth() });
        }
        read_log(&self.ask_bytes(&[
            "-c",
            "diff.renames=true",
            "-c",
            "log.showSignature=false",
            "-c",
            "log.showRoot=true",
            "log",
            "--first-parent",
            "-m",
            "--raw",
            "-z",
            "--no-abbrev",
            "-M",
            "--no-color",
            "--no-ext-diff",
            "--format=%x01%H%x00%cs%x00",
            commit.id.as_str(),
            "--",
            ":(top,glob)**/*.avsc",
            ":(top,glob)**/*.proto",
            ":(top,glob)**/*.json",
        ])?)
    }

    /// A process that reads objects.
    ///
    /// # Errors
    /// No program `git`.
    pub fn objects(&self) -> Result<Objects, SourceError> {
        Objects::open(&self.top)
    }

    /// The name of whoever commits here, where it is set.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        let name = self.ask(&["config", "user.name"]).ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// How many commits a shallow clone has from HEAD on; none where the clone is whole.
    fn depth(&self) -> Option<usize> {
        let count = || self.ask(&["rev-list", "--count", "--first-parent", "HEAD"]).ok()?.trim().parse().ok();
        self.is_shallow.then(|| count().unwrap_or(0))
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, SourceError> {
        self.ask_bytes(arguments).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn ask_bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, SourceError> {
        let output = command(&self.top, arguments).output();
        let output = output.map_err(|source| SourceError::GitMissing { source })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(SourceError::Git { command: arguments.join(" "), message })
    }
}

/// Git in a directory, in English and without locks that somebody else may wait for.
pub(super) fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(arguments);
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null());
    command
}

fn at_tab(line: &[u8]) -> Option<(&str, &str)> {
    // A path that is not UTF-8 has no name here; there is none among honest schemas.
    std::str::from_utf8(line).ok()?.split_once('\t').filter(|(_, path)| could_be_schema(path))
}
