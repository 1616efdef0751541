//! What a registry begins with: the schemas of a commit, of a directory, or of another registry.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::cli::check::tree::{Leaf, of_commit, of_directory};
use crate::cli::failure::Failure;
use crate::cli::remote::Remote;
use crate::registry::{EmbeddedRegistry, Proposal, Registry, RegistryErrorKind, Subject};
use crate::schema::{Mode, Reference, Schema};

/// Where the schemas come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seed {
    /// `git:REF`, of the repository around the directory that the command was started in.
    Commit(String),
    /// `dir:PATH`
    Directory(PathBuf),
    /// `registry:URL`, or several addresses of one with commas between; none is that of `--registry`.
    Registry(Vec<String>),
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("git", revision)) if !revision.is_empty() => Ok(Self::Commit(revision.to_owned())),
            Some(("dir", path)) if !path.is_empty() => Ok(Self::Directory(path.into())),
            Some(("registry", urls)) => {
                let urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty());
                Ok(Self::Registry(urls.map(str::to_owned).collect()))
            }
            _ => Err("a seed is git:REF, dir:PATH or registry:URL".to_owned()),
        }
    }
}

impl Seed {
    /// Registers all of it, or none. What is registered already stays as it is. What there is to say of it is answered.
    pub(super) async fn sow(
        &self,
        registry: &EmbeddedRegistry,
        template: Option<&str>,
        remote: &Remote,
    ) -> Result<Option<String>, Failure> {
        let leaves = match self {
            Self::Commit(revision) => of_commit(Path::new("."), revision, template)?,
            Self::Directory(path) => of_directory(path, template)?,
            Self::Registry(urls) if urls.is_empty() => return copied(remote, registry).await,
            Self::Registry(urls) => return copied(&remote.at(urls), registry).await,
        };
        let proposals = leaves.iter().map(|leaf| proposal(leaf, &leaves)).collect::<Result<Vec<_>, _>>()?;
        match registry.register_all(&proposals).await {
            Ok(_) => Ok(None),
            Err(error) if error.kind == RegistryErrorKind::Incompatible => {
                Err(Failure::from(error).context("the seed does not fit what is registered").help(
                    "nothing was registered; `schemawire check` says what breaks, --level NONE compares nothing",
                ))
            }
            Err(error) => Err(Failure::from(error).context("the seed was not registered")),
        }
    }
}

/// Copies another registry, where this one has nothing yet.
async fn copied(remote: &Remote, registry: &EmbeddedRegistry) -> Result<Option<String>, Failure> {
    if !remote.is_named() {
        let failure = Failure::usage("the seed `registry:` names no registry");
        return Err(failure.help("`registry:URL` or `--registry URL`"));
    }
    let from = remote.urls().iter().map(|url| shown(url)).collect::<Vec<_>>().join(",");
    let copied = super::copy::copy(&*remote.connect()?, registry)
        .await
        .map_err(|failure| failure.context(&format!("the registry {from} was not copied")))?;
    Ok((!copied).then(|| format!("note: the store has subjects already; nothing was copied from {from}")))
}

/// An address without the user and the password that it may hold.
fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => url.to_owned(),
    }
}

/// A leaf as it is registered: its references lead to the subjects of the files that they mean.
fn proposal(leaf: &Leaf, leaves: &[Leaf]) -> Result<(Subject, Proposal), Failure> {
    let subject: Subject = leaf.name.parse()?;
    let mut references: Vec<(Reference, Schema)> = Vec::new();
    for (reference, target) in leaf.schema.references() {
        let used = leaf.uses.iter().find(|used| used.name == reference.name && used.by == leaf.path);
        let file = used.and_then(|used| leaves.iter().find(|leaf| leaf.path == used.path));
        let name = file.map_or(reference.name.as_str(), |leaf| leaf.name.as_str());
        let reference = Reference { name: reference.name.clone(), subject: name.to_owned(), version: LATEST };
        references.push((reference, target.clone()));
    }
    let schema = Schema::parse(leaf.schema.format(), leaf.schema.text(), references, Mode::Strict)
        .map_err(|error| Failure::from(error).context(&format!("{} is no schema", leaf.path)))?;
    Ok((subject, Proposal::new(schema)))
}

/// The version of a reference that stands for the newest one.
const LATEST: i32 = -1;
