//! Partitions come, go and are lost while work is under way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use schemawire::consumer::{ConsumeError, RebalanceListener, Started};
use schemawire::record::TopicPartition;
use schemawire::transport::{BoxFuture, Place};

use super::support::{at, for_a_while, on_every_log, on_local_logs, with_members};

#[test]
fn a_record_that_is_finished_after_its_partition_went_and_came_back_does_not_count() {
    on_local_logs(|log| async move {
        log.fill(0, &["a", "b"]).await;
        let mut consumer = log.reader("g").build().await.expect("opens");
        let (message, late) = consumer.next().await.expect("reads").expect("a").detach();
        // Silent for longer than the session: the partition is lost, and comes back with the next call.
        log.clock.pass(Duration::from_secs(11));
        let again = consumer.next().await.expect("reads").expect("a once more");
        assert_eq!((again.offset(), message.offset()), (0, 0));
        assert_eq!(again.value::<&str>().expect("text"), message.value::<&str>().expect("text"));
        drop(again);
        assert!(!late.done(), "it was given out under an assignment that is over");
        let next = consumer.next().await.expect("reads").expect("b");
        next.done();
        assert!(consumer.positions().contains(&(at(0), 0)), "{:?}", consumer.positions());
        consumer.close().await.expect("closes");
        assert_eq!(log.committed("g").await, []);
    });
}

#[test]
fn a_record_that_is_finished_after_a_seek_does_not_count() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b"]).await;
        let mut consumer = log.reader("g").build().await.expect("opens");
        let (_, late) = consumer.next().await.expect("reads").expect("a").detach();
        consumer.seek(&at(0), Place::Earliest).await.expect("seeks");
        let again = consumer.next().await.expect("reads").expect("a once more").offset();
        assert_eq!((again, late.done()), (0, false));
        assert!(consumer.positions().contains(&(at(0), 0)));
    });
}

#[test]
fn a_partition_that_goes_waits_for_the_marks_of_its_records() {
    with_members(|log| async move {
        log.fill(0, &["a"]).await;
        log.fill(1, &["b"]).await;
        let listener = Arc::new(Listener::default());
        let builder = log.reader("g").listener(Arc::<Listener>::clone(&listener));
        let mut first = builder.build().await.expect("opens");
        let marks = [
            first.next().await.expect("reads").expect("one").detach().1,
            first.next().await.expect("reads").expect("the other").detach().1,
        ];
        let mut second = log.reader("g").build().await.expect("opens");
        while !listener.0.lock().unwrap().iter().any(|line| line.starts_with("revoking")) {
            // Dropped in the middle of it: nothing is lost.
            assert!(for_a_while(first.next()).await.is_none());
        }
        assert!(for_a_while(first.next()).await.is_none(), "the marks of what goes are not done");
        assert_eq!(log.committed("g").await, []);
        assert!(marks.into_iter().all(schemawire::consumer::Mark::done));
        while (first.positions().len(), second.positions().len()) != (1, 1) {
            assert!(for_a_while(first.next()).await.is_none(), "all of it is done: nothing is given again");
            assert!(for_a_while(second.next()).await.is_none(), "nor to the other one");
        }
        assert_ne!(first.positions()[0].0, second.positions()[0].0);
    });
}

#[test]
fn a_full_window_holds_the_next_message_back_until_a_mark_is_done() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b", "c", "d"]).await;
        let mut consumer = log.reader("g").window(3).build().await.expect("opens");
        let mut marks = Vec::new();
        for _ in 0..3 {
            marks.push(consumer.next().await.expect("reads").expect("a record").detach().1);
        }
        assert!(for_a_while(consumer.next()).await.is_none(), "3 offsets are under way");
        marks.pop().expect("c").done();
        assert!(for_a_while(consumer.next()).await.is_none(), "a is still the first, and d the fourth");
        marks.swap_remove(0).done();
        let fourth = consumer.next().await.expect("reads").expect("d");
        assert_eq!(fourth.value::<&str>().expect("text"), "d");
    });
}

#[test]
fn deadlines_that_contradict_each_other_are_refused_by_name() {
    on_every_log(|log| async move {
        let builder = log.reader("g").session_timeout(Duration::from_secs(5));
        let error = builder.revoke_within(Duration::from_secs(5)).build().await.expect_err("as long");
        assert!(matches!(error, ConsumeError::Setting { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("revoke_within") && text.contains("session_timeout"), "{text}");
        assert!(log.reader("g").window(0).build().await.is_err());
        assert!(log.reader("g").commit_every(Duration::ZERO).build().await.is_err());
    });
}

#[derive(Debug, Default)]
struct Listener(Mutex<Vec<String>>);

impl RebalanceListener for Listener {
    fn assigned(&self, started: &[Started]) {
        let shown: Vec<_> =
            started.iter().map(|it| format!("{}@{} {}", it.at, it.offset, it.reason)).collect();
        self.0.lock().unwrap().push(format!("assigned {}", shown.join(", ")));
    }

    fn revoking<'a>(&'a self, partitions: &'a [TopicPartition], limit: Duration) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let line = format!("revoking {} within {limit:?}", partitions[0]);
            self.0.lock().unwrap().push(line);
        })
    }

    fn lost(&self, partitions: &[TopicPartition]) {
        self.0.lock().unwrap().push(format!("lost {}", partitions[0]));
    }
}

#[test]
fn a_listener_is_told_what_comes_what_is_to_go_and_what_is_lost() {
    on_local_logs(|log| async move {
        log.fill(0, &["a"]).await;
        let listener = Arc::new(Listener::default());
        let builder = log.reader("g").revoke_within(Duration::from_secs(3));
        let mut first = builder.listener(Arc::<Listener>::clone(&listener)).build().await.expect("opens");
        first.next().await.expect("reads").expect("a").done();
        first.commit().await.expect("commits");
        let second = log.reader("g").build().await.expect("opens");
        assert!(for_a_while(first.next()).await.is_none());
        let left = first.positions();
        drop(second);
        assert!(for_a_while(first.next()).await.is_none(), "the other one has left");
        log.clock.pass(Duration::from_secs(11));
        assert!(for_a_while(first.next()).await.is_none());
        let lines = listener.0.lock().unwrap().clone();
        assert_eq!(lines[0], "assigned t-0@0 earliest, t-1@0 earliest");
        let gone = if left[0].0 == at(0) { "t-1" } else { "t-0" };
        assert_eq!(lines[1], format!("revoking {gone} within 3s"));
        assert!(lines[2].starts_with(&format!("assigned {gone}@")), "{lines:?}");
        assert!(lines[3..].iter().any(|line| line.starts_with("lost t-")), "{lines:?}");
        assert!(lines.last().is_some_and(|line| line.contains("t-0@1 committed")), "{lines:?}");
    });
}
