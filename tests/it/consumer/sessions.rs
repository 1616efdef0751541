//! Consume, transform, produce as one transaction after the other.

use std::time::Duration;

use futures_util::future::join;
use schemawire::class::Class;
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeError, ConsumeExt, Ended, Session};
use schemawire::producer::{Output, ProduceExt, SendError};

use super::support::{Log, for_a_while, on_every_log, on_local_logs, text, with_members};

async fn open(log: &Log, id: &str) -> (Session<Json>, Output<Json>) {
    let builder = log.log.consumer("in").group("g").value(&log.serdes, Json, &text()).stop_at_end();
    let session = builder.create_with(2).session(id).await.expect("a session");
    let output = log.log.producer("out").value(&log.serdes, Json, &text()).output(&session).await;
    (session, output.expect("an output"))
}

async fn send(log: &Log, values: &[&str]) {
    let builder = log.log.producer("in").value(&log.serdes, Json, &text()).create_with(2);
    let producer = builder.build().await.expect("a producer");
    for value in values {
        let partition = u32::from(value.as_bytes()[0] % 2 == 0);
        producer.message(*value).partition(partition).send().await.expect("stored");
    }
}

/// Reads up to so many messages, and sends each on.
async fn carry(session: &mut Session<Json>, output: &Output<Json>, most: usize) -> usize {
    for count in 0..most {
        let Some(message) = session.next().await.expect("reads") else { return count };
        output.send(message.value::<&str>().expect("text")).expect("room");
    }
    most
}

/// What lies in the output, in order of the text.
async fn output(log: &Log) -> Vec<String> {
    let builder = log.log.consumer("out").value(&log.serdes, Json, &text()).stop_at_end();
    let mut consumer = builder.build().await.expect("a consumer");
    let mut values = Vec::new();
    while let Some(message) = consumer.next().await.expect("reads") {
        values.push(message.value::<String>().expect("text"));
        message.done();
    }
    values.sort();
    values
}

#[test]
fn outputs_are_seen_with_the_commit_and_read_once() {
    on_every_log(|log| async move {
        send(&log, &["a", "b", "c"]).await;
        let (mut session, out) = open(&log, "t").await;
        assert_eq!(carry(&mut session, &out, 9).await, 3);
        assert_eq!(output(&log).await, [""; 0], "not before the commit");
        assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
        assert_eq!(session.commit().await.expect("nothing to do"), Ended::Committed);
        assert_eq!(output(&log).await, ["a", "b", "c"]);
        session.close().await.expect("closes");
        let (mut session, out) = open(&log, "t").await;
        assert_eq!(carry(&mut session, &out, 9).await, 0, "all was read");
        session.close().await.expect("closes");
    });
}

#[test]
fn what_is_aborted_leaves_nothing_and_is_read_again() {
    on_every_log(|log| async move {
        send(&log, &["a", "b", "c", "d"]).await;
        let (mut session, out) = open(&log, "t").await;
        assert_eq!(carry(&mut session, &out, 3).await, 3);
        assert_eq!(session.abort().await.expect("aborts"), Ended::Aborted);
        assert!(!session.is_open());
        assert_eq!(carry(&mut session, &out, 9).await, 4, "from the beginning");
        assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
        assert_eq!(output(&log).await, ["a", "b", "c", "d"]);
    });
}

#[test]
fn a_session_that_is_gone_leaves_its_work_to_the_next_one() {
    on_every_log(|log| async move {
        send(&log, &["a", "b", "c", "d"]).await;
        for round in 0..4 {
            let (mut session, out) = open(&log, "t").await;
            assert_eq!(carry(&mut session, &out, 1).await, 1);
            if round == 1 {
                assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
            }
        }
        let (mut session, out) = open(&log, "t").await;
        assert_eq!(carry(&mut session, &out, 9).await, 3);
        assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
        assert_eq!(output(&log).await, ["a", "b", "c", "d"]);
    });
}

#[test]
fn a_zombie_is_fenced_and_its_session_is_over() {
    on_every_log(|log| async move {
        send(&log, &["a", "b"]).await;
        let (mut zombie, old) = open(&log, "t").await;
        assert_eq!(carry(&mut zombie, &old, 2).await, 2);
        let (session, _) = open(&log, "t").await;
        let error = zombie.commit().await.expect_err("a newer one has its id");
        assert_eq!(error.class(), Class::Fenced, "{error}");
        let error = zombie.next().await.expect_err("it is over");
        assert!(
            matches!(&error, ConsumeError::Setting { message } if message.contains("open a new one")),
            "{error}"
        );
        zombie.close().await.expect("leaves");
        assert_eq!(output(&log).await, [""; 0]);
        session.close().await.expect("closes");
    });
}

#[test]
fn a_commit_after_a_rebalance_aborts_and_everything_is_carried_once() {
    with_members(|log| async move {
        send(&log, &["a", "b", "c", "d"]).await;
        let (mut first, first_out) = open(&log, "one").await;
        assert_eq!(carry(&mut first, &first_out, 4).await, 4);
        // The other one asks for a partition; the first gives it back when it looks at the transport.
        let (mut second, second_out) = open(&log, "two").await;
        let give = async {
            while first.consumer().positions().len() == 2 {
                let _ = for_a_while(first.next()).await;
            }
            assert_eq!(first.commit().await.expect("aborts by itself"), Ended::Aborted);
        };
        let (_, ()) = join(carry(&mut second, &second_out, 1), give).await;
        let done = async |session: &mut Session<Json>, out: &Output<Json>| {
            for _ in 0..6 {
                carry(session, out, 9).await;
                let _ = session.commit().await.expect("ends");
            }
        };
        join(done(&mut first, &first_out), done(&mut second, &second_out)).await;
        assert_eq!(output(&log).await, ["a", "b", "c", "d"]);
        assert_eq!((first.consumer().positions().len(), second.consumer().positions().len()), (1, 1));
    });
}

/// Silent for longer than its session: the partition is lost and comes back in the middle of a transaction, which then reads some
/// of it a second time.
#[test]
fn what_was_read_before_and_after_a_partition_came_back_is_aborted_and_read_again() {
    on_local_logs(|log| async move {
        send(&log, &["a", "c", "e"]).await;
        let (mut session, out) = open(&log, "t").await;
        assert_eq!(carry(&mut session, &out, 2).await, 2);
        log.clock.pass(Duration::from_secs(11));
        assert_eq!(carry(&mut session, &out, 1).await, 1, "from the beginning");
        assert_eq!(session.commit().await.expect("aborts by itself"), Ended::Aborted);
        assert_eq!(carry(&mut session, &out, 9).await, 3, "nothing is left out");
        assert_eq!(session.commit().await.expect("commits"), Ended::Committed);
        assert_eq!(output(&log).await, ["a", "c", "e"]);
    });
}

#[test]
fn a_transaction_is_bounded_and_a_session_needs_a_group() {
    on_every_log(|log| async move {
        send(&log, &["a"]).await;
        let (session, _) = open(&log, "t").await;
        let builder = log.log.producer("out").value(&log.serdes, Json, &text()).buffer_records(2);
        let output = builder.output(&session).await.expect("an output");
        for _ in 0..2 {
            output.send_keyed("key", "v").expect("room");
        }
        let error = output.send_tombstone("key").expect_err("no room");
        assert!(matches!(error, SendError::Full { most_records: 2, .. }), "{error}");
        let builder = log.log.consumer("in").value(&log.serdes, Json, &text());
        let error = builder.session("t").await.expect_err("it has no group");
        assert!(error.to_string().contains("`group`"), "{error}");
    });
}
