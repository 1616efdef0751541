//! A report as a page of its own: nothing is loaded from anywhere, light or dark as the reader's system is.

use std::fmt::Write;

use super::chart::{Bar, Chart, Group};
use super::tables::{self, Table, bytes};
use super::{Case, Comparison, Figures, Path, Report};

const STYLE: &str = include_str!("page.css");

/// How many colours the style has.
const COLORS: usize = 6;

/// The report as an HTML page: bar charts, under them the tables with every figure, then how it was measured.
#[must_use]
pub fn html(report: &Report, comparison: Option<&Comparison>) -> String {
    let title = format!("Codecs on {}", report.subject.schema);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{}</h1>\n<p>{}</p>\n",
        escaped(&title),
        escaped(&title),
        escaped(&tables::subject(report))
    );
    if let Some(comparison) = comparison {
        section(&mut out, &tables::changes(comparison), true);
    }
    for (path, title, note) in [
        (
            Path::Dynamic,
            "Dynamic values",
            "Read and written by the schema alone. Less is better in every chart.",
        ),
        (
            Path::Typed,
            "Rust types",
            "Through serde or prost. Less is better in every chart; not to be ranked against dynamic values.",
        ),
    ] {
        let cases: Vec<&Case> = report.cases.iter().filter(|it| it.path == path).collect();
        if !cases.is_empty() {
            let _ = write!(out, "<h2>{title}</h2>\n<p>{note}</p>\n<div class=\"cards\">\n");
            charts(&mut out, &cases, path);
            out.push_str("</div>\n");
        }
    }
    for table in tables::tables(report) {
        section(&mut out, &table, false);
    }
    for (title, lines) in
        [("Remarks", tables::remarks(report, comparison)), ("Method", tables::method(report))]
    {
        if !lines.is_empty() {
            let _ = write!(out, "<details open=\"open\"><summary>{title}</summary>\n<ul class=\"notes\">\n");
            for line in lines {
                let _ = writeln!(out, "<li>{}</li>", escaped(&line));
            }
            out.push_str("</ul>\n</details>\n");
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The four charts of one path. A codec has one colour in all of them.
fn charts(out: &mut String, cases: &[&Case], path: Path) {
    let path = path.as_str();
    for (operation, figures) in
        [("Encode", (|it| &it.encode) as fn(&Case) -> &Figures), ("Decode", |it| &it.decode)]
    {
        let chart = times(operation, cases, figures);
        card(
            out,
            &chart,
            &format!("{path}-{}", operation.to_ascii_lowercase()),
            "The mark is where half of the rounds lie.",
        );
    }
    card(out, &sizes(cases), &format!("{path}-bytes"), "The payload as it is, without a frame.");
    let note = "All messages compressed together, as Kafka compresses a batch.";
    card(out, &compressed(cases), &format!("{path}-compressed"), note);
}

fn times(operation: &str, cases: &[&Case], figures: fn(&Case) -> &Figures) -> Chart {
    let most = cases.iter().map(|case| figures(case).nanoseconds.median).fold(0.0, f64::max);
    let groups = cases.iter().enumerate().map(|(index, case)| {
        let spread = figures(case).nanoseconds;
        let label = duration(spread.median, most);
        let spread = Some((spread.lower_quartile, spread.upper_quartile));
        let value = figures(case).nanoseconds.median;
        Group {
            name: tables::name(case),
            bars: vec![Bar { name: String::new(), value, label, spread, color: index % COLORS }],
        }
    });
    chart(format!("{operation}: time a message"), groups.collect())
}

fn sizes(cases: &[&Case]) -> Chart {
    let groups = cases.iter().enumerate().map(|(index, case)| {
        let value = case.bytes.per_message;
        let bar = Bar { name: String::new(), value, label: size(value), spread: None, color: index % COLORS };
        Group { name: tables::name(case), bars: vec![bar] }
    });
    chart("Bytes a message".to_owned(), groups.collect())
}

fn compressed(cases: &[&Case]) -> Chart {
    let groups = cases.iter().enumerate().map(|(index, case)| {
        let bars = case.bytes.compressed.iter().map(|it| Bar {
            name: it.algorithm.clone(),
            value: it.batch,
            label: size(it.batch),
            spread: None,
            color: index % COLORS,
        });
        Group { name: tables::name(case), bars: bars.collect() }
    });
    chart("Bytes a message, compressed".to_owned(), groups.collect())
}

/// A chart whose description says all its numbers.
fn chart(title: String, groups: Vec<Group>) -> Chart {
    let said = groups.iter().map(|group| {
        let bars = group.bars.iter().map(|bar| format!("{} {}", bar.name, bar.label).trim().to_owned());
        format!("{}: {}", group.name, bars.collect::<Vec<_>>().join(", "))
    });
    Chart { description: said.collect::<Vec<_>>().join("; "), title, groups }
}

fn card(out: &mut String, chart: &Chart, id: &str, note: &str) {
    let _ = writeln!(
        out,
        "<div class=\"card\"><h3>{}</h3>\n{}\n<p>{note}</p></div>",
        escaped(&chart.title),
        chart.svg(id)
    );
}

/// A table that can be folded away.
fn section(out: &mut String, table: &Table, marks: bool) {
    let _ = write!(
        out,
        "<details open=\"open\"><summary>{}</summary>\n<div class=\"scroll\"><table>\n<thead><tr>",
        escaped(&table.title)
    );
    for cell in &table.head {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        let bad = marks && row.last().is_some_and(|it| !it.is_empty());
        out.push_str(if bad { "<tr class=\"regression\">" } else { "<tr>" });
        for cell in row {
            let _ = write!(out, "<td>{}</td>", escaped(cell));
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(out, "</tbody></table></div>\n<p>{}</p></details>", escaped(&table.note));
}

/// Nanoseconds in the unit that people would say the most of them in, so that one chart has one unit.
fn duration(nanoseconds: f64, most: f64) -> String {
    match most {
        it if it < 9_999.5 => format!("{} ns", tables::nanoseconds(nanoseconds)),
        it if it < 9_999_500.0 => format!("{:.1} µs", nanoseconds / 1e3),
        _ => format!("{:.1} ms", nanoseconds / 1e6),
    }
}

fn size(value: f64) -> String {
    if value < 100_000.0 { format!("{} B", bytes(value)) } else { format!("{:.1} kB", value / 1e3) }
}

/// Text that can stand anywhere in a page.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no place for them, not even escaped.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
