//! What an observer is told of a producer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pollster::block_on;
use schemawire::backoff::Backoff;
use schemawire::observer::{Observation, Observer};
use schemawire::producer::{Breaker, BreakerSettings};

use super::faulty::{Fate, Faulty};
use super::{producer, serdes};

/// All that was observed, in words.
#[derive(Debug, Default)]
struct List(Mutex<Vec<String>>);

impl Observer for List {
    fn observe(&self, observation: &Observation<'_>) {
        let words = match observation {
            Observation::Sent { topic, records, bytes, .. } => {
                assert!(*bytes > 0, "they have some");
                format!("sent {records} to {topic}")
            }
            Observation::NotSent { records, possibly_written, .. } => {
                format!("not sent {records}, possibly written {possibly_written}")
            }
            Observation::SentAgain { failed, .. } => format!("again after {failed}"),
            Observation::Breaker { destination, state } => format!("{destination} {state:?}"),
            Observation::Buffered { bytes, limit, .. } => {
                format!("buffered {bytes} of {limit}")
            }
            other => panic!("{other:?} is nothing of a producer"),
        };
        self.0.lock().expect("no panic").push(words);
    }
}

#[test]
fn batches_retries_the_buffer_and_the_breaker_are_told() {
    let (log, serdes) = (Faulty::new([Fate::Refused, Fate::Refused, Fate::Stored, Fate::Poison]), serdes());
    let list = Arc::new(List::default());
    let pause = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
    let breaker = Breaker::new("cluster", BreakerSettings { failures: 2, pause });
    let observer = Arc::clone(&list) as Arc<dyn Observer>;
    let producer = producer(&log, &serdes, 1, |it| {
        // Both records are in the batch before it leaves, however busy the machine is.
        it.observer(observer).breaker(&breaker).buffer(1000).linger(Duration::from_secs(30))
    });
    block_on(producer.send_batch(["a", "b"])).expect("stored in the end");
    block_on(producer.send("c")).expect_err("poison");
    let told = list.0.lock().expect("no panic").clone();
    let expected = [
        "buffered 100 of 1000",
        "again after 1",
        "cluster Open",
        "again after 2",
        "cluster HalfOpen",
        "cluster Closed",
        "sent 2 to t",
        "buffered 0 of 1000",
        "buffered 50 of 1000",
        "not sent 1, possibly written false",
        "buffered 0 of 1000",
    ];
    assert_eq!(told, expected);
}
