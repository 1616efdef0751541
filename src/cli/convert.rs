//! `schemawire convert`.

use std::path::PathBuf;

use super::failure::Failure;
use super::output::{Format as Shown, Output};
use super::schema_file::References;
use crate::convert::{Conversion, ConvertError, Entry, Report, Verdict, convert_message, markdown};
use crate::schema::Format;

/// Turns a schema into one of another format; says what became of each part.
///
/// The schema goes to standard output, what is not exact to standard error. A schema with a part that the target has no
/// type for is refused, with all of those parts.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: schemawire convert order.avsc --to protobuf -o order.proto")]
pub(super) struct Convert {
    /// The schema; of a Protobuf file its first message
    #[arg(required_unless_present = "table", value_name = "FILE")]
    schema: Option<PathBuf>,

    /// The format to write: avro, protobuf, json or bincode
    #[arg(long, required_unless_present = "table", value_name = "FORMAT")]
    to: Option<Format>,

    /// Write the schema into this file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Show what became of every part instead of the schema
    #[arg(long, value_enum, value_name = "FORMAT")]
    report: Option<Shown>,

    /// The message to convert, where a Protobuf schema declares several
    #[arg(long, value_name = "NAME")]
    message: Option<String>,

    /// Print the table of what becomes of each type, as Markdown
    #[arg(long, conflicts_with_all = ["schema", "to", "output", "report", "message"])]
    table: bool,

    #[command(flatten)]
    references: References,
}

impl Convert {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (Some(path), Some(to)) = (&self.schema, self.to) else {
            return output.raw(markdown().as_bytes());
        };
        let schema = self.references.read(path)?;
        let conversion = match convert_message(&schema, to, self.message.as_deref()) {
            Ok(conversion) => conversion,
            Err(ConvertError::Schema(error)) => return Err(error.into()),
            Err(ConvertError::Impossible(report)) => {
                if let Some(format) = self.report {
                    show(&report, format, output)?;
                }
                return Err(refused(&report, &path.display().to_string()));
            }
        };
        self.write(&conversion, output)?;
        match self.report {
            Some(format) => show(conversion.report(), format, output),
            None => {
                notes(conversion.report(), output);
                Ok(())
            }
        }
    }

    /// The schema into its file, or to standard output where no report goes there.
    fn write(&self, conversion: &Conversion, output: &mut Output) -> Result<(), Failure> {
        let text = conversion.schema().text();
        match &self.output {
            Some(path) => std::fs::write(path, text)
                .map_err(|error| Failure::io(&format!("cannot write {}", path.display()), &error)),
            None if self.report.is_some() => Ok(()),
            None => output.raw(text.as_bytes()),
        }
    }
}

/// What is not exact, a line each.
fn notes(report: &Report, output: &mut Output) {
    for entry in report.entries.iter().filter(|it| it.verdict != Verdict::Exact) {
        output.note(&entry.to_string());
    }
    let counts = Verdict::ALL.iter().map(|it| (it, report.count(*it))).filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(verdict, count)| format!("{count} {verdict}")).collect();
    if !counts.is_empty() {
        output.note(&format!("{} to {}: {}", report.from, report.to, counts.join(", ")));
    }
}

fn refused(report: &Report, name: &str) -> Failure {
    let mut failure = Failure::data(format!("{name} cannot be converted to {}", report.to));
    for entry in report.of(Verdict::Impossible) {
        failure = failure.because(entry.to_string());
    }
    failure
}

fn show(report: &Report, format: Shown, output: &mut Output) -> Result<(), Failure> {
    match format {
        Shown::Text => output.raw(report.to_string().as_bytes()),
        Shown::Json => {
            let entries: Vec<_> = report.entries.iter().map(json).collect();
            let report = serde_json::json!({
                "from": report.from.as_str(),
                "to": report.to.as_str(),
                "verdict": report.verdict().as_str(),
                "entries": entries,
            });
            output.line(&report.to_string())
        }
    }
}

fn json(entry: &Entry) -> serde_json::Value {
    serde_json::json!({
        "path": entry.place.path,
        "line": entry.place.position.map(|it| it.line),
        "column": entry.place.position.map(|it| it.column),
        "reference": entry.place.source,
        "verdict": entry.verdict.as_str(),
        "rule": entry.rule,
        "source": entry.source,
        "target": entry.target,
        "why": entry.why,
    })
}
