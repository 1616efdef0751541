//! What the cache is searched by: lent parts, so that a search builds no key.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::table::{Lookup, mix};
use crate::ids::{SchemaKey, Version};
use crate::registry::VersionSpec;
use crate::schema::Schema;

/// A schema under a subject: another schema under the same subject is another entry.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Placed<'k> {
    pub(super) subject: &'k str,
    pub(super) schema: &'k Schema,
    pub(super) normalize: bool,
}

/// A schema by its key; an id counts within its context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keyed<'k> {
    pub(crate) context: &'k str,
    /// A subject without a context, for which registries also look in others; what they find there is for that name alone.
    pub(crate) name: &'k str,
    pub(crate) key: SchemaKey,
}

/// A version of a subject, by its number or by what it is.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Versioned<'k> {
    pub(super) subject: &'k str,
    pub(super) which: &'k Which,
}

/// Which version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    Number(Version),
    Latest,
    /// The latest with these properties.
    With(BTreeMap<String, String>),
}

impl From<VersionSpec> for Which {
    fn from(version: VersionSpec) -> Self {
        match version {
            VersionSpec::Number(version) => Self::Number(version),
            VersionSpec::Latest => Self::Latest,
        }
    }
}

pub(super) type PlacedKey = (String, Schema, bool);
pub(crate) type KeyedKey = (String, String, SchemaKey);
pub(super) type VersionedKey = (String, Which);

impl Lookup for Placed<'_> {
    type Key = PlacedKey;

    fn hash(&self) -> u64 {
        hashed(self)
    }

    fn is(&self, (subject, schema, normalize): &PlacedKey) -> bool {
        self.subject == subject && self.schema == schema && self.normalize == *normalize
    }

    fn to_key(&self) -> PlacedKey {
        (self.subject.to_owned(), self.schema.clone(), self.normalize)
    }
}

impl Lookup for Keyed<'_> {
    type Key = KeyedKey;

    /// The same id in several contexts is rare enough to be told apart by comparing.
    fn hash(&self) -> u64 {
        of_key(self.key)
    }

    fn is(&self, (context, name, key): &KeyedKey) -> bool {
        self.key == *key && self.context == context && self.name == name
    }

    fn to_key(&self) -> KeyedKey {
        (self.context.to_owned(), self.name.to_owned(), self.key)
    }
}

impl Lookup for Versioned<'_> {
    type Key = VersionedKey;

    fn hash(&self) -> u64 {
        hashed(self)
    }

    fn is(&self, (subject, which): &VersionedKey) -> bool {
        self.subject == subject && self.which == which
    }

    fn to_key(&self) -> VersionedKey {
        (self.subject.to_owned(), self.which.clone())
    }
}

/// Ids are given in a row and are their own best hash. Only the registry's own become entries, so nobody can choose colliding ones.
#[inline]
pub(crate) fn of_key(key: SchemaKey) -> u64 {
    match key {
        SchemaKey::Id(id) => u64::from(id.0),
        SchemaKey::Guid(guid) => {
            let (halves, _) = guid.0.as_chunks::<8>();
            halves.iter().fold(0, |hash, half| mix(hash ^ u64::from_le_bytes(*half)))
        }
        SchemaKey::Fingerprint(fingerprint) => mix(fingerprint),
    }
}

pub(crate) fn hashed(lookup: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    lookup.hash(&mut hasher);
    hasher.finish()
}
