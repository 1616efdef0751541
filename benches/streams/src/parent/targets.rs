//! What was asked of the streams, and whether this run shows it.

use super::report::{Row, cpu, rate};
use crate::case::{KRAFKA, KRAFKA_CODEC, OURS, OURS_BATCH, OURS_UNSYNCED, RDKAFKA};
use crate::meter::Outcome;
use crate::table::{Table, number};

struct Target {
    what: &'static str,
    case: &'static str,
    ours: &'static str,
    of: fn(&Outcome) -> f64,
    bar: Bar,
}

enum Bar {
    /// So many times theirs, at least.
    Least(f64, &'static str),
    /// So many times theirs, at most.
    Most(f64, &'static str),
    /// That much, at most, in a unit.
    Within(f64, &'static str),
}

const ONE: &str = "produce, one broker";
const THREE: &str = "produce, three brokers";
const CONSUME: &str = "consume, three brokers";

#[rustfmt::skip]
const TARGETS: &[Target] = &[
    Target { what: "rate, one broker, against rdkafka", case: ONE, ours: OURS, of: rate, bar: Bar::Least(1.0, RDKAFKA) },
    Target { what: "rate, three brokers, against rdkafka", case: THREE, ours: OURS, of: rate, bar: Bar::Least(1.0, RDKAFKA) },
    Target { what: "CPU, one broker, against rdkafka", case: ONE, ours: OURS, of: cpu, bar: Bar::Most(0.6, RDKAFKA) },
    Target { what: "CPU, three brokers, against rdkafka", case: THREE, ours: OURS, of: cpu, bar: Bar::Most(0.6, RDKAFKA) },
    Target { what: "send_batch, rate, one broker, against a handle a record", case: ONE, ours: OURS_BATCH, of: rate, bar: Bar::Least(1.0, OURS) },
    Target { what: "send_batch, rate, three brokers, against a handle a record", case: THREE, ours: OURS_BATCH, of: rate, bar: Bar::Least(1.0, OURS) },
    Target { what: "send_batch, CPU, one broker, against bare krafka", case: ONE, ours: OURS_BATCH, of: cpu, bar: Bar::Most(1.0, KRAFKA) },
    Target { what: "send_batch, CPU, three brokers, against bare krafka", case: THREE, ours: OURS_BATCH, of: cpu, bar: Bar::Most(1.0, KRAFKA) },
    Target { what: "consume, decoded, rate, against rdkafka, not decoded", case: CONSUME, ours: OURS, of: rate, bar: Bar::Least(3.0, RDKAFKA) },
    Target { what: "our core over krafka with our codec: produce, rate, one broker", case: ONE, ours: OURS, of: rate, bar: Bar::Least(0.9, KRAFKA_CODEC) },
    Target { what: "the same, CPU", case: ONE, ours: OURS, of: cpu, bar: Bar::Most(1.1, KRAFKA_CODEC) },
    Target { what: "our core over krafka with our codec: produce, rate, three brokers", case: THREE, ours: OURS, of: rate, bar: Bar::Least(0.9, KRAFKA_CODEC) },
    Target { what: "the same, CPU", case: THREE, ours: OURS, of: cpu, bar: Bar::Most(1.1, KRAFKA_CODEC) },
    Target { what: "our core over krafka with our codec: consume, rate", case: CONSUME, ours: OURS, of: rate, bar: Bar::Least(0.9, KRAFKA_CODEC) },
    Target { what: "the same, CPU", case: CONSUME, ours: OURS, of: cpu, bar: Bar::Most(1.1, KRAFKA_CODEC) },
    Target { what: "hot partition, idle brokers", case: "hot partition", ours: OURS, of: |it| it.seconds, bar: Bar::Within(0.5, "s") },
    Target { what: "latency, Kafka, p50", case: "latency, three brokers", ours: OURS, of: |it| figure(it, "p50 ms"), bar: Bar::Within(15.0, "ms") },
    Target { what: "latency, Kafka, p99", case: "latency, three brokers", ours: OURS, of: |it| figure(it, "p99 ms"), bar: Bar::Within(50.0, "ms") },
    Target { what: "latency, embedded, not synced, p50", case: "latency, embedded", ours: OURS_UNSYNCED, of: |it| figure(it, "p50 ms"), bar: Bar::Within(1.0, "ms") },
    Target { what: "latency, embedded, not synced, p99", case: "latency, embedded", ours: OURS_UNSYNCED, of: |it| figure(it, "p99 ms"), bar: Bar::Within(5.0, "ms") },
    Target { what: "longest gap when a broker is killed, against rdkafka", case: "failover", ours: OURS, of: |it| figure(it, "gap s"), bar: Bar::Most(1.1, RDKAFKA) },
    Target { what: "memory at the millionth send that was refused", case: "pressure", ours: OURS, of: growth, bar: Bar::Within(1.05, "x that after a quarter") },
];

fn figure(outcome: &Outcome, name: &str) -> f64 {
    outcome.figure(name).unwrap_or(f64::NAN)
}

fn growth(outcome: &Outcome) -> f64 {
    figure(outcome, "MiB at the end") / figure(outcome, "MiB after a quarter")
}

/// The targets whose cases were run.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(["", "asked", "measured", "met"]);
    for target in TARGETS {
        let of = |who: &str| {
            let row = rows.iter().find(|row| row.case == target.case && row.who == who)?;
            Some(row.median(target.of))
        };
        let Some(ours) = of(target.ours) else { continue };
        let (asked, figure, met) = match target.bar {
            Bar::Within(most, unit) => (format!("<= {most} {unit}"), Some(ours), ours <= most),
            Bar::Least(least, who) => {
                let ratio = of(who).map(|theirs| ours / theirs);
                (format!(">= {least}x"), ratio, ratio.is_some_and(|it| it >= least))
            }
            Bar::Most(most, who) => {
                let ratio = of(who).map(|theirs| ours / theirs);
                (format!("<= {most}x"), ratio, ratio.is_some_and(|it| it <= most))
            }
        };
        let Some(figure) = figure else { continue };
        let unit = match target.bar {
            Bar::Within(_, unit) => format!(" {}", unit.split(' ').next().unwrap_or(unit)),
            _ => "x".into(),
        };
        let met = if met { "yes" } else { "**no**" };
        table.row([target.what.into(), asked, format!("{}{unit}", number(figure)), met.into()]);
    }
    table
}
