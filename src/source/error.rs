//! Why schemas cannot be read, with what repairs it.

use std::io;
use std::path::PathBuf;

use crate::class::Class;

/// A place of schemas that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The program `git` cannot be started.
    #[error("the program `git` cannot be started")]
    GitMissing {
        /// Why not.
        source: io::Error,
    },
    /// A directory that git knows nothing of.
    #[error("`{}` is not in a git repository", .directory.display())]
    NotARepository {
        /// The directory.
        directory: PathBuf,
    },
    /// Nothing of that name.
    #[error("git knows no commit `{revision}`{}", depth_of(.depth))]
    UnknownRevision {
        /// As it was given.
        revision: String,
        /// How many commits a shallow clone has; none where the clone is whole.
        depth: Option<usize>,
    },
    /// Two commits without a common ancestor, as far as the clone goes.
    #[error("`{revision}` and HEAD have no merge base{}", depth_of(.depth))]
    NoMergeBase {
        /// The other commit, as it was given.
        revision: String,
        /// How many commits a shallow clone has; none where the clone is whole.
        depth: Option<usize>,
    },
    /// History that ends where the clone was cut off.
    #[error("the history of `{revision}` is cut off{}", depth_of(.depth))]
    Shallow {
        /// The commit whose history was asked for.
        revision: String,
        /// How many commits there are.
        depth: Option<usize>,
    },
    /// No remote says which branch is its default.
    #[error("no remote tells its default branch")]
    NoDefaultBranch,
    /// Git said something else.
    #[error("`git {command}` failed: {message}")]
    Git {
        /// What was asked of it.
        command: String,
        /// What it said.
        message: String,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder that leads into itself, by a symbolic link.
    #[error("the folder `{}` leads into itself", .path.display())]
    Loop {
        /// The way to the link.
        path: PathBuf,
    },
}

impl SourceError {
    /// What a person can do, where there is a thing to do; a command as it can be typed.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::GitMissing { .. } => "install git, or compare with a directory: --against dir:PATH".into(),
            Self::NotARepository { .. } => "run it in a clone, or compare with a directory: --against dir:PATH".into(),
            Self::UnknownRevision { revision, depth } => {
                let cut = if depth.is_some() { "--unshallow " } else { "" };
                match revision.split_once('/') {
                    Some((remote, branch)) if !branch.is_empty() => format!(
                        "git fetch --no-tags {cut}{remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}     (in actions/checkout set fetch-depth: 0)"
                    ),
                    _ => format!("git fetch --tags {cut}origin     (in actions/checkout set fetch-depth: 0)"),
                }
            }
            Self::NoMergeBase { revision, depth: Some(_) } => match revision.split_once('/') {
                Some((remote, branch)) => format!(
                    "git fetch --no-tags --unshallow {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}     (in actions/checkout set fetch-depth: 0)"
                ),
                None => "git fetch --unshallow     (in actions/checkout set fetch-depth: 0)".into(),
            },
            Self::NoMergeBase { revision, depth: None } => {
                format!("compare with the commit itself: --against git:{revision}")
            }
            Self::Shallow { .. } => "git fetch --unshallow     (in actions/checkout set fetch-depth: 0)".into(),
            Self::NoDefaultBranch => {
                "git remote set-head origin --auto, or name a baseline: --against git:HEAD, --against dir:PATH".into()
            }
            Self::Loop { .. } => "take the symbolic link away, or name the folders to check".into(),
            Self::Git { .. } | Self::Io { .. } => return None,
        })
    }

    /// What a caller may do about it: a person has to look at it, always.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::Config
    }
}

fn depth_of(depth: &Option<usize>) -> String {
    depth.map_or_else(String::new, |depth| format!(": this clone is shallow, depth {depth}"))
}

/// A file whose text cannot be taken; the others can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Bytes that are no text.
    #[error("not UTF-8: the byte {at} begins no character")]
    NotUtf8 {
        /// The first such byte, from 0.
        at: usize,
        /// Its line and column, from 1.
        line: u32,
        /// Characters before it in its line, plus 1.
        column: u32,
    },
    /// Longer than is read.
    #[error("{length} bytes long; at most {limit} are read")]
    TooLarge {
        /// How long it is.
        length: u64,
        /// How long it may be.
        limit: u64,
    },
    /// The file is not there, or may not be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}
