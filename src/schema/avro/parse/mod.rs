//! Text to model.
//!
//! Names are resolved on the way: a type that is only named stands in the model by its full name, which is known to be
//! declared earlier in the text or in a reference.

mod named;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::declarations::{Source, each_declared, sources};
use super::logical::logical;
use super::{Kind, Model, Name, Property, Type, canonical, defaults};
use crate::schema::json_text::{Dialect, Document, Node, Shape};
use crate::schema::{Format, Mode, Reference, Schema, SchemaError, SchemaErrorKind, Span};

/// Members of a type that have a meaning of their own and are no properties, on whatever kind they stand.
const TYPE_MEMBERS: [&str; 10] =
    ["type", "name", "namespace", "doc", "aliases", "fields", "symbols", "items", "values", "size"];

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

fn properties(node: &Node, reserved: impl Fn(&str) -> bool) -> Vec<Property> {
    let free = node.members().iter().filter(|member| !reserved(&member.name));
    free.map(|member| Property {
        name: member.name.to_string(),
        value: member.value.to_value(),
        text: canonical::json(&member.value),
    })
    .collect()
}
