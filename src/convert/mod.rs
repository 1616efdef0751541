//! A schema of one format as a schema of another, and values from the one to the other.
//!
//! ```text
//! Schema -read-> graph of kinds -write-> text -strict parse-> Schema
//!                     |                    '- report: exact, widened, narrowed, dropped or impossible, part by part
//!                     '- forms of both sides -> forward(Value) and back(Value)
//! ```
//!
//! What becomes of each type is a row of one table ([`markdown`] prints it). Names, documentation and order are kept as
//! far as the target has them. Nothing is lost unsaid: what has no counterpart is in the report, and a schema with a part
//! that is impossible is not converted.
//!
//! ✔ The written schema passes the strict parser of its format. \
//! ✔ What is exact or widened comes back equal: `back(forward(value)) == value`, with a codec in between on either side. \
//! ✔ A value that the other side cannot hold is an error with its path. \
//! ✗ Defaults, orders and foreign properties are not converted; the report names the first two.
//!
//! ```
//! use schemawire::convert::{Verdict, convert};
//! use schemawire::schema::{Format, Schema};
//!
//! let schema = Schema::avro(
//!     r#"{"type": "record", "name": "Quake", "namespace": "acme", "fields": [
//!         {"name": "id", "type": "string"}, {"name": "magnitude", "type": ["null", "double"]}]}"#,
//! )?;
//! let conversion = convert(&schema, Format::Protobuf)?;
//! assert_eq!(conversion.schema().text(), r#"syntax = "proto3";
//!
//! package acme;
//!
//! message Quake {
//!   string id = 1;
//!   optional double magnitude = 2;
//! }
//! "#);
//! assert_eq!(conversion.report().verdict(), Verdict::Exact);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(
    not(all(feature = "avro", feature = "json", feature = "bincode")),
    expect(dead_code, reason = "some kinds and forms are made for one format alone, which may be off")
)]

mod form;
mod from;
mod graph;
mod json;
mod names;
mod report;
mod table;
mod to;
mod value;

pub use report::{Entry, Place, Report, Verdict};
pub use table::markdown;
pub use value::ValueError;

use crate::class::Class;
use crate::schema::{Format, Mode, Schema, SchemaError, SchemaErrorKind};
use crate::value::Value;
use graph::Graph;
use value::{Way, translate};

/// Converts a schema; of a Protobuf file its first message.
///
/// # Errors
/// A schema with a part that the target has no type for, with all of those; a schema that does not link; a format that is
/// not built in.
pub fn convert(schema: &Schema, to: Format) -> Result<Conversion, ConvertError> {
    convert_message(schema, to, None)
}

/// The same, of a Protobuf file the message of that full name.
///
/// # Errors
/// As [`convert`]; a message that the file does not have; a message where the schema is not Protobuf.
pub fn convert_message(
    schema: &Schema,
    to: Format,
    message: Option<&str>,
) -> Result<Conversion, ConvertError> {
    let from = schema.format();
    if from == to && message.is_none() {
        let report = Report { from, to, entries: Vec::new() };
        return Ok(Conversion { schema: schema.clone(), report, graph: None });
    }
    let read = from::read(schema, message)?;
    let written = to::write(read, to).ok_or_else(|| SchemaError::unsupported(to))?;
    let mut report = Report { from, to, entries: written.entries };
    if report.verdict() == Verdict::Impossible {
        return Err(ConvertError::Impossible(Box::new(report)));
    }
    match Schema::parse(to, &written.text, Vec::new(), Mode::Strict) {
        Ok(schema) => Ok(Conversion { schema, report, graph: Some(written.graph) }),
        Err(error) if error.kind == SchemaErrorKind::Unsupported => Err(error.into()),
        Err(error) => {
            report.entries.push(Entry {
                place: Place::default(),
                verdict: Verdict::Impossible,
                rule: "refused".to_owned(),
                source: from.to_string(),
                target: String::new(),
                why: error.to_string(),
            });
            Err(ConvertError::Impossible(Box::new(report)))
        }
    }
}

/// A schema in another format, and the way there and back.
#[derive(Debug, Clone)]
pub struct Conversion {
    schema: Schema,
    report: Report,
    /// None where both formats are the same, and so all values.
    graph: Option<Graph>,
}

impl Conversion {
    /// The schema in the target's format; a Protobuf file's first message is the outermost type.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What became of each part.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// A value of the source's schema, as the source's codec decodes it, as a value of the target's schema.
    ///
    /// # Errors
    /// A value that is none of the source's schema, and one that the report says is refused.
    pub fn forward(&self, value: &Value<'_>) -> Result<Value<'static>, ValueError> {
        self.translate(Way::Forward, value)
    }

    /// A value of the target's schema, as the target's codec decodes it, as a value of the source's schema.
    ///
    /// # Errors
    /// A value that is none of the target's schema, and one that the source's schema does not have.
    pub fn back(&self, value: &Value<'_>) -> Result<Value<'static>, ValueError> {
        self.translate(Way::Back, value)
    }

    fn translate(&self, way: Way, value: &Value<'_>) -> Result<Value<'static>, ValueError> {
        match &self.graph {
            Some(graph) => translate(graph, way, value),
            None => Ok(value.clone().into_owned()),
        }
    }
}

/// A schema that was not converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The target has no type for some parts: the entries whose verdict is [`Verdict::Impossible`].
    #[error("{} parts of the schema cannot be converted to {}", .0.count(Verdict::Impossible), .0.to)]
    Impossible(Box<Report>),
    /// The schema does not link, or a format is not built in.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

impl ConvertError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Impossible(_) => Class::BadData,
            Self::Schema(error) => error.class(),
        }
    }
}
