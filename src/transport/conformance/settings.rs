//! Cases of settings: what every transport takes, and what contradicts itself.

use std::sync::Arc;
use std::time::Duration;

use super::super::{
    Assignor, ConsumerSpec, GroupProtocol, Isolation, ProducerSpec, Transport, TransportError,
    TransportErrorKind,
};
use super::support::{batch, consumer, found, read, topic};
use crate::record::TopicPartition;

pub(super) async fn contradictions(transport: Arc<dyn Transport>) {
    topic(&transport, "contradictions", 1).await;
    // The message names both settings, so that a person knows which of them to change.
    let refused = |error: TransportError, words: [&str; 2]| {
        assert_eq!(error.kind, TransportErrorKind::InvalidRequest, "{error}");
        for word in words {
            assert!(error.message.contains(word), "`{word}` is not in: {error}");
        }
    };
    let spec = ProducerSpec::default().with_delivery_timeout(Duration::ZERO);
    let error = transport.open_producer(spec).await.expect_err("over before it begins");
    refused(error, ["delivery timeout", "0 s"]);

    let spec = ConsumerSpec::new(&["contradictions"]);
    let error =
        transport.open_consumer(spec.clone().with_instance("one")).await.expect_err("there is no group");
    refused(error, ["instance `one`", "group"]);
    let grouped = spec.with_group("contradictions-group");
    let silent = grouped.clone().with_session_timeout(Duration::ZERO);
    refused(transport.open_consumer(silent).await.expect_err("never alive"), ["session timeout", "0 s"]);
    let assigned = grouped.with_protocol(GroupProtocol::Consumer).with_assignor(Assignor::RoundRobin);
    refused(
        transport.open_consumer(assigned).await.expect_err("no such assignor"),
        ["round-robin", "consumer"],
    );
}

pub(super) async fn taken(transport: Arc<dyn Transport>) {
    topic(&transport, "settings", 1).await;
    let at = TopicPartition::new("settings", 0);
    let spec = ProducerSpec::default()
        .with_client_id("settings-producer")
        .with_idempotence(false)
        .with_delivery_timeout(Duration::from_secs(60));
    let producer = transport.open_producer(spec).await.expect("a producer opens");
    producer.append(&at, batch(&["a"])).await.expect("stored");
    for isolation in [Isolation::ReadCommitted, Isolation::ReadUncommitted] {
        let spec =
            ConsumerSpec::new(&["settings"]).with_client_id("settings-consumer").with_isolation(isolation);
        let mut reader = consumer(&transport, spec).await;
        assert_eq!(read(&mut reader, 1).await, ["a"], "{isolation:?}");
    }
    assert_eq!(found(&transport, "settings").await, ["a"]);
}
