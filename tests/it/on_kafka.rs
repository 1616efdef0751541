//! Kafka for the tests of the core: a broker in the process in every run, and the real one where `scripts/streams.sh` has started it.
//!
//! The broker in the process knows groups of one member, and neither topic settings nor more partitions; what needs those runs on
//! the real one alone.

mod prefixed;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use krafka::testing::FakeBroker;
use schemawire::transport::{Kafka, Transport};
use tokio::runtime::Runtime;

use prefixed::Prefixed;

/// A broker in the process, which ends with this.
#[derive(Debug)]
pub(super) struct Fake {
    pub(super) broker: FakeBroker,
    _runtime: Runtime,
}

/// On the broker in the process, and on the real one where there is one.
pub(super) fn each(test: impl Fn(Arc<dyn Transport>)) {
    let (log, _broker) = pollster::block_on(fake());
    test(log);
    if let Some(log) = pollster::block_on(real()) {
        test(log);
    }
}

/// A broker of its own in the process.
pub(super) async fn fake() -> (Arc<dyn Transport>, Fake) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let started = runtime.spawn(async { FakeBroker::start().await.expect("a broker") });
    let broker = started.await.expect("it starts");
    let kafka = connect(&broker.bootstrap_servers()).await;
    (Arc::new(kafka), Fake { broker, _runtime: runtime })
}

/// The brokers that `SCHEMAWIRE_KAFKA` names, as a log that is empty: each has names of its own.
pub(super) async fn real() -> Option<Arc<dyn Transport>> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let brokers = std::env::var_os("SCHEMAWIRE_KAFKA")?.into_string().expect("an address");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let prefix = format!("test.{}.{number}.", std::process::id());
    Some(Arc::new(Prefixed::over(connect(&brokers).await, prefix)))
}

async fn connect(brokers: &str) -> Kafka {
    let builder = Kafka::builder(brokers).metadata_age(Duration::from_millis(500));
    builder.connect().await.expect("it answers")
}
