//! Batches that fail: what is tried again, what is given up, and what the log holds in the end.

use std::time::Duration;

use pollster::block_on;
use proptest::prelude::*;
use schemawire::backoff::Backoff;
use schemawire::class::Class;
use schemawire::codec::Json;
use schemawire::observer::BreakerState;
use schemawire::producer::{
    Breaker, BreakerSettings, Delivery, ProduceExt, ProducerBuilder, SendError, Typed,
};
use schemawire::serdes::Serdes;
use schemawire::transport::Transport;

use super::faulty::{Fate, Faulty};
use super::{producer, serdes, stored};

type Builder<'t> = ProducerBuilder<'t, Faulty, Typed<Json>>;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Stored),
        2 => Just(Fate::Refused),
        2 => Just(Fate::Unsure),
        2 => Just(Fate::AckLost),
        1 => Just(Fate::Poison),
    ]
}

/// A breaker that does not get into the way of what a test is about.
fn patient() -> Breaker {
    Breaker::new("t", BreakerSettings { failures: u32::MAX, ..BreakerSettings::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever fails and however many are under way: what is acknowledged is there once, at its offset; what is refused is not
    /// there; what is possibly written is there once at most; and each partition has its records in the order of the calls.
    #[test]
    fn nothing_is_lost_doubled_or_out_of_order(
        idempotent: bool,
        fates in prop::collection::vec(fate(), 0..40),
        records in prop::collection::vec((0u32..2, 0u8..4), 1..60),
    ) {
        let log = Faulty::new(fates);
        let log = if idempotent { log } else { log.forgetful() };
        let serdes = serdes();
        let producer = producer(&log, &serdes, 2, |it| it.breaker(&patient()).linger(millis(1)));
        let mut handles: Vec<(u32, String, Delivery)> = Vec::new();
        for (number, (partition, step)) in records.iter().enumerate() {
            let value = format!("{number:03}");
            let handle = producer.message(value.as_str()).partition(*partition).enqueue().expect("room");
            handles.push((*partition, value, handle));
            match step {
                0 => drop(block_on(producer.flush())),
                1 => producer.clone().message("").partition(*partition).enqueue_then(|_| {}).expect("room"),
                2 => std::thread::yield_now(),
                _ => {}
            }
        }
        let mut answers = Vec::new();
        for (partition, value, handle) in handles {
            answers.push((partition, value, block_on(handle)));
        }
        let log = stored(&log, &serdes, 2);
        for (partition, value, answer) in answers {
            let there = log[partition as usize].iter().filter(|it| **it == value).count();
            match answer {
                Ok(delivered) => {
                    prop_assert_eq!(there, 1, "{} was acknowledged", &value);
                    prop_assert_eq!(&log[partition as usize][delivered.offset as usize], &value);
                }
                Err(error) if error.possibly_written() => {
                    prop_assert!(there <= 1, "{} is there {} times: {:?}", value, there, error);
                    prop_assert!(!idempotent || there == 0 || !error.class().is_retriable() , "{error:?}");
                }
                Err(error) => prop_assert_eq!(there, 0, "{} was refused: {:?}", value, error),
            }
        }
        for partition in log {
            let numbered: Vec<&String> = partition.iter().filter(|it| !it.is_empty()).collect();
            prop_assert!(numbered.is_sorted(), "{numbered:?}");
        }
    }
}

#[test]
fn an_acknowledgement_that_is_lost_is_asked_for_again() {
    let (log, serdes) = (Faulty::new([Fate::AckLost, Fate::Refused, Fate::Unsure]), serdes());
    let producer = producer(&log, &serdes, 1, |it| it);
    assert_eq!(block_on(producer.send("a")).expect("acknowledged").offset, 0);
    assert_eq!(log.script.handed_over(), 4);
    assert_eq!(stored(&log, &serdes, 1), [["a"]]);
}

#[test]
fn a_log_that_cannot_tell_is_not_given_a_batch_twice() {
    let (log, serdes) = (Faulty::new([Fate::Refused, Fate::AckLost]).forgetful(), serdes());
    let producer = producer(&log, &serdes, 1, |it| it);
    let error = block_on(producer.send("a")).expect_err("it is not known");
    assert!(matches!(error, SendError::Append(_)) && error.possibly_written(), "{error:?}");
    assert_eq!(log.script.handed_over(), 2, "the one that was not written was tried again");
    assert_eq!(stored(&log, &serdes, 1), [["a"]]);
}

#[test]
fn a_batch_is_given_up_at_its_deadline_and_says_whether_it_may_be_there() {
    for (fate, possibly) in [(Fate::Refused, false), (Fate::Unsure, true), (Fate::Silent, true)] {
        let (log, serdes) = (Faulty::new([]), serdes());
        log.script.always(Some(fate));
        let backoff = Backoff { first: millis(2), longest: millis(4) };
        let breaker = Breaker::new("t", BreakerSettings { failures: u32::MAX, pause: backoff });
        let (timeout, linger) = (millis(60), millis(1));
        let producer =
            producer(&log, &serdes, 1, |it| it.delivery_timeout(timeout).linger(linger).breaker(&breaker));
        let awaited = producer.enqueue("a").expect("room");
        let error = block_on(awaited).expect_err("its time is over");
        let SendError::Deadline { possibly_written, failed, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*possibly_written, *failed == 0), (possibly, fate == Fate::Silent), "{fate:?}: {error}");
        assert!(error.class().is_retriable());
        log.script.always(None);
        assert_eq!(block_on(producer.send("b")).expect("it goes on").offset, 0);
    }
}

#[test]
fn an_open_breaker_leaves_the_destination_alone_and_a_probe_closes_it() {
    let (log, serdes) = (Faulty::new([]), serdes());
    log.script.always(Some(Fate::Refused));
    let pause = Backoff { first: millis(20), longest: millis(20) };
    let breaker = Breaker::new("t", BreakerSettings { failures: 3, pause });
    let producer = producer(&log, &serdes, 1, |it| it.breaker(&breaker));
    let waiting = producer.enqueue("a").expect("room");
    while breaker.state() != BreakerState::Open {
        std::thread::yield_now();
    }
    assert_eq!(log.script.handed_over(), 3);
    log.script.always(None);
    assert_eq!(block_on(waiting).expect("the probe is stored").offset, 0);
    assert_eq!(log.script.handed_over(), 4, "one probe");
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn an_open_breaker_refuses_where_it_is_asked_to() {
    let (log, serdes) = (Faulty::new([Fate::Refused]), serdes());
    let pause = Backoff { first: Duration::from_secs(50), longest: Duration::from_secs(50) };
    let breaker = Breaker::new("cluster", BreakerSettings { failures: 1, pause });
    let producer = producer(&log, &serdes, 1, |it| it.breaker(&breaker).refuse_when_open());
    let waiting = producer.enqueue("a").expect("room");
    while breaker.state() != BreakerState::Open {
        std::thread::yield_now();
    }
    let error = producer.enqueue("b").expect_err("it is open");
    assert!(matches!(&error, SendError::Open { destination, .. } if destination == "cluster"), "{error}");
    assert!(matches!(error.class(), Class::Retry { after: Some(_) }));
    block_on(producer.send("c")).expect_err("it is open");
    drop(waiting);
}

#[test]
fn a_record_that_is_refused_for_what_it_is_does_not_open_the_breaker() {
    let (log, serdes) = (Faulty::new([Fate::Poison; 10]), serdes());
    let breaker = Breaker::new("t", BreakerSettings { failures: 1, ..BreakerSettings::default() });
    let producer = producer(&log, &serdes, 1, |it| it.breaker(&breaker));
    for _ in 0..10 {
        block_on(producer.send("a")).expect_err("poison");
    }
    assert_eq!((breaker.state(), log.script.handed_over()), (BreakerState::Closed, 10));
}

#[test]
fn settings_that_contradict_each_other_are_refused_and_both_are_named() {
    let (log, serdes) = (Faulty::new([]), serdes());
    fn refused(log: &Faulty, serdes: &Serdes, set: impl FnOnce(Builder<'_>) -> Builder<'_>) -> String {
        let builder = log.producer("t").value(serdes, Json, &super::text());
        let error = block_on(set(builder).build()).expect_err("they contradict each other");
        assert_eq!(error.class(), Class::Config);
        error.to_string()
    }
    let longer = Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(1) };
    let slow = Backoff { first: Duration::from_secs(200), longest: Duration::from_secs(200) };
    let slow_breaker = Breaker::new("t", BreakerSettings { pause: slow, ..BreakerSettings::default() });
    for (message, both) in [
        (
            refused(&log, &serdes, |it| it.linger(millis(500)).delivery_timeout(millis(400))),
            ["`linger`", "`delivery_timeout`"],
        ),
        (refused(&log, &serdes, |it| it.backoff(longer)), ["first", "longest"]),
        (refused(&log, &serdes, |it| it.backoff(slow)), ["`backoff`", "`delivery_timeout`"]),
        (refused(&log, &serdes, |it| it.breaker(&slow_breaker)), ["`breaker`", "`delivery_timeout`"]),
    ] {
        assert!(both.iter().all(|name| message.contains(name)), "{message}");
    }
    assert_eq!(block_on(log.partitions("t")).expect("answers"), None);
}
