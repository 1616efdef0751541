//! A handler for every message: several at once, in order per key, while the membership goes on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{join, select};
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeError, Failure, Order, OwnedMessage, RebalanceListener};
use schemawire::record::TopicPartition;
use schemawire::transport::sleep;

use super::support::{Log, Told, in_local_time, in_time, poll, with_members_in_time};

fn key(message: &OwnedMessage<Json>) -> String {
    String::from_utf8_lossy(message.key::<&[u8]>().unwrap_or_default()).into_owned()
}

/// Resolves at the second poll, so that others have their turn.
async fn a_moment() {
    sleep(Duration::from_millis(1)).await;
}

#[test]
fn messages_of_one_key_are_handled_in_order_and_others_beside_them() {
    in_time(|log| async move {
        let keys = ["a", "b", "c", "d", "e", "f"];
        let pairs: Vec<(&str, String)> =
            (0..60).map(|number| (keys[number % 6], format!("{number:02}"))).collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
        log.fill_keyed(&pairs).await;
        let told = Arc::new(Told::default());
        let builder = log.reader("g").concurrency(4).stop_at_end().observer(Arc::<Told>::clone(&told));
        let (seen, at_once, most) =
            (RefCell::new(BTreeMap::<String, Vec<String>>::new()), Cell::new(0), Cell::new(0));
        let summary = builder.build().await.expect("opens").run(async |message| {
            at_once.set(at_once.get() + 1);
            most.set(most.get().max(at_once.get()));
            a_moment().await;
            seen.borrow_mut().entry(key(&message)).or_default().push(message.value()?);
            at_once.set(at_once.get() - 1);
            Ok(())
        });
        let summary = summary.await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.unfinished), (60, 0, 0));
        for (key, values) in seen.into_inner() {
            let expected: Vec<&str> = pairs.iter().filter(|it| it.0 == key).map(|it| it.1).collect();
            assert_eq!(values, expected, "{key}");
        }
        assert!((2..=4).contains(&most.get()), "{} at once", most.get());
        assert_eq!(log.committed("g").await, [(0, 60)]);
        assert!(told.has("Handled { group: \"g\", topic: \"t\""), "{:?}", told.lines());
        assert!(told.has("InFlight { group: \"g\", messages: 4 }"), "{:?}", told.lines());
        assert!(told.lines().iter().rev().any(|line| line == "InFlight { group: \"g\", messages: 0 }"));
    });
}

#[test]
fn a_slow_key_holds_neither_the_rest_of_its_partition_nor_the_commit_past_it() {
    in_time(|log| async move {
        log.fill_keyed(&[("slow", "0"), ("slow", "1"), ("x", "2"), ("y", "3"), ("z", "4")]).await;
        let consumer = log.reader("g").concurrency(2).stop_at_end().build().await.expect("opens");
        let seen = RefCell::new(Vec::new());
        let run = consumer.run(async |message| {
            while key(&message) == "slow" && seen.borrow().len() < 3 {
                a_moment().await;
            }
            seen.borrow_mut().push(message.offset());
            Ok(())
        });
        run.await.expect("runs");
        let seen = seen.into_inner();
        assert_eq!(seen[3..], [0, 1], "after all others, in order: {seen:?}");
    });
}

#[test]
fn by_partition_one_message_is_handled_at_a_time_and_without_order_all_at_once() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "0"), ("b", "1"), ("a", "2"), ("b", "3")]).await;
        for (order, expected) in [(Order::Partition, 1), (Order::Key, 2), (Order::None, 4)] {
            let group = format!("{order:?}");
            let builder = log.reader(&group).order(order).stop_at_end();
            let (at_once, most) = (Cell::new(0), Cell::new(0));
            let run = builder.build().await.expect("opens").run(async |_| {
                at_once.set(at_once.get() + 1);
                most.set(most.get().max(at_once.get()));
                sleep(Duration::from_millis(20)).await;
                at_once.set(at_once.get() - 1);
                Ok(())
            });
            run.await.expect("runs");
            // Each message is a batch of its own: all of them have come before the first is finished, or most of them have.
            assert!(most.get() <= expected && (expected == 1 || most.get() > 1), "{order:?}: {}", most.get());
        }
    });
}

#[derive(Debug, Default)]
struct Lost(Mutex<Vec<TopicPartition>>);

impl RebalanceListener for Lost {
    fn lost(&self, partitions: &[TopicPartition]) {
        self.0.lock().unwrap().extend(partitions.iter().cloned());
    }
}

#[test]
fn a_handler_that_sleeps_longer_than_the_session_does_not_cost_the_membership() {
    in_local_time(|log| async move {
        log.fill(0, &["slow"]).await;
        log.fill(1, &["also slow"]).await;
        let session = Duration::from_millis(150);
        let lost = Arc::new(Lost::default());
        let reader = || {
            let builder = log.reader("g").session_timeout(session).revoke_within(Duration::from_millis(100));
            builder.listener(Arc::<Lost>::clone(&lost))
        };
        let first = reader().build().await.expect("opens");
        let handle = first.run_handle();
        let seen = RefCell::new(Vec::new());
        let run = first.run(async |message| {
            sleep(session * 5).await;
            seen.borrow_mut().push(message.place());
            if seen.borrow().len() == 2 {
                handle.stop();
            }
            Ok(())
        });
        // A bystander of the group, by whose calls a silent member would be given up; it reads another topic.
        let bystander = async {
            loop {
                sleep(Duration::from_millis(20)).await;
                let _ = log.log.committed("g").await.expect("told");
            }
        };
        let summary = match select(Box::pin(run), Box::pin(bystander)).await {
            futures_util::future::Either::Left((summary, _)) => summary.expect("runs"),
            futures_util::future::Either::Right(_) => unreachable!("it never ends"),
        };
        assert_eq!(summary.handled, 2);
        assert_eq!(lost.0.lock().unwrap().len(), 0, "nothing was lost");
        assert_eq!(log.committed("g").await, [(0, 1), (1, 1)]);
    });
}

#[test]
fn stopping_finishes_what_runs_starts_nothing_more_and_commits() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "0"), ("a", "1"), ("a", "2"), ("b", "3")]).await;
        let consumer = log.reader("g").concurrency(1).build().await.expect("opens");
        let handle = consumer.run_handle();
        let run = consumer.run(async |_| {
            handle.stop();
            a_moment().await;
            Ok(())
        });
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.unfinished), (1, 0));
        assert_eq!(log.committed("g").await, [(0, 1)]);
        // The group was left: another member has everything at once.
        let mut next = log.reader("g").build().await.expect("opens");
        assert_eq!(next.next().await.expect("reads").expect("the second").offset(), 1);
    });
}

#[test]
fn a_handler_that_does_not_end_is_given_up_at_the_deadline_and_its_message_given_again() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "0"), ("b", "1")]).await;
        let builder = log.reader("g").stop_within(Duration::from_millis(50));
        let consumer = builder.build().await.expect("opens");
        let handle = consumer.run_handle();
        let run = consumer.run(async |message| {
            if key(&message) == "a" {
                std::future::pending::<()>().await;
            }
            handle.stop();
            Ok(())
        });
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.unfinished), (1, 1));
        assert_eq!(log.committed("g").await, [], "the first one is not finished");
        let mut next = log.reader("g").build().await.expect("opens");
        assert_eq!(next.next().await.expect("reads").expect("again").offset(), 0);
    });
}

#[test]
fn a_run_that_is_dropped_is_like_a_crash_nothing_is_lost() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "0"), ("b", "1"), ("c", "2")]).await;
        let consumer = log.reader("g").build().await.expect("opens");
        let mut run = Box::pin(consumer.run(async |message| {
            if message.offset() == 1 {
                std::future::pending::<()>().await;
            }
            Ok(())
        }));
        for _ in 0..20 {
            assert!(poll(&mut run).is_pending());
            sleep(Duration::from_millis(2)).await;
        }
        drop(run);
        let handled = RefCell::new(Vec::new());
        let again = log.reader("g").stop_at_end().build().await.expect("opens").run(async |message| {
            handled.borrow_mut().push(message.offset());
            Ok(())
        });
        again.await.expect("runs");
        let handled = handled.into_inner();
        assert!(handled.contains(&1) && handled.contains(&2), "{handled:?}");
    });
}

#[test]
fn messages_may_outlive_the_run_without_a_copy() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "first"), ("b", "second")]).await;
        let kept = RefCell::new(Vec::new());
        let run = log.reader("g").stop_at_end().build().await.expect("opens").run(async |message| {
            kept.borrow_mut().push(message);
            Ok(())
        });
        run.await.expect("runs");
        let kept = kept.into_inner();
        assert_eq!(kept[0].value::<&str>().expect("borrowed from its batch"), "first");
        assert_eq!(kept[1].clone().value::<String>().expect("text"), "second");
        assert!(matches!(kept[0].value::<u32>(), Err(ConsumeError::Message { .. })));
    });
}

#[test]
fn members_that_come_and_go_while_handlers_run_handle_everything_once() {
    with_members_in_time(|log| async move {
        let (seen, by_second) = (RefCell::new(BTreeMap::<String, u32>::new()), Cell::new(0));
        let handle = async |message: &OwnedMessage<Json>| -> Result<(), Failure> {
            sleep(Duration::from_millis(2)).await;
            *seen.borrow_mut().entry(message.value()?).or_default() += 1;
            Ok(())
        };
        // Records flow as long as anybody comes or goes.
        let (is_over, sent, is_written) = (Cell::new(false), Cell::new(0), Cell::new(false));
        let writer = log.writer("t", 4).await;
        let writing = async {
            while !is_over.get() {
                for partition in 0..4 {
                    let value = format!("{:05}", sent.replace(sent.get() + 1));
                    let message = writer.message(value.as_str()).partition(partition);
                    message.send().await.expect("acknowledged");
                }
                a_moment().await;
            }
            is_written.set(true);
        };
        let first = log.reader("g").concurrency(4).build().await.expect("opens");
        let stop_first = first.run_handle();
        let one = first.run(async |message| handle(&message).await);
        let two = async {
            while seen.borrow().len() < 40 {
                a_moment().await;
            }
            let second = log.reader("g").concurrency(4).build().await.expect("opens");
            let stop_second = second.run_handle();
            let watch = async {
                while by_second.get() < 40 {
                    a_moment().await;
                }
                stop_second.stop();
            };
            let run = second.run(async |message| {
                handle(&message).await?;
                by_second.set(by_second.get() + 1);
                Ok(())
            });
            let summary = join(run, watch).await.0.expect("runs");
            is_over.set(true);
            while !is_written.get() || seen.borrow().len() < sent.get() {
                a_moment().await;
            }
            stop_first.stop();
            summary
        };
        let (one, (two, ())) = join(one, join(two, writing)).await;
        assert!(one.expect("runs").handled >= 40 && two.handled >= 40);
        let (seen, sent) = (seen.into_inner(), sent.get());
        assert_eq!(seen.len(), sent);
        assert!(seen.values().all(|count| *count == 1), "{:?}", seen.iter().find(|(_, count)| **count > 1));
        let each = sent as u64 / 4;
        assert_eq!(log.committed("g").await, [(0, each), (1, each), (2, each), (3, each)]);
    });
}

#[test]
fn a_full_window_pauses_its_partition_alone() {
    in_time(|log| async move {
        log.fill(0, &["a", "b", "c", "d", "e"]).await;
        log.fill(1, &["f", "g"]).await;
        let consumer = log.reader("g").window(2).stop_at_end().build().await.expect("opens");
        let seen = RefCell::new(Vec::new());
        let run = consumer.run(async |message| {
            let (partition, offset) = (message.partition().partition, message.offset());
            // The first of partition 0 waits for the other partition.
            while (partition, offset) == (0, 0) && !seen.borrow().contains(&(1, 1)) {
                assert!(!seen.borrow().contains(&(0, 2)), "the window has two places");
                a_moment().await;
            }
            seen.borrow_mut().push((partition, offset));
            Ok(())
        });
        assert_eq!(run.await.expect("runs").handled, 7);
        assert_eq!(log.committed("g").await, [(0, 5), (1, 2)]);
    });
}

#[test]
fn a_run_is_a_task_like_any_other_on_a_runtime_with_several_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let log = Log::memory_in_time().await;
        log.fill_keyed(&[("a", "1"), ("b", "2"), ("c", "3")]).await;
        let consumer = log.reader("g").stop_at_end().build().await.expect("opens");
        let sum = Arc::new(Mutex::new(0));
        let total = Arc::clone(&sum);
        let run = tokio::spawn(consumer.run(move |message| {
            let total = Arc::clone(&total);
            async move {
                // Owned, so that the work may go to another task.
                let parsed = tokio::spawn(async move { message.value::<&str>().map(str::parse::<u32>) });
                *total.lock().unwrap() += parsed.await???;
                Ok(())
            }
        }));
        assert_eq!(run.await.expect("no panic").expect("runs").handled, 3);
        assert_eq!(*sum.lock().unwrap(), 6);
    });
}

#[test]
fn a_run_goes_on_where_reading_one_by_one_has_stopped() {
    in_time(|log| async move {
        let writer = log.writer("t", 1).await;
        writer.send_batch(["a", "b", "c", "d"]).await.expect("acknowledged");
        let mut consumer = log.reader("g").stop_at_end().build().await.expect("opens");
        consumer.next().await.expect("reads").expect("a").done();
        let (message, mark) = consumer.next().await.expect("reads").expect("b").detach();
        let seen = RefCell::new(Vec::new());
        let run = consumer.run(async |message| {
            seen.borrow_mut().push(message.offset());
            Ok(())
        });
        assert_eq!(run.await.expect("runs").handled, 2, "the rest of the batch");
        assert_eq!((message.offset(), seen.into_inner()), (1, vec![2, 3]));
        assert_eq!(log.committed("g").await, [(0, 1)], "b is still with somebody");
        drop(mark);
    });
}
