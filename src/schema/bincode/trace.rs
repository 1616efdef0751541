//! A layout document from a Rust type.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_reflection::{
    ContainerFormat, Format as Traced, FormatHolder, Named as Item, Registry, Samples, Tracer, TracerConfig,
    VariantFormat,
};

use super::sample::{Fault, Place, Sampler, Step};
use super::{Definition, Field, Integers, Kind, Logical, Named, Number, Shape, Type, Variant, print};
use crate::schema::{Schema, SchemaError, Span};
use crate::value::token;

/// Values of one type that are made before giving up; an enum of as many variants is not written by people.
const MAX_SAMPLES: usize = 10_000;

/// Why a type has no layout document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// No value of the type could be made from plain numbers and texts.
    #[error("no value of the type can be made up: {0}. Trace it from values with `trace_values`")]
    Sample(String),
    /// Values of the type do not have one layout.
    #[error(
        "the type has no fixed layout: {0}. bincode cannot read a type with `flatten`, `untagged`, `tag`, `skip` or `skip_serializing_if` back"
    )]
    Unstable(String),
    /// The document that came out is not valid; two types of one name, for example.
    #[error("the layout is not valid")]
    Invalid(#[from] SchemaError),
}

/// The layout of a Rust type, with varint integers: what `Serialize` writes, and the aliases and defaults that
/// `Deserialize` knows.
///
/// Values are made up by asking `Deserialize` (numbers are 1, texts `"1"`), until each variant of each enum has been
/// there; their layout is what `Serialize` shows to [`serde_reflection`]. Types are named as serde names them, without a
/// path: two types of one name must be one type. An enum's aliases, and its `other`, are not seen.
///
/// # Errors
/// A type whose `Deserialize` refuses such values (see [`trace_values`]), or which bincode cannot read back.
pub fn trace<T: Serialize + Deserialize<'static>>() -> Result<Schema, TraceError> {
    let mut sampler = Sampler::default();
    let mut values = Vec::new();
    while values.is_empty() || !sampler.is_complete() {
        if values.len() == MAX_SAMPLES {
            return Err(TraceError::Sample(format!("{MAX_SAMPLES} values do not show all its variants")));
        }
        values.push(sample::<T>(&mut sampler)?);
    }
    // Fields that are written only when there is something in them show here.
    sampler.empty = true;
    values.push(sample::<T>(&mut sampler)?);
    sampler.empty = false;
    let mut document = Document::of(&values)?;
    document.add_names(&sampler);
    document.add_defaults::<T>(&mut sampler);
    document.finish()
}

/// The layout of the values' type, with varint integers. The values must between them have an item in every option and
/// collection, and every variant of every enum. Aliases and defaults are not seen.
///
/// # Errors
/// Values that leave something open, or that do not have one layout.
pub fn trace_values<T: Serialize>(values: &[T]) -> Result<Schema, TraceError> {
    Document::of(values)?.finish()
}

/// One more value, after as many runs as it takes to know the type.
fn sample<T: Deserialize<'static>>(sampler: &mut Sampler) -> Result<T, TraceError> {
    for _ in 0..MAX_SAMPLES {
        let before = sampler.enums.clone();
        sampler.restart();
        match T::deserialize(&mut *sampler) {
            Ok(value) => return Ok(value),
            Err(Fault::Again) => {
                // The variants that the failed run took have to come again.
                for (name, variants) in &mut sampler.enums {
                    variants.next = before.get(name).map_or(0, |it| it.next);
                }
            }
            Err(fault) => return Err(TraceError::Sample(fault.to_string())),
        }
    }
    Err(TraceError::Sample("its fields cannot be told from their aliases".into()))
}

/// A layout document in the making.
struct Document {
    root: Type,
    types: Vec<Named<Box<Type>>>,
}

impl Document {
    fn of<T: Serialize>(values: &[T]) -> Result<Self, TraceError> {
        let mut tracer = Tracer::new(TracerConfig::default());
        let mut samples = Samples::new();
        let mut root = Traced::unknown();
        for value in values {
            let (format, _) = tracer.trace_value(&mut samples, value).map_err(unstable)?;
            root.unify(format).map_err(unstable)?;
        }
        root.normalize().map_err(unstable)?;
        let registry = tracer.registry().map_err(unstable)?;
        let mut found = Found { registry, seen: HashSet::new(), types: Vec::new() };
        let root = found.schema(&root)?;
        Ok(Self { root, types: found.types })
    }

    fn fields(&mut self, place: Place) -> Option<&mut Vec<Field<Box<Type>>>> {
        let named = self.types.iter_mut().find(|it| *it.name == *place.name)?;
        let shape = match (&mut named.definition, place.variant) {
            (Definition::Struct(shape), None) => shape,
            (Definition::Enum(variants), Some(index)) => &mut variants.get_mut(index as usize)?.shape,
            _ => return None,
        };
        match shape {
            Shape::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    fn add_names(&mut self, sampler: &Sampler) {
        for (place, known) in &sampler.structs {
            let Some(fields) = self.fields(*place) else { continue };
            for (alias, name) in &known.aliases {
                if let Some(field) = fields.iter_mut().find(|it| *it.name == **name) {
                    field.aliases.push((*alias).into());
                }
            }
        }
    }

    /// Leaves out one field after the other, and looks what the type takes in its place.
    fn add_defaults<T: Serialize + Deserialize<'static>>(&mut self, sampler: &mut Sampler) {
        let places = sampler.structs.iter();
        let places: Vec<_> = places.map(|(place, it)| (*place, it.names, it.reached.clone())).collect();
        for (place, names, reached) in places {
            for name in names {
                let default = default_of::<T>(sampler, place, name, &reached);
                let field =
                    self.fields(place).and_then(|fields| fields.iter_mut().find(|it| *it.name == **name));
                if let (Some(field), Some(default)) = (field, default) {
                    field.default = Some(default);
                }
            }
        }
    }

    fn finish(self) -> Result<Schema, TraceError> {
        let text = print::pretty_document(Integers::Varint, None, &self.root, &self.types);
        Ok(Schema::bincode(&text)?)
    }
}

fn default_of<T: Serialize + Deserialize<'static>>(
    sampler: &mut Sampler,
    place: Place,
    name: &'static str,
    reached: &BTreeMap<&'static str, u32>,
) -> Option<serde_json::Value> {
    for (name, variants) in &mut sampler.enums {
        variants.next = reached.get(name).copied().unwrap_or_default();
    }
    sampler.restart();
    sampler.without = Some((place, name));
    let value = T::deserialize(&mut *sampler);
    sampler.without = None;
    let path = sampler.left_out_at.take()?;
    let json = serde_json::to_value(value.ok()?).ok()?;
    let inner = path.iter().try_fold(&json, |json, step| match step {
        Step::Field(name) => json.get(name),
        Step::Item(index) => json.get(index),
        Step::Only => json.as_object().filter(|it| it.len() == 1)?.values().next(),
    });
    inner.cloned()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`, which gives the error away")]
fn unstable(error: serde_reflection::Error) -> TraceError {
    TraceError::Unstable(error.to_string())
}

/// Named types in the order in which they are met from the root.
struct Found {
    registry: Registry,
    seen: HashSet<String>,
    types: Vec<Named<Box<Type>>>,
}

impl Found {
    fn schema(&mut self, format: &Traced) -> Result<Type, TraceError> {
        let kind = match format {
            Traced::Variable(_) => return Err(unstable(serde_reflection::Error::UnknownFormat)),
            Traced::TypeName(name) => match logical(name) {
                Some(logical) => Kind::Logical(logical),
                None => {
                    self.named(name)?;
                    Kind::Named(name.as_str().into())
                }
            },
            Traced::Unit => Kind::Unit,
            Traced::Bool => Kind::Bool,
            Traced::I8 => Kind::Number(Number::I8),
            Traced::I16 => Kind::Number(Number::I16),
            Traced::I32 => Kind::Number(Number::I32),
            Traced::I64 => Kind::Number(Number::I64),
            Traced::I128 => Kind::Number(Number::I128),
            Traced::U8 => Kind::Number(Number::U8),
            Traced::U16 => Kind::Number(Number::U16),
            Traced::U32 => Kind::Number(Number::U32),
            Traced::U64 => Kind::Number(Number::U64),
            Traced::U128 => Kind::Number(Number::U128),
            Traced::F32 => Kind::Number(Number::F32),
            Traced::F64 => Kind::Number(Number::F64),
            Traced::Char => Kind::Char,
            Traced::Str => Kind::String,
            Traced::Bytes => Kind::Bytes,
            Traced::Option(inner) => Kind::Option(self.boxed(inner)?),
            Traced::Seq(item) => Kind::Seq(self.boxed(item)?),
            Traced::Map { key, value } => Kind::Map(self.boxed(key)?, self.boxed(value)?),
            Traced::Tuple(items) => Kind::Tuple(self.all(items)?),
            Traced::TupleArray { content, size } => Kind::Array(self.boxed(content)?, *size),
        };
        Ok(Type { kind, span: Span::default() })
    }

    fn boxed(&mut self, format: &Traced) -> Result<Box<Type>, TraceError> {
        self.schema(format).map(Box::new)
    }

    #[expect(clippy::vec_box, reason = "a shape holds all its types alike")]
    fn all(&mut self, formats: &[Traced]) -> Result<Vec<Box<Type>>, TraceError> {
        formats.iter().map(|it| self.boxed(it)).collect()
    }

    fn fields(&mut self, fields: &[Item<Traced>]) -> Result<Shape<Box<Type>>, TraceError> {
        let fields = fields.iter().map(|it| {
            Ok(Field {
                name: it.name.as_str().into(),
                aliases: Vec::new(),
                doc: None,
                schema: self.boxed(&it.value)?,
                default: None,
                span: Span::default(),
            })
        });
        Ok(Shape::Struct(fields.collect::<Result<_, TraceError>>()?))
    }

    /// Adds a named type before those it contains.
    fn named(&mut self, name: &str) -> Result<(), TraceError> {
        if !self.seen.insert(name.to_owned()) {
            return Ok(());
        }
        let Some(container) = self.registry.get(name).cloned() else { return Ok(()) };
        let place = self.types.len();
        let (doc, span) = (None, Span::default());
        self.types.push(Named { name: name.into(), doc, definition: Definition::Struct(Shape::Unit), span });
        let definition = match &container {
            ContainerFormat::UnitStruct => Definition::Struct(Shape::Unit),
            ContainerFormat::NewTypeStruct(inner) => Definition::Struct(Shape::Newtype(self.boxed(inner)?)),
            ContainerFormat::TupleStruct(items) => Definition::Struct(Shape::Tuple(self.all(items)?)),
            ContainerFormat::Struct(fields) => Definition::Struct(self.fields(fields)?),
            ContainerFormat::Enum(variants) => self.variants(name, variants)?,
        };
        if let Some(named) = self.types.get_mut(place) {
            named.definition = definition;
        }
        Ok(())
    }

    fn variants(
        &mut self,
        name: &str,
        variants: &BTreeMap<u32, Item<VariantFormat>>,
    ) -> Result<Definition<Box<Type>>, TraceError> {
        let mut list = Vec::new();
        for (index, (number, it)) in variants.iter().enumerate() {
            if index as u32 != *number {
                let message = format!("variant {index} of `{name}` is never written");
                return Err(TraceError::Unstable(message));
            }
            let shape = match &it.value {
                VariantFormat::Variable(_) => return Err(unstable(serde_reflection::Error::UnknownFormat)),
                VariantFormat::Unit => Shape::Unit,
                VariantFormat::NewType(inner) => Shape::Newtype(self.boxed(inner)?),
                VariantFormat::Tuple(items) => Shape::Tuple(self.all(items)?),
                VariantFormat::Struct(fields) => self.fields(fields)?,
            };
            let (aliases, doc, span) = (Vec::new(), None, Span::default());
            list.push(Variant { name: it.name.as_str().into(), aliases, doc, shape, span });
        }
        Ok(Definition::Enum(list))
    }
}

/// The logical type that a newtype of that name is.
fn logical(name: &str) -> Option<Logical> {
    Logical::ALL.into_iter().find(|it| it.token() == name)
}

impl Logical {
    /// The name of the newtype that serde sees.
    pub(crate) const fn token(self) -> &'static str {
        match self {
            Self::Decimal => token::DECIMAL,
            Self::Uuid => token::UUID,
            Self::Date => token::DATE,
            Self::Time => token::TIME,
            Self::Timestamp => token::TIMESTAMP,
            Self::LocalTimestamp => token::LOCAL_TIMESTAMP,
            Self::Duration => token::DURATION,
        }
    }
}
