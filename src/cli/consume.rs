//! `schemawire consume`.

use std::path::PathBuf;

use serde::Serialize;

use super::failure::Failure;
use super::output::{Format, Output};
use super::schema_file::References;
use super::store::{Store, Streams};
use super::table::{Table, thousands};
use crate::codec::Dynamic;
use crate::consumer::{ConsumeExt, Consumer, Message};
use crate::ids::KeyOrValue;
use crate::record::TopicPartition;
use crate::schema::Schema;
use crate::serdes::Decoded;
use crate::transport::Place;
use crate::value::AsJson;

/// Reads a topic from its beginning, or where its group left off, up to its end.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples: schemawire consume orders --group audit --follow\n          \
                        schemawire consume orders --group audit --lag --brokers localhost:9092")]
pub(super) struct Consume {
    /// The topic
    topic: String,

    /// The group whose position is kept
    #[arg(long)]
    group: Option<String>,

    /// Where to begin without a position: `earliest`, `latest`, or an offset
    #[arg(long, default_value = "earliest", value_parser = place)]
    from: Place,

    /// The most records to read
    #[arg(long, value_name = "N")]
    max: Option<u64>,

    /// Waits for more at the end
    #[arg(long)]
    follow: bool,

    /// The schema to read with, where it is not the writer's
    #[arg(long, value_name = "FILE")]
    reader: Option<PathBuf>,

    #[command(flatten)]
    references: References,

    /// Skips records that do not read, tells each, and ends with exit code 1
    #[arg(long)]
    keep_going: bool,

    /// `text` shows the values, `json` whole records with their place, key, headers and schema
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Shows how far the group is instead: what it has committed in each partition, and how many records lie behind that
    #[arg(long, requires = "group", conflicts_with_all = ["max", "follow", "reader", "keep_going"])]
    lag: bool,

    #[command(flatten)]
    streams: Streams,
}

/// A place on the command line.
fn place(text: &str) -> Result<Place, String> {
    match text {
        "earliest" => Ok(Place::Earliest),
        "latest" => Ok(Place::Latest),
        number => {
            number.parse().map(Place::Offset).map_err(|_| "expected earliest, latest or an offset".to_owned())
        }
    }
}

impl Consume {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        pollster::block_on(self.consume(output))
    }

    /// How far a group is in the topic.
    async fn show_lag(&self, group: &str, output: &mut Output) -> Result<(), Failure> {
        let log = self.streams.transport().await?;
        let Some(partitions) = log.partitions(&self.topic).await? else {
            return Err(Failure::usage(format!("topic `{}` does not exist", self.topic)));
        };
        let committed = log.committed(group).await?;
        let mut table = Table::new(&[">partition", ">committed", ">end", ">lag"]);
        for partition in 0..partitions {
            let at = TopicPartition::new(self.topic.as_str(), partition);
            let end = log.offset(&at, Place::Latest).await?;
            let first = log.offset(&at, Place::Earliest).await?;
            let position = committed.get(&at).map(|it| it.offset);
            // Records that are gone are not to be read any more.
            let lag = end.saturating_sub(position.unwrap_or(first).max(first));
            if self.format == Format::Json {
                let topic = &self.topic;
                output.line(
                    &serde_json::json!({"group": group, "topic": topic, "partition": partition, "committed": position, "end": end, "lag": lag})
                        .to_string(),
                )?;
            } else {
                let position = position.map_or_else(|| "-".to_owned(), thousands);
                table.row(vec![partition.to_string(), position, thousands(end), thousands(lag)]);
            }
        }
        if self.format == Format::Text {
            table.lines().iter().try_for_each(|line| output.line(line))?;
        }
        Ok(())
    }

    async fn consume(self, output: &mut Output) -> Result<(), Failure> {
        if self.lag
            && let Some(group) = &self.group
        {
            return self.show_lag(group, output).await;
        }
        let reader = self.reader.as_ref().map(|path| self.references.read(path)).transpose()?;
        let store = self.streams.open().await?;
        let mut consumer = self.open(&store, reader.as_ref()).await?;
        let (mut read, mut skipped) = (0, 0);
        while self.max.is_none_or(|max| read < max) {
            let Some(message) = consumer.next().await? else { break };
            let shown = match show(&message, &store, reader.as_ref(), self.format).await {
                Ok(line) => output.line(&line),
                Err(failure) if self.keep_going && failure.is_data() => {
                    skipped += 1;
                    output.complain(&failure.context(&message.place()));
                    Ok(())
                }
                Err(failure) => Err(failure.context(&message.place())),
            };
            // What a reader of ours never saw must not be committed.
            if shown.is_ok() {
                message.done();
            }
            read += 1;
            if self.follow {
                output.flush()?;
            }
            shown?;
        }
        output.flush()?;
        consumer.close().await?;
        if skipped > 0 {
            return Err(Failure::data(format!("{skipped} of {read} records were skipped")));
        }
        Ok(())
    }

    async fn open(&self, store: &Store, reader: Option<&Schema>) -> Result<Consumer<Dynamic>, Failure> {
        let mut builder = store.log.consumer(&self.topic).start(self.from).must_exist();
        if let Some(group) = &self.group {
            builder = builder.group(group);
        }
        if !self.follow {
            builder = builder.stop_at_end();
        }
        let format = reader.map_or(crate::schema::Format::Json, Schema::format);
        let codec = store.serdes.codecs().dynamic(format)?;
        let built = match reader {
            Some(schema) => builder.value(&store.serdes, codec, schema).build().await?,
            None => builder.value_as_written(&store.serdes, codec).build().await?,
        };
        Ok(built)
    }
}

/// One record as a line.
async fn show(
    message: &Message<'_, Dynamic>,
    store: &Store,
    reader: Option<&Schema>,
    format: Format,
) -> Result<String, Failure> {
    let headers = message.headers();
    // Records of any format may lie in one topic: without a reader's schema each is read by its own.
    let written = match message.value_bytes() {
        Some(bytes) if reader.is_none() => Some(store.serdes.read(bytes, KeyOrValue::Value, &headers).await?),
        _ => None,
    };
    let value = match (written, reader) {
        (Some(Decoded { key, value, .. }), _) => Some((Some(key), value)),
        (None, Some(_)) => message.dynamic()?.map(|value| (None, value)),
        (None, None) => None,
    };
    if format == Format::Text {
        return Ok(value.map_or_else(|| "null".to_owned(), |(_, value)| value.to_string()));
    }
    let shown = Shown {
        topic: &message.partition().topic,
        partition: message.partition().partition,
        offset: message.offset(),
        timestamp: message.timestamp(),
        key: message.key_bytes().map(text),
        headers: headers.iter().map(|(name, value)| (name, value.map(text))).collect(),
        schema: value.as_ref().and_then(|(key, _)| key.map(|key| key.to_string())),
        value: value.as_ref().map(|(_, value)| AsJson(value.root())),
    };
    serde_json::to_string(&shown).map_err(|error| Failure::data(error.to_string()))
}

/// A whole record as a line of JSON; the value keeps the order of its members.
#[derive(Serialize)]
struct Shown<'m> {
    topic: &'m str,
    partition: u32,
    offset: u64,
    timestamp: i64,
    key: Option<String>,
    headers: Vec<(&'m str, Option<String>)>,
    schema: Option<String>,
    value: Option<AsJson<'m>>,
}

/// Bytes as the text that they are, or as hex behind `0x` where they are none.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}")),
    }
}
