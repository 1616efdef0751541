//! What the caches of serdes are searched by: lent parts, so that a search builds no key.

use std::any::TypeId;

use crate::frame::MessageIndexes;
use crate::ids::SchemaKey;
use crate::registry::cache::lookup::{hashed, of_key};
use crate::registry::cache::table::{Lookup, mix};
use crate::schema::Schema;

/// A schema under a subject, as a caller names them.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Chosen<'k> {
    pub(super) subject: &'k str,
    pub(super) schema: &'k Schema,
}

/// A caller's schema and one of the registry's.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Pair<'k> {
    pub(super) local: &'k Schema,
    pub(super) found: &'k Schema,
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

pub(super) type ChosenKey = (String, Schema);
pub(super) type PairKey = (Schema, Schema);
pub(super) type BoundKey = (SchemaKey, MessageIndexes);
pub(super) type DynamicKey = (Schema, MessageIndexes);

/// A [`Handle`] that is kept.
#[derive(Debug, Clone)]
pub(super) struct HandleKey {
    state: TypeId,
    variant: String,
    subject: String,
    schema: Option<Schema>,
}

impl HandleKey {
    pub(super) fn is_of(&self, subject: &str, schema: &Schema) -> bool {
        self.subject == subject && self.schema.as_ref() == Some(schema)
    }
}

impl Lookup for Chosen<'_> {
    type Key = ChosenKey;

    fn hash(&self) -> u64 {
        hashed(self)
    }

    fn is(&self, (subject, schema): &ChosenKey) -> bool {
        self.subject == subject && self.schema == schema
    }

    fn to_key(&self) -> ChosenKey {
        (self.subject.to_owned(), self.schema.clone())
    }
}

impl Lookup for Pair<'_> {
    type Key = PairKey;

    fn hash(&self) -> u64 {
        hashed(self)
    }

    fn is(&self, (local, found): &PairKey) -> bool {
        self.local == local && self.found == found
    }

    fn to_key(&self) -> PairKey {
        (self.local.clone(), self.found.clone())
    }
}

impl Lookup for Handle<'_> {
    type Key = HandleKey;

    fn hash(&self) -> u64 {
        hashed(self)
    }

    fn is(&self, key: &HandleKey) -> bool {
        self.state == key.state
            && self.variant == key.variant
            && self.subject == key.subject
            && self.schema == key.schema.as_ref()
    }

    fn to_key(&self) -> HandleKey {
        HandleKey {
            state: self.state,
            variant: self.variant.to_owned(),
            subject: self.subject.to_owned(),
            schema: self.schema.cloned(),
        }
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
        hashed(self)
    }

    fn is(&self, (schema, indexes): &DynamicKey) -> bool {
        self.schema == schema && self.indexes == indexes
    }

    fn to_key(&self) -> DynamicKey {
        (self.schema.clone(), self.indexes.clone())
    }
}
