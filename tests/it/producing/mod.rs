//! The producer's promises, on a log that fails as a test has written down.

#[cfg(feature = "compression")]
mod compressing;
mod faulty;
mod late;
mod modes;
mod observed;
mod pressure;
mod retries;
mod spilling;

use std::time::Duration;

use pollster::block_on;
use schemawire::backoff::Backoff;
use schemawire::codec::Json;
use schemawire::consumer::ConsumeExt;
use schemawire::producer::{ProduceExt, Producer, ProducerBuilder, Typed};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::Transport;

fn text() -> Schema {
    Schema::json(r#"{"type": "string"}"#).expect("a schema")
}

fn serdes() -> Serdes {
    Serdes::new(block_on(EmbeddedRegistry::in_memory()).expect("a registry"))
}

/// A producer of texts that tries again soon.
fn producer<T: Transport>(
    log: &T,
    serdes: &Serdes,
    partitions: u32,
    set: impl FnOnce(ProducerBuilder<'_, T, Typed<Json>>) -> ProducerBuilder<'_, T, Typed<Json>>,
) -> Producer<Json> {
    let backoff = Backoff { first: Duration::from_millis(2), longest: Duration::from_millis(4) };
    let builder = log.producer("t").value(serdes, Json, &text()).create_with(partitions).backoff(backoff);
    block_on(set(builder).build()).expect("a producer")
}

/// What lies in each partition, in order.
fn stored(log: &(impl Transport + Clone), serdes: &Serdes, partitions: u32) -> Vec<Vec<String>> {
    block_on(async {
        let builder = log.consumer("t").value(serdes, Json, &text()).stop_at_end();
        let mut consumer = builder.build().await.expect("a consumer");
        let mut values = vec![Vec::new(); partitions as usize];
        while let Some(message) = consumer.next().await.expect("reads") {
            let value = message.value().expect("text");
            values[message.partition().partition as usize].push(value);
            message.done();
        }
        values
    })
}
