//! Cases of topics that are given more partitions.

use std::sync::Arc;

use crate::record::TopicPartition;

use super::super::{ConsumerSpec, Event, Transport, TransportErrorKind};
use super::support::{Member, append, batch, consumer, event, producer, read, settle, texts, topic};

pub(super) async fn grows(transport: Arc<dyn Transport>) {
    topic(&transport, "grows", 1).await;
    let [first, third] = [0, 2].map(|partition| TopicPartition::new("grows", partition));
    let producer = producer(&transport).await;
    producer.append(&first, batch(&["before"])).await.expect("stored");
    let mut alone = consumer(&transport, ConsumerSpec::new(&["grows"])).await;
    assert_eq!(read(&mut alone, 1).await, ["before"]);
    let mut member = None;
    if transport.capabilities().groups {
        let joined = member.insert(Member::join(&transport, "grows", "grows-group").await);
        settle(&mut [joined], 1).await;
    }

    transport.grow_topic("grows", 3).await.expect("grown");
    transport.grow_topic("grows", 3).await.expect("it has so many");
    assert_eq!(transport.partitions("grows").await.expect("an answer"), Some(3));
    let error = transport.grow_topic("grows", 2).await.expect_err("none can be taken away");
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);
    let error = transport.grow_topic("grows-not", 2).await.expect_err("there is no such topic");
    assert_eq!(error.kind, TransportErrorKind::UnknownTopic);

    // By those who wrote and read before.
    let stored = producer.append(&third, batch(&["behind"])).await.expect("stored");
    assert_eq!(stored.base_offset, 0);
    let (mut added, mut found) = (Vec::new(), Vec::new());
    while found.is_empty() {
        match event(&mut alone).await {
            Event::Assigned { partitions, .. } => added.extend(partitions),
            Event::Records { batch, from, .. } => found = texts(&batch, from),
            _ => {}
        }
    }
    assert_eq!(added, [1, 2].map(|partition| (TopicPartition::new("grows", partition), 0)));
    assert_eq!(found, ["behind"]);
    if let Some(member) = &mut member {
        settle(&mut [member], 3).await;
        while !member.read.iter().any(|value| value == "behind") {
            member.step().await;
        }
    }
    append(&transport, &TopicPartition::new("grows", 1), &["b"]).await;
    assert_eq!(read(&mut alone, 1).await, ["b"]);
}
