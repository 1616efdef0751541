//! The messages to measure: JSON lines, each checked by the schema's own codec.

use std::sync::Arc;

use crate::bench::Generator;
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

/// How many made-up messages in a row may not fit before it is given up.
const TRIES: u32 = 50;

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

/// Messages made up from the schema. Each is tried with the schema's own codec.
impl Data {
    pub(super) fn generate(
        schema: &Schema,
        message: Option<&str>,
        seed: u64,
        count: u32,
    ) -> Result<Self, Failure> {
        let bound = own_codec(schema, message)?;
        let mut generator = Generator::new(schema, message, seed)?;
        let mut data = Self { values: Vec::new(), lines: Vec::new(), description: String::new() };
        let mut kept = 0;
        while data.lines.len() < count as usize {
            let (line, value) = fitting(&mut generator, &*bound)?;
            kept += line.len();
            if kept > MOST_TEXT {
                return Err(Failure::data("the messages made up for the schema have more than 256 MiB")
                    .help("measure fewer of them with --messages"));
            }
            data.lines.push(line);
            data.values.push(value);
        }
        data.description = format!("made up from the schema with seed {seed}");
        Ok(data)
    }
}

/// The next made-up message that the codec takes.
fn fitting(generator: &mut Generator, bound: &dyn BoundCodec) -> Result<(String, Value<'static>), Failure> {
    let mut refused = None;
    for _ in 0..TRIES {
        let line = generator.line();
        match through(bound, &line) {
            Ok(value) => return Ok((line, value)),
            Err(failure) => refused = Some((line, failure)),
        }
    }
    let failure = Failure::data("messages made up for this schema do not fit it");
    let failure = refused.into_iter().fold(failure, |failure, (line, reason)| {
        failure
            .because(reason.message())
            .because(format!("the last one was {}", line.chars().take(200).collect::<String>()))
    });
    Err(failure.help("give messages with --data"))
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
