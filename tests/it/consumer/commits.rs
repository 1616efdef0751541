//! When what is done is committed.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use schemawire::transport::CommitOutcome;

use super::support::{Told, at, for_a_while, on_every_log, poll};

#[test]
fn by_hand_nothing_is_committed_until_it_is_said() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b"]).await;
        let mut consumer = log.reader("g").commit_by_hand().stop_at_end().build().await.expect("opens");
        while let Some(message) = consumer.next().await.expect("reads") {
            message.done();
        }
        consumer.close().await.expect("closes");
        assert_eq!(log.committed("g").await, [], "closing does not commit either");
        let mut consumer = log.reader("g").commit_by_hand().stop_at_end().build().await.expect("opens");
        consumer.next().await.expect("reads").expect("a").done();
        assert_eq!(consumer.commit().await.expect("stored"), CommitOutcome::Stored);
        assert_eq!(log.committed("g").await, [(0, 1)]);
    });
}

#[test]
fn an_interval_commits_once_its_time_has_come() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b", "c"]).await;
        let builder = log.reader("g").commit_every(Duration::from_secs(5));
        let mut consumer = builder.build().await.expect("opens");
        for expected in 0..3 {
            let message = consumer.next().await.expect("reads").expect("a record");
            assert_eq!(message.offset(), expected);
            message.done();
        }
        assert!(for_a_while(consumer.next()).await.is_none());
        assert_eq!(log.committed("g").await, [], "behind each batch is not asked for");
        log.clock.pass(Duration::from_secs(5));
        // Where much else wants the processor, a commit takes more than one such while.
        while log.committed("g").await.is_empty() {
            assert!(for_a_while(consumer.next()).await.is_none());
        }
        assert_eq!(log.committed("g").await, [(0, 3)]);
    });
}

#[test]
fn a_commit_that_is_asked_for_is_made_by_the_next_call_that_waits_and_its_handle_says_so() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b"]).await;
        let mut consumer = log.reader("g").commit_by_hand().build().await.expect("opens");
        consumer.next().await.expect("reads").expect("a").done();
        let mut handles = [consumer.commit_soon(), consumer.commit_soon()];
        assert!(poll(&mut handles[0]).is_pending(), "asking waits for nothing");
        assert_eq!(log.committed("g").await, []);
        assert_eq!(consumer.next().await.expect("reads").expect("b").offset(), 1);
        for mut handle in handles {
            // A call that is dropped in the middle of the commit leaves it to the next one.
            let outcome = loop {
                match poll(&mut handle) {
                    Poll::Ready(outcome) => break outcome,
                    Poll::Pending => assert!(
                        for_a_while(consumer.next()).await.is_none(),
                        "there is nothing more to give, so it waits"
                    ),
                }
            };
            assert_eq!(outcome, Some(CommitOutcome::Stored));
        }
        assert_eq!(log.committed("g").await, [(0, 1)]);
        let never = consumer.commit_soon();
        drop(consumer);
        assert_eq!(never.await, None);
    });
}

#[test]
fn marks_finish_in_any_order_and_the_commit_stands_at_the_first_that_is_not() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b", "c"]).await;
        let told = Arc::new(Told::default());
        let builder = log.reader("g").observer(Arc::<Told>::clone(&told));
        let mut consumer = builder.build().await.expect("opens");
        let mut marks = Vec::new();
        for _ in 0..3 {
            marks.push(consumer.next().await.expect("reads").expect("a record").detach().1);
        }
        let [a, b, c]: [_; 3] = marks.try_into().expect("three");
        assert!(c.done() && a.done());
        consumer.commit().await.expect("stored");
        assert_eq!(log.committed("g").await, [(0, 1)]);
        assert_eq!(consumer.lag().await.expect("told"), [(at(0), 2), (at(1), 0)]);
        assert!(b.done());
        consumer.commit().await.expect("stored");
        assert_eq!(log.committed("g").await, [(0, 3)]);
        assert!(told.has(r#"Committed { group: "g", partitions: 1, stored: true }"#), "{:?}", told.lines());
        assert!(
            told.has(r#"Lag { group: "g", topic: "t", partition: 0, records: 2 }"#),
            "{:?}",
            told.lines()
        );
        assert!(
            told.has(r#"Received { group: "g", topic: "t", partition: 0, records: "#),
            "{:?}",
            told.lines()
        );
    });
}
