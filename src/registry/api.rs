//! The bodies of Confluent's HTTP API, member for member in its order; a server and a client share them.
//! Source: Confluent Schema Registry 8, *API reference*, and `io.confluent.kafka.schemaregistry.client.rest.entities`.
//!
//! Members that are not known are passed over, as Confluent's server does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::ReferenceRecord;
use super::{
    Config, ConfigChange, Content, Metadata, Registered, RegistryError, RegistryErrorKind, RuleSet, Setting,
};
use crate::schema::{Format, Reference, Schema};

/// What is asked to be registered, looked up or checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ProposalBody {
    /// The text; empty or absent stands for that of the version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The format; absent for Avro.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_type: Option<String>,
    /// What it refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<ReferenceRecord>>,
    /// Its metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Its rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<RuleSet>,
    /// The version it is to have; 0 and -1 for the next one, which with -1 says its number in its metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The id it is to have; -1 for the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Tags to put into the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_tags_to_add: Option<Vec<SchemaTagsBody>>,
    /// Tags to take out of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_tags_to_remove: Option<Vec<SchemaTagsBody>>,
    /// Whether it gets the tags of the version before, wherever it has what has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propagate_schema_tags: Option<bool>,
}

/// A new version with other tags: the body of `POST /subjects/{subject}/versions/{version}/tags`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct TagsBody {
    /// The version it is to have: the next one, also where this is absent or 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_version: Option<i64>,
    /// Tags to put into the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags_to_add: Option<Vec<SchemaTagsBody>>,
    /// Tags to take out of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags_to_remove: Option<Vec<SchemaTagsBody>>,
    /// Its metadata, instead of that of the version named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Its rules, instead of those of the version before; passed over where some are merged or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<RuleSet>,
    /// Rules over those of the version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_to_merge: Option<RuleSet>,
    /// The names of rules that it does not take over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules_to_remove: Option<Vec<String>>,
}

/// Several schemas, all of which are registered, or none: the body of our own `POST /schemawire/batch`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SetBody {
    /// In their order; one may refer to those before it.
    pub schemas: Vec<SetItem>,
}

/// One schema of a [`SetBody`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SetItem {
    /// The subject.
    pub subject: String,
    /// Whether it is normalized first.
    #[serde(default)]
    pub normalize: bool,
    /// The schema, as it is registered alone.
    #[serde(flatten)]
    pub proposal: ProposalBody,
}

/// A registered schema: the answer to a registration, a lookup, and for one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SchemaBody {
    /// The subject, qualified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The id in the subject's context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// The GUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The format; absent for Avro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_type: Option<String>,
    /// What it refers to; absent where that is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<ReferenceRecord>>,
    /// Its metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<RuleSet>,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What in it has tags, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_tags: Option<Vec<SchemaTagsBody>>,
    /// When it was registered, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ts: Option<i64>,
    /// Whether it is soft-deleted; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// The highest id of the context, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_id: Option<u32>,
    /// The subjects that its subject stands in for, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<String>>,
}

/// The tags of one thing in a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaTagsBody {
    /// What has them.
    pub schema_entity: SchemaEntityBody,
    /// The tags, as the schema has them.
    pub tags: Vec<String>,
}

/// A record or a field in a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaEntityBody {
    /// The way to it, as `shop.Order.id`.
    pub entity_path: String,
    /// `sr_record` or `sr_field`.
    pub entity_type: String,
}

impl SchemaBody {
    /// A schema and what is kept beside it.
    fn of(schema: &Schema, metadata: Option<&Metadata>, rule_set: Option<&RuleSet>) -> Self {
        let references: Vec<_> =
            schema.references().iter().map(|(it, _)| ReferenceRecord::from(it)).collect();
        let format = schema.format();
        Self {
            subject: None,
            version: None,
            id: None,
            guid: None,
            schema_type: (format != Format::Avro).then(|| format.as_str().to_owned()),
            references: (!references.is_empty()).then_some(references),
            metadata: metadata.cloned(),
            rule_set: rule_set.cloned(),
            schema: Some(schema.text().to_owned()),
            schema_tags: None,
            ts: None,
            deleted: None,
            max_id: None,
            aliases: None,
        }
    }
}

impl From<&Registered> for SchemaBody {
    fn from(it: &Registered) -> Self {
        Self {
            subject: Some(it.subject.to_string()),
            version: Some(it.version.0),
            id: Some(it.id.0),
            guid: Some(it.guid.to_string()),
            ts: (it.timestamp != 0).then_some(it.timestamp),
            deleted: it.deleted.then_some(true),
            ..Self::of(&it.schema, it.metadata.as_ref(), it.rule_set.as_ref())
        }
    }
}

impl From<&Content> for SchemaBody {
    fn from(it: &Content) -> Self {
        Self {
            guid: it.guid.map(|guid| guid.to_string()),
            ..Self::of(&it.schema, it.metadata.as_ref(), it.rule_set.as_ref())
        }
    }
}

impl From<&ProposalBody> for Vec<Reference> {
    fn from(it: &ProposalBody) -> Self {
        it.references.iter().flatten().map(Reference::from).collect()
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Confluent's code; its leading three digits are the status.
    pub error_code: u32,
    /// What is wrong.
    pub message: String,
}

impl ErrorBody {
    /// The status: a code of three digits, or the leading three of five.
    #[must_use]
    pub const fn status(&self) -> u16 {
        let code = if self.error_code >= 1000 { self.error_code / 100 } else { self.error_code };
        code as u16
    }
}

impl From<&RegistryError> for ErrorBody {
    fn from(it: &RegistryError) -> Self {
        Self { error_code: it.kind.code(), message: it.message.clone() }
    }
}

/// The answer to a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckBody {
    /// The verdict.
    pub is_compatible: bool,
    /// What breaks, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<String>>,
}

/// A version and its subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubjectVersionBody {
    /// The subject, qualified.
    pub subject: String,
    /// The version.
    pub version: u32,
}

/// A context and an id in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContextIdBody {
    /// The context.
    pub context: String,
    /// The id.
    pub id: u32,
}

/// A mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeBody {
    /// Its name.
    pub mode: String,
}

/// The names of the settings in the body of `PUT /config`, which differ from those of the answers in one.
const SETTINGS: [(&str, Setting); 13] = [
    ("alias", Setting::Alias),
    ("aliasForDeks", Setting::AliasForDeks),
    ("normalize", Setting::Normalize),
    ("validateFields", Setting::ValidateFields),
    ("validateNewSchemas", Setting::ValidateNewSchemas),
    ("validateRules", Setting::ValidateRules),
    ("compatibility", Setting::Level),
    ("compatibilityPolicy", Setting::Policy),
    ("compatibilityGroup", Setting::Group),
    ("defaultMetadata", Setting::DefaultMetadata),
    ("overrideMetadata", Setting::OverrideMetadata),
    ("defaultRuleSet", Setting::DefaultRuleSet),
    ("overrideRuleSet", Setting::OverrideRuleSet),
];

/// The change that a body of `PUT /config` asks for: a member with `null` clears, an absent one leaves.
///
/// # Errors
/// A level that is none, or the policy LOGICAL, whose checks are not made here (42203); a member of another type (422).
pub fn config_change(mut body: Map<String, Value>) -> Result<ConfigChange, RegistryError> {
    let is_null = |name: &str| body.get(name).is_some_and(Value::is_null);
    let clear = SETTINGS.iter().filter(|(name, _)| is_null(name)).map(|(_, setting)| *setting).collect();
    if let Some(level) = body.remove("compatibility") {
        if let Some(text) = level.as_str() {
            text.parse::<crate::compat::Level>().map_err(|_| invalid_level())?;
        }
        body.insert("compatibilityLevel".into(), level);
    }
    if let Some(policy) = body.get("compatibilityPolicy").and_then(Value::as_str) {
        policy
            .parse::<crate::compat::Policy>()
            .map_err(|error| RegistryError::new(RegistryErrorKind::InvalidLevel, error.to_string()))?;
    }
    let set: Config = serde_json::from_value(Value::Object(body)).map_err(|error| {
        RegistryError::new(RegistryErrorKind::InvalidLevel, format!("Invalid config: {error}"))
    })?;
    Ok(ConfigChange { set, clear })
}

/// A change as the body of `PUT /config` has it.
#[must_use]
pub fn config_request(change: &ConfigChange) -> Value {
    let mut body = serde_json::to_value(&change.set).unwrap_or_default();
    if let Some(members) = body.as_object_mut() {
        if let Some(level) = members.remove("compatibilityLevel") {
            members.insert("compatibility".into(), level);
        }
        for (name, _) in SETTINGS.iter().filter(|(_, setting)| change.clear.contains(setting)) {
            members.entry(*name).or_insert(Value::Null);
        }
    }
    body
}

fn invalid_level() -> RegistryError {
    let message = "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive";
    RegistryError::new(RegistryErrorKind::InvalidLevel, message)
}
