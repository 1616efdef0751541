//! Typed Avro messages through a topic, with a registry: `cargo run --example kafka_avro --features kafka,registry-http [BROKERS [REGISTRY]]`.
//!
//! BROKERS is `kafka://host:9092` (`scripts/kafka.sh start` prints what to write behind `kafka://`), REGISTRY the URL of a registry that speaks Confluent's API
//! (`schemawire serve --print-url`). Without them it runs on a log in memory with a registry beside it: the code is the same.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::Arc;
use std::time::Duration;

use schemawire::codec::Avro;
use schemawire::consumer::ConsumeExt;
use schemawire::producer::ProduceExt;
use schemawire::registry::{EmbeddedRegistry, HttpRegistry};
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::{self, Transport};

const READING: &str = r#"{"type": "record", "name": "Reading", "namespace": "weather", "fields": [
    {"name": "station", "type": "string"},
    {"name": "celsius", "type": "double"}]}"#;

/// A reader that is ahead of its writers: one field more, with a default.
const READING_2: &str = r#"{"type": "record", "name": "Reading", "namespace": "weather", "fields": [
    {"name": "station", "type": "string"},
    {"name": "celsius", "type": "double"},
    {"name": "humidity", "type": "double", "default": -1.0}]}"#;

#[derive(serde::Serialize)]
struct Reading<'a> {
    station: &'a str,
    celsius: f64,
}

#[derive(serde::Deserialize, Debug)]
struct ReadingWithHumidity<'a> {
    station: &'a str,
    celsius: f64,
    humidity: f64,
}

const TOPIC: &str = "weather.readings";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let brokers = arguments.first().map_or("memory:", String::as_str);
        let log = transport::open(brokers).await?;
        let serdes = match arguments.get(1) {
            Some(url) => Serdes::new(HttpRegistry::builder(url).build()?),
            None => Serdes::new(EmbeddedRegistry::on(&log).await?),
        };
        produce(&log, &serdes).await?;
        consume(&log, &serdes).await
    })
}

async fn produce(log: &Arc<dyn Transport>, serdes: &Serdes) -> Result<(), Box<dyn std::error::Error>> {
    let schema = Schema::avro(READING)?;
    let producer = log.producer(TOPIC).create_with(4).value(serdes, Avro, &schema).build().await?;
    let mut handles = Vec::new();
    let stations = ["Oslo", "Lima", "Perth"].into_iter().cycle();
    for (number, station) in (0..1000).zip(stations) {
        let reading = Reading { station, celsius: f64::from(number) / 100.0 };
        // Readings of one station stay in order, since they go to one partition.
        handles.push(producer.message(&reading).key(station.as_bytes()).enqueue()?);
    }
    // A record is written when its handle says so, and not before.
    let mut last = None;
    for handle in handles {
        last = Some(handle.await?);
    }
    if let Some(sent) = last {
        println!("1000 readings are acknowledged, the last one at {} offset {}", sent.at, sent.offset);
    }
    producer.close(Duration::from_secs(10)).await?;
    Ok(())
}

async fn consume(log: &Arc<dyn Transport>, serdes: &Serdes) -> Result<(), Box<dyn std::error::Error>> {
    let schema = Schema::avro(READING_2)?;
    let builder = log.consumer(TOPIC).group("almanac").value(serdes, Avro, &schema);
    let mut consumer = builder.build().await?;
    let mut warmest = f64::MIN;
    for _ in 0..1000 {
        let Some(message) = consumer.next().await? else { break };
        // Borrowed from the batch, and read as the newer schema has it.
        let reading: ReadingWithHumidity<'_> = message.value()?;
        assert_eq!(reading.humidity, -1.0);
        if reading.celsius > warmest {
            warmest = reading.celsius;
            if warmest > 9.98 {
                println!("{} was warmest, at {} °C", reading.station, reading.celsius);
            }
        }
        // Now it may be committed: what is not done is given again after a crash.
        message.done();
    }
    consumer.close().await?;
    Ok(())
}
