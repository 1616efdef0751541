//! Which files are subjects, and what they are called.

use super::baseline::is_in_scope;
use super::findings::About;
use super::settings::{LevelChoice, Settings, SubjectRule};
use crate::compat::{Level, Policy, Profile};
use crate::schema::json::Draft;
use crate::schema::{Format, Model, Schema};
use crate::source::{Snapshot, SourceError, Store, format_of};

/// A file that is a subject, before it is parsed.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) path: String,
    pub(super) format: Format,
    /// Its level; as long as the registry was not asked for it, the default.
    pub(super) level: Level,
    pub(super) policy: Policy,
    /// Whether level and policy are those of the registry; the policy only where nothing here sets one.
    pub(super) asks_registry: Asks,
    pub(super) profile: Profile,
    /// The rule of `schemawire.toml` that it comes from.
    pub(super) rule: Option<usize>,
    /// A name given on the command line.
    pub(super) name: Option<String>,
}

/// What the registry's settings decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Asks {
    pub(super) level: bool,
    pub(super) policy: bool,
}

/// How subjects are chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chooser<'c> {
    pub(super) settings: &'c Settings,
    pub(super) scope: &'c [String],
    /// Overrides all levels.
    pub(super) level: Option<LevelChoice>,
    /// Overrides all policies.
    pub(super) policy: Option<Policy>,
    /// Overrides all profiles.
    pub(super) profile: Option<Profile>,
    /// Whether rules about generated code run as well.
    pub(super) source: bool,
    /// `NAME=PATH` of the command line: name and path from the root.
    pub(super) named: &'c [(String, String)],
}

impl<'c> Chooser<'c> {
    /// All subjects of a snapshot, by path.
    pub(super) fn choose(
        self,
        store: &mut Store,
        snapshot: &Snapshot,
    ) -> Result<Vec<Candidate>, SourceError> {
        let mut found = Vec::new();
        for path in snapshot.paths().filter(|path| is_in_scope(self.scope, path)) {
            let named = self.named.iter().find(|(_, it)| it == path).map(|(name, _)| name.clone());
            if !self.named.is_empty() && named.is_none() {
                continue;
            }
            let index = self.settings.rule_of(path);
            let rule = index.and_then(|index| self.settings.subjects.get(index));
            let format = rule.and_then(|rule| rule.format).or_else(|| format_of(path));
            let Some(format) = format else { continue };
            let is_named = named.is_some() || self.scope.iter().any(|it| it == path);
            if rule.is_none() && !is_named {
                if !self.settings.subjects.is_empty() || !is_built_in(format) {
                    continue;
                }
                if format == Format::Json && !says_schema(store, snapshot, path)? {
                    continue;
                }
            }
            let own = rule.and_then(|rule| rule.level);
            let (level, of_registry) = match self.level.or(own).or(self.settings.level) {
                Some(LevelChoice::Level(level)) => (level, false),
                Some(LevelChoice::Registry) => (Level::default(), true),
                None => (Level::default(), false),
            };
            let own = rule.and_then(|rule| rule.policy);
            let policy = self.policy.or(own).or(self.settings.policy);
            let asks_registry = Asks { level: of_registry, policy: of_registry && policy.is_none() };
            let policy = policy.unwrap_or_default();
            let own = rule.and_then(|rule| rule.profile);
            let profile = self.profile.or(own).or(self.settings.profile).unwrap_or_default();
            let path = path.to_owned();
            found.push(Candidate {
                path,
                format,
                level,
                policy,
                asks_registry,
                profile,
                rule: index,
                name: named,
            });
        }
        Ok(found)
    }

    /// What a subject is called; a placeholder that its schema does not fill is an error.
    pub(super) fn name(self, candidate: &Candidate, schema: Option<&Schema>) -> Result<String, String> {
        if let Some(name) = &candidate.name {
            return Ok(name.clone());
        }
        match self.rule(candidate).and_then(|rule| rule.subject.as_deref()) {
            Some(template) => fill(template, &candidate.path, schema),
            None => Ok(candidate.path.clone()),
        }
    }

    /// The rule of `schemawire.toml` that a subject comes from.
    pub(super) fn rule(self, candidate: &Candidate) -> Option<&'c SubjectRule> {
        self.settings.subjects.get(candidate.rule?)
    }

    /// A subject of that name, as its findings speak of it.
    pub(super) fn about<'a>(&self, subject: &'a str, candidate: &'a Candidate) -> About<'a>
    where
        'c: 'a,
    {
        let rule = self.rule(candidate);
        About {
            subject,
            path: &candidate.path,
            format: candidate.format,
            level: candidate.level,
            profile: candidate.profile,
            owners: rule.map_or(&[], |rule| rule.owners.as_slice()),
            consumers: rule.map_or(&[], |rule| rule.consumers.as_slice()),
        }
    }
}

/// The placeholders that a name may have; those of the second half need the schema.
pub(super) const PLACEHOLDERS: [&str; 6] = ["stem", "dir", "namespace", "name", "package", "message"];

pub(super) fn fill(template: &str, path: &str, schema: Option<&Schema>) -> Result<String, String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (placeholder, behind) = after.split_once('}').unwrap_or((after, ""));
        let value = match placeholder {
            "stem" => Some(file.split_once('.').map_or(file, |(stem, _)| stem).to_owned()),
            "dir" => Some(folder.rsplit('/').next().unwrap_or_default().to_owned()),
            other => schema.and_then(|schema| of_schema(other, schema)),
        };
        let value =
            value.ok_or_else(|| format!("`{path}` has no {{{placeholder}}} for the subject `{template}`"))?;
        name.push_str(before);
        name.push_str(&value);
        rest = behind;
    }
    name.push_str(rest);
    Ok(name)
}

fn of_schema(placeholder: &str, schema: &Schema) -> Option<String> {
    let full = schema.full_name();
    let parts = full.as_deref().map(|full| full.rsplit_once('.').unwrap_or(("", full)));
    match placeholder {
        "namespace" => parts.map(|(namespace, _)| namespace.to_owned()),
        "name" => parts.map(|(_, name)| name.to_owned()),
        "package" => match schema.model() {
            Model::Protobuf(model) => Some(model.file().package().to_owned()),
            _ => None,
        },
        "message" => match schema.model() {
            Model::Protobuf(model) => Some(model.file().message_type.first()?.name().to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether this build understands the format.
fn is_built_in(format: Format) -> bool {
    format != Format::Bincode || cfg!(feature = "bincode")
}

/// Whether a JSON file says that it is a schema, by a `$schema` of one of the drafts.
pub(super) fn says_schema(store: &mut Store, snapshot: &Snapshot, path: &str) -> Result<bool, SourceError> {
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(rename = "$schema")]
        schema: Option<String>,
    }
    let Some(Ok(id)) = store.read(snapshot, path)? else { return Ok(false) };
    let text = store.text(id);
    if !text.contains("\"$schema\"") {
        return Ok(false);
    }
    Ok(match serde_json::from_str::<Head>(&text) {
        Ok(head) => head.schema.is_some_and(|uri| Draft::from_uri(&uri).is_some()),
        // It is broken, and says so only where it counts as one.
        Err(_) => text.contains("json-schema.org/"),
    })
}
