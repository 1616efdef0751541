//! Code quality of GitLab ([report format](https://docs.gitlab.com/ci/testing/code_quality/)).
//!
//! The form has no place that says how many findings were left out, where somebody asked for that.

use serde_json::{Value, json};

use super::excerpt::Excerpt;
use super::words::{position, sentence};
use crate::cli::check::outcome::Found;
use crate::compat::Severity;

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let issues: Vec<Value> = excerpt.open.iter().map(|found| issue(found)).collect();
    format!("{:#}\n", Value::from(issues))
}

fn issue(found: &Found) -> Value {
    let severity = match found.severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    };
    let (path, at) = position(found);
    json!({
        "description": sentence(found),
        "check_name": found.rule,
        "fingerprint": found.id,
        "severity": severity,
        "location": { "path": path, "lines": { "begin": at.map_or(1, |at| at.line) } },
    })
}
