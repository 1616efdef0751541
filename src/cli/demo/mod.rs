//! `schemawire demo`: real earthquakes through every codec, a restart, a changed schema, a refused one.

mod events;
mod protobuf;
mod run;
mod story;

use std::path::PathBuf;

use clap::ValueEnum;

use super::failure::Failure;
use super::input::Input;
use super::output::{Format, Output, Style};
use super::table::{Table, thousands};
use run::Row;

/// Writes 1,707 real earthquakes with version 1 of their schema through each codec, framed and registered, into a log;
/// closes and reopens it; reads them all into the changed struct of version 2; checks every field; and shows how a
/// breaking change is refused.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Events to take instead: a GeoJSON feed (.geojson), or JSON lines of version 1; `-` is standard input
    #[arg(long, value_name = "FILE")]
    input: Option<String>,

    /// Only these codecs; may be given again
    #[arg(long, value_enum)]
    codec: Vec<CodecName>,

    /// Keeps log and registry in this data directory, where the other commands find them; otherwise they live in a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Skips lines that are no events, tells each, and ends with exit code 1
    #[arg(long)]
    keep_going: bool,

    /// How to show the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A codec by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CodecName {
    Avro,
    Protobuf,
    Json,
    #[cfg(feature = "bincode")]
    Bincode,
}

impl Demo {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (events, read) = match &self.input {
            None => (events::built_in()?, Ok(())),
            Some(input) => events::read(&Input::from(input.as_str()), self.keep_going, output)?,
        };
        if events.is_empty() {
            return read.and(Err(Failure::data("there are no events to write")));
        }
        let codecs = if self.codec.is_empty() { CodecName::value_variants() } else { &self.codec };
        let place = run::Place::new(self.dir.as_deref());
        let story = pollster::block_on(run::all(&events, codecs, &place, output))?;
        match self.format {
            Format::Text => text(&story, output)?,
            Format::Json => json(&story, output)?,
        }
        read
    }
}

fn text(story: &run::Story, output: &mut Output) -> Result<(), Failure> {
    output.line(&format!(
        "{} events written with schema v1, the log closed and opened again, all read with schema v2:",
        thousands(story.events)
    ))?;
    output.line("")?;
    let mut table = Table::new(&[
        "FORMAT",
        ">MESSAGES",
        ">BYTES EACH",
        ">OF JSON",
        ">WRITTEN/S",
        ">READ/S",
        ">FIELDS RIGHT",
    ]);
    for row in &story.rows {
        table.row(vec![
            row.format.to_string(),
            thousands(row.messages),
            format!("{:.1}", row.bytes_each()),
            format!("{:.0} %", 100.0 * row.bytes_each() / story.json_bytes_each()),
            thousands(row.written_per_second()),
            thousands(row.read_per_second()),
            thousands(row.fields),
        ]);
    }
    for (index, line) in table.lines().iter().enumerate() {
        output.line(&if index == 0 { output.styled(Style::Bold, line) } else { line.clone() })?;
    }
    output.line("")?;
    output.line(&format!(
        "plain JSON without a frame: {:.1} bytes an event. Every field of every message was compared with its event.",
        story.json_bytes_each()
    ))?;
    if let Some(refused) = &story.refused {
        output.line("")?;
        let title = format!("A breaking v3 of {}, refused under BACKWARD:", refused.subject);
        output.line(&output.styled(Style::Yellow, &title))?;
        output.line(&refused.report)?;
    }
    let mut unchecked = story.rows.iter().filter(|row| !row.is_checked).peekable();
    if unchecked.peek().is_some() {
        output.line("")?;
    }
    for row in unchecked {
        let note = format!(
            "{}'s v2 was registered under level NONE: Confluent's strict rules refuse a new optional property where the content is open.",
            row.format
        );
        output.line(&output.styled(Style::Dim, &note))?;
    }
    output.line(&output.styled(Style::Green, "ok"))
}

fn json(story: &run::Story, output: &mut Output) -> Result<(), Failure> {
    let row = |row: &Row| {
        serde_json::json!({
            "format": row.format.as_str(),
            "messages": row.messages,
            "bytesEach": row.bytes_each(),
            "ofJson": row.bytes_each() / story.json_bytes_each(),
            "writtenPerSecond": row.written_per_second(),
            "readPerSecond": row.read_per_second(),
            "fieldsRight": row.fields,
            "level": if row.is_checked { "BACKWARD" } else { "NONE" },
        })
    };
    let document = serde_json::json!({
        "events": story.events,
        "jsonBytesEach": story.json_bytes_each(),
        "rows": story.rows.iter().map(row).collect::<Vec<_>>(),
        "refused": story.refused.as_ref().map(|it| serde_json::json!({"subject": it.subject, "report": it.report})),
    });
    output.line(&document.to_string())
}
