//! `schemawire decode`.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

use super::bytes::{Encoding, from_base64, from_hex};
use super::failure::Failure;
use super::input::{Input, for_each_line};
use super::output::Output;
use super::schema_file::References;
use super::store::{Catalog, Directory};
use crate::codec::{Binding, BoundCodec, Codecs, Message};
use crate::ids::KeyOrValue;
use crate::record::Headers;
use crate::schema::Schema;
use crate::serdes::SerdesError;
use crate::value::Value;

/// Turns messages into JSON lines: framed ones by the registry in the data directory, bare payloads by `--schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: echo 0000000001026106 | schemawire decode --from hex")]
pub(super) struct Decode {
    /// The schema that bare payloads were written with; without it messages are framed
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    #[command(flatten)]
    references: References,

    /// The schema to read with, where it is not the writer's
    #[arg(long, value_name = "FILE")]
    reader: Option<PathBuf>,

    /// The message of a bare payload, where a Protobuf schema declares several
    #[arg(long, value_name = "NAME", requires = "schema")]
    message: Option<String>,

    /// How the bytes are written
    #[arg(long, value_enum, default_value = "hex")]
    from: Encoding,

    /// Skips messages that do not read, tells each, and ends with exit code 1
    #[arg(long)]
    keep_going: bool,

    /// The messages: one a line, or with `--from raw` one in all; `-` is standard input
    #[arg(default_value = "-")]
    input: String,

    #[command(flatten)]
    directory: Directory,
}

/// What a message is read by.
enum Source<'d> {
    Bare(Arc<dyn BoundCodec>),
    /// The store is opened for the first message, so that a command before it in a pipe has let go of it by then.
    Framed {
        directory: &'d Directory,
        store: OnceCell<Catalog>,
        reader: Option<Schema>,
    },
}

impl Decode {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let source = self.source()?;
        let input = Input::from(self.input.as_str());
        if self.from == Encoding::Raw {
            return source.show(&input.read()?, output);
        }
        let parse = if self.from == Encoding::Hex { from_hex } else { from_base64 };
        let name = if self.from == Encoding::Hex { "hex" } else { "base64" };
        for_each_line(&input, self.keep_going, output, |output, line| {
            let bytes =
                parse(line).ok_or_else(|| Failure::data(format!("`{}` is not {name}", shortened(line))))?;
            source.show(&bytes, output)
        })
        .map(drop)
    }

    fn source(&self) -> Result<Source<'_>, Failure> {
        let reader = self.reader.as_ref().map(|path| self.references.read(path)).transpose()?;
        let Some(path) = &self.schema else {
            return Ok(Source::Framed { directory: &self.directory, store: OnceCell::new(), reader });
        };
        let schema = self.references.read(path)?;
        let mut binding = Binding::new(&schema);
        if let Some(reader) = &reader {
            binding = binding.with_reader(reader);
        }
        if let Some(name) = &self.message {
            binding = binding.with_message(Message::Name(name));
        }
        Ok(Source::Bare(Codecs::default().codec(schema.format())?.bind_dyn(&binding)?))
    }
}

impl Source<'_> {
    /// Shows one message as a line of JSON.
    fn show(&self, bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
        let value = match self {
            Self::Bare(bound) => bound.decode_value(bytes)?,
            Self::Framed { directory, store, reader } => {
                let store = match store.get() {
                    Some(store) => store,
                    None => {
                        let opened = pollster::block_on(directory.catalog())?;
                        store.get_or_init(|| opened)
                    }
                };
                match reader {
                    Some(reader) => read_as(store, reader, bytes)?,
                    None => {
                        pollster::block_on(store.serdes.read(bytes, KeyOrValue::Value, &Headers::new()))?
                            .value
                    }
                }
            }
        };
        output.line(&value.to_string())
    }
}

/// A framed message as a reader's schema sees it.
fn read_as<'m>(store: &Catalog, reader: &Schema, bytes: &'m [u8]) -> Result<Value<'m>, Failure> {
    let reader = store.serdes.reader(store.serdes.codecs().dynamic(reader.format())?, reader);
    match reader.deserialize_value(bytes, &Headers::new()) {
        Err(SerdesError::UnknownSchema(key)) => {
            pollster::block_on(reader.load(key))?;
            Ok(reader.deserialize_value(bytes, &Headers::new())?)
        }
        other => Ok(other?),
    }
}

/// The beginning of a line, for messages.
fn shortened(line: &str) -> String {
    let start: String = line.chars().take(40).collect();
    if start.len() < line.len() { format!("{start}…") } else { start }
}
