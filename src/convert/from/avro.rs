//! From an Avro schema. Its linked graph is one already: types keep their places in it, and what is made here comes behind.

use std::collections::HashSet;

use super::Read;
use crate::convert::form::{FieldForm, Fields, Form};
use crate::convert::graph::{
    Enum, Field, Float, Graph, Kind, Member, Record, Step, Type, TypeId, Unit, Whole, pascal,
};
use crate::convert::report::{Place, Verdict};
use crate::schema::avro::{self, Linked, LinkedKind, LinkedType, Logical};
use crate::schema::{Schema, SchemaError, Span};

/// Reads the schema with its references.
pub(super) fn read(schema: &Schema) -> Result<Read, SchemaError> {
    let linked = avro::link(schema)?;
    let mut read = Read::default();
    for _ in &linked.types {
        read.graph.push(Type::new(Place::default(), String::new(), "null", Kind::Null));
    }
    read.graph.root = linked.root;
    let mut reader = Reader { linked: &linked, read, done: HashSet::new() };
    // The outermost type first, then what it leads to, each named type once: a chain of names may be as long as the text.
    let mut waiting = vec![(linked.root, String::new(), String::new())];
    while let Some((id, path, hint)) = waiting.pop() {
        if reader.done.insert(id) {
            let parts = reader.add(id, path, hint);
            // The first part is looked at first.
            waiting.extend(parts.into_iter().rev());
        }
    }
    Ok(reader.read)
}

struct Reader<'l> {
    linked: &'l Linked,
    read: Read,
    done: HashSet<TypeId>,
}

/// A part that is still to be read: its place in the graph, its path, its hint.
type Part = (TypeId, String, String);

impl Reader<'_> {
    fn place(&self, id: TypeId, path: &str, span: Span) -> Place {
        let source = self.linked.get(id).source.clone();
        Place { path: path.to_owned(), position: Some(self.linked.position(id, span)), source }
    }

    fn add(&mut self, id: TypeId, path: String, hint: String) -> Vec<Part> {
        let linked = self.linked;
        let schema = linked.get(id);
        let (path, hint) = match name(schema) {
            Some(full) => (full.to_owned(), pascal(full)),
            None => (path, hint),
        };
        let place = self.place(id, &path, schema.span);
        let part = |step: Step<'_>, id: TypeId| (id, step.path(&path), step.hint(&hint));
        let new = |word, kind| Type::new(place.clone(), hint.clone(), word, kind);
        let (made, parts) = match &schema.kind {
            LinkedKind::Array(item) => (new("array", Kind::List(*item)), vec![part(Step::Item, *item)]),
            LinkedKind::Map(value) => {
                let text = Type::new(place.clone(), Step::Key.hint(&hint), "string", Kind::Text);
                let key = self.read.graph.push(text);
                let kind = Kind::Map { key, value: *value };
                (Type::new(place, hint.clone(), "map", kind), vec![part(Step::Entry, *value)])
            }
            LinkedKind::Union(branches) => return self.union(id, &place, &hint, branches),
            LinkedKind::Record(record, types) => {
                self.record_extras(&place, record);
                let fields = record.fields.iter().zip(types);
                let parts = fields.clone().map(|(field, id)| part(Step::Field(&field.name), *id)).collect();
                let form = fields.clone().map(|(field, _)| FieldForm::always(&*field.name)).collect();
                let fields = fields.map(|(field, id)| Field {
                    name: field.name.clone(),
                    aliases: field.aliases.clone(),
                    doc: field.doc.clone(),
                    schema: *id,
                });
                let kind = Kind::Record(Record { name: path.clone(), fields: fields.collect() });
                let form = Form::Fields(Fields { name: path.clone(), fields: form, as_map: false });
                let made = new("record", kind).with_source(form).with_doc(record.doc.clone());
                for field in &record.fields {
                    self.field_extras(id, &path, field);
                }
                (made, parts)
            }
            LinkedKind::Enum(it) => {
                if let Some(default) = &it.default {
                    let why = format!(
                        "readers of the target have no stand-in for a symbol they do not know, here `{default}`"
                    );
                    self.read.drop(place.clone(), "default-symbol", "default", why);
                }
                let kind = Kind::Enum(Enum { name: path.clone(), symbols: it.symbols.clone(), open: false });
                let symbols = it.symbols.iter().cloned().enumerate();
                let form = Form::Symbols(symbols.map(|(number, name)| (number as u32, name)).collect());
                let made = Type::new(place, hint, "enum", kind);
                (made.with_source(form).with_doc(it.doc.clone()), Vec::new())
            }
            _ => (scalar(schema, place, hint), Vec::new()),
        };
        self.read.graph.set(id, made);
        parts
    }

    /// A union with null is an option of the rest; the rest is a union where more than one branch is left.
    fn union(&mut self, id: TypeId, place: &Place, hint: &str, branches: &[TypeId]) -> Vec<Part> {
        let path = &place.path;
        let is_null = |it: &TypeId| matches!(self.linked.get(*it).kind, LinkedKind::Null);
        let null = branches.iter().position(is_null).map(|it| it as u32);
        let rest: Vec<(u32, TypeId)> =
            (0..).zip(branches.iter().copied()).filter(|(_, it)| !is_null(it)).collect();
        let members: Vec<Member> = rest
            .iter()
            .map(|(_, it)| Member { name: branch_name(self.linked.get(*it)), schema: *it })
            .collect();
        let parts: Vec<Part> = match members.as_slice() {
            [only] => vec![(only.schema, path.clone(), hint.to_owned())],
            _ => members
                .iter()
                .map(|it| {
                    let step = Step::Branch(&it.name);
                    (it.schema, step.path(path), step.hint(hint))
                })
                .collect(),
        };
        let union = |graph: &mut Graph| {
            let marks = rest.iter().map(|(branch, _)| Some(*branch)).collect();
            let made = Type::new(place.clone(), hint.to_owned(), "union", Kind::Union(members.clone()));
            graph.push(made.with_source(Form::Bare(marks)))
        };
        let optional = |inner, some| {
            let made = Type::new(place.clone(), hint.to_owned(), "union with null", Kind::Optional(inner));
            made.with_source(Form::Nullable { null, some })
        };
        let made = match (null, rest.as_slice()) {
            (Some(_), [(some, inner)]) => optional(*inner, Some(*some)),
            (Some(_), [_, _, ..]) => optional(union(&mut self.read.graph), None),
            (Some(_), []) => Type::new(place.clone(), hint.to_owned(), "null", Kind::Null),
            (None, []) => {
                let why = "no value is of this type";
                self.read.note(place.clone(), Verdict::Impossible, "nothing", "union", why);
                Type::new(place.clone(), hint.to_owned(), "null", Kind::Null)
            }
            (None, _) => {
                let made = union(&mut self.read.graph);
                self.read.graph.get(made).clone()
            }
        };
        self.read.graph.set(id, made);
        parts
    }

    fn record_extras(&mut self, place: &Place, record: &avro::Record) {
        if !record.aliases.is_empty() {
            let names: Vec<_> = record.aliases.iter().map(avro::Name::full).collect();
            self.read.drop(place.clone(), "type-aliases", "aliases", names.join(", "));
        }
    }

    fn field_extras(&mut self, record: TypeId, path: &str, field: &avro::Field) {
        let place = self.place(record, &Step::Field(&field.name).path(path), field.span);
        if let Some(default) = &field.default {
            let mut text = default.to_string();
            if text.chars().count() > 60 {
                text = text.chars().take(60).chain(['…']).collect();
            }
            self.read.drop(place.clone(), "default", "default", text);
        }
        if let Some(order) = field.order.as_ref().filter(|it| *it != "ascending") {
            self.read.drop(place, "sort-order", "order", order.clone());
        }
    }
}

/// The full name of a named type.
fn name(schema: &LinkedType) -> Option<&str> {
    match &schema.kind {
        LinkedKind::Record(it, _) => Some(it.name.full()),
        LinkedKind::Enum(it) => Some(it.name.full()),
        LinkedKind::Fixed(it) => Some(it.name.full()),
        _ => None,
    }
}

/// The name by which a union tells the branch.
fn branch_name(schema: &LinkedType) -> String {
    let word = match &schema.kind {
        LinkedKind::Null => "null",
        LinkedKind::Boolean => "boolean",
        LinkedKind::Int => "int",
        LinkedKind::Long => "long",
        LinkedKind::Float => "float",
        LinkedKind::Double => "double",
        LinkedKind::Bytes => "bytes",
        LinkedKind::String => "string",
        LinkedKind::Array(_) => "array",
        LinkedKind::Map(_) => "map",
        LinkedKind::Union(_) => "union",
        LinkedKind::Record(..) | LinkedKind::Enum(_) | LinkedKind::Fixed(_) => {
            name(schema).unwrap_or_default()
        }
    };
    word.to_owned()
}

/// A type without parts.
fn scalar(schema: &LinkedType, place: Place, hint: String) -> Type {
    let (word, kind) = match (schema.logical, &schema.kind) {
        (Some(logical), _) => logical_kind(logical),
        (None, LinkedKind::Boolean) => ("boolean", Kind::Bool),
        (None, LinkedKind::Int) => ("int", Kind::Whole(Whole::I32)),
        (None, LinkedKind::Long) => ("long", Kind::Whole(Whole::I64)),
        (None, LinkedKind::Float) => ("float", Kind::Float(Float::Single)),
        (None, LinkedKind::Double) => ("double", Kind::Float(Float::Double)),
        (None, LinkedKind::Bytes) => ("bytes", Kind::Bytes),
        (None, LinkedKind::String) => ("string", Kind::Text),
        (None, LinkedKind::Fixed(it)) => ("fixed", Kind::Fixed(it.size)),
        _ => ("null", Kind::Null),
    };
    let form = match kind {
        Kind::Whole(Whole::I32) => Form::Int,
        Kind::Whole(_) => Form::Long,
        _ => Form::Same,
    };
    let doc = match &schema.kind {
        LinkedKind::Fixed(it) => it.doc.clone(),
        _ => None,
    };
    Type::new(place, hint, word, kind).with_source(form).with_doc(doc)
}

fn logical_kind(logical: Logical) -> (&'static str, Kind) {
    match logical {
        Logical::Decimal { precision, scale } => ("decimal", Kind::Decimal { precision, scale }),
        Logical::Uuid => ("uuid", Kind::Uuid),
        Logical::Date => ("date", Kind::Date),
        Logical::Duration => ("duration", Kind::Duration),
        Logical::Time(avro::Unit::Millis) => ("time-millis", Kind::Time(Unit::Millis)),
        Logical::Time(_) => ("time-micros", Kind::Time(Unit::Micros)),
        Logical::Timestamp(avro::Unit::Millis) => ("timestamp-millis", Kind::Timestamp(Unit::Millis)),
        Logical::Timestamp(avro::Unit::Micros) => ("timestamp-micros", Kind::Timestamp(Unit::Micros)),
        Logical::Timestamp(avro::Unit::Nanos) => ("timestamp-nanos", Kind::Timestamp(Unit::Nanos)),
        Logical::LocalTimestamp(avro::Unit::Millis) => {
            ("local-timestamp-millis", Kind::LocalTimestamp(Unit::Millis))
        }
        Logical::LocalTimestamp(avro::Unit::Micros) => {
            ("local-timestamp-micros", Kind::LocalTimestamp(Unit::Micros))
        }
        Logical::LocalTimestamp(avro::Unit::Nanos) => {
            ("local-timestamp-nanos", Kind::LocalTimestamp(Unit::Nanos))
        }
    }
}
