//! The forms in which an outcome is shown, and where each goes.

mod excerpt;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod short;
mod text;
mod words;

pub(in crate::cli) use markdown::code;
pub(in crate::cli) use words::plain;

use std::path::PathBuf;

use clap::ValueEnum;

use self::excerpt::Excerpt;
use super::outcome::Outcome;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// For people, as a compiler shows it
    Text,
    /// A line for each finding, for editors and grep
    Short,
    /// One document, for programs
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality of GitLab
    Gitlab,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, a test case for each subject
    Junit,
    /// A comment for a pull request
    Markdown,
}

/// A report that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sink {
    kind: Kind,
    /// None is standard output.
    file: Option<PathBuf>,
}

impl Sink {
    /// What `--format` and `-o` ask for. Standard output always gets a report, unless its place is taken.
    pub(super) fn all(format: Option<Kind>, outputs: &[String]) -> Result<Vec<Self>, Failure> {
        let mut sinks = Vec::new();
        for output in outputs {
            let named = output
                .split_once(':')
                .and_then(|(kind, file)| Some((Kind::from_str(kind, true).ok()?, file)));
            let (kind, file) = match named {
                Some((kind, file)) => (kind, file),
                None => (format.unwrap_or(Kind::Text), output.as_str()),
            };
            if file.is_empty() {
                return Err(Failure::usage(format!("`-o {output}` names no file")));
            }
            let file = (file != "-").then(|| PathBuf::from(file));
            sinks.push(Self { kind, file });
        }
        let has_own = sinks.iter().any(|sink| sink.file.is_none());
        let in_file = format.is_some() && outputs.iter().any(|output| !output.contains(':'));
        if !has_own && !in_file {
            sinks.insert(0, Self { kind: format.unwrap_or(Kind::Text), file: None });
        }
        Ok(sinks)
    }

    /// Writes the report, with at most so many findings; as many as its form takes where nobody says.
    pub(super) fn write(
        &self,
        outcome: &Outcome,
        most: Option<usize>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let outcome = self.kind.excerpt(outcome, most);
        let report = match &self.file {
            None => self.kind.render(&outcome, &|style, text| output.styled(style, text)),
            Some(_) => self.kind.render(&outcome, &|_, text| text.to_owned()),
        };
        match &self.file {
            None => output.raw(report.as_bytes()),
            Some(file) => std::fs::write(file, report)
                .map_err(|error| Failure::io(&format!("cannot write `{}`", file.display()), &error)),
        }
    }
}

/// What a step of GitHub Actions gets beside the report: annotations, a summary of the job, and outputs for later steps.
pub(super) fn to_github(
    outcome: &Outcome,
    most: Option<usize>,
    output: &mut Output,
    summary: Option<String>,
    outputs: Option<String>,
) -> Result<(), Failure> {
    output.raw(github::render(&Kind::Github.excerpt(outcome, most)).as_bytes())?;
    let counts = outcome.counts();
    let numbers = format!("errors={}\nwarnings={}\n", counts.errors, counts.warnings);
    let comment = markdown::render(&Kind::Markdown.excerpt(outcome, most));
    for (file, text) in [(summary, comment), (outputs, numbers)] {
        let Some(file) = file else { continue };
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(&file);
        let written = opened.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
        written.map_err(|error| Failure::io(&format!("cannot write `{file}`"), &error))?;
    }
    Ok(())
}

/// How a text is painted; files get it as it is.
type Paint<'p> = &'p dyn Fn(Style, &str) -> String;

impl Kind {
    /// What of an outcome is shown. People read the worst, and the page that shows annotations shows ten of them; GitHub refuses SARIF with
    /// more than [25,000 results](https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support);
    /// programs get all there is. 0 is all, too.
    fn excerpt(self, outcome: &Outcome, most: Option<usize>) -> Excerpt<'_> {
        let own = match self {
            Self::Text | Self::Github | Self::Markdown => 100,
            Self::Sarif => 25_000,
            Self::Short | Self::Json | Self::Gitlab | Self::Junit => 0,
        };
        let most = most.unwrap_or(own);
        Excerpt::new(outcome, if most == 0 { usize::MAX } else { most })
    }

    fn render(self, outcome: &Excerpt<'_>, paint: Paint<'_>) -> String {
        match self {
            Self::Text => text::render(outcome, paint),
            Self::Short => short::render(outcome),
            Self::Json => json::render(outcome),
            Self::Github => github::render(outcome),
            Self::Gitlab => gitlab::render(outcome),
            Self::Sarif => sarif::render(outcome),
            Self::Junit => junit::render(outcome),
            Self::Markdown => markdown::render(outcome),
        }
    }
}
