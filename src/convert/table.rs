//! The table of conversions: for each kind of type and each format, what it becomes and how well.
//!
//! The rows are the one source: reports cite their cells, [`markdown`] prints them, and a test holds the printed page
//! (`docs/CONVERSION.md`) and the conversions themselves against them.

mod rows;
mod words;

use super::report::Verdict;
use crate::schema::Format;

pub(super) use rows::ROWS;
pub(super) use words::WORDS;

/// A kind of type, and its cell for each format.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    /// What the kind is.
    pub(super) about: &'static str,
    /// Avro, Protobuf, JSON, bincode.
    pub(super) cells: [Cell; 4],
}

/// What a kind becomes in a format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) verdict: Verdict,
    /// What the target calls it; empty where it is impossible.
    pub(super) target: &'static str,
    /// What is other, or why it cannot be; empty where it is exact.
    pub(super) why: &'static str,
}

/// What a language calls a type, and the row that it is.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) format: Format,
    pub(super) word: &'static str,
    pub(super) row: &'static str,
}

/// The formats in the order of the columns.
pub(super) const FORMATS: [Format; 4] = [Format::Avro, Format::Protobuf, Format::Json, Format::Bincode];

/// The cell of that row and format; `None` for a format of one's own and for a row that is none.
pub(super) fn cell(row: &str, to: Format) -> Option<Cell> {
    let column = FORMATS.iter().position(|it| *it == to)?;
    let row = ROWS.iter().find(|it| it.name == row)?;
    row.cells.get(column).copied()
}

/// The rule of that row and format: `int64-to-protobuf`.
pub(super) fn rule(row: &str, to: Format) -> String {
    format!("{row}-to-{}", to.as_str().to_ascii_lowercase())
}

/// The whole table as Markdown: a section a source format, a row a type of it, a column a target format.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    for from in FORMATS {
        let targets: Vec<_> = FORMATS.into_iter().filter(|to| *to != from).collect();
        out.push_str(&format!("\n## From {from}\n\n| type | kind |"));
        targets.iter().for_each(|to| out.push_str(&format!(" {to} |")));
        out.push_str("\n|---|---|---|---|---|\n");
        for word in WORDS.iter().filter(|it| it.format == from) {
            out.push_str(&format!("| {} | {} |", word.word, word.row));
            for to in &targets {
                if let Some(cell) = cell(word.row, *to) {
                    out.push_str(&format!(" {} |", text(cell)));
                }
            }
            out.push('\n');
        }
    }
    out.push_str("\n## Kinds\n\n| kind | what it is |\n|---|---|\n");
    for row in ROWS {
        out.push_str(&format!("| {} | {} |\n", row.name, row.about));
    }
    out
}

fn text(cell: Cell) -> String {
    let verdict = cell.verdict;
    match (cell.target, cell.why) {
        ("", why) => format!("**{verdict}**: {why}"),
        (target, "") => format!("{verdict}: `{target}`"),
        (target, why) => format!("{verdict}: `{target}`, {why}"),
    }
}

const HEAD: &str = "# Conversion of schemas

Printed by `schemawire convert --table`; the rows stand in `src/convert/table/`.

* **exact**: each value has its counterpart and comes back equal, and the target's type has no values beside those.
* **widened**: each value is carried and comes back equal; the target's type takes more, or says less.
* **narrowed**: values are carried and come back as the note says; some, which it names, are refused when they come.
* **impossible**: the target has no type for it, and the schema is not converted.
";
