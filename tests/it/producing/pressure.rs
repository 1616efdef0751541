//! Where more is sent than the log takes.

use std::time::Duration;

use pollster::block_on;
use schemawire::producer::{Delivery, SendError};

use super::faulty::{Fate, Faulty};
use super::{producer, serdes};

#[test]
fn records_are_bounded_as_bytes_are() {
    let (log, serdes) = (Faulty::new([]), serdes());
    let producer = producer(&log, &serdes, 1, |it| it.buffer_records(10).linger(Duration::from_secs(30)));
    let handles: Vec<Delivery> = (0..10).map(|_| producer.enqueue("a").expect("room")).collect();
    let error = producer.enqueue("b").expect_err("there is none");
    assert!(matches!(error, SendError::Full { records: 10, most_records: 10, .. }), "{error}");
    assert!(error.class().is_retriable());
    block_on(producer.send("waits for room")).expect("those before it leave");
    handles.into_iter().for_each(|handle| drop(block_on(handle).expect("acknowledged")));
    assert_eq!((producer.buffered(), producer.buffered_records()), (0, 0));
}

#[test]
fn who_waits_for_room_waits_for_so_long_and_is_told() {
    let (log, serdes) = (Faulty::new([]), serdes());
    log.script.always(Some(Fate::Silent));
    let longest = Duration::from_millis(10);
    let producer = producer(&log, &serdes, 1, |it| it.buffer_records(1).max_block(longest));
    let held = producer.enqueue("a").expect("room");
    let error = block_on(producer.send("b")).expect_err("there is none");
    let SendError::Full { waited, .. } = error else { panic!("{error}") };
    assert_eq!(waited, longest);
    assert!(error.to_string().contains("no room came within 10ms"), "{error}");
    drop(held);
}

#[test]
fn a_million_refused_sends_take_no_memory() {
    let (log, serdes) = (Faulty::new([]), serdes());
    log.script.always(Some(Fate::Silent));
    let producer = producer(&log, &serdes, 1, |it| it.buffer(64 << 10));
    let value = "x".repeat(200);
    while let Ok(handle) = producer.enqueue(value.as_str()) {
        drop(handle);
    }
    let buffered = producer.buffered();
    let mut refused = 0_u32;
    let counted = allocation_counter::measure(|| {
        for _ in 0..1_000_000 {
            refused += u32::from(matches!(producer.enqueue(value.as_str()), Err(SendError::Full { .. })));
        }
    });
    assert_eq!(refused, 1_000_000);
    assert_eq!(counted.bytes_current, 0, "nothing is kept of a refused record");
    assert!(counted.bytes_max < 64 << 10, "{} bytes at once", counted.bytes_max);
    assert_eq!(producer.buffered(), buffered);
}
