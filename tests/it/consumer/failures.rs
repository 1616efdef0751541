//! What becomes of messages that fail.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join;
use schemawire::backoff::Backoff;
use schemawire::class::Class;
use schemawire::codec::Json;
use schemawire::consumer::{
    ConsumeError, ConsumeExt, DeadLetter, Failure, Failures, OnFailure, OwnedMessage,
};
use schemawire::producer::ProduceExt;
use schemawire::record::{Headers, Record};
use schemawire::registry::{EmbeddedRegistry, RegistryErrorKind};
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::{Clock, SystemClock, sleep};

use super::support::{Log, Told, in_time};
use crate::serdes::counting::Counting;

/// A backoff that a test can wait for.
const QUICK: Backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(4) };

fn quick(tries: u32) -> Failures {
    Failures::new().in_place(tries, QUICK)
}

fn text(message: &OwnedMessage<Json>) -> String {
    message.value().unwrap_or_default()
}

/// The dead letters of topic `t`, each with what it says.
async fn dead(log: &Log) -> Vec<(Record, DeadLetter)> {
    let records = log.records("t.dlq").await;
    let read = |record: Record| {
        let letter = DeadLetter::of_headers(&record.headers).expect("it says why it is there");
        (record, letter)
    };
    records.into_iter().map(read).collect()
}

#[test]
fn a_message_that_fails_in_passing_is_tried_again_until_it_is_done() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "x"), ("b", "y")]).await;
        let tries = RefCell::new(Vec::new());
        let told = Arc::new(Told::default());
        let builder = log.reader("g").failures(quick(3)).observer(Arc::<Told>::clone(&told));
        let run = builder.stop_at_end().build().await.expect("opens").run(async |message| {
            tries.borrow_mut().push(text(&message));
            let count = tries.borrow().iter().filter(|it| *it == "x").count();
            if text(&message) == "x" && count < 3 {
                return Err(std::io::Error::other("the service does not answer").into());
            }
            Ok(())
        });
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.dead_letters), (2, 2, 0));
        assert_eq!(log.committed("g").await, [(0, 2)]);
        assert_eq!(log.records("t.dlq").await, []);
        assert!(told.has("Failed { group: \"g\", topic: \"t\", class: Retry { after: None } }"));
        assert!(told.has("HandledAgain { group: \"g\", topic: \"t\", failed: 2 }"), "{:?}", told.lines());
    });
}

#[test]
fn a_poison_message_goes_to_the_dead_letters_as_it_is_and_its_partition_goes_on() {
    in_time(|log| async move {
        let writer = log.writer("t", 1).await;
        writer.send_keyed("k", "before").await.expect("acknowledged");
        let poison =
            writer.message("poison").key("k").header("trace", Some(b"\xff\x00")).header("trace", None);
        poison
            .header("schemawire-reason", Some(b"the user's own"))
            .timestamp(42)
            .send()
            .await
            .expect("acknowledged");
        writer.send_keyed("k", "after").await.expect("acknowledged");
        let original = log.records("t").await.remove(1);

        let handled = RefCell::new(Vec::new());
        let told = Arc::new(Told::default());
        let builder = log.reader("g").failures(quick(2)).observer(Arc::<Told>::clone(&told));
        let run = builder.stop_at_end().build().await.expect("opens").run(async |message| {
            if text(&message) == "poison" {
                return Err(Failure::retry("it never works"));
            }
            handled.borrow_mut().push(text(&message));
            Ok(())
        });
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.dead_letters), (2, 3, 1));
        assert_eq!(handled.into_inner(), ["before", "after"]);
        assert_eq!(log.committed("g").await, [(0, 3)], "behind the poison");
        let [(record, letter)] = dead(&log).await.try_into().expect("one");
        assert_eq!((&record.key, &record.value), (&original.key, &original.value), "byte for byte");
        assert_eq!(DeadLetter::original_headers(&record.headers), original.headers);
        assert_eq!((letter.at.to_string().as_str(), letter.offset, letter.timestamp), ("t-0", 1, 42));
        assert_eq!((letter.group.as_str(), letter.attempts, letter.class.as_str()), ("g", 3, "retry"));
        assert_eq!(letter.reason, "it never works");
        assert!(letter.first_failed <= letter.last_failed && letter.first_failed > 42);
        assert_eq!(letter.retry_at, 0);
        assert!(told.has("DeadLetter { group: \"g\", topic: \"t\", class: Retry { after: None } }"));
    });
}

#[test]
fn a_record_that_does_not_read_goes_to_the_dead_letters_at_once() {
    in_time(|log| async move {
        let elsewhere = Serdes::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        let stranger = Schema::json(r#"{"title": "stranger"}"#).expect("a schema");
        for subject in ["x", "y", "z"] {
            let other = Schema::json(&format!(r#"{{"title": "{subject}"}}"#)).expect("a schema");
            elsewhere.prepare(subject, &other).await.expect("registered");
        }
        elsewhere.prepare("s", &stranger).await.expect("registered");
        let of_strangers = elsewhere.serialize(Json, "s", &stranger, "lost").expect("written");
        log.fill_keyed(&[("a", "good")]).await;
        let values = [Some(of_strangers), Some(b"no frame".to_vec()), Some(Vec::new()), None];
        for value in values.clone() {
            let record = Record { key: Some(b"k".to_vec()), value, ..Record::default() };
            log.append("t", &record).await;
        }
        log.fill_keyed(&[("a", "good")]).await;
        let run = log.reader("g").failures(quick(5)).stop_at_end().build().await.expect("opens").run(
            async |message| {
                let _: &str = message.value()?;
                Ok(())
            },
        );
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.dead_letters), (2, 4, 4), "each was tried once");
        let dead = dead(&log).await;
        assert_eq!(dead.iter().map(|(record, _)| record.value.clone()).collect::<Vec<_>>(), values);
        let classes: Vec<&str> = dead.iter().map(|(_, letter)| letter.class.as_str()).collect();
        assert_eq!(classes, ["config", "bad_data", "bad_data", "bad_data"]);
        assert!(dead[0].1.reason.contains("id 4"), "{}", dead[0].1.reason);
        assert!(dead[3].1.reason.contains("tombstone"), "{}", dead[3].1.reason);
        assert_eq!(log.committed("g").await, [(0, 6)]);
    });
}

#[test]
fn a_handler_that_panics_has_failed_and_the_others_go_on() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "x"), ("b", "y"), ("c", "z")]).await;
        let run = log.reader("g").failures(quick(1)).stop_at_end().build().await.expect("opens").run(
            async |message| {
                assert!(text(&message) != "y", "y is not for me");
                Ok(())
            },
        );
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.dead_letters), (2, 2, 1));
        let (_, letter) = dead(&log).await.remove(0);
        assert_eq!((letter.class.as_str(), letter.attempts), ("bug", 2));
        assert_eq!(letter.reason, "the handler panicked: y is not for me");
    });
}

#[test]
fn retry_topics_are_gone_through_in_order_each_after_its_delay() {
    in_time(|log| async move {
        log.fill_keyed(&[("k", "late"), ("k", "on time"), ("k", "never")]).await;
        let failures = quick(0).retry_topic(Duration::from_millis(30)).retry_topic(Duration::from_millis(60));
        let (seen, early) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let run = log.reader("g").failures(failures).stop_at_end().build().await.expect("opens").run(
            async |message| {
                let (topic, value) = (message.partition().topic.to_string(), text(&message));
                if let Some(letter) = DeadLetter::of_headers(&message.headers())
                    && SystemClock::default().wall() < letter.retry_at
                {
                    early.borrow_mut().push(value.clone());
                }
                seen.borrow_mut().push((topic.clone(), value.clone()));
                match value.as_str() {
                    "late" if topic != "t.retry.60ms" => Err(Failure::retry("not yet")),
                    "never" => Err(Failure::retry("never")),
                    _ => Ok(()),
                }
            },
        );
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.retried, summary.dead_letters), (2, 4, 1));
        assert_eq!(early.into_inner(), [""; 0], "none before its time");
        let seen = seen.into_inner();
        let of = |value: &str| -> Vec<&str> {
            seen.iter().filter(|it| it.1 == value).map(|it| it.0.as_str()).collect()
        };
        assert_eq!(of("late"), ["t", "t.retry.30ms", "t.retry.60ms"]);
        assert_eq!(of("on time"), ["t"], "it overtook the others");
        assert_eq!(of("never"), ["t", "t.retry.30ms", "t.retry.60ms"]);
        let (record, letter) = dead(&log).await.remove(0);
        assert_eq!((letter.at.to_string().as_str(), letter.offset, letter.attempts), ("t-0", 2, 3));
        assert_eq!(
            DeadLetter::original_headers(&record.headers),
            Headers::new(),
            "no letter is left of the retries"
        );
        assert_eq!(record.key.as_deref(), Some(&b"k"[..]));
    });
}

#[test]
fn kept_in_order_nothing_of_a_key_overtakes_what_fails_and_other_keys_do() {
    in_time(|log| async move {
        log.fill_keyed(&[("k", "first"), ("k", "second"), ("other", "third")]).await;
        let failures = quick(1)
            .retry_topic(Duration::from_millis(20))
            .retry_topic(Duration::from_millis(40))
            .keep_order();
        let seen = RefCell::new(Vec::new());
        let run = log.reader("g").failures(failures).stop_at_end().build().await.expect("opens").run(
            async |message| {
                seen.borrow_mut().push(text(&message));
                let tries = seen.borrow().iter().filter(|it| *it == "first").count();
                if text(&message) == "first" && tries < 4 { Err(Failure::retry("not yet")) } else { Ok(()) }
            },
        );
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.retried), (3, 3, 0));
        let seen = seen.into_inner();
        let of_key: Vec<&str> = seen.iter().map(String::as_str).filter(|it| *it != "third").collect();
        assert_eq!(of_key, ["first", "first", "first", "first", "second"]);
        assert_ne!(seen.last().map(String::as_str), Some("third"), "it waited for nobody");
        for topic in ["t.retry.20ms", "t.retry.40ms"] {
            assert_eq!(log.log.partitions(topic).await.expect("told"), None, "no topic is made for it");
        }
    });
}

#[test]
fn what_is_given_up_is_passed_over_or_ends_the_run_where_that_is_asked_for() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "x"), ("b", "poison"), ("c", "y")]).await;
        let handler = async |message: OwnedMessage<Json>| {
            if text(&message) == "poison" { Err(Failure::permanent("bad")) } else { Ok(()) }
        };
        let skip = log.reader("skips").failures(quick(9).then(OnFailure::Skip));
        let summary = skip.stop_at_end().build().await.expect("opens").run(handler).await.expect("runs");
        assert_eq!((summary.handled, summary.failed, summary.skipped), (2, 1, 1));
        assert_eq!(log.committed("skips").await, [(0, 3)]);

        let stop = log.reader("stops").failures(quick(9).then(OnFailure::Stop)).concurrency(1);
        let error = stop.stop_at_end().build().await.expect("opens").run(handler).await.expect_err("stops");
        assert!(matches!(&error, ConsumeError::GivenUp { class: Class::BadData, .. }), "{error:?}");
        assert_eq!(error.to_string(), "t-0 at offset 1 was given up");
        assert_eq!(log.committed("stops").await, [(0, 1)], "before the poison");
        let letters = log.log.partitions("t.dlq").await.expect("told");
        assert_eq!(letters, None, "nobody asked for dead letters");
    });
}

#[test]
fn settings_that_cannot_be_are_refused_and_topics_that_must_exist_are_not_made() {
    in_time(|log| async move {
        log.fill_keyed(&[("a", "x")]).await;
        let second = Duration::from_secs(1);
        for failures in [
            Failures::new().retry_topic(second).retry_topic(second),
            Failures::new().retry_topic(Duration::ZERO),
            Failures::new().retry_topic(Duration::from_nanos(1_500)),
            (0..17).fold(Failures::new(), |all, delay| all.retry_topic(second * (delay + 1))),
        ] {
            let refused = log.reader("g").failures(failures).build().await.expect_err("refused");
            assert!(matches!(refused, ConsumeError::Setting { .. }), "{refused:?}");
        }
        assert!(log.reader("g").concurrency(0).build().await.is_err());
        let consumer = log.reader("g").must_exist().stop_at_end().build().await.expect("opens");
        let error = consumer.run(async |_| Ok(())).await.expect_err("`t.dlq` does not exist");
        let source = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(source.contains("`t.dlq` does not exist"), "{source}");
    });
}

#[test]
fn a_registry_that_does_not_answer_holds_messages_back_and_counts_as_no_try() {
    let (registry, asked) = Counting::new();
    in_time(|log| {
        let (registry, asked) = (registry.clone(), Arc::clone(&asked));
        async move {
            let writing = Serdes::new(registry.inner.clone());
            let text_schema = super::support::text();
            let producer =
                log.log.producer("t").value(&writing, Json, &text_schema).build().await.expect("opens");
            producer.send_batch(["a", "b"]).await.expect("acknowledged");
            registry.fail(Some(RegistryErrorKind::Unavailable));
            let before = asked.load(Ordering::Relaxed);
            let serdes = Serdes::new(registry.clone());
            let builder = log.log.consumer("t").group("g").value(&serdes, Json, &text_schema);
            let consumer = builder.failures(quick(0)).stop_at_end().build().await.expect("opens");
            let run = consumer.run(async |message| {
                let _: &str = message.value()?;
                Ok(())
            });
            let mends = async {
                while asked.load(Ordering::Relaxed) == before {
                    sleep(Duration::from_millis(1)).await;
                }
                registry.fail(None);
            };
            let (summary, ()) = join(run, mends).await;
            let summary = summary.expect("runs");
            assert_eq!((summary.handled, summary.failed, summary.dead_letters), (2, 0, 0));
        }
    });
}

#[test]
fn groups_that_share_a_topic_do_not_get_each_others_retries() {
    in_time(|log| async move {
        log.fill_keyed(&[("k", "x")]).await;
        let delay = Duration::from_millis(20);
        let run = async |group: &str, fails: bool| {
            let failures = quick(0).retry_topic(delay);
            let consumer = log.reader(group).failures(failures).stop_at_end().build().await.expect("opens");
            let seen = RefCell::new(Vec::new());
            let run = consumer.run(async |message| {
                seen.borrow_mut().push(message.partition().topic.to_string());
                if fails { Err(Failure::retry("never")) } else { Ok(()) }
            });
            run.await.expect("runs");
            seen.into_inner()
        };
        assert_eq!(run("fails", true).await, ["t", "t.retry.20ms"]);
        assert_eq!(run("works", false).await, ["t"]);
        let committed = log.log.committed("works").await.expect("told");
        assert_eq!(
            committed.values().map(|it| it.offset).collect::<Vec<_>>(),
            [1, 1],
            "and passes over them"
        );
    });
}
