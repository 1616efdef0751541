//! The registry's part of a run: levels that are set there, and old versions that are kept there.

use std::collections::{BTreeMap, VecDeque};

use super::{Candidate, Old, Run, Subject};
use crate::cli::check::findings::OldVersion;
use crate::cli::check::outcome::{Outcome, Trouble, Version};
use crate::cli::check::registry::{Answer, Elsewhere, Wanted};
use crate::cli::failure::Failure;
use crate::compat::Level;
use crate::registry::{self, Config, Registered, VersionSpec};
use crate::schema::Schema;
use crate::source::{Linked, Linker, Used};

impl Run<'_> {
    /// Takes levels from the registry, and policies that nothing here sets, for the subjects whose level is the registry's.
    pub(super) fn ask_levels(
        &self,
        subjects: &mut [Subject],
        gone: &mut [(Candidate, String)],
    ) -> Result<(), Failure> {
        let Some(elsewhere) = self.registry else { return Ok(()) };
        // What does not parse has no name to ask for.
        let here = subjects.iter_mut().filter(|subject| subject.linked.is_ok());
        let here = here.map(|it| (&mut it.candidate, it.name.as_str(), Some(&mut it.config)));
        let gone = gone.iter_mut().map(|(candidate, name)| (candidate, name.as_str(), None));
        let all = here.chain(gone).filter(|(candidate, ..)| candidate.asks_registry.level);
        let all: Vec<(&mut Candidate, &str, Option<&mut Option<Config>>)> = all.collect();
        let names = all.iter().map(|(_, name, _)| subject_of(name)).collect::<Result<Vec<_>, _>>()?;
        for ((candidate, _, kept), config) in all.into_iter().zip(elsewhere.configs(&names)?) {
            candidate.level = config.level.unwrap_or(Level::Backward);
            if let Some(policy) = config.policy.filter(|_| candidate.asks_registry.policy) {
                candidate.policy = policy;
            }
            if let Some(kept) = kept {
                *kept = Some(config);
            }
        }
        Ok(())
    }

    /// The old versions of each subject, oldest first, as its level asks; a subject that the registry does not know stays new.
    pub(super) fn registered(
        &self,
        elsewhere: &Elsewhere,
        subjects: &mut [Subject],
        linker: &mut Linker,
        outcome: &mut Outcome,
    ) -> Result<Vec<Vec<OldVersion>>, Failure> {
        let mut wanted = Vec::new();
        for subject in subjects.iter().filter(|subject| subject.linked.is_ok()) {
            wanted.push(Wanted {
                subject: subject_of(&subject.name)?,
                all: subject.candidate.level.is_transitive(),
                config: subject.config.clone(),
            });
        }
        let mut answers = elsewhere.versions(&wanted)?.into_iter();
        let mut versions = Vec::with_capacity(subjects.len());
        for subject in subjects.iter_mut() {
            let answer = match &subject.linked {
                Ok(_) => answers.next().unwrap_or_default(),
                Err(_) => Answer::default(),
            };
            versions.push(self.take(elsewhere, subject, &answer, linker, outcome));
        }
        let is_unnamed = |subject: &&Subject| {
            let template = self.chooser.rule(&subject.candidate).and_then(|rule| rule.subject.as_ref());
            subject.candidate.name.is_none() && template.is_none() && matches!(subject.old, Old::Nothing)
        };
        if subjects.iter().any(|subject| is_unnamed(&subject)) {
            outcome.notes.push(
                "without a name of its own a subject is called by its path, which registries seldom know: \
                 `subject = \"{stem}-value\"` in schemawire.toml, or --subject NAME=PATH"
                    .into(),
            );
        }
        Ok(versions)
    }

    /// Takes down what the registry has of one subject; gives what is to be compared.
    fn take(
        &self,
        elsewhere: &Elsewhere,
        subject: &mut Subject,
        answer: &Answer,
        linker: &mut Linker,
        outcome: &mut Outcome,
    ) -> Vec<OldVersion> {
        let name = &subject.name;
        if answer.left_out > 0 {
            let all = answer.left_out + answer.versions.len();
            let newest = answer.versions.len();
            outcome.notes.push(format!("{name}: only the newest {newest} of {all} versions are compared"));
        }
        for (spec, error) in &answer.unreadable {
            let which = match spec {
                VersionSpec::Number(number) => format!("version {number}"),
                VersionSpec::Latest => "the latest version".into(),
            };
            outcome.troubles.push(Trouble {
                message: format!("`{name}` cannot be compared with {which} in {}", elsewhere.label()),
                causes: vec![error.to_string()],
                help: None,
            });
            subject.old = Old::Broken;
        }
        let mut found: Vec<OldVersion> =
            answer.versions.iter().map(|it| old_version(elsewhere, it, linker)).collect();
        let Some(latest) = found.last_mut() else { return found };
        if let Ok(new) = &subject.linked
            && closure(&new.schema) == closure(&latest.linked.schema)
        {
            // The same number is how the run knows that nothing changed.
            latest.linked.id = new.id;
        }
        if !matches!(subject.old, Old::Broken) {
            subject.old = Old::Schema(latest.path.clone(), latest.linked.clone());
        }
        if self.changed_only && subject.is_unchanged() {
            return Vec::new();
        }
        found
    }
}

/// A version as the others are, its path what it is called there.
fn old_version(elsewhere: &Elsewhere, registered: &Registered, linker: &mut Linker) -> OldVersion {
    let called = |subject: &str, version: &dyn std::fmt::Display| {
        format!("{} {subject} version {version}", elsewhere.label())
    };
    let path = called(registered.subject.as_str(), &registered.version);
    let mut uses: Vec<Used> = Vec::new();
    // Breadth first, as the nearer of two references of one name counts.
    let mut waiting = VecDeque::from([(path.clone(), &registered.schema)]);
    while let Some((by, schema)) = waiting.pop_front() {
        for (reference, referred) in schema.references() {
            let path = called(&reference.subject, &reference.version);
            if uses.iter().all(|known| known.path != path) {
                uses.push(Used { name: reference.name.clone(), path: path.clone(), by: by.clone() });
                waiting.push_back((path, referred));
            }
        }
    }
    let number = usize::try_from(registered.version.0).ok();
    let linked: Linked = linker.adopt(registered.schema.clone(), uses);
    OldVersion { version: Version { number, ..Version::default() }, path, is_elsewhere: true, linked }
}

/// A schema and all it refers to, each as its canonical text, by the names it refers to them with.
fn closure(schema: &Schema) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([(String::new(), format!("{} {}", schema.format(), schema.canonical()))]);
    let mut waiting = vec![schema];
    while let Some(schema) = waiting.pop() {
        for (reference, referred) in schema.references() {
            if !all.contains_key(&reference.name) {
                all.insert(reference.name.clone(), referred.canonical());
                waiting.push(referred);
            }
        }
    }
    all
}

fn subject_of(name: &str) -> Result<registry::Subject, Failure> {
    name.parse().map_err(Failure::from)
}
