//! What a registry elsewhere knows of subjects: their settings and their versions.
//!
//! ```text
//! subjects -GET /config/S?defaultToGlobal=true-> levels
//! subjects -GET /subjects/S/versions-> numbers -GET /subjects/S/versions/N, with what it refers to-> schemas
//! ```
//!
//! Where only the latest version counts it is asked for at once. At most [`AT_ONCE`] requests are under way, over one client.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::history::MAX_VERSIONS;
use crate::cli::failure::Failure;
use crate::cli::remote::Remote;
use crate::ids::Version;
use crate::registry::{
    Config, Deleted, Metadata, Registered, Registry, RegistryError, RegistryErrorKind, Subject, VersionSpec,
};

/// The most requests at once; a client has 16 connections, and a registry has other callers.
const AT_ONCE: usize = 8;

/// A registry, and the caller's client of it.
#[derive(Debug)]
pub(super) struct Elsewhere {
    registry: Arc<dyn Registry>,
    label: String,
}

/// A subject whose versions are wanted.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) subject: Subject,
    /// All of them, or the latest alone.
    pub(super) all: bool,
    /// What is set for it, where that counts.
    pub(super) config: Option<Config>,
}

/// What there is of a subject.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The versions to compare with, oldest first; none where the registry does not know the subject.
    pub(super) versions: Vec<Arc<Registered>>,
    /// Versions that are no schemas here, each with the reason.
    pub(super) unreadable: Vec<(VersionSpec, RegistryError)>,
    /// How many older ones were left out.
    pub(super) left_out: usize,
}

impl Elsewhere {
    /// The registry that is named; nothing is sent yet.
    pub(super) fn open(remote: &Remote) -> Result<Self, Failure> {
        let url = remote.urls().first().map(|url| shown(url)).unwrap_or_default();
        Ok(Self { registry: remote.connect()?, label: format!("registry:{url}") })
    }

    /// `registry:http://localhost:8081`, without what is secret.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The settings in force for each subject; for one that the registry does not know, those of all.
    pub(super) fn configs(&self, subjects: &[Subject]) -> Result<Vec<Config>, Failure> {
        let of_one = |subject| async move {
            match self.registry.effective_config(subject).await {
                Err(error) if error.is_not_found() => self.registry.config(None).await,
                answer => answer,
            }
        };
        let all = stream::iter(subjects).map(of_one).buffered(AT_ONCE).try_collect();
        pollster::block_on(all).map_err(|error| self.failure(&error))
    }

    /// The versions of each subject.
    pub(super) fn versions(&self, wanted: &[Wanted]) -> Result<Vec<Answer>, Failure> {
        pollster::block_on(self.ask_versions(wanted)).map_err(|error| self.failure(&error))
    }

    async fn ask_versions(&self, wanted: &[Wanted]) -> Result<Vec<Answer>, RegistryError> {
        let lists: Vec<(Vec<VersionSpec>, usize)> =
            stream::iter(wanted).map(|one| self.numbers(one)).buffered(AT_ONCE).try_collect().await?;
        let mut answers: Vec<Answer> =
            lists.iter().map(|(_, left_out)| Answer { left_out: *left_out, ..Answer::default() }).collect();
        let places = lists.iter().zip(wanted).enumerate();
        let places = places.flat_map(|(index, ((specs, _), one))| {
            specs.iter().map(move |spec| (index, &one.subject, *spec))
        });
        // Collected, as the futures of a lazy iterator would borrow from it.
        let places: Vec<(usize, &Subject, VersionSpec)> = places.collect();
        let asked = stream::iter(places)
            .map(|(index, subject, spec)| async move { (index, spec, self.version(subject, spec).await) });
        let mut asked = asked.buffered(AT_ONCE);
        while let Some((index, spec, found)) = asked.next().await {
            let Some(answer) = answers.get_mut(index) else { continue };
            match found {
                Ok(found) => answer.versions.extend(found),
                // One schema that is none, or lacks what it refers to, does not keep the others from being compared.
                Err(error) if error.kind == RegistryErrorKind::InvalidSchema || error.is_not_found() => {
                    answer.unreadable.push((spec, error));
                }
                Err(error) => return Err(error),
            }
        }
        for (answer, one) in answers.iter_mut().zip(wanted) {
            if let Some(config) = &one.config {
                keep_group(&mut answer.versions, config);
            }
            if !one.all && answer.versions.len() > 1 {
                answer.versions.drain(..answer.versions.len() - 1);
            }
        }
        Ok(answers)
    }

    /// Which versions to ask for, oldest first, and how many are left out.
    async fn numbers(&self, wanted: &Wanted) -> Result<(Vec<VersionSpec>, usize), RegistryError> {
        let has_group = wanted.config.as_ref().is_some_and(|config| config.group.is_some());
        if !wanted.all && !has_group {
            return Ok((vec![VersionSpec::Latest], 0));
        }
        let numbers = self.listed(&wanted.subject).await?.unwrap_or_default();
        let left_out = numbers.len().saturating_sub(MAX_VERSIONS);
        Ok((numbers.into_iter().skip(left_out).map(VersionSpec::Number).collect(), left_out))
    }

    /// The numbers of a subject's versions; none where the registry does not know it.
    async fn listed(&self, subject: &Subject) -> Result<Option<Vec<Version>>, RegistryError> {
        match self.registry.versions(subject, Deleted::Hidden).await {
            Ok(numbers) => Ok(Some(numbers)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn version(
        &self,
        subject: &Subject,
        spec: VersionSpec,
    ) -> Result<Option<Arc<Registered>>, RegistryError> {
        match self.registry.version(subject, spec, Deleted::Hidden).await {
            Ok(found) => Ok(Some(found)),
            // Not found may be what it refers to, and then the subject is not new.
            Err(error) if error.is_not_found() && spec == VersionSpec::Latest => {
                match self.listed(subject).await? {
                    Some(numbers) if !numbers.is_empty() => Err(error),
                    _ => Ok(None),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Exit code 3 for a registry that is away, refuses or is none; 2 for an address that is none.
    fn failure(&self, error: &RegistryError) -> Failure {
        if error.kind == RegistryErrorKind::Client {
            return error.clone().into();
        }
        let mut causes = vec![error.to_string()];
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        let help = (error.kind == RegistryErrorKind::Forbidden).then_some(
            "who asks is in SCHEMAWIRE_REGISTRY_USER and SCHEMAWIRE_REGISTRY_PASSWORD, or in SCHEMAWIRE_REGISTRY_TOKEN; \
             it has to be allowed to read subjects, and settings for the level `registry`",
        );
        Failure::trouble(&format!("cannot ask `{}`", self.label), &causes, help)
    }
}

/// Keeps the versions that a new one without metadata of its own is compared with: it gets those of the latest, over the settings'
/// defaults and under their overrides.
fn keep_group(versions: &mut Vec<Arc<Registered>>, config: &Config) {
    let Some(group) = &config.group else { return };
    let value = |metadata: Option<&Metadata>| metadata?.properties.get(group).cloned();
    let latest = versions.last().and_then(|it| value(it.metadata.as_ref()));
    let wanted = value(config.override_metadata.as_ref())
        .or(latest)
        .or_else(|| value(config.default_metadata.as_ref()));
    versions.retain(|it| value(it.metadata.as_ref()) == wanted);
}

/// An address without user, password, query, and slash at its end.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let after = host.rfind('@').and_then(|at| rest.get(at + 1..)).unwrap_or(rest);
    let after = after.trim_end_matches('/');
    if scheme.is_empty() { after.to_owned() } else { format!("{scheme}://{after}") }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        for (url, wanted) in [
            ("http://localhost:8081/", "http://localhost:8081"),
            ("https://user:pa@ss@host/apis/ccompat/v7/?token=x", "https://host/apis/ccompat/v7"),
            ("https://host/a@b", "https://host/a@b"),
            ("user:pass@host", "host"),
        ] {
            assert_eq!(shown(url), wanted);
        }
    }
}
