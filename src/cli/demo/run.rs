//! The demo's course: write, close, open, read, compare, refuse.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::CodecName;
use super::protobuf::{ReadQuake, WrittenQuake};
use super::story::{QuakeV1, QuakeV2};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::remote::Remote;
use crate::cli::store::{Directory, Store};
use crate::codec::{Avro, Codec, Decode, Encode, Json, Protobuf};
use crate::compat::Level;
use crate::consumer::ConsumeExt;
use crate::producer::ProduceExt;
use crate::registry::RegistryExt;
use crate::schema::{Format, Schema};
use crate::transport::{TopicSpec, Transport};

/// What the demo found out.
pub(super) struct Story {
    pub(super) events: u64,
    /// Bytes of all events as plain JSON.
    json_bytes: u64,
    pub(super) rows: Vec<Row>,
    pub(super) refused: Option<Refused>,
}

impl Story {
    pub(super) fn json_bytes_each(&self) -> f64 {
        self.json_bytes as f64 / self.events as f64
    }
}

/// One format's figures.
pub(super) struct Row {
    pub(super) format: Format,
    pub(super) messages: u64,
    bytes: u64,
    writing: Duration,
    reading: Duration,
    pub(super) fields: u64,
    /// Whether the registry checked version 2 against version 1.
    pub(super) is_checked: bool,
}

impl Row {
    pub(super) fn bytes_each(&self) -> f64 {
        self.bytes as f64 / self.messages as f64
    }

    pub(super) fn written_per_second(&self) -> u64 {
        per_second(self.messages, self.writing)
    }

    pub(super) fn read_per_second(&self) -> u64 {
        per_second(self.messages, self.reading)
    }
}

fn per_second(count: u64, time: Duration) -> u64 {
    (count as f64 / time.as_secs_f64().max(1e-9)) as u64
}

/// A schema that the registry did not take.
pub(super) struct Refused {
    pub(super) subject: String,
    pub(super) report: String,
}

/// Where the log lies: a directory of the user's, or a temporary one that goes with this value.
pub(super) struct Place {
    dir: PathBuf,
    is_temporary: bool,
}

impl Place {
    pub(super) fn new(dir: Option<&Path>) -> Self {
        let (dir, is_temporary) = match dir {
            Some(dir) => (dir.to_owned(), false),
            None => (std::env::temp_dir().join(format!("schemawire-demo-{}", std::process::id())), true),
        };
        Self { dir, is_temporary }
    }

    /// As every other command opens a data directory, so that they find what the demo leaves there.
    async fn open(&self) -> Result<Store, Failure> {
        Directory { dir: self.dir.clone(), remote: Remote::default() }.open().await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_temporary {
            drop(std::fs::remove_dir_all(&self.dir));
        }
    }
}

/// The demo from beginning to end.
pub(super) async fn all(
    events: &[QuakeV1],
    codecs: &[CodecName],
    place: &Place,
    output: &Output,
) -> Result<Story, Failure> {
    let mut rows = Vec::new();
    for codec in codecs {
        let tale = Tale { events, place, output, topic: topic(*codec) };
        rows.push(match codec {
            CodecName::Avro => {
                let (v1, v2) = (schema(Format::Avro, 1)?, schema(Format::Avro, 2)?);
                tale.tell(Avro, &v1, &v2, QuakeV1::clone, Ok::<QuakeV2, String>).await?
            }
            CodecName::Json => {
                let (v1, v2) = (schema(Format::Json, 1)?, schema(Format::Json, 2)?);
                tale.tell(Json, &v1, &v2, QuakeV1::clone, Ok::<QuakeV2, String>).await?
            }
            CodecName::Protobuf => {
                let (v1, v2) = (schema(Format::Protobuf, 1)?, schema(Format::Protobuf, 2)?);
                tale.tell(Protobuf, &v1, &v2, |it| WrittenQuake::from(it), |it: ReadQuake| it.try_into())
                    .await?
            }
            #[cfg(feature = "bincode")]
            CodecName::Bincode => {
                let (v1, v2) = (schema(Format::Bincode, 1)?, schema(Format::Bincode, 2)?);
                tale.tell(crate::codec::Bincode, &v1, &v2, QuakeV1::clone, Ok::<QuakeV2, String>).await?
            }
        });
    }
    let json_bytes =
        events.iter().map(|it| serde_json::to_string(it).map_or(0, |text| text.len() as u64)).sum();
    let refused = match codecs.contains(&CodecName::Avro) {
        true => Some(breaking_change(place).await?),
        false => None,
    };
    Ok(Story { events: events.len() as u64, json_bytes, rows, refused })
}

fn topic(codec: CodecName) -> &'static str {
    match codec {
        CodecName::Avro => "quakes-avro",
        CodecName::Protobuf => "quakes-protobuf",
        CodecName::Json => "quakes-json",
        #[cfg(feature = "bincode")]
        CodecName::Bincode => "quakes-bincode",
    }
}

/// A version of the story's schema.
fn schema(format: Format, version: u32) -> Result<Schema, Failure> {
    let text = match (format, version) {
        (Format::Avro, 1) => include_str!("../../../schemas/quake/v1.avsc"),
        (Format::Avro, _) => include_str!("../../../schemas/quake/v2.avsc"),
        (Format::Protobuf, 1) => include_str!("../../../schemas/quake/v1.proto"),
        (Format::Protobuf, _) => include_str!("../../../schemas/quake/v2.proto"),
        (Format::Json, 1) => include_str!("../../../schemas/quake/v1.json"),
        (Format::Json, _) => include_str!("../../../schemas/quake/v2.json"),
        (_, 1) => include_str!("../../../schemas/quake/v1.bincode.json"),
        (_, _) => include_str!("../../../schemas/quake/v2.bincode.json"),
    };
    Ok(Schema::parse(format, text, Vec::new(), crate::schema::Mode::Strict)?)
}

/// One format's part of the demo.
struct Tale<'d> {
    events: &'d [QuakeV1],
    place: &'d Place,
    output: &'d Output,
    topic: &'static str,
}

impl Tale<'_> {
    async fn tell<C, W, R>(
        &self,
        codec: C,
        v1: &Schema,
        v2: &Schema,
        write: impl Fn(&QuakeV1) -> W,
        read: impl Fn(R) -> Result<QuakeV2, String>,
    ) -> Result<Row, Failure>
    where
        C: Codec + Copy,
        C::Bound: Encode<W> + for<'m> Decode<'m, R>,
    {
        let format = codec.format();
        // The strict rules for JSON Schema refuse a new optional property where the content is open, as it is here.
        let is_checked = format != Format::Json;
        let values: Vec<W> = self.events.iter().map(write).collect();
        let (bytes, writing) = self.write(codec, v1, is_checked, &values).await?;
        let (reading, fields) = self.read(codec, v2, read).await?;
        Ok(Row { format, messages: self.events.len() as u64, bytes, writing, reading, fields, is_checked })
    }

    /// Writes all with version 1, and closes the log.
    #[expect(clippy::disallowed_methods, reason = "the demo shows rates")]
    async fn write<C: Codec, W>(
        &self,
        codec: C,
        v1: &Schema,
        is_checked: bool,
        values: &[W],
    ) -> Result<(u64, Duration), Failure>
    where
        C::Bound: Encode<W>,
    {
        let Store { log, registry, serdes } = self.place.open().await?;
        // A second run on a kept directory begins afresh.
        if log.partitions(self.topic).await?.is_some() {
            log.delete_topic(self.topic).await?;
        }
        log.create_topic(TopicSpec::new(self.topic, 1)).await?;
        if !is_checked {
            registry.set_level(&format!("{}-value", self.topic), Level::None).await?;
        }
        let producer = log.producer(self.topic).value(&serdes, codec, v1).build().await?;
        let bar = self.output.progress("writing", values.len() as u64);
        let start = Instant::now();
        for chunk in values.chunks(1000) {
            producer.send_batch(chunk).await?;
            bar.inc(chunk.len() as u64);
        }
        let writing = start.elapsed();
        bar.finish_and_clear();
        producer.close(Duration::from_secs(120)).await?;
        let mut bytes = 0;
        let mut consumer =
            log.consumer(self.topic).value_as_written(&serdes, Json).stop_at_end().build().await?;
        while let Some(message) = consumer.next().await? {
            bytes += message.value_bytes().map_or(0, |it| it.len() as u64);
            message.done();
        }
        Ok((bytes, writing))
    }

    /// Opens the log again, reads all with version 2, and compares every field with its event.
    #[expect(clippy::disallowed_methods, reason = "the demo shows rates")]
    async fn read<C: Codec, R>(
        &self,
        codec: C,
        v2: &Schema,
        read: impl Fn(R) -> Result<QuakeV2, String>,
    ) -> Result<(Duration, u64), Failure>
    where
        C::Bound: for<'m> Decode<'m, R>,
    {
        let Store { log, registry, serdes } = self.place.open().await?;
        registry.register_schema(&format!("{}-value", self.topic), v2).await?;
        let builder = log.consumer(self.topic).group("demo").value(&serdes, codec, v2);
        let mut consumer = builder.stop_at_end().build().await?;
        let mut found = Vec::with_capacity(self.events.len());
        let start = Instant::now();
        while let Some(message) = consumer.next().await? {
            found.push(message.value::<R>()?);
            message.done();
        }
        let reading = start.elapsed();
        consumer.close().await?;
        if found.len() != self.events.len() {
            let message =
                format!("{}: {} events written, {} read", self.topic, self.events.len(), found.len());
            return Err(Failure::data(message));
        }
        let mut fields = 0;
        for (found, event) in found.into_iter().zip(self.events) {
            let wrong = |what: String| Failure::data(format!("{}, event {}: {what}", self.topic, event.id));
            let differences = read(found).map_err(wrong)?.differences(&QuakeV2::expected(event));
            if !differences.is_empty() {
                return Err(wrong(format!("these fields changed on the way: {}", differences.join(", "))));
            }
            fields += QuakeV2::FIELDS;
        }
        Ok((reading, fields))
    }
}

/// A version 3 that asks for a field which no old message has.
async fn breaking_change(place: &Place) -> Result<Refused, Failure> {
    let store = place.open().await?;
    let subject = format!("{}-value", topic(CodecName::Avro));
    let v3 = include_str!("../../../schemas/quake/v2.avsc")
        .replace(r#"{"name": "revision","#, r#"{"name": "agency", "type": "string"}, {"name": "revision","#);
    match store.registry.register_schema(&subject, &Schema::avro(&v3)?).await {
        Ok(_) => Err(Failure::data("the registry took a schema that breaks its readers")),
        Err(error) => match error.report {
            Some(report) => Ok(Refused { subject, report: report.to_string() }),
            None => Err(error.into()),
        },
    }
}
