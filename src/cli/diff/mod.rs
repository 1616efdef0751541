//! `schemawire diff`: what differs between two schemas, by their elements and not by their lines. It judges nothing.
//!
//! ```text
//! A, B -linked where they lie-> Schema -elements-> { path -> what it is } -compare-> added, removed, changed
//! ```

mod avro;
mod elements;
mod json;
mod protobuf;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use self::elements::{Change, Elements};
use super::failure::Failure;
use super::input::Input;
use super::output::{Output, Style};
use crate::schema::{Format, Mode, Schema};
use crate::source::{Content, Git, Linker, Roots, Snapshot, Store, files_below, format_of};

/// Show what differs between two schemas: elements that are new, gone or changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: schemawire diff HEAD~1:schemas/order.avsc schemas/order.avsc")]
pub(super) struct Diff {
    /// A file, REVISION:FILE of git (from the repository's outermost folder), or - for standard input
    old: String,

    /// The same
    new: String,

    /// The format of both; told by the file's name where it is left out
    #[arg(long = "type", value_name = "FORMAT")]
    schema_type: Option<Format>,

    /// How the differences are shown
    #[arg(long, value_enum, default_value_t)]
    format: Kind,
}

/// A form of the differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Kind {
    /// A line for each, with + for new, - for gone and ~ for changed
    #[default]
    Text,
    /// A table
    Markdown,
    /// One JSON document, for programs
    Json,
}

impl Diff {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let told = [&self.new, &self.old].into_iter().find_map(|name| format_of(name));
        let format = self.schema_type.or(told).ok_or_else(|| {
            Failure::usage("neither name tells the format")
                .help("name it with --type avro, protobuf, json or bincode")
        })?;
        let (old, new) = (read(&self.old, format)?, read(&self.new, format)?);
        let changes = Elements::of(&old).compare(&Elements::of(&new));
        match self.format {
            Kind::Text => text(&changes, output),
            Kind::Markdown => markdown(&changes, output),
            Kind::Json => output.line(&format!("{:#}", elements::as_json(&changes))),
        }
    }
}

/// A schema with what it refers to, from where it lies.
fn read(name: &str, format: Format) -> Result<Schema, Failure> {
    let (mut store, mut snapshot, path) = open(name)?;
    let mut linker = Linker::new(Roots::default());
    let linked = linker.link(&mut store, &mut snapshot, &path, format, Mode::Lenient)?;
    let linked = linked.map_err(|error| {
        let position = match &error {
            crate::source::Unlinked::Schema(error) => error.position.map(|it| format!(":{it}")),
            _ => None,
        };
        Failure::data(format!("{name}{}: {error}", position.unwrap_or_default()))
    })?;
    Ok(linked.schema)
}

fn open(name: &str) -> Result<(Store, Snapshot, String), Failure> {
    if name == "-" {
        let text = String::from_utf8(Input::Standard.read()?);
        let text = text.map_err(|_| Failure::data("standard input is not UTF-8"))?;
        let snapshot = Snapshot::of_one("standard input", Content::Given(text.as_str().into()));
        return Ok((Store::new(None), snapshot, "standard input".into()));
    }
    let file = Path::new(name);
    if !file.exists()
        && let Some((revision, path)) = name.split_once(':')
    {
        let git = Git::open(Path::new("."))?;
        let snapshot = git.tree(&git.commit(revision)?)?;
        return Ok((Store::new(Some(git.objects()?)), snapshot, path.to_owned()));
    }
    let folder = file
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let own = file.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let mut snapshot = match Git::open(&folder) {
        Ok(git) => {
            let full =
                folder.canonicalize().map_err(|error| Failure::io(&format!("cannot open {name}"), &error))?;
            if let Ok(inner) = full.strip_prefix(git.top()) {
                let path = inner.join(&own).to_string_lossy().replace('\\', "/");
                let mut snapshot = git.worktree()?;
                snapshot.insert(&path, Content::File(file.to_owned()));
                return Ok((Store::new(None), snapshot, path));
            }
            Snapshot::default()
        }
        Err(_) => files_below(&folder).unwrap_or_default(),
    };
    snapshot.insert(&own, Content::File(file.to_owned()));
    Ok((Store::new(None), snapshot, own))
}

fn text(changes: &[Change], output: &mut Output) -> Result<(), Failure> {
    for change in changes {
        let (style, line) = match (&change.old, &change.new) {
            (None, Some(new)) => (Style::Green, format!("+ {}: {new}", change.path)),
            (Some(old), None) => (Style::Red, format!("- {}: {old}", change.path)),
            (Some(old), Some(new)) => (Style::Yellow, format!("~ {}: {old} -> {new}", change.path)),
            (None, None) => continue,
        };
        let line = output.styled(style, &super::check::plain(&line));
        output.line(&line)?;
    }
    if changes.is_empty() {
        output.note("no difference");
    }
    Ok(())
}

fn markdown(changes: &[Change], output: &mut Output) -> Result<(), Failure> {
    if changes.is_empty() {
        return output.line("No difference.");
    }
    output.line("| | Element | Before | After |")?;
    output.line("|---|---|---|---|")?;
    for change in changes {
        let mark = match (&change.old, &change.new) {
            (None, _) => "➕",
            (_, None) => "➖",
            _ => "✏️",
        };
        let cell = |text: &Option<String>| text.as_deref().map(super::check::code).unwrap_or_default();
        output.line(&format!(
            "| {mark} | {} | {} | {} |",
            super::check::code(&change.path),
            cell(&change.old),
            cell(&change.new)
        ))?;
    }
    Ok(())
}
