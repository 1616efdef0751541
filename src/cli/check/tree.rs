//! The schemas of one tree, a commit or a directory, with the names that `check` knows them by.

use std::path::Path;

use super::config;
use super::settings::Settings;
use super::subjects::{Chooser, fill};
use crate::cli::failure::Failure;
use crate::schema::{Mode, Schema};
use crate::source::{Git, Linker, Snapshot, SourceError, Store, Unlinked, Used, files_below};

/// A schema of a tree.
#[derive(Debug)]
pub(in crate::cli) struct Leaf {
    /// Its file, from the root.
    pub(in crate::cli) path: String,
    /// Its subject; the name by which others refer to it, where it is no subject of its own.
    pub(in crate::cli) name: String,
    pub(in crate::cli) schema: Schema,
    /// All files it refers to, directly and through others.
    pub(in crate::cli) uses: Vec<Used>,
}

/// The schemas of a commit of the repository around `directory`, those first that others refer to. `template` names those that
/// schemawire.toml does not.
pub(in crate::cli) fn of_commit(
    directory: &Path,
    revision: &str,
    template: Option<&str>,
) -> Result<Vec<Leaf>, Failure> {
    let what = format!("cannot read the schemas of `git:{revision}`");
    let at_fault = |error: SourceError| Failure::source(&what, &error);
    let git = Git::open(directory).map_err(at_fault)?;
    let commit = git.commit(revision).map_err(at_fault)?;
    let snapshot = git.tree(&commit).map_err(at_fault)?;
    let store = Store::new(Some(git.objects().map_err(at_fault)?));
    leaves(git.top(), store, snapshot, template)
}

/// The same of a directory.
pub(in crate::cli) fn of_directory(directory: &Path, template: Option<&str>) -> Result<Vec<Leaf>, Failure> {
    let what = format!("cannot read the schemas of `dir:{}`", directory.display());
    let snapshot = files_below(directory).map_err(|error| Failure::source(&what, &error))?;
    leaves(directory, Store::new(None), snapshot, template)
}

fn leaves(
    root: &Path,
    mut store: Store,
    mut snapshot: Snapshot,
    template: Option<&str>,
) -> Result<Vec<Leaf>, Failure> {
    let mut settings = config::find(root).as_deref().map_or_else(|| Ok(Settings::default()), config::load)?;
    settings.place(root);
    if settings.roots.protobuf.is_empty() {
        settings.roots.protobuf = config::modules(root, &snapshot)?;
    }
    let chooser = Chooser {
        settings: &settings,
        scope: &[],
        level: None,
        policy: None,
        profile: None,
        source: false,
        named: &[],
    };
    let mut linker = Linker::new(settings.roots.clone());
    let mut leaves: Vec<Leaf> = Vec::new();
    for candidate in chooser.choose(&mut store, &snapshot)? {
        let linked =
            linker.link(&mut store, &mut snapshot, &candidate.path, candidate.format, Mode::Strict)?;
        let linked = linked.map_err(|error| unlinked(&candidate.path, &error))?;
        let is_named = candidate
            .rule
            .and_then(|index| settings.subjects.get(index))
            .is_some_and(|rule| rule.subject.is_some());
        let name = match template.filter(|_| !is_named) {
            Some(template) => fill(template, &candidate.path, Some(&linked.schema)),
            None => chooser.name(&candidate, Some(&linked.schema)),
        };
        let name = name.map_err(Failure::usage)?;
        let uses = linked.uses.to_vec();
        leaves.push(Leaf { path: candidate.path, name, schema: linked.schema, uses });
    }
    // What is referred to and no subject is registered by the name it is referred to with.
    let mut missing: Vec<Used> = leaves.iter().flat_map(|leaf| leaf.uses.iter().cloned()).collect();
    missing.retain(|used| leaves.iter().all(|leaf| leaf.path != used.path));
    for used in missing {
        if leaves.iter().any(|leaf| leaf.path == used.path) {
            continue;
        }
        let Some(format) = crate::source::format_of(&used.path) else { continue };
        let linked = linker.link(&mut store, &mut snapshot, &used.path, format, Mode::Strict)?;
        let linked = linked.map_err(|error| unlinked(&used.path, &error))?;
        leaves.push(Leaf {
            path: used.path,
            name: used.name,
            schema: linked.schema,
            uses: linked.uses.to_vec(),
        });
    }
    // Who refers to a file refers to all that it refers to, and to itself in addition.
    leaves.sort_by_key(|leaf| leaf.uses.len());
    Ok(leaves)
}

fn unlinked(path: &str, error: &Unlinked) -> Failure {
    let mut failure = Failure::data(format!("{path} is no schema")).because(error.to_string());
    if let Unlinked::Reference { source, .. } = error {
        failure = failure.because(source.to_string());
    }
    failure
}
