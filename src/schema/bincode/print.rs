//! Writing a layout document: canonical, or for people.

use super::{Definition, Field, Integers, Kind, Model, Named, Shape, Type, Variant};
use crate::schema::json_text::write_string;

/// The text that stands for all texts of the same meaning: compact, members in one order, named types by name.
#[must_use]
pub fn canonical(model: &Model) -> String {
    let mut types: Vec<_> = model.types.iter().collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = String::new();
    document(model.integers, model.doc.as_deref(), &model.root, &types).compact(&mut out);
    out
}

/// The text for people: named types in the model's order, one field a line.
#[must_use]
pub fn pretty(model: &Model) -> String {
    pretty_document(model.integers, model.doc.as_deref(), &model.root, &model.types)
}

/// The text for people of a document whose names are not resolved yet.
pub(super) fn pretty_document(
    integers: Integers,
    doc: Option<&str>,
    root: &Type,
    types: &[Named<Box<Type>>],
) -> String {
    let mut out = String::new();
    document(integers, doc, root, &types.iter().collect::<Vec<_>>()).pretty(&mut out, 0);
    out.push('\n');
    out
}

/// JSON with its members in order, and with the places where people want a new line.
enum Text {
    /// A value on one line, already written.
    Value(String),
    List(Vec<Self>, Lines),
    Object(Vec<(Box<str>, Self)>, Lines),
}

/// Whether each item of a list or object has a line of its own.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    One,
    Each,
}

fn document(integers: Integers, doc: Option<&str>, root: &Type, types: &[&Named<Box<Type>>]) -> Text {
    let mut members = vec![member("layout", Text::Value("1".into()))];
    members.extend(doc.map(|doc| member("doc", string(doc))));
    members.push(member("integers", string(integers.word())));
    members.push(member("root", schema(root)));
    if !types.is_empty() {
        let types = types.iter().map(|it| (it.name.clone(), named(it))).collect();
        members.push(member("types", Text::Object(types, Lines::Each)));
    }
    Text::Object(members, Lines::Each)
}

fn named(named: &Named<Box<Type>>) -> Text {
    let content = match &named.definition {
        Definition::Struct(Shape::Unit) => return string("unit"),
        Definition::Struct(it) => shape(it),
        Definition::Enum(variants) => {
            let lines = match variants.iter().all(|it| matches!(variant(it), Text::Value(_))) {
                true => Lines::One,
                false => Lines::Each,
            };
            Some(member("enum", Text::List(variants.iter().map(variant).collect(), lines)))
        }
    };
    let doc = named.doc.as_ref().map(|doc| member("doc", string(doc)));
    Text::Object(doc.into_iter().chain(content).collect(), Lines::One)
}

fn variant(it: &Variant<Box<Type>>) -> Text {
    if let (Shape::Unit, [], None) = (&it.shape, &*it.aliases, &it.doc) {
        return string(&it.name);
    }
    let mut members = vec![member("name", string(&it.name))];
    members.extend(aliases(&it.aliases));
    members.extend(it.doc.as_ref().map(|doc| member("doc", string(doc))));
    members.extend(shape(&it.shape));
    Text::Object(members, Lines::One)
}

fn shape(shape: &Shape<Box<Type>>) -> Option<(Box<str>, Text)> {
    Some(match shape {
        Shape::Unit => return None,
        Shape::Newtype(inner) => member("newtype", schema(inner)),
        Shape::Tuple(items) => member("tuple", schemas(items)),
        Shape::Struct(fields) => {
            let lines = if fields.is_empty() { Lines::One } else { Lines::Each };
            member("struct", Text::List(fields.iter().map(field).collect(), lines))
        }
    })
}

fn field(it: &Field<Box<Type>>) -> Text {
    let mut members = vec![member("name", string(&it.name)), member("type", schema(&it.schema))];
    members.extend(it.default.as_ref().map(|json| member("default", Text::Value(json.to_string()))));
    members.extend(aliases(&it.aliases));
    members.extend(it.doc.as_ref().map(|doc| member("doc", string(doc))));
    Text::Object(members, Lines::One)
}

fn aliases(aliases: &[Box<str>]) -> Option<(Box<str>, Text)> {
    let list = aliases.iter().map(|it| string(it)).collect();
    (!aliases.is_empty()).then(|| member("aliases", Text::List(list, Lines::One)))
}

fn schemas(items: &[Box<Type>]) -> Text {
    Text::List(items.iter().map(|it| schema(it)).collect(), Lines::One)
}

fn schema(it: &Type) -> Text {
    let members = match &it.kind {
        Kind::Unit => return string("unit"),
        Kind::Bool => return string("bool"),
        Kind::Number(number) => return string(number.word()),
        Kind::Char => return string("char"),
        Kind::String => return string("string"),
        Kind::Bytes => return string("bytes"),
        Kind::Logical(logical) => return string(logical.word()),
        Kind::Named(name) => return string(name),
        Kind::Option(inner) => vec![member("option", schema(inner))],
        Kind::Seq(item) => vec![member("seq", schema(item))],
        Kind::Array(item, length) => {
            vec![member("array", schema(item)), member("length", Text::Value(length.to_string()))]
        }
        Kind::Tuple(items) => vec![member("tuple", schemas(items))],
        Kind::Map(key, value) => {
            vec![member("map", Text::List(vec![schema(key), schema(value)], Lines::One))]
        }
    };
    Text::Object(members, Lines::One)
}

fn member(name: &str, value: Text) -> (Box<str>, Text) {
    (name.into(), value)
}

fn string(text: &str) -> Text {
    let mut out = String::new();
    write_string(text, &mut out);
    Text::Value(out)
}

/// What stands between the parts of a list or object.
struct Gaps<'g> {
    /// Before each item.
    line: &'g str,
    comma: &'g str,
    colon: &'g str,
    /// Behind the last item.
    last: &'g str,
}

impl Text {
    fn compact(&self, out: &mut String) {
        let gaps = Gaps { line: "", comma: ",", colon: ":", last: "" };
        self.write(out, &gaps, &|item, out| item.compact(out));
    }

    fn pretty(&self, out: &mut String, indent: usize) {
        let (line, last) = (format!("\n{:indent$}  ", ""), format!("\n{:indent$}", ""));
        match self {
            Self::List(_, Lines::Each) | Self::Object(_, Lines::Each) => {
                let gaps = Gaps { line: &line, comma: ",", colon: ": ", last: &last };
                self.write(out, &gaps, &|item, out| item.pretty(out, indent + 2));
            }
            _ => {
                let gaps = Gaps { line: "", comma: ", ", colon: ": ", last: "" };
                self.write(out, &gaps, &|item, out| item.pretty(out, indent));
            }
        }
    }

    fn write(&self, out: &mut String, gaps: &Gaps<'_>, inner: &dyn Fn(&Self, &mut String)) {
        let (open, close) = match self {
            Self::Value(text) => return out.push_str(text),
            Self::List(..) => ('[', ']'),
            Self::Object(..) => ('{', '}'),
        };
        let items: Vec<(Option<&str>, &Self)> = match self {
            Self::Value(_) => Vec::new(),
            Self::List(items, _) => items.iter().map(|it| (None, it)).collect(),
            Self::Object(members, _) => members.iter().map(|(name, it)| (Some(&**name), it)).collect(),
        };
        out.push(open);
        for (index, (name, item)) in items.into_iter().enumerate() {
            out.push_str(if index > 0 { gaps.comma } else { "" });
            out.push_str(gaps.line);
            if let Some(name) = name {
                write_string(name, out);
                out.push_str(gaps.colon);
            }
            inner(item, out);
        }
        out.push_str(gaps.last);
        out.push(close);
    }
}
