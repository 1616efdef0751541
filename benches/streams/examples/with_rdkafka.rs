//! Another client's transport: Schemawire writes and reads the messages, rdkafka carries them.
//!
//! ```sh
//! cargo run --example with_rdkafka -- 127.0.0.1:9092
//! ```
//!
//! The framing is Confluent's second one: the schema's GUID travels in a record header, and the value is plain Avro, which programs
//! that know nothing of a registry read as well.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, Headers as _, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use schemawire::codec::Avro;
use schemawire::frame::ConfluentV1;
use schemawire::record::Headers;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const TOPIC: &str = "quakes-by-rdkafka";
const PATIENCE: Duration = Duration::from_secs(30);

const WRITTEN: &str = r#"{"type": "record", "name": "Quake", "fields": [
    {"name": "id", "type": "string"},
    {"name": "magnitude", "type": ["null", "double"], "default": null}]}"#;

/// What the reading program has: the fields in another order, and one more.
const READ: &str = r#"{"type": "record", "name": "Quake", "fields": [
    {"name": "magnitude", "type": ["null", "double"], "default": null},
    {"name": "id", "type": "string"},
    {"name": "place", "type": "string", "default": "unknown"}]}"#;

#[derive(Serialize)]
struct Quake<'a> {
    id: &'a str,
    magnitude: Option<f64>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct QuakeWithPlace<'a> {
    magnitude: Option<f64>,
    id: &'a str,
    place: &'a str,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let brokers = std::env::args().nth(1).ok_or("the brokers' addresses, host:port with commas between")?;
    // Two services would have a client of the same registry each.
    let serdes = Serdes::builder().framing(ConfluentV1).build(EmbeddedRegistry::in_memory().await?);
    let at = write(&serdes, &brokers).await?;
    println!("written to partition {} at offset {}", at.0, at.1);
    read(&serdes, &brokers, at).await
}

async fn write(serdes: &Serdes, brokers: &str) -> Result<(i32, i64), Failure> {
    let writer = serdes.writer(Avro, "quakes-by-rdkafka-value", &Schema::avro(WRITTEN)?);
    writer.prepare().await?;
    let (mut headers, mut value) = (Headers::new(), Vec::new());
    writer.serialize_into(&Quake { id: "us7000", magnitude: Some(6.1) }, &mut headers, &mut value)?;

    let producer: FutureProducer =
        ClientConfig::new().set("bootstrap.servers", brokers).set("enable.idempotence", "true").create()?;
    let record = FutureRecord::<(), _>::to(TOPIC).payload(&value).headers(to_rdkafka(&headers));
    let delivered = producer.send(record, PATIENCE).await.map_err(|(error, _)| error)?;
    Ok((delivered.partition, delivered.offset))
}

async fn read(serdes: &Serdes, brokers: &str, (partition, offset): (i32, i64)) -> Result<(), Failure> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "quakes-by-rdkafka")
        .create()?;
    let mut at = rdkafka::TopicPartitionList::new();
    at.add_partition_offset(TOPIC, partition, rdkafka::Offset::Offset(offset))?;
    consumer.assign(&at)?;
    let record = consumer.poll(PATIENCE).ok_or("the record does not come")??;

    let reader = serdes.reader(Avro, &Schema::avro(READ)?);
    let (value, headers) = (record.payload().ok_or("a null value")?, from_rdkafka(&record));
    // The writer's schema is asked for once; afterwards nothing waits.
    if let Some(key) = reader.missing(value, &headers) {
        println!("the schema of {key} is not known yet");
        reader.load(key).await?;
    }
    let quake: QuakeWithPlace<'_> = reader.deserialize_with(value, &headers)?;
    println!("read {quake:?}");
    assert_eq!(quake, QuakeWithPlace { magnitude: Some(6.1), id: "us7000", place: "unknown" });
    Ok(())
}

fn to_rdkafka(headers: &Headers) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
        all.insert(Header { key, value })
    })
}

fn from_rdkafka(record: &impl Message) -> Headers {
    let mut headers = Headers::new();
    for header in record.headers().into_iter().flat_map(|it| it.iter()) {
        headers.push(header.key, header.value);
    }
    headers
}
