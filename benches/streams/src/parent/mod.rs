//! The parent: clusters, topics, rounds over the contenders, and a look into the log before a figure counts.

mod cluster;
mod fill;
mod log;
mod report;
mod rounds;
mod run;
mod targets;
mod topic;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::Failure;
use crate::case::CASES;
use crate::options::Options;
use cluster::Cluster;
use report::Row;

pub fn run(options: &Options) -> Result<(), Failure> {
    if let Some(file) = &options.report {
        return report::print(&read(file)?, options.markdown);
    }
    let mut rows = Vec::new();
    for nodes in [0, 1, 3] {
        let cases: Vec<_> =
            CASES.iter().filter(|case| case.nodes == nodes && case.name.contains(&options.case)).collect();
        if cases.is_empty() {
            continue;
        }
        // Only as long as it is needed: the clusters share the machine with whoever is measured.
        let cluster = Cluster::open(nodes, options.brokers.as_deref())?;
        for case in cases {
            for row in rounds::all(case, &cluster, options)? {
                if let Some(file) = &options.out {
                    append(file, &row)?;
                }
                rows.push(row);
            }
        }
    }
    if rows.is_empty() {
        return Err(format!(
            "no case has {:?} in its name, with {:?} among its contenders",
            options.case, options.who
        )
        .into());
    }
    report::print(&rows, options.markdown)
}

fn read(file: &Path) -> Result<Vec<Row>, Failure> {
    fs::read_to_string(file)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn append(file: &Path, row: &Row) -> Result<(), Failure> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    Ok(writeln!(file, "{}", serde_json::to_string(row)?)?)
}
