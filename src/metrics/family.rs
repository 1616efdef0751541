//! One metric with all its series.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Kind, Metrics, Row};

/// The upper bounds of a histogram's buckets, in microseconds; the last one has none.
const BOUNDS: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
    30_000_000,
];

/// The whole seconds that a rate is the mean of.
const WINDOW: u64 = 10;

/// A row and its series, by their labels' values. Locked for the time of one addition.
#[derive(Debug)]
pub(crate) struct Family {
    row: Row,
    series: Mutex<Series>,
}

#[derive(Debug, Default)]
struct Series {
    /// The labels as they are written, which are looked up without an allocation.
    wanted: String,
    cells: BTreeMap<String, Cell>,
    left_out: u64,
}

#[derive(Debug)]
enum Cell {
    Number(u64),
    Times(Box<Times>),
    Rate(Box<Rate>),
}

#[derive(Debug, Default)]
struct Times {
    buckets: [u64; BOUNDS.len() + 1],
    sum: Duration,
    count: u64,
}

/// Counts of the last seconds, each at its second modulo the slots.
#[derive(Debug, Default)]
struct Rate {
    slots: [(u64, u64); WINDOW as usize + 1],
}

impl Family {
    pub(crate) fn new(row: &Row) -> Self {
        Self { row: *row, series: Mutex::default() }
    }

    /// Counts that many more.
    pub(crate) fn add(&self, labels: &[&str], count: u64) {
        self.change(labels, |cell| {
            if let Cell::Number(number) = cell {
                *number += count;
            }
        });
    }

    /// Shows that value from now on.
    pub(crate) fn set(&self, labels: &[&str], value: u64) {
        self.change(labels, |cell| {
            if let Cell::Number(number) = cell {
                *number = value;
            }
        });
    }

    /// Something took that long, so many times in all; a histogram counts each with its share.
    pub(crate) fn took(&self, labels: &[&str], time: Duration, times: u64) {
        if times == 0 {
            return;
        }
        self.change(labels, |cell| {
            if let Cell::Times(kept) = cell {
                let share = time.as_micros() / u128::from(times);
                let place = BOUNDS.iter().position(|bound| share <= u128::from(*bound));
                if let Some(bucket) = kept.buckets.get_mut(place.unwrap_or(BOUNDS.len())) {
                    *bucket += times;
                }
                kept.sum += time;
                kept.count += times;
            }
        });
    }

    /// That many passed at that moment.
    pub(crate) fn pass(&self, labels: &[&str], count: u64, now: Duration) {
        self.change(labels, |cell| {
            if let Cell::Rate(rate) = cell {
                rate.pass(count, now.as_secs());
            }
        });
    }

    /// How many observations found no room.
    pub(crate) fn left_out(&self) -> u64 {
        self.series().left_out
    }

    /// Appends help, type and every series.
    pub(crate) fn write(&self, text: &mut String, now: Duration) {
        let Row { name, kind, help, .. } = self.row;
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {}", kind.as_str());
        for (labels, cell) in &self.series().cells {
            match cell {
                Cell::Number(number) => {
                    let _ = writeln!(text, "{name}{} {number}", braces(labels));
                }
                Cell::Rate(rate) => {
                    let _ = writeln!(text, "{name}{} {}", braces(labels), rate.mean(now.as_secs()));
                }
                Cell::Times(times) => {
                    if kind == Kind::Histogram {
                        times.write_buckets(text, name, labels);
                    }
                    let (sum, count) = (times.sum.as_secs_f64(), times.count);
                    let braces = braces(labels);
                    let _ = writeln!(text, "{name}_sum{braces} {sum}\n{name}_count{braces} {count}");
                }
            }
        }
    }

    fn change(&self, labels: &[&str], change: impl FnOnce(&mut Cell)) {
        debug_assert_eq!(labels.len(), self.row.labels.len(), "the labels of {}", self.row.name);
        let mut series = self.series();
        let Series { wanted, cells, left_out } = &mut *series;
        wanted.clear();
        for (name, value) in self.row.labels.iter().zip(labels) {
            write_label(wanted, name, value);
        }
        if let Some(cell) = cells.get_mut(wanted.as_str()) {
            return change(cell);
        }
        if cells.len() >= Metrics::MOST {
            *left_out += 1;
            return;
        }
        let mut cell = match self.row.kind {
            Kind::Counter | Kind::Gauge => Cell::Number(0),
            Kind::Rate => Cell::Rate(Box::default()),
            Kind::Histogram | Kind::Summary => Cell::Times(Box::default()),
        };
        change(&mut cell);
        cells.insert(wanted.clone(), cell);
    }

    fn series(&self) -> MutexGuard<'_, Series> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Times {
    fn write_buckets(&self, text: &mut String, name: &str, labels: &str) {
        let separator = if labels.is_empty() { "" } else { "," };
        let mut below = 0;
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            below += count;
            let bound = *bound as f64 / 1e6;
            let _ = writeln!(text, "{name}_bucket{{{labels}{separator}le=\"{bound}\"}} {below}");
        }
        let _ = writeln!(text, "{name}_bucket{{{labels}{separator}le=\"+Inf\"}} {}", self.count);
    }
}

impl Rate {
    fn pass(&mut self, count: u64, second: u64) {
        let place = (second % self.slots.len() as u64) as usize;
        if let Some(slot) = self.slots.get_mut(place) {
            if slot.0 != second {
                *slot = (second, 0);
            }
            slot.1 += count;
        }
    }

    /// The mean of the whole seconds before this one: the current one is not over.
    fn mean(&self, second: u64) -> f64 {
        let oldest = second.saturating_sub(WINDOW);
        let counted = self.slots.iter().filter(|slot| (oldest..second).contains(&slot.0));
        let seconds = (second - oldest).max(1);
        counted.map(|slot| slot.1).sum::<u64>() as f64 / seconds as f64
    }
}

fn braces(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// Appends `name="value"`, with what the format escapes escaped.
fn write_label(text: &mut String, name: &str, value: &str) {
    if !text.is_empty() {
        text.push(',');
    }
    text.push_str(name);
    text.push_str("=\"");
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    text.push('"');
}
