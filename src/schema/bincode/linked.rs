//! The types of a layout with every name resolved to an index; what codecs and checkers walk.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Definition, Field, Integers, Kind, Model, Named, Shape, Type, Variant};
use crate::schema::{Model as AnyModel, Reference, Schema, Span};

/// All types of a layout in one list. Law: a type contains itself only through an option, a sequence, a map or an enum.
#[derive(Debug, Clone)]
pub struct Linked {
    /// How integers are encoded.
    pub integers: Integers,
    /// The outermost type.
    pub root: TypeIndex,
    types: Vec<LinkedType>,
    /// Of each type, whether a value of it may take no bytes.
    empty: Vec<bool>,
}

/// The place of a type in its [`Linked`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeIndex(pub(crate) u32);

/// One type with indices for the types inside.
#[derive(Debug, Clone)]
pub enum LinkedType {
    /// A type without a name of its own; never [`Kind::Named`].
    Plain(Kind<TypeIndex>),
    /// A named type.
    Named(Named<TypeIndex>),
}

impl LinkedType {
    /// What is inside, if the type is a newtype.
    pub(crate) fn newtype(&self) -> Option<TypeIndex> {
        match self {
            Self::Named(named) => match &named.definition {
                Definition::Struct(Shape::Newtype(inner)) => Some(*inner),
                _ => None,
            },
            Self::Plain(_) => None,
        }
    }

    /// The type without its name, if it has the bytes of a type without one.
    pub(crate) fn plain(&self) -> Option<Cow<'_, Kind<TypeIndex>>> {
        match self {
            Self::Plain(kind) => Some(Cow::Borrowed(kind)),
            Self::Named(named) => match &named.definition {
                Definition::Struct(Shape::Unit) => Some(Cow::Owned(Kind::Unit)),
                Definition::Struct(Shape::Tuple(items)) => Some(Cow::Owned(Kind::Tuple(items.clone()))),
                _ => None,
            },
        }
    }

    /// The type as a sentence says it.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Named(named) => format!("`{}`", named.name),
            Self::Plain(kind) => match kind {
                Kind::Unit => "unit".into(),
                Kind::Bool => "bool".into(),
                Kind::Number(number) => number.word().into(),
                Kind::Char => "char".into(),
                Kind::String => "string".into(),
                Kind::Bytes => "bytes".into(),
                Kind::Logical(logical) => logical.word().into(),
                Kind::Option(_) => "an option".into(),
                Kind::Seq(_) => "a sequence".into(),
                Kind::Array(_, length) => format!("an array of {length}"),
                Kind::Tuple(items) => format!("a tuple of {}", items.len()),
                Kind::Map(..) => "a map".into(),
                Kind::Named(name) => format!("`{name}`"),
            },
        }
    }
}

impl Linked {
    /// The type at that place; a unit for a place of another list.
    #[must_use]
    pub fn get(&self, index: TypeIndex) -> &LinkedType {
        self.types.get(index.0 as usize).unwrap_or(&LinkedType::Plain(Kind::Unit))
    }

    /// All types.
    pub fn iter(&self) -> impl Iterator<Item = &LinkedType> {
        self.types.iter()
    }

    /// How many types there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there is no type at all; never for a parsed layout.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Whether a value of that type may take no bytes at all.
    #[must_use]
    pub fn may_be_empty(&self, index: TypeIndex) -> bool {
        self.empty.get(index.0 as usize).copied().unwrap_or(true)
    }

    fn find(&self, name: &str) -> Option<TypeIndex> {
        let found =
            self.types.iter().position(|it| matches!(it, LinkedType::Named(named) if &*named.name == name));
        found.map(|index| TypeIndex(index as u32))
    }
}

/// What keeps types from being linked, and where in the text.
#[derive(Debug)]
pub(super) enum Unlinked {
    /// A name without a type.
    Unknown { name: Box<str>, span: Span },
    /// A reference that is no layout, or one with other integers.
    Reference { message: String },
    /// A type that would have no end.
    Endless { name: Box<str>, span: Span },
}

/// Resolves all names: types of the text first, then those that references are named for.
pub(super) fn link(
    integers: Integers,
    root: &Type,
    types: &[Named<Box<Type>>],
    references: &[(Reference, Schema)],
) -> Result<Linked, Unlinked> {
    let own = types.iter().enumerate().map(|(index, it)| (&*it.name, TypeIndex(index as u32)));
    let mut linker = Linker {
        linked: vec![LinkedType::Plain(Kind::Unit); types.len()],
        known: own.collect(),
        references,
        integers,
    };
    for (slot, named) in types.iter().enumerate() {
        let definition = named.definition.map(&mut |inner| linker.add(inner))?;
        let linked = Named { name: named.name.clone(), doc: named.doc.clone(), definition, span: named.span };
        if let Some(place) = linker.linked.get_mut(slot) {
            *place = LinkedType::Named(linked);
        }
    }
    let root = linker.add(root)?;
    let mut linked = Linked { integers, root, types: linker.linked, empty: Vec::new() };
    linked.empty = measure(&linked)?;
    Ok(linked)
}

struct Linker<'s> {
    linked: Vec<LinkedType>,
    known: HashMap<&'s str, TypeIndex>,
    references: &'s [(Reference, Schema)],
    integers: Integers,
}

impl<'s> Linker<'s> {
    /// Adds a use of a type. It recurses as deep as the document nests, which its parser limits; names are not followed.
    fn add(&mut self, schema: &'s Type) -> Result<TypeIndex, Unlinked> {
        if let Kind::Named(name) = &schema.kind {
            return match self.known.get(&**name) {
                Some(index) => Ok(*index),
                None => self.foreign(name, schema.span),
            };
        }
        let kind = schema.kind.map(&mut |inner| self.add(inner))?;
        self.linked.push(LinkedType::Plain(kind));
        Ok(TypeIndex(self.linked.len() as u32 - 1))
    }

    /// Takes all types of the document that a reference gives for that name.
    fn foreign(&mut self, name: &'s str, span: Span) -> Result<TypeIndex, Unlinked> {
        let unknown = || Unlinked::Unknown { name: name.into(), span };
        let (_, schema) = self.references.iter().find(|(it, _)| it.name == name).ok_or_else(unknown)?;
        let AnyModel::Bincode(Model { linked: other, .. }) = schema.model() else {
            let message = format!("the reference `{name}` is an {} schema, not a layout", schema.format());
            return Err(Unlinked::Reference { message });
        };
        if other.integers != self.integers {
            let message = format!("the reference `{name}` encodes integers as `{}`", other.integers.word());
            return Err(Unlinked::Reference { message });
        }
        let found = other.find(name).ok_or_else(unknown)?;
        let offset = self.linked.len() as u32;
        let mut moved = |index: &TypeIndex| Ok(TypeIndex(index.0 + offset));
        for it in &other.types {
            self.linked.push(match it {
                LinkedType::Plain(kind) => LinkedType::Plain(kind.map(&mut moved)?),
                LinkedType::Named(named) => LinkedType::Named(Named {
                    name: named.name.clone(),
                    doc: named.doc.clone(),
                    definition: named.definition.map(&mut moved)?,
                    span,
                }),
            });
        }
        let index = TypeIndex(found.0 + offset);
        self.known.insert(name, index);
        Ok(index)
    }
}

/// Which types may take no bytes; an error where a type contains itself in full.
/// It walks without recursion: a chain of names may be as long as the text.
fn measure(linked: &Linked) -> Result<Vec<bool>, Unlinked> {
    #[derive(Clone, Copy)]
    enum Visit {
        New,
        Open,
        Done { empty: bool },
    }
    let mut visits = vec![Visit::New; linked.types.len()];
    let visit = |visits: &[Visit], it: TypeIndex| visits.get(it.0 as usize).copied().unwrap_or(Visit::New);
    for start in 0..linked.types.len() as u32 {
        let mut stack = vec![TypeIndex(start)];
        while let Some(index) = stack.last().copied() {
            let schema = linked.get(index);
            let found = match visit(&visits, index) {
                Visit::Done { .. } => {
                    stack.pop();
                    continue;
                }
                Visit::New => {
                    if let Some(place) = visits.get_mut(index.0 as usize) {
                        *place = Visit::Open;
                    }
                    let unknown = |it: &TypeIndex| !matches!(visit(&visits, *it), Visit::Done { .. });
                    let inner: Vec<_> = contained(schema).filter(unknown).collect();
                    if let Some(again) = inner.iter().find(|it| matches!(visit(&visits, **it), Visit::Open)) {
                        return Err(endless(linked, *again, &stack));
                    }
                    stack.extend(inner);
                    Visit::Open
                }
                Visit::Open => {
                    stack.pop();
                    let is_empty = |it| matches!(visit(&visits, it), Visit::Done { empty: true });
                    Visit::Done { empty: has_no_head(schema) && contained(schema).all(is_empty) }
                }
            };
            if let Some(place) = visits.get_mut(index.0 as usize) {
                *place = found;
            }
        }
    }
    Ok(visits.iter().map(|it| matches!(it, Visit::Done { empty: true })).collect())
}

/// The error about the named type that is nearest to where the circle closes.
fn endless(linked: &Linked, again: TypeIndex, stack: &[TypeIndex]) -> Unlinked {
    let around = std::iter::once(&again).chain(stack.iter().rev());
    let named = around.map(|it| linked.get(*it)).find_map(|it| match it {
        LinkedType::Named(named) => Some(named),
        LinkedType::Plain(_) => None,
    });
    let (name, span) = named.map_or_else(Default::default, |it| (it.name.clone(), it.span));
    Unlinked::Endless { name, span }
}

/// Whether its bytes are those of the types it contains, and no more.
fn has_no_head(schema: &LinkedType) -> bool {
    match schema {
        LinkedType::Plain(kind) => matches!(kind, Kind::Unit | Kind::Array(..) | Kind::Tuple(_)),
        LinkedType::Named(named) => matches!(named.definition, Definition::Struct(_)),
    }
}

/// The types of which every value of this type holds one.
fn contained(schema: &LinkedType) -> Box<dyn Iterator<Item = TypeIndex> + '_> {
    match schema {
        LinkedType::Plain(Kind::Tuple(items)) => Box::new(items.iter().copied()),
        LinkedType::Plain(Kind::Array(item, 1..)) => Box::new(std::iter::once(*item)),
        LinkedType::Named(Named { definition: Definition::Struct(shape), .. }) => match shape {
            Shape::Unit => Box::new(std::iter::empty()),
            Shape::Newtype(inner) => Box::new(std::iter::once(*inner)),
            Shape::Tuple(items) => Box::new(items.iter().copied()),
            Shape::Struct(fields) => Box::new(fields.iter().map(|field| field.schema)),
        },
        _ => Box::new(std::iter::empty()),
    }
}

impl<T> Kind<T> {
    /// The same kind with other types inside.
    fn map<'a, U, E>(&'a self, f: &mut impl FnMut(&'a T) -> Result<U, E>) -> Result<Kind<U>, E> {
        Ok(match self {
            Self::Unit => Kind::Unit,
            Self::Bool => Kind::Bool,
            Self::Number(number) => Kind::Number(*number),
            Self::Char => Kind::Char,
            Self::String => Kind::String,
            Self::Bytes => Kind::Bytes,
            Self::Logical(logical) => Kind::Logical(*logical),
            Self::Option(inner) => Kind::Option(f(inner)?),
            Self::Seq(item) => Kind::Seq(f(item)?),
            Self::Array(item, length) => Kind::Array(f(item)?, *length),
            Self::Tuple(items) => Kind::Tuple(items.iter().map(f).collect::<Result<_, E>>()?),
            Self::Map(key, value) => Kind::Map(f(key)?, f(value)?),
            Self::Named(name) => Kind::Named(name.clone()),
        })
    }
}

impl<T> Definition<T> {
    fn map<'a, U, E>(&'a self, f: &mut impl FnMut(&'a T) -> Result<U, E>) -> Result<Definition<U>, E> {
        Ok(match self {
            Self::Struct(shape) => Definition::Struct(shape.map(f)?),
            Self::Enum(variants) => {
                let variants = variants.iter().map(|it| {
                    Ok(Variant {
                        name: it.name.clone(),
                        aliases: it.aliases.clone(),
                        doc: it.doc.clone(),
                        shape: it.shape.map(f)?,
                        span: it.span,
                    })
                });
                Definition::Enum(variants.collect::<Result<_, E>>()?)
            }
        })
    }
}

impl<T> Shape<T> {
    fn map<'a, U, E>(&'a self, f: &mut impl FnMut(&'a T) -> Result<U, E>) -> Result<Shape<U>, E> {
        Ok(match self {
            Self::Unit => Shape::Unit,
            Self::Newtype(inner) => Shape::Newtype(f(inner)?),
            Self::Tuple(items) => Shape::Tuple(items.iter().map(f).collect::<Result<_, E>>()?),
            Self::Struct(fields) => {
                let fields = fields.iter().map(|it| {
                    Ok(Field {
                        name: it.name.clone(),
                        aliases: it.aliases.clone(),
                        doc: it.doc.clone(),
                        schema: f(&it.schema)?,
                        default: it.default.clone(),
                        span: it.span,
                    })
                });
                Shape::Struct(fields.collect::<Result<_, E>>()?)
            }
        })
    }
}
