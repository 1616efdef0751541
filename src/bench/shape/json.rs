//! The shapes of a JSON Schema, as far as its keywords say what a value is made of; what they only forbid is left to the validator.

use std::collections::HashMap;

use super::{ANY_TEXT, Field, Record, Shape, ShapeId, Shapes};
use crate::schema::json::Model;
use crate::schema::json_text::{Node, Shape as Text};

/// How many `$ref`s and `allOf`s are followed for one value, so that a circle of them ends.
const STEPS: usize = 64;

pub(super) fn shapes(model: &Model) -> Shapes {
    let mut builder = Builder {
        root: model.root(),
        shapes: Shapes::default(),
        places: HashMap::new(),
        waiting: Vec::new(),
    };
    let root = builder.place(model.root(), "");
    // Schemas refer to each other in circles, so they wait instead of being recursed into.
    while let Some((id, node, name)) = builder.waiting.pop() {
        let shape = builder.shape(node, &name);
        builder.shapes.set(id, shape);
    }
    builder.shapes.root = root;
    builder.shapes
}

struct Builder<'m> {
    root: &'m Node,
    shapes: Shapes,
    /// The places of schemas, by where they stand in the text.
    places: HashMap<(u32, u32), ShapeId>,
    waiting: Vec<(ShapeId, &'m Node, String)>,
}

impl<'m> Builder<'m> {
    fn place(&mut self, node: &'m Node, name: &str) -> ShapeId {
        let (node, named) = self.follow(node);
        let key = (node.span.start, node.span.end);
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        let place = self.shapes.add(Shape::Any);
        self.places.insert(key, place);
        let title = node.member("title").and_then(Node::as_str);
        let name = title.or(named).unwrap_or(name).to_owned();
        self.waiting.push((place, node, name));
        place
    }

    /// Where a `$ref` within the document leads, and what it is called there; references to other documents are left to the validator.
    fn follow(&self, mut node: &'m Node) -> (&'m Node, Option<&'m str>) {
        let mut name = None;
        for _ in 0..STEPS {
            let Some(reference) = node.member("$ref").and_then(Node::as_str) else { break };
            let Some(pointer) = reference.strip_prefix('#') else { break };
            let mut steps = pointer.split('/').skip(1);
            let found = steps
                .try_fold(self.root, |node, step| node.member(&step.replace("~1", "/").replace("~0", "~")));
            let Some(found) = found.filter(|_| pointer.is_empty() || pointer.starts_with('/')) else { break };
            (node, name) = (found, pointer.rsplit('/').next().filter(|it| !it.is_empty()));
        }
        (node, name)
    }

    fn shape(&mut self, node: &'m Node, name: &str) -> Shape {
        if let Some(value) = node.member("const") {
            return self.constants([value].into_iter(), name);
        }
        if let Some(values) = node.member("enum") {
            return self.constants(values.items().iter(), name);
        }
        if let Some(types) = node.member("type").map(Node::items).filter(|it| !it.is_empty()) {
            return self.one_of_types(node, types, name);
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = node.member(keyword).map(Node::items).filter(|it| !it.is_empty()) {
                return self.one_of(branches, name);
            }
        }
        let kind = node.member("type").and_then(Node::as_str);
        self.of_type(node, kind.unwrap_or_else(|| guess(node)), name)
    }

    /// `["null", "string"]` is a text that may be missing; of several others the first is as good as any.
    fn one_of_types(&mut self, node: &'m Node, types: &[Node], name: &str) -> Shape {
        let is_null = |it: &&Node| it.as_str() == Some("null");
        let mut others = types.iter().filter(|it| !is_null(it));
        let Some(kind) = others.next().and_then(Node::as_str) else {
            return Shape::Null;
        };
        let mut shape = self.of_type(node, kind, name);
        if others.next().is_some() {
            shape = self.among(shape);
        }
        if types.iter().any(|it| is_null(&it)) { Shape::Optional(self.shapes.add(shape)) } else { shape }
    }

    /// Texts, and null among them, are symbols; other values are just those.
    fn constants<'n>(&mut self, values: impl Iterator<Item = &'n Node>, name: &str) -> Shape {
        let values: Vec<serde_json::Value> = values.map(Node::to_value).collect();
        let others = values.iter().filter(|it| !it.is_null());
        let texts: Option<Vec<String>> = others.map(|it| it.as_str().map(str::to_owned)).collect();
        match texts.filter(|it| !it.is_empty()) {
            Some(symbols) => {
                let nullable = symbols.len() < values.len();
                let symbols = Shape::Symbols { name: name.to_owned(), symbols };
                if nullable { Shape::Optional(self.shapes.add(symbols)) } else { symbols }
            }
            None => Shape::Constants(values),
        }
    }

    fn among(&mut self, shape: Shape) -> Shape {
        Shape::Among(self.shapes.add(shape))
    }

    fn one_of(&mut self, branches: &'m [Node], name: &str) -> Shape {
        let is_null = |it: &&Node| it.member("type").and_then(Node::as_str) == Some("null");
        let others: Vec<&Node> = branches.iter().filter(|it| !is_null(it)).collect();
        let nullable = others.len() < branches.len();
        let members: Vec<(String, ShapeId)> = others
            .iter()
            .enumerate()
            .map(|(index, node)| {
                let name = format!("{name}{}", index + 1);
                (name.clone(), self.place(node, &name))
            })
            .collect();
        match (members.as_slice(), nullable) {
            ([], _) => Shape::Null,
            ([(_, one)], true) => Shape::Optional(*one),
            (_, true) => Shape::Optional(self.shapes.add(Shape::Union(members))),
            (_, false) => Shape::Union(members),
        }
    }

    fn of_type(&mut self, node: &'m Node, kind: &str, name: &str) -> Shape {
        match kind {
            "null" => Shape::Null,
            "boolean" => Shape::Bool,
            "integer" => {
                let (least, most) = range(node, -1e15, 1e15, 1.0);
                Shape::Whole { least: least.ceil() as i128, most: most.floor() as i128 }
            }
            "number" => {
                let (least, most) = range(node, -1e15, 1e15, 0.01);
                Shape::Float { wide: true, least, most }
            }
            "string" => text(node),
            "array" => self.list(node, name),
            "object" => self.object(node, name),
            _ => Shape::Any,
        }
    }

    fn list(&mut self, node: &'m Node, name: &str) -> Shape {
        let prefix = ["prefixItems", "items"]
            .iter()
            .find_map(|it| node.member(it).map(Node::items).filter(|it| !it.is_empty()));
        if let Some(items) = prefix {
            return Shape::Tuple(items.iter().map(|it| self.place(it, &format!("{name}Item"))).collect());
        }
        let item = match node.member("items") {
            Some(items) => self.place(items, &format!("{name}Item")),
            None => {
                let text = self.among(ANY_TEXT);
                self.shapes.add(text)
            }
        };
        let least = length(node, "minItems", 0);
        Shape::List { item, least, most: length(node, "maxItems", usize::MAX).max(least) }
    }

    /// Properties of the object itself and of what `allOf` adds; without any, a map of what further members may be.
    fn object(&mut self, node: &'m Node, name: &str) -> Shape {
        let mut parts = vec![node];
        for step in 0..STEPS {
            let Some(part) = parts.get(step).copied() else { break };
            let more: Vec<&Node> = part.member("allOf").map(Node::items).unwrap_or_default().iter().collect();
            parts.extend(more.into_iter().map(|it| self.follow(it).0));
        }
        let required: Vec<&str> = parts
            .iter()
            .filter_map(|it| it.member("required"))
            .flat_map(Node::items)
            .filter_map(Node::as_str)
            .collect();
        let mut record = Record { name: name.to_owned(), fields: Vec::new() };
        for member in parts.iter().filter_map(|it| it.member("properties")).flat_map(Node::members) {
            if record.fields.iter().any(|it| *it.name == *member.name) {
                continue;
            }
            let shape = self.place(&member.value, &member.name);
            let optional = !required.contains(&&*member.name);
            record.fields.push(Field { name: member.name.to_string(), shape, optional, choice: None });
        }
        match node.member("additionalProperties") {
            Some(value) if record.fields.is_empty() && matches!(value.shape, Text::Object(_)) => {
                let value = self.place(value, &format!("{name}Value"));
                Shape::Map { key: self.shapes.add(ANY_TEXT), value }
            }
            // What says nothing of its members may have any.
            _ if record.fields.is_empty() => self.among(Shape::Record(record)),
            _ => Shape::Record(record),
        }
    }
}

/// What a schema without `type` is about.
fn guess(node: &Node) -> &'static str {
    let table = [
        ("object", &["properties", "required", "additionalProperties", "allOf"][..]),
        ("array", &["items", "prefixItems", "minItems"]),
        ("string", &["pattern", "minLength", "maxLength", "format"]),
        ("number", &["minimum", "maximum", "multipleOf"]),
    ];
    let has = |keywords: &[&str]| keywords.iter().any(|it| node.member(it).is_some());
    table.iter().find(|(_, keywords)| has(keywords)).map_or("any", |(kind, _)| kind)
}

/// Texts of the formats that generated words do not have.
fn text(node: &Node) -> Shape {
    match node.member("format").and_then(Node::as_str) {
        Some("date-time") => Shape::Timestamp { unit: 1_000_000, local: false },
        Some("date") => Shape::Date,
        Some("uuid") => Shape::Uuid,
        _ => {
            let least = length(node, "minLength", 0);
            Shape::Text { least, most: length(node, "maxLength", usize::MAX).max(least) }
        }
    }
}

fn length(node: &Node, keyword: &str, otherwise: usize) -> usize {
    node.member(keyword).and_then(Node::as_i64).and_then(|it| usize::try_from(it).ok()).unwrap_or(otherwise)
}

/// The numbers between the limits; `step` is how far an excluded one is away.
fn range(node: &Node, least: f64, most: f64, step: f64) -> (f64, f64) {
    let number = |keyword| node.member(keyword).and_then(|it| it.to_value().as_f64());
    let above = number("exclusiveMinimum").map(|it| it + step);
    let below = number("exclusiveMaximum").map(|it| it - step);
    let low = number("minimum").into_iter().chain(above).fold(f64::NAN, f64::max);
    let high = number("maximum").into_iter().chain(below).fold(f64::NAN, f64::min);
    let low = if low.is_nan() { least.min(high) } else { low };
    let high = if high.is_nan() { most.max(low) } else { high };
    (if low.is_nan() { least } else { low }, if high.is_nan() { most } else { high })
}
