//! Which codecs are measured, and with which schema each.

use clap::ValueEnum;

use super::Data;
use crate::bench::Bench;
use crate::cli::failure::Failure;
use crate::codec::json::ValidatedJson;
use crate::codec::{Binding, Codecs, DynCodec, Message};
use crate::schema::{Format, Schema};
use std::sync::Arc;

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
    if name.format() != schema.format() {
        return Err(Failure::data(format!("the schema is {}", schema.format())));
    }
    let mut binding = Binding::new(schema);
    if let Some(message) = message {
        binding = binding.with_message(Message::Name(message));
    }
    let bound = name.codec()?.bind_dyn(&binding)?;
    bench.dynamic(name.as_str(), bound, &data.values, Vec::new())?;
    Ok(())
}
