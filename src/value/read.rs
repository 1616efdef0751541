//! Reading a [`Value`]: a cursor, and what it sees.

use super::{Date, Decimal, Duration, LocalTimestamp, Node, Time, Timestamp, Uuid, Value, ValueBuilder};

/// A cursor at one value of an arena; copying it costs nothing.
#[derive(Clone, Copy)]
pub struct ValueRef<'v> {
    value: &'v Value<'v>,
    index: usize,
}

/// What a cursor sees. Numbers keep the width they were read with; [`ValueRef::as_i64`] and its siblings widen.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum View<'v> {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed number of 32 bits.
    Int(i32),
    /// A signed number of 64 bits.
    Long(i64),
    /// An unsigned number of 64 bits.
    Unsigned(u64),
    /// A float of 32 bits.
    Float(f32),
    /// A float of 64 bits.
    Double(f64),
    /// Text.
    Text(&'v str),
    /// Bytes, of any length or of a fixed one.
    Bytes(&'v [u8]),
    /// A symbol of an enum.
    Symbol {
        /// Its number in the schema.
        index: u32,
        /// Its name.
        name: &'v str,
    },
    /// A decimal with its scale.
    Decimal(Decimal),
    /// A UUID.
    Uuid(Uuid),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A moment.
    Timestamp(Timestamp),
    /// A date and time of day without a zone.
    LocalTimestamp(LocalTimestamp),
    /// A span of months, days and milliseconds.
    Duration(Duration),
    /// Values, one after the other.
    Array(Elements<'v>),
    /// Keys and values, in the order they were read.
    Map(Entries<'v>),
    /// Named fields, in the order they were read; the names are texts.
    Record(Entries<'v>),
}

impl<'v> Value<'v> {
    /// The index behind the value that starts at `index`.
    pub(super) fn after(&self, index: usize) -> usize {
        let index = self.behind_branches(index);
        match self.nodes.get(index) {
            Some(Node::Array { end, .. } | Node::Map { end, .. } | Node::Record { end, .. }) => *end,
            _ => index + 1,
        }
    }

    /// The index of the value that the union branches at `index` lead to; a union never holds a union, so there is one at most.
    fn behind_branches(&self, mut index: usize) -> usize {
        while let Some(Node::Branch(_)) = self.nodes.get(index) {
            index += 1;
        }
        index
    }
}

/// A node of a value that was read from JSON, as it lies there.
#[cfg(feature = "json")]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plain<'v, 'a> {
    Null,
    Bool(bool),
    Integer(i64),
    /// Above `i64::MAX`.
    Unsigned(u64),
    Double(f64),
    /// Text that the value lends from its payload.
    Lent(&'a str),
    /// Text of the value's own.
    Own(&'v str),
    /// So many items follow.
    Array(usize),
    /// So many names follow, each with its value behind it.
    Map(usize),
    /// What JSON has no form for, or the end.
    Other,
}

#[cfg(feature = "json")]
impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn plain(&self, index: usize) -> Plain<'_, 'a> {
        let Some(node) = self.nodes.get(index) else { return Plain::Other };
        match *node {
            Node::Null => Plain::Null,
            Node::Bool(it) => Plain::Bool(it),
            Node::Int(it) => Plain::Integer(it.into()),
            Node::Long(it) => Plain::Integer(it),
            Node::Unsigned(it) => Plain::Unsigned(it),
            Node::Double(it) => Plain::Double(it),
            Node::Text(text) => Plain::Lent(text),
            Node::OwnText { start, length } => {
                Plain::Own(self.text.get(start..start + length).unwrap_or_default())
            }
            Node::Array { length, .. } => Plain::Array(length),
            Node::Map { length, .. } => Plain::Map(length),
            _ => Plain::Other,
        }
    }

    /// The index behind the value that stands at `index`.
    #[inline]
    pub(crate) fn behind(&self, index: usize) -> usize {
        match self.nodes.get(index) {
            Some(Node::Array { end, .. } | Node::Map { end, .. }) => *end,
            _ => index + 1,
        }
    }
}

impl<'v> ValueRef<'v> {
    pub(super) fn new(value: &'v Value<'_>, index: usize) -> Self {
        Self { value, index }
    }

    /// The union branch that this value was read from, or is meant for.
    #[must_use]
    pub fn branch(self) -> Option<u32> {
        match self.value.nodes.get(self.index) {
            Some(Node::Branch(branch)) => Some(*branch),
            _ => None,
        }
    }

    /// The same value behind its union branch.
    fn inner(self) -> Self {
        Self { index: self.value.behind_branches(self.index), ..self }
    }

    /// The name of the record's type; `None` for anything but a record.
    #[must_use]
    pub fn type_name(self) -> Option<&'v str> {
        match self.inner().node() {
            Node::Record { name, .. } => Some(self.value.names.table().name(name)),
            _ => None,
        }
    }

    fn node(self) -> Node<'v> {
        self.value.nodes.get(self.index).copied().unwrap_or(Node::Null)
    }

    /// What stands here.
    #[must_use]
    pub fn view(self) -> View<'v> {
        let this = self.inner();
        let value = this.value;
        let inside = |length, end| Elements { value, index: this.index + 1, end, length };
        match this.node() {
            Node::Null | Node::Branch(_) => View::Null,
            Node::Bool(it) => View::Bool(it),
            Node::Int(it) => View::Int(it),
            Node::Long(it) => View::Long(it),
            Node::Unsigned(it) => View::Unsigned(it),
            Node::Float(it) => View::Float(it),
            Node::Double(it) => View::Double(it),
            Node::Text(text) => View::Text(text),
            Node::OwnText { start, length } => {
                let range = start..start + length;
                View::Text(value.text.get(range).unwrap_or_default())
            }
            Node::Bytes(bytes) => View::Bytes(bytes),
            Node::OwnBytes { start, length } => {
                let range = start..start + length;
                View::Bytes(value.bytes.get(range).unwrap_or_default())
            }
            Node::Symbol { index, name } => View::Symbol { index, name: value.names.table().name(name) },
            Node::Decimal { unscaled, scale } => {
                View::Decimal(Decimal::new(i128::from_le_bytes(unscaled), scale))
            }
            Node::Uuid(it) => View::Uuid(Uuid(it)),
            Node::Date(days) => View::Date(Date::from_days(days)),
            Node::Time(nanos) => View::Time(Time::from_nanos_unchecked(nanos)),
            Node::Timestamp { seconds, nanos, local } => {
                let moment = Timestamp::new_unchecked(seconds, nanos);
                if local {
                    View::LocalTimestamp(LocalTimestamp::in_utc(moment))
                } else {
                    View::Timestamp(moment)
                }
            }
            Node::Duration { months, days, millis } => View::Duration(Duration { months, days, millis }),
            Node::Array { length, end } => View::Array(inside(length, end)),
            Node::Map { length, end } => View::Map(Entries(inside(2 * length, end))),
            Node::Record { length, end, .. } => View::Record(Entries(inside(2 * length, end))),
            Node::Name(name) => View::Text(value.names.table().name(name)),
        }
    }

    /// The field of a record, or the entry of a map, with that name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Self> {
        match self.view() {
            View::Record(mut entries) | View::Map(mut entries) => {
                entries.find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The item of an array at that place.
    #[must_use]
    pub fn item(self, index: usize) -> Option<Self> {
        match self.view() {
            View::Array(mut items) => items.nth(index),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self.inner().node(), Node::Null)
    }

    /// The text, or the name of a symbol.
    #[must_use]
    pub fn as_str(self) -> Option<&'v str> {
        match self.view() {
            View::Text(text) => Some(text),
            View::Symbol { name, .. } => Some(name),
            _ => None,
        }
    }

    /// A whole number that fits 64 signed bits, whatever its width.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.view() {
            View::Int(it) => Some(it.into()),
            View::Long(it) => Some(it),
            View::Unsigned(it) => it.try_into().ok(),
            _ => None,
        }
    }

    /// A float of either width, or a whole number that 64 bits of float hold exactly.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        const EXACT: i64 = 1 << 53;
        match self.view() {
            View::Float(it) => Some(it.into()),
            View::Double(it) => Some(it),
            _ => self.as_i64().filter(|it| (-EXACT..=EXACT).contains(it)).map(|it| it as f64),
        }
    }

    pub(super) fn copy_into(self, out: &mut ValueBuilder<'_>) {
        if let Some(branch) = self.branch() {
            out.branch(branch);
        }
        match self.view() {
            View::Null => out.null(),
            View::Bool(it) => out.bool(it),
            View::Int(it) => out.int(it),
            View::Long(it) => out.long(it),
            View::Unsigned(it) => out.unsigned(it),
            View::Float(it) => out.float(it),
            View::Double(it) => out.double(it),
            View::Text(it) => out.copied_text(it),
            View::Bytes(it) => out.copied_bytes(it),
            View::Symbol { index, name } => out.symbol(index, name),
            View::Decimal(it) => out.decimal(it),
            View::Uuid(it) => out.uuid(it),
            View::Date(it) => out.date(it),
            View::Time(it) => out.time(it),
            View::Timestamp(it) => out.timestamp(it),
            View::LocalTimestamp(it) => out.local_timestamp(it),
            View::Duration(it) => out.duration(it),
            View::Array(items) => {
                let length = items.len();
                let open = out.begin_array();
                items.for_each(|item| item.copy_into(out));
                out.end_with(open, length)
            }
            View::Map(entries) => {
                let length = entries.len();
                let open = out.begin_map();
                for (key, value) in entries {
                    key.copy_into(out);
                    value.copy_into(out);
                }
                out.end_with(open, length)
            }
            View::Record(fields) => {
                let length = fields.len();
                let open = out.begin_record(self.type_name().unwrap_or_default());
                for (name, value) in fields {
                    out.name(name.as_str().unwrap_or_default());
                    value.copy_into(out);
                }
                out.end_with(open, length)
            }
        };
    }
}

impl PartialEq for ValueRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

impl std::fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.view() {
            View::Array(items) => f.debug_list().entries(items).finish(),
            View::Map(entries) => f.debug_map().entries(entries).finish(),
            View::Record(fields) => {
                let mut out = f.debug_struct(self.type_name().unwrap_or_default());
                for (name, value) in fields {
                    out.field(name.as_str().unwrap_or_default(), &value);
                }
                out.finish()
            }
            other => other.fmt(f),
        }
    }
}

/// The items of an array.
#[derive(Clone, Copy)]
pub struct Elements<'v> {
    value: &'v Value<'v>,
    index: usize,
    end: usize,
    length: usize,
}

impl<'v> Iterator for Elements<'v> {
    type Item = ValueRef<'v>;

    fn next(&mut self) -> Option<ValueRef<'v>> {
        if self.length == 0 || self.index >= self.end {
            return None;
        }
        let item = ValueRef { value: self.value, index: self.index };
        self.index = self.value.after(self.index);
        self.length -= 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.length, Some(self.length))
    }
}

impl ExactSizeIterator for Elements<'_> {}

impl PartialEq for Elements<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && Iterator::eq(*self, *other)
    }
}

impl std::fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// The entries of a map, or the fields of a record.
#[derive(Clone, Copy, PartialEq)]
pub struct Entries<'v>(Elements<'v>);

impl<'v> Iterator for Entries<'v> {
    type Item = (ValueRef<'v>, ValueRef<'v>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.length / 2, Some(self.0.length / 2))
    }
}

impl ExactSizeIterator for Entries<'_> {}

impl std::fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(*self).finish()
    }
}
