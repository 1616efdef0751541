//! What the codec needs to know of a linked schema, compiled once.

mod compile;

use std::collections::HashMap;
use std::sync::Arc;

use crate::value::{NameId, NameTable};

pub(super) use compile::compile;

/// All messages and enums of a schema and its imports, by number.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) messages: Vec<MessagePlan>,
    pub(super) enums: Vec<EnumPlan>,
    /// The names of types, fields and symbols, shared by all values.
    pub(super) names: Arc<NameTable>,
    /// The largest [`MessagePlan::weight`].
    pub(super) heaviest: usize,
    by_name: HashMap<Box<str>, usize>,
}

#[derive(Debug)]
pub(super) struct MessagePlan {
    pub(super) full_name: Box<str>,
    pub(super) name: NameId,
    /// In the order of their declaration; extensions last.
    pub(super) fields: Vec<FieldPlan>,
    /// Fields that a value shows even when the payload has none: their places, ascending.
    pub(super) always: Vec<usize>,
    /// Whether it is `google.protobuf.Timestamp`, which reads as a timestamp.
    pub(super) is_timestamp: bool,
    /// How many levels of messages its fields lead to, itself included; `None` where it contains itself.
    pub(super) depth: Option<usize>,
    /// About how many bytes a generated struct of it takes, without what it points to.
    pub(super) weight: usize,
    /// The places of fields by number: directly up to a small number, then sorted by number.
    low: Vec<Option<u32>>,
    high: Vec<(u32, u32)>,
    by_name: HashMap<Box<str>, usize>,
}

#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) number: u32,
    pub(super) text: Box<str>,
    pub(super) name: NameId,
    pub(super) kind: Kind,
    pub(super) shape: Shape,
}

/// How often a field is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Once, and its default where it is not written.
    Implicit,
    /// Once or not at all; at most one of the same `oneof`.
    Explicit { oneof: Option<u32> },
    /// Once.
    Required,
    /// Any number of times; written packed or not, read either way.
    Repeated { packed: bool },
    /// Any number of times, each a message of key and value.
    Map,
}

/// What a field holds; messages and enums by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    Text,
    Bytes,
    Enum(usize),
    Message(usize),
    Group(usize),
}

#[derive(Debug)]
pub(super) struct EnumPlan {
    pub(super) full_name: Box<str>,
    /// Number and name, sorted by number; of several names for one number, the first.
    symbols: Vec<(i32, NameId)>,
    numbers: HashMap<Box<str>, i32>,
    /// The first symbol, the default.
    pub(super) first: i32,
}

impl Plan {
    /// The number of the message of that full name.
    pub(super) fn named(&self, full_name: &str) -> Option<usize> {
        self.by_name.get(full_name).copied()
    }

    pub(super) fn message(&self, index: usize) -> Option<&MessagePlan> {
        self.messages.get(index)
    }
}

impl MessagePlan {
    /// The place of the field of that number.
    pub(super) fn place(&self, number: u32) -> Option<usize> {
        if let Some(place) = self.low.get(number as usize) {
            return place.map(|place| place as usize);
        }
        let found = self.high.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.high.get(found).map(|(_, place)| *place as usize)
    }

    /// The place of the field of that name, as it was declared or as JSON writes it.
    pub(super) fn place_named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }
}

impl EnumPlan {
    pub(super) fn symbol(&self, number: i32) -> Option<NameId> {
        let found = self.symbols.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.symbols.get(found).map(|(_, name)| *name)
    }

    pub(super) fn number(&self, symbol: &str) -> Option<i32> {
        self.numbers.get(symbol).copied()
    }
}

impl Kind {
    /// Whether values of it may stand packed.
    pub(super) fn is_packable(self) -> bool {
        !matches!(self, Self::Text | Self::Bytes | Self::Message(_) | Self::Group(_))
    }

    /// The message that it leads to.
    pub(super) fn message(self) -> Option<usize> {
        match self {
            Self::Message(index) | Self::Group(index) => Some(index),
            _ => None,
        }
    }
}
