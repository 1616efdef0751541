//! A layout made ready to be walked: every type a step, names where they are needed, fields matched with a reader's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::schema::bincode::{
    Definition, Field, Integers, Kind, Linked, LinkedType, Logical, Number, Shape, TypeIndex,
};
use crate::value::{NameId, NameTable, Value};

/// Steps in one list; they refer to each other by [`Index`], so that types may contain themselves.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) integers: Integers,
    pub(super) root: Index,
    pub(super) steps: Vec<Step>,
    pub(super) names: Arc<NameTable>,
    /// The step of a `u8`, for bytes that come item by item.
    pub(super) octet: Index,
}

/// The place of a step in its plan.
pub(super) type Index = u32;

/// How one type is read and written.
#[derive(Debug)]
pub(super) enum Step {
    Unit,
    Bool,
    /// A number, and the number that a dynamic value shows for it.
    Number {
        wire: Number,
        seen: Number,
    },
    Char,
    String,
    Bytes,
    /// A logical type around plain numbers.
    Logical {
        logical: Logical,
        inner: Index,
    },
    Option {
        inner: Index,
        /// The inner value may read as null itself, so that a dynamic value shows `Some` as an array of one item.
        nested: bool,
        /// The reader's type is the inner one.
        required: bool,
    },
    Seq(Items),
    Array {
        items: Items,
        length: usize,
    },
    Tuple(Vec<Index>),
    Map {
        key: Index,
        value: Index,
        least: usize,
    },
    Newtype(Index),
    Struct(Box<Struct>),
    Enum(Box<Enum>),
}

/// The items of a sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Items {
    pub(super) item: Index,
    /// How many bytes an item takes at least: 1, or 0 where it may take none.
    pub(super) least: usize,
    /// They are `u8`, so together they are bytes.
    pub(super) octets: bool,
}

/// A struct, or the named content of a variant.
#[derive(Debug)]
pub(super) struct Struct {
    pub(super) name: NameId,
    pub(super) fields: Vec<FieldStep>,
    /// What the reader has and the writer does not.
    pub(super) absent: Vec<Absent>,
    /// The names that `Deserialize` of the same struct gives; none where fields are left out or added.
    pub(super) expected: Option<Expected>,
}

/// A field that the payload has.
#[derive(Debug)]
pub(super) struct FieldStep {
    /// The reader's name for it, and where that is in the shared table.
    pub(super) name: Name,
    pub(super) step: Index,
    /// The reader does not have it.
    pub(super) skip: bool,
    /// What a missing field is written as.
    pub(super) default: Option<serde_json::Value>,
}

/// A field that only the reader has.
#[derive(Debug)]
pub(super) struct Absent {
    pub(super) name: Name,
    pub(super) default: Value<'static>,
}

/// An enum.
#[derive(Debug)]
pub(super) struct Enum {
    pub(super) name: NameId,
    pub(super) variants: Vec<VariantStep>,
}

/// A variant that a payload may have.
#[derive(Debug)]
pub(super) struct VariantStep {
    pub(super) name: Name,
    /// Its number in the reader's schema; none where the reader does not have it.
    pub(super) seen: Option<u32>,
    pub(super) content: Content,
}

/// The content of a variant: a [`Step::Tuple`] and a [`Step::Struct`] where it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Unit,
    Newtype(Index),
    Tuple(Index),
    Struct(Index),
}

/// A name that serde's derived code gives as a `&'static str`, and which is compared by text only once.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: Box<str>,
    pub(super) id: NameId,
    /// The address of a static text that was seen to be equal.
    known: AtomicUsize,
}

impl Name {
    pub(super) fn new(text: &str, names: &mut NameTable) -> Self {
        Self { text: text.into(), id: names.push(text), known: AtomicUsize::new(0) }
    }

    /// Whether it is that name. A static text never changes, so an address and a length stand for it.
    #[inline]
    pub(super) fn is(&self, other: &'static str) -> bool {
        if other.len() != self.text.len() {
            return false;
        }
        let address = other.as_ptr() as usize;
        if self.known.load(Ordering::Relaxed) == address {
            return true;
        }
        let equal = *other == *self.text;
        if equal {
            self.known.store(address, Ordering::Relaxed);
        }
        equal
    }
}

/// A list of names that serde's derived code gives as a static list, and which is compared by text only once.
#[derive(Debug)]
pub(super) struct Expected {
    names: Vec<Box<str>>,
    known: AtomicUsize,
}

impl Expected {
    /// The names as serde's derived code lists them: each with its aliases, sorted among themselves.
    pub(super) fn new<'n>(names: impl Iterator<Item = (&'n str, &'n [Box<str>])>) -> Self {
        let names = names.flat_map(|(name, aliases)| {
            let mut group: Vec<Box<str>> = aliases.to_vec();
            group.push(name.into());
            group.sort();
            group
        });
        Self { names: names.collect(), known: AtomicUsize::new(0) }
    }

    /// Whether they are those names, in that order.
    #[inline]
    pub(super) fn is(&self, other: &'static [&'static str]) -> bool {
        if other.len() != self.names.len() {
            return false;
        }
        let address = other.as_ptr() as usize;
        if self.known.load(Ordering::Relaxed) == address {
            return true;
        }
        let equal = self.names.iter().zip(other).all(|(a, b)| **a == **b);
        if equal {
            self.known.store(address, Ordering::Relaxed);
        }
        equal
    }
}

impl Plan {
    /// The plan that reads and writes a layout as it is.
    pub(super) fn of(linked: &Linked) -> Self {
        let mut builder =
            Builder { linked, steps: Vec::new(), extra: Vec::new(), names: NameTable::default() };
        // A type's step has the type's place; what a step needs besides comes behind all of them.
        for schema in linked.iter() {
            let step = builder.step(schema);
            builder.steps.push(step);
        }
        let octet = builder.extra(Step::Number { wire: Number::U8, seen: Number::U8 });
        let Builder { mut steps, extra, names, .. } = builder;
        steps.extend(extra);
        Self { integers: linked.integers, root: linked.root.0, steps, names: Arc::new(names), octet }
    }

    #[inline]
    pub(super) fn step(&self, index: Index) -> &Step {
        self.steps.get(index as usize).unwrap_or(&Step::Unit)
    }
}

struct Builder<'l> {
    linked: &'l Linked,
    steps: Vec<Step>,
    extra: Vec<Step>,
    names: NameTable,
}

impl Builder<'_> {
    fn step(&mut self, schema: &LinkedType) -> Step {
        match schema {
            LinkedType::Plain(kind) => self.kind(kind),
            LinkedType::Named(named) => match &named.definition {
                Definition::Struct(Shape::Unit) => Step::Unit,
                Definition::Struct(Shape::Newtype(inner)) => Step::Newtype(inner.0),
                Definition::Struct(Shape::Tuple(items)) => Step::Tuple(indices(items)),
                Definition::Struct(Shape::Struct(fields)) => self.fields(&named.name, fields),
                Definition::Enum(variants) => {
                    let name = self.names.push(&named.name);
                    let steps = variants.iter().enumerate().map(|(index, it)| VariantStep {
                        name: Name::new(&it.name, &mut self.names),
                        seen: Some(index as u32),
                        content: match &it.shape {
                            Shape::Unit => Content::Unit,
                            Shape::Newtype(inner) => Content::Newtype(inner.0),
                            Shape::Tuple(items) => Content::Tuple(self.extra(Step::Tuple(indices(items)))),
                            Shape::Struct(fields) => {
                                let step = self.fields(&it.name, fields);
                                Content::Struct(self.extra(step))
                            }
                        },
                    });
                    let variants = steps.collect();
                    Step::Enum(Box::new(Enum { name, variants }))
                }
            },
        }
    }

    fn fields(&mut self, name: &str, fields: &[Field<TypeIndex>]) -> Step {
        let name = self.names.push(name);
        let expected = Expected::new(fields.iter().map(|it| (&*it.name, &*it.aliases)));
        let steps = fields.iter().map(|it| FieldStep {
            name: Name::new(&it.name, &mut self.names),
            step: it.schema.0,
            skip: false,
            default: it.default.clone(),
        });
        let fields = steps.collect();
        Step::Struct(Box::new(Struct { name, fields, absent: Vec::new(), expected: Some(expected) }))
    }

    fn kind(&mut self, kind: &Kind<TypeIndex>) -> Step {
        match kind {
            Kind::Unit | Kind::Named(_) => Step::Unit,
            Kind::Bool => Step::Bool,
            Kind::Number(number) => Step::Number { wire: *number, seen: *number },
            Kind::Char => Step::Char,
            Kind::String => Step::String,
            Kind::Bytes => Step::Bytes,
            Kind::Logical(logical) => {
                let inner = inner_of(*logical, &mut |step| self.extra(step));
                Step::Logical { logical: *logical, inner }
            }
            Kind::Option(inner) => {
                Step::Option { inner: inner.0, nested: reads_as_null(self.linked, *inner), required: false }
            }
            Kind::Seq(item) => Step::Seq(items(self.linked, *item, item.0)),
            Kind::Array(item, length) => {
                Step::Array { items: items(self.linked, *item, item.0), length: *length }
            }
            Kind::Tuple(list) => Step::Tuple(indices(list)),
            Kind::Map(key, value) => {
                Step::Map { key: key.0, value: value.0, least: least(self.linked, &[*key, *value]) }
            }
        }
    }

    /// Adds a step that is no type of the layout.
    fn extra(&mut self, step: Step) -> Index {
        self.extra.push(step);
        (self.linked.len() + self.extra.len() - 1) as Index
    }
}

impl Step {
    /// What it is, as a sentence says it.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Bool => "bool",
            Self::Number { wire, .. } => wire.word(),
            Self::Char => "char",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Logical { logical, .. } => logical.word(),
            Self::Option { .. } => "an option",
            Self::Seq(_) => "a sequence",
            Self::Array { .. } => "an array",
            Self::Tuple(_) => "a tuple",
            Self::Map { .. } => "a map",
            Self::Newtype(_) => "a newtype",
            Self::Struct(_) => "a struct",
            Self::Enum(_) => "an enum",
        }
    }
}

/// The numbers of a logical type as a step.
pub(super) fn inner_of(logical: Logical, add: &mut impl FnMut(Step) -> Index) -> Index {
    let mut numbers = logical.numbers().iter().map(|it| add(Step::Number { wire: *it, seen: *it }));
    let (first, rest): (_, Vec<_>) = (numbers.next(), numbers.collect());
    match first {
        None => add(Step::Bytes),
        Some(only) if rest.is_empty() => only,
        Some(first) => add(Step::Tuple([vec![first], rest].concat())),
    }
}

/// The items of a sequence whose item is that type, read by that step.
pub(super) fn items(linked: &Linked, schema: TypeIndex, item: Index) -> Items {
    let octets = matches!(linked.get(schema), LinkedType::Plain(Kind::Number(Number::U8)));
    Items { item, least: least(linked, &[schema]), octets }
}

/// How many bytes values of those types take together at least: 1 or none.
pub(super) fn least(linked: &Linked, types: &[TypeIndex]) -> usize {
    usize::from(!types.iter().all(|it| linked.may_be_empty(*it)))
}

/// Whether a dynamic value of that type may be null.
pub(super) fn reads_as_null(linked: &Linked, mut index: TypeIndex) -> bool {
    // Newtypes show as what is inside; a chain of them has an end.
    loop {
        match linked.get(index) {
            LinkedType::Plain(kind) => return matches!(kind, Kind::Unit | Kind::Option(_)),
            LinkedType::Named(named) => match &named.definition {
                Definition::Struct(Shape::Newtype(inner)) => index = *inner,
                Definition::Struct(Shape::Unit) => return true,
                _ => return false,
            },
        }
    }
}

fn indices(items: &[TypeIndex]) -> Vec<Index> {
    items.iter().map(|it| it.0).collect()
}
