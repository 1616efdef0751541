//! Reading a layout document.

use std::collections::HashSet;
use std::sync::Arc;

use super::linked::{Unlinked, link};
use super::{
    Definition, Field, Integers, Kind, Logical, Model, Named, Number, Shape, Type, Variant, defaults,
};
use crate::schema::json_text::{Dialect, Document, Member, Node, Shape as Json};
use crate::schema::{Format, Mode, Reference, Schema, SchemaError, SchemaErrorKind, Span};

/// The version of the document's grammar that this crate writes and reads.
const LAYOUT: i64 = 1;

/// Parses a layout document.
///
/// Strict mode refuses what lenient mode overlooks: members it does not know, a default that does not fit its type, and
/// an alias that names another field.
///
/// # Errors
/// Text that is not a layout document, with line, column and JSON pointer.
pub fn parse(text: &str, references: &[(Reference, Schema)], mode: Mode) -> Result<Model, SchemaError> {
    let document = Document::parse(Format::Bincode, text, Dialect::STRICT)?;
    let parser = Parser { mode };
    parser.model(&document.root, references).map_err(|fault| match fault.span {
        Some(span) => document.error(Format::Bincode, fault.kind, fault.message, text, span),
        None => SchemaError::new(Format::Bincode, fault.kind, fault.message),
    })
}

struct Fault {
    kind: SchemaErrorKind,
    message: String,
    span: Option<Span>,
}

fn fault<T>(span: Span, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { kind: SchemaErrorKind::Invalid, message: message.into(), span: Some(span) })
}

impl From<Unlinked> for Fault {
    fn from(error: Unlinked) -> Self {
        let (kind, message, span) = match error {
            Unlinked::Unknown { name, span } => (
                SchemaErrorKind::UnknownReference,
                format!("no type is named `{name}`: it is neither a word, nor in `types`, nor a reference"),
                Some(span),
            ),
            Unlinked::Reference { message } => (SchemaErrorKind::Invalid, message, None),
            Unlinked::Endless { name, span } => (
                SchemaErrorKind::Invalid,
                format!(
                    "`{name}` contains itself without an option, sequence, map or enum in between: it has no end"
                ),
                Some(span),
            ),
        };
        Self { kind, message, span }
    }
}

struct Parser {
    mode: Mode,
}

impl Parser {
    fn model(&self, root: &Node, references: &[(Reference, Schema)]) -> Result<Model, Fault> {
        self.members(root, "a layout document", &["layout", "integers", "doc", "root", "types"])?;
        let version = required(root, "layout")?;
        if version.as_i64() != Some(LAYOUT) {
            let found = version.to_text();
            return fault(
                version.span,
                format!("the layout's version is {found}; this build knows {LAYOUT}"),
            );
        }
        let word = required(root, "integers")?;
        let integers = Integers::ALL.into_iter().find(|it| Some(it.word()) == word.as_str());
        let Some(integers) = integers else {
            return fault(
                word.span,
                "expected `varint` (bincode 2's standard) or `fixed` (legacy, bincode 1)",
            );
        };
        let types = match root.member("types") {
            None => Vec::new(),
            Some(types) => {
                object(types, "the named types")?;
                types.members().iter().map(|it| self.named(it)).collect::<Result<_, _>>()?
            }
        };
        let root_type = self.schema(required(root, "root")?)?;
        let linked = Arc::new(link(integers, &root_type, &types, references)?);
        if self.mode == Mode::Strict {
            defaults::check(&linked).or_else(|(span, message)| fault(span, message))?;
        }
        Ok(Model { integers, doc: doc(root)?, root: root_type, types, linked })
    }

    fn named(&self, member: &Member) -> Result<Named<Box<Type>>, Fault> {
        let (name, node) = (&member.name, &member.value);
        if name.is_empty() || word(name).is_some() {
            return fault(
                member.name_span,
                format!("`{name}` cannot be a type's name: it is empty or a word"),
            );
        }
        let definition = match &node.shape {
            Json::String(word) if &**word == "unit" => Definition::Struct(Shape::Unit),
            Json::Object(_) => {
                const EXPECTED: [&str; 5] = ["newtype", "tuple", "struct", "enum", "doc"];
                self.members(node, "a named type", &EXPECTED)?;
                match (self.shape(node)?, node.member("enum")) {
                    (_, Some(variants)) => Definition::Enum(self.variants(variants)?),
                    (Shape::Unit, None) => {
                        return fault(node.span, "expected `newtype`, `tuple`, `struct` or `enum`");
                    }
                    (shape, None) => Definition::Struct(shape),
                }
            }
            _ => return fault(node.span, format!("expected `\"unit\"` or an object, found {}", node.kind())),
        };
        Ok(Named { name: name.clone(), doc: doc(node)?, definition, span: member.name_span })
    }

    fn variants(&self, node: &Node) -> Result<Vec<Variant<Box<Type>>>, Fault> {
        let variants = items(node, "the variants")?.iter().map(|it| self.variant(it));
        let variants: Vec<_> = variants.collect::<Result<_, _>>()?;
        self.distinct("variant", variants.iter().map(|it| (&it.name, &it.aliases, it.span)))?;
        if variants.is_empty() {
            return fault(node.span, "an enum needs a variant");
        }
        Ok(variants)
    }

    fn variant(&self, node: &Node) -> Result<Variant<Box<Type>>, Fault> {
        if let Some(name) = node.as_str() {
            let name = name.into();
            return Ok(Variant { name, aliases: Vec::new(), doc: None, shape: Shape::Unit, span: node.span });
        }
        self.members(node, "a variant", &["name", "newtype", "tuple", "struct", "aliases", "doc"])?;
        Ok(Variant {
            name: text(required(node, "name")?)?.into(),
            aliases: aliases(node)?,
            doc: doc(node)?,
            shape: self.shape(node)?,
            span: node.span,
        })
    }

    /// The one of `newtype`, `tuple` and `struct` that is there.
    fn shape(&self, node: &Node) -> Result<Shape<Box<Type>>, Fault> {
        let mut shapes =
            ["newtype", "tuple", "struct", "enum"].into_iter().filter_map(|name| node.member(name));
        let (first, second) = (shapes.next(), shapes.next());
        if let (Some(_), Some(second)) = (first, second) {
            return fault(second.span, "expected one of `newtype`, `tuple`, `struct` and `enum`, found two");
        }
        Ok(if let Some(inner) = node.member("newtype") {
            Shape::Newtype(Box::new(self.schema(inner)?))
        } else if let Some(tuple) = node.member("tuple") {
            Shape::Tuple(self.schemas(tuple)?)
        } else if let Some(fields) = node.member("struct") {
            let list = items(fields, "the fields")?.iter().map(|it| self.field(it));
            let list: Vec<_> = list.collect::<Result<_, _>>()?;
            self.distinct("field", list.iter().map(|it| (&it.name, &it.aliases, it.span)))?;
            Shape::Struct(list)
        } else {
            Shape::Unit
        })
    }

    fn field(&self, node: &Node) -> Result<Field<Box<Type>>, Fault> {
        self.members(node, "a field", &["name", "type", "default", "aliases", "doc"])?;
        Ok(Field {
            name: text(required(node, "name")?)?.into(),
            aliases: aliases(node)?,
            doc: doc(node)?,
            schema: Box::new(self.schema(required(node, "type")?)?),
            default: node.member("default").map(Node::to_value),
            span: node.span,
        })
    }

    #[expect(clippy::vec_box, reason = "a shape holds all its types alike")]
    fn schemas(&self, node: &Node) -> Result<Vec<Box<Type>>, Fault> {
        items(node, "the types of a tuple")?.iter().map(|it| self.schema(it).map(Box::new)).collect()
    }

    fn schema(&self, node: &Node) -> Result<Type, Fault> {
        if let Some(name) = node.as_str() {
            return Ok(Type {
                kind: word(name).unwrap_or_else(|| Kind::Named(name.into())),
                span: node.span,
            });
        }
        let members = object(node, "a type")?;
        let expected =
            "expected a type: a name, or an object with one of `option`, `seq`, `array`, `tuple` and `map`";
        let Some(first) = members.first() else { return fault(node.span, expected) };
        let value = &first.value;
        let kind = match (&*first.name, members) {
            ("option", [_]) => Kind::Option(Box::new(self.schema(value)?)),
            ("seq", [_]) => Kind::Seq(Box::new(self.schema(value)?)),
            ("tuple", [_]) => Kind::Tuple(self.schemas(value)?),
            ("map", [_]) => match items(value, "the types of key and value")? {
                [key, value] => Kind::Map(Box::new(self.schema(key)?), Box::new(self.schema(value)?)),
                _ => return fault(value.span, "expected two types: the key's and the value's"),
            },
            ("array" | "length", [_, _]) => {
                let length = required(node, "length")?;
                let Some(size) = length.as_i64().and_then(|it| usize::try_from(it).ok()) else {
                    return fault(length.span, "an array's length is a number from 0 on");
                };
                Kind::Array(Box::new(self.schema(required(node, "array")?)?), size)
            }
            ("array", [_]) => return fault(node.span, "an array needs its `length`"),
            _ => return fault(node.span, expected),
        };
        Ok(Type { kind, span: node.span })
    }

    /// Refuses what is no object, and in strict mode members that are not known.
    fn members(&self, node: &Node, what: &str, known: &[&str]) -> Result<(), Fault> {
        let members = object(node, what)?;
        let unknown = members.iter().find(|it| self.mode == Mode::Strict && !known.contains(&&*it.name));
        match unknown {
            None => Ok(()),
            Some(it) => {
                let known = known.join("`, `");
                fault(it.name_span, format!("{what} has no member `{}`; it has `{known}`", it.name))
            }
        }
    }

    /// Refuses a name that is there twice, and in strict mode an alias that is.
    fn distinct<'n>(
        &self,
        what: &str,
        names: impl Iterator<Item = (&'n Box<str>, &'n Vec<Box<str>>, Span)> + Clone,
    ) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for (name, _, span) in names.clone() {
            if !seen.insert(name) {
                return fault(span, format!("the {what} `{name}` is there twice"));
            }
        }
        for (_, aliases, span) in names.filter(|_| self.mode == Mode::Strict) {
            if let Some(alias) = aliases.iter().find(|alias| !seen.insert(alias)) {
                return fault(span, format!("the alias `{alias}` is the name or an alias of another {what}"));
            }
        }
        Ok(())
    }
}

/// The type that a word stands for.
fn word(text: &str) -> Option<Kind<Box<Type>>> {
    Some(match text {
        "unit" => Kind::Unit,
        "bool" => Kind::Bool,
        "char" => Kind::Char,
        "string" => Kind::String,
        "bytes" => Kind::Bytes,
        _ => {
            let number = Number::ALL.into_iter().find(|it| it.word() == text).map(Kind::Number);
            let logical = || Logical::ALL.into_iter().find(|it| it.word() == text).map(Kind::Logical);
            number.or_else(logical)?
        }
    })
}

fn required<'n>(node: &'n Node, name: &str) -> Result<&'n Node, Fault> {
    match node.member(name) {
        Some(value) => Ok(value),
        None => fault(node.span, format!("the member `{name}` is missing")),
    }
}

fn object<'n>(node: &'n Node, what: &str) -> Result<&'n [Member], Fault> {
    match &node.shape {
        Json::Object(members) => Ok(members),
        _ => fault(node.span, format!("expected {what} as an object, found {}", node.kind())),
    }
}

fn items<'n>(node: &'n Node, what: &str) -> Result<&'n [Node], Fault> {
    match &node.shape {
        Json::Array(items) => Ok(items),
        _ => fault(node.span, format!("expected {what} as an array, found {}", node.kind())),
    }
}

fn text(node: &Node) -> Result<&str, Fault> {
    match node.as_str() {
        Some(text) => Ok(text),
        None => fault(node.span, format!("expected a text, found {}", node.kind())),
    }
}

fn aliases(node: &Node) -> Result<Vec<Box<str>>, Fault> {
    let Some(list) = node.member("aliases") else { return Ok(Vec::new()) };
    items(list, "the aliases")?.iter().map(|it| text(it).map(Into::into)).collect()
}

fn doc(node: &Node) -> Result<Option<String>, Fault> {
    node.member("doc").map(|it| text(it).map(str::to_owned)).transpose()
}
