//! Random pairs of schemas: whenever `wire` says that one reads the other, random data written with the one is read with the other,
//! with the same meaning.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;

use proptest::prelude::Rng;
use proptest::test_runner::TestRunner;
use schemawire::compat::{Check, Level, RuleId, Verdict, sample};
use schemawire::proof::{Trial, TrialError, witnesses};
use schemawire::schema::{Format, Mode, Schema};

use super::choices::Choices;

/// How many pairs of each format are tried; `SCHEMAWIRE_PAIRS` says another number.
const PAIRS: u64 = 500;

/// How many values of each pair.
const VALUES: u64 = 4;

/// A run of more pairs than that says how far it is, on standard error, past what the harness keeps back.
const SILENT: u64 = 10_000;

/// What came of all pairs.
#[derive(Debug, Default)]
struct Tally {
    pairs: u64,
    compatible: u64,
    values: u64,
    incompatible: u64,
    proven: u64,
    /// Of those without a witness, the rules that fired.
    unproven: BTreeMap<RuleId, u64>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pairs, {} compatible by `wire`", self.pairs, self.compatible)?;
        write!(f, ", {} values read with their meaning; ", self.values)?;
        write!(f, "{} incompatible, {} of them with a witness", self.incompatible, self.proven)
    }
}

fn count() -> u64 {
    let asked = std::env::var_os("SCHEMAWIRE_PAIRS");
    asked.and_then(|it| it.to_str()?.parse().ok()).unwrap_or(PAIRS)
}

/// Runs a format's pairs and says what came of them; the first disagreement ends it.
fn run(format: Format, message: Option<&str>, text: impl Fn(Choices) -> String) -> String {
    // Proptest's seed decides where to start, so that the usual run is the same each time.
    let start = u64::from(TestRunner::default().rng().next_u32()) << 32;
    let count = count();
    let mut tally = Tally::default();
    for seed in start..start + count {
        let (one, other) = Choices::pair(seed);
        let (old, new) = (text(one), text(other));
        let parse = |text: &str| Schema::parse(format, text, Vec::new(), Mode::Strict);
        let old = parse(&old).unwrap_or_else(|error| panic!("{error}\n{old}"));
        let new = parse(&new).unwrap_or_else(|error| panic!("{error}\n{new}"));
        pair(&old, &new, message, seed, &mut tally);
        if count > SILENT && tally.pairs.is_multiple_of(count / 20) {
            let line = format!("{format}, seeds from {start}: {tally}\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
    }
    format!("{format}: {tally}; without one: {:?}", tally.unproven)
}

fn pair(old: &Schema, new: &Schema, message: Option<&str>, seed: u64, tally: &mut Tally) {
    let check = Check { level: Level::Backward, ..Check::default() };
    let history = [old.clone()];
    let mut report = check.run(&history, new);
    tally.pairs += 1;
    let mut trial = Trial::new(old, new);
    if report.wire == Verdict::Compatible {
        tally.compatible += 1;
        for number in 0..VALUES {
            let Some(value) = sample(old, message, seed.wrapping_mul(31).wrapping_add(number)) else {
                continue;
            };
            match trial.run(message, &value) {
                Ok(()) => tally.values += 1,
                // What is made for a JSON Schema need not fit it.
                Err(TrialError::NotWritten(_)) if old.format() == Format::Json => {}
                Err(error) => panic!(
                    "seed {seed}: `wire` says compatible, but {value} is {error}\nold: {}\nnew: {}\n{report}",
                    old.text(),
                    new.text()
                ),
            }
        }
    } else {
        tally.incompatible += 1;
        witnesses(&mut report, &history, new);
        if report.findings.iter().any(|finding| finding.witness.is_some()) {
            tally.proven += 1;
        } else {
            for finding in report.findings.iter().filter(|finding| finding.wire) {
                *tally.unproven.entry(finding.rule).or_default() += 1;
            }
        }
    }
}

#[cfg(feature = "avro")]
#[test]
fn avro_that_wire_calls_compatible_is_read_with_its_meaning() {
    println!("{}", run(Format::Avro, None, super::random_avro::schema));
}

#[cfg(feature = "bincode")]
#[test]
fn bincode_that_wire_calls_compatible_is_read_with_its_meaning() {
    println!("{}", run(Format::Bincode, None, super::random_bincode::schema));
}

#[cfg(feature = "protobuf")]
#[test]
fn protobuf_that_wire_calls_compatible_is_read_with_its_meaning() {
    println!("{}", run(Format::Protobuf, None, super::random_protobuf::schema));
}

#[cfg(feature = "json")]
#[test]
fn json_that_wire_calls_compatible_is_accepted() {
    println!("{}", run(Format::Json, None, super::random_json::schema));
}
