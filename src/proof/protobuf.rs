//! Protobuf: messages compared field by field, by number, and by the names that JSON has for them.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::scalars::{same_scalar, whole};
use crate::schema::Schema;
use crate::schema::protobuf::link;
use crate::value::{Value, ValueRef, View};

/// The message in both schemas.
#[derive(Debug)]
pub(super) struct Comparison {
    writer: MessageDescriptor,
    reader: MessageDescriptor,
}

impl Comparison {
    pub(super) fn of(writer: &Schema, reader: &Schema, message: Option<&str>) -> Option<Self> {
        let first = writer.full_name();
        let name = message.or(first.as_deref())?;
        let find = |schema: &Schema| link(schema).ok()?.parent_pool().get_message_by_name(name);
        Some(Self { writer: find(writer)?, reader: find(reader)? })
    }

    /// Whether the reader's message says what the writer's does, as far as the reader looks.
    pub(super) fn is_same(&self, written: &Value<'_>, read: &Value<'_>) -> bool {
        messages(&self.writer, &self.reader, written.root(), read.root())
    }
}

fn messages(w: &MessageDescriptor, r: &MessageDescriptor, written: ValueRef<'_>, read: ValueRef<'_>) -> bool {
    if matches!(written.view(), View::Timestamp(_)) {
        return written.view() == read.view();
    }
    let fields = r.fields().all(|field| {
        let Some(other) = w.get_field(field.number()) else { return true };
        let (written, read) = (written.field(other.name()), read.field(field.name()));
        let is_same_name = other.json_name() == field.json_name();
        values(&other, &field, written, read) && (is_same_name || is_absent(written))
    });
    // A choice that the reader does not know looks to it as if nothing was chosen.
    let lost = w.oneofs().filter(|oneof| !oneof.is_synthetic()).any(|oneof| {
        let survives = r.oneofs().any(|it| !it.is_synthetic() && it.name() == oneof.name())
            || oneof.fields().any(|it| r.get_field(it.number()).is_some());
        let is_unknown =
            |it: &FieldDescriptor| written.field(it.name()).is_some() && r.get_field(it.number()).is_none();
        survives && oneof.fields().any(|it| is_unknown(&it))
    });
    fields && !lost
}

fn values(
    w: &FieldDescriptor,
    r: &FieldDescriptor,
    written: Option<ValueRef<'_>>,
    read: Option<ValueRef<'_>>,
) -> bool {
    // Absent and zero are the same to a reader.
    let (Some(written), Some(read)) = (written, read) else { return is_absent(written) && is_absent(read) };
    if w.is_map() && r.is_map() {
        let (View::Map(one), View::Map(other)) = (written.view(), read.view()) else { return false };
        let (Kind::Message(w), Kind::Message(r)) = (w.kind(), r.kind()) else { return false };
        return one.len() == other.len()
            && one.zip(other).all(|((key, value), (read_key, read))| {
                one_value(&w.map_entry_key_field(), &r.map_entry_key_field(), key, read_key)
                    && one_value(&w.map_entry_value_field(), &r.map_entry_value_field(), value, read)
            });
    }
    match (written.view(), read.view()) {
        (View::Array(one), View::Array(other)) => {
            one.len() == other.len() && one.zip(other).all(|(written, read)| one_value(w, r, written, read))
        }
        // One read as many; a zero that need not be written may be missing.
        (_, View::Array(mut other)) => match other.len() {
            0 => is_absent(Some(written)),
            1 => other.next().is_some_and(|read| one_value(w, r, written, read)),
            _ => false,
        },
        (View::Array(mut one), _) => match one.len() {
            0 => is_absent(Some(read)),
            1 => one.next().is_some_and(|written| one_value(w, r, written, read)),
            _ => false,
        },
        _ => one_value(w, r, written, read),
    }
}

fn one_value(w: &FieldDescriptor, r: &FieldDescriptor, written: ValueRef<'_>, read: ValueRef<'_>) -> bool {
    match (w.kind(), r.kind()) {
        (Kind::Message(w), Kind::Message(r)) => return messages(&w, &r, written, read),
        (Kind::Message(_), _) | (_, Kind::Message(_)) => return false,
        _ => {}
    }
    match (written.view(), read.view()) {
        // A number for which the reader has no name.
        (View::Symbol { .. }, View::Int(_)) if matches!(r.kind(), Kind::Enum(_)) => false,
        (View::Symbol { index, name }, View::Symbol { index: number, name: other }) => {
            // Of several names for one number each is as good as the others.
            let (Kind::Enum(w), Kind::Enum(r)) = (w.kind(), r.kind()) else { return false };
            let names = |it: &prost_reflect::EnumDescriptor, number: u32| -> Vec<String> {
                let values = it.values().filter(|value| value.number() == number as i32);
                values.map(|value| value.name().to_owned()).collect()
            };
            index == number
                && (name == other || names(&r, number).iter().any(|it| names(&w, index).contains(it)))
        }
        (View::Symbol { index, .. }, number) => whole(&number) == Some(i128::from(index as i32)),
        (View::Bool(it), number) if !matches!(number, View::Bool(_)) => {
            whole(&number) == Some(i128::from(it))
        }
        _ => same_scalar(written, read),
    }
}

/// Whether a value is what stands for an absent field, or is not there at all.
fn is_absent(value: Option<ValueRef<'_>>) -> bool {
    match value.map(ValueRef::view) {
        None | Some(View::Null | View::Bool(false) | View::Symbol { index: 0, .. }) => true,
        Some(View::Text(text)) => text.is_empty(),
        Some(View::Bytes(bytes)) => bytes.is_empty(),
        Some(View::Array(items)) => items.len() == 0,
        Some(View::Map(entries)) => entries.len() == 0,
        Some(View::Float(it)) => it == 0.0,
        Some(View::Double(it)) => it == 0.0,
        Some(other) => whole(&other) == Some(0),
    }
}
