//! `schemawire init`: a configuration and a CI job for the schemas that are here.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;

use super::config::NAME;
use super::subjects::says_schema;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::schema::Format;
use crate::source::{Git, Snapshot, Store, files_below, format_of};

/// Write a schemawire.toml for the schemas that are here, and a CI file.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Init {
    /// The CI system; told by the repository's files where it is left out
    #[arg(long, value_enum)]
    ci: Option<Ci>,

    /// Writes over files that are there
    #[arg(long)]
    force: bool,
}

/// A CI system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ci {
    Github,
    Gitlab,
    None,
}

const GITHUB: &str = include_str!("../../../examples/ci/github.yml");
const GITLAB: &str = include_str!("../../../examples/ci/gitlab.yml");

impl Init {
    pub(in crate::cli) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let here = std::env::current_dir().map_err(|error| Failure::io("cannot see where we are", &error))?;
        let git = Git::open(&here).ok();
        let (root, snapshot) = match &git {
            Some(git) => (git.top().to_owned(), git.worktree()?),
            None => (here.clone(), files_below(&here)?),
        };
        let globs = globs(&snapshot)?;
        if globs.is_empty() {
            return Err(Failure::data(
                "there is no schema here: no .avsc, no .proto, no .json with a `$schema`",
            ));
        }
        self.write(&root.join(NAME), &configuration(&globs), output)?;
        match self.ci.unwrap_or_else(|| guess(&root)) {
            Ci::Github => self.write(&root.join(".github/workflows/schemas.yml"), GITHUB, output),
            Ci::Gitlab if root.join(".gitlab-ci.yml").exists() && !self.force => {
                self.write(&root.join(".gitlab/schemas.yml"), GITLAB, output)?;
                output.note("add it to .gitlab-ci.yml: include: [{local: .gitlab/schemas.yml}]");
                Ok(())
            }
            Ci::Gitlab => self.write(&root.join(".gitlab-ci.yml"), GITLAB, output),
            Ci::None => Ok(()),
        }
    }

    fn write(&self, path: &Path, text: &str, output: &mut Output) -> Result<(), Failure> {
        if path.exists() && !self.force {
            return Err(Failure::usage(format!("`{}` is there already", path.display()))
                .help("--force writes over it"));
        }
        let at_fault =
            |error: std::io::Error| Failure::io(&format!("cannot write `{}`", path.display()), &error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(at_fault)?;
        }
        std::fs::write(path, text).map_err(at_fault)?;
        output.line(&format!("wrote {}", path.display()))
    }
}

/// For each format a glob that fits its files, and how many there are.
fn globs(snapshot: &Snapshot) -> Result<BTreeMap<Format, (Vec<String>, usize)>, Failure> {
    let mut store = Store::new(None);
    let mut files: BTreeMap<Format, Vec<&str>> = BTreeMap::new();
    for path in snapshot.paths() {
        match format_of(path) {
            Some(Format::Json) if !says_schema(&mut store, snapshot, path)? => {}
            Some(format @ (Format::Avro | Format::Protobuf | Format::Json)) => {
                files.entry(format).or_default().push(path)
            }
            _ => {}
        }
    }
    let glob = |(format, paths): (Format, Vec<&str>)| {
        let folder = paths.iter().copied().reduce(common).unwrap_or_default();
        let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let start = if folder.is_empty() { String::new() } else { format!("{}/", globset::escape(folder)) };
        let ending = match format {
            Format::Avro => "avsc",
            Format::Protobuf => "proto",
            _ => "json",
        };
        // Other JSON may lie between the schemas, so these are named.
        let globs = if format == Format::Json {
            paths.iter().map(|it| globset::escape(it)).collect()
        } else {
            vec![format!("{start}**/*.{ending}")]
        };
        (format, (globs, paths.len()))
    };
    Ok(files.into_iter().map(glob).collect())
}

/// What two paths begin with, up to a slash.
fn common<'p>(one: &'p str, other: &str) -> &'p str {
    let same = one
        .split_inclusive('/')
        .zip(other.split_inclusive('/'))
        .take_while(|(one, other)| one == other && one.ends_with('/'));
    let length = same.map(|(one, _)| one.len()).sum();
    one.get(..length).unwrap_or_default()
}

fn configuration(globs: &BTreeMap<Format, (Vec<String>, usize)>) -> String {
    let mut text = String::from(
        "# Which schemas `schemawire check` compares, and how. Without `against` the baseline is the merge base with\n\
         # the remote's default branch.\n\
         [check]\n\
         level = \"backward\" # new schemas read old messages; also forward, full, each with -transitive\n\
         profile = \"confluent\" # what the registry answers; wire: what the bytes say\n\
         deletes = \"warn\"\n",
    );
    for (format, (globs, count)) in globs {
        let plural = if *count == 1 { "" } else { "s" };
        let files: Vec<String> = globs
            .iter()
            .map(|glob| format!("\"{}\"", glob.replace('\\', "\\\\").replace('"', "\\\"")))
            .collect();
        let files = if let [one] = files.as_slice() {
            one.clone()
        } else {
            format!("[\n    {},\n]", files.join(",\n    "))
        };
        text.push_str(&format!("\n[[subjects]] # {count} {format} file{plural}\nfiles = {files}\n"));
        text.push_str(
            "# subject = \"{stem}-value\" # the path where it is left out\n# owners = [\"@team\"]\n",
        );
    }
    text
}

fn guess(root: &Path) -> Ci {
    if root.join(".github").is_dir() {
        Ci::Github
    } else if root.join(".gitlab-ci.yml").exists() {
        Ci::Gitlab
    } else {
        Ci::None
    }
}
