//! To a JSON Schema, draft 7.
//!
//! * The outermost type stands at the root, the other named ones in `definitions` by their names.
//! * Objects take no members beside theirs, and all of them are required: null is written.
//! * A union is the bare value where the kind of JSON tells the branch; otherwise an object of one member, named for the branch.

use std::collections::{HashSet, VecDeque};

use super::{DEPTH, Draft, TypeNames, map_row};
use crate::convert::form::{FieldForm, Fields, Form, Tagged, Wrapped};
use crate::convert::graph::{Choice, Float, Kind, Member, Record, Type, TypeId, Whole};
use crate::convert::json::Json;
use crate::convert::names::{Names, split};

/// Writes the schema.
pub(super) fn write(draft: Draft) -> (String, Draft) {
    let root = draft.graph.root;
    let mut writer =
        Writer { draft, names: Names::new(), types: TypeNames::new(), waiting: VecDeque::new(), depth: 0 };
    if !matches!(writer.draft.graph.kind(root), Kind::Record(_)) {
        writer.draft.note(root, "outermost");
    }
    let draft = Json::one("$schema", Json::text("http://json-schema.org/draft-07/schema#"));
    let outermost = match name_of(writer.draft.graph.kind(root)) {
        Some(name) => {
            let name = name.to_owned();
            writer.types.insert(root, "#".to_owned());
            Json::one("title", Json::text(name))
        }
        None => Json::Object(Vec::new()),
    };
    let content = writer.declared(root);
    let mut definitions = Vec::new();
    while let Some(id) = writer.waiting.pop_front() {
        let name = writer.types.get(&id).cloned().unwrap_or_default();
        let name = name.trim_start_matches("#/definitions/").replace("~1", "/").replace("~0", "~");
        definitions.push((name, writer.declared(id)));
    }
    let mut json = [draft, outermost, content].into_iter().fold(Json::Object(Vec::new()), merge);
    if !definitions.is_empty() {
        json = json.with("definitions", Json::Object(definitions));
    }
    (json.pretty(), writer.draft)
}

struct Writer {
    draft: Draft,
    names: Names,
    /// What refers to each named type.
    types: TypeNames,
    waiting: VecDeque<TypeId>,
    depth: usize,
}

impl Writer {
    /// A use of a type.
    fn schema(&mut self, id: TypeId) -> Json {
        if let Some(name) = name_of(self.draft.graph.kind(id)) {
            let name = name.to_owned();
            return Json::one("$ref", Json::text(self.reference(id, &name)));
        }
        if self.depth >= DEPTH {
            self.draft.too_deep(id);
            return Json::raw("true");
        }
        self.depth += 1;
        let json = self.declared(id);
        self.depth -= 1;
        json
    }

    fn reference(&mut self, id: TypeId, full: &str) -> String {
        if let Some(reference) = self.types.get(&id) {
            return reference.clone();
        }
        let name = self.names.unique(full);
        self.draft.renamed(id, "type", full, &name);
        let reference = format!("#/definitions/{}", name.replace('~', "~0").replace('/', "~1"));
        self.types.insert(id, reference.clone());
        self.waiting.push_back(id);
        reference
    }

    /// The schema itself.
    fn declared(&mut self, id: TypeId) -> Json {
        let schema = self.draft.schema(id);
        let described = match &schema.doc {
            Some(doc) => Json::one("description", Json::text(doc)),
            None => Json::Object(Vec::new()),
        };
        merge(described, self.content(id, &schema))
    }

    fn content(&mut self, id: TypeId, schema: &Type) -> Json {
        match &schema.kind {
            Kind::Record(record) => self.record(id, record),
            Kind::Enum(it) => {
                self.draft.scalar(id, Form::SymbolTexts(it.symbols.clone()));
                Json::one("enum", Json::List(it.symbols.iter().map(Json::text).collect()))
            }
            Kind::Optional(inner) => self.optional(id, *inner),
            Kind::List(item) => {
                self.draft.note(id, "list");
                typed("array").with("items", self.schema(*item))
            }
            Kind::Array(item, length) => {
                self.draft.note(id, "array");
                let json = typed("array").with("items", self.schema(*item));
                json.with("minItems", Json::raw(length)).with("maxItems", Json::raw(length))
            }
            Kind::Map { key, value } => self.map(id, *key, *value),
            Kind::Union(members) => {
                self.draft.note(id, "union");
                self.union(id, members, false)
            }
            Kind::Choice(Choice { members, .. }) => {
                self.draft.note(id, "choice");
                self.tagged(id, members)
            }
            kind => {
                let (json, form) = scalar(kind);
                self.draft.scalar(id, form);
                json
            }
        }
    }

    fn record(&mut self, id: TypeId, record: &Record) -> Json {
        self.draft.note(id, "record");
        let mut names = Names::new();
        let (mut properties, mut required, mut forms) = (Vec::new(), Vec::new(), Vec::new());
        for field in &record.fields {
            let name = names.unique(&field.name);
            let mut schema = self.schema(field.schema);
            if let Some(doc) = &field.doc {
                // Beside a `$ref` the draft overlooks all else.
                let is_reference =
                    matches!(&schema, Json::Object(it) if it.iter().any(|(name, _)| name == "$ref"));
                if is_reference {
                    schema = Json::one("allOf", Json::List(vec![schema]));
                }
                schema = merge(Json::one("description", Json::text(doc)), schema);
            }
            required.push(Json::text(&name));
            properties.push((name.clone(), schema));
            forms.push(FieldForm::always(name));
        }
        let form = Fields { name: record.name.clone(), fields: forms, as_map: true };
        self.draft.graph.shows(id, Form::Fields(form));
        let mut json = typed("object").with("properties", Json::Object(properties));
        if !required.is_empty() {
            json = json.with("required", Json::List(required));
        }
        json.with("additionalProperties", Json::raw(false))
    }

    fn optional(&mut self, id: TypeId, inner: TypeId) -> Json {
        self.draft.graph.shows(id, Form::Nullable { null: None, some: None });
        if let Kind::Union(members) = self.draft.schema(inner).kind {
            self.draft.note(id, "nullable-union");
            return self.union(inner, &members, true);
        }
        if !self.draft.is_nullable(inner) {
            self.draft.note(id, "optional");
            return nullable(self.schema(inner));
        }
        self.draft.note(id, "optional-twice");
        let schema = self.schema(inner);
        let form = self.draft.graph.get(inner).target.clone();
        let (name, field) = (String::new(), "value".to_owned());
        let wrapped = Wrapped { name, field, absent: false, as_map: true, inner: form };
        self.draft.graph.shows(inner, Form::Wrapped(Box::new(wrapped)));
        nullable(one_member("value", schema))
    }

    fn union(&mut self, id: TypeId, members: &[Member], with_null: bool) -> Json {
        let mut kinds = HashSet::new();
        let apart = members.iter().all(|it| {
            let kind = json_kind(self.draft.graph.kind(it.schema));
            kind.is_some_and(|kind| kinds.insert(kind))
        });
        if !apart {
            let json = self.tagged(id, members);
            return if with_null { nullable(json) } else { json };
        }
        self.draft.graph.shows(id, Form::ByKind);
        let mut branches: Vec<_> = members.iter().map(|it| self.schema(it.schema)).collect();
        if with_null {
            branches.push(typed("null"));
        }
        Json::one("anyOf", Json::List(branches))
    }

    /// The member's name around its value; a member without content is its name alone.
    fn tagged(&mut self, id: TypeId, members: &[Member]) -> Json {
        let mut names = Names::new();
        let (mut given, mut branches) = (Vec::new(), Vec::new());
        for member in members {
            let name = names.unique(&member.name);
            let branch = match self.draft.graph.kind(member.schema) {
                Kind::Null => Json::one("const", Json::text(&name)),
                _ => one_member(&name, self.schema(member.schema)),
            };
            branches.push(branch);
            given.push(name);
        }
        let tagged = Tagged { name: String::new(), members: given, as_map: true, symbols: true };
        self.draft.graph.shows(id, Form::Tagged(tagged));
        Json::one("oneOf", Json::List(branches))
    }

    fn map(&mut self, id: TypeId, key: TypeId, value: TypeId) -> Json {
        let row = map_row(self.draft.graph.kind(key));
        self.draft.note(id, row);
        if row == "map" {
            return typed("object").with("additionalProperties", self.schema(value));
        }
        let key = self.schema(key);
        let value = self.schema(value);
        self.draft.graph.shows(id, Form::Entries { name: String::new(), as_map: true });
        let entry = typed("object")
            .with("properties", Json::one("key", key).with("value", value))
            .with("required", Json::List(vec![Json::text("key"), Json::text("value")]))
            .with("additionalProperties", Json::raw(false));
        typed("array").with("items", entry)
    }
}

/// The name of a type that is declared by its name.
fn name_of(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Record(it) => Some(it.name.as_str()),
        Kind::Enum(it) => Some(it.name.as_str()),
        Kind::Choice(Choice { name: Some(name), .. }) => Some(name.as_str()),
        _ => None,
    }
    .filter(|it| !split(it).1.is_empty())
}

fn typed(word: &str) -> Json {
    Json::one("type", Json::text(word))
}

fn one_member(name: &str, schema: Json) -> Json {
    typed("object")
        .with("properties", Json::one(name, schema))
        .with("required", Json::List(vec![Json::text(name)]))
        .with("additionalProperties", Json::raw(false))
}

/// The members of both.
fn merge(first: Json, second: Json) -> Json {
    match (first, second) {
        (Json::Object(mut first), Json::Object(second)) => {
            first.extend(second);
            Json::Object(first)
        }
        (_, second) => second,
    }
}

/// The same schema, and null.
fn nullable(schema: Json) -> Json {
    let null = Json::text("null");
    match schema {
        Json::Object(mut members) => {
            match members.iter_mut().find(|(name, _)| name == "type") {
                Some((_, it @ Json::Text(_))) => {
                    let word = std::mem::replace(it, Json::raw("null"));
                    *it = Json::List(vec![word, null]);
                }
                _ => {
                    let branches = vec![Json::Object(members), Json::one("type", null)];
                    return Json::one("anyOf", Json::List(branches));
                }
            }
            Json::Object(members)
        }
        other => Json::one("anyOf", Json::List(vec![other, Json::one("type", null)])),
    }
}

fn formatted(word: &str) -> Json {
    typed("string").with("format", Json::text(word))
}

fn pattern(text: &str) -> Json {
    typed("string").with("pattern", Json::text(text))
}

fn scalar(kind: &Kind) -> (Json, Form) {
    let base64 = || typed("string").with("contentEncoding", Json::text("base64"));
    match kind {
        Kind::Null => (typed("null"), Form::Same),
        Kind::Bool => (typed("boolean"), Form::Same),
        Kind::Whole(Whole::I128) => (pattern("^-?[0-9]{1,39}$"), Form::Digits),
        Kind::Whole(Whole::U128) => (pattern("^[0-9]{1,39}$"), Form::Digits),
        Kind::Whole(Whole::Any) => (typed("integer"), Form::Narrowest),
        Kind::Whole(it) => {
            let (least, most) = it.range();
            let json = typed("integer").with("minimum", Json::raw(least)).with("maximum", Json::raw(most));
            (json, Form::Narrowest)
        }
        Kind::Float(Float::Number) => (typed("number"), Form::Number),
        Kind::Float(_) => (typed("number"), Form::Finite),
        Kind::Char => {
            let json = typed("string").with("minLength", Json::raw(1)).with("maxLength", Json::raw(1));
            (json, Form::Same)
        }
        Kind::Bytes => (base64(), Form::Base64),
        Kind::Fixed(size) => {
            let length = size.div_ceil(3) * 4;
            let json = base64().with("minLength", Json::raw(length)).with("maxLength", Json::raw(length));
            (json, Form::Base64)
        }
        Kind::Decimal { .. } => (pattern("^-?[0-9]+(\\.[0-9]+)?(E-[0-9]+)?$"), Form::Written),
        Kind::AnyDecimal => (pattern("^-?[0-9]+(\\.[0-9]+)?(E-[0-9]+)?$"), Form::Written),
        Kind::Uuid => (formatted("uuid"), Form::Written),
        Kind::Date => (formatted("date"), Form::Written),
        Kind::Timestamp(_) => (formatted("date-time"), Form::Written),
        Kind::Duration => (formatted("duration"), Form::Written),
        Kind::Time(_) | Kind::LocalTimestamp(_) => (typed("string"), Form::Written),
        Kind::Json => (Json::raw("true"), Form::Same),
        _ => (typed("string"), Form::Same),
    }
}

/// The kind of JSON that the values of a type are; `None` where there is more than one, or null.
fn json_kind(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Bool => "boolean",
        Kind::Whole(Whole::I128 | Whole::U128) => "string",
        Kind::Whole(_) | Kind::Float(_) => "number",
        Kind::List(_) | Kind::Array(..) => "array",
        Kind::Map { key: _, .. } => return None,
        Kind::Record(_) => "object",
        Kind::Null | Kind::Json | Kind::Optional(_) | Kind::Union(_) | Kind::Choice(_) => return None,
        _ => "string",
    })
}
