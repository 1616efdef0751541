//! A line for each finding: `path:line:column: severity[rule]: message; breaks v3, v4 of subject`.

use super::excerpt::Excerpt;
use super::words::{left_out, line, place, plain, sentence, versions};

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let mut out = String::new();
    for found in &excerpt.open {
        let broken: Vec<String> = versions(found).iter().map(|version| version.short()).collect();
        let broken = if broken.is_empty() { String::new() } else { format!("{} of ", broken.join(", ")) };
        let subject = format!("; breaks {broken}{}", found.subject);
        let is_of_checker = found.level.is_some();
        let line = format!(
            "{}: {}[{}]: {}{}",
            place(found),
            found.severity.as_str(),
            found.rule,
            sentence(found),
            if is_of_checker { subject.as_str() } else { "" }
        );
        line!(out, "{}", plain(&line));
        for dependent in &found.dependents {
            let line = format!(
                "{}: note[{}]: breaks {}",
                place(found),
                found.rule,
                super::words::dependent(dependent)
            );
            line!(out, "{}", plain(&line));
        }
    }
    if excerpt.open_left_out() > 0 {
        line!(out, "note: {}", left_out(excerpt.open_left_out()));
    }
    out
}
