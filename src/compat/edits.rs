//! Changes to a schema's text, by the places in it.

use super::finding::{Edit, Finding, Fix};
#[cfg(feature = "avro")]
use super::places::Places;
use crate::schema::Schema;
#[cfg(feature = "avro")]
use crate::schema::Span;
#[cfg(feature = "avro")]
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
        _ => Vec::new(),
    }
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

#[cfg(feature = "avro")]
/// A text in which places are looked up by pointers.
pub(in crate::compat) struct Text<'t> {
    text: &'t str,
    root: &'t Node,
    places: Places<'t>,
}

#[cfg(feature = "avro")]
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

#[cfg(feature = "avro")]
/// A fix of one edit.
pub(in crate::compat) fn fix(description: impl Into<String>, edits: Vec<Edit>) -> Fix {
    Fix { description: description.into(), edits, verified: false }
}
