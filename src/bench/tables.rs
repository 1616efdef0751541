//! A report as tables of text, which every way of showing it uses, so that all of them say the same.

use super::{Case, Comparison, Figures, Path, Report};

/// A table; the first column is words, the others are numbers.
pub(super) struct Table {
    pub(super) title: String,
    /// What the numbers are.
    pub(super) note: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

const DYNAMIC: &str = "Dynamic values, by the schema alone";
const TYPED: &str = "Rust types, through serde or prost";

/// The tables of the report: times and sizes, the paths apart.
pub(super) fn tables(report: &Report) -> Vec<Table> {
    let mut tables = Vec::new();
    for (path, title) in [(Path::Dynamic, DYNAMIC), (Path::Typed, TYPED)] {
        let cases: Vec<&Case> = report.cases.iter().filter(|it| it.path == path).collect();
        if !cases.is_empty() {
            tables.push(times(title, &cases));
            tables.push(sizes(title, &cases));
        }
    }
    tables
}

fn times(title: &str, cases: &[&Case]) -> Table {
    let mut head = vec!["codec".to_owned()];
    for operation in ["encode", "decode"] {
        head.extend([format!("{operation} ns"), "±".into(), "MB/s".into(), "allocations".into()]);
    }
    let rows = cases.iter().map(|case| {
        let mut row = vec![name(case)];
        for figures in [&case.encode, &case.decode] {
            row.extend(cells(figures));
        }
        row
    });
    Table {
        title: format!("{title}: time"),
        note: "nanoseconds a message, the median; ± half the distance of the quartiles; megabytes of payload a second; allocations a message".into(),
        head,
        rows: rows.collect(),
    }
}

fn cells(figures: &Figures) -> [String; 4] {
    let spread = &figures.nanoseconds;
    [
        nanoseconds(spread.median),
        format!("{:.1}%", spread.relative() * 100.0),
        thousands(figures.megabytes_per_second.round() as u64),
        figures.allocations.map_or_else(|| "–".to_owned(), |it| format!("{it:.1}")),
    ]
}

fn sizes(title: &str, cases: &[&Case]) -> Table {
    let mut head = vec!["codec".to_owned(), "bytes".to_owned()];
    let algorithms = || cases.iter().take(1).flat_map(|case| &case.bytes.compressed).map(|it| &it.algorithm);
    head.extend(algorithms().map(|name| format!("{name}, batch")));
    head.extend(algorithms().map(|name| format!("{name}, alone")));
    let rows = cases.iter().map(|case| {
        let mut row = vec![name(case), bytes(case.bytes.per_message)];
        row.extend(case.bytes.compressed.iter().map(|it| bytes(it.batch)));
        row.extend(case.bytes.compressed.iter().map(|it| bytes(it.alone)));
        row
    });
    Table {
        title: format!("{title}: size"),
        note: "bytes a message, without a frame; batch: all messages compressed together, as Kafka compresses a batch; alone: each by itself".into(),
        head,
        rows: rows.collect(),
    }
}

/// The table of a comparison.
pub(super) fn changes(comparison: &Comparison) -> Table {
    let head = ["what", "before", "now", "change", ""].map(str::to_owned).to_vec();
    let rows = comparison.changes.iter().map(|change| {
        let number = |value: f64| if change.what.is_time() { nanoseconds(value) } else { bytes(value) };
        let verdict = if change.is_regression { "regression" } else { "" };
        let percent = format!("{:+.1}%", (change.ratio() - 1.0) * 100.0);
        vec![change.name(), number(change.before), number(change.now), percent, verdict.to_owned()]
    });
    Table {
        title: format!("Compared with {}", comparison.baseline),
        note: format!(
            "a regression is more than {:.0}% over what was before; of times, if the quartiles do not overlap, too",
            comparison.threshold * 100.0
        ),
        head,
        rows: rows.collect(),
    }
}

/// A case's codec, and the type where it has one.
pub(super) fn name(case: &Case) -> String {
    match &case.rust_type {
        Some(name) => format!("{} {name}", case.codec),
        None => case.codec.clone(),
    }
}

/// What was measured, in one line.
pub(super) fn subject(report: &Report) -> String {
    let subject = &report.subject;
    format!(
        "{} ({}), {} messages: {}",
        subject.schema,
        subject.format,
        thousands(subject.messages as u64),
        subject.data
    )
}

/// How it was measured and where, a sentence each.
pub(super) fn method(report: &Report) -> Vec<String> {
    let (method, machine) = (&report.method, &report.machine);
    let outliers: u32 =
        report.cases.iter().flat_map(|it| [&it.encode, &it.decode]).map(|it| it.nanoseconds.outliers).sum();
    let turns = method.rounds as usize * report.cases.len() * 2;
    let mut lines = vec![
        format!(
            "Rounds: {} that count after {} of warm-up; in each, every operation of every codec has one turn of at least {} ms, so that what disturbs the machine disturbs all alike.",
            method.rounds, method.warm_up_rounds, method.turn_milliseconds
        ),
        format!(
            "Outliers: {outliers} of {turns} turns lie more than 1.5 quartile distances outside the quartiles; they are counted and stay in. The median hardly moves with them."
        ),
        format!(
            "Clock: {}. Encoding is into a buffer that is used again; decoding includes dropping the value. Every message went through its codec once first and came back the same.",
            method.clock
        ),
        format!("Machine: {machine}."),
    ];
    if method.allocations {
        lines.push("Allocations: counted over one pass, reallocations included; the counter runs during the measurement, too, and is in the times.".into());
    }
    if report.cases.iter().any(|it| it.path == Path::Dynamic) {
        lines.push("Dynamic values are read and written by the schema alone, as a tool does that knows no Rust type; a Rust type is other work, and its figures are not to be ranked against these.".into());
    }
    if machine.is_debug() {
        lines.push("This is a build for debugging: its times say nothing about an optimized one.".into());
    }
    lines
}

/// What is to be known about single codecs: notes, and why some were left out.
pub(super) fn remarks(report: &Report, comparison: Option<&Comparison>) -> Vec<String> {
    let notes = report
        .cases
        .iter()
        .flat_map(|case| case.notes.iter().map(move |note| format!("{}: {note}", name(case))));
    let left_out = report.left_out.iter().map(|it| format!("{}: not measured: {}", it.codec, it.reason));
    let compared = comparison.into_iter().flat_map(|it| it.remarks.iter().cloned());
    notes.chain(left_out).chain(compared).collect()
}

/// Nanoseconds with as many digits as they are good for.
pub(super) fn nanoseconds(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { thousands(value.round() as u64) }
}

/// Bytes with a tenth, as long as it tells.
pub(super) fn bytes(value: f64) -> String {
    if value < 10_000.0 { format!("{value:.1}") } else { thousands(value.round() as u64) }
}

/// A whole number with its thousands apart.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
