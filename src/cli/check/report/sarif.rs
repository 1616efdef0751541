//! [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::excerpt::Excerpt;
use super::words::{left_out, old_path, sentence, versions};
use crate::cli::check::outcome::{Found, Version};
use crate::cli::check::rules;
use crate::compat::{Fix, Severity};
use crate::schema::Position;

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let outcome = excerpt.outcome;
    let ids: BTreeSet<&str> = excerpt.all.iter().map(|found| found.rule).collect();
    let rows: Vec<Value> = ids
        .iter()
        .filter_map(|id| rules::find(id))
        .map(|row| {
            json!({
                "id": row.id,
                "shortDescription": { "text": row.summary },
                "fullDescription": { "text": row.why },
                "help": { "text": row.fix },
                "defaultConfiguration": { "level": level(row.severity) },
            })
        })
        .collect();
    let results: Vec<Value> = excerpt
        .all
        .iter()
        .map(|found| {
            let index = ids.iter().position(|id| *id == found.rule);
            result(found, index.unwrap_or_default())
        })
        .collect();
    let said = |level: &str, text: &str| json!({ "level": level, "message": { "text": text } });
    let mut said_by_tool: Vec<Value> = outcome.troubles.iter().map(|it| said("error", &it.message)).collect();
    if excerpt.left_out() > 0 {
        said_by_tool.push(said("note", &left_out(excerpt.left_out())));
    }
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "schemawire",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rows,
            } },
            "invocations": [{
                "executionSuccessful": outcome.troubles.is_empty(),
                "toolExecutionNotifications": said_by_tool,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{report:#}\n")
}

fn result(found: &Found, rule_index: usize) -> Value {
    let new = found.new.as_ref().map(|spot| location(&spot.path, spot.position, spot.end, None));
    // What lies in a registry is at no place that a viewer could open: the message names the version.
    let files = || found.old.iter().filter(|spot| !spot.version.is_of_registry());
    let old = files().enumerate().map(|(index, spot)| {
        let text = format!("in {}: {}", spot.version, old_path(spot));
        let mut place = location(&spot.path, spot.position, None, Some(&text));
        if let Value::Object(place) = &mut place {
            place.insert("id".into(), (index + 1).into());
        }
        place
    });
    let related: Vec<Value> = old.collect();
    let main = new.or_else(|| files().next().map(|spot| location(&spot.path, spot.position, None, None)));
    let mut out = Map::new();
    out.insert("ruleId".into(), found.rule.into());
    out.insert("ruleIndex".into(), rule_index.into());
    out.insert("level".into(), level(found.severity).into());
    let mut message = format!("{}: {}", found.subject, sentence(found));
    let in_registry: Vec<String> =
        versions(found).into_iter().filter(|version| version.is_of_registry()).map(Version::short).collect();
    if !in_registry.is_empty() {
        message.push_str(&format!(" (against {} in the registry)", in_registry.join(", ")));
    }
    out.insert("message".into(), json!({ "text": message }));
    out.insert("locations".into(), main.into_iter().collect());
    out.insert("relatedLocations".into(), related.into());
    out.insert("partialFingerprints".into(), json!({ "schemawireId/v1": found.id }));
    let waivers = found
        .waiver
        .iter()
        .map(|it| json!({ "kind": "external", "status": "accepted", "justification": it.reason }));
    out.insert("suppressions".into(), waivers.collect());
    if let Some(spot) = &found.new {
        let fixes: Vec<Value> =
            found.fixes.iter().filter(|fix| fix.verified).map(|it| fix(it, &spot.path)).collect();
        if !fixes.is_empty() {
            out.insert("fixes".into(), fixes.into());
        }
    }
    out.into()
}

fn fix(fix: &Fix, path: &str) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": region(edit.range.start, Some(edit.range.end)),
                "insertedContent": { "text": edit.text },
            })
        })
        .collect();
    json!({
        "description": { "text": fix.description },
        "artifactChanges": [{ "artifactLocation": { "uri": uri(path) }, "replacements": replacements }],
    })
}

fn location(path: &str, position: Option<Position>, end: Option<Position>, text: Option<&str>) -> Value {
    let mut physical = Map::new();
    physical.insert("artifactLocation".into(), json!({ "uri": uri(path) }));
    if let Some(position) = position {
        physical.insert("region".into(), region(position, end));
    }
    let mut out = Map::new();
    out.insert("physicalLocation".into(), physical.into());
    if let Some(text) = text {
        out.insert("message".into(), json!({ "text": text }));
    }
    out.into()
}

fn region(start: Position, end: Option<Position>) -> Value {
    let mut out = Map::new();
    out.insert("startLine".into(), start.line.into());
    out.insert("startColumn".into(), start.column.into());
    if let Some(end) = end {
        out.insert("endLine".into(), end.line.into());
        out.insert("endColumn".into(), end.column.into());
    }
    out.into()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A path as a relative URI (RFC 3986): what is not unreserved is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
