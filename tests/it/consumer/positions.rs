//! Where partitions are read from, and why there.

use std::sync::Arc;

use schemawire::codec::Json;
use schemawire::consumer::{ConsumeError, ConsumerBuilder, MemoryOffsets, OffsetStore, OnGap, StartReason};
use schemawire::serdes::Reader;
use schemawire::transport::{Place, Retention, TopicSpec, Transport};

use super::support::{HandClock, Log, Told, at, for_a_while, on_every_log, on_local_logs};

/// Where partition 0 begins, and why.
async fn start(builder: ConsumerBuilder<'_, Arc<dyn Transport>, Reader<Json>>) -> (u64, StartReason) {
    let mut consumer = builder.stop_at_end().build().await.expect("opens");
    let _ = consumer.next().await.expect("reads");
    let started = consumer.started();
    let first = started.iter().find(|it| it.at == at(0)).expect("partition 0 is read");
    (first.offset, first.reason)
}

#[test]
fn the_reason_for_a_start_is_told() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b"]).await;
        let time = 4_102_444_800_000; // 2100
        assert_eq!(start(log.reader("g")).await, (0, StartReason::Earliest));
        assert_eq!(start(log.reader("g").start(Place::Latest)).await, (2, StartReason::Latest));
        assert_eq!(start(log.reader("g").start(Place::Offset(1))).await, (1, StartReason::Offset));
        assert_eq!(start(log.reader("g").start(Place::Timestamp(time))).await, (2, StartReason::Timestamp));
        let mut consumer = log.reader("g").build().await.expect("opens");
        consumer.next().await.expect("reads").expect("a").done();
        consumer.close().await.expect("closes");
        assert_eq!(start(log.reader("g").start(Place::Latest)).await, (1, StartReason::Committed));
        let told = Arc::new(Told::default());
        start(log.reader("g").observer(Arc::<Told>::clone(&told))).await;
        let line = r#"Started { group: "g", topic: "t", partition: 0, offset: 1, reason: "committed" }"#;
        assert!(told.has(line), "{:?}", told.lines());
        assert!(
            told.has(r#"Rebalanced { group: "g", change: Assigned, partitions: 2 }"#),
            "{:?}",
            told.lines()
        );
    });
}

#[test]
fn positions_in_a_store_of_ones_own_win_over_the_groups() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b", "c"]).await;
        let store = Arc::new(MemoryOffsets::new());
        let own = || log.reader("g").offsets("alerts", Arc::<MemoryOffsets>::clone(&store));
        let mut plain = log.reader("g").build().await.expect("opens");
        plain.next().await.expect("reads").expect("a").done();
        plain.close().await.expect("closes");
        assert_eq!(start(own()).await, (0, StartReason::Earliest), "the group's commits do not count");
        let mut consumer = own().build().await.expect("opens");
        consumer.next().await.expect("reads").expect("a").done();
        consumer.next().await.expect("reads").expect("b").done();
        consumer.close().await.expect("closes");
        assert_eq!(store.load("alerts", &[at(0)]).await.expect("loads")[&at(0)], 2);
        assert_eq!(start(own()).await, (2, StartReason::Checkpoint));
        assert_eq!(log.committed("g").await, [(0, 1)], "the group's commit is as it was");
        let other = log.reader("g").offsets("audit", Arc::<MemoryOffsets>::clone(&store));
        assert_eq!(start(other).await, (0, StartReason::Earliest), "each name for itself");
    });
}

/// A log whose first records are gone, and a group that stands before them.
pub(super) async fn behind_retention(log: &Log) {
    let retention = Retention { bytes: Some(200), ..Retention::default() };
    log.log.create_topic(TopicSpec::new("t", 1).with_retention(retention)).await.expect("created");
    let writer = log.writer("t", 1).await;
    writer.send("old").await.expect("acknowledged");
    let mut consumer = log.reader("g").build().await.expect("opens");
    let _ = consumer.next().await.expect("reads");
    consumer.commit().await.expect("commits");
    drop(consumer);
    for number in 0..20 {
        writer.send(format!("a record of some length, {number}").as_str()).await.expect("acknowledged");
    }
    log.log.maintain(HandClock::START).await.expect("maintained");
    assert!(log.log.offset(&at(0), Place::Earliest).await.expect("told") > 1);
}

#[test]
fn records_that_no_longer_exist_are_told_and_passed_as_configured() {
    on_local_logs(|log| async move {
        behind_retention(&log).await;
        let first = log.log.offset(&at(0), Place::Earliest).await.expect("told");
        let told = Arc::new(Told::default());
        let at_zero = || log.reader("g").start(Place::Earliest);
        let mut consumer = at_zero().observer(Arc::<Told>::clone(&told)).build().await.expect("opens");
        assert!(for_a_while(consumer.next()).await.is_some());
        consumer.seek(&at(0), Place::Offset(0)).await.expect("seeks");
        let message = consumer.next().await.expect("reads").expect("the first that exists");
        assert_eq!(message.offset(), first);
        drop(message);
        assert_eq!(consumer.skipped(), first);
        assert!(
            told.has(&format!("Gap {{ group: \"g\", topic: \"t\", partition: 0, records: {first} }}")),
            "{:?}",
            told.lines()
        );
        assert!(told.has("reason: \"gap\""), "{:?}", told.lines());
        drop(consumer);

        let mut consumer = at_zero().on_gap(OnGap::Latest).build().await.expect("opens");
        let _ = consumer.next().await.expect("reads");
        consumer.seek(&at(0), Place::Offset(0)).await.expect("seeks");
        assert!(for_a_while(consumer.next()).await.is_none(), "it goes on behind the last one");
        assert_eq!(consumer.started()[0].reason, StartReason::Gap);
        drop(consumer);

        let mut consumer = at_zero().on_gap(OnGap::Stop).build().await.expect("opens");
        let _ = consumer.next().await.expect("reads");
        consumer.seek(&at(0), Place::Offset(0)).await.expect("seeks");
        for _ in 0..2 {
            let error = consumer.next().await.expect_err("it stops, and stays so");
            assert!(matches!(error, ConsumeError::OutOfRange { from: 0, .. }), "{error:?}");
        }
        consumer.seek(&at(0), Place::Earliest).await.expect("seeks");
        assert_eq!(consumer.next().await.expect("reads").expect("goes on").offset(), first);
    });
}
