//! Types by their keyword, and the keywords that only narrow them.

use super::{At, Reader};
use crate::convert::form::Form;
use crate::convert::graph::{Enum, Float, Kind, TypeId, Whole};
use crate::convert::report::Verdict;
use crate::schema::json_text::{Node, Shape};

/// Keywords that make a type what it is.
const STRUCTURE: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "items",
    "prefixItems",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "allOf",
    "$ref",
];

/// Keywords that take values away from a type: without them it is wider.
const CONSTRAINTS: &[&str] = &[
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "contentMediaType",
    "contentSchema",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Whether a schema has another keyword beside that one that makes its type.
pub(super) fn has_structure(node: &Node, beside: &str) -> bool {
    node.members().iter().any(|it| *it.name != *beside && STRUCTURE.contains(&&*it.name))
}

/// A count such as `minItems`.
pub(super) fn count(node: &Node) -> Option<usize> {
    number(node).filter(|it| (0.0..1e9).contains(it) && it.fract() == 0.0).map(|it| it as usize)
}

fn number(node: &Node) -> Option<f64> {
    match &node.shape {
        Shape::Number(text) => text.parse().ok(),
        _ => None,
    }
}

impl<'d> Reader<'d> {
    /// A schema by its `type`, `enum` or `const`.
    pub(super) fn typed(&mut self, at: &At<'d>) -> TypeId {
        if let Some(values) = at.node.member("enum") {
            return self.values(at, values.items());
        }
        if let Some(value) = at.node.member("const") {
            return self.values(at, std::slice::from_ref(value));
        }
        let mut words: Vec<&str> = match at.node.member("type") {
            Some(it) if it.as_str().is_some() => it.as_str().into_iter().collect(),
            Some(it) => it.items().iter().filter_map(Node::as_str).collect(),
            None => return self.untyped(at),
        };
        if words.contains(&"number") {
            words.retain(|it| *it != "integer");
        }
        words.dedup();
        let with_null = words.len() > 1 && words.contains(&"null");
        words.retain(|it| !with_null || *it != "null");
        let schema = match words.as_slice() {
            [word] => self.word(at, word),
            [] => self.any(at),
            words => {
                let members = words.iter().map(|word| ((*word).to_owned(), self.word(at, word))).collect();
                self.union(at, members)
            }
        };
        if with_null { self.optional(at, schema) } else { schema }
    }

    /// A schema that does not say its type: what its keywords are about, or anything.
    fn untyped(&mut self, at: &At<'d>) -> TypeId {
        let has = |names: &[&str]| names.iter().any(|it| at.node.member(it).is_some());
        let word = if has(&["properties", "required", "additionalProperties", "patternProperties"]) {
            "object"
        } else if has(&["items", "prefixItems"]) {
            "array"
        } else {
            self.constraints(at, &[]);
            return self.any(at);
        };
        let why = format!(
            "without a type, values of any other kind are taken as well, and refused here: {word} is meant"
        );
        self.remark(at, Verdict::Narrowed, "untyped", "schema without a type", &why);
        self.word(at, word)
    }

    fn word(&mut self, at: &At<'d>, word: &str) -> TypeId {
        let form = Form::Same;
        match word {
            "null" => self.push(at, "null", Kind::Null, form),
            "boolean" => self.push(at, "boolean", Kind::Bool, form),
            "integer" => self.integer(at),
            "number" => {
                self.constraints(at, &[]);
                self.push(at, "number", Kind::Float(Float::Number), Form::Number)
            }
            "string" => {
                let encoding = at.node.member("contentEncoding").and_then(Node::as_str);
                self.constraints(at, &[]);
                if encoding.is_some_and(|it| it.eq_ignore_ascii_case("base64")) {
                    let why = "text that is no base64 with padding is refused";
                    self.remark(at, Verdict::Narrowed, "base64", "contentEncoding", why);
                    return self.push(at, "string in base64", Kind::Bytes, Form::Base64);
                }
                self.push(at, "string", Kind::Text, form)
            }
            "array" => {
                let count = |name: &str| at.node.member(name).and_then(count);
                let is_one = count("maxItems").is_some() && count("minItems") == count("maxItems");
                let is_places = at.node.member("prefixItems").is_some()
                    || at.node.member("items").is_some_and(|it| matches!(it.shape, Shape::Array(_)));
                self.constraints(at, if is_one || is_places { &["minItems", "maxItems"] } else { &[] });
                self.array(at)
            }
            _ => {
                self.constraints(at, &[]);
                self.object(at)
            }
        }
    }

    /// The narrowest type that holds all numbers between the bounds.
    fn integer(&mut self, at: &At<'d>) -> TypeId {
        let bound = |name: &str| match &at.node.member(name)?.shape {
            Shape::Number(text) => text.parse::<i128>().ok(),
            _ => None,
        };
        let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|it| it.saturating_add(1)));
        let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|it| it.saturating_sub(1)));
        let types = [
            (Whole::I32, "integer within 32 bits"),
            (Whole::U32, "integer within 32 bits, not negative"),
            (Whole::I64, "integer within 64 bits"),
            (Whole::U64, "integer within 64 bits, not negative"),
        ];
        let holding = types.into_iter().find(|(it, _)| {
            let (lowest, highest) = it.range();
            least.is_some_and(|it| it >= lowest) && most.is_some_and(|it| it <= highest)
        });
        let is_exact = holding.is_some_and(|(it, _)| Some(it.range()) == least.zip(most));
        self.constraints(at, if is_exact { &["minimum", "maximum"] } else { &[] });
        let (whole, word) = holding.unwrap_or((Whole::Any, "integer"));
        self.push(at, word, Kind::Whole(whole), Form::Narrowest)
    }

    /// Listed values: symbols where they are texts, otherwise the type that they have in common.
    fn values(&mut self, at: &At<'d>, values: &'d [Node]) -> TypeId {
        let is_null = |it: &Node| matches!(it.shape, Shape::Null);
        let with_null = values.iter().any(is_null);
        let rest: Vec<&Node> = values.iter().filter(|it| !is_null(it)).collect();
        let texts: Vec<&str> = rest.iter().filter_map(|it| it.as_str()).collect();
        let schema = if rest.is_empty() {
            return match with_null {
                true => self.push(at, "null", Kind::Null, Form::Same),
                false => self.impossible(at, "nothing", "enum", "no value is of this type"),
            };
        } else if texts.len() == rest.len() {
            let mut symbols: Vec<String> = Vec::new();
            for text in texts {
                if !symbols.iter().any(|it| it == text) {
                    symbols.push(text.to_owned());
                }
            }
            let name = at.name.clone().unwrap_or_else(|| at.hint.clone());
            let kind = Kind::Enum(Enum { name, symbols: symbols.clone(), open: false });
            self.push(at, "enum of strings", kind, Form::SymbolTexts(symbols))
        } else {
            self.remark(at, Verdict::Widened, "constraints", "enum", "is not checked there");
            if rest.iter().all(|it| matches!(it.shape, Shape::Bool(_))) {
                self.push(at, "boolean", Kind::Bool, Form::Same)
            } else {
                self.any(at)
            }
        };
        if with_null { self.optional(at, schema) } else { schema }
    }

    /// Says which keywords the target does not check.
    fn constraints(&mut self, at: &At<'d>, kept: &[&str]) {
        let names = at.node.members().iter().map(|it| &*it.name);
        let names: Vec<&str> = names.filter(|it| CONSTRAINTS.contains(it) && !kept.contains(it)).collect();
        if !names.is_empty() {
            self.remark(at, Verdict::Widened, "constraints", &names.join(", "), "not checked there");
        }
    }
}
