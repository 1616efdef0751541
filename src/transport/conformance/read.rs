//! Cases of reading.

use std::sync::Arc;
use std::task::{Context, Waker};

use crate::record::{Batch, Headers, TopicPartition};

use super::super::{ConsumerSpec, Event, Place, PollLimits, Transport, TransportErrorKind};
use super::support::{append, consumer, event, producer, read, texts, topic, values};

pub(super) async fn all_partitions(transport: Arc<dyn Transport>) {
    topic(&transport, "all", 3).await;
    for partition in 0..3 {
        append(&transport, &TopicPartition::new("all", partition), &["a", "b"]).await;
    }
    let mut consumer = consumer(&transport, ConsumerSpec::new(&["all"])).await;
    let Event::Assigned { partitions, .. } = event(&mut consumer).await else {
        panic!("partitions come first")
    };
    let expected: Vec<_> = (0..3).map(|partition| (TopicPartition::new("all", partition), 0)).collect();
    assert_eq!(partitions, expected);
    assert_eq!(read(&mut consumer, 6).await.len(), 6);
    let error = consumer.commit(super::super::Generation(0), &[]).await.expect_err("no group, no commit");
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);
}

pub(super) async fn starts(transport: Arc<dyn Transport>) {
    topic(&transport, "starts", 1).await;
    let at = TopicPartition::new("starts", 0);
    append(&transport, &at, &["a", "b", "c"]).await;
    for (place, expected) in [(Place::Earliest, "a"), (Place::Offset(1), "b"), (Place::Offset(2), "c")] {
        let mut consumer = consumer(&transport, ConsumerSpec::new(&["starts"]).with_start(place)).await;
        let events = [event(&mut consumer).await, event(&mut consumer).await];
        let [Event::Assigned { .. }, Event::Records { batch, from, .. }] = &events else {
            panic!("partitions, then records: {events:?}")
        };
        assert_eq!(texts(batch, *from).first().map(String::as_str), Some(expected), "{place:?}");
    }
    let mut late = consumer(&transport, ConsumerSpec::new(&["starts"]).with_start(Place::Latest)).await;
    assert!(matches!(event(&mut late).await, Event::Assigned { .. }));
    append(&transport, &at, &["d"]).await;
    assert_eq!(read(&mut late, 1).await, ["d"], "latest begins behind what was there");
}

pub(super) async fn seek(transport: Arc<dyn Transport>) {
    topic(&transport, "seek", 2).await;
    let at = TopicPartition::new("seek", 0);
    let producer = producer(&transport).await;
    for second in 0..5_i64 {
        let mut batch = Batch::new();
        let value = format!("second {second}");
        batch.push(None, Some(value.as_bytes()), &Headers::new(), Some(second * 1000));
        producer.append(&at, batch).await.expect("stored");
    }
    for (place, offset) in [
        (Place::Earliest, 0),
        (Place::Latest, 5),
        (Place::Offset(3), 3),
        (Place::Timestamp(2000), 2),
        (Place::Timestamp(2001), 3),
        (Place::Timestamp(-1), 0),
        (Place::Timestamp(9_999), 5),
    ] {
        assert_eq!(transport.offset(&at, place).await.expect("an offset"), offset, "{place:?}");
    }
    let mut consumer = consumer(&transport, ConsumerSpec::new(&["seek"])).await;
    assert_eq!(read(&mut consumer, 5).await.len(), 5);
    consumer.seek(&at, Place::Offset(4)).await.expect("an offset");
    assert_eq!(read(&mut consumer, 1).await, ["second 4"]);
    consumer.seek(&at, Place::Timestamp(3000)).await.expect("a time");
    assert_eq!(read(&mut consumer, 2).await, ["second 3", "second 4"]);
    consumer.seek(&at, Place::Earliest).await.expect("the beginning");
    assert_eq!(read(&mut consumer, 5).await.len(), 5);
    let error =
        consumer.seek(&TopicPartition::new("seek", 7), Place::Earliest).await.expect_err("not assigned");
    assert_eq!(error.kind, TransportErrorKind::NotAssigned);
}

pub(super) async fn pause(transport: Arc<dyn Transport>) {
    topic(&transport, "pause", 2).await;
    let [first, second] = [0, 1].map(|partition| TopicPartition::new("pause", partition));
    let mut consumer = consumer(&transport, ConsumerSpec::new(&["pause"])).await;
    assert!(matches!(event(&mut consumer).await, Event::Assigned { .. }));
    consumer.pause(std::slice::from_ref(&first));
    append(&transport, &first, &["paused"]).await;
    append(&transport, &second, &["not paused"]).await;
    assert_eq!(read(&mut consumer, 1).await, ["not paused"]);
    let idle = consumer.next(PollLimits::default().now()).await.expect("an answer");
    assert!(matches!(idle, Event::Idle), "a paused partition gives nothing, not {idle:?}");
    consumer.resume(&[first]);
    assert_eq!(read(&mut consumer, 1).await, ["paused"]);
}

pub(super) async fn cancelled(transport: Arc<dyn Transport>) {
    topic(&transport, "cancelled", 1).await;
    let at = TopicPartition::new("cancelled", 0);
    let mut consumer = consumer(&transport, ConsumerSpec::new(&["cancelled"])).await;
    let expected = values(0..20);
    let mut found = Vec::new();
    let mut assigned = 0;
    for value in &expected {
        // Polled once, then dropped; what it gives all the same is taken.
        poll_once(&mut consumer, &mut found, &mut assigned);
        append(&transport, &at, &[value]).await;
        poll_once(&mut consumer, &mut found, &mut assigned);
    }
    while found.len() < expected.len() {
        take(event(&mut consumer).await, &mut found, &mut assigned);
    }
    assert_eq!(found, expected, "dropped futures lose and repeat nothing");
    assert_eq!(assigned, 1);
}

fn poll_once(
    consumer: &mut Box<dyn super::super::RawConsumer>,
    found: &mut Vec<String>,
    assigned: &mut usize,
) {
    let mut next = consumer.next(PollLimits::default());
    if let std::task::Poll::Ready(event) = next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        take(event.expect("an event"), found, assigned);
    }
}

fn take(event: Event, found: &mut Vec<String>, assigned: &mut usize) {
    match event {
        Event::Records { batch, from, .. } => found.extend(texts(&batch, from)),
        Event::Assigned { .. } => *assigned += 1,
        _ => {}
    }
}

pub(super) async fn woken(transport: Arc<dyn Transport>) {
    topic(&transport, "woken", 1).await;
    let mut consumer = consumer(&transport, ConsumerSpec::new(&["woken"])).await;
    assert!(matches!(event(&mut consumer).await, Event::Assigned { .. }));
    let producer = producer(&transport).await;
    let mut batch = Batch::new();
    batch.push(None, Some(b"news"), &Headers::new(), None);
    let mut append = producer.append(&TopicPartition::new("woken", 0), batch);
    let mut next = consumer.next(PollLimits::default());
    // Both wait in one task: the consumer first, so that it has to be woken.
    let mut is_stored = false;
    let event = std::future::poll_fn(|context| {
        let event = next.as_mut().poll(context);
        // A future may not be polled again once it is ready.
        if event.is_pending() && !is_stored {
            is_stored = append.as_mut().poll(context).is_ready();
        }
        event
    });
    let event = event.await.expect("an event");
    assert!(matches!(event, Event::Records { .. }), "{event:?}");
}
