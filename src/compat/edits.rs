//! Changes to a schema's text, by the places in it.

use super::finding::{Edit, Finding, Fix};
#[cfg(any(feature = "avro", feature = "bincode", feature = "json"))]
use super::places::Places;
use crate::schema::Schema;
#[cfg(any(feature = "avro", feature = "bincode", feature = "json"))]
use crate::schema::Span;
#[cfg(any(feature = "avro", feature = "bincode", feature = "json"))]
use crate::schema::json_text::{Member, Node, Shape};

/// Changes to the proposed schema's text that may mend a finding, the best first; none is verified.
pub(crate) fn fixes(finding: &Finding, old: &Schema, new: &Schema) -> Vec<Fix> {
    let is_own = |place: &Option<super::Place>| place.as_ref().is_none_or(|it| it.reference.is_none());
    if !is_own(&finding.new) || old.format() != new.format() {
        return Vec::new();
    }
    match new.format() {
        #[cfg(feature = "avro")]
        crate::schema::Format::Avro => super::avro::fixes(finding, old, new),
        #[cfg(feature = "bincode")]
        crate::schema::Format::Bincode => in_json(finding, old, new),
        #[cfg(feature = "json")]
        crate::schema::Format::Json => in_json(finding, old, new),
        #[cfg(feature = "protobuf")]
        crate::schema::Format::Protobuf => super::protobuf::fixes(finding, old, new),
        _ => Vec::new(),
    }
}

/// What the earlier version has at the place, or what makes a new field readable, in a text that is JSON.
#[cfg(any(feature = "bincode", feature = "json"))]
fn in_json(finding: &Finding, old: &Schema, new: &Schema) -> Vec<Fix> {
    use crate::schema::json_text::{Dialect, Document};
    let dialect = Dialect { comments: false, duplicates: true };
    let parse = |schema: &Schema| Document::parse(schema.format(), schema.text(), dialect).ok();
    let (Some(before), Some(after)) = (parse(old), parse(new)) else { return Vec::new() };
    let (old, new) = (Text::new(old.text(), &before.root), Text::new(new.text(), &after.root));
    let (Some(was), Some(is)) = (&finding.old, &finding.new) else { return Vec::new() };
    let (was, is) = (was.pointer.as_str(), is.pointer.as_str());
    let (Some(was_node), Some(is_node)) = (old.node(was), new.node(is)) else { return Vec::new() };
    let mut found = Vec::new();
    if finding.rule == "bincode/field-added-without-default"
        && let Some(default) = is_node.member("type").and_then(default)
        && let Some(edit) = new.add_member(is_node, "default", default)
    {
        found.push(fix(format!("give field `{}` the default {default}", finding.element), vec![edit]));
    }
    let name = |pointer: &str| {
        pointer.rsplit_once('/').map_or("", |(_, name)| name).replace("~1", "/").replace("~0", "~")
    };
    let parent =
        |pointer: &str| pointer.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
    // A keyword, or a property, that one side has and the other has not.
    let edit = if parent(is) == was || (is.len() > was.len() && new.node(was).is_some()) {
        new.node(&parent(is)).and_then(|object| new.remove_member(object, &name(is)))
    } else if parent(was) == is {
        new.add_member(is_node, &name(was), old.source(was_node))
    } else if is.is_empty() {
        None
    } else {
        Some(new.replace(is_node.span, old.source(was_node).to_owned()))
    };
    found.extend(edit.map(|edit| fix("keep what the earlier version has here", vec![edit])));
    found
}

/// A default for a type of a layout.
#[cfg(any(feature = "bincode", feature = "json"))]
fn default(schema: &Node) -> Option<&'static str> {
    if schema.member("option").is_some() {
        return Some("null");
    }
    if schema.member("seq").is_some() {
        return Some("[]");
    }
    Some(match schema.as_str()? {
        "bool" => "false",
        "string" => "\"\"",
        "f32" | "f64" => "0.0",
        "i8" | "i16" | "i32" | "i64" | "i128" | "u8" | "u16" | "u32" | "u64" | "u128" => "0",
        _ => return None,
    })
}

impl Fix {
    /// The text with the fix in it; `None` where an edit is no stretch of it.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| edit.range.span.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for edit in edits {
            let (start, end) = (edit.range.span.start as usize, edit.range.span.end as usize);
            out.push_str(text.get(at..start)?);
            out.push_str(&edit.text);
            at = end;
        }
        out.push_str(text.get(at..)?);
        Some(out)
    }
}

#[cfg(any(feature = "avro", feature = "bincode", feature = "json"))]
/// A text in which places are looked up by pointers.
pub(in crate::compat) struct Text<'t> {
    text: &'t str,
    root: &'t Node,
    places: Places<'t>,
}

#[cfg(any(feature = "avro", feature = "bincode", feature = "json"))]
impl<'t> Text<'t> {
    pub(in crate::compat) fn new(text: &'t str, root: &'t Node) -> Self {
        Self { text, root, places: Places::new(text) }
    }

    /// The value at a pointer.
    pub(in crate::compat) fn node(&self, pointer: &str) -> Option<&'t Node> {
        let mut node = self.root;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            node = match &node.shape {
                Shape::Object(members) => &members.iter().find(|it| *it.name == *step)?.value,
                Shape::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The text of a value.
    pub(in crate::compat) fn source(&self, node: &Node) -> &'t str {
        self.text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default()
    }

    pub(in crate::compat) fn replace(&self, span: Span, text: String) -> Edit {
        Edit { range: self.range(span), text }
    }

    /// One more member at the end of an object.
    pub(in crate::compat) fn add_member(&self, object: &Node, name: &str, value: &str) -> Option<Edit> {
        let Shape::Object(members) = &object.shape else { return None };
        let end = members.last().map_or(object.span.start + 1, |it| it.value.span.end);
        let lead = if members.is_empty() { "" } else { ", " };
        let at = Span { start: end, end };
        Some(self.replace(at, format!("{lead}\"{name}\": {value}")))
    }

    /// One more item at the end of an array.
    #[cfg(feature = "avro")]
    pub(in crate::compat) fn add_item(&self, array: &Node, value: &str) -> Option<Edit> {
        let Shape::Array(items) = &array.shape else { return None };
        let end = items.last().map_or(array.span.start + 1, |it| it.span.end);
        let lead = if items.is_empty() { "" } else { ", " };
        let at = Span { start: end, end };
        Some(self.replace(at, format!("{lead}{value}")))
    }

    /// A member taken out, with the comma that goes with it.
    pub(in crate::compat) fn remove_member(&self, object: &Node, name: &str) -> Option<Edit> {
        let members: &[Member] = object.members();
        let at = members.iter().position(|it| &*it.name == name)?;
        let member = members.get(at)?;
        let span = match (at.checked_sub(1).and_then(|before| members.get(before)), members.get(at + 1)) {
            (_, Some(next)) => Span { start: member.name_span.start, end: next.name_span.start },
            (Some(before), None) => Span { start: before.value.span.end, end: member.value.span.end },
            (None, None) => Span { start: member.name_span.start, end: member.value.span.end },
        };
        Some(self.replace(span, String::new()))
    }

    fn range(&self, span: Span) -> super::finding::Range {
        self.places.range(span)
    }
}

#[cfg(any(feature = "avro", feature = "bincode", feature = "json", feature = "protobuf"))]
/// A fix of one edit.
pub(in crate::compat) fn fix(description: impl Into<String>, edits: Vec<Edit>) -> Fix {
    Fix { description: description.into(), edits, verified: false }
}
