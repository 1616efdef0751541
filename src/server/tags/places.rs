//! Where in a schema that is JSON something stands which has tags, by the way to it.

use super::change::Kind;
#[cfg(feature = "avro")]
use crate::schema::json_text::Member;
use crate::schema::json_text::{Node, Shape};

/// A record or a field of Avro: by its full name, or without the namespace.
#[cfg(feature = "avro")]
pub(super) fn of_avro<'n>(root: &'n mut Node, path: &str, kind: Kind) -> Option<&'n mut Node> {
    match kind {
        Kind::Record => record(root, "", path),
        Kind::Field => {
            let (name, field) = path.rsplit_once('.')?;
            let fields = member(record(root, "", name)?, "fields")?;
            items(fields).iter_mut().find(|it| it.member("name").and_then(Node::as_str) == Some(field))
        }
    }
}

/// The record of that name, whether with its namespace or without.
#[cfg(feature = "avro")]
fn record<'n>(schema: &'n mut Node, namespace: &str, wanted: &str) -> Option<&'n mut Node> {
    if matches!(schema.shape, Shape::Array(_)) {
        return items(schema).iter_mut().find_map(|branch| record(branch, namespace, wanted));
    }
    let text = |name: &str| schema.member(name).and_then(Node::as_str);
    if !matches!(text("type"), Some("record" | "error")) {
        let inner = ["type", "items", "values"];
        return members(schema)
            .into_iter()
            .flatten()
            .filter(|it| inner.contains(&&*it.name))
            .find_map(|it| record(&mut it.value, namespace, wanted));
    }
    let name = text("name").unwrap_or_default();
    let (namespace, name) = name.rsplit_once('.').unwrap_or((text("namespace").unwrap_or(namespace), name));
    let is_it = match wanted.rsplit_once('.') {
        Some((outer, inner)) => outer == namespace && inner == name,
        None => wanted == name,
    };
    if is_it {
        return Some(schema);
    }
    let namespace = namespace.to_owned();
    let fields = member(schema, "fields")?;
    items(fields).iter_mut().find_map(|field| record(member(field, "type")?, &namespace, wanted))
}

/// An object or a property of a JSON Schema. A local reference is followed where the next step is not beside it.
pub(super) fn of_json<'n>(root: &'n mut Node, path: &str, kind: Kind) -> Option<&'n mut Node> {
    let steps: Vec<&str> = path.split('.').collect();
    let way = Way { root }.to(&[], &steps, kind, REFERENCES)?;
    way.iter().try_fold(root, |node, step| member_or_item(node, step))
}

/// How many references lead to one thing at most.
const REFERENCES: usize = 64;

/// The way through a JSON Schema as members and indexes.
struct Way<'r> {
    root: &'r Node,
}

impl Way<'_> {
    fn to(&self, at: &[String], steps: &[&str], kind: Kind, references: usize) -> Option<Vec<String>> {
        let node = at.iter().try_fold(self.root, |node, step| inner(node, step))?;
        let beside = self.beside(node, at, steps, kind, references);
        if beside.is_some() || references == 0 {
            return beside;
        }
        let pointer = node.member("$ref").and_then(Node::as_str)?.strip_prefix("#/")?;
        let target = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        self.to(&target.collect::<Vec<_>>(), steps, kind, references - 1)
    }

    fn beside(
        &self,
        node: &Node,
        at: &[String],
        steps: &[&str],
        kind: Kind,
        references: usize,
    ) -> Option<Vec<String>> {
        let on = |more: &[&str], steps: &[&str]| {
            let way = at.iter().cloned().chain(more.iter().map(|it| (*it).to_owned()));
            self.to(&way.collect::<Vec<_>>(), steps, kind, references)
        };
        let (step, rest) = steps.split_first()?;
        match *step {
            "object" if rest.is_empty() => {
                let is_object = node.member("properties").is_some() || node.member("$ref").is_none();
                (kind == Kind::Record && is_object).then(|| at.to_vec())
            }
            "object" => {
                let (holder, rest) = match *rest.first()? {
                    holder @ ("definitions" | "$defs") => (holder, rest.get(1..)?),
                    _ => ("properties", rest),
                };
                let named = node.member(holder)?;
                // A name may have dots itself; the shortest one that is there is meant.
                (1..=rest.len()).find_map(|length| {
                    let (name, rest) = rest.split_at_checked(length)?;
                    let name = name.join(".");
                    named.member(&name)?;
                    let way: Vec<String> = at.iter().cloned().chain([holder.to_owned(), name]).collect();
                    match rest {
                        [] => (kind == Kind::Field).then_some(way),
                        rest => self.to(&way, rest, kind, references),
                    }
                })
            }
            "array" => match (&node.member("items")?.shape, rest.split_first()) {
                (Shape::Array(_), Some((index, rest))) => on(&["items", index], rest),
                _ => on(&["items"], rest),
            },
            "not" => on(&["not"], rest),
            step @ ("anyof" | "allof" | "oneof") => {
                let keyword = match step {
                    "anyof" => "anyOf",
                    "allof" => "allOf",
                    _ => "oneOf",
                };
                let (index, rest) = rest.split_first()?;
                on(&[keyword, index], rest)
            }
            _ => None,
        }
    }
}

fn inner<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match &node.shape {
        Shape::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => node.member(step),
    }
}

fn member_or_item<'n>(node: &'n mut Node, step: &str) -> Option<&'n mut Node> {
    match &mut node.shape {
        Shape::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        Shape::Object(members) => members.iter_mut().find(|it| &*it.name == step).map(|it| &mut it.value),
        _ => None,
    }
}

#[cfg(feature = "avro")]
fn member<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    members(node)?.iter_mut().find(|it| &*it.name == name).map(|it| &mut it.value)
}

#[cfg(feature = "avro")]
fn members(node: &mut Node) -> Option<&mut Vec<Member>> {
    match &mut node.shape {
        Shape::Object(members) => Some(members),
        _ => None,
    }
}

#[cfg(feature = "avro")]
fn items(node: &mut Node) -> &mut [Node] {
    match &mut node.shape {
        Shape::Array(items) => items,
        _ => &mut [],
    }
}
