//! What the caches of serdes are searched by: lent parts, so that a search builds no key.

use std::any::TypeId;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::cache::{Lookup, mix};
use crate::frame::MessageIndexes;
use crate::ids::SchemaKey;
use crate::schema::Schema;

/// A schema under a subject: another schema under the same subject is another entry.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Prepared<'k> {
    pub(super) subject: &'k str,
    pub(super) schema: &'k Schema,
}

/// A schema by its key; an id counts within its context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loaded<'k> {
    pub(super) context: &'k str,
    pub(super) key: SchemaKey,
}

/// A writer or reader that was made before.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Handle<'k> {
    pub(super) state: TypeId,
    pub(super) variant: &'k str,
    pub(super) subject: &'k str,
    pub(super) schema: Option<&'k Schema>,
}

/// A writer's schema within one reader and, for Protobuf, which of its messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'k> {
    pub(super) key: SchemaKey,
    pub(super) indexes: &'k MessageIndexes,
}

/// A writer's schema and, for Protobuf, which of its messages.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Dynamic<'k> {
    pub(super) schema: &'k Schema,
    pub(super) indexes: &'k MessageIndexes,
}

pub(super) type PreparedKey = (String, Schema);
pub(super) type LoadedKey = (String, SchemaKey);
pub(super) type HandleKey = (TypeId, String, String, Option<Schema>);
pub(super) type BoundKey = (SchemaKey, MessageIndexes);
pub(super) type DynamicKey = (Schema, MessageIndexes);

impl Lookup for Prepared<'_> {
    type Key = PreparedKey;

    fn hash(&self) -> u64 {
        of_text(self)
    }

    fn is(&self, (subject, schema): &PreparedKey) -> bool {
        self.subject == subject && self.schema == schema
    }

    fn to_key(&self) -> PreparedKey {
        (self.subject.to_owned(), self.schema.clone())
    }
}

impl Lookup for Loaded<'_> {
    type Key = LoadedKey;

    /// The same id in several contexts is rare enough to be told apart by comparing.
    fn hash(&self) -> u64 {
        of_key(self.key)
    }

    fn is(&self, (context, key): &LoadedKey) -> bool {
        self.key == *key && self.context == context
    }

    fn to_key(&self) -> LoadedKey {
        (self.context.to_owned(), self.key)
    }
}

impl Lookup for Handle<'_> {
    type Key = HandleKey;

    fn hash(&self) -> u64 {
        of_text(self)
    }

    fn is(&self, (state, variant, subject, schema): &HandleKey) -> bool {
        self.state == *state
            && self.variant == variant
            && self.subject == subject
            && self.schema == schema.as_ref()
    }

    fn to_key(&self) -> HandleKey {
        (self.state, self.variant.to_owned(), self.subject.to_owned(), self.schema.cloned())
    }
}

impl Lookup for Bound<'_> {
    type Key = BoundKey;

    #[inline]
    fn hash(&self) -> u64 {
        let indexes = self.indexes.path().iter();
        indexes.fold(of_key(self.key), |hash, index| mix(hash ^ u64::from(index.cast_unsigned())))
    }

    fn is(&self, (key, indexes): &BoundKey) -> bool {
        self.key == *key && self.indexes == indexes
    }

    fn to_key(&self) -> BoundKey {
        (self.key, self.indexes.clone())
    }
}

impl Lookup for Dynamic<'_> {
    type Key = DynamicKey;

    fn hash(&self) -> u64 {
        of_text(self)
    }

    fn is(&self, (schema, indexes): &DynamicKey) -> bool {
        self.schema == schema && self.indexes == indexes
    }

    fn to_key(&self) -> DynamicKey {
        (self.schema.clone(), self.indexes.clone())
    }
}

/// Ids are given in a row and are their own best hash. Only the registry's own become entries, so nobody can choose colliding ones.
#[inline]
fn of_key(key: SchemaKey) -> u64 {
    match key {
        SchemaKey::Id(id) => u64::from(id.0),
        SchemaKey::Guid(guid) => {
            let (halves, _) = guid.0.as_chunks::<8>();
            halves.iter().fold(0, |hash, half| mix(hash ^ u64::from_le_bytes(*half)))
        }
        SchemaKey::Fingerprint(fingerprint) => mix(fingerprint),
    }
}

fn of_text(lookup: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    lookup.hash(&mut hasher);
    hasher.finish()
}
