//! Two canonical texts: the one that registries store, and the one that fingerprints are made of.
//!
//! ```text
//! canonical               {"type":"record","name":"R","namespace":"n","doc":"…","fields":[…], properties, aliases}
//! parsing_canonical_form  {"name":"n.R","type":"record","fields":[…]}
//! ```
//!
//! The second is the [Parsing Canonical Form](https://avro.apache.org/docs/1.12.0/specification/#parsing-canonical-form-for-schemas).

use std::collections::HashSet;

use super::declarations::{Declarations, each_declared, sources};
use super::{Field, Kind, Model, Name, Property, Type};
use crate::schema::json_text::{Node, write_string};
use crate::schema::{Reference, Schema};

/// Java's `Schema.toString`: compact, members in Java's order, nothing lost. What Confluent's registry stores.
#[must_use]
pub fn canonical(model: &Model) -> String {
    declaration(&model.root)
}

/// The specification's Parsing Canonical Form: names full, everything stripped that does not matter to a parser. For identity only.
#[must_use]
pub fn parsing_canonical_form(model: &Model) -> String {
    let mut writer = Stripped { out: String::new(), known: HashSet::new() };
    writer.schema(&model.root);
    writer.out
}

/// The canonical text of one type by itself.
pub(super) fn declaration(schema: &Type) -> String {
    let mut writer = Full { out: String::new(), known: HashSet::new(), elsewhere: Declarations::new() };
    writer.schema(schema, None);
    writer.out
}

/// As [`canonical`], with the types of references in the place of their first use: a text that stands alone.
/// Confluent's `format=resolved`.
#[must_use]
pub fn resolved(model: &Model, references: &[(Reference, Schema)]) -> String {
    let mut elsewhere = Declarations::new();
    for source in sources(references) {
        each_declared(&source.model.root, &mut |name, schema| {
            elsewhere.entry(name.full()).or_insert(schema);
        });
    }
    let mut writer = Full { out: String::new(), known: HashSet::new(), elsewhere };
    writer.schema(&model.root, None);
    writer.out
}

/// A JSON value as Java writes it again: members in their order, numbers as Java prints them.
pub(super) fn json(node: &Node) -> Box<str> {
    let mut out = String::new();
    node.write(&mut out, &|number, out| {
        if number.contains(['.', 'e', 'E']) {
            out.push_str(&float(number.parse().unwrap_or_default()));
        } else {
            out.push_str(if number == "-0" { "0" } else { number });
        }
    });
    out.into()
}

/// A double as Java's `Double.toString` prints it: plain from 0.001 up to 10,000,000, else with an exponent, and always
/// with a digit behind the point.
pub(super) fn float(number: f64) -> String {
    if number == 0.0 || (1e-3..1e7).contains(&number.abs()) {
        return format!("{number:?}");
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => text,
    }
}

/// The writer of Java's form.
struct Full<'m> {
    out: String,
    /// Full names that are written already, and from then on stand by name.
    known: HashSet<&'m str>,
    /// Types of references, which are written in the place of their first use.
    elsewhere: Declarations<'m>,
}

impl<'m> Full<'m> {
    fn schema(&mut self, schema: &'m Type, space: Option<&str>) {
        match &schema.kind {
            Kind::Union(branches) => {
                self.list(branches, |it, branch| it.schema(branch, space));
            }
            Kind::Named(name) => match self.elsewhere.get(name.full()) {
                Some(schema) if !self.known.contains(name.full()) => self.schema(schema, space),
                _ => self.name(name, space),
            },
            Kind::Array(inner) => self.container("array", "items", inner, schema, space),
            Kind::Map(inner) => self.container("map", "values", inner, schema, space),
            Kind::Record(it) => {
                let word = if it.is_error { "error" } else { "record" };
                if self.open(word, &it.name, it.doc.as_deref(), space) {
                    self.member("fields");
                    self.list(&it.fields, |writer, field| writer.field(field, it.name.namespace()));
                    self.close(schema, &it.aliases, &it.name);
                }
            }
            Kind::Enum(it) => {
                if self.open("enum", &it.name, it.doc.as_deref(), space) {
                    self.member("symbols");
                    self.list(&it.symbols, |writer, symbol| write_string(symbol, &mut writer.out));
                    if let Some(default) = &it.default {
                        self.text_member("default", default);
                    }
                    self.close(schema, &it.aliases, &it.name);
                }
            }
            Kind::Fixed(it) => {
                if self.open("fixed", &it.name, it.doc.as_deref(), space) {
                    self.member("size");
                    self.out.push_str(&it.size.to_string());
                    self.close(schema, &it.aliases, &it.name);
                }
            }
            primitive if schema.properties.is_empty() => write_string(primitive.name(), &mut self.out),
            primitive => {
                self.out.push('{');
                self.text_member("type", primitive.name());
                self.properties(&schema.properties);
                self.out.push('}');
            }
        }
    }

    fn container(&mut self, word: &str, member: &str, inner: &'m Type, outer: &Type, space: Option<&str>) {
        self.out.push('{');
        self.text_member("type", word);
        self.member(member);
        self.schema(inner, space);
        self.properties(&outer.properties);
        self.out.push('}');
    }

    fn field(&mut self, field: &'m Field, space: Option<&str>) {
        self.out.push('{');
        self.text_member("name", &field.name);
        self.member("type");
        self.schema(&field.schema, space);
        if let Some(doc) = &field.doc {
            self.text_member("doc", doc);
        }
        if let Some(default) = &field.default_source {
            self.member("default");
            self.out.push_str(&default.text);
        }
        if let Some(order) = field.order.as_deref().filter(|order| *order != "ascending") {
            self.text_member("order", order);
        }
        let mut aliases: Vec<&String> = Vec::new();
        for alias in &field.aliases {
            if !aliases.contains(&alias) {
                aliases.push(alias);
            }
        }
        if !aliases.is_empty() {
            self.member("aliases");
            self.list(&aliases, |writer, alias| write_string(alias, &mut writer.out));
        }
        self.properties(&field.properties);
        self.out.push('}');
    }

    /// Begins a named type, or writes its name where it was written before; then there is nothing to close.
    fn open(&mut self, word: &str, name: &'m Name, doc: Option<&str>, space: Option<&str>) -> bool {
        if !self.known.insert(name.full()) {
            self.name(name, space);
            return false;
        }
        self.out.push('{');
        self.text_member("type", word);
        self.text_member("name", name.simple());
        if name.namespace() != space {
            self.text_member("namespace", name.namespace().unwrap_or_default());
        }
        if let Some(doc) = doc {
            self.text_member("doc", doc);
        }
        true
    }

    fn close(&mut self, schema: &Type, aliases: &[Name], name: &Name) {
        self.properties(&schema.properties);
        if !aliases.is_empty() {
            self.member("aliases");
            self.list(aliases, |writer, alias| writer.name(alias, name.namespace()));
        }
        self.out.push('}');
    }

    /// A name, short within its own namespace; one that looks like a primitive's stays full.
    fn name(&mut self, name: &Name, space: Option<&str>) {
        let short = name.namespace() == space && !is_word(name.simple());
        write_string(if short { name.simple() } else { name.full() }, &mut self.out);
    }

    fn properties(&mut self, properties: &[Property]) {
        for property in properties {
            self.member(&property.name);
            self.out.push_str(&property.text);
        }
    }

    fn text_member(&mut self, name: &str, text: &str) {
        self.member(name);
        write_string(text, &mut self.out);
    }

    fn member(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        write_string(name, &mut self.out);
        self.out.push(':');
    }

    fn list<'i, T>(&mut self, items: &'i [T], mut write: impl FnMut(&mut Self, &'i T)) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(']');
    }
}

/// The words of the specification for types, which a short name must not collide with.
fn is_word(name: &str) -> bool {
    matches!(
        name,
        "null"
            | "boolean"
            | "int"
            | "long"
            | "float"
            | "double"
            | "bytes"
            | "string"
            | "record"
            | "enum"
            | "array"
            | "map"
            | "union"
            | "fixed"
    )
}

/// The writer of the Parsing Canonical Form.
struct Stripped<'m> {
    out: String,
    known: HashSet<&'m str>,
}

impl<'m> Stripped<'m> {
    fn schema(&mut self, schema: &'m Type) {
        match &schema.kind {
            Kind::Union(branches) => self.list(branches, Self::schema),
            Kind::Array(inner) => self.container("{\"type\":\"array\",\"items\":", inner),
            Kind::Map(inner) => self.container("{\"type\":\"map\",\"values\":", inner),
            Kind::Record(it) => {
                if self.open(&it.name, ",\"type\":\"record\",\"fields\":") {
                    self.list(&it.fields, |writer, field| {
                        writer.out.push_str("{\"name\":");
                        write_string(&field.name, &mut writer.out);
                        writer.out.push_str(",\"type\":");
                        writer.schema(&field.schema);
                        writer.out.push('}');
                    });
                    self.out.push('}');
                }
            }
            Kind::Enum(it) => {
                if self.open(&it.name, ",\"type\":\"enum\",\"symbols\":") {
                    self.list(&it.symbols, |writer, symbol| write_string(symbol, &mut writer.out));
                    self.out.push('}');
                }
            }
            Kind::Fixed(it) => {
                if self.open(&it.name, ",\"type\":\"fixed\",\"size\":") {
                    self.out.push_str(&it.size.to_string());
                    self.out.push('}');
                }
            }
            named_or_primitive => write_string(named_or_primitive.name(), &mut self.out),
        }
    }

    fn container(&mut self, start: &str, inner: &'m Type) {
        self.out.push_str(start);
        self.schema(inner);
        self.out.push('}');
    }

    fn open(&mut self, name: &'m Name, rest: &str) -> bool {
        if !self.known.insert(name.full()) {
            write_string(name.full(), &mut self.out);
            return false;
        }
        self.out.push_str("{\"name\":");
        write_string(name.full(), &mut self.out);
        self.out.push_str(rest);
        true
    }

    fn list<T>(&mut self, items: &'m [T], mut write: impl FnMut(&mut Self, &'m T)) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(']');
    }
}
