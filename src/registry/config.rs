//! Settings of a subject, a context, or the whole registry: levels, policies, aliases, modes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::metadata::{Metadata, RuleSet};
use crate::compat::{Level, Policy};
use crate::ids::InvalidName;

/// What a subject, a context or the whole registry is set to. `None` leaves the next wider setting in force.
///
/// As JSON it has Confluent's members, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Config {
    /// The subject that stands in for this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The same for encryption keys; kept, not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_for_deks: Option<String>,
    /// Whether schemas are normalized when they are registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// Whether fields are checked against reserved names; kept, not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_fields: Option<bool>,
    /// Whether new schemas are parsed strictly; they are unless this is `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_new_schemas: Option<bool>,
    /// Whether rules are checked; kept, they always are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_rules: Option<bool>,
    /// The level.
    #[serde(rename = "compatibilityLevel", with = "level", skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Strict or lenient.
    #[serde(rename = "compatibilityPolicy", with = "policy", skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// Only versions whose metadata property of that name has the same value are compared.
    #[serde(rename = "compatibilityGroup", skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Metadata of schemas that come with none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_metadata: Option<Metadata>,
    /// Metadata that wins over a schema's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_metadata: Option<Metadata>,
    /// Rules of schemas that come with none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_rule_set: Option<RuleSet>,
    /// Rules that win over a schema's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_rule_set: Option<RuleSet>,
}

impl Config {
    /// That level, nothing else.
    #[must_use]
    pub fn level(level: Level) -> Self {
        Self { level: Some(level), ..Self::default() }
    }

    /// Takes over what `change` sets.
    pub fn update(&mut self, change: &Self) {
        /// Keeps what is there where nothing is given.
        fn set<T: Clone>(to: &mut Option<T>, from: Option<&T>) {
            if let Some(value) = from {
                *to = Some(value.clone());
            }
        }
        set(&mut self.alias, change.alias.as_ref());
        set(&mut self.alias_for_deks, change.alias_for_deks.as_ref());
        set(&mut self.normalize, change.normalize.as_ref());
        set(&mut self.validate_fields, change.validate_fields.as_ref());
        set(&mut self.validate_new_schemas, change.validate_new_schemas.as_ref());
        set(&mut self.validate_rules, change.validate_rules.as_ref());
        set(&mut self.level, change.level.as_ref());
        set(&mut self.policy, change.policy.as_ref());
        set(&mut self.group, change.group.as_ref());
        set(&mut self.default_metadata, change.default_metadata.as_ref());
        set(&mut self.override_metadata, change.override_metadata.as_ref());
        set(&mut self.default_rule_set, change.default_rule_set.as_ref());
        set(&mut self.override_rule_set, change.override_rule_set.as_ref());
    }

    /// Forgets one setting.
    pub fn clear(&mut self, setting: Setting) {
        match setting {
            Setting::Alias => self.alias = None,
            Setting::AliasForDeks => self.alias_for_deks = None,
            Setting::Normalize => self.normalize = None,
            Setting::ValidateFields => self.validate_fields = None,
            Setting::ValidateNewSchemas => self.validate_new_schemas = None,
            Setting::ValidateRules => self.validate_rules = None,
            Setting::Level => self.level = None,
            Setting::Policy => self.policy = None,
            Setting::Group => self.group = None,
            Setting::DefaultMetadata => self.default_metadata = None,
            Setting::OverrideMetadata => self.override_metadata = None,
            Setting::DefaultRuleSet => self.default_rule_set = None,
            Setting::OverrideRuleSet => self.override_rule_set = None,
        }
    }
}

/// The settings by name, for the ones to be cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the member of Config of the same name")]
pub enum Setting {
    Alias,
    AliasForDeks,
    Normalize,
    ValidateFields,
    ValidateNewSchemas,
    ValidateRules,
    Level,
    Policy,
    Group,
    DefaultMetadata,
    OverrideMetadata,
    DefaultRuleSet,
    OverrideRuleSet,
}

/// A change of settings: first the listed ones are cleared, then those that are set are taken over; all others stay.
///
/// ```
/// use schemawire::compat::Level;
/// use schemawire::registry::{Config, ConfigChange, Setting};
///
/// let change = ConfigChange::from(Config::level(Level::Full)).clearing(Setting::Alias);
/// assert_eq!(change.set.level, Some(Level::Full));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ConfigChange {
    /// What is set; `None` stays as it is.
    pub set: Config,
    /// What is cleared.
    pub clear: Vec<Setting>,
}

impl ConfigChange {
    /// The same, and that setting is cleared.
    #[must_use]
    pub fn clearing(mut self, setting: Setting) -> Self {
        self.clear.push(setting);
        self
    }
}

impl From<Config> for ConfigChange {
    fn from(set: Config) -> Self {
        Self { set, clear: Vec::new() }
    }
}

/// What may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RegistryMode {
    /// Everything.
    #[default]
    ReadWrite,
    /// Nothing but the mode.
    ReadOnly,
    /// As `ReadOnly`; Confluent's older name.
    ReadOnlyOverride,
    /// Schemas come with their ids and versions; nothing is checked.
    Import,
    /// As `Import`, for registries that follow another one.
    Forward,
}

impl RegistryMode {
    /// All modes with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::ReadWrite, "READWRITE"),
        (Self::ReadOnly, "READONLY"),
        (Self::ReadOnlyOverride, "READONLY_OVERRIDE"),
        (Self::Import, "IMPORT"),
        (Self::Forward, "FORWARD"),
    ];

    /// The name as registries write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(mode, _)| *mode == self).map_or("READWRITE", |(_, name)| name)
    }

    /// Whether nothing may be registered, deleted or set.
    #[must_use]
    pub const fn is_read_only(self) -> bool {
        matches!(self, Self::ReadOnly | Self::ReadOnlyOverride)
    }

    /// Whether schemas come with their ids.
    #[must_use]
    pub const fn is_import(self) -> bool {
        matches!(self, Self::Import | Self::Forward)
    }
}

impl fmt::Display for RegistryMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In any case.
impl FromStr for RegistryMode {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let wanted = |(_, name): &&(Self, &str)| name.eq_ignore_ascii_case(text);
        Self::ALL.iter().find(wanted).map(|(mode, _)| *mode).ok_or_else(|| InvalidName {
            what: "mode",
            text: text.into(),
            expected: "READWRITE, READONLY, READONLY_OVERRIDE, IMPORT or FORWARD",
        })
    }
}

/// Levels by their names.
mod level {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use crate::compat::Level;

    pub(super) fn serialize<S: Serializer>(level: &Option<Level>, to: S) -> Result<S::Ok, S::Error> {
        level.map(Level::as_str).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Level>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
    }
}

/// Policies by their names.
mod policy {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use crate::compat::Policy;

    pub(super) fn serialize<S: Serializer>(policy: &Option<Policy>, to: S) -> Result<S::Ok, S::Error> {
        let name = policy.map(|policy| match policy {
            Policy::Strict => "STRICT",
            Policy::Lenient => "LENIENT",
        });
        name.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Policy>, D::Error> {
        match Option::<String>::deserialize(from)?.as_deref() {
            None => Ok(None),
            // LOGICAL is STRICT with checks for table formats, which are not made here.
            Some("STRICT" | "LOGICAL") => Ok(Some(Policy::Strict)),
            Some("LENIENT") => Ok(Some(Policy::Lenient)),
            Some(other) => Err(de::Error::unknown_variant(other, &["STRICT", "LENIENT"])),
        }
    }
}
