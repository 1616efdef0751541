//! Clocks that jump: the wall's, as when it is set, and the steady one, as when a machine was asleep.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use schemawire::backoff::Backoff;
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, Consumer, Failure, Failures};
use schemawire::producer::{ProduceExt, Producer};
use schemawire::registry::EmbeddedRegistry;
use schemawire::serdes::Serdes;
use schemawire::transport::{Clock, Embedded, Memory, SystemClock, Transport};

use super::support::{for_a_while, text};

const HOUR: i64 = 3_600_000;
const QUICK: Backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(2) };

/// The system's clock, set by so many milliseconds.
#[derive(Debug, Default)]
struct Leaping {
    system: SystemClock,
    wall: AtomicI64,
    steady: AtomicI64,
}

impl Leaping {
    fn set(&self, by: i64) {
        self.wall.fetch_add(by, Ordering::SeqCst);
    }

    fn sleep(&self, by: i64) {
        self.steady.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for Leaping {
    fn wall(&self) -> i64 {
        self.system.wall() + self.wall.load(Ordering::SeqCst)
    }

    fn steady(&self) -> Duration {
        // A day behind its beginning, so that it can be set back.
        let by = self.steady.load(Ordering::SeqCst) + 24 * HOUR;
        self.system.steady() + Duration::from_millis(by.cast_unsigned())
    }
}

type Log = Arc<dyn Transport>;

/// Logs that are told the time by such a clock.
fn on_every_log<F: Future<Output = ()>>(test: impl Fn(Log, Serdes, Arc<Leaping>) -> F) {
    pollster::block_on(async {
        let registry = || async { Serdes::new(EmbeddedRegistry::in_memory().await.expect("a registry")) };
        let clock = Arc::new(Leaping::default());
        let log: Log = Arc::new(Memory::with_clock(Arc::<Leaping>::clone(&clock)));
        test(log, registry().await, clock).await;
        let (clock, directory) = (Arc::new(Leaping::default()), tempfile::tempdir().expect("a directory"));
        let builder = Embedded::builder(directory.path().join("log.db")).sync(false);
        let log = builder.clock(Arc::<Leaping>::clone(&clock)).open().expect("opens");
        test(Arc::new(log), registry().await, clock).await;
    });
}

/// A producer and a consumer that are told the time by that clock.
async fn open(
    log: &Log,
    serdes: &Serdes,
    clock: &Arc<Leaping>,
    every: Duration,
) -> (Producer<Json>, Consumer<Json>) {
    let producer = log.producer("t").value(serdes, Json, &text()).clock(Arc::<Leaping>::clone(clock));
    let producer = producer.build().await.expect("a producer");
    let consumer = log.consumer("t").group("g").value(serdes, Json, &text()).commit_every(every);
    (producer, consumer.clock(Arc::<Leaping>::clone(clock)).build().await.expect("a consumer"))
}

#[test]
fn a_wall_clock_that_is_set_moves_neither_records_nor_commits_nor_the_membership() {
    on_every_log(|log, serdes, clock| async move {
        let (producer, mut consumer) = open(&log, &serdes, &clock, Duration::from_secs(600)).await;
        let mut times = Vec::new();
        for (offset, by) in [(0, 0), (1, -30 * HOUR), (2, 60 * HOUR), (3, -10 * HOUR)] {
            clock.set(by);
            producer.send(&format!("{offset}")).await.expect("acknowledged");
            let message = consumer.next().await.expect("reads").expect("it came");
            assert_eq!(message.offset(), offset, "it is still this member's, and in order");
            times.push(message.timestamp());
            message.done();
        }
        assert!(times[1] < times[0] && times[0] < times[2] && times[3] < times[2], "as told: {times:?}");
        assert!(for_a_while(consumer.next()).await.is_none());
        assert!(log.committed("g").await.expect("told").is_empty(), "ten minutes have not passed");
        // A machine that was asleep: the interval is over, and so is the session.
        clock.sleep(HOUR);
        let again = consumer.next().await.expect("reads").expect("it joins again");
        assert_eq!(again.offset(), 0, "what was not committed comes again");
    });
}

#[test]
fn a_steady_clock_that_goes_back_stops_neither_producer_nor_consumer() {
    on_every_log(|log, serdes, clock| async move {
        let (producer, mut consumer) = open(&log, &serdes, &clock, Duration::from_millis(1)).await;
        for offset in 0..5 {
            let handle = producer.enqueue(&format!("{offset}")).expect("room");
            clock.sleep(-HOUR);
            assert_eq!(handle.await.expect("acknowledged").offset, offset);
            let message = consumer.next().await.expect("reads").expect("it came");
            assert_eq!(message.offset(), offset);
            message.done();
        }
        producer.close(Duration::from_secs(10)).await.expect("closes");
        consumer.close().await.expect("commits");
        let committed = log.committed("g").await.expect("told");
        assert_eq!(committed.values().map(|it| it.offset).collect::<Vec<_>>(), [5]);
    });
}

/// A retry that is due in 300 ms is not put off by an hour when the clock is set back by one.
#[test]
fn a_retry_waits_for_its_delay_and_no_longer_when_the_clock_is_set_back() {
    on_every_log(|log, serdes, clock| async move {
        let builder = log.producer("t").value(&serdes, Json, &text());
        builder.build().await.expect("a producer").send("again").await.expect("acknowledged");
        let reader = || async {
            let failures = Failures::new().in_place(0, QUICK).retry_topic(Duration::from_millis(300));
            let builder = log.consumer("t").group("g").value(&serdes, Json, &text()).failures(failures);
            let builder = builder.stop_at_end().clock(Arc::<Leaping>::clone(&clock));
            builder.build().await.expect("opens")
        };
        let first = reader().await;
        let stop = first.run_handle();
        let failing = first.run(async |_| {
            stop.stop();
            Err(Failure::retry("not yet"))
        });
        assert_eq!(failing.await.expect("runs").retried, 1);
        clock.set(-HOUR);
        let summary = reader().await.run(async |_| Ok(())).await.expect("runs");
        assert_eq!((summary.handled, summary.dead_letters), (1, 0));
    });
}
