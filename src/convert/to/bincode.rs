//! To a bincode layout, integers as `varint`.
//!
//! * Named types keep their full names.
//! * A union is an enum whose variants have the branches' names; null beside it is an option.

use std::collections::VecDeque;

use super::{DEPTH, Draft, TypeNames, map_row};
use crate::convert::form::{FieldForm, Fields, Form, Tagged};
use crate::convert::graph::{Choice, Float, Kind, Member, Record, TypeId, Whole};
use crate::convert::json::Json;
use crate::convert::names::Names;

/// Writes the layout.
pub(super) fn write(draft: Draft) -> (String, Draft) {
    let root = draft.graph.root;
    let mut writer =
        Writer { draft, names: Names::new(), types: TypeNames::new(), waiting: VecDeque::new(), depth: 0 };
    if !matches!(writer.draft.graph.kind(root), Kind::Record(_)) {
        writer.draft.note(root, "outermost");
    }
    let outermost = writer.schema(root);
    let mut types = Vec::new();
    while let Some(id) = writer.waiting.pop_front() {
        let name = writer.types.get(&id).cloned().unwrap_or_default();
        types.push((name, writer.definition(id)));
    }
    let mut json =
        Json::one("layout", Json::raw(1)).with("integers", Json::text("varint")).with("root", outermost);
    if !types.is_empty() {
        json = json.with("types", Json::Object(types));
    }
    (json.pretty(), writer.draft)
}

struct Writer {
    draft: Draft,
    names: Names,
    types: TypeNames,
    /// Types that are named, but not written.
    waiting: VecDeque<TypeId>,
    depth: usize,
}

impl Writer {
    /// A use of a type.
    fn schema(&mut self, id: TypeId) -> Json {
        if self.depth >= DEPTH {
            self.draft.too_deep(id);
            return Json::text("unit");
        }
        self.depth += 1;
        let json = self.shallow(id);
        self.depth -= 1;
        json
    }

    fn shallow(&mut self, id: TypeId) -> Json {
        let schema = self.draft.schema(id);
        match &schema.kind {
            Kind::Record(it) => self.named(id, &it.name),
            Kind::Enum(it) => self.named(id, &it.name),
            Kind::Choice(Choice { name: Some(name), .. }) => self.named(id, name),
            Kind::Choice(_) | Kind::Union(_) => self.named(id, &schema.hint),
            Kind::Optional(inner) => {
                let form = if self.reads_as_null(*inner) {
                    Form::Item
                } else {
                    Form::Nullable { null: None, some: None }
                };
                let row = match self.draft.graph.kind(*inner) {
                    Kind::Union(_) => "nullable-union",
                    Kind::Null | Kind::Optional(_) => "optional-twice",
                    _ => "optional",
                };
                self.draft.note(id, row);
                self.draft.graph.shows(id, form);
                Json::one("option", self.schema(*inner))
            }
            Kind::List(item) => {
                self.draft.note(id, "list");
                Json::one("seq", self.schema(*item))
            }
            Kind::Array(item, length) => {
                self.draft.note(id, "array");
                Json::one("array", self.schema(*item)).with("length", Json::raw(length))
            }
            Kind::Map { key, value } => {
                let row = map_row(self.draft.graph.kind(*key));
                self.draft.note(id, row);
                Json::one("map", Json::List(vec![self.schema(*key), self.schema(*value)]))
            }
            Kind::Fixed(size) => {
                self.draft.scalar(id, Form::Same);
                Json::one("array", Json::text("u8")).with("length", Json::raw(size))
            }
            kind => {
                let (word, form) = word(kind);
                self.draft.scalar(id, form);
                Json::text(word)
            }
        }
    }

    /// Whether `Some` of it would look like `None`, so that the codec shows it as an array of one.
    fn reads_as_null(&self, id: TypeId) -> bool {
        matches!(self.draft.graph.kind(id), Kind::Null | Kind::Optional(_))
    }

    fn named(&mut self, id: TypeId, full: &str) -> Json {
        if let Some(name) = self.types.get(&id) {
            return Json::text(name);
        }
        let wanted = if full.is_empty() { "Value" } else { full };
        let wanted = if WORDS.contains(&wanted) { format!("{wanted}_") } else { wanted.to_owned() };
        let name = self.names.unique(&wanted);
        if !matches!(self.draft.graph.kind(id), Kind::Union(_) | Kind::Choice(Choice { name: None, .. })) {
            self.draft.renamed(id, "type", full, &name);
        }
        self.types.insert(id, name.clone());
        self.waiting.push_back(id);
        Json::text(name)
    }

    fn definition(&mut self, id: TypeId) -> Json {
        let schema = self.draft.schema(id);
        let described = match &schema.doc {
            Some(doc) => Json::one("doc", Json::text(doc)),
            None => Json::Object(Vec::new()),
        };
        match &schema.kind {
            Kind::Record(record) => described.with("struct", self.record(id, record)),
            Kind::Enum(it) => {
                let mut names = Names::new();
                let symbols: Vec<_> = it.symbols.iter().map(|it| names.unique(it)).collect();
                let forms = symbols.iter().cloned().enumerate().map(|(at, it)| (at as u32, it)).collect();
                self.draft.scalar(id, Form::Symbols(forms));
                described.with("enum", Json::List(symbols.iter().map(Json::text).collect()))
            }
            Kind::Choice(Choice { members, .. }) => {
                self.draft.note(id, "choice");
                described.with("enum", self.variants(id, members))
            }
            Kind::Union(members) => {
                self.draft.note(id, "union");
                described.with("enum", self.variants(id, members))
            }
            _ => described,
        }
    }

    fn record(&mut self, id: TypeId, record: &Record) -> Json {
        self.draft.note(id, "record");
        let mut names = Names::new();
        let (mut forms, mut fields) = (Vec::new(), Vec::new());
        let given: Vec<String> = record.fields.iter().map(|it| names.unique(&it.name)).collect();
        let mut taken = Names::new();
        given.iter().for_each(|it| drop(taken.unique(it)));
        for (field, name) in record.fields.iter().zip(given) {
            let mut json = Json::one("name", Json::text(&name)).with("type", self.schema(field.schema));
            let aliases: Vec<_> =
                field.aliases.iter().filter(|it| taken.unique(it) == **it).map(Json::text).collect();
            if !aliases.is_empty() {
                json = json.with("aliases", Json::List(aliases));
            }
            if let Some(doc) = &field.doc {
                json = json.with("doc", Json::text(doc));
            }
            fields.push(json);
            forms.push(FieldForm::always(name));
        }
        let fields_form = Fields { name: record.name.clone(), fields: forms, as_map: false };
        self.draft.graph.shows(id, Form::Fields(fields_form));
        Json::List(fields)
    }

    fn variants(&mut self, id: TypeId, members: &[Member]) -> Json {
        let mut names = Names::new();
        let (mut given, mut variants) = (Vec::new(), Vec::new());
        for member in members {
            let name = names.unique(&member.name);
            variants.push(match self.draft.graph.kind(member.schema) {
                Kind::Null => Json::text(&name),
                _ => Json::one("name", Json::text(&name)).with("newtype", self.schema(member.schema)),
            });
            given.push(name);
        }
        let name = self.types.get(&id).cloned().unwrap_or_default();
        let tagged = Tagged { name, members: given, as_map: false, symbols: true };
        self.draft.graph.shows(id, Form::Tagged(tagged));
        Json::List(variants)
    }
}

/// The word of a scalar, and how its values are shown.
fn word(kind: &Kind) -> (&'static str, Form) {
    match kind {
        Kind::Null => ("unit", Form::Same),
        Kind::Bool => ("bool", Form::Same),
        Kind::Whole(it) => match it {
            Whole::I8 => ("i8", Form::Int),
            Whole::I16 => ("i16", Form::Int),
            Whole::I32 => ("i32", Form::Int),
            Whole::I64 | Whole::Any => ("i64", Form::Long),
            Whole::I128 => ("i128", Form::Wide),
            Whole::U8 => ("u8", Form::Int),
            Whole::U16 => ("u16", Form::Int),
            Whole::U32 => ("u32", Form::Long),
            Whole::U64 => ("u64", Form::Unsigned),
            Whole::U128 => ("u128", Form::Wide),
        },
        Kind::Float(Float::Single) => ("f32", Form::Same),
        Kind::Float(_) => ("f64", Form::Same),
        Kind::Char => ("char", Form::Same),
        Kind::Bytes => ("bytes", Form::Same),
        Kind::Decimal { .. } | Kind::AnyDecimal => ("decimal", Form::Same),
        Kind::Uuid => ("uuid", Form::Same),
        Kind::Date => ("date", Form::Same),
        Kind::Time(_) => ("time", Form::Same),
        Kind::Timestamp(_) => ("timestamp", Form::Same),
        Kind::LocalTimestamp(_) => ("local-timestamp", Form::Same),
        Kind::Duration => ("duration", Form::Same),
        Kind::Json => ("string", Form::JsonText),
        _ => ("string", Form::Same),
    }
}

/// The words of layout documents, which cannot name a type.
const WORDS: &[&str] = &[
    "unit",
    "bool",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "f32",
    "f64",
    "char",
    "string",
    "bytes",
    "decimal",
    "uuid",
    "date",
    "time",
    "timestamp",
    "local-timestamp",
    "duration",
];
