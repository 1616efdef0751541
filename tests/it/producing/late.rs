//! A log that stands still for a while and then goes on.

use std::time::Duration;

use futures_util::FutureExt;
use pollster::block_on;
use schemawire::backoff::Backoff;
use schemawire::observer::BreakerState;
use schemawire::producer::{Breaker, BreakerSettings, Delivery, SendError};

use super::faulty::{Fate, Faulty};
use super::{producer, serdes, stored};

/// A breaker that opens with the second failure.
fn breaker(pause: Duration) -> Breaker {
    let pause = Backoff { first: pause, longest: Duration::from_secs(600) };
    Breaker::new("t", BreakerSettings { failures: 2, pause })
}

#[test]
fn a_probe_that_is_answered_late_closes_the_breaker_although_its_handle_has_ended() {
    let (log, serdes) = (Faulty::new([]), serdes());
    log.script.always(Some(Fate::Late));
    log.script.then([Fate::Refused, Fate::Refused]);
    let breaker = breaker(Duration::from_millis(100));
    // Long enough for this test to go on before the probe is given up, too.
    let timeout = Duration::from_millis(1_500);
    let producer = producer(&log, &serdes, 1, |it| it.breaker(&breaker).delivery_timeout(timeout));
    let error = block_on(producer.send("a")).expect_err("its time is over");
    assert!(matches!(error, SendError::Deadline { possibly_written: true, failed: 2, .. }), "{error:?}");
    assert_eq!(breaker.state(), BreakerState::HalfOpen, "the probe is still on its way");
    let waiting = producer.enqueue("b").expect("room");
    log.script.answer_late();
    assert_eq!(block_on(waiting).expect("it goes on").offset, 1);
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(log.script.handed_over(), 4, "two that were refused, the probe, and what waited");
    assert_eq!(stored(&log, &serdes, 1), [["a", "b"]]);
}

#[test]
fn what_waited_for_the_breaker_leaves_at_once_and_in_order_when_it_closes() {
    let (log, serdes) = (Faulty::new([]), serdes());
    log.script.always(Some(Fate::Late));
    log.script.then([Fate::Refused, Fate::Refused, Fate::Stored]);
    let breaker = breaker(Duration::from_millis(100));
    let producer = producer(&log, &serdes, 1, |it| it.breaker(&breaker));
    let send = |number: u64| {
        let mut handle = producer.enqueue(format!("{number}").as_str()).expect("room");
        // Its batch leaves.
        assert!((&mut handle).now_or_never().is_none());
        handle
    };
    let probe = send(0);
    while breaker.state() != BreakerState::Open {
        std::thread::yield_now();
    }
    let waiting: Vec<Delivery> = (1..10).map(send).collect();
    assert_eq!(block_on(probe).expect("the probe is stored").offset, 0);
    while log.script.late() < waiting.len() {
        std::thread::yield_now();
    }
    log.script.answer_late();
    for (handle, offset) in waiting.into_iter().zip(1..) {
        assert_eq!(block_on(handle).expect("acknowledged").offset, offset);
    }
    let numbers: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(stored(&log, &serdes, 1), [numbers]);
}
