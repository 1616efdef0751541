//! `schemawire produce`.

use std::path::PathBuf;
use std::time::Duration;

use super::encode::not_json;
use super::failure::Failure;
use super::input::{Input, for_each_line};
use super::output::{Format, Output};
use super::schema_file::References;
use super::store::Streams;
use crate::codec::{Codecs, Dynamic};
use crate::producer::{Delivery, ProduceExt, Producer};
use crate::record::KeyHash;
use crate::value::{Value, View, from_json};

/// Sends JSON lines to a topic, each acknowledged when it is on disk, or with all in-sync replicas of a cluster.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples: schemawire produce orders --schema order.avsc --key-field id < orders.jsonl\n          \
                  schemawire produce orders --schema order.avsc --brokers localhost:9092 --registry http://localhost:8081 orders.jsonl"
)]
pub(super) struct Produce {
    /// The topic; made where it does not exist
    topic: String,

    /// The schema to write with; registered under the topic's subject
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,

    #[command(flatten)]
    references: References,

    /// The field whose text is the record's key
    #[arg(long, value_name = "FIELD")]
    key_field: Option<String>,

    /// Lines are objects with one member: its name is the key, its value the record; null makes a tombstone
    #[arg(long, conflicts_with = "key_field")]
    keyed: bool,

    /// Partitions of a topic that does not exist
    #[arg(long, default_value_t = 1)]
    partitions: u32,

    /// A header for every record; may be given again
    #[arg(long, value_name = "NAME=VALUE")]
    header: Vec<String>,

    /// Skips lines that do not fit, tells each, and ends with exit code 1
    #[arg(long)]
    keep_going: bool,

    /// How to show where records went
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// JSON lines; `-` is standard input
    #[arg(default_value = "-")]
    input: String,

    /// How a key chooses its partition, by the name that other clients have for it: java_default, consistent_random, murmur2_random,
    /// fnv1a_random, sarama_hash
    #[arg(long, value_name = "NAME", default_value_t)]
    partitioner: KeyHash,

    #[command(flatten)]
    streams: Streams,
}

impl Produce {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let schema = self.references.read(&self.schema)?;
        let headers = self.headers()?;
        let store = pollster::block_on(self.streams.open())?;
        let codec = Codecs::default().dynamic(schema.format())?;
        let builder = store.log.producer(&self.topic).value(&store.serdes, codec, &schema);
        let builder = builder.partitioner(self.partitioner);
        let producer = pollster::block_on(builder.create_with(self.partitions).build())?;
        let input = Input::from(self.input.as_str());
        let mut waiting: Vec<Delivery> = Vec::new();
        let sent = for_each_line(&input, self.keep_going, output, |output, line| {
            let value = from_json(line).map_err(|error| not_json(&error))?;
            waiting.push(self.enqueue(&producer, &value, &headers)?);
            if waiting.len() >= 1000 { self.settle(&mut waiting, output) } else { Ok(()) }
        });
        self.settle(&mut waiting, output)?;
        pollster::block_on(producer.close(Duration::from_secs(120)))?;
        output.note(&format!("{} records sent to {}", sent?, self.topic));
        Ok(())
    }

    fn headers(&self) -> Result<Vec<(&str, &str)>, Failure> {
        let split = |header: &'_ String| header.find('=').map(|at| (at, header.len()));
        self.header
            .iter()
            .map(|header| {
                split(header)
                    .and_then(|(at, end)| Some((header.get(..at)?, header.get(at + 1..end)?)))
                    .ok_or_else(|| Failure::usage(format!("`--header {header}` is not NAME=VALUE")))
            })
            .collect()
    }

    fn enqueue(
        &self,
        producer: &Producer<Dynamic>,
        line: &Value<'_>,
        headers: &[(&str, &str)],
    ) -> Result<Delivery, Failure> {
        let root = line.root();
        let (key, is_tombstone, single);
        if self.keyed {
            let View::Map(mut entries) = root.view() else { return Err(unkeyed()) };
            let (Some((name, value)), None) = (entries.next(), entries.next()) else { return Err(unkeyed()) };
            key = name.as_str().map(str::to_owned);
            is_tombstone = value.is_null();
            single = Some(value);
        } else {
            key = self.key_field.as_ref().map(|field| key_text(root, field)).transpose()?;
            is_tombstone = false;
            single = None;
        }
        let inner = single.map(|value| {
            let mut builder = crate::value::ValueBuilder::new();
            builder.copy(value);
            builder.finish()
        });
        let mut record = match &inner {
            _ if is_tombstone => producer.tombstone(),
            Some(value) => producer.value(value),
            None => producer.value(line),
        };
        if let Some(key) = &key {
            record = record.key(key);
        }
        for (name, value) in headers {
            record = record.header(name, Some(value.as_bytes()));
        }
        Ok(pollster::block_on(record.enqueue_waiting())?)
    }

    /// Waits for the acknowledgements.
    fn settle(&self, waiting: &mut Vec<Delivery>, output: &mut Output) -> Result<(), Failure> {
        for delivery in waiting.drain(..) {
            let sent = pollster::block_on(delivery)?;
            if self.format == Format::Json {
                output.line(
                    &serde_json::json!({"topic": &*sent.at.topic, "partition": sent.at.partition, "offset": sent.offset})
                        .to_string(),
                )?;
            }
        }
        Ok(())
    }
}

fn unkeyed() -> Failure {
    Failure::data("with --keyed every line is an object with one member, the key: {\"KEY\": VALUE}")
}

/// The text of the field that is the key.
fn key_text(line: crate::value::ValueRef<'_>, field: &str) -> Result<String, Failure> {
    let value = line
        .field(field)
        .ok_or_else(|| Failure::data(format!("there is no field `{field}` to take the key from")))?;
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
