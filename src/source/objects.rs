//! Git's objects, through one `git cat-file --batch` that stays open, and a few more of it where very many are wanted at once.

use std::fmt;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::cores::on_all_cores;
use super::error::{SourceError, TextError};
use super::git::command;

/// So many objects are worth a process of their own: git unpacks them on one core, and starts in a few milliseconds.
const SHARE: usize = 1_000;

/// As much as every pipe takes before somebody reads from it, in bytes.
const PIPE: usize = 4096;

/// The most processes that read at once.
const MAX_PROCESSES: usize = 4;

/// The name of an object, as git writes it: 40 or 64 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Box<str>);

impl ObjectId {
    /// The name that git gave; none for text that is none, and for the zeros that stand for nothing.
    pub(super) fn from_git(text: &str) -> Option<Self> {
        let digits = text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (digits && text.bytes().any(|byte| byte != b'0')).then(|| Self(text.into()))
    }

    /// All digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The process; it ends with this.
#[derive(Debug)]
pub struct Objects {
    /// The outermost directory of the clone.
    top: PathBuf,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    pub(super) fn open(top: &Path) -> Result<Self, SourceError> {
        let mut command = command(top, &["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|source| SourceError::GitMissing { source })?;
        let closed = || SourceError::GitMissing { source: ErrorKind::BrokenPipe.into() };
        let questions = child.stdin.take();
        let answers = BufReader::with_capacity(1 << 16, child.stdout.take().ok_or_else(closed)?);
        Ok(Self { top: top.to_owned(), child, questions, answers })
    }

    /// Reads all of them, in their order. What is longer than `limit` is passed over.
    ///
    /// # Errors
    /// A process that has ended, or an answer that is none.
    pub fn read(
        &mut self,
        ids: &[ObjectId],
        limit: u64,
        mut found: impl FnMut(&ObjectId, Result<Vec<u8>, TextError>),
    ) -> Result<(), SourceError> {
        let shares = (ids.len() / SHARE).min(MAX_PROCESSES);
        if shares < 2 {
            return self.read_alone(ids, limit, found);
        }
        let shares: Vec<&[ObjectId]> = ids.chunks(ids.len().div_ceil(shares)).collect();
        let read = on_all_cores(&shares, |share| {
            let mut own = Vec::with_capacity(share.len());
            Self::open(&self.top)?.read_alone(share, limit, |id, bytes| own.push((id.clone(), bytes)))?;
            Ok(own)
        });
        for share in read {
            share?.into_iter().for_each(|(id, bytes)| found(&id, bytes));
        }
        Ok(())
    }

    fn read_alone(
        &mut self,
        ids: &[ObjectId],
        limit: u64,
        mut found: impl FnMut(&ObjectId, Result<Vec<u8>, TextError>),
    ) -> Result<(), SourceError> {
        let Self { questions, answers, .. } = self;
        let Some(questions) = questions.as_mut() else { return Err(failed("it has ended")) };
        let mut list = String::with_capacity(ids.len() * 41);
        for id in ids {
            list.push_str(id.as_str());
            list.push('\n');
        }
        if list.len() <= PIPE {
            let asked = questions.write_all(list.as_bytes()).and_then(|()| questions.flush());
            asked.map_err(|error| failed(&error.to_string()))?;
            for id in ids {
                found(id, one(answers, limit)?);
            }
            return Ok(());
        }
        // Questions go out while answers come in; otherwise both sides would wait once their pipes are full.
        std::thread::scope(|scope| {
            let asking =
                scope.spawn(move || questions.write_all(list.as_bytes()).and_then(|()| questions.flush()));
            for id in ids {
                let answer = one(answers, limit)?;
                found(id, answer);
            }
            match asking.join() {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(failed(&error.to_string())),
                Err(_) => Err(failed("it cannot be written to")),
            }
        })
    }
}

/// `<id> <type> <length>`, the content and a newline; or `<id> missing`.
fn one(answers: &mut impl BufRead, limit: u64) -> Result<Result<Vec<u8>, TextError>, SourceError> {
    let failing = |error: std::io::Error| failed(&error.to_string());
    let mut head = String::new();
    if answers.read_line(&mut head).map_err(failing)? == 0 {
        return Err(failed("it ended early"));
    }
    let Some(length) = head.trim_end().rsplit(' ').next().and_then(|it| it.parse::<u64>().ok()) else {
        return Ok(Err(TextError::Unreadable(format!("git says `{}`", head.trim_end()))));
    };
    if length > limit {
        std::io::copy(&mut answers.take(length + 1), &mut std::io::sink()).map_err(failing)?;
        return Ok(Err(TextError::TooLarge { length, limit }));
    }
    let mut content = vec![0; usize::try_from(length).unwrap_or_default()];
    answers.read_exact(&mut content).map_err(failing)?;
    answers.read_exact(&mut [0]).map_err(failing)?;
    Ok(Ok(content))
}

fn failed(message: &str) -> SourceError {
    SourceError::Git { command: "cat-file --batch".into(), message: message.into() }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It ends at the end of its input.
        drop(self.questions.take());
        drop(self.child.wait());
    }
}
