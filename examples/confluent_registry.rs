//! Typed messages with a registry elsewhere: `cargo run --example confluent_registry --features registry-http,server [URL]`.
//!
//! Without a URL it asks a server in this process, on a port that is free.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use schemawire::codec::Avro;
use schemawire::registry::{EmbeddedRegistry, HttpRegistry};
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::server::Server;

const ORDER: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"},
    {"name": "quantity", "type": "int"}]}"#;

/// What a reader of tomorrow has: one field more, with a default.
const ORDER_2: &str = r#"{"type": "record", "name": "Order", "namespace": "acme", "fields": [
    {"name": "id", "type": "string"},
    {"name": "quantity", "type": "int"},
    {"name": "currency", "type": "string", "default": "EUR"}]}"#;

#[derive(serde::Serialize)]
struct Order<'a> {
    id: &'a str,
    quantity: i32,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct OrderWithCurrency<'a> {
    id: &'a str,
    quantity: i32,
    currency: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match std::env::args().nth(1) {
            Some(url) => run(&url).await,
            None => {
                let server = Server::builder(EmbeddedRegistry::in_memory().await?).start().await?;
                let done = run(server.url()).await;
                server.stop().await;
                done
            }
        }
    })
}

async fn run(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    // Two programs, each with a client of its own.
    let (writing, reading) = (HttpRegistry::builder(url).build()?, HttpRegistry::builder(url).build()?);
    let (writing, reading) = (Serdes::new(writing), Serdes::new(reading));

    let writer = writing.writer(Avro, "orders-value", &Schema::avro(ORDER)?);
    let key = writer.prepare().await?;
    let reader = reading.reader(Avro, &Schema::avro(ORDER_2)?);
    for quantity in 1..=1000 {
        let message = writer.serialize(&Order { id: "A-1", quantity })?;
        let order: OrderWithCurrency<'_> = reader.read(&message).await?;
        assert_eq!(order, OrderWithCurrency { id: "A-1", quantity, currency: "EUR".into() });
    }

    let asked = writing.cache().cache_counts().asked + reading.cache().cache_counts().asked;
    println!("1000 messages with {key} of {url}, written and read by {asked} requests");
    assert_eq!(asked, 2);
    Ok(())
}
