//! Kafka: against a broker in the process, which can be made to fail, and against the real one.
//!
//! `scripts/streams.sh` starts Apache Kafka and says where in `SCHEMAWIRE_KAFKA`; a test that needs it says that it is skipped without.

mod fake;
mod faults;
mod real;

use schemawire::record::{Batch, Headers};
use schemawire::transport::{Event, PollLimits, RawConsumer};

/// What no Kafka is held to, since its brokers let go at a time of their own.
const NOT_KAFKAS: &[&str] =
    &["what retention removed is reported as a gap", "compaction keeps the newest record of each key"];

fn batch(values: &[&str]) -> Batch {
    let mut batch = Batch::new();
    for value in values {
        batch.push(Some(value.as_bytes()), Some(value.as_bytes()), &Headers::new(), None);
    }
    batch
}

fn texts(batch: &Batch) -> Vec<String> {
    batch.iter().map(|it| String::from_utf8(it.value.unwrap().to_vec()).unwrap()).collect()
}

/// All that there is to read.
async fn drain(consumer: &mut dyn RawConsumer) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        match consumer.next(PollLimits::default().now()).await.unwrap() {
            Event::Records { batch, .. } => found.extend(texts(&batch)),
            Event::Idle => return found,
            _ => {}
        }
    }
}
