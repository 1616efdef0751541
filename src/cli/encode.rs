//! `schemawire encode`.

use std::path::PathBuf;

use super::bytes::Encoding;
use super::failure::Failure;
use super::input::{Input, for_each_line};
use super::output::Output;
use super::schema_file::References;
use super::store::Directory;
use crate::codec::{Binding, Codecs, Message};
use crate::record::Headers;
use crate::schema::Schema;
use crate::value::{Value, from_json};

/// Turns JSON lines into payloads; with a subject into messages, framed with the id of the schema that is registered there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: echo '{\"id\": \"a\"}' | schemawire encode --schema order.avsc")]
pub(super) struct Encode {
    /// The schema to write with
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,

    #[command(flatten)]
    references: References,

    /// Registers the schema under this subject and frames what is written (Confluent's wire format)
    #[arg(long)]
    subject: Option<String>,

    /// The message to write, where a Protobuf schema declares several
    #[arg(long, value_name = "NAME", conflicts_with = "subject")]
    message: Option<String>,

    /// How to write the bytes
    #[arg(long, value_enum, default_value = "hex")]
    to: Encoding,

    /// Skips lines that do not fit, tells each, and ends with exit code 1
    #[arg(long)]
    keep_going: bool,

    /// JSON lines; `-` is standard input
    #[arg(default_value = "-")]
    input: String,

    #[command(flatten)]
    directory: Directory,
}

/// Appends what a value becomes.
type Write = dyn FnMut(&Value<'_>, &mut Vec<u8>) -> Result<(), Failure>;

impl Encode {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let schema = self.references.read(&self.schema)?;
        let mut write = self.writer(&schema)?;
        let input = Input::from(self.input.as_str());
        let mut bytes = Vec::new();
        for_each_line(&input, self.keep_going, output, |output, line| {
            let value = from_json(line).map_err(|error| not_json(&error))?;
            bytes.clear();
            write(&value, &mut bytes)?;
            match self.to.line(&bytes) {
                Some(line) => output.line(&line),
                None => output.raw(&bytes),
            }
        })
        .map(drop)
    }

    fn writer(&self, schema: &Schema) -> Result<Box<Write>, Failure> {
        let codecs = Codecs::default();
        let Some(subject) = &self.subject else {
            let mut binding = Binding::new(schema);
            if let Some(name) = &self.message {
                binding = binding.with_message(Message::Name(name));
            }
            let bound = codecs.codec(schema.format())?.bind_dyn(&binding)?;
            return Ok(Box::new(move |value, out| Ok(bound.encode_value(value, out)?)));
        };
        let store = pollster::block_on(self.directory.catalog())?;
        let writer = store.serdes.writer(codecs.dynamic(schema.format())?, subject, schema);
        pollster::block_on(writer.prepare())?;
        Ok(Box::new(move |value, out| Ok(writer.serialize_value_into(value, &mut Headers::new(), out)?)))
    }
}

/// A line that is not JSON, with the reason.
pub(super) fn not_json(error: &crate::value::JsonValueError) -> Failure {
    let cause = std::error::Error::source(error).map(|it| format!(": {it}")).unwrap_or_default();
    Failure::data(format!("{error}{cause}"))
}
