//! Making a [`Value`]: one call a node, in the order of the arena.

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    Date, Decimal, Duration, LocalTimestamp, NameId, NameTable, Names, Node, Time, Timestamp, Uuid, Value,
};

/// Writes the nodes of one [`Value`].
///
/// A container is opened with `begin_…`, filled, and closed with [`ValueBuilder::end`]; how many items it has is counted.
/// Inside a record every value is preceded by [`ValueBuilder::name`] (or [`ValueBuilder::name_id`]), inside a map by a
/// value that is its key. Closing containers out of order, or not at all, gives a value whose containers are cut short; it
/// never panics.
/// It sets no limit to nesting: the codecs hold theirs ([`crate::limits::Limits`]), and a program that nests by itself has to
/// stay within what the stack bears, for comparing, copying and showing a value descend into it.
#[derive(Debug)]
pub struct ValueBuilder<'a> {
    value: Value<'a>,
    known: HashMap<Box<str>, NameId>,
}

/// An open container, to be given to [`ValueBuilder::end`].
#[derive(Debug)]
#[must_use = "a container that is never ended is empty"]
pub struct Open(usize);

impl Default for ValueBuilder<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> ValueBuilder<'a> {
    /// A builder that collects the names it meets.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Names::Own(NameTable::default()), 0)
    }

    /// A builder that collects the names it meets and has room for that many nodes.
    #[must_use]
    pub fn with_capacity(nodes: usize) -> Self {
        Self::with(Names::Own(NameTable::default()), nodes)
    }

    /// A builder whose names are those of a table made once for a schema; `nodes` is how many nodes to expect.
    #[must_use]
    pub fn shared(names: Arc<NameTable>, nodes: usize) -> Self {
        Self::with(Names::Shared(names), nodes)
    }

    fn with(names: Names, nodes: usize) -> Self {
        let value = Value { nodes: Vec::with_capacity(nodes), names, text: String::new(), bytes: Vec::new() };
        Self { value, known: HashMap::new() }
    }

    /// The finished value; null when nothing was written.
    #[must_use]
    pub fn finish(mut self) -> Value<'a> {
        if self.value.nodes.is_empty() {
            self.null();
        }
        self.value
    }

    /// How many nodes were written.
    #[must_use]
    #[inline]
    pub fn node_count(&self) -> usize {
        self.value.nodes.len()
    }

    /// The number of a name, added when it is new.
    fn intern(&mut self, name: &str) -> NameId {
        if self.known.is_empty() {
            // The names of a shared table are looked at only when one is given by text.
            self.known = self.value.names.table().by_text();
        }
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        if let Names::Shared(shared) = &self.value.names {
            self.value.names = Names::Own(NameTable::clone(shared));
        }
        let Names::Own(table) = &mut self.value.names else { return NameId(u32::MAX) };
        let id = table.push(name);
        self.known.insert(name.into(), id);
        id
    }

    #[inline]
    fn push(&mut self, node: Node<'a>) -> &mut Self {
        self.value.nodes.push(node);
        self
    }

    /// Null.
    #[inline]
    pub fn null(&mut self) -> &mut Self {
        self.push(Node::Null)
    }

    /// A boolean.
    #[inline]
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.push(Node::Bool(value))
    }

    /// A signed number of 32 bits.
    #[inline]
    pub fn int(&mut self, value: i32) -> &mut Self {
        self.push(Node::Int(value))
    }

    /// A signed number of 64 bits.
    #[inline]
    pub fn long(&mut self, value: i64) -> &mut Self {
        self.push(Node::Long(value))
    }

    /// An unsigned number of 64 bits.
    #[inline]
    pub fn unsigned(&mut self, value: u64) -> &mut Self {
        self.push(Node::Unsigned(value))
    }

    /// A float of 32 bits.
    pub fn float(&mut self, value: f32) -> &mut Self {
        self.push(Node::Float(value))
    }

    /// A float of 64 bits.
    #[inline]
    pub fn double(&mut self, value: f64) -> &mut Self {
        self.push(Node::Double(value))
    }

    /// Text lent from the payload.
    #[inline]
    pub fn text(&mut self, value: &'a str) -> &mut Self {
        self.push(Node::Text(value))
    }

    /// Text that is copied into the value.
    pub fn copied_text(&mut self, value: &str) -> &mut Self {
        let node = own_text(&mut self.value.text, value);
        self.push(node)
    }

    /// Bytes lent from the payload.
    pub fn bytes(&mut self, value: &'a [u8]) -> &mut Self {
        self.push(Node::Bytes(value))
    }

    /// Bytes that are copied into the value.
    pub fn copied_bytes(&mut self, value: &[u8]) -> &mut Self {
        let node = own_bytes(&mut self.value.bytes, value);
        self.push(node)
    }

    /// A symbol of an enum: its number in the schema and its name.
    pub fn symbol(&mut self, index: u32, name: &str) -> &mut Self {
        let name = self.intern(name);
        self.push(Node::Symbol { index, name })
    }

    /// A symbol of an enum, its name in the shared table.
    pub fn symbol_id(&mut self, index: u32, name: NameId) -> &mut Self {
        self.push(Node::Symbol { index, name })
    }

    /// A decimal.
    pub fn decimal(&mut self, value: Decimal) -> &mut Self {
        self.push(Node::Decimal { unscaled: value.unscaled().to_le_bytes(), scale: value.scale() })
    }

    /// A UUID.
    pub fn uuid(&mut self, value: Uuid) -> &mut Self {
        self.push(Node::Uuid(value.0))
    }

    /// A day.
    pub fn date(&mut self, value: Date) -> &mut Self {
        self.push(Node::Date(value.days()))
    }

    /// A time of day.
    pub fn time(&mut self, value: Time) -> &mut Self {
        self.push(Node::Time(value.nanos()))
    }

    /// A moment.
    pub fn timestamp(&mut self, value: Timestamp) -> &mut Self {
        self.push(Node::Timestamp { seconds: value.seconds(), nanos: value.subsecond_nanos(), local: false })
    }

    /// A date and time of day without a zone.
    pub fn local_timestamp(&mut self, value: LocalTimestamp) -> &mut Self {
        let value = value.assume_utc();
        self.push(Node::Timestamp { seconds: value.seconds(), nanos: value.subsecond_nanos(), local: true })
    }

    /// A span of months, days and milliseconds.
    pub fn duration(&mut self, value: Duration) -> &mut Self {
        self.push(Node::Duration { months: value.months, days: value.days, millis: value.millis })
    }

    /// The branch of the union that the next value takes.
    pub fn branch(&mut self, branch: u32) -> &mut Self {
        self.push(Node::Branch(branch))
    }

    /// The name of the field whose value comes next.
    pub fn name(&mut self, name: &str) -> &mut Self {
        let id = self.intern(name);
        self.push(Node::Name(id))
    }

    /// The name of the field whose value comes next, in the shared table.
    pub fn name_id(&mut self, name: NameId) -> &mut Self {
        self.push(Node::Name(name))
    }

    /// Opens an array.
    #[inline]
    pub fn begin_array(&mut self) -> Open {
        self.open(Node::Array { length: 0, end: 0 })
    }

    /// Opens a map.
    #[inline]
    pub fn begin_map(&mut self) -> Open {
        self.open(Node::Map { length: 0, end: 0 })
    }

    /// Opens a record of that type name.
    pub fn begin_record(&mut self, name: &str) -> Open {
        let name = self.intern(name);
        self.begin_record_id(name)
    }

    /// Opens a record, its type name in the shared table.
    pub fn begin_record_id(&mut self, name: NameId) -> Open {
        self.open(Node::Record { name, length: 0, end: 0 })
    }

    #[inline]
    fn open(&mut self, node: Node<'a>) -> Open {
        let index = self.value.nodes.len();
        // Until it is ended the container is empty, so that a forgotten `end` cannot send a reader astray.
        let end = index + 1;
        self.push(match node {
            Node::Array { .. } => Node::Array { length: 0, end },
            Node::Map { .. } => Node::Map { length: 0, end },
            Node::Record { name, .. } => Node::Record { name, length: 0, end },
            other => other,
        });
        Open(index)
    }

    /// Closes a container, which then holds `length` items, entries or fields: as many as were written, which is not counted
    /// again.
    #[inline]
    pub fn end_with(&mut self, Open(place): Open, length: usize) -> &mut Self {
        let stop = self.value.nodes.len();
        if let Some(
            Node::Array { length: slot, end }
            | Node::Map { length: slot, end }
            | Node::Record { length: slot, end, .. },
        ) = self.value.nodes.get_mut(place)
        {
            // A length beyond what was written would be believed by whoever makes room for it.
            *slot = length.min(stop - place - 1);
            *end = stop;
        }
        self
    }

    /// Closes a container and counts what it holds.
    pub fn end(&mut self, open: Open) -> &mut Self {
        let mut index = open.0 + 1;
        let mut count = 0;
        while index < self.value.nodes.len() {
            index = self.value.after(index);
            count += 1;
        }
        let keyed = matches!(self.value.nodes.get(open.0), Some(Node::Map { .. } | Node::Record { .. }));
        self.end_with(open, if keyed { count / 2 } else { count })
    }

    /// The texts that are keys of a map which is still open, or of one whose content is the last that was written.
    #[cfg(feature = "json")]
    pub(crate) fn keys(&self, open: &Open) -> impl Iterator<Item = &str> {
        let mut index = open.0 + 1;
        std::iter::from_fn(move || {
            let (super::Plain::Lent(text) | super::Plain::Own(text)) = self.value.plain(index) else {
                return None;
            };
            index = self.value.behind(index + 1);
            Some(text)
        })
    }

    /// Copies a value of another arena, names and all.
    pub fn copy(&mut self, from: super::ValueRef<'_>) -> &mut Self {
        from.copy_into(self);
        self
    }
}

pub(super) fn own_text<'a>(buffer: &mut String, text: &str) -> Node<'a> {
    let start = buffer.len();
    buffer.push_str(text);
    Node::OwnText { start, length: text.len() }
}

pub(super) fn own_bytes<'a>(buffer: &mut Vec<u8>, bytes: &[u8]) -> Node<'a> {
    let start = buffer.len();
    buffer.extend_from_slice(bytes);
    Node::OwnBytes { start, length: bytes.len() }
}
