//! The dynamic value: any payload of any format, as one flat arena.
//!
//! A [`Value`] is a list of nodes in the order they were read; a container knows where it ends. However many fields
//! a message has, it costs one list, and text and bytes are lent from the payload wherever the format allows it.
//!
//! ```text
//! {"id": "a", "tags": [1, 2]}
//!   Record(2 fields, ends at 6)  Name(id)  Text("a")  Name(tags)  Array(2 items)  Int(1)  Int(2)
//! ```
//!
//! [`Value::root`] gives a [`ValueRef`], a cursor that reads it; [`ValueBuilder`] makes one.
//!
//! ```
//! use schemawire::value::{ValueBuilder, View};
//!
//! let mut builder = ValueBuilder::new();
//! let record = builder.begin_record("Point");
//! builder.name("x").int(3);
//! builder.name("y").text("four");
//! builder.end(record);
//! let point = builder.finish();
//! assert_eq!(point.root().field("x").map(|x| x.view()), Some(View::Int(3)));
//! assert_eq!(point.to_string(), r#"{"x":3,"y":"four"}"#);
//! ```

mod build;
mod json;
pub(crate) mod logical;
mod read;
#[cfg(any(feature = "uuid", feature = "rust_decimal", feature = "jiff", feature = "chrono"))]
pub mod with;

pub use build::{Open, ValueBuilder};
pub use json::{AsJson, JsonValueError, from_json};
#[cfg(feature = "bincode")]
pub(crate) use logical::token;
pub use logical::{Date, Decimal, Duration, LocalTimestamp, LogicalError, Time, Timestamp, Uuid};
#[cfg(feature = "json")]
pub(crate) use read::Plain;
pub use read::{Elements, Entries, ValueRef, View};

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// One dynamic value; lends from the payload it was decoded from.
#[derive(Clone)]
pub struct Value<'a> {
    nodes: Vec<Node<'a>>,
    names: Names,
    /// Text that could not be lent, one after the other.
    text: String,
    /// Bytes that could not be lent, one after the other.
    bytes: Vec<u8>,
}

/// Names of record fields, record types and enum symbols, kept once a schema and shared by all its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameTable {
    names: Vec<Box<str>>,
}

impl NameTable {
    /// Adds a name without looking for it, and gives its number.
    pub fn push(&mut self, name: &str) -> NameId {
        self.names.push(name.into());
        NameId((self.names.len() - 1) as u32)
    }

    /// The name with that number; empty for a number that was never given.
    #[must_use]
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(id.0 as usize).map_or("", |name| name)
    }

    /// The number of every name; the first where a name was pushed twice.
    fn by_text(&self) -> HashMap<Box<str>, NameId> {
        let numbered = self.names.iter().enumerate().rev();
        numbered.map(|(number, name)| (name.clone(), NameId(number as u32))).collect()
    }
}

/// The number of a name in its [`NameTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameId(pub(crate) u32);

#[derive(Debug, Clone)]
enum Names {
    Shared(Arc<NameTable>),
    Own(NameTable),
}

impl Names {
    fn table(&self) -> &NameTable {
        match self {
            Self::Shared(table) => table,
            Self::Own(table) => table,
        }
    }
}

/// One step of the arena. A container is followed by its content, up to `end` (an index into the arena).
#[derive(Debug, Clone, Copy)]
enum Node<'a> {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Unsigned(u64),
    Float(f32),
    Double(f64),
    Text(&'a str),
    OwnText {
        start: usize,
        length: usize,
    },
    Bytes(&'a [u8]),
    OwnBytes {
        start: usize,
        length: usize,
    },
    Symbol {
        index: u32,
        name: NameId,
    },
    Decimal {
        unscaled: [u8; 16],
        scale: u32,
    },
    Uuid([u8; 16]),
    Date(i32),
    Time(u64),
    Timestamp {
        seconds: i64,
        nanos: u32,
        local: bool,
    },
    Duration {
        months: u32,
        days: u32,
        millis: u32,
    },
    Array {
        length: usize,
        end: usize,
    },
    /// Entries: a key node and a value each.
    Map {
        length: usize,
        end: usize,
    },
    /// Fields: a `Name` node and a value each.
    Record {
        name: NameId,
        length: usize,
        end: usize,
    },
    /// The key of a record's field.
    Name(NameId),
    /// The branch of a union that the next value belongs to.
    Branch(u32),
}

impl Value<'_> {
    /// The cursor at the whole value.
    #[must_use]
    pub fn root(&self) -> ValueRef<'_> {
        ValueRef::new(self, 0)
    }

    /// How many nodes the arena holds, names and union branches included.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The same value, owning all it lent.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        let mut text = self.text;
        let mut bytes = self.bytes;
        let nodes = self
            .nodes
            .into_iter()
            .map(|node| match node {
                Node::Text(lent) => build::own_text(&mut text, lent),
                Node::Bytes(lent) => build::own_bytes(&mut bytes, lent),
                Node::Null => Node::Null,
                Node::Bool(it) => Node::Bool(it),
                Node::Int(it) => Node::Int(it),
                Node::Long(it) => Node::Long(it),
                Node::Unsigned(it) => Node::Unsigned(it),
                Node::Float(it) => Node::Float(it),
                Node::Double(it) => Node::Double(it),
                Node::OwnText { start, length } => Node::OwnText { start, length },
                Node::OwnBytes { start, length } => Node::OwnBytes { start, length },
                Node::Symbol { index, name } => Node::Symbol { index, name },
                Node::Decimal { unscaled, scale } => Node::Decimal { unscaled, scale },
                Node::Uuid(it) => Node::Uuid(it),
                Node::Date(it) => Node::Date(it),
                Node::Time(it) => Node::Time(it),
                Node::Timestamp { seconds, nanos, local } => Node::Timestamp { seconds, nanos, local },
                Node::Duration { months, days, millis } => Node::Duration { months, days, millis },
                Node::Array { length, end } => Node::Array { length, end },
                Node::Map { length, end } => Node::Map { length, end },
                Node::Record { name, length, end } => Node::Record { name, length, end },
                Node::Name(name) => Node::Name(name),
                Node::Branch(branch) => Node::Branch(branch),
            })
            .collect();
        Value { nodes, names: self.names, text, bytes }
    }
}

/// Equal when they read the same: names by text, lent or owned alike; union branches do not count.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

/// As plain JSON, see [`AsJson`].
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.root(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Node;

    /// A node a field: what a message of many fields costs is their number times this.
    #[test]
    fn a_node_is_no_larger_than_24_bytes() {
        assert!(size_of::<Node<'_>>() <= 24, "{} bytes", size_of::<Node<'_>>());
    }
}
