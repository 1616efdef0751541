//! Consume, transform, produce: every order is billed once, although the first biller dies in the middle of its work.
//!
//! `cargo run --example exactly_once` runs on an embedded log; with `SCHEMAWIRE_BROKERS=localhost:9092` and the feature `kafka` on
//! Apache Kafka.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, Ended, Session};
use schemawire::producer::{Output, ProduceExt};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::{self, Transport};

const ORDER: &str = r#"{"type": "object", "properties": {"id": {"type": "integer"}, "euros": {"type": "integer"}},
    "required": ["id", "euros"]}"#;
const ORDERS: u64 = 1_000;

#[derive(serde::Serialize, serde::Deserialize)]
struct Order {
    id: u64,
    euros: u64,
}

/// What a biller works with.
struct Biller {
    orders: Session<Json>,
    invoices: Output<Json>,
    totals: Output<Json>,
}

impl Biller {
    async fn open(log: &Arc<dyn Transport>, serdes: &Serdes, names: &Names) -> Result<Self, Box<dyn Error>> {
        let order = Schema::json(ORDER)?;
        let orders =
            log.consumer(&names.orders).group(&names.group).value(serdes, Json, &order).stop_at_end();
        // The same id after a restart: whoever had it before commits nothing any more.
        let orders = orders.session(&names.transactional_id).await?;
        let invoices = log.producer(&names.invoices).value(serdes, Json, &order).output(&orders).await?;
        let totals = log.producer(&names.totals).value(serdes, Json, &order).output(&orders).await?;
        Ok(Self { orders, invoices, totals })
    }

    /// Bills up to so many orders in one transaction; `None` at the end. The caller commits.
    async fn bill(&mut self, most: usize) -> Result<Option<usize>, Box<dyn Error>> {
        let (mut billed, mut total) = (0, 0);
        while billed < most {
            let Some(message) = self.orders.next().await? else { break };
            let order: Order = message.value()?;
            self.invoices.send_keyed(&order.id.to_string(), &order)?;
            (billed, total) = (billed + 1, total + order.euros);
        }
        if billed == 0 {
            return Ok(None);
        }
        self.totals.send(&Order { id: billed as u64, euros: total })?;
        Ok(Some(billed))
    }
}

/// Topics and ids of this run: on Kafka they stay behind.
struct Names {
    orders: String,
    invoices: String,
    totals: String,
    group: String,
    transactional_id: String,
}

impl Names {
    fn of_this_run() -> Self {
        let name = |what| format!("exactly-once-{what}-{}", std::process::id());
        Self {
            orders: name("orders"),
            invoices: name("invoices"),
            totals: name("totals"),
            group: name("group"),
            transactional_id: name("biller"),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    #[expect(clippy::disallowed_methods, reason = "an example is a shell")]
    let address = match std::env::var("SCHEMAWIRE_BROKERS") {
        Ok(brokers) => format!("kafka://{brokers}"),
        Err(_) => format!("file:{}", directory.path().join("orders.db").display()),
    };
    pollster::block_on(run(&address))
}

async fn run(address: &str) -> Result<(), Box<dyn Error>> {
    let log = transport::open(address).await?;
    let serdes = Serdes::new(EmbeddedRegistry::in_memory().await?);
    let names = Names::of_this_run();
    let order = Schema::json(ORDER)?;
    let orders: Vec<Order> = (0..ORDERS).map(|id| Order { id, euros: id % 90 + 10 }).collect();
    let producer = log.producer(&names.orders).value(&serdes, Json, &order).create_with(4).build().await?;
    producer.send_batch(&orders).await?;

    // The first biller commits once, and is gone in the middle of its second transaction, a zombie from then on.
    let mut zombie = Biller::open(&log, &serdes, &names).await?;
    zombie.bill(300).await?;
    println!("the first biller: {:?}", zombie.orders.commit().await?);
    zombie.bill(200).await?;

    let mut biller = Biller::open(&log, &serdes, &names).await?;
    match zombie.orders.commit().await {
        Ok(ended) => println!("the first biller, too late: {ended:?}"),
        Err(error) => println!("the first biller, too late: {:?}", error.class()),
    }
    drop(zombie);
    let mut billed = 0;
    while let Some(count) = biller.bill(250).await? {
        if biller.orders.commit().await? == Ended::Committed {
            billed += count;
        }
    }
    biller.orders.close().await?;
    println!("the second biller: {billed} orders");

    let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
    let invoices = log.consumer(&names.invoices).value(&serdes, Json, &order).stop_at_end();
    let mut invoices = invoices.build().await?;
    while let Some(message) = invoices.next().await? {
        *counts.entry(message.value::<Order>()?.id).or_default() += 1;
        message.done();
    }
    assert_eq!(counts.len() as u64, ORDERS, "no order is left out");
    assert!(counts.values().all(|count| *count == 1), "no order is billed twice");
    println!("{ORDERS} orders, {} invoices", counts.values().sum::<u32>());
    Ok(())
}
