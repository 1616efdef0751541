//! A report for a terminal.

use super::tables::{self, Table};
use super::{Comparison, Report};

/// The report as text: tables of at most 110 columns where names are short, then how it was measured.
#[must_use]
pub fn text(report: &Report, comparison: Option<&Comparison>) -> String {
    let mut lines = vec![tables::subject(report), String::new()];
    for table in tables::tables(report).iter().chain(comparison.map(tables::changes).as_ref()) {
        lines.push(table.title.clone());
        lines.extend(aligned(table));
        lines.extend([format!("({})", table.note), String::new()]);
    }
    for (title, content) in
        [("Remarks", tables::remarks(report, comparison)), ("Method", tables::method(report))]
    {
        if !content.is_empty() {
            lines.push(title.to_owned());
            lines.extend(content.iter().map(|line| format!("* {line}")));
            lines.push(String::new());
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

/// The head and the rows, columns as wide as they must be, all but the first to the right.
fn aligned(table: &Table) -> Vec<String> {
    let all = || std::iter::once(&table.head).chain(&table.rows);
    let width = |column: usize| {
        all().filter_map(|row| row.get(column)).map(|it| it.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.head.len()).map(width).collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let gap = " ".repeat(width - cell.chars().count());
            if column == 0 { format!("{cell}{gap}") } else { format!("{gap}{cell}") }
        });
        format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    all().map(line).collect()
}

/// The report as JSON, with the comparison in a member of that name where there is one.
#[must_use]
pub fn json(report: &Report, comparison: Option<&Comparison>) -> String {
    #[derive(serde::Serialize)]
    struct Shown<'r> {
        #[serde(flatten)]
        report: &'r Report,
        #[serde(skip_serializing_if = "Option::is_none")]
        comparison: Option<&'r Comparison>,
    }
    // Strings and numbers under names: there is nothing in it that JSON cannot write.
    serde_json::to_string_pretty(&Shown { report, comparison }).unwrap_or_default() + "\n"
}
