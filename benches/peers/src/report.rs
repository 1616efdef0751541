//! What a run shows: a table for each group, and the targets.

use crate::cases::OURS;
use crate::measure::Row;
use crate::options::Options;
use crate::table::{Table, count, number};
use crate::targets;

pub fn print(rows: &[Row], options: &Options) {
    let heading = if options.markdown { "### " } else { "" };
    for group in groups(rows) {
        println!("{heading}{group}\n");
        group_table(rows, group).print(options.markdown);
        println!();
    }
    println!("{heading}Targets\n");
    targets::table(rows).print(options.markdown);
}

/// The groups in the order of their first row.
fn groups(rows: &[Row]) -> Vec<&str> {
    let mut groups: Vec<&str> = Vec::new();
    for row in rows {
        if !groups.contains(&row.name.group.as_str()) {
            groups.push(&row.name.group);
        }
    }
    groups
}

fn group_table(rows: &[Row], group: &str) -> Table {
    let mut table =
        Table::new(["", "ns, least", "ns, median", "of ours", "allocations", "bytes", "requests"]);
    for row in rows.iter().filter(|it| it.name.group == group) {
        let ours = rows
            .iter()
            .find(|it| it.name.group == group && it.name.record == row.name.record && it.name.who == OURS);
        table.row([
            format!("{} {}", row.name.record, row.name.who),
            number(row.least),
            number(row.median),
            ours.map_or("-".into(), |ours| format!("{}x", number(row.least / ours.least))),
            count(row.allocations),
            row.bytes.filter(|it| *it > 0).map_or("-".into(), |it| it.to_string()),
            row.requests.map_or("-".into(), count),
        ]);
    }
    table
}
