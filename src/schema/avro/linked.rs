//! An Avro schema and all it refers to as one graph: every use of a name leads to its declaration.
//!
//! ```text
//! Schema { record R { next: [null, R] } }  -link->  0 Record(R) -> 1
//!                                                   1 Union     -> 2, 0
//!                                                   2 Null
//! ```
//!
//! The codec compiles it and the checker walks it; recursion shows as a cycle of indexes. A chain of names can be as long
//! as the text, so whatever follows indexes must not recurse without a limit of its own.

use std::collections::HashMap;
use std::sync::Arc;

use super::declarations::{each_declared, sources};
use super::{Field, Kind, Logical, Model, Type};
use crate::schema::{Format, Position, Schema, SchemaError, SchemaErrorKind};

/// The graph of one schema with its references.
#[derive(Debug, Clone)]
pub struct Linked {
    /// All types, each declared once; those of references also where nothing leads to them.
    pub types: Vec<LinkedType>,
    /// The outermost type.
    pub root: TypeIndex,
    /// The schemas that the types stand in: the schema itself, then its references.
    schemas: Vec<Schema>,
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
    /// Where it stands in the text of its own schema.
    pub span: crate::schema::Span,
    /// JSON pointer of the type in its own schema, `""` for the root.
    pub pointer: String,
    /// Which schema it stands in: `None` for the schema itself, else the reference's name.
    pub source: Option<String>,
    /// The schema that it stands in, by its place in [`Linked::schemas`].
    schema: usize,
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
    Record(Arc<super::Record>, Vec<TypeIndex>),
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

    /// The texts that types stand in: the schema's own, then those of its references.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.schemas.iter().map(Schema::text)
    }

    /// Which of [`Linked::texts`] the type at that place stands in.
    pub(crate) fn text_of(&self, index: TypeIndex) -> usize {
        self.get(index).schema
    }

    /// Line and column of a stretch that belongs to the type at that place, in the text of the type's own schema.
    #[must_use]
    pub fn position(&self, index: TypeIndex, span: crate::schema::Span) -> Position {
        span.position(self.schemas.get(self.get(index).schema).map(Schema::text).unwrap_or_default())
    }
}

/// Links a schema with its references.
///
/// # Errors
/// A schema that is not Avro; a name that neither the text nor a reference declares.
pub fn link(schema: &Schema) -> Result<Linked, SchemaError> {
    let crate::schema::Model::Avro(model) = schema.model() else {
        let message = format!("a schema in {} cannot be linked as Avro", schema.format());
        return Err(SchemaError::new(schema.format(), SchemaErrorKind::Mismatch, message));
    };
    let sources = sources(schema.references());
    let mut texts: Vec<(&Model, Option<&str>)> = vec![(model, None)];
    texts.extend(sources.iter().map(|source| (source.model, Some(source.name))));

    // Every named type gets its place before any use of it is looked up, so order and recursion do not matter.
    let mut builder = Builder { types: Vec::new(), places: HashMap::new(), text: 0, source: None };
    for (model, _) in &texts {
        each_declared(&model.root, &mut |name, _| builder.reserve(name.full()));
    }
    let mut root = 0;
    for (text, (model, source)) in texts.iter().enumerate() {
        (builder.text, builder.source) = (text, *source);
        let index = builder.add(&model.root, "")?;
        if text == 0 {
            root = index;
        }
    }
    let types = builder.types.into_iter().collect::<Option<Vec<_>>>();
    let types = types
        .ok_or_else(|| SchemaError::new(Format::Avro, SchemaErrorKind::Invalid, "a type has no content"))?;
    let schemas = std::iter::once(schema).chain(sources.iter().map(|it| it.schema)).cloned().collect();
    Ok(Linked { types, root, schemas })
}

struct Builder<'m> {
    /// Places, empty until their type is added.
    types: Vec<Option<LinkedType>>,
    /// The places of the named types, by full name.
    places: HashMap<&'m str, TypeIndex>,
    /// The text that types are being added from, and its reference's name.
    text: usize,
    source: Option<&'m str>,
}

impl<'m> Builder<'m> {
    fn reserve(&mut self, name: &'m str) {
        self.places.entry(name).or_insert_with(|| {
            self.types.push(None);
            self.types.len() - 1
        });
    }

    /// Adds a type and what stands within it. Depth is that of the text, which the parser bounds.
    fn add(&mut self, schema: &'m Type, pointer: &str) -> Result<TypeIndex, SchemaError> {
        let place = match &schema.kind {
            Kind::Named(name) => {
                let message = || format!("no type `{name}` is declared, neither here nor in a reference");
                return self.places.get(name.full()).copied().ok_or_else(|| {
                    SchemaError::new(Format::Avro, SchemaErrorKind::UnknownReference, message())
                        .with_pointer(pointer)
                });
            }
            Kind::Record(_) | Kind::Enum(_) | Kind::Fixed(_) => self.places.get(schema.kind.name()).copied(),
            _ => None,
        };
        let place = place.unwrap_or_else(|| {
            self.types.push(None);
            self.types.len() - 1
        });
        if self.types.get(place).is_some_and(Option::is_some) {
            // The parser saw to it that a second declaration is the same as the first.
            return Ok(place);
        }
        let kind = self.kind(schema, pointer)?;
        let linked = LinkedType {
            kind,
            logical: schema.logical,
            span: schema.span,
            pointer: pointer.into(),
            source: self.source.map(str::to_owned),
            schema: self.text,
        };
        if let Some(slot) = self.types.get_mut(place) {
            *slot = Some(linked);
        }
        Ok(place)
    }

    fn kind(&mut self, schema: &'m Type, pointer: &str) -> Result<LinkedKind, SchemaError> {
        Ok(match &schema.kind {
            Kind::Null | Kind::Named(_) => LinkedKind::Null,
            Kind::Boolean => LinkedKind::Boolean,
            Kind::Int => LinkedKind::Int,
            Kind::Long => LinkedKind::Long,
            Kind::Float => LinkedKind::Float,
            Kind::Double => LinkedKind::Double,
            Kind::Bytes => LinkedKind::Bytes,
            Kind::String => LinkedKind::String,
            Kind::Array(items) => LinkedKind::Array(self.add(items, &format!("{pointer}/items"))?),
            Kind::Map(values) => LinkedKind::Map(self.add(values, &format!("{pointer}/values"))?),
            Kind::Union(branches) => {
                let branches = branches.iter().enumerate();
                LinkedKind::Union(
                    branches
                        .map(|(index, branch)| self.add(branch, &format!("{pointer}/{index}")))
                        .collect::<Result<_, _>>()?,
                )
            }
            Kind::Record(record) => {
                let fields = record.fields.iter().enumerate();
                let types = fields
                    .map(|(index, field)| self.add(&field.schema, &format!("{pointer}/fields/{index}/type")))
                    .collect::<Result<_, _>>()?;
                LinkedKind::Record(Arc::clone(record), types)
            }
            Kind::Enum(it) => LinkedKind::Enum(it.clone()),
            Kind::Fixed(it) => LinkedKind::Fixed(it.clone()),
        })
    }
}
