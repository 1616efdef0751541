//! `anyOf` and `oneOf`: branches that a value tells apart by itself, or by the one name around it.

use super::{At, Reader};
use crate::convert::form::{Form, Tagged};
use crate::convert::graph::{Choice, Kind, Member, Step, TypeId};
use crate::schema::json_text::{Node, Shape};

impl<'d> Reader<'d> {
    /// A union of schemas; `word` is the keyword.
    pub(super) fn branches(&mut self, at: &At<'d>, branches: &'d [Node], word: &str) -> TypeId {
        let rest: Vec<&'d Node> = branches.iter().filter(|it| !is_null(it)).collect();
        let with_null = rest.len() < branches.len();
        let schema = match rest.as_slice() {
            [] if with_null => return self.push(at, "null", Kind::Null, Form::Same),
            [] => return self.impossible(at, "nothing", word, "no value is of this type"),
            [only] => self.schema(At { node: only, ..at.clone() }),
            rest => match self.tagged(at, rest) {
                Some(choice) => choice,
                None => self.apart(at, rest, word),
            },
        };
        let is_null = matches!(self.read.graph.kind(schema), Kind::Null | Kind::Optional(_) | Kind::Json);
        if with_null && !is_null { self.optional(at, schema) } else { schema }
    }

    fn apart(&mut self, at: &At<'d>, branches: &[&'d Node], word: &str) -> TypeId {
        let mut members = Vec::new();
        for (number, branch) in branches.iter().enumerate() {
            let title = branch.member("title").or_else(|| branch.member("$ref")).and_then(Node::as_str);
            let last = title.and_then(|it| it.rsplit(['/', '#']).find(|it| !it.is_empty()));
            let kind = branch.member("type").and_then(Node::as_str);
            let name = last.or(kind).map_or_else(|| format!("branch{}", number + 1), str::to_owned);
            let schema = self.schema(self.part(at, Step::Branch(&name), branch));
            members.push((name, schema));
        }
        let kinds: Vec<_> = members.iter().map(|(_, it)| self.kind_of(*it)).collect();
        let differ = kinds
            .iter()
            .enumerate()
            .all(|(at, it)| it.is_some() && !kinds.iter().take(at).any(|other| other == it));
        if differ {
            return self.union(at, members);
        }
        let why = "its branches are not of different kinds of JSON, nor objects of one required member each";
        self.impossible(at, "alike", word, why)
    }

    /// Types that differ in their kinds of JSON.
    pub(super) fn union(&mut self, at: &At<'d>, members: Vec<(String, TypeId)>) -> TypeId {
        let members = members.into_iter().map(|(name, schema)| Member { name, schema }).collect();
        self.push(at, "types of several kinds", Kind::Union(members), Form::ByKind)
    }

    /// Branches with a name each: objects of that one member, and the name alone as text.
    fn tagged(&mut self, at: &At<'d>, branches: &[&'d Node]) -> Option<TypeId> {
        let tags: Vec<(&'d str, Option<&'d Node>)> =
            branches.iter().map(|it| tag(it)).collect::<Option<_>>()?;
        // Texts alone are an enum, or several; one member with a name is enough to tell.
        let differ =
            tags.iter().enumerate().all(|(at, it)| !tags.iter().take(at).any(|other| other.0 == it.0));
        if !differ || tags.iter().all(|(_, content)| content.is_none()) {
            return None;
        }
        let mut members = Vec::new();
        for (name, content) in &tags {
            let schema = match content {
                Some(content) => self.schema(self.part(at, Step::Branch(name), content)),
                None => self.push(at, "null", Kind::Null, Form::Same),
            };
            // A member whose content is null would look like one without content.
            if content.is_some() && matches!(self.read.graph.kind(schema), Kind::Null) {
                return None;
            }
            members.push(Member { name: (*name).to_owned(), schema });
        }
        let tagged = Tagged {
            name: String::new(),
            members: members.iter().map(|it| it.name.clone()).collect(),
            as_map: true,
            symbols: true,
        };
        let kind = Kind::Choice(Choice { name: at.name.clone(), members });
        Some(self.push(at, "oneOf by member", kind, Form::Tagged(tagged)))
    }

    /// The kind of JSON that all values of a type are.
    fn kind_of(&self, id: TypeId) -> Option<&'static str> {
        let schema = self.read.graph.get(id);
        Some(match (&schema.kind, &schema.source) {
            (Kind::Bool, _) => "boolean",
            (Kind::Whole(_) | Kind::Float(_), _) => "number",
            (Kind::List(_) | Kind::Array(..), _) | (Kind::Record(_), Form::Places) => "array",
            (Kind::Record(_) | Kind::Map { .. }, _) => "object",
            (Kind::Text | Kind::Bytes | Kind::Enum(_), _) => "string",
            _ => return None,
        })
    }
}

fn is_null(node: &Node) -> bool {
    let null = |it: &Node| matches!(it.shape, Shape::Null);
    node.member("type").and_then(Node::as_str) == Some("null")
        || node.member("const").is_some_and(null)
        || node.member("enum").is_some_and(|it| matches!(it.items(), [only] if null(only)))
}

/// The name of a branch, and the schema of its content.
fn tag(node: &Node) -> Option<(&str, Option<&Node>)> {
    let listed = node.member("enum").map(Node::items).unwrap_or_default();
    let text = node.member("const").or(if let [only] = listed { Some(only) } else { None });
    if let Some(name) = text {
        return Some((name.as_str()?, None));
    }
    let [only] = node.member("properties")?.members() else { return None };
    let required = node.member("required")?.items();
    let is_required = required.iter().any(|it| it.as_str() == Some(&only.name));
    let is_closed =
        node.member("additionalProperties").is_some_and(|it| matches!(it.shape, Shape::Bool(false)));
    (is_required && required.len() == 1 && is_closed).then_some((&*only.name, Some(&only.value)))
}
