//! What a run shows: a table for each case, and the targets.

use serde::{Deserialize, Serialize};

use super::targets;
use crate::Failure;
use crate::case::{CASES, Case, Kind};
use crate::meter::Outcome;
use crate::table::{Table, number};

/// A contender in a case, with what each round gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub case: String,
    pub who: String,
    pub outcomes: Vec<Outcome>,
}

impl Row {
    pub fn new(case: &str, who: &str) -> Self {
        Self { case: case.into(), who: who.into(), outcomes: Vec::new() }
    }

    /// The median over the rounds of whatever is made of an outcome; of an even number the upper of the middle two.
    pub fn median(&self, of: impl Fn(&Outcome) -> f64) -> f64 {
        let sorted = self.sorted(of);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn sorted(&self, of: impl Fn(&Outcome) -> f64) -> Vec<f64> {
        let mut all: Vec<f64> = self.outcomes.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    /// The least and the most.
    fn range(&self, of: impl Fn(&Outcome) -> f64) -> String {
        let sorted = self.sorted(of);
        match (sorted.first(), sorted.last()) {
            (Some(least), Some(most)) => format!("{} to {}", number(*least), number(*most)),
            _ => "-".into(),
        }
    }
}

/// Thousands of records a second.
pub fn rate(outcome: &Outcome) -> f64 {
    outcome.records as f64 / outcome.seconds / 1e3
}

/// Seconds of the processor for a million records.
pub fn cpu(outcome: &Outcome) -> f64 {
    outcome.cpu / outcome.records as f64 * 1e6
}

fn peak(outcome: &Outcome) -> f64 {
    outcome.peak_kib as f64 / 1024.0
}

pub fn print(rows: &[Row], markdown: bool) -> Result<(), Failure> {
    let heading = if markdown { "### " } else { "" };
    for case in CASES {
        let of_case: Vec<&Row> = rows.iter().filter(|row| row.case == case.name).collect();
        let rounds = of_case.iter().map(|row| row.outcomes.len()).max().unwrap_or(0);
        if rounds > 0 {
            println!("{heading}{}, {rounds} rounds\n", case.name);
            table(case, &of_case).print(markdown);
            println!();
        }
    }
    println!("{heading}Targets\n");
    targets::table(rows).print(markdown);
    Ok(())
}

fn table(case: &Case, rows: &[&Row]) -> Table {
    match case.kind {
        Kind::Produce | Kind::Consume => speed(rows),
        Kind::Hot => {
            let mut table = Table::new(["", "seconds", "least and most", "CPU s / million"]);
            for row in rows {
                let seconds = |it: &Outcome| it.seconds;
                let cells = [number(row.median(seconds)), row.range(seconds), number(row.median(cpu))];
                let [seconds, range, cpu] = cells;
                table.row([row.who.clone(), seconds, range, cpu]);
            }
            table
        }
        Kind::Latency => figures(rows, ["p50 ms", "p99 ms", "most ms"]),
        Kind::Failover => figures(rows, ["gap s"]),
        Kind::Pressure => figures(rows, ["accepted", "refused", "MiB after a quarter", "MiB at the end"]),
    }
}

fn speed(rows: &[&Row]) -> Table {
    let mut table = Table::new([
        "",
        "1,000 records/s",
        "least and most",
        "CPU s / million",
        "least and most",
        "MiB, most",
    ]);
    for row in rows {
        table.row([
            row.who.clone(),
            number(row.median(rate)),
            row.range(rate),
            number(row.median(cpu)),
            row.range(cpu),
            number(row.median(peak)),
        ]);
    }
    table
}

/// What a case measures by name.
fn figures<const N: usize>(rows: &[&Row], names: [&str; N]) -> Table {
    let head = std::iter::once("").chain(names.into_iter().flat_map(|name| [name, "least and most"]));
    let mut table = Table::of(head.map(Into::into).collect());
    for row in rows {
        let mut cells = vec![row.who.clone()];
        for name in names {
            let figure = |it: &Outcome| it.figure(name).unwrap_or(f64::NAN);
            cells.extend([number(row.median(figure)), row.range(figure)]);
        }
        table.push(cells);
    }
    table
}
