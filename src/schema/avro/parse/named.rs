//! The parts of named types: records with their fields, enums, fixed, and the names they declare.

use std::collections::{HashMap, HashSet};

use super::{Parser, primitive, properties};
use crate::schema::avro::name::{is_full_name, is_simple_name};
use crate::schema::avro::{DefaultSource, Enum, Field, Fixed, Kind, Name, Record, canonical};
use crate::schema::json_text::{Node, Shape};
use crate::schema::{Mode, SchemaError, Span};

/// Members of a field that have a meaning of their own.
const FIELD_MEMBERS: [&str; 6] = ["name", "type", "doc", "default", "order", "aliases"];

impl Parser<'_> {
    pub(super) fn record(
        &mut self,
        node: &Node,
        around: Option<&str>,
        is_error: bool,
    ) -> Result<Record, SchemaError> {
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

    pub(super) fn enumeration(&mut self, node: &Node, around: Option<&str>) -> Result<Enum, SchemaError> {
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

    pub(super) fn fixed(&mut self, node: &Node, around: Option<&str>) -> Result<Fixed, SchemaError> {
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
}

fn text_of(node: &Node, member: &str) -> Option<String> {
    node.member(member).and_then(Node::as_str).map(str::to_owned)
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
