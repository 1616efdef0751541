//! Every law, against a broker in the process.

use std::sync::Arc;
use std::time::Duration;

use krafka::testing::FakeBroker;
use schemawire::transport::{Kafka, Transport, conformance};

use super::NOT_KAFKAS;

/// What the broker in the process does not know: to describe a topic's settings, to add partitions, and groups of more than one
/// member. It also answers a producer that asks for no answer, which ends the connection and with it what else is under way there.
/// The real one is held to all of it in [`super::real`].
const NOT_THERE: &[&str] = &[
    "every acknowledgement can be asked for",
    "topics are created once, listed and deleted",
    "a topic grows, and its readers get what it grew by",
    "two members share the partitions, one takes over",
    "a stale commit changes nothing",
    "a member that is dropped leaves",
    "offsets of a partition that has moved are refused",
];

pub(super) async fn kafka(broker: &FakeBroker) -> Kafka {
    let builder = Kafka::builder(&broker.bootstrap_servers()).metadata_age(Duration::from_millis(500));
    builder.connect().await.unwrap()
}

#[test]
fn kafka_keeps_every_law_of_a_transport_without_a_runtime_of_the_callers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let broker = runtime.block_on(FakeBroker::start()).unwrap();
    let left_out = pollster::block_on(conformance::run_without(NOT_THERE, async || {
        Arc::new(kafka(&broker).await) as Arc<dyn Transport>
    }));
    assert_eq!(left_out, [NOT_THERE, NOT_KAFKAS].concat());
}

#[tokio::test]
async fn kafka_keeps_every_law_of_a_transport_in_a_runtime_with_one_thread() {
    let broker = FakeBroker::start().await.unwrap();
    let left_out =
        conformance::run_without(NOT_THERE, async || Arc::new(kafka(&broker).await) as Arc<dyn Transport>);
    assert_eq!(left_out.await, [NOT_THERE, NOT_KAFKAS].concat());
}
