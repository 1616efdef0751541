//! Annotations of GitHub Actions
//! ([workflow commands](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands)).
//!
//! What is gone is annotated at its old path, which the diff of the pull request shows.

use super::excerpt::Excerpt;
use super::words::{left_out, line, sentence, versions};
use crate::cli::check::outcome::Found;
use crate::compat::Severity;

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let mut out = String::new();
    for found in &excerpt.open {
        annotation(found, &mut out);
    }
    if excerpt.open_left_out() > 0 {
        line!(out, "::notice title=schemawire::{}", data(&left_out(excerpt.open_left_out())));
    }
    out
}

fn annotation(found: &Found, out: &mut String) {
    let command = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    let new = found.new.as_ref().map(|spot| (spot.path.as_str(), spot.position, spot.end));
    let place = new.or_else(|| found.old.first().map(|spot| (spot.path.as_str(), spot.position, None)));
    if let Some((path, position, end)) = place {
        properties.push(("file", path.to_owned()));
        if let Some(position) = position {
            properties.push(("line", position.line.to_string()));
            properties.push(("col", position.column.to_string()));
        }
        if let Some(end) = end {
            properties.push(("endLine", end.line.to_string()));
            // A column behind the last is only understood on the same line.
            if position.is_some_and(|position| position.line == end.line) {
                properties.push(("endColumn", end.column.to_string()));
            }
        }
    }
    properties.push(("title", found.rule.to_owned()));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let broken: Vec<String> = versions(found).iter().map(|version| version.short()).collect();
    let against = if broken.is_empty() {
        String::new()
    } else {
        format!(" (breaks {} of {})", broken.join(", "), found.subject)
    };
    let text = format!("{}{against}\n{}\nid {}", sentence(found), found.fix, found.id);
    line!(out, "::{command} {}::{}", properties.join(","), data(&text));
}

/// The escapes of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The escapes of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
