//! The compiled form of a writer's schema read as a reader's: what every message is decoded or encoded by.
//!
//! ```text
//! record Quake   Read(time: Long)  Skip(tz: Int)  Read(place: Record)  Default(revision: Int)
//! ```
//!
//! Leaves are plain [`Node`]s, copied about; the composite ones are numbers into the plan's tables, so that recursive schemas need no pointers.
//! Promotion, skipping and defaults are kinds of node and step: a pair of different schemas costs a message no more than a pair of equal ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use super::numbers::{BY_NAME, Numbers};
use crate::schema::avro::Unit;
use crate::value::{NameId, NameTable};

/// One type of the plan: how its bytes look (the writer's side) and what they are (the reader's side).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    /// Bytes, or a string of the writer read as bytes.
    Bytes,
    /// A string, or bytes of the writer read as a string.
    String,
    IntAsLong,
    IntAsFloat,
    IntAsDouble,
    LongAsFloat,
    LongAsDouble,
    FloatAsDouble,
    /// Fixed of that many bytes.
    Fixed(u32),
    /// A date, time or timestamp in an integer of that width.
    Temporal(Temporal, Width),
    /// A number in [`Plan::decimals`].
    Decimal(u32),
    UuidText,
    UuidFixed,
    Duration,
    /// A number in [`Plan::enums`].
    Enum(u32),
    /// A number in [`Plan::items`].
    Array(u32),
    /// A number in [`Plan::items`].
    Map(u32),
    /// A number in [`Plan::records`].
    Record(u32),
    /// A number in [`Plan::unions`].
    Union(u32),
    /// A number in [`Plan::branches`]: a union whose index is read already.
    Chosen(u32),
    /// A number in [`Plan::failures`]: the writer's value has no counterpart in the reader's schema.
    Unresolvable(u32),
}

/// What an integer of a time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temporal {
    Date,
    Time(Unit),
    Timestamp(Unit),
    LocalTimestamp(Unit),
}

/// The writer's integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Int,
    Long,
}

/// All that a message of one (writer, reader) pair is decoded by; of a schema with itself, also what values are encoded by.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) root: Node,
    pub(super) records: Vec<Record>,
    pub(super) enums: Vec<Enumeration>,
    /// What arrays and maps hold.
    pub(super) items: Vec<Node>,
    pub(super) unions: Vec<Union>,
    pub(super) branches: Vec<Branch>,
    pub(super) decimals: Vec<DecimalType>,
    /// Sentences that say why a part of the writer's schema has no counterpart.
    pub(super) failures: Vec<Box<str>>,
    /// The names of fields, records and symbols, which all dynamic values of the plan share.
    pub(super) names: Arc<NameTable>,
}

/// A name that lives as long as the process (see [`super::intern`]), and its number in [`Plan::names`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) text: &'static str,
    pub(super) id: NameId,
}

/// A record: the reader's fields, and the steps over the writer's bytes that fill them.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) names: TypeNames,
    pub(super) name: Named,
    pub(super) fields: Box<[Field]>,
    pub(super) steps: Box<[Step]>,
    /// Whether the steps fill the reader's fields in the reader's order.
    pub(super) in_order: bool,
    pub(super) numbers: Numbers,
}

/// A field of the reader.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Named,
    /// The bytes of its default, in the reader's own schema.
    pub(super) default: Option<&'static [u8]>,
}

/// One step over a record.
#[derive(Debug)]
pub(super) struct Step {
    /// What the field is called: by the reader, or by the writer where only it has the field.
    pub(super) name: &'static str,
    pub(super) node: Node,
    pub(super) action: Action,
    /// Where the first struct that was written has the name of this field; 0 before there was one.
    key: AtomicUsize,
    /// The field's number in the struct that is read, or [`BY_NAME`].
    number: AtomicU8,
}

impl Step {
    pub(super) const fn new(name: &'static str, node: Node, action: Action) -> Self {
        Self { name, node, action, key: AtomicUsize::new(0), number: AtomicU8::new(BY_NAME) }
    }

    /// The same step for a struct whose field has that number.
    pub(super) fn numbered(&self, number: u8) -> Self {
        Self { number: AtomicU8::new(number), ..Self::new(self.name, self.node, self.action) }
    }

    #[inline]
    pub(super) fn number(&self) -> u8 {
        self.number.load(Ordering::Relaxed)
    }

    /// From now on the field is handed over by its name.
    pub(super) fn forget_number(&self) {
        self.number.store(BY_NAME, Ordering::Relaxed);
    }

    /// Whether a struct's field has this name. What is `'static` stays as it is, so that of a name that was equal once its place tells it again.
    #[inline]
    pub(super) fn is_named(&self, key: &'static str) -> bool {
        key.len() == self.name.len()
            && (self.key.load(Ordering::Relaxed) == key.as_ptr() as usize || self.is_equal(key))
    }

    #[inline(never)]
    fn is_equal(&self, key: &'static str) -> bool {
        let equal = self.name == key;
        if equal && !key.is_empty() {
            // The first one stays: structs that take turns would write here for ever.
            let place = key.as_ptr() as usize;
            let _ = self.key.compare_exchange(0, place, Ordering::Relaxed, Ordering::Relaxed);
        }
        equal
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// The next bytes are that field of the reader.
    Read(u32),
    /// The next bytes are a field which only the writer has.
    Skip,
    /// That field of the reader is not in the bytes; it takes its default.
    Default(u32),
}

/// An enum: the reader's symbols, and which of them each symbol of the writer is.
#[derive(Debug)]
pub(super) struct Enumeration {
    pub(super) names: TypeNames,
    pub(super) symbols: Box<[Named]>,
    pub(super) written: Box<[WrittenSymbol]>,
}

/// A symbol of the writer.
#[derive(Debug)]
pub(super) struct WrittenSymbol {
    pub(super) name: &'static str,
    /// The reader's symbol; `None` where the reader knows none and has no default.
    pub(super) read_as: Option<Symbol>,
}

/// A symbol of the reader: its number in the enum, and its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbol {
    pub(super) number: u32,
    pub(super) name: Named,
}

/// A union on either side.
#[derive(Debug)]
pub(super) struct Union {
    /// Whether the bytes hold a branch's number; without it the first branch is meant (only the reader has a union).
    pub(super) indexed: bool,
    /// The first of its branches in [`Plan::branches`].
    pub(super) first: u32,
    pub(super) count: u32,
    /// The branch that is null, counted from the first.
    pub(super) null: Option<u32>,
    /// The only branch that is not null, counted from the first.
    pub(super) sole: Option<u32>,
    /// Of a union in the bytes, of null and one other: that other.
    pub(super) optional: Option<Optional>,
}

/// What a union of null and one other branch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Optional {
    /// Which of the two is null: 0 or 1.
    pub(super) null: u8,
    pub(super) node: Node,
}

/// A branch of a union on the writer's side.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) node: Node,
    /// The branch of the reader's union that it becomes, where the reader has one.
    pub(super) reader: Option<u32>,
    /// What the type is called that the value is read as.
    pub(super) names: TypeNames,
}

/// What a type is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TypeNames {
    /// The name without a namespace, or the primitive's name.
    pub(super) simple: &'static str,
    /// The name with its namespace.
    pub(super) full: &'static str,
}

/// A decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DecimalType {
    pub(super) precision: u32,
    pub(super) scale: u32,
    /// The size of the fixed under it; `None` for bytes.
    pub(super) size: Option<u32>,
}

/// Lookups of the plan's own numbers.
#[expect(clippy::indexing_slicing, reason = "a plan hands out only numbers of its own tables")]
impl Plan {
    pub(super) fn record(&self, number: u32) -> &Record {
        &self.records[number as usize]
    }

    pub(super) fn enumeration(&self, number: u32) -> &Enumeration {
        &self.enums[number as usize]
    }

    pub(super) fn item(&self, number: u32) -> Node {
        self.items[number as usize]
    }

    pub(super) fn union(&self, number: u32) -> &Union {
        &self.unions[number as usize]
    }

    pub(super) fn branch(&self, number: u32) -> &Branch {
        &self.branches[number as usize]
    }

    pub(super) fn decimal(&self, number: u32) -> DecimalType {
        self.decimals[number as usize]
    }

    pub(super) fn failure(&self, number: u32) -> &str {
        &self.failures[number as usize]
    }

    /// The branches of a union, in the writer's order.
    pub(super) fn branches(&self, union: &Union) -> &[Branch] {
        &self.branches[union.first as usize..(union.first + union.count) as usize]
    }

    /// What a node is called: by its schema's name, or by its primitive's.
    pub(super) fn names(&self, node: Node) -> TypeNames {
        match node {
            Node::Record(number) => self.record(number).names,
            Node::Enum(number) => self.enumeration(number).names,
            Node::Chosen(number) => self.branch(number).names,
            other => TypeNames::primitive(other.describe()),
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "steps name only fields of their own record")]
impl Record {
    pub(super) fn field(&self, number: u32) -> &Field {
        &self.fields[number as usize]
    }
}

impl TypeNames {
    pub(super) const fn primitive(name: &'static str) -> Self {
        Self { simple: name, full: name }
    }

    /// Whether a Rust variant or struct of that name means this type: by its simple or its full name.
    pub(super) fn are(&self, name: &str) -> bool {
        self.simple == name || self.full == name
    }

    /// As [`TypeNames::are`], in any case of ASCII letters.
    pub(super) fn resemble(&self, name: &str) -> bool {
        self.simple.eq_ignore_ascii_case(name) || self.full.eq_ignore_ascii_case(name)
    }
}

impl Node {
    /// The reader's type, as the specification names it, for messages and for variants of Rust enums.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int | Self::Temporal(Temporal::Date | Temporal::Time(Unit::Millis), _) => "int",
            Self::Long | Self::IntAsLong | Self::Temporal(..) => "long",
            Self::Float | Self::IntAsFloat | Self::LongAsFloat => "float",
            Self::Double | Self::IntAsDouble | Self::LongAsDouble | Self::FloatAsDouble => "double",
            Self::Bytes | Self::Decimal(_) => "bytes",
            Self::String | Self::UuidText => "string",
            Self::Fixed(_) | Self::UuidFixed | Self::Duration => "fixed",
            Self::Enum(_) => "enum",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Record(_) => "record",
            Self::Union(_) | Self::Chosen(_) => "union",
            Self::Unresolvable(_) => "nothing of the reader's schema",
        }
    }
}
