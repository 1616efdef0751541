//! Writing: from a [`Graph`] to the text of a schema, with the forms in which the format's codec takes its values.

mod avro;
mod bincode;
mod json;
mod protobuf;

use std::collections::HashMap;

use super::form::Form;
use super::from::Read;
use super::graph::{Float, Graph, Kind, Type, TypeId, Unit, Whole};
use super::report::{Entry, Verdict};
use super::table::{cell, rule};
use crate::schema::Format;

/// A schema as it was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) graph: Graph,
    pub(super) entries: Vec<Entry>,
}

/// Writes a schema of that format; `None` for a format that has no writer.
pub(super) fn write(read: Read, to: Format) -> Option<Written> {
    let draft = Draft { graph: read.graph, entries: read.entries, to };
    let (text, mut draft) = match to {
        Format::Avro => avro::write(draft),
        Format::Protobuf => protobuf::write(draft),
        Format::Json => json::write(draft),
        Format::Bincode => bincode::write(draft),
        Format::Custom(_) => return None,
    };
    // In the order of the source, its own text first.
    draft.entries.sort_by(|a, b| {
        let key = |it: &Entry| (it.place.source.clone(), it.place.position);
        key(a).cmp(&key(b))
    });
    Some(Written { text, graph: draft.graph, entries: draft.entries })
}

/// What all writers work on.
struct Draft {
    graph: Graph,
    entries: Vec<Entry>,
    to: Format,
}

impl Draft {
    /// Notes what became of a type, by the table.
    fn note(&mut self, id: TypeId, row: &str) {
        let Some(cell) = cell(row, self.to) else { return };
        let schema = self.graph.get(id);
        self.entries.push(Entry {
            place: schema.place.clone(),
            verdict: cell.verdict,
            rule: rule(row, self.to),
            source: schema.word.to_owned(),
            target: cell.target.to_owned(),
            why: cell.why.to_owned(),
        });
    }

    /// Notes what the table does not have: a name that had to change, a part that cannot be.
    fn remark(&mut self, id: TypeId, verdict: Verdict, rule: &str, target: &str, why: String) {
        let schema = self.graph.get(id);
        self.entries.push(Entry {
            place: schema.place.clone(),
            verdict,
            rule: rule.to_owned(),
            source: schema.word.to_owned(),
            target: target.to_owned(),
            why,
        });
    }

    /// Notes a name that the target does not take as it is.
    fn renamed(&mut self, id: TypeId, what: &str, from: &str, to: &str) {
        if from != to {
            let why = format!("the {what} `{from}` is `{to}` there");
            self.remark(id, Verdict::Widened, "renamed", to, why);
        }
    }

    /// Says how the target shows a type without parts, and notes it.
    fn scalar(&mut self, id: TypeId, form: Form) {
        let row = scalar_row(self.graph.kind(id));
        self.note(id, row);
        self.graph.shows(id, form);
    }

    /// Whether null is among the values of a type.
    fn is_nullable(&self, id: TypeId) -> bool {
        matches!(self.graph.kind(id), Kind::Null | Kind::Optional(_) | Kind::Json)
    }

    fn schema(&self, id: TypeId) -> Type {
        self.graph.get(id).clone()
    }

    /// Nothing can be done about it: the schema will not be converted.
    fn too_deep(&mut self, id: TypeId) {
        let why = format!("types inside each other deeper than {DEPTH} levels");
        self.remark(id, Verdict::Impossible, "nesting", "", why);
    }
}

/// How deep types may stand inside each other in a written text. Our parsers take 128 levels of JSON, and a type takes up to three.
const DEPTH: usize = 40;

/// The names that were given to types.
type TypeNames = HashMap<TypeId, String>;

/// The row of a kind without parts.
fn scalar_row(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Whole(it) => match it {
            Whole::I8 => "int8",
            Whole::I16 => "int16",
            Whole::I32 => "int32",
            Whole::I64 => "int64",
            Whole::I128 => "int128",
            Whole::U8 => "uint8",
            Whole::U16 => "uint16",
            Whole::U32 => "uint32",
            Whole::U64 => "uint64",
            Whole::U128 => "uint128",
            Whole::Any => "integer",
        },
        Kind::Float(Float::Single) => "float32",
        Kind::Float(Float::Double) => "float64",
        Kind::Float(Float::Number) => "number",
        Kind::Char => "char",
        Kind::Text => "text",
        Kind::Bytes => "bytes",
        Kind::Fixed(_) => "fixed",
        Kind::Decimal { .. } => "decimal",
        Kind::AnyDecimal => "any-decimal",
        Kind::Uuid => "uuid",
        Kind::Date => "date",
        Kind::Time(Unit::Millis) => "time-millis",
        Kind::Time(Unit::Micros) => "time-micros",
        Kind::Time(_) => "time",
        Kind::Timestamp(Unit::Millis) => "timestamp-millis",
        Kind::Timestamp(Unit::Micros) => "timestamp-micros",
        Kind::Timestamp(Unit::Nanos) => "timestamp-nanos",
        Kind::Timestamp(Unit::Full) => "timestamp",
        Kind::LocalTimestamp(Unit::Millis) => "local-timestamp-millis",
        Kind::LocalTimestamp(Unit::Micros) => "local-timestamp-micros",
        Kind::LocalTimestamp(Unit::Nanos) => "local-timestamp-nanos",
        Kind::LocalTimestamp(Unit::Full) => "local-timestamp",
        Kind::Duration => "duration",
        Kind::Json => "json",
        Kind::Enum(it) if it.open => "open-enum",
        Kind::Enum(_) => "enum",
        Kind::Record(_) => "record",
        Kind::List(_) => "list",
        Kind::Array(..) => "array",
        Kind::Map { .. } => "map",
        Kind::Optional(_) => "optional",
        Kind::Union(_) => "union",
        Kind::Choice(_) => "choice",
    }
}

/// The row of a map by its keys.
fn map_row(key: &Kind) -> &'static str {
    match key {
        Kind::Text => "map",
        Kind::Bool => "keyed-map",
        Kind::Whole(it) if !matches!(it, Whole::I128 | Whole::U128) => "keyed-map",
        _ => "odd-map",
    }
}
