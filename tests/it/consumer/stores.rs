//! Stores of what was handled and of positions: in memory, and on a topic of the log.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use schemawire::backoff::Backoff;
use schemawire::class::Class;
use schemawire::consumer::{
    DedupeBy, DedupeLimits, DedupeStore, Failure, Failures, Forbidden, LogDedupe, LogOffsets, MemoryDedupe,
    OffsetStore, Seen, StartReason,
};
use schemawire::transport::Transport;

use super::support::{HandClock, Log, Told, at, in_time, on_every_log};

const HOUR: Duration = Duration::from_hours(1);

/// Both kinds of store on a log whose time is set by hand: an hour to live, a minute reserved, four ids.
async fn stores(log: &Log) -> [Arc<dyn DedupeStore>; 2] {
    let limits = DedupeLimits { time_to_live: HOUR, reserved: HOUR / 60, most: 4 };
    let clock = || Arc::<HandClock>::clone(&log.clock);
    let on_log = LogDedupe::with(&log.log, limits, clock()).await.expect("opens");
    [Arc::new(MemoryDedupe::with(limits, clock())), Arc::new(on_log)]
}

#[test]
fn of_two_that_ask_one_is_told_that_it_is_new_and_then_that_it_is_done() {
    on_every_log(|log| async move {
        for store in stores(&log).await {
            let ask = async |id: &'static [u8]| store.check_and_reserve("g", id).await.expect("answers");
            assert_eq!((ask(b"a").await, ask(b"a").await), (Seen::New, Seen::InFlight));
            assert_eq!(
                store.check_and_reserve("other", b"a").await.expect("answers"),
                Seen::New,
                "each group for itself"
            );
            store.done("g", b"a").await.expect("kept");
            assert_eq!(ask(b"a").await, Seen::Done);
            store.release("g", b"a").await.expect("answers");
            assert_eq!(ask(b"a").await, Seen::Done, "what is done is not given back");
            assert_eq!(ask(b"b").await, Seen::New);
            store.release("g", b"b").await.expect("answers");
            assert_eq!(ask(b"b").await, Seen::New, "it failed: the next try is new");
            log.clock.pass(HOUR / 60);
            assert_eq!(ask(b"b").await, Seen::New, "a reservation ends");
            log.clock.pass(HOUR);
            assert_eq!(ask(b"a").await, Seen::New, "and so does what is remembered");
        }
    });
}

#[test]
fn no_more_is_remembered_than_was_asked_for() {
    on_every_log(|log| async move {
        for store in stores(&log).await {
            for id in 0..10_u8 {
                store.done("g", &[id]).await.expect("kept");
                log.clock.pass(Duration::from_secs(1));
            }
            assert_eq!(store.check_and_reserve("g", &[9]).await.expect("answers"), Seen::Done);
            assert_eq!(
                store.check_and_reserve("g", &[0]).await.expect("answers"),
                Seen::New,
                "the oldest went"
            );
        }
    });
}

#[test]
fn what_is_done_on_a_log_is_known_to_the_next_who_opens_it_and_can_be_part_of_a_transaction() {
    on_every_log(|log| async move {
        let first = LogDedupe::open(&log.log).await.expect("opens");
        let second = LogDedupe::open(&log.log).await.expect("opens");
        first.check_and_reserve("g", b"a").await.expect("answers");
        first.done("g", b"a").await.expect("kept");
        assert_eq!(second.check_and_reserve("g", b"a").await.expect("answers"), Seen::Done);

        let mut transaction = log.log.open_transactional("effects").await.expect("opens");
        for (id, commits) in [(b"b", true), (b"c", false)] {
            let (at, batch) = first.record("g", id);
            transaction.begin().await.expect("begins");
            transaction.append(&at, batch).await.expect("taken");
            if commits {
                transaction.commit().await.expect("commits");
            } else {
                transaction.abort().await.expect("aborts");
            }
        }
        let third = LogDedupe::open(&log.log).await.expect("opens");
        assert_eq!(third.check_and_reserve("g", b"b").await.expect("answers"), Seen::Done);
        assert_eq!(third.check_and_reserve("g", b"c").await.expect("answers"), Seen::New);
    });
}

#[test]
fn positions_on_a_log_are_loaded_by_the_next_who_opens_it() {
    on_every_log(|log| async move {
        log.fill(0, &["a", "b", "c"]).await;
        let store = LogOffsets::open(&log.log).await.expect("opens");
        let other = LogOffsets::open(&log.log).await.expect("opens");
        store.save("n", &[(at(0), 1), (at(1), 7)]).await.expect("kept");
        store.save("n", &[(at(0), 2)]).await.expect("kept");
        store.save("m", &[(at(0), 3)]).await.expect("kept");
        let loaded = other.load("n", &[at(0), at(1), at(2)]).await.expect("loads");
        assert_eq!(loaded.into_iter().collect::<Vec<_>>(), [(at(0), 2), (at(1), 7)]);
        let builder = log.reader("g").offsets("n", Arc::new(other)).stop_at_end();
        let mut consumer = builder.build().await.expect("opens");
        let message = consumer.next().await.expect("reads").expect("the third");
        assert_eq!(message.offset(), 2);
        message.done();
        assert_eq!(consumer.started()[0].reason, StartReason::Checkpoint);
        consumer.close().await.expect("closes");
        assert_eq!(store.load("n", &[at(0)]).await.expect("loads")[&at(0)], 3);
    });
}

#[test]
fn a_message_that_was_handled_before_is_passed_over_and_one_that_failed_is_not() {
    in_time(|log| async move {
        let writer = log.writer("t", 1).await;
        for (id, value) in [("1", "a"), ("2", "b"), ("1", "a again"), ("3", "c"), ("2", "b again")] {
            writer.message(value).header("id", Some(id.as_bytes())).send().await.expect("acknowledged");
        }
        writer.send("no id").await.expect("acknowledged");
        writer.send("no id").await.expect("acknowledged");
        let store: Arc<dyn DedupeStore> = Arc::new(LogDedupe::open(&log.log).await.expect("opens"));
        let (handled, told) = (RefCell::new(Vec::new()), Arc::new(Told::default()));
        let quick = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
        let builder = log.reader("g").dedupe(Arc::clone(&store), DedupeBy::header("id")).concurrency(1);
        let builder =
            builder.failures(Failures::new().in_place(1, quick)).observer(Arc::<Told>::clone(&told));
        let run = builder.stop_at_end().build().await.expect("opens").run(async |message| {
            let value: String = message.value()?;
            let first_try = !handled.borrow().contains(&value);
            handled.borrow_mut().push(value.clone());
            if value == "c" && first_try { Err(Failure::retry("not yet")) } else { Ok(()) }
        });
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.duplicates, summary.failed), (5, 2, 1));
        let mut handled = handled.into_inner();
        handled.sort_unstable();
        assert_eq!(handled, ["a", "b", "c", "c", "no id", "no id"]);
        assert!(told.has("Duplicate { group: \"g\", topic: \"t\" }"), "{:?}", told.lines());
        assert_eq!(log.committed("g").await, [(0, 7)], "what is passed over is done");
    });
}

#[test]
fn a_double_waits_while_its_first_is_being_handled() {
    in_time(|log| async move {
        let writer = log.writer("t", 1).await;
        for value in ["a", "a once more"] {
            writer.message(value).header("id", Some(b"1")).send().await.expect("acknowledged");
        }
        let store: Arc<dyn DedupeStore> = Arc::new(MemoryDedupe::new());
        let builder = log
            .reader("g")
            .dedupe(store, DedupeBy::record(|record| Some(record.headers().last("id")??.to_vec())));
        let run = builder.stop_at_end().build().await.expect("opens").run(async |_| {
            schemawire::transport::sleep(Duration::from_millis(30)).await;
            Ok(())
        });
        let summary = run.await.expect("runs");
        assert_eq!((summary.handled, summary.duplicates), (1, 1));
    });
}

#[test]
fn a_forbidden_transition_is_given_up_at_once() {
    let allowed = schemawire::consumer::Transitions::new().allow("new", "paid").allow("new", "cancelled");
    let error: Forbidden = allowed.check(&"new", &"shipped").expect_err("not allowed");
    assert_eq!(
        error.to_string(),
        "`\"new\"` may not become `\"shipped\"`: only one of `\"paid\"`, `\"cancelled\"` may follow"
    );
    assert_eq!(Failure::from(error).class(), Class::BadData);
}
