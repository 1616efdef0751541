//! From a JSON Schema.
//!
//! | JSON Schema | read as |
//! |---|---|
//! | `properties` | a record; a member that is not required is an option that is left out where it is null |
//! | `additionalProperties` alone | a map |
//! | members that an object takes beside those it names | refused when they come, which the report says |
//! | `type` of several, `anyOf`, `oneOf` | a union, where the kind of JSON tells the branch |
//! | `oneOf` of objects of one required member each, and of names | a choice |
//! | no type at all | any JSON |
//! | bounds, patterns, `not`, `if`, … | dropped: they only narrow what the type says |
//! | `allOf` of several, branches that look alike | impossible |

mod documents;
mod keywords;
mod union;

use std::collections::HashMap;

use super::Read;
use crate::convert::form::{FieldForm, Fields, Form};
use crate::convert::graph::{Field, Kind, Record, Step, Type, TypeId, pascal};
use crate::convert::report::{Place, Verdict};
use crate::schema::Schema;
use crate::schema::json::Model;
use crate::schema::json_text::{Node, Shape};
use documents::{Documents, Target, place};

/// How many types are read: a few definitions that refer to each other in pairs could otherwise stand for millions.
const TYPES: usize = 50_000;
/// How deep types stand inside each other, `$ref`s followed.
const DEPTH: usize = 100;

/// Reads the schema with its references.
pub(super) fn read(schema: &Schema, model: &Model) -> Read {
    let documents = Documents::of(schema, model);
    let mut reader =
        Reader { documents, read: Read::default(), records: HashMap::new(), open: Vec::new(), full: false };
    let title = model.title().map_or_else(|| "Root".to_owned(), name_of);
    let root =
        At { document: 0, node: model.root(), path: title.clone(), hint: pascal(&title), name: Some(title) };
    reader.read.graph.root = reader.schema(root);
    reader.read
}

/// A schema and the way to it.
#[derive(Debug, Clone)]
struct At<'d> {
    document: usize,
    node: &'d Node,
    path: String,
    hint: String,
    /// The name that an object there has, where it has one.
    name: Option<String>,
}

struct Reader<'d> {
    documents: Documents<'d>,
    read: Read,
    /// Objects by the places of their schemas.
    records: HashMap<usize, TypeId>,
    /// The schemas that are being read.
    open: Vec<usize>,
    /// Whether there were too many types, which is said once.
    full: bool,
}

impl<'d> Reader<'d> {
    fn place(&self, at: &At<'_>) -> Place {
        Place {
            path: at.path.clone(),
            position: self.documents.position(at.document, at.node.span),
            source: self.documents.reference(at.document).map(str::to_owned),
        }
    }

    fn part(&self, at: &At<'d>, step: Step<'_>, node: &'d Node) -> At<'d> {
        At { document: at.document, node, path: step.path(&at.path), hint: step.hint(&at.hint), name: None }
    }

    fn made(&self, at: &At<'_>, word: &'static str, kind: Kind) -> Type {
        Type::new(self.place(at), at.hint.clone(), word, kind).with_doc(doc(at.node))
    }

    fn push(&mut self, at: &At<'_>, word: &'static str, kind: Kind, form: Form) -> TypeId {
        let made = self.made(at, word, kind).with_source(form);
        self.read.graph.push(made)
    }

    fn any(&mut self, at: &At<'_>) -> TypeId {
        self.push(at, "any", Kind::Json, Form::Same)
    }

    /// Says that the schema cannot be converted because of this part.
    fn impossible(&mut self, at: &At<'_>, rule: &str, source: &str, why: &str) -> TypeId {
        let place = self.place(at);
        self.read.note(place, Verdict::Impossible, rule, source, why);
        self.any(at)
    }

    fn remark(&mut self, at: &At<'_>, verdict: Verdict, rule: &str, source: &str, why: &str) {
        let place = self.place(at);
        self.read.note(place, verdict, rule, source, why);
    }

    /// Reads a schema, wherever it stands.
    fn schema(&mut self, at: At<'d>) -> TypeId {
        let node = place(at.node);
        if let Some(id) = self.records.get(&node) {
            return *id;
        }
        if self.full {
            return self.read.graph.root;
        }
        if self.read.graph.len() >= TYPES {
            self.full = true;
            return self.impossible(&at, "size", "schema", "references stand for more than 50,000 types");
        }
        if self.open.contains(&node) {
            let why = "it contains itself without an object in between";
            return self.impossible(&at, "recursion", "$ref", why);
        }
        if self.open.len() >= DEPTH {
            return self.impossible(
                &at,
                "nesting",
                "schema",
                "types inside each other deeper than 100 levels",
            );
        }
        self.open.push(node);
        let id = match &at.node.shape {
            Shape::Bool(false) => self.impossible(&at, "nothing", "false", "no value is of this type"),
            Shape::Object(_) => self.keyworded(at),
            _ => self.any(&at),
        };
        self.open.pop();
        id
    }

    fn keyworded(&mut self, at: At<'d>) -> TypeId {
        if let Some(default) = at.node.member("default") {
            let place = self.place(&at);
            self.read.drop(
                place,
                "default",
                "default",
                default.to_text().chars().take(60).collect::<String>(),
            );
        }
        if let Some(link) = at.node.member("$ref").filter(|it| it.as_str().is_some()) {
            return self.reference(&at, link);
        }
        for word in ["$dynamicRef", "$recursiveRef"] {
            if at.node.member(word).is_some() {
                return self.impossible(
                    &at,
                    "dynamic-ref",
                    word,
                    "where it leads depends on who refers to it",
                );
            }
        }
        if let Some(all) = at.node.member("allOf") {
            return match all.items() {
                [only] if !keywords::has_structure(at.node, "allOf") => {
                    let only = At { node: only, ..at };
                    self.schema(only)
                }
                _ => self.impossible(&at, "all-of", "allOf", "schemas are not merged"),
            };
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(branches) = at.node.member(word) {
                if keywords::has_structure(at.node, word) {
                    return self.impossible(
                        &at,
                        "any-of",
                        word,
                        "what stands beside it is not merged into its branches",
                    );
                }
                return self.branches(&at, branches.items(), word);
            }
        }
        self.typed(&at)
    }

    fn reference(&mut self, at: &At<'d>, link: &'d Node) -> TypeId {
        let alone = self.documents.draft(at.document).reference_stands_alone();
        if !alone && keywords::has_structure(at.node, "$ref") {
            return self.impossible(at, "ref", "$ref", "what stands beside it is not merged into it");
        }
        match self.documents.target(at.document, link) {
            Target::Schema(document, node) => {
                let written = link.as_str().unwrap_or_default();
                let last = written.rsplit(['/', '#']).find(|it| !it.is_empty()).unwrap_or_default();
                let title = node.member("title").and_then(Node::as_str).map(name_of);
                // A definition is known by its name there; a document of its own by its title.
                let is_definition = written.contains("#/");
                let name = if is_definition { name_of(last) } else { title.unwrap_or_else(|| name_of(last)) };
                let target = At {
                    document,
                    node,
                    path: at.path.clone(),
                    hint: at.hint.clone(),
                    name: Some(name).filter(|it| !it.is_empty()),
                };
                self.schema(target)
            }
            Target::Draft => self.any(at),
            Target::Nothing => self.impossible(at, "ref", "$ref", "it leads to nothing"),
        }
    }

    /// Named members as a record.
    fn object(&mut self, at: &At<'d>) -> TypeId {
        let member = |name: &str| at.node.member(name);
        let properties = member("properties").map_or(&[][..], Node::members);
        let required: Vec<&'d str> =
            member("required").map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect();
        let patterns = member("patternProperties").map_or(&[][..], Node::members);
        let others = member("additionalProperties");
        let is_closed = others.is_some_and(|it| matches!(it.shape, Shape::Bool(false)));
        if properties.is_empty() && required.is_empty() {
            match (patterns, others) {
                ([], None) => return self.map(at, None),
                ([], Some(values)) if !is_closed => return self.map(at, Some(values)),
                ([only], _) if is_closed => {
                    let why = "names of members are not held against the pattern there";
                    self.remark(at, Verdict::Widened, "pattern-properties", "patternProperties", why);
                    return self.map(at, Some(&only.value));
                }
                _ => {}
            }
        }
        if !is_closed || !patterns.is_empty() {
            let why = "members that are not named are refused when they come";
            let word = if patterns.is_empty() { "additionalProperties" } else { "patternProperties" };
            self.remark(at, Verdict::Narrowed, "open-object", word, why);
        }
        let name = at.name.clone().unwrap_or_else(|| at.hint.clone());
        let made = self.made(at, "object", Kind::Record(Record { name: name.clone(), fields: Vec::new() }));
        let id = self.read.graph.push(made.clone());
        self.records.insert(place(at.node), id);
        let inside = At { path: name.clone(), hint: pascal(&name), ..at.clone() };
        let (mut fields, mut forms) = (Vec::new(), Vec::new());
        for it in properties {
            let part = self.part(&inside, Step::Field(&it.name), &it.value);
            let is_required = required.contains(&&*it.name);
            let schema = self.schema(part.clone());
            let schema = if is_required { schema } else { self.missing(&part, schema) };
            fields.push(Field {
                name: it.name.to_string(),
                aliases: Vec::new(),
                doc: doc(&it.value),
                schema,
            });
            forms.push(FieldForm::Named { name: it.name.to_string(), absent: !is_required });
        }
        let is_declared = |name: &str| properties.iter().any(|it| &*it.name == name);
        let mut undeclared: Vec<&str> = required.into_iter().filter(|it| !is_declared(it)).collect();
        undeclared.dedup();
        for name in undeclared {
            let schema = self.any(&self.part(&inside, Step::Field(name), at.node));
            fields.push(Field { name: name.to_owned(), aliases: Vec::new(), doc: None, schema });
            forms.push(FieldForm::always(name));
        }
        let form = Form::Fields(Fields { name: name.clone(), fields: forms, as_map: true });
        let made = Type { kind: Kind::Record(Record { name, fields }), ..made }.with_source(form);
        self.read.graph.set(id, made);
        id
    }

    /// A member that may be missing; where it may also be null, the two are one.
    fn missing(&mut self, at: &At<'d>, schema: TypeId) -> TypeId {
        let is_null = matches!(self.read.graph.kind(schema), Kind::Null | Kind::Json);
        if is_null || matches!(self.read.graph.kind(schema), Kind::Optional(_)) {
            let why = "null and a missing member are one: it comes back as missing";
            self.remark(at, Verdict::Narrowed, "null-or-missing", "member that may be missing", why);
        }
        if let Kind::Optional(_) = self.read.graph.kind(schema) {
            return schema;
        }
        self.optional(at, schema)
    }

    fn optional(&mut self, at: &At<'_>, schema: TypeId) -> TypeId {
        let form = Form::Nullable { null: None, some: None };
        self.push(at, "member that may be missing, or type with null", Kind::Optional(schema), form)
    }

    fn map(&mut self, at: &At<'d>, values: Option<&'d Node>) -> TypeId {
        let key = self.push(at, "string", Kind::Text, Form::Same);
        let value = match values {
            Some(values) => self.schema(self.part(at, Step::Entry, values)),
            None => self.any(&self.part(at, Step::Entry, at.node)),
        };
        self.push(at, "object of additionalProperties", Kind::Map { key, value }, Form::Same)
    }

    fn array(&mut self, at: &At<'d>) -> TypeId {
        let count = |name: &str| at.node.member(name).and_then(keywords::count);
        let (least, most) = (count("minItems").unwrap_or(0), count("maxItems"));
        let items = at.node.member("items");
        let by_place = match items {
            Some(items) if matches!(items.shape, Shape::Array(_)) => {
                Some((items, at.node.member("additionalItems")))
            }
            _ => at.node.member("prefixItems").map(|it| (it, items)),
        };
        if let Some((places, rest)) = by_place {
            let length = places.items().len();
            let is_closed =
                rest.is_some_and(|it| matches!(it.shape, Shape::Bool(false))) || most == Some(length);
            if !is_closed || least != length {
                let why =
                    "items by place are converted where exactly those are there (minItems, and no others)";
                return self.impossible(at, "open-tuple", "items by place", why);
            }
            return self.places(at, places.items());
        }
        let item = match items {
            Some(items) => self.schema(self.part(at, Step::Item, items)),
            None => self.any(&self.part(at, Step::Item, at.node)),
        };
        if most == Some(least) {
            return self.push(at, "array of one length", Kind::Array(item, least), Form::Same);
        }
        self.push(at, "array", Kind::List(item), Form::Same)
    }

    fn places(&mut self, at: &At<'d>, items: &'d [Node]) -> TypeId {
        let fields = items.iter().enumerate().map(|(number, item)| {
            let name = format!("_{number}");
            let schema = self.schema(self.part(at, Step::Field(&name), item));
            Field { name, aliases: Vec::new(), doc: doc(item), schema }
        });
        let fields = fields.collect();
        let name = at.name.clone().unwrap_or_else(|| at.hint.clone());
        self.push(at, "items by place", Kind::Record(Record { name, fields }), Form::Places)
    }
}

/// The documentation of a schema.
fn doc(node: &Node) -> Option<String> {
    node.member("description").and_then(Node::as_str).map(str::to_owned)
}

/// A title as a name: one of several words in one.
fn name_of(title: &str) -> String {
    if title.contains(char::is_whitespace) { pascal(&title.replace('.', " ")) } else { title.to_owned() }
}
