//! Schemas as Confluent's registry takes them apart: the class of each decides what is compared.
//!
//! ```text
//! {"type": "string", "minLength": 1}      a string schema
//! {"type": "string", "enum": ["a"]}       all of: an enum, a string schema
//! {"type": ["string", "null"]}            any of: a string schema, a null schema
//! {"minimum": 1}                          a number schema, as with its type
//! {"title": "anything"}                   the empty schema
//! ```

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::documents::{Documents, Target, place};
use super::patterns::Patterns;
use super::values;
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

/// A schema's number; both sides share the numbers.
pub(super) type Id = usize;

/// One schema, or the part of one that is compared on its own.
#[derive(Debug, Clone)]
pub(super) struct Item<'d> {
    pub(super) class: Class<'d>,
    pub(super) document: usize,
    /// Where its keywords stand.
    pub(super) node: &'d Node,
    /// Whether it is all that stands there.
    pub(super) whole: bool,
}

/// What a schema is compared as.
#[derive(Debug, Clone)]
pub(super) enum Class<'d> {
    Empty,
    True,
    False,
    Boolean,
    Null,
    Text,
    Number { integer: bool },
    Array,
    Object,
    Conditional,
    Not,
    Enum,
    Const,
    Combined(Combined),
    Reference(Target<'d>),
}

/// `allOf`, `anyOf` or `oneOf`, written or made from what stands side by side.
#[derive(Debug, Clone)]
pub(super) struct Combined {
    pub(super) criterion: Criterion,
    pub(super) members: Rc<[Id]>,
    /// The members without those that are written alike.
    pub(super) unique: Rc<[Id]>,
}

/// How many members of a combined schema have to accept a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Criterion {
    All,
    Any,
    One,
}

const ARRAY: &[&str] = &["items", "minItems", "maxItems", "uniqueItems"];
const OBJECT: &[&str] = &[
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "additionalProperties",
];
const NUMBER: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const TEXT: &[&str] = &["minLength", "maxLength", "pattern", "format"];

/// Schemas of both sides, taken apart when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct Schemas<'d> {
    pub(super) documents: Documents<'d>,
    pub(super) patterns: Patterns<'d>,
    items: Vec<Item<'d>>,
    loaded: HashMap<(usize, usize), Id>,
    /// Where references end.
    ends: HashMap<Id, Id>,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(documents: Documents<'d>) -> Self {
        Self { documents, ..Self::default() }
    }

    /// The schema that stands at a place of a document.
    pub(super) fn load(&mut self, document: usize, node: &'d Node) -> Id {
        let key = (document, place(node));
        if let Some(id) = self.loaded.get(&key) {
            return *id;
        }
        let mut parts = self.parts(document, node);
        let class = match parts.len() {
            0 => Class::Empty,
            1 => parts.remove(0),
            _ => {
                let members: Vec<Id> =
                    parts.into_iter().map(|class| self.push(class, document, node, false)).collect();
                Class::Combined(Combined {
                    criterion: Criterion::All,
                    unique: members.as_slice().into(),
                    members: members.into(),
                })
            }
        };
        let id = self.push(class, document, node, true);
        self.loaded.insert(key, id);
        id
    }

    /// The schema of that number; a reference as it is.
    pub(super) fn item(&self, id: Id) -> Option<&Item<'d>> {
        self.items.get(id)
    }

    /// The schema that a reference leads to, through others. References that only lead to each other accept anything.
    pub(super) fn resolved(&mut self, id: Id) -> Id {
        let mut at = id;
        let mut passed = Vec::new();
        let mut seen = HashSet::new();
        loop {
            if let Some(end) = self.ends.get(&at) {
                at = *end;
                break;
            }
            let Some(Item { class: Class::Reference(Target::Schema(document, node)), .. }) =
                self.items.get(at)
            else {
                break;
            };
            let (document, node) = (*document, *node);
            passed.push(at);
            if !seen.insert(at) {
                at = self.push(Class::Empty, document, node, true);
                break;
            }
            at = self.load(document, node);
        }
        self.ends.extend(passed.into_iter().map(|reference| (reference, at)));
        at
    }

    fn push(&mut self, class: Class<'d>, document: usize, node: &'d Node, whole: bool) -> Id {
        self.items.push(Item { class, document, node, whole });
        self.items.len() - 1
    }

    /// The parts of a schema, in the order in which they are looked for. A document nests at most 128 levels, so the
    /// recursion into combined schemas ends.
    fn parts(&mut self, document: usize, node: &'d Node) -> Vec<Class<'d>> {
        match &node.shape {
            Shape::Bool(true) => return vec![Class::True],
            Shape::Bool(false) => return vec![Class::False],
            _ => {}
        }
        let draft = self.documents.draft(document);
        let mut parts = Vec::new();
        if let Some(link) = link(node, draft) {
            parts.push(Class::Reference(self.documents.target(document, link)));
            if draft.reference_stands_alone() {
                return parts;
            }
        }
        if let Some(Node { shape: Shape::Array(_), .. }) = node.member("enum") {
            parts.push(Class::Enum);
        }
        for (keyword, criterion) in
            [("allOf", Criterion::All), ("anyOf", Criterion::Any), ("oneOf", Criterion::One)]
        {
            if let Some(Node { shape: Shape::Array(members), .. }) = node.member(keyword) {
                parts.push(Class::Combined(self.combined(criterion, document, members)));
            }
        }
        let has = |keyword: &str| node.member(keyword).is_some();
        if has("not") {
            parts.push(Class::Not);
        }
        if draft >= Draft::Draft6 && has("const") {
            parts.push(Class::Const);
        }
        let types = node.member("type");
        match types.map(|it| &it.shape) {
            Some(Shape::String(name)) => parts.extend(typed(name)),
            Some(Shape::Array(names)) => parts.push(Class::Combined(self.any_type(document, node, names))),
            _ => {}
        }
        parts.extend(untyped(node, draft, types));
        parts
    }

    fn combined(&mut self, criterion: Criterion, document: usize, nodes: &'d [Node]) -> Combined {
        let members: Vec<Id> = nodes.iter().map(|node| self.load(document, node)).collect();
        let mut seen = HashSet::new();
        let fresh = nodes.iter().zip(&members).filter(|(node, _)| seen.insert(values::rendered(node)));
        let unique = fresh.map(|(_, id)| *id).collect();
        Combined { criterion, members: members.into(), unique }
    }

    /// `type` with several names: any of them, each with the keywords of its own.
    fn any_type(&mut self, document: usize, node: &'d Node, names: &'d [Node]) -> Combined {
        let mut seen = HashSet::new();
        let (mut members, mut unique) = (Vec::new(), Vec::new());
        for name in names.iter().filter_map(Node::as_str) {
            let Some(class) = typed(name) else { continue };
            let id = self.push(class, document, node, false);
            members.push(id);
            if seen.insert(name) {
                unique.push(id);
            }
        }
        Combined { criterion: Criterion::Any, members: members.into(), unique: unique.into() }
    }
}

/// The text of the reference that a schema is.
fn link(node: &Node, draft: Draft) -> Option<&Node> {
    let keywords: &[&str] =
        if draft.reference_stands_alone() { &["$ref"] } else { &["$ref", "$dynamicRef", "$recursiveRef"] };
    keywords.iter().find_map(|keyword| node.member(keyword).filter(|it| it.as_str().is_some()))
}

fn typed(name: &str) -> Option<Class<'static>> {
    Some(match name {
        "array" => Class::Array,
        "boolean" => Class::Boolean,
        "integer" => Class::Number { integer: true },
        "null" => Class::Null,
        "number" => Class::Number { integer: false },
        "object" => Class::Object,
        "string" => Class::Text,
        _ => return None,
    })
}

/// What the keywords say that no named type has taken.
fn untyped(node: &Node, draft: Draft, types: Option<&Node>) -> Vec<Class<'static>> {
    let named = |name: &str| {
        types.is_some_and(|types| {
            types.as_str() == Some(name) || types.items().iter().any(|it| it.as_str() == Some(name))
        })
    };
    let any = |keywords: &[&str]| keywords.iter().any(|keyword| node.member(keyword).is_some());
    let modern = !draft.reference_stands_alone();
    let array = any(ARRAY)
        || (draft < Draft::Draft202012 && any(&["additionalItems"]))
        || (draft >= Draft::Draft6 && any(&["contains"]))
        || (modern && any(&["prefixItems", "unevaluatedItems", "minContains", "maxContains"]));
    let object = any(OBJECT)
        || (draft >= Draft::Draft6 && any(&["propertyNames"]))
        || (!modern && any(&["dependencies"]))
        || (modern && any(&["dependentRequired", "dependentSchemas", "unevaluatedProperties"]));
    let conditional = match draft {
        Draft::Draft4 | Draft::Draft6 => false,
        Draft::Draft7 => any(&["if", "then", "else"]),
        _ => any(&["if"]),
    };
    let found = [
        (array && !named("array"), Class::Array),
        (object && !named("object"), Class::Object),
        (any(NUMBER) && !named("number") && !named("integer"), Class::Number { integer: false }),
        (any(TEXT) && !named("string"), Class::Text),
        (conditional, Class::Conditional),
    ];
    found.into_iter().filter(|(there, _)| *there).map(|(_, class)| class).collect()
}

impl<'d> Item<'d> {
    /// The value of a keyword.
    pub(super) fn keyword(&self, keyword: &str) -> Option<&'d Node> {
        self.node.member(keyword)
    }

    /// The number that a keyword gives.
    pub(super) fn number(&self, keyword: &str) -> Option<f64> {
        match &self.keyword(keyword)?.shape {
            Shape::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether Kafka Connect says that it stands for bytes.
    pub(super) fn is_connect_bytes(&self) -> bool {
        self.whole && self.keyword("connect.type").and_then(Node::as_str) == Some("bytes")
    }
}

impl Class<'_> {
    /// Whether two schemas are compared keyword by keyword.
    pub(super) fn is_comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Reference(Target::Draft(one)), Self::Reference(Target::Draft(other))) => one == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// As a sentence says it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Empty => "the empty schema",
            Self::True => "`true`",
            Self::False => "`false`",
            Self::Boolean => "a boolean",
            Self::Null => "null",
            Self::Text => "a string",
            Self::Number { integer: true } => "an integer",
            Self::Number { integer: false } => "a number",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Conditional => "`if`",
            Self::Not => "`not`",
            Self::Enum => "an `enum`",
            Self::Const => "a `const`",
            Self::Combined(Combined { criterion: Criterion::All, .. }) => {
                "`allOf`, or several things side by side"
            }
            Self::Combined(Combined { criterion: Criterion::Any, .. }) => "`anyOf`, or several types",
            Self::Combined(Combined { criterion: Criterion::One, .. }) => "`oneOf`",
            Self::Reference(_) => "a reference",
        }
    }
}
