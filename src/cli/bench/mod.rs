//! `schemawire bench`.

mod codecs;
mod data;
mod scaffold;
mod translated;

use std::path::PathBuf;

use clap::ValueEnum;

use super::failure::Failure;
use super::input::read_text;
use super::output::Output;
use super::schema_file::References;
use crate::bench::{self, Comparison, Report};
use codecs::CodecName;
use data::Data;
use scaffold::Scaffold;

/// Measures codecs on your own schema and data: nanoseconds a message to encode and to decode, megabytes a second, bytes a
/// message as they are and compressed, allocations. Every codec that can carry the schema is measured in one run.
///
/// The values are dynamic ones, read and written by the schema alone. `--scaffold` writes a crate that measures a Rust type, and
/// the library's `schemawire::bench` does so in a program of your own.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  schemawire bench --schema order.avsc --data orders.jsonl\n  schemawire bench --schema order.proto --message acme.Order --format html -o bench.html\n  schemawire bench --schema order.avsc --save main.json     then, on a branch:\n  schemawire bench --schema order.avsc --compare main.json  ends with exit code 1 on a regression\n  schemawire bench --schema order.avsc --scaffold order-bench   a crate for your own Rust type"
)]
pub(super) struct Bench {
    /// The schema: Avro, Protobuf, JSON Schema, or a bincode layout
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,

    #[command(flatten)]
    references: References,

    /// The message to measure, where a Protobuf schema declares several; the first otherwise
    #[arg(long, value_name = "NAME")]
    message: Option<String>,

    /// Messages as JSON lines; `-` is standard input. Without it they are made up from the schema, which says little about
    /// how well yours compress
    #[arg(long, value_name = "FILE")]
    data: Option<String>,

    /// What made-up messages are drawn from: the same number gives the same messages
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "data")]
    seed: u64,

    /// How many messages to measure: that many made-up ones, or at most so many of the data's first lines
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    messages: u32,

    /// Only these codecs; may be given again
    #[arg(long, value_enum, value_name = "NAME")]
    codec: Vec<CodecName>,

    /// How many rounds count
    #[arg(long, value_name = "N", default_value_t = 51, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,

    /// Saves the report as JSON, for `--compare`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Compares with a report that was saved; ends with exit code 1 on a regression
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,

    /// By how many percent a figure has to grow to be a regression; of times, the quartiles must not overlap either
    #[arg(long, value_name = "PERCENT", default_value_t = 10.0, requires = "compare", value_parser = percent)]
    threshold: f64,

    /// How to show the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Writes the report to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    scaffold: Scaffold,
}

/// How a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Tables for a terminal
    #[default]
    Text,
    /// The document that `--save` writes
    Json,
    /// Tables for a pull request or a page
    Markdown,
    /// One page with charts, which needs nothing beside itself
    Html,
}

impl Bench {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        self.scaffold.check()?;
        let schema = self.references.read(&self.schema)?;
        // What is wrong with the baseline is said before anything is measured.
        let baseline = self.compare.as_ref().map(|path| read_report(path)).transpose()?;
        let message = self.message.as_deref();
        let data = match &self.data {
            Some(name) => Data::read(name, &schema, message, self.messages, output)?,
            None => Data::generate(&schema, message, self.seed, self.messages)?,
        };
        if let Some(directory) = &self.scaffold.directory {
            self.scaffold.write(directory, &schema, message, &data)?;
            output.note(&format!("wrote {0}; run `cargo bench` in it", directory.display()));
            return Ok(());
        }
        let mut bench = bench::Bench::new().with_rounds(self.rounds);
        if densa_alloc::is_active() {
            bench = bench.with_allocations(allocations_made);
        }
        let content = data.lines.iter().map(String::as_bytes);
        bench = bench.with_subject(&schema, message, &data.description, content);
        codecs::add(&mut bench, &self.codec, &schema, self.message.as_deref(), &data)?;

        let bar = output.progress("rounds", 0);
        let report = bench.run_with(|done, all| {
            bar.set_length(all.into());
            bar.set_position(done.into());
        });
        bar.finish_and_clear();
        let mut report = report?;
        if report.subject.schema.is_empty() {
            report.subject.schema = self.schema.display().to_string();
        }
        self.finish(&report, baseline.as_ref(), output)
    }

    /// Compares, shows, saves; the regressions are the last word.
    fn finish(&self, report: &Report, baseline: Option<&Report>, output: &mut Output) -> Result<(), Failure> {
        let name = self.compare.as_ref().map(|it| it.display().to_string()).unwrap_or_default();
        let comparison = baseline
            .map(|older| report.compare(older, &name, self.threshold / 100.0))
            .transpose()
            .map_err(|error| Failure::from(error).context(&format!("cannot compare with {name}")))?;
        let shown = match self.format {
            Format::Text => bench::text(report, comparison.as_ref()),
            Format::Json => bench::json(report, comparison.as_ref()),
            Format::Markdown => bench::markdown(report, comparison.as_ref()),
            Format::Html => bench::html(report, comparison.as_ref()),
        };
        match &self.output {
            None => output.raw(shown.as_bytes())?,
            Some(path) => write(path, &shown)?,
        }
        if let Some(path) = &self.save {
            write(path, &bench::json(report, None))?;
            output.note(&format!("saved to {}", path.display()));
        }
        comparison.map_or(Ok(()), |it| regressions(&it))
    }
}

fn regressions(comparison: &Comparison) -> Result<(), Failure> {
    let found: Vec<String> = comparison.regressions().map(ToString::to_string).collect();
    if found.is_empty() {
        return Ok(());
    }
    let percent = comparison.threshold * 100.0;
    let mut failure =
        Failure::data(format!("{} beyond {percent}% of {}", count(found.len()), comparison.baseline));
    for regression in found {
        failure = failure.because(regression);
    }
    Err(failure)
}

fn count(regressions: usize) -> String {
    if regressions == 1 { "1 regression".to_owned() } else { format!("{regressions} regressions") }
}

fn read_report(path: &std::path::Path) -> Result<Report, Failure> {
    Report::from_json(&read_text(path)?)
        .map_err(|error| Failure::from(error).context(&format!("cannot compare with {}", path.display())))
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::io(&format!("cannot write {}", path.display()), &error))
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("a number of percent from 0 up".to_owned()),
    }
}

/// What this thread has allocated so far, as the binary's allocator counts.
fn allocations_made() -> u64 {
    let stats = densa_alloc::thread_stats();
    stats.allocs + stats.reallocs
}
