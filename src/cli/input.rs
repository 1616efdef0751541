//! Input: a file, or `-` for standard input; as a whole or line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// The longest line that is read, so that a file without line ends cannot fill the memory.
const LONGEST_LINE: u64 = 64 << 20;

/// A file's path, or `-`.
#[derive(Debug, Clone)]
pub(super) enum Input {
    Standard,
    File(PathBuf),
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        if text == "-" { Self::Standard } else { Self::File(text.into()) }
    }
}

impl Input {
    /// What it is called in messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Standard => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    fn open(&self) -> Result<Box<dyn Read>, Failure> {
        match self {
            Self::Standard => Ok(Box::new(std::io::stdin())),
            Self::File(path) => Ok(Box::new(open(path)?)),
        }
    }

    /// All of it.
    pub(super) fn read(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes).map_err(|error| self.unreadable(&error))?;
        Ok(bytes)
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure::io(&format!("cannot read {}", self.name()), error)
    }

    /// Its lines with their numbers, empty ones left out.
    pub(super) fn lines(&self) -> Result<impl Iterator<Item = Result<(u64, String), Failure>>, Failure> {
        let mut reader = BufReader::new(self.open()?);
        let name = self.name();
        let mut number = 0;
        Ok(std::iter::from_fn(move || {
            loop {
                number += 1;
                let mut line = Vec::new();
                match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                    Ok(0) => return None,
                    Ok(read) if read as u64 == LONGEST_LINE => {
                        return Some(Err(Failure::data(format!(
                            "{name}, line {number} is longer than 64 MiB"
                        ))));
                    }
                    Ok(_) => {}
                    Err(error) => return Some(Err(Failure::io(&format!("cannot read {name}"), &error))),
                }
                match String::from_utf8(line) {
                    Ok(line) if line.trim().is_empty() => {}
                    Ok(line) => return Some(Ok((number, line.trim_end().to_owned()))),
                    Err(_) => return Some(Err(Failure::data(format!("{name}, line {number} is not UTF-8")))),
                }
            }
        }))
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::io(&format!("cannot open {}", path.display()), &error))
}

/// A text file.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    open(path)?
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io(&format!("cannot read {}", path.display()), &error))?;
    String::from_utf8(bytes).map_err(|_| Failure::data(format!("{} is not UTF-8", path.display())))
}

/// Does something for every line; a line that is at fault ends it, or is told and skipped with `keep_going`.
pub(super) fn for_each_line(
    input: &Input,
    keep_going: bool,
    output: &mut super::output::Output,
    mut work: impl FnMut(&mut super::output::Output, &str) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let (mut good, mut bad) = (0, 0);
    for line in input.lines()? {
        let done = line.and_then(|(number, line)| {
            work(output, &line).map_err(|it| it.context(&format!("{}, line {number}", input.name())))
        });
        match done {
            Ok(()) => good += 1,
            Err(failure) if failure.is_data() && keep_going => {
                output.complain(&failure);
                bad += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
    if bad > 0 {
        return Err(Failure::data(format!("{bad} of {} lines were skipped", good + bad)));
    }
    Ok(good)
}
