//! Changes to a Protobuf file's text that mend a finding.

use super::rules::id;
use crate::compat::edits::fix;
use crate::compat::{Edit, Finding, Fix, Range};
use crate::schema::{Schema, Span};

/// Candidates, the best first.
pub(in crate::compat) fn fixes(finding: &Finding, old: &Schema, new: &Schema) -> Vec<Fix> {
    let range = |place: &Option<crate::compat::Place>| {
        place.as_ref().filter(|it| it.reference.is_none()).and_then(|it| it.range)
    };
    let (Some(is), Some(was)) = (range(&finding.new), range(&finding.old)) else { return Vec::new() };
    let slice = |text: &'_ str, range: Range| {
        text.get(range.span.start as usize..range.span.end as usize).map(str::to_owned)
    };
    match finding.rule {
        id::SOURCE_FIELD_UNRESERVED | id::SOURCE_ENUM_VALUE_UNRESERVED => {
            let name = finding.element.rsplit('.').next().unwrap_or_default();
            let number = &finding.shape;
            let text = slice(new.text(), is).unwrap_or_default();
            let mut both = String::new();
            if !finding.message.contains("the name") {
                both.push_str(&format!("reserved {number};"));
            }
            if !finding.message.contains("the number") {
                let space = if both.is_empty() { "" } else { " " };
                both.push_str(&format!("{space}reserved \"{name}\";"));
            }
            // Before the brace that closes the declaration.
            let Some(at) = text.rfind('}').map(|at| is.span.start + at as u32) else { return Vec::new() };
            let span = Span { start: at, end: at };
            let line = is.end;
            let edit = Edit { range: Range { span, start: line, end: line }, text: format!("  {both}\n") };
            vec![fix(format!("reserve what `{name}` was: `{both}`"), vec![edit])]
        }
        id::FIELD_BECAME_REQUIRED | id::REQUIRED_FIELD_MISSING => {
            let text = slice(new.text(), is).unwrap_or_default();
            let Some(at) = text.find("required") else { return Vec::new() };
            let text = format!(
                "{}optional{}",
                &text.get(..at).unwrap_or_default(),
                text.get(at + 8..).unwrap_or_default()
            );
            vec![fix("make it optional", vec![Edit { range: is, text }])]
        }
        id::MESSAGE_MISSING | id::ONEOF_FIELD_MISSING | id::FIELD_JOINS_ONEOF | id::FIELDS_JOIN_ONEOF => {
            Vec::new()
        }
        _ => {
            let text = slice(old.text(), was).unwrap_or_default();
            vec![fix("keep what the earlier version has here", vec![Edit { range: is, text }])]
        }
    }
}
