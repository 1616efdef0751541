//! What a registry is asked, and what it answers.

use std::str::FromStr;

use super::Subject;
use super::metadata::{Metadata, RuleSet};
use crate::ids::{Guid, InvalidName, SchemaId, Version};
use crate::schema::Schema;

/// A schema as a registry holds it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Registered {
    /// The subject.
    pub subject: Subject,
    /// The version under that subject.
    pub version: Version,
    /// The number in its context.
    pub id: SchemaId,
    /// The content's address.
    pub guid: Guid,
    /// The schema with all it refers to.
    pub schema: Schema,
    /// Confluent's metadata, kept as it came.
    pub metadata: Option<Metadata>,
    /// Confluent's rule set, kept as it came.
    pub rule_set: Option<RuleSet>,
    /// Whether it is soft-deleted.
    pub deleted: bool,
    /// When it was registered, in milliseconds since 1970; 0 where unknown.
    pub timestamp: i64,
}

/// What an id or a GUID stands for, whatever subjects it is registered under.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Content {
    /// The content's address; `None` from a registry that does not tell it.
    pub guid: Option<Guid>,
    /// The schema with all it refers to.
    pub schema: Schema,
    /// Confluent's metadata.
    pub metadata: Option<Metadata>,
    /// Confluent's rule set.
    pub rule_set: Option<RuleSet>,
}

impl Content {
    /// A schema and what is kept beside it.
    #[must_use]
    pub const fn new(
        schema: Schema,
        guid: Option<Guid>,
        metadata: Option<Metadata>,
        rule_set: Option<RuleSet>,
    ) -> Self {
        Self { guid, schema, metadata, rule_set }
    }
}

/// How much is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Size {
    /// Subjects that are not deleted.
    pub subjects: usize,
    /// Their versions that are not deleted.
    pub versions: usize,
    /// Ids, by context; deleted ones included.
    pub ids: usize,
}

/// What is asked to be registered, looked up or checked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Proposal {
    /// The schema. Its references name subjects and versions of the registry (version -1: the latest), which the registry reads for itself.
    pub schema: Schema,
    /// Metadata to keep with it; that of the version before where there is none.
    pub metadata: Option<Metadata>,
    /// Rules to keep with it; those of the version before where there are none.
    pub rule_set: Option<RuleSet>,
    /// Whether to normalize it first.
    pub normalize: bool,
    /// The id to give, in mode IMPORT only.
    pub id: Option<SchemaId>,
    /// The version to give, in mode IMPORT only; otherwise it has to be the next one.
    pub version: Option<Version>,
    /// Whether it becomes a new version whatever is registered, with its number as the property `confluent:version` of its metadata.
    pub numbered: bool,
}

impl Proposal {
    /// That schema, nothing else.
    #[must_use]
    pub const fn new(schema: Schema) -> Self {
        Self {
            schema,
            metadata: None,
            rule_set: None,
            normalize: false,
            id: None,
            version: None,
            numbered: false,
        }
    }

    /// The same with metadata.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// The same with rules.
    #[must_use]
    pub fn with_rule_set(mut self, rule_set: RuleSet) -> Self {
        self.rule_set = Some(rule_set);
        self
    }

    /// The same, to be normalized first.
    #[must_use]
    pub const fn normalized(mut self) -> Self {
        self.normalize = true;
        self
    }

    /// The same, to get that id.
    #[must_use]
    pub const fn with_id(mut self, id: SchemaId) -> Self {
        self.id = Some(id);
        self
    }

    /// The same, to get that version.
    #[must_use]
    pub const fn with_version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// The same, to become a new version that says its number.
    #[must_use]
    pub const fn numbered(mut self) -> Self {
        self.numbered = true;
        self
    }
}

/// Which version of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionSpec {
    /// That number.
    Number(Version),
    /// The highest one.
    Latest,
}

/// A number from 1 to 2^31-1, or `latest` in any case, or -1 for it.
impl FromStr for VersionSpec {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text == "-1" || text.eq_ignore_ascii_case("latest") {
            return Ok(Self::Latest);
        }
        let number = text.parse().ok().filter(|number| (1..=i32::MAX as u32).contains(number));
        number.map(|number| Self::Number(Version(number))).ok_or_else(|| InvalidName {
            what: "version",
            text: text.into(),
            expected: "a number from 1 to 2^31-1, or `latest`",
        })
    }
}

/// Whether deleted versions and subjects count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deleted {
    /// They do not.
    #[default]
    Hidden,
    /// They do, too.
    Included,
    /// Only they do.
    Only,
}

impl Deleted {
    /// Whether something counts that is deleted, or is not.
    #[must_use]
    pub const fn shows(self, deleted: bool) -> bool {
        match self {
            Self::Hidden => !deleted,
            Self::Included => true,
            Self::Only => deleted,
        }
    }
}

/// Soft or hard delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deletion {
    /// Hidden, but its id still reads old messages.
    Soft,
    /// Gone; only after a soft delete.
    Permanent,
}
