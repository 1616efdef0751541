//! Messages that fail: tried again in place and by way of a retry topic, then kept as dead letters, with the reason beside them.
//!
//! `cargo run --example dead_letters` runs on a log in memory; with `SCHEMAWIRE_BROKERS=localhost:9092` and the feature `kafka` on
//! Apache Kafka.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::cell::Cell;
use std::time::Duration;

use schemawire::backoff::Backoff;
use schemawire::codec::Avro;
use schemawire::consumer::{ConsumeExt, DeadLetter, Failure, Failures};
use schemawire::producer::ProduceExt;
use schemawire::record::{Batch, TopicPartition};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::{self, ProducerSpec, Transport};

const ORDER: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "number", "type": "int"},
    {"name": "cents", "type": "long"}]}"#;

#[derive(serde::Serialize, serde::Deserialize, Debug)]
struct Order {
    number: i32,
    cents: i64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[expect(clippy::disallowed_methods, reason = "an example is a shell")]
    let address = match std::env::var("SCHEMAWIRE_BROKERS") {
        Ok(brokers) => format!("kafka://{brokers}"),
        Err(_) => "memory:".to_owned(),
    };
    pollster::block_on(run(&address))
}

async fn run(address: &str) -> Result<(), Box<dyn std::error::Error>> {
    let log = transport::open(address).await?;
    let serdes = Serdes::new(EmbeddedRegistry::in_memory().await?);
    // A name of this run: on Kafka topics and groups stay behind.
    let orders = format!("orders-{}", std::process::id());
    let schema = Schema::avro(ORDER)?;

    let producer = log.producer(&orders).value(&serdes, Avro, &schema).build().await?;
    for (number, cents) in [(1, 250), (2, -1), (3, 990)] {
        producer.send_keyed(&number.to_string(), &Order { number, cents }).await?;
    }
    garbage(&log, &orders).await?;

    // Two tries in place, then one 50 ms later by way of `ORDERS.retry.50ms`, then `ORDERS.dlq`.
    let backoff = Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(20) };
    let failures = Failures::new().in_place(1, backoff).retry_topic(Duration::from_millis(50));
    let outages = Cell::new(4);
    let billing = log.consumer(&orders).group(&orders).value(&serdes, Avro, &schema);
    let billing = billing.failures(failures).stop_at_end().build().await?;
    let summary = billing.run(async |message| {
        let order: Order = message.value()?; // what does not read is a dead letter at once
        if order.cents < 0 {
            return Err(Failure::permanent(format!("order {} would pay the customer", order.number)));
        }
        if outages.get() > 0 {
            outages.set(outages.get() - 1);
            return Err(Failure::retry("the bank does not answer"));
        }
        println!("order {} is paid for, read from {}", order.number, message.place());
        Ok(())
    });
    let summary = summary.await?;
    println!("{summary:?}");
    assert_eq!((summary.handled, summary.dead_letters), (2, 2));

    // Dead letters are records like any others: their headers say what happened, and the rest is as it was.
    let letters = format!("{orders}.dlq");
    let letters = log.consumer(&letters).value(&serdes, Avro, &schema);
    let mut letters = letters.stop_at_end().build().await?;
    let mut reasons = Vec::new();
    while let Some(letter) = letters.next().await? {
        let why = DeadLetter::of_headers(&letter.headers()).ok_or("no dead letter")?;
        println!("{} at offset {} after {} tries: {}", why.at, why.offset, why.attempts, why.reason);
        reasons.push(why.reason);
        letter.done();
    }
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().any(|reason| reason == "order 2 would pay the customer"));
    Ok(())
}

/// What some other program has written to the wrong topic.
async fn garbage(log: &impl Transport, orders: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut batch = Batch::new();
    batch.push(Some(b"?"), Some(b"no Avro at all"), &schemawire::record::Headers::new(), None);
    let raw = log.open_producer(ProducerSpec::default()).await?;
    raw.append(&TopicPartition::new(orders, 0), batch).await?;
    Ok(())
}
