//! JUnit's XML, as CI servers read it: a test case for each subject, those that pass included.

use super::excerpt::Excerpt;
use super::words::{left_out, line, place, sentence};
use crate::cli::check::outcome::{Found, State, SubjectOutcome};
use crate::compat::Severity;

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let outcome = excerpt.outcome;
    let by_subject = excerpt.by_subject();
    let failures_of = |subject: &SubjectOutcome| {
        let found = by_subject.get(subject.name.as_str()).into_iter().flatten().copied();
        found.filter(|found| found.severity == Severity::Error).collect::<Vec<_>>()
    };
    let failing = |subject: &&SubjectOutcome| !failures_of(subject).is_empty();
    let failures = outcome.subjects.iter().filter(failing).count();
    let is_skipped = |subject: &&SubjectOutcome| subject.state == State::New && !failing(subject);
    let skipped = outcome.subjects.iter().filter(is_skipped).count();
    let (tests, seconds) = (outcome.subjects.len(), outcome.elapsed.as_secs_f64());
    let errors = outcome.troubles.len();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    line!(
        out,
        "<testsuites name=\"schemawire check\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{seconds:.3}\">",
        tests + errors
    );
    line!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{seconds:.3}\">",
        escaped(&format!("against {}", outcome.baseline)),
        tests + errors
    );
    for subject in &outcome.subjects {
        case(subject, &failures_of(subject), &mut out);
    }
    for trouble in &outcome.troubles {
        line!(out, "    <testcase name=\"{}\" classname=\"schemawire\">", escaped(&trouble.message));
        line!(out, "      <error message=\"{}\"/>", escaped(&trouble.causes.join("; ")));
        line!(out, "    </testcase>");
    }
    if excerpt.open_left_out() > 0 {
        line!(out, "    <system-out>{}</system-out>", escaped(&left_out(excerpt.open_left_out())));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn case(subject: &SubjectOutcome, failures: &[&Found], out: &mut String) {
    line!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\">",
        escaped(&subject.name),
        subject.format,
        escaped(&subject.path)
    );
    for failure in failures {
        let text = format!("{}: {}\n{}\nid {}", place(failure), sentence(failure), failure.fix, failure.id);
        line!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            failure.rule,
            escaped(&sentence(failure)),
            escaped(&text)
        );
    }
    if subject.state == State::New && failures.is_empty() {
        line!(out, "      <skipped message=\"new, nothing to compare it with\"/>");
    }
    line!(out, "    </testcase>");
}

/// Text of XML 1.0; what that cannot hold at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
