//! A schema between two formats: what its values are, and how either side shows them.
//!
//! ```text
//! Schema -from/x-> Graph { kinds, forms of the source } -to/y-> text, forms of the target, report
//! Value  ----------------- value: by kind, from one form to the other ----------------> Value
//! ```
//!
//! A graph is flat: types refer to each other by place, so recursion is a circle of places. Types without a name stand at
//! one place a use, which is why a form may depend on where the type is used.

use super::form::Form;
use super::report::Place;

/// The place of a type in its [`Graph`].
pub(super) type TypeId = usize;

/// All types of a schema that its outermost one leads to, and some that it does not.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    types: Vec<Type>,
    pub(super) root: TypeId,
}

/// One type.
#[derive(Debug, Clone)]
pub(super) struct Type {
    pub(super) kind: Kind,
    pub(super) place: Place,
    /// A name that nobody gave it, put together from where it stands: `OrderTagsItem`.
    pub(super) hint: String,
    /// What the source's language calls it, as the first column of the table does.
    pub(super) word: &'static str,
    pub(super) doc: Option<String>,
    pub(super) source: Form,
    pub(super) target: Form,
}

/// What the values of a type are.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool,
    Whole(Whole),
    Float(Float),
    Char,
    Text,
    Bytes,
    Fixed(usize),
    Decimal {
        precision: u32,
        scale: u32,
    },
    /// A decimal that brings its scale.
    AnyDecimal,
    Uuid,
    Date,
    Time(Unit),
    Timestamp(Unit),
    LocalTimestamp(Unit),
    Duration,
    /// Anything that JSON can write.
    Json,
    Optional(TypeId),
    List(TypeId),
    /// A list of one length.
    Array(TypeId, usize),
    Map {
        key: TypeId,
        value: TypeId,
    },
    Record(Record),
    Enum(Enum),
    /// One of several types, told apart by what the value is.
    Union(Vec<Member>),
    /// One of several members, told apart by their names.
    Choice(Choice),
}

/// Whole numbers, by the least and the most they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Whole {
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    /// Of any size, as far as a [`crate::value::Value`] has them: 64 bits, signed or not.
    Any,
}

/// Numbers with a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Float {
    Single,
    Double,
    /// As JSON writes numbers: whole ones have no fraction.
    Number,
}

/// How finely time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Unit {
    Millis,
    Micros,
    /// In 64 bits, so that moments reach from 1677 to 2262.
    Nanos,
    /// In nanoseconds beside 64 bits of seconds.
    Full,
}

/// Named fields.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// With its namespace.
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) doc: Option<String>,
    pub(super) schema: TypeId,
}

#[derive(Debug, Clone)]
pub(super) struct Enum {
    /// With its namespace.
    pub(super) name: String,
    pub(super) symbols: Vec<String>,
    /// Whether its values may be numbers without a name, too.
    pub(super) open: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// With its namespace; none where the language has no name for it.
    pub(super) name: Option<String>,
    pub(super) members: Vec<Member>,
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) schema: TypeId,
}

/// A step from a type into one of its parts; makes the part's path and hint.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'s> {
    Field(&'s str),
    Item,
    Key,
    Entry,
    Some,
    Branch(&'s str),
}

/// What stands at a place that no graph has.
static NOWHERE: Type = Type {
    kind: Kind::Null,
    place: Place { path: String::new(), position: None, source: None },
    hint: String::new(),
    word: "null",
    doc: None,
    source: Form::Same,
    target: Form::Same,
};

impl Graph {
    /// The type at that place.
    pub(super) fn get(&self, id: TypeId) -> &Type {
        self.types.get(id).unwrap_or(&NOWHERE)
    }

    pub(super) fn kind(&self, id: TypeId) -> &Kind {
        &self.get(id).kind
    }

    pub(super) fn len(&self) -> usize {
        self.types.len()
    }

    pub(super) fn push(&mut self, schema: Type) -> TypeId {
        self.types.push(schema);
        self.types.len() - 1
    }

    pub(super) fn set(&mut self, id: TypeId, schema: Type) {
        if let Some(place) = self.types.get_mut(id) {
            *place = schema;
        }
    }

    /// Says how the target shows the values of that type.
    pub(super) fn shows(&mut self, id: TypeId, form: Form) {
        if let Some(schema) = self.types.get_mut(id) {
            schema.target = form;
        }
    }
}

impl Type {
    /// A type whose parts and forms come later.
    pub(super) fn new(place: Place, hint: String, word: &'static str, kind: Kind) -> Self {
        Self { kind, place, hint, word, doc: None, source: Form::Same, target: Form::Same }
    }

    pub(super) fn with_source(mut self, form: Form) -> Self {
        self.source = form;
        self
    }

    pub(super) fn with_doc(mut self, doc: Option<String>) -> Self {
        self.doc = doc;
        self
    }
}

impl Step<'_> {
    /// The path of the part: `acme.Order` with a field `tags` and its items is `acme.Order.tags[]`.
    pub(super) fn path(self, path: &str) -> String {
        match self {
            Self::Field(name) if path.is_empty() => name.to_owned(),
            Self::Field(name) => format!("{path}.{name}"),
            Self::Item => format!("{path}[]"),
            Self::Key => format!("{path}{{key}}"),
            Self::Entry => format!("{path}{{}}"),
            Self::Some => path.to_owned(),
            Self::Branch(name) => format!("{path}|{name}"),
        }
    }

    /// The hint of the part: `OrderTagsItem`.
    pub(super) fn hint(self, hint: &str) -> String {
        match self {
            Self::Field(name) | Self::Branch(name) => format!("{hint}{}", pascal(name)),
            Self::Item => format!("{hint}Item"),
            Self::Key => format!("{hint}Key"),
            Self::Entry => format!("{hint}Value"),
            Self::Some => hint.to_owned(),
        }
    }
}

/// `order_line` and `order-line` as `OrderLine`; what follows a dot alone.
pub(super) fn pascal(name: &str) -> String {
    let simple = name.rsplit('.').next().unwrap_or(name);
    let mut out = String::new();
    let mut start = true;
    for character in simple.chars() {
        if !character.is_ascii_alphanumeric() {
            start = true;
        } else if start {
            out.extend(character.to_uppercase());
            start = false;
        } else {
            out.push(character);
        }
    }
    out
}

impl Whole {
    /// The least and the most, as far as 128 signed bits tell.
    pub(super) const fn range(self) -> (i128, i128) {
        match self {
            Self::I8 => (i8::MIN as i128, i8::MAX as i128),
            Self::I16 => (i16::MIN as i128, i16::MAX as i128),
            Self::I32 => (i32::MIN as i128, i32::MAX as i128),
            Self::I64 => (i64::MIN as i128, i64::MAX as i128),
            Self::I128 => (i128::MIN, i128::MAX),
            Self::U8 => (0, u8::MAX as i128),
            Self::U16 => (0, u16::MAX as i128),
            Self::U32 => (0, u32::MAX as i128),
            Self::U64 => (0, u64::MAX as i128),
            Self::U128 => (0, i128::MAX),
            Self::Any => (i64::MIN as i128, u64::MAX as i128),
        }
    }
}
