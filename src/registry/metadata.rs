//! What Confluent keeps beside a schema: metadata and rule sets, member for member.
//!
//! They are kept, hashed into the GUID and given back; nothing here runs a rule. Members that are not known are kept, too.
//!
//! ```
//! use schemawire::registry::Metadata;
//!
//! let metadata: Metadata = serde_json::from_str(r#"{"sensitive": [], "properties": {"owner": "team-a"}}"#)?;
//! assert_eq!(metadata.properties["owner"], "team-a");
//! assert_eq!(serde_json::to_string(&metadata)?, r#"{"properties":{"owner":"team-a"}}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

/// Members that this version does not know, kept as they came.
pub type Unknown = BTreeMap<String, serde_json::Value>;

/// Confluent's `metadata`: tags by path, properties, and which of these are sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// Tags by the path of what they mark.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// Properties by name.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// The names of properties that are not for every eye.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<String>,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl Metadata {
    /// The property that says the number of the version that the metadata belong to, where a version says it. It is not looked at
    /// when schemas are compared.
    pub const VERSION: &str = "confluent:version";

    /// Metadata of properties alone.
    #[must_use]
    pub fn with_properties<const N: usize>(properties: [(&str, &str); N]) -> Self {
        let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { properties: properties.into(), ..Self::default() }
    }

    /// Both together; where both have a member, `over` wins.
    #[must_use]
    pub fn overlaid(mut self, over: &Self) -> Self {
        self.tags.extend(over.tags.clone());
        self.properties.extend(over.properties.clone());
        self.sensitive.extend(over.sensitive.clone());
        self.unknown.extend(over.unknown.clone());
        self
    }
}

/// Confluent's `ruleSet`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RuleSet {
    /// Rules between versions.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub migration_rules: Vec<DataRule>,
    /// Rules on values.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub domain_rules: Vec<DataRule>,
    /// Rules on payloads.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub encoding_rules: Vec<DataRule>,
    /// Where they run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_at: Option<String>,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

impl RuleSet {
    /// Both together; where both have a rule of a name, `over` wins, and its rules come last.
    #[must_use]
    pub fn overlaid(mut self, over: &Self) -> Self {
        overlay(&mut self.migration_rules, &over.migration_rules);
        overlay(&mut self.domain_rules, &over.domain_rules);
        overlay(&mut self.encoding_rules, &over.encoding_rules);
        self.enable_at = over.enable_at.clone().or(self.enable_at);
        self.unknown.extend(over.unknown.clone());
        self
    }

    /// The same but for the rules of these names.
    #[must_use]
    pub fn without(mut self, names: &[String]) -> Self {
        for rules in [&mut self.migration_rules, &mut self.domain_rules, &mut self.encoding_rules] {
            rules.retain(|rule| !names.contains(&rule.name));
        }
        self
    }

    /// Whether one of the rules is of that type, disabled or not.
    #[must_use]
    pub fn has_type(&self, executor: &str) -> bool {
        let mut all = [&self.migration_rules, &self.domain_rules, &self.encoding_rules].into_iter().flatten();
        all.any(|rule| rule.executor.as_deref() == Some(executor))
    }

    /// Checks names, kinds and modes.
    ///
    /// # Errors
    /// What is wrong with which rule, in a sentence.
    pub fn validate(&self) -> Result<(), String> {
        let value_modes = ["WRITE", "READ", "WRITEREAD"];
        validate("migration", &self.migration_rules, &["UPGRADE", "DOWNGRADE", "UPDOWN"])?;
        validate("domain", &self.domain_rules, &value_modes)?;
        validate("encoding", &self.encoding_rules, &value_modes)
    }
}

/// One rule of a [`RuleSet`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DataRule {
    /// Its name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// `TRANSFORM` or `CONDITION`.
    #[serde(default = "transform")]
    pub kind: String,
    /// When it runs: `UPGRADE`, `DOWNGRADE`, `UPDOWN`, `WRITE`, `READ` or `WRITEREAD`.
    #[serde(default = "write_read")]
    pub mode: String,
    /// What executes it, as `CEL` or `ENCRYPT`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub executor: Option<String>,
    /// The tags it applies to.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Its parameters.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// Its expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    /// What follows success; two actions with a comma where it runs both ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// What follows failure; two actions with a comma where it runs both ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// Whether it is switched off.
    #[serde(default, deserialize_with = "null_as_default")]
    pub disabled: bool,
    /// All other members.
    #[serde(flatten)]
    pub unknown: Unknown,
}

fn transform() -> String {
    "TRANSFORM".into()
}

fn write_read() -> String {
    "WRITEREAD".into()
}

/// Java writes an absent collection as null, too.
fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn overlay(rules: &mut Vec<DataRule>, over: &[DataRule]) {
    rules.retain(|rule| over.iter().all(|other| other.name != rule.name));
    rules.extend_from_slice(over);
}

fn validate(group: &str, rules: &[DataRule], modes: &[&str]) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for rule in rules {
        let name = &rule.name;
        let mut letters = name.chars();
        let starts_well = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
        if !starts_well || !letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-')) {
            return Err(format!(
                "{group} rule `{name}` has no valid name: expected a letter or `_`, then letters, digits, `_` or `-`"
            ));
        }
        if !names.insert(name) {
            return Err(format!("two {group} rules have the name `{name}`"));
        }
        if rule.executor.is_none() {
            return Err(format!("{group} rule `{name}` has no type"));
        }
        if !matches!(rule.kind.as_str(), "TRANSFORM" | "CONDITION") {
            return Err(format!(
                "{group} rule `{name}` has kind {}: expected TRANSFORM or CONDITION",
                rule.kind
            ));
        }
        if !modes.contains(&rule.mode.as_str()) {
            return Err(format!(
                "{group} rule `{name}` has mode {}: expected {}",
                rule.mode,
                modes.join(", ")
            ));
        }
    }
    Ok(())
}
