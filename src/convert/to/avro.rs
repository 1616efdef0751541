//! To an Avro schema.
//!
//! * Named types keep their full names, and stand where they are first used, as the specification wants it.
//! * Null or a value is a union with null in front.
//! * A union keeps its branches where Avro can tell them apart; otherwise, and for members that have names, each
//!   member is a record of its own with a field `value`.

use std::collections::HashSet;

use super::{DEPTH, Draft, TypeNames, map_row, scalar_row};
use crate::convert::form::{FieldForm, Fields, Form, Wrapped};
use crate::convert::graph::{
    Choice, Enum, Float, Graph, Kind, Member, Record, Step, Type, TypeId, Unit, Whole,
};
use crate::convert::json::Json;
use crate::convert::names::{Names, dotted, identifier, split};

/// Writes the schema.
pub(super) fn write(draft: Draft) -> (String, Draft) {
    let root = draft.graph.root;
    let mut writer = Writer {
        draft,
        names: Names::new(),
        types: TypeNames::new(),
        boxes: std::collections::HashMap::new(),
        flat: false,
        depth: 0,
    };
    writer.flat = writer.has_bare_names();
    if !matches!(writer.draft.graph.kind(root), Kind::Record(_)) {
        writer.draft.note(root, "outermost");
    }
    let json = writer.schema(root, "");
    (json.pretty(), writer.draft)
}

struct Writer {
    draft: Draft,
    /// Full names.
    names: Names,
    types: TypeNames,
    /// The names of the records that stand for the members of a choice.
    boxes: std::collections::HashMap<TypeId, Vec<String>>,
    /// Whether dots of names go: a name without a namespace cannot be used inside of one.
    flat: bool,
    depth: usize,
}

impl Writer {
    fn has_bare_names(&self) -> bool {
        (0..self.draft.graph.len()).any(|id| match self.draft.graph.kind(id) {
            Kind::Record(Record { name, .. })
            | Kind::Enum(Enum { name, .. })
            | Kind::Choice(Choice { name: Some(name), .. }) => split(&dotted(name)).0.is_empty(),
            _ => false,
        })
    }

    /// A name in Avro's grammar.
    fn clean(&self, name: &str) -> String {
        let clean = dotted(name);
        if self.flat { clean.replace('.', "_") } else { clean }
    }

    /// A type where `namespace` is the one around it.
    fn schema(&mut self, id: TypeId, namespace: &str) -> Json {
        if self.depth >= DEPTH {
            self.draft.too_deep(id);
            return Json::text("null");
        }
        self.depth += 1;
        let json = self.shallow(id, namespace);
        self.depth -= 1;
        json
    }

    fn shallow(&mut self, id: TypeId, namespace: &str) -> Json {
        let schema = self.draft.schema(id);
        match &schema.kind {
            Kind::Optional(inner) => self.optional(id, *inner, namespace),
            Kind::List(item) | Kind::Array(item, _) => {
                let row = if matches!(schema.kind, Kind::List(_)) { "list" } else { "array" };
                self.draft.note(id, row);
                typed("array").with("items", self.schema(*item, namespace))
            }
            Kind::Map { key, value } => self.map(id, *key, *value, namespace),
            Kind::Record(record) => self.record(id, &schema, record, namespace),
            Kind::Enum(it) => self.symbols(id, &schema, it, namespace),
            Kind::Union(members) => {
                self.draft.note(id, "union");
                Json::List(self.branches(id, members, namespace, 0))
            }
            Kind::Choice(Choice { members, .. }) => {
                self.draft.note(id, "choice");
                Json::List(self.boxes(id, members, namespace))
            }
            Kind::Fixed(size) => {
                self.draft.scalar(id, Form::Same);
                self.fixed(id, &schema.hint, *size, namespace)
            }
            Kind::Duration => {
                self.draft.scalar(id, Form::Same);
                self.fixed(id, &schema.hint, 12, namespace).with("logicalType", Json::text("duration"))
            }
            kind => {
                let (json, form) = scalar(kind);
                self.draft.scalar(id, form);
                json
            }
        }
    }

    /// A new full name, as close to the wanted one as Avro's grammar and the names before it allow.
    fn name(&mut self, id: TypeId, wanted: &str) -> String {
        let clean = self.clean(wanted);
        let clean = if clean.is_empty() { "Value".to_owned() } else { clean };
        // A type must not be called as one of the language's own.
        let clean = if PRIMITIVES.contains(&clean.as_str()) { format!("{clean}_") } else { clean };
        let name = self.names.unique(&clean);
        self.draft.renamed(id, "type", wanted, &name);
        name
    }

    /// A fixed has to have a name.
    fn fixed(&mut self, _id: TypeId, hint: &str, size: usize, namespace: &str) -> Json {
        let hint = if hint.is_empty() { "Fixed" } else { hint };
        let name = self.names.unique(&join(namespace, &identifier(hint)));
        declare("fixed", &name, namespace).with("size", Json::raw(size))
    }

    fn record(&mut self, id: TypeId, schema: &Type, record: &Record, namespace: &str) -> Json {
        if let Some(name) = self.types.get(&id) {
            return Json::text(name.clone());
        }
        let name = self.name(id, &record.name);
        self.types.insert(id, name.clone());
        self.draft.note(id, "record");
        let mut json = declare("record", &name, namespace);
        if let Some(doc) = &schema.doc {
            json = json.with("doc", Json::text(doc));
        }
        let space = split(&name).0.to_owned();
        let (mut forms, mut fields) = (Vec::new(), Vec::new());
        let mut names = Names::new();
        for field in &record.fields {
            let given = names.unique(&identifier(&field.name));
            self.draft.renamed(field.schema, "field", &field.name, &given);
            let schema = self.schema(field.schema, &space);
            let mut json = Json::one("name", Json::text(&given)).with("type", schema);
            if let Some(doc) = &field.doc {
                json = json.with("doc", Json::text(doc));
            }
            let aliases = aliases(&field.aliases, &record.fields.iter().map(|it| &*it.name).collect());
            if !aliases.is_empty() {
                json = json.with("aliases", Json::List(aliases));
            }
            fields.push(json);
            forms.push(FieldForm::always(given));
        }
        let form = Fields { name, fields: forms, as_map: false };
        self.draft.graph.shows(id, Form::Fields(form));
        json.with("fields", Json::List(fields))
    }

    fn symbols(&mut self, id: TypeId, schema: &Type, it: &Enum, namespace: &str) -> Json {
        if let Some(name) = self.types.get(&id) {
            return Json::text(name.clone());
        }
        let name = self.name(id, &it.name);
        self.types.insert(id, name.clone());
        self.draft.note(id, scalar_row(&Kind::Enum(it.clone())));
        let mut names = Names::new();
        let symbols: Vec<String> = it.symbols.iter().map(|it| names.unique(&identifier(it))).collect();
        for (symbol, given) in it.symbols.iter().zip(&symbols) {
            self.draft.renamed(id, "symbol", symbol, given);
        }
        let forms = symbols.iter().cloned().enumerate().map(|(at, it)| (at as u32, it)).collect();
        self.draft.graph.shows(id, Form::Symbols(forms));
        let mut json = declare("enum", &name, namespace);
        if let Some(doc) = &schema.doc {
            json = json.with("doc", Json::text(doc));
        }
        json.with("symbols", Json::List(symbols.iter().map(Json::text).collect()))
    }

    fn optional(&mut self, id: TypeId, inner: TypeId, namespace: &str) -> Json {
        let null = Json::text("null");
        let mut form = Form::Nullable { null: Some(0), some: None };
        let branches = match self.draft.schema(inner).kind {
            Kind::Union(members) => {
                self.draft.note(id, "nullable-union");
                self.branches(inner, &members, namespace, 1)
            }
            Kind::Choice(Choice { members, .. }) => {
                self.draft.note(id, "optional");
                self.draft.note(inner, "choice");
                self.boxes(inner, &members, namespace)
            }
            Kind::Null | Kind::Optional(_) => {
                self.draft.note(id, "optional-twice");
                form = Form::Nullable { null: Some(0), some: Some(1) };
                vec![self.wrapped(inner, namespace)]
            }
            _ => {
                self.draft.note(id, "optional");
                form = Form::Nullable { null: Some(0), some: Some(1) };
                vec![self.schema(inner, namespace)]
            }
        };
        self.draft.graph.shows(id, form);
        Json::List(std::iter::once(null).chain(branches).collect())
    }

    /// A record around a value that may be null where null already means something.
    fn wrapped(&mut self, id: TypeId, namespace: &str) -> Json {
        let hint = self.draft.graph.get(id).hint.clone();
        let name = self.fresh(&format!("{hint}Some"), namespace);
        let schema = self.schema(id, namespace);
        let inner = self.draft.graph.get(id).target.clone();
        let field = "value".to_owned();
        let form = Wrapped { name: name.clone(), field, absent: false, as_map: false, inner };
        self.draft.graph.shows(id, Form::Wrapped(Box::new(form)));
        boxed(&name, namespace, Some(schema))
    }

    fn fresh(&mut self, hint: &str, namespace: &str) -> String {
        self.names.unique(&join(namespace, &identifier(hint)))
    }

    /// The branches of a union, the first of them at that place.
    fn branches(&mut self, id: TypeId, members: &[Member], namespace: &str, first: u32) -> Vec<Json> {
        let mut classes = HashSet::new();
        let apart = members.iter().all(|it| match class(&self.draft.graph, it.schema) {
            Some(class) => class.is_empty() || classes.insert(class),
            None => false,
        });
        if !apart {
            return self.boxes(id, members, namespace);
        }
        self.draft.graph.shows(id, Form::Bare((first..).take(members.len()).map(Some).collect()));
        members.iter().map(|it| self.schema(it.schema, namespace)).collect()
    }

    /// A record for each member, declared where the choice is first met.
    fn boxes(&mut self, id: TypeId, members: &[Member], namespace: &str) -> Vec<Json> {
        if let Some(names) = self.boxes.get(&id) {
            return names.iter().map(Json::text).collect();
        }
        let schema = self.draft.schema(id);
        let (space, simple) = match &schema.kind {
            Kind::Choice(Choice { name: Some(name), .. }) => {
                let name = self.clean(name);
                let (space, simple) = split(&name);
                (space.to_owned(), simple.to_owned())
            }
            _ => (namespace.to_owned(), identifier(&schema.hint)),
        };
        let names: Vec<String> = members
            .iter()
            .map(|it| self.names.unique(&join(&space, &identifier(&Step::Branch(&it.name).hint(&simple)))))
            .collect();
        self.boxes.insert(id, names.clone());
        let mut branches = Vec::new();
        for (member, name) in members.iter().zip(&names) {
            let content = match self.draft.graph.kind(member.schema) {
                Kind::Null => None,
                _ => Some(self.schema(member.schema, &space)),
            };
            branches.push(boxed(name, namespace, content));
        }
        self.draft.graph.shows(id, Form::Boxes(names));
        branches
    }

    fn map(&mut self, id: TypeId, key: TypeId, value: TypeId, namespace: &str) -> Json {
        let row = map_row(self.draft.graph.kind(key));
        self.draft.note(id, row);
        if row == "map" {
            return typed("map").with("values", self.schema(value, namespace));
        }
        let hint = self.draft.graph.get(id).hint.clone();
        let name = self.fresh(&format!("{hint}Entry"), namespace);
        let key = Json::one("name", Json::text("key")).with("type", self.schema(key, namespace));
        let value = Json::one("name", Json::text("value")).with("type", self.schema(value, namespace));
        self.draft.graph.shows(id, Form::Entries { name: name.clone(), as_map: false });
        let entry = declare("record", &name, namespace).with("fields", Json::List(vec![key, value]));
        typed("array").with("items", entry)
    }
}

fn typed(word: &str) -> Json {
    Json::one("type", Json::text(word))
}

/// The members that declare a named type, its namespace where it is not the one around it.
fn declare(word: &str, full: &str, around: &str) -> Json {
    let (namespace, simple) = split(full);
    let json = typed(word).with("name", Json::text(simple));
    if namespace == around { json } else { json.with("namespace", Json::text(namespace)) }
}

/// A record of one field, or of none.
fn boxed(name: &str, around: &str, content: Option<Json>) -> Json {
    let field = content.map(|schema| Json::one("name", Json::text("value")).with("type", schema));
    declare("record", name, around).with("fields", Json::List(field.into_iter().collect()))
}

fn join(namespace: &str, simple: &str) -> String {
    if namespace.is_empty() { simple.to_owned() } else { format!("{namespace}.{simple}") }
}

fn aliases(given: &[String], fields: &HashSet<&str>) -> Vec<Json> {
    let fit = given.iter().filter(|it| identifier(it) == **it && !fields.contains(it.as_str()));
    fit.map(Json::text).collect()
}

fn logical(word: &str, annotation: &str) -> Json {
    typed(word).with("logicalType", Json::text(annotation))
}

fn scalar(kind: &Kind) -> (Json, Form) {
    let unit = |unit: &Unit| match unit {
        Unit::Millis => "millis",
        Unit::Micros => "micros",
        Unit::Nanos | Unit::Full => "nanos",
    };
    let same = |json| (json, Form::Same);
    match kind {
        Kind::Null => same(Json::text("null")),
        Kind::Bool => same(Json::text("boolean")),
        Kind::Whole(Whole::I8 | Whole::I16 | Whole::I32 | Whole::U8 | Whole::U16) => {
            (Json::text("int"), Form::Int)
        }
        Kind::Whole(Whole::I64 | Whole::U32 | Whole::Any) => (Json::text("long"), Form::Long),
        Kind::Whole(Whole::U64) => {
            let json =
                logical("bytes", "decimal").with("precision", Json::raw(20)).with("scale", Json::raw(0));
            (json, Form::Wide)
        }
        Kind::Whole(Whole::I128 | Whole::U128) => (Json::text("string"), Form::Digits),
        Kind::Float(Float::Single) => same(Json::text("float")),
        Kind::Float(_) => same(Json::text("double")),
        Kind::Bytes => same(Json::text("bytes")),
        Kind::Decimal { precision, scale } => {
            let json = logical("bytes", "decimal").with("precision", Json::raw(precision));
            same(json.with("scale", Json::raw(scale)))
        }
        Kind::AnyDecimal => (Json::text("string"), Form::Written),
        Kind::Uuid => same(logical("string", "uuid")),
        Kind::Date => same(logical("int", "date")),
        Kind::Time(Unit::Millis) => same(logical("int", "time-millis")),
        Kind::Time(Unit::Micros) => same(logical("long", "time-micros")),
        Kind::Time(_) => (Json::text("long"), Form::Count(crate::convert::form::Count::Long)),
        Kind::Timestamp(it) => same(logical("long", &format!("timestamp-{}", unit(it)))),
        Kind::LocalTimestamp(it) => same(logical("long", &format!("local-timestamp-{}", unit(it)))),
        Kind::Json => (Json::text("string"), Form::JsonText),
        _ => same(Json::text("string")),
    }
}

/// By what Avro tells the branches of a union apart: the word of the type; nothing for named types, which differ by name;
/// `None` for what cannot be a branch.
fn class(graph: &Graph, id: TypeId) -> Option<&'static str> {
    Some(match graph.kind(id) {
        Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Whole(Whole::I8 | Whole::I16 | Whole::I32 | Whole::U8 | Whole::U16) => "int",
        Kind::Whole(Whole::I64 | Whole::U32 | Whole::Any) => "long",
        Kind::Whole(Whole::U64) => "bytes",
        Kind::Whole(Whole::I128 | Whole::U128) => "string",
        Kind::Float(Float::Single) => "float",
        Kind::Float(_) => "double",
        Kind::Bytes | Kind::Decimal { .. } => "bytes",
        Kind::Char | Kind::Text | Kind::AnyDecimal | Kind::Uuid | Kind::Json => "string",
        Kind::Date | Kind::Time(Unit::Millis) => "int",
        Kind::Time(_) | Kind::Timestamp(_) | Kind::LocalTimestamp(_) => "long",
        Kind::List(_) | Kind::Array(..) => "array",
        Kind::Map { key, .. } if map_row(graph.kind(*key)) == "map" => "map",
        Kind::Map { .. } => "array",
        Kind::Record(_) | Kind::Enum(_) | Kind::Fixed(_) | Kind::Duration => "",
        Kind::Optional(_) | Kind::Union(_) | Kind::Choice(_) => return None,
    })
}

/// Words that cannot name a type.
const PRIMITIVES: &[&str] = &["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
