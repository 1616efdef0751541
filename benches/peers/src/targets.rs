//! What was asked of the codecs, and whether this run shows it.

use crate::cases::{CHECKED, CONVERTER, FRESH, OURS, group, lookup};
use crate::measure::Row;
use crate::table::{Table, count, number};

/// How ours has to stand to theirs, or alone.
enum Bar {
    /// Theirs takes at least so many times the time of ours; a number for small, medium and large.
    Faster([f64; 3]),
    /// Ours takes at most so many times the time of theirs.
    AtMost([f64; 3]),
    /// Ours allocates at most so often.
    Allocations([f64; 3]),
}

struct Target {
    what: &'static str,
    ours: (&'static str, &'static str),
    theirs: (&'static str, &'static str),
    bar: Bar,
}

/// No target for that record.
const NONE: f64 = f64::INFINITY;
const RECORDS: [&str; 3] = ["small", "medium", "large"];
const CACHED: &str = "apache-avro, reader kept";
const FAST: &str = "serde_avro_fast";

#[rustfmt::skip]
const TARGETS: &[Target] = &[
    Target { what: "v1 read as v2, owned, against apache-avro", ours: (group::RESOLVING_OWNED, OURS), theirs: (group::RESOLVING_OWNED, CACHED), bar: Bar::Faster([15.0, 10.0, 4.5]) },
    Target { what: "the same, borrowed", ours: (group::RESOLVING_BORROWED, OURS), theirs: (group::RESOLVING_OWNED, CACHED), bar: Bar::Faster([25.0, 30.0, 15.0]) },
    Target { what: "v1 read as v2, owned, against serde_avro_fast, which reads v1", ours: (group::RESOLVING_OWNED, OURS), theirs: (group::DECODE_OWNED, FAST), bar: Bar::AtMost([0.65; 3]) },
    Target { what: "the same, borrowed", ours: (group::RESOLVING_BORROWED, OURS), theirs: (group::DECODE_BORROWED, FAST), bar: Bar::AtMost([0.5; 3]) },
    Target { what: "v1 read as v2, owned, against our reading v1", ours: (group::RESOLVING_OWNED, OURS), theirs: (group::DECODE_OWNED, OURS), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "the same, borrowed", ours: (group::RESOLVING_BORROWED, OURS), theirs: (group::DECODE_BORROWED, OURS), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "Avro encode against serde_avro_fast", ours: (group::ENCODE, OURS), theirs: (group::ENCODE, FAST), bar: Bar::AtMost([0.35, 0.25, 0.5]) },
    Target { what: "framed bytes to struct against schema_registry_converter", ours: (group::FULL_DECODE, OURS), theirs: (group::FULL_DECODE, CONVERTER), bar: Bar::Faster([7.0, 6.0, 3.5]) },
    Target { what: "struct to framed bytes against it, a buffer reused", ours: (group::FULL_ENCODE, OURS), theirs: (group::FULL_ENCODE, CONVERTER), bar: Bar::Faster([10.0, 10.0, 2.0]) },
    Target { what: "the same, a new Vec each as it gives", ours: (group::FULL_ENCODE, FRESH), theirs: (group::FULL_ENCODE, CONVERTER), bar: Bar::Faster([10.0, 10.0, 2.0]) },
    Target { what: "Protobuf decode against prost", ours: (group::PROTOBUF_DECODE, OURS), theirs: (group::PROTOBUF_DECODE, "prost"), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "Protobuf encode against prost", ours: (group::PROTOBUF_ENCODE, OURS), theirs: (group::PROTOBUF_ENCODE, "prost"), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "JSON decode against serde_json", ours: (group::JSON_DECODE, OURS), theirs: (group::JSON_DECODE, "serde_json"), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "JSON encode against serde_json", ours: (group::JSON_ENCODE, OURS), theirs: (group::JSON_ENCODE, "serde_json"), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "JSON decode, validated, against plain serde_json", ours: (group::JSON_DECODE, CHECKED), theirs: (group::JSON_DECODE, "serde_json"), bar: Bar::AtMost([1.5, 1.5, NONE]) },
    Target { what: "bincode decode against bincode under the same limit and guard", ours: (group::BINCODE_DECODE, OURS), theirs: (group::BINCODE_DECODE, "bincode"), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "bincode encode against bincode under the same guard", ours: (group::BINCODE_ENCODE, OURS), theirs: (group::BINCODE_ENCODE, "bincode"), bar: Bar::AtMost([1.05; 3]) },
    Target { what: "dynamic Avro against from_avro_datum", ours: (group::DYNAMIC_DECODE, OURS), theirs: (group::DYNAMIC_DECODE, "apache-avro, from_avro_datum"), bar: Bar::Faster([5.0; 3]) },
    Target { what: "dynamic Avro, allocations", ours: (group::DYNAMIC_DECODE, OURS), theirs: ("", ""), bar: Bar::Allocations([5.0; 3]) },
    Target { what: "v1 read as v2, owned, allocations (owned fields, one of them a default)", ours: (group::RESOLVING_OWNED, OURS), theirs: ("", ""), bar: Bar::Allocations([4.0, 64.0, 1_006.0]) },
    Target { what: "borrowed, allocations (the lists and maps)", ours: (group::RESOLVING_BORROWED, OURS), theirs: ("", ""), bar: Bar::Allocations([0.0, 2.0, 4.0]) },
    Target { what: "Avro encode, allocations", ours: (group::ENCODE, OURS), theirs: ("", ""), bar: Bar::Allocations([0.0; 3]) },
    Target { what: "framed bytes to struct, allocations (as without frame and lookup)", ours: (group::FULL_DECODE, OURS), theirs: ("", ""), bar: Bar::Allocations([4.0, 64.0, 1_006.0]) },
    Target { what: "struct to framed bytes, a buffer reused, allocations", ours: (group::FULL_ENCODE, OURS), theirs: ("", ""), bar: Bar::Allocations([0.0; 3]) },
];

pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(["", "asked", "small", "medium", "large", "met"]);
    for target in TARGETS {
        let bars = match target.bar {
            Bar::Faster(bars) | Bar::AtMost(bars) | Bar::Allocations(bars) => bars,
        };
        let figures: [Option<f64>; 3] = std::array::from_fn(|it| target.figure(rows, RECORDS[it]));
        let met = |(figure, bar): (&Option<f64>, f64)| match figure {
            _ if bar == NONE => None,
            None => None,
            Some(figure) => Some(match target.bar {
                Bar::Faster(_) => *figure >= bar,
                Bar::AtMost(_) | Bar::Allocations(_) => *figure <= bar,
            }),
        };
        let met: Vec<Option<bool>> = figures.iter().zip(bars).map(met).collect();
        let cell = |it: usize| figures[it].map_or("-".into(), |figure| target.show(figure));
        table.row([target.what.into(), target.asked(bars), cell(0), cell(1), cell(2), verdict(&met)]);
    }
    lookups(rows, &mut table);
    table
}

/// Frame and lookup: nanoseconds, not ratios.
fn lookups(rows: &[Row], table: &mut Table) {
    let of =
        |who: &str| find(rows, (group::LOOKUP, who), "-").map(|row| row.least).filter(|it| it.is_finite());
    let mut line = |what: &str, asked: &str, figure: Option<f64>, unit: &str, limit: f64| {
        let shown = figure.map_or("-".into(), |it| format!("{}{unit}", number(it)));
        let met = verdict(&[figure.map(|it| it <= limit)]);
        table.row([what.into(), asked.into(), shown, "-".into(), "-".into(), met]);
    };
    let (random, same, two) = (of(lookup::RANDOM), of(lookup::SAME), of(lookup::TWO_THREADS));
    line("frame and lookup, shared &self, random ids", "<= 15 ns", random, " ns", 15.0);
    line("frame and lookup, random ids", "<= 5 ns", random, " ns", 5.0);
    line("frame and lookup, the same id again", "<= 2 ns", same, " ns", 2.0);
    let slower = two.zip(random).map(|(two, one)| two / one);
    line("frame and lookup, two threads against one", "<= 1.10x", slower, "x", 1.1);
}

impl Target {
    fn figure(&self, rows: &[Row], record: &str) -> Option<f64> {
        let ours = find(rows, self.ours, record)?;
        Some(match self.bar {
            Bar::Allocations(_) => ours.allocations,
            Bar::Faster(_) => find(rows, self.theirs, record)?.least / ours.least,
            Bar::AtMost(_) => ours.least / find(rows, self.theirs, record)?.least,
        })
    }

    fn show(&self, figure: f64) -> String {
        match self.bar {
            Bar::Allocations(_) => count(figure),
            _ => format!("{}x", number(figure)),
        }
    }

    fn asked(&self, bars: [f64; 3]) -> String {
        let sign = if matches!(self.bar, Bar::Faster(_)) { ">=" } else { "<=" };
        let shown = bars.map(|bar| if bar == NONE { "-".into() } else { count(bar) });
        let same = bars.iter().all(|it| *it == bars[0]);
        if same { format!("{sign} {}", shown[0]) } else { format!("{sign} {}", shown.join(" / ")) }
    }
}

fn find<'r>(rows: &'r [Row], (group, who): (&str, &str), record: &str) -> Option<&'r Row> {
    rows.iter().find(|it| it.name.group == group && it.name.who == who && it.name.record == record)
}

/// One word, and which of them are not met.
fn verdict(met: &[Option<bool>]) -> String {
    let missed: Vec<&str> =
        met.iter().zip(RECORDS).filter(|(it, _)| **it == Some(false)).map(|(_, name)| name).collect();
    match missed.len() {
        _ if met.iter().all(Option::is_none) => "-".into(),
        0 => "yes".into(),
        _ if met.len() == 1 || met.iter().flatten().all(|it| !it) => "NO".into(),
        _ => format!("not {}", missed.join(", ")),
    }
}
