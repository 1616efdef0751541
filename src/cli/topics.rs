//! `schemawire topics`.

use std::time::Duration;

use serde_json::json;

use super::failure::Failure;
use super::output::{Format, Output};
use super::store::Streams;
use super::table::{Table, thousands};
use crate::record::TopicPartition;
use crate::transport::{Place, Retention, TopicSpec, Transport};

/// Lists topics; creates, shows, grows and deletes one.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples: schemawire topics\n          \
                        schemawire topics create orders --partitions 12 --keep-for 7d\n          \
                        schemawire topics show orders --brokers localhost:9092")]
pub(super) struct Topics {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// `text` is a table, `json` one document a topic
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,

    #[command(flatten)]
    streams: Streams,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List all topics, as without a verb
    List {
        #[command(flatten)]
        streams: Streams,
    },
    /// Show a topic's partitions, each with its first and its next offset
    Show {
        /// The topic
        topic: String,
        #[command(flatten)]
        streams: Streams,
    },
    /// Create a topic; one that exists with as many partitions is left as it is
    Create {
        /// The topic
        topic: String,
        /// How many partitions
        #[arg(long, default_value_t = 1)]
        partitions: u32,
        /// Lets records go that are older, as `90s`, `12h`, `7d`; without it they stay
        #[arg(long, value_name = "TIME", value_parser = duration)]
        keep_for: Option<Duration>,
        /// Lets the oldest records of a partition go while it has more bytes; without it they stay
        #[arg(long, value_name = "BYTES")]
        keep_bytes: Option<u64>,
        /// Keeps the newest record of each key alone
        #[arg(long)]
        compact: bool,
        #[command(flatten)]
        streams: Streams,
    },
    /// Give a topic more partitions; its keys go to other ones from then on
    Grow {
        /// The topic
        topic: String,
        /// How many partitions it is to have in all
        partitions: u32,
        #[command(flatten)]
        streams: Streams,
    },
    /// Delete a topic with all its records
    Delete {
        /// The topic
        topic: String,
        /// Does it; nothing brings the records back
        #[arg(long, required = true)]
        yes: bool,
        #[command(flatten)]
        streams: Streams,
    },
}

impl Verb {
    const fn streams(&self) -> &Streams {
        match self {
            Self::List { streams }
            | Self::Show { streams, .. }
            | Self::Create { streams, .. }
            | Self::Grow { streams, .. }
            | Self::Delete { streams, .. } => streams,
        }
    }
}

/// A time on the command line: a number with its unit.
fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 5] =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let digits = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, milliseconds)| *milliseconds);
    let milliseconds =
        number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    milliseconds
        .map(Duration::from_millis)
        .ok_or_else(|| "expected a number with ms, s, m, h or d".to_owned())
}

impl Topics {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        pollster::block_on(self.act(output))
    }

    async fn act(self, output: &mut Output) -> Result<(), Failure> {
        let streams = self.verb.as_ref().map_or(&self.streams, Verb::streams);
        let log = streams.transport().await?;
        match &self.verb {
            None | Some(Verb::List { .. }) => self.list(&log.topics().await?, output),
            Some(Verb::Show { topic, .. }) => self.show(&*log, topic, output).await,
            Some(Verb::Create { topic, partitions, keep_for, keep_bytes, compact, .. }) => {
                let retention = Retention { age: *keep_for, bytes: *keep_bytes, compact: *compact };
                log.create_topic(TopicSpec::new(topic, *partitions).with_retention(retention)).await?;
                output.note(&format!("topic {topic} has {partitions} partitions"));
                Ok(())
            }
            Some(Verb::Grow { topic, partitions, .. }) => {
                log.grow_topic(topic, *partitions).await?;
                output.note(&format!("topic {topic} has {partitions} partitions"));
                Ok(())
            }
            Some(Verb::Delete { topic, .. }) => {
                log.delete_topic(topic).await?;
                output.note(&format!("topic {topic} is deleted"));
                Ok(())
            }
        }
    }

    fn list(&self, topics: &[TopicSpec], output: &mut Output) -> Result<(), Failure> {
        if self.format == Format::Json {
            return topics.iter().try_for_each(|topic| output.line(&document(topic).to_string()));
        }
        let mut table = Table::new(&["topic", ">partitions", "keeps"]);
        for topic in topics {
            table.row(vec![topic.name.clone(), topic.partitions.to_string(), keeps(&topic.retention)]);
        }
        table.lines().iter().try_for_each(|line| output.line(line))
    }

    async fn show(&self, log: &dyn Transport, topic: &str, output: &mut Output) -> Result<(), Failure> {
        let Some(spec) = log.topic(topic).await? else {
            return Err(Failure::usage(format!("topic `{topic}` does not exist"))
                .help(format!("`schemawire topics create {topic}` makes it")));
        };
        let mut bounds = Vec::new();
        for partition in 0..spec.partitions {
            let at = TopicPartition::new(topic, partition);
            bounds.push((log.offset(&at, Place::Earliest).await?, log.offset(&at, Place::Latest).await?));
        }
        if self.format == Format::Json {
            let mut shown = document(&spec);
            let offsets = bounds.iter().map(|(first, next)| json!({"first": first, "next": next}));
            if let Some(members) = shown.as_object_mut() {
                members.insert("offsets".to_owned(), offsets.collect());
            }
            return output.line(&shown.to_string());
        }
        output.line(&format!("{topic}: {}", keeps(&spec.retention)))?;
        let mut table = Table::new(&[">partition", ">first", ">next"]);
        for (partition, (first, next)) in bounds.iter().enumerate() {
            table.row(vec![partition.to_string(), thousands(*first), thousands(*next)]);
        }
        table.lines().iter().try_for_each(|line| output.line(line))
    }
}

fn document(topic: &TopicSpec) -> serde_json::Value {
    let Retention { age, bytes, compact } = topic.retention;
    json!({
        "topic": topic.name,
        "partitions": topic.partitions,
        "retention_ms": age.map(|age| age.as_millis() as u64),
        "retention_bytes": bytes,
        "compact": compact,
    })
}

/// What a topic keeps, in words.
fn keeps(retention: &Retention) -> String {
    let mut words = Vec::new();
    if retention.compact {
        words.push("the newest of each key".to_owned());
    }
    words.extend(retention.age.map(|age| format!("{} s", thousands(age.as_secs()))));
    words.extend(retention.bytes.map(|bytes| format!("{} bytes a partition", thousands(bytes))));
    if words.is_empty() { "everything".to_owned() } else { words.join(", ") }
}
