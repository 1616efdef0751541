//! Which codecs are measured, and with which schema each.

use std::sync::Arc;

use clap::ValueEnum;

use super::Data;
use super::translated::Translated;
use crate::bench::Bench;
use crate::cli::failure::Failure;
use crate::codec::json::ValidatedJson;
use crate::codec::{Binding, Codecs, DynCodec, Message};
use crate::convert::{ConvertError, Report, Verdict, convert_message};
use crate::schema::{Format, Schema};

/// How many parts of a translated schema that are not exact are named.
const MOST_NOTES: usize = 4;

/// A codec by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CodecName {
    /// Avro
    Avro,
    /// Protobuf
    Protobuf,
    /// JSON, not checked
    Json,
    /// JSON, checked against its JSON Schema both ways
    JsonValidated,
    /// bincode, beside a layout
    Bincode,
}

impl CodecName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Avro => "avro",
            Self::Protobuf => "protobuf",
            Self::Json => "json",
            Self::JsonValidated => "json-validated",
            Self::Bincode => "bincode",
        }
    }

    fn format(self) -> Format {
        match self {
            Self::Avro => Format::Avro,
            Self::Protobuf => Format::Protobuf,
            Self::Json | Self::JsonValidated => Format::Json,
            Self::Bincode => Format::Bincode,
        }
    }

    fn codec(self) -> Result<Arc<dyn DynCodec>, Failure> {
        match self {
            Self::JsonValidated => Ok(Arc::new(ValidatedJson)),
            other => Ok(Arc::clone(Codecs::default().codec(other.format())?)),
        }
    }
}

/// Adds the codecs that were asked for, or all; those that cannot carry the schema are left out with the reason.
pub(super) fn add(
    bench: &mut Bench<'_>,
    asked: &[CodecName],
    schema: &Schema,
    message: Option<&str>,
    data: &Data,
) -> Result<(), Failure> {
    let mut reasons = Vec::new();
    for name in CodecName::value_variants().iter().filter(|it| asked.is_empty() || asked.contains(it)) {
        if let Err(failure) = add_one(bench, *name, schema, message, data) {
            let reason =
                std::iter::once(failure.message()).chain(failure.causes().iter().map(String::as_str));
            let reason = reason.collect::<Vec<_>>().join(": ");
            bench.leave_out(name.as_str(), &reason);
            reasons.push(format!("{}: {reason}", name.as_str()));
        }
    }
    if bench.is_empty() {
        let failure = Failure::data("no codec that was asked for can carry the schema");
        return Err(reasons.into_iter().fold(failure, Failure::because));
    }
    Ok(())
}

fn add_one(
    bench: &mut Bench<'_>,
    name: CodecName,
    schema: &Schema,
    message: Option<&str>,
    data: &Data,
) -> Result<(), Failure> {
    let codec = name.codec()?;
    if name.format() == schema.format() {
        let mut binding = Binding::new(schema);
        if let Some(message) = message {
            binding = binding.with_message(Message::Name(message));
        }
        bench.dynamic(name.as_str(), codec.bind_dyn(&binding)?, &data.values, Vec::new())?;
        return Ok(());
    }
    let conversion = convert_message(schema, name.format(), message).map_err(impossible)?;
    let bound = codec.bind_dyn(&Binding::new(conversion.schema()))?;
    let translated = Translated::new(&conversion, &*bound, &data.values)?;
    let mut notes = vec![format!("translated from {}: {}", schema.format(), translated.note())];
    // What became of the schema, the other JSON says already.
    if name != CodecName::JsonValidated {
        notes.extend(schema_notes(conversion.report()));
    }
    bench.dynamic(name.as_str(), bound, &translated.values, notes)?;
    Ok(())
}

/// The parts that cannot be converted, with their places.
fn impossible(error: ConvertError) -> Failure {
    match error {
        ConvertError::Impossible(report) => {
            let failure = Failure::data(format!("the schema cannot be converted to {}", report.to));
            report.of(Verdict::Impossible).fold(failure, |failure, entry| failure.because(entry.to_string()))
        }
        ConvertError::Schema(error) => error.into(),
    }
}

/// What the translation of the schema made other than it was, worst first.
fn schema_notes(report: &Report) -> Vec<String> {
    // What was dropped shows in no value.
    let verdicts = [Verdict::Narrowed, Verdict::Widened];
    let all: Vec<String> =
        verdicts.into_iter().flat_map(|verdict| report.of(verdict)).map(ToString::to_string).collect();
    let more = all.len().saturating_sub(MOST_NOTES);
    let rest = (more > 0)
        .then(|| format!("and {more} more parts that are not exact; `schemawire convert` lists them"));
    let note = |it: String| format!("schema translated from {}: {it}", report.from);
    all.into_iter().take(MOST_NOTES).map(note).chain(rest).collect()
}
