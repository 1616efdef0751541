//! The messages to measure: JSON lines, each checked by the schema's own codec.

use std::sync::Arc;

use crate::cli::encode::not_json;
use crate::cli::failure::Failure;
use crate::cli::input::Input;
use crate::cli::output::Output;
use crate::codec::json::ValidatedJson;
use crate::codec::{Binding, BoundCodec, Codecs, Message};
use crate::schema::{Format, Schema};
use crate::value::{Value, from_json};

/// The most text of messages that is kept.
const MOST_TEXT: usize = 256 << 20;

/// Messages as the schema's own codec reads them.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) values: Vec<Value<'static>>,
    /// The lines that they come from.
    pub(super) lines: Vec<String>,
    /// Where they come from, in words.
    pub(super) description: String,
}

impl Data {
    /// The first lines of a file.
    pub(super) fn read(
        name: &str,
        schema: &Schema,
        message: Option<&str>,
        most: u32,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let input = Input::from(name);
        let bound = own_codec(schema, message)?;
        let mut data = Self { values: Vec::new(), lines: Vec::new(), description: input.name() };
        let mut kept = 0;
        let mut lines = input.lines()?;
        for line in lines.by_ref().take(most as usize) {
            let (number, line) = line?;
            kept += line.len();
            if kept > MOST_TEXT {
                return Err(Failure::data(format!("{} has more than 256 MiB of messages", input.name()))
                    .help("measure fewer of them with --messages"));
            }
            let value = through(&*bound, &line)
                .map_err(|it| it.context(&format!("{}, line {number}", input.name())))?;
            data.values.push(value);
            data.lines.push(line);
        }
        if data.lines.is_empty() {
            return Err(Failure::data(format!("{} has no messages", input.name()))
                .help("give JSON lines, a message each"));
        }
        if lines.next().is_some() {
            data.description = format!("the first {} lines of {}", data.lines.len(), input.name());
            output.note(&format!("measuring {}; --messages takes more", data.description));
        }
        Ok(data)
    }
}

/// The schema's own codec; JSON is checked against its schema.
fn own_codec(schema: &Schema, message: Option<&str>) -> Result<Arc<dyn BoundCodec>, Failure> {
    let codecs = Codecs::default();
    let codecs = if schema.format() == Format::Json { codecs.with(ValidatedJson) } else { codecs };
    let mut binding = Binding::new(schema);
    if let Some(name) = message {
        binding = binding.with_message(Message::Name(name));
    }
    Ok(codecs.codec(schema.format())?.bind_dyn(&binding)?)
}

/// A line as the codec reads what it wrote of it.
fn through(bound: &dyn BoundCodec, line: &str) -> Result<Value<'static>, Failure> {
    let value = from_json(line).map_err(|error| not_json(&error))?;
    let mut payload = Vec::new();
    bound.encode_value(&value, &mut payload)?;
    Ok(bound.decode_value(&payload)?.into_owned())
}
