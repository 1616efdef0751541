//! Rust types for the shapes of an Avro schema or a JSON Schema, for serde.
//!
//! | shape | Avro | JSON |
//! |---|---|---|
//! | whole number | `i32`, `i64` | `i64`, or `u64` where it needs that |
//! | bytes, fixed | `Vec<u8>` | |
//! | decimal, UUID, date, time, moment, duration | those of [`crate::value`] | `String` |
//! | map | `BTreeMap`, so that a value has one encoding | the same |
//! | what may be null or missing | `Option` | `Option` |
//! | union | an enum with the branches' names | an untagged enum where JSON tells the branches apart, else `serde_json::Value` |
//! | anything else that several types are allowed for | | `serde_json::Value` |
//! | a type that holds itself | `Box` on the way around | the same |

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

use super::circles::Circles;
use super::names::{field_name, raw, type_name, unique};
use crate::bench::shape::{Field, Shape, ShapeId, Shapes};

/// Names that mean something in the written file.
const TAKEN: [&str; 14] = [
    "Box",
    "BTreeMap",
    "Deserialize",
    "Err",
    "Message",
    "None",
    "Ok",
    "Option",
    "Result",
    "Serialize",
    "Some",
    "String",
    "ToString",
    "Vec",
];

const DERIVE: &str = "#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n";

const ANY: &str = "serde_json::Value";

/// The file of types; `Message` is the outermost one.
pub(super) fn types(shapes: &Shapes, json: bool) -> String {
    let taken = TAKEN.iter().map(|it| (*it).to_owned()).collect();
    let mut types = Types {
        shapes,
        circles: Circles::new(shapes, json),
        json,
        names: BTreeMap::new(),
        taken,
        waiting: VecDeque::new(),
    };
    let root = types.root();
    let mut definitions = String::new();
    while let Some((id, name)) = types.waiting.pop_front() {
        definitions.push('\n');
        definitions.push_str(&types.definition(id, &name));
    }
    let mut out = "//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.\n".to_owned();
    if root.contains(ANY) || definitions.contains(ANY) {
        out.push_str("//!\n//! `serde_json::Value` stands where the schema allows several things; a type of your own is faster.\n");
    }
    out.push('\n');
    if root.contains("BTreeMap") || definitions.contains("BTreeMap") {
        out.push_str("use std::collections::BTreeMap;\n\n");
    }
    if !definitions.is_empty() {
        out.push_str("use serde::{Deserialize, Serialize};\n\n");
    }
    if root != "Message" {
        let _ = writeln!(out, "/// What is measured.\npub type Message = {root};");
    }
    out.push_str(if root == "Message" { definitions.trim_start() } else { &definitions });
    out
}

struct Types<'s> {
    shapes: &'s Shapes,
    circles: Circles<'s>,
    json: bool,
    names: BTreeMap<ShapeId, String>,
    taken: BTreeSet<String>,
    /// Types that are named and not yet defined.
    waiting: VecDeque<(ShapeId, String)>,
}

impl Types<'_> {
    /// How the outermost type is written; one whose name is `Message` needs no other.
    fn root(&mut self) -> String {
        let root = self.shapes.root;
        if self.wanted_name(root).is_some_and(|it| it == "Message") {
            self.taken.remove("Message");
        }
        self.written(root, None)
    }

    /// How a type is written where it is used, by the type `owner` where that holds it by value.
    fn written(&mut self, id: ShapeId, owner: Option<ShapeId>) -> String {
        if let Some(name) = self.name(id) {
            let around = owner.is_some_and(|owner| self.circles.holds(id, owner));
            return if around { format!("Box<{name}>") } else { name };
        }
        let written = match self.shapes.get(id) {
            Shape::Null => "()",
            Shape::Bool => "bool",
            Shape::Whole { least, most } => whole(*least, *most, self.json),
            Shape::Float { wide: true, .. } => "f64",
            Shape::Float { wide: false, .. } => "f32",
            Shape::Text { .. } | Shape::Char => "String",
            Shape::Bytes | Shape::Fixed(_) => "Vec<u8>",
            Shape::Decimal { .. } => self.logical("schemawire::value::Decimal"),
            Shape::Uuid => self.logical("schemawire::value::Uuid"),
            Shape::Date => self.logical("schemawire::value::Date"),
            Shape::Time(_) => self.logical("schemawire::value::Time"),
            Shape::Timestamp { local: false, .. } => self.logical("schemawire::value::Timestamp"),
            Shape::Timestamp { local: true, .. } => self.logical("schemawire::value::LocalTimestamp"),
            Shape::Duration => self.logical("schemawire::value::Duration"),
            _ => return self.composed(id, owner),
        };
        written.to_owned()
    }

    /// A type made of others.
    fn composed(&mut self, id: ShapeId, owner: Option<ShapeId>) -> String {
        match self.shapes.get(id) {
            Shape::Optional(inner) => format!("Option<{}>", self.written(*inner, owner)),
            // What lies behind a pointer may be as large as it likes.
            Shape::List { item, .. } => format!("Vec<{}>", self.written(*item, None)),
            Shape::Map { value, .. } => format!("BTreeMap<String, {}>", self.written(*value, None)),
            Shape::Tuple(items) if !self.json => {
                let items: Vec<String> = items.iter().map(|it| self.written(*it, owner) + ",").collect();
                format!("({})", items.join(" "))
            }
            _ => ANY.to_owned(),
        }
    }

    fn logical(&self, name: &'static str) -> &'static str {
        if self.json { "String" } else { name }
    }

    /// The name of a type that has one, or has to have one.
    fn name(&mut self, id: ShapeId) -> Option<String> {
        if let Some(name) = self.names.get(&id) {
            return Some(name.clone());
        }
        let name = unique(self.wanted_name(id)?, &mut self.taken);
        self.names.insert(id, name.clone());
        self.waiting.push_back((id, name.clone()));
        Some(name)
    }

    fn wanted_name(&self, id: ShapeId) -> Option<String> {
        let otherwise = if id == self.shapes.root { "Message" } else { "Type" };
        let last = |full: &str| type_name(full.rsplit('.').next().unwrap_or(full), otherwise);
        match self.shapes.get(id) {
            Shape::Record(record) => Some(last(&record.name)),
            Shape::Symbols { name, .. } => Some(last(name)),
            Shape::Union(members) if self.json => {
                let kinds = self.circles.json_kinds(members)?;
                Some(kinds.join("Or"))
            }
            Shape::Union(members) => {
                Some(members.iter().map(|(name, _)| last(name)).collect::<Vec<_>>().join("Or"))
            }
            _ => self.circles.needs_name(id).then(|| "Nested".to_owned()),
        }
    }

    fn definition(&mut self, id: ShapeId, name: &str) -> String {
        match self.shapes.get(id).clone() {
            Shape::Record(record) => self.record(id, name, &record.fields),
            Shape::Symbols { symbols, .. } => self.symbols(name, &symbols),
            Shape::Union(members) => self.union(id, name, &members),
            _ => {
                let inner = self.composed(id, Some(id));
                format!("{DERIVE}#[serde(transparent)]\npub struct {name}(pub {inner});\n")
            }
        }
    }

    fn record(&mut self, id: ShapeId, name: &str, fields: &[Field]) -> String {
        if fields.is_empty() {
            return format!("{DERIVE}pub struct {name} {{}}\n");
        }
        let mut out = format!("{DERIVE}pub struct {name} {{\n");
        let mut used = BTreeSet::new();
        for field in fields {
            let rust = unique(field_name(&field.name), &mut used);
            let mut kind = self.written(field.shape, Some(id));
            if rust != field.name {
                let _ = writeln!(out, "    #[serde(rename = {:?})]", field.name);
            }
            if field.optional {
                out.push_str("    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n");
                if !kind.starts_with("Option<") {
                    kind = format!("Option<{kind}>");
                }
            }
            let _ = writeln!(out, "    pub {}: {kind},", raw(&rust));
        }
        out + "}\n"
    }

    fn symbols(&self, name: &str, symbols: &[String]) -> String {
        let mut out = format!("{DERIVE}pub enum {name} {{\n");
        let mut used = BTreeSet::new();
        for symbol in symbols {
            let rust = unique(type_name(symbol, "Symbol"), &mut used);
            if rust != *symbol {
                let _ = writeln!(out, "    #[serde(rename = {symbol:?})]");
            }
            let _ = writeln!(out, "    {rust},");
        }
        out + "}\n"
    }

    fn union(&mut self, id: ShapeId, name: &str, members: &[(String, ShapeId)]) -> String {
        let untagged = if self.json { "#[serde(untagged)]\n" } else { "" };
        let mut out = format!("{DERIVE}{untagged}pub enum {name} {{\n");
        let mut used = BTreeSet::new();
        let kinds = self.circles.json_kinds(members).filter(|_| self.json).unwrap_or_default();
        for (index, (member, shape)) in members.iter().enumerate() {
            let kind = self.written(*shape, Some(id));
            match kinds.get(index) {
                Some(variant) => {
                    let _ = writeln!(out, "    {variant}({kind}),");
                }
                None => {
                    let last = member.rsplit('.').next().unwrap_or(member);
                    let variant = unique(type_name(last, "Branch"), &mut used);
                    let _ = writeln!(out, "    #[serde(rename = {member:?})]\n    {variant}({kind}),");
                }
            }
        }
        out + "}\n"
    }
}

fn whole(least: i128, most: i128, json: bool) -> &'static str {
    let within = |low: i128, high: i128| least >= low && most <= high;
    if !json && within(i32::MIN.into(), i32::MAX.into()) {
        "i32"
    } else if !within(i64::MIN.into(), i64::MAX.into()) && least >= 0 {
        "u64"
    } else {
        "i64"
    }
}
