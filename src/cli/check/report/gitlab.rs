//! Code quality of GitLab ([report format](https://docs.gitlab.com/ci/testing/code_quality/)).

use serde_json::{Value, json};

use super::words::{position, sentence};
use crate::cli::check::outcome::{Found, Outcome};
use crate::compat::Severity;

pub(super) fn render(outcome: &Outcome) -> String {
    let issues: Vec<Value> = outcome.open().map(issue).collect();
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
