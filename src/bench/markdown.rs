//! A report for a pull request or a page.

use super::tables::{self, Table};
use super::{Comparison, Report};

/// The report as Markdown: the same tables and sentences as its text.
#[must_use]
pub fn markdown(report: &Report, comparison: Option<&Comparison>) -> String {
    let mut parts =
        vec![format!("# Codecs on {}", escaped(&report.subject.schema)), escaped(&tables::subject(report))];
    for table in tables::tables(report).iter().chain(comparison.map(tables::changes).as_ref()) {
        parts.extend([
            format!("## {}", escaped(&table.title)),
            rows(table),
            format!("*{}*", escaped(&table.note)),
        ]);
    }
    for (title, content) in
        [("Remarks", tables::remarks(report, comparison)), ("Method", tables::method(report))]
    {
        if !content.is_empty() {
            let items: Vec<String> = content.iter().map(|line| format!("* {}", escaped(line))).collect();
            parts.extend([format!("## {title}"), items.join("\n")]);
        }
    }
    parts.join("\n\n") + "\n"
}

fn rows(table: &Table) -> String {
    let line = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|it| escaped(it)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule: Vec<&str> =
        (0..table.head.len()).map(|column| if column == 0 { "---" } else { "---:" }).collect();
    let head = [line(&table.head), format!("|{}|", rule.join("|"))];
    head.into_iter().chain(table.rows.iter().map(line)).collect::<Vec<_>>().join("\n")
}

/// What Markdown would take for a sign of its own, so that a schema's name cannot be one.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\' | '#') {
            out.push('\\');
        }
        out.push(if character == '\n' { ' ' } else { character });
    }
    out
}
