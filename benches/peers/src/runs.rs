//! One run, or the median of several, each a process of its own: the heap that a process starts with is part of the noise.

use std::process::{Command, Stdio};

use crate::cases;
use crate::measure::{Plan, Row};
use crate::options::Options;

pub fn all(options: &Options) -> Result<Vec<Row>, String> {
    if options.runs == 1 {
        let mut plan = Plan::new(options.filter.clone());
        cases::collect(&mut plan);
        return Ok(plan.run(options.rounds));
    }
    let runs: Vec<Vec<Row>> = (0..options.runs).map(|_| another(options)).collect::<Result<_, _>>()?;
    Ok(median(&runs))
}

/// A run in a process of its own.
fn another(options: &Options) -> Result<Vec<Row>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["--raw", "--rounds", &options.rounds.to_string()]);
    if let Some(filter) = &options.filter {
        command.args(["--filter", filter]);
    }
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("a run failed: {}", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    text.lines().map(|line| Row::from_line(line).ok_or_else(|| format!("not a row: {line}"))).collect()
}

/// Of each case the median of its times; the rest is the same in every run.
fn median(runs: &[Vec<Row>]) -> Vec<Row> {
    let first = runs.first().map_or(&[][..], Vec::as_slice);
    let of = |row: &Row, time: fn(&Row) -> f64| {
        let same = runs.iter().flatten().filter(|it| it.name == row.name).map(time);
        let mut times: Vec<f64> = same.filter(|it| it.is_finite()).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let row =
        |row: &Row| Row { least: of(row, |it| it.least), median: of(row, |it| it.median), ..row.clone() };
    first.iter().map(row).collect()
}
