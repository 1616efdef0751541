//! Text to model.
//!
//! Names are resolved on the way: a type that is only named stands in the model by its full name, which is known to be
//! declared earlier in the text or in a reference.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::declarations::{Source, each_declared, sources};
use super::logical::logical;
use super::name::{is_full_name, is_simple_name};
use super::{
    DefaultSource, Enum, Field, Fixed, Kind, Model, Name, Property, Record, Type, canonical, defaults,
};
use crate::schema::json_text::{Dialect, Document, Node, Shape};
use crate::schema::{Format, Mode, Reference, Schema, SchemaError, SchemaErrorKind, Span};

/// Members of a type that have a meaning of their own and are no properties, on whatever kind they stand.
const TYPE_MEMBERS: [&str; 10] =
    ["type", "name", "namespace", "doc", "aliases", "fields", "symbols", "items", "values", "size"];

/// Members of a field that have a meaning of their own.
const FIELD_MEMBERS: [&str; 6] = ["name", "type", "doc", "default", "order", "aliases"];

/// Parses an Avro schema. Names that are not declared in the text must be declared in one of the references, or in one
/// of theirs; each is found by its full name, whatever the reference itself is called.
///
/// Comments are taken, as Java takes them. [`Mode::Lenient`] lets pass what old registries let pass: names of any
/// characters, defaults that do not fit their type, and a member that is there twice (the last one holds).
///
/// # Errors
/// Text that is not JSON or not an Avro schema; an unknown name; in strict mode a bad name or default.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let dialect = Dialect { comments: true, duplicates: mode == Mode::Lenient };
    let document = Document::parse(Format::Avro, text, dialect)?;
    let sources = sources(references);
    let mut parser = Parser { text, document: &document, mode, known: HashMap::new(), missing: None };
    for source in &sources {
        each_declared(&source.model.root, &mut |name, _| {
            parser.known.insert(name.full().into(), name.clone());
        });
    }
    let root = parser.schema(&document.root, None)?;
    parser.check_repeated(&root, &sources)?;
    if mode == Mode::Strict {
        defaults::check(&root, &sources, &document, text)?;
    }
    Ok(Model { root })
}

/// What a text declares, and what it needs from others: full names, each once, in the order of the text.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) declared: Vec<String>,
    pub(crate) needed: Vec<String>,
}

/// The names that a text declares and those that it needs; none for a text that is no schema.
///
/// A simple name within a namespace is taken to mean a type of that namespace.
pub(crate) fn names(text: &str) -> Names {
    let mut names = Names::default();
    let dialect = Dialect { comments: true, duplicates: true };
    let Ok(document) = Document::parse(Format::Avro, text, dialect) else { return names };
    let mode = Mode::Lenient;
    let mut parser =
        Parser { text, document: &document, mode, known: HashMap::new(), missing: Some(Vec::new()) };
    let Ok(root) = parser.schema(&document.root, None) else { return names };
    let mut declared = HashSet::new();
    each_declared(&root, &mut |name, _| {
        if declared.insert(name.full()) {
            names.declared.push(name.full().to_owned());
        }
    });
    let mut seen = HashSet::new();
    let missing = parser.missing.iter().flatten();
    let needed = missing.filter(|name| !declared.contains(name.full()) && seen.insert(name.full()));
    names.needed = needed.map(|name| name.full().to_owned()).collect();
    names
}

struct Parser<'d> {
    text: &'d str,
    document: &'d Document,
    mode: Mode,
    /// Every named type that is declared so far, by its full name.
    known: HashMap<Box<str>, Name>,
    /// Where names are being collected, those that nothing declares; otherwise such a name is an error.
    missing: Option<Vec<Name>>,
}

impl Parser<'_> {
    /// A type: a name, an object, or a union. `namespace` is that of the innermost named type around it.
    fn schema(&mut self, node: &Node, namespace: Option<&str>) -> Result<Type, SchemaError> {
        match &node.shape {
            Shape::String(name) => self.named(name, namespace, node.span),
            Shape::Object(_) => self.object(node, namespace),
            Shape::Array(branches) => self.union(branches, namespace, node.span),
            _ => Err(self.invalid(
                format!("a type is a name, an object or a union, and this is {}", node.kind()),
                node.span,
            )),
        }
    }

    /// A type by its name: a primitive, or one that is declared already.
    fn named(&mut self, name: &str, namespace: Option<&str>, span: Span) -> Result<Type, SchemaError> {
        let kind = match primitive(name) {
            Some(kind) => kind,
            None => Kind::Named(self.resolve(name, namespace, span)?),
        };
        Ok(Type { kind, span, logical: None, properties: Vec::new() })
    }

    fn resolve(&mut self, name: &str, namespace: Option<&str>, span: Span) -> Result<Name, SchemaError> {
        let inner = Name::new(name, namespace);
        // Outside any namespace a simple name may mean a type without one, as in Java.
        let known = self.known.get(inner.full()).or_else(|| self.known.get(inner.simple()));
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let complex = ["record", "error", "enum", "array", "map", "fixed"].contains(&name);
        if let (Some(missing), false) = (&mut self.missing, complex) {
            missing.push(inner.clone());
            return Ok(inner);
        }
        let (kind, message) = if complex {
            let message =
                format!("`{name}` stands alone; write it as an object, {{\"type\": \"{name}\", …}}");
            (SchemaErrorKind::Invalid, message)
        } else {
            let message = format!("no type `{inner}` is declared before this place, nor in a reference");
            (SchemaErrorKind::UnknownReference, message)
        };
        Err(self.document.error(Format::Avro, kind, message, self.text, span))
    }

    fn object(&mut self, node: &Node, namespace: Option<&str>) -> Result<Type, SchemaError> {
        let Some(kind) = node.member("type") else {
            return Err(self.invalid("a type needs a member `type`", node.span));
        };
        let Some(name) = kind.as_str() else {
            return Err(self.invalid(
                format!(
                    "the `type` of a type is a name, and this is {}; write the inner type by itself",
                    kind.kind()
                ),
                kind.span,
            ));
        };
        let kind = match name {
            "record" | "error" => Kind::Record(Arc::new(self.record(node, namespace, name == "error")?)),
            "enum" => Kind::Enum(self.enumeration(node, namespace)?),
            "fixed" => Kind::Fixed(self.fixed(node, namespace)?),
            "array" => Kind::Array(Box::new(self.inner(node, "items", namespace)?)),
            "map" => Kind::Map(Box::new(self.inner(node, "values", namespace)?)),
            other => match primitive(other) {
                Some(kind) => kind,
                // `{"type": "Name"}` is the same as `"Name"`; members beside it say nothing.
                None => return self.named(other, namespace, kind.span),
            },
        };
        let enumeration = matches!(kind, Kind::Enum(_));
        let reserved = |name: &str| TYPE_MEMBERS.contains(&name) || (enumeration && name == "default");
        let properties = properties(node, reserved);
        Ok(Type { logical: logical(&kind, &properties), kind, span: node.span, properties })
    }

    /// The items of an array, the values of a map.
    fn inner(&mut self, node: &Node, member: &str, namespace: Option<&str>) -> Result<Type, SchemaError> {
        match node.member(member) {
            Some(inner) => self.schema(inner, namespace),
            None => Err(self.invalid(format!("this type needs a member `{member}`"), node.span)),
        }
    }

    fn union(&mut self, nodes: &[Node], namespace: Option<&str>, span: Span) -> Result<Type, SchemaError> {
        let mut branches: Vec<Type> = Vec::with_capacity(nodes.len());
        let mut seen = HashSet::new();
        for node in nodes {
            let branch = self.schema(node, namespace)?;
            if matches!(branch.kind, Kind::Union(_)) {
                return Err(self.invalid("a union must not stand directly in a union", node.span));
            }
            let name = branch.kind.name().to_owned();
            if seen.contains(&name) {
                return Err(self.invalid(format!("the union has two branches of type `{name}`"), node.span));
            }
            seen.insert(name);
            branches.push(branch);
        }
        Ok(Type { kind: Kind::Union(branches), span, logical: None, properties: Vec::new() })
    }

    fn record(&mut self, node: &Node, around: Option<&str>, is_error: bool) -> Result<Record, SchemaError> {
        let (name, aliases) = self.declare(node, around, "record")?;
        let Some(Shape::Array(nodes)) = node.member("fields").map(|it| &it.shape) else {
            return Err(
                self.invalid(format!("record `{name}` needs a member `fields` that is an array"), node.span)
            );
        };
        let mut fields: Vec<Field> = Vec::with_capacity(nodes.len());
        let mut seen = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            let field = self.field(node, &name)?;
            if let Some(first) = seen.insert(field.name.clone(), index) {
                let message =
                    format!("record `{name}` has two fields `{}`, the first at /fields/{first}", field.name);
                return Err(self.invalid(message, node.span));
            }
            fields.push(field);
        }
        Ok(Record { name, aliases, doc: text_of(node, "doc"), fields, is_error })
    }

    fn field(&mut self, node: &Node, record: &Name) -> Result<Field, SchemaError> {
        let name = self.required_text(node, "name", "field")?;
        self.check_name(is_simple_name(name.0), name, "a field's name")?;
        let name = name.0.to_owned();
        let Some(kind) = node.member("type") else {
            return Err(self.invalid(format!("field `{name}` needs a member `type`"), node.span));
        };
        let schema = self.schema(kind, record.namespace())?;
        let order = match node.member("order") {
            None => None,
            Some(order) => match order.as_str().map(str::to_ascii_lowercase) {
                Some(word) if ["ascending", "descending", "ignore"].contains(&word.as_str()) => Some(word),
                _ => return Err(self.invalid("`order` is ascending, descending or ignore", order.span)),
            },
        };
        let (default, default_source) =
            node.member("default").map(|default| default_of(default, &schema.kind)).unzip();
        let aliases = self.texts(node, "aliases")?.into_iter().map(|(alias, _)| alias.to_owned()).collect();
        let properties = properties(node, |name| FIELD_MEMBERS.contains(&name));
        let doc = text_of(node, "doc");
        Ok(Field { name, aliases, doc, schema, default, default_source, order, span: node.span, properties })
    }

    fn enumeration(&mut self, node: &Node, around: Option<&str>) -> Result<Enum, SchemaError> {
        let (name, aliases) = self.declare(node, around, "enum")?;
        if node.member("symbols").is_none() {
            return Err(
                self.invalid(format!("enum `{name}` needs a member `symbols` that is an array"), node.span)
            );
        }
        let mut seen = HashSet::new();
        let mut symbols = Vec::new();
        for (symbol, span) in self.texts(node, "symbols")? {
            self.check_name(is_simple_name(symbol), (symbol, span), "a symbol")?;
            if !seen.insert(symbol) {
                return Err(self.invalid(format!("enum `{name}` has the symbol `{symbol}` twice"), span));
            }
            symbols.push(symbol.to_owned());
        }
        let default = match node.member("default") {
            None => None,
            Some(default) => match default.as_str() {
                Some(symbol) if seen.contains(symbol) => Some(symbol.to_owned()),
                None if self.mode == Mode::Lenient => None,
                _ => {
                    let message = format!("the default {} is no symbol of enum `{name}`", default.to_text());
                    return Err(self.invalid(message, default.span));
                }
            },
        };
        Ok(Enum { name, aliases, doc: text_of(node, "doc"), symbols, default })
    }

    fn fixed(&mut self, node: &Node, around: Option<&str>) -> Result<Fixed, SchemaError> {
        let (name, aliases) = self.declare(node, around, "fixed")?;
        let size = node.member("size");
        let fits = size.and_then(Node::as_i64).and_then(|size| i32::try_from(size).ok());
        let Some(size) = fits.and_then(|size| usize::try_from(size).ok()) else {
            let message =
                format!("fixed `{name}` needs a member `size` that is an integer from 0 to {}", i32::MAX);
            return Err(self.invalid(message, size.map_or(node.span, |size| size.span)));
        };
        Ok(Fixed { name, aliases, doc: text_of(node, "doc"), size })
    }

    /// The full name and the aliases of a type that is declared here, which from now on is known.
    fn declare(
        &mut self,
        node: &Node,
        around: Option<&str>,
        what: &str,
    ) -> Result<(Name, Vec<Name>), SchemaError> {
        let (written, span) = self.required_text(node, "name", what)?;
        let namespace = match node.member("namespace") {
            None => around,
            Some(namespace) => match namespace.as_str() {
                Some(namespace) => Some(namespace),
                None if self.mode == Mode::Lenient => around,
                None => return Err(self.invalid("a `namespace` is a string", namespace.span)),
            },
        };
        let name = Name::new(written, namespace);
        self.check_name(is_full_name(name.full()), (name.full(), span), "a type's full name")?;
        if primitive(name.full()).is_some() {
            return Err(self.invalid(format!("`{name}` is the name of a primitive type"), span));
        }
        let mut aliases = Vec::new();
        for (alias, span) in self.texts(node, "aliases")? {
            let alias = Name::new(alias, name.namespace());
            self.check_name(is_full_name(alias.full()), (alias.full(), span), "an alias")?;
            if !aliases.contains(&alias) {
                aliases.push(alias);
            }
        }
        self.known.insert(name.full().into(), name.clone());
        Ok((name, aliases))
    }

    /// A full name may be declared again, here or in another reference, only with the very same content.
    fn check_repeated(&self, root: &Type, sources: &[Source<'_>]) -> Result<(), SchemaError> {
        let mut first: HashMap<&str, &Type> = HashMap::new();
        let mut error = None;
        let referenced = sources.iter().map(|source| (&source.model.root, Some(source.name)));
        for (schema, source) in referenced.chain([(root, None)]) {
            each_declared(schema, &mut |name, declared| {
                let known = *first.entry(name.full()).or_insert(declared);
                if error.is_none()
                    && !std::ptr::eq(known, declared)
                    && canonical::declaration(known) != canonical::declaration(declared)
                {
                    let place = source.map(|name| format!(", in reference `{name}`")).unwrap_or_default();
                    let span = if source.is_some() { root.span } else { declared.span };
                    let message = format!("`{name}` is declared a second time, and differently{place}");
                    error = Some(self.invalid(message, span));
                }
            });
        }
        error.map_or(Ok(()), Err)
    }

    fn required_text<'n>(
        &self,
        node: &'n Node,
        member: &str,
        what: &str,
    ) -> Result<(&'n str, Span), SchemaError> {
        let value = node.member(member);
        let span = value.map_or(node.span, |value| value.span);
        match value.and_then(Node::as_str) {
            Some(text) => Ok((text, span)),
            None => Err(self.invalid(format!("a {what} needs a member `{member}` that is a string"), span)),
        }
    }

    /// An array of strings, each with its place; empty where the member is absent.
    fn texts<'n>(&self, node: &'n Node, member: &str) -> Result<Vec<(&'n str, Span)>, SchemaError> {
        let Some(value) = node.member(member) else { return Ok(Vec::new()) };
        let Shape::Array(items) = &value.shape else {
            return Err(self.invalid(
                format!("`{member}` is an array of strings, and this is {}", value.kind()),
                value.span,
            ));
        };
        let text = |item: &'n Node| match item.as_str() {
            Some(text) => Ok((text, item.span)),
            None => {
                Err(self.invalid(format!("`{member}` holds strings, and this is {}", item.kind()), item.span))
            }
        };
        items.iter().map(text).collect()
    }

    fn check_name(&self, valid: bool, name: (&str, Span), what: &str) -> Result<(), SchemaError> {
        if valid || self.mode == Mode::Lenient {
            return Ok(());
        }
        let rule = "letters, digits and `_`, and no digit first";
        Err(self.invalid(format!("`{}` cannot be {what}: names are made of {rule}", name.0), name.1))
    }

    fn invalid(&self, message: impl Into<String>, span: Span) -> SchemaError {
        self.document.error(Format::Avro, SchemaErrorKind::Invalid, message, self.text, span)
    }
}

fn primitive(name: &str) -> Option<Kind> {
    Some(match name {
        "null" => Kind::Null,
        "boolean" => Kind::Boolean,
        "int" => Kind::Int,
        "long" => Kind::Long,
        "float" => Kind::Float,
        "double" => Kind::Double,
        "bytes" => Kind::Bytes,
        "string" => Kind::String,
        _ => return None,
    })
}

fn text_of(node: &Node, member: &str) -> Option<String> {
    node.member(member).and_then(Node::as_str).map(str::to_owned)
}

fn properties(node: &Node, reserved: impl Fn(&str) -> bool) -> Vec<Property> {
    let free = node.members().iter().filter(|member| !reserved(&member.name));
    free.map(|member| Property {
        name: member.name.to_string(),
        value: member.value.to_value(),
        text: canonical::json(&member.value),
    })
    .collect()
}

/// A default and its canonical text. Java reads a text as a number where the field is a float or double.
fn default_of(node: &Node, kind: &Kind) -> (serde_json::Value, DefaultSource) {
    if let (Kind::Float | Kind::Double, Some(text)) = (kind, node.as_str()) {
        let number = text.trim().parse::<f64>().ok();
        if let Some(number) = number.and_then(serde_json::Number::from_f64) {
            let text = canonical::float(number.as_f64().unwrap_or_default());
            return (number.into(), DefaultSource { text: text.into(), span: node.span });
        }
    }
    (node.to_value(), DefaultSource { text: canonical::json(node), span: node.span })
}
