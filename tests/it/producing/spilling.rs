//! Records that are laid aside while their destination is away, and come to it in order, once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pollster::block_on;
use proptest::prelude::*;
use schemawire::backoff::Backoff;
use schemawire::codec::Json;
use schemawire::producer::{Breaker, BreakerSettings, Delivered, ProduceExt, Producer, SendError, Spill};
use schemawire::serdes::Serdes;
use schemawire::transport::{Embedded, Memory, Transport};

use super::faulty::{Fate, Faulty};
use super::{producer, serdes, stored};

fn soon() -> Backoff {
    Backoff { first: Duration::from_millis(2), longest: Duration::from_millis(4) }
}

fn spilling(log: &Faulty, serdes: &Serdes, spill: Spill) -> Producer<Json> {
    let breaker = Breaker::new("t", BreakerSettings { failures: 2, pause: soon() });
    producer(log, serdes, 2, |it| it.breaker(&breaker).buffer(4000).spill(spill))
}

fn file(path: &Path) -> Spill {
    Spill::on(Embedded::builder(path).sync(false).open().expect("a log"))
}

fn send(producer: &Producer<Json>, partition: u32, value: &str) -> Delivered {
    try_send(producer, partition, value).expect("acknowledged, or laid aside")
}

fn try_send(producer: &Producer<Json>, partition: u32, value: &str) -> Result<Delivered, SendError> {
    block_on(producer.message(value).partition(partition).send())
}

/// Until nothing lies aside any more.
fn wait_forwarded(producer: &Producer<Json>) {
    while producer.spilled() > 0 {
        std::thread::yield_now();
    }
}

/// With every kind of log as the destination.
fn on_every_log(test: impl Fn(&Faulty)) {
    test(&Faulty::new([]));
    let directory = tempfile::tempdir().expect("a directory");
    let embedded = Embedded::builder(directory.path().join("log.db")).sync(false).open();
    test(&Faulty::over(Arc::new(embedded.expect("a log")), []));
    #[cfg(feature = "kafka")]
    crate::on_kafka::each(|log| test(&Faulty::over(log, [])));
}

#[test]
fn records_lie_aside_while_the_breaker_is_open_and_follow_in_order() {
    on_every_log(lie_aside_and_follow);
}

fn lie_aside_and_follow(log: &Faulty) {
    let (serdes, retries) = (serdes(), log.able.idempotent);
    let producer = spilling(log, &serdes, Spill::on(Memory::new()));
    assert!(!send(&producer, 0, "000").spilled);
    log.script.always(Some(Fate::Refused));
    let mut expected = [vec!["000".to_owned()], Vec::new()];
    for number in 1..50 {
        let value = format!("{number:03}");
        match try_send(&producer, number % 2, &value) {
            Ok(delivered) => {
                assert!(delivered.spilled);
                expected[number as usize % 2].push(value);
            }
            Err(error) => assert!(!retries && !error.possibly_written(), "{error}"),
        }
    }
    let aside = producer.spilled();
    // Where the core makes no tries of its own, those are given up that open the breaker, or probe the destination.
    assert!(aside == 49 || !retries && aside >= 25, "{aside}");
    log.script.always(None);
    wait_forwarded(&producer);
    assert!(!send(&producer, 0, "100").spilled, "the direct way again");
    expected[0].push("100".to_owned());
    assert_eq!(stored(log, &serdes, 2), expected);
}

#[test]
fn a_full_buffer_spills_where_there_is_a_spill() {
    let (log, serdes) = (Faulty::new([]), serdes());
    let producer = spilling(&log, &serdes, Spill::on(Memory::new()));
    log.script.always(Some(Fate::Silent));
    let value = "x".repeat(1000);
    let direct: Vec<_> = (0..3)
        .map(|_| {
            let handle = producer.message(value.as_str()).partition(0).enqueue().expect("room");
            producer.clone().message("").partition(1).enqueue_then(|_| {}).expect("room");
            handle
        })
        .collect();
    let aside = producer.message(value.as_str()).partition(0).enqueue().expect("room aside");
    drop(direct);
    // Those before it are with a log that says nothing: nothing is forwarded before they are answered.
    assert!(block_on(producer.message(value.as_str()).partition(0).send()).expect("laid aside").spilled);
    assert!(block_on(aside).expect("laid aside").spilled);
    assert_eq!(stored(&log, &serdes, 2), [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn what_lies_aside_survives_a_restart() {
    on_every_log(survive_a_restart);
}

fn survive_a_restart(log: &Faulty) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("aside.db");
    let (serdes, retries) = (serdes(), log.able.idempotent);
    log.script.always(Some(Fate::Refused));
    let mut aside = 0;
    for round in 0..3 {
        let producer = spilling(log, &serdes, file(&path));
        for number in 0..20 {
            match try_send(&producer, number % 2, &format!("{round}{number:02}")) {
                Ok(delivered) => aside += u64::from(delivered.spilled),
                Err(error) => assert!(!retries && round == 0 && !error.possibly_written(), "{error}"),
            }
        }
        assert_eq!(producer.spilled(), aside);
        block_on(producer.close(Duration::from_secs(10))).expect("everything lies aside");
    }
    assert!(aside == 60 || !retries && aside >= 30, "{aside}");
    log.script.always(None);
    let producer = spilling(log, &serdes, file(&path));
    wait_forwarded(&producer);
    let stored = stored(log, &serdes, 2);
    assert_eq!((stored[0].len() + stored[1].len()) as u64, aside);
    assert!(stored.iter().all(|partition| partition.is_sorted()), "{stored:?}");
}

/// A broker that is really gone: what was on its way is given up at its deadline, what follows lies aside.
#[cfg(feature = "kafka")]
#[test]
fn records_lie_aside_while_a_broker_is_gone_and_follow_when_it_is_back() {
    let (_, fake) = block_on(crate::on_kafka::fake());
    let short = Duration::from_secs(2);
    let brokers = fake.broker.bootstrap_servers();
    let log = schemawire::transport::Kafka::builder(&brokers).connect_timeout(short).request_timeout(short);
    let log: Arc<dyn Transport> = Arc::new(block_on(log.connect()).expect("it answers"));
    let serdes = serdes();
    let breaker = Breaker::new("t", BreakerSettings { failures: 1, pause: soon() });
    let directory = tempfile::tempdir().expect("a directory");
    let spill = file(&directory.path().join("aside.db"));
    let within = Duration::from_secs(3);
    let producer =
        producer(&log, &serdes, 2, |it| it.breaker(&breaker).delivery_timeout(within).spill(spill));
    assert!(!send(&producer, 0, "before").spilled);
    fake.broker.crash(0);
    let (mut expected, mut unsure) = (vec!["before".to_owned()], Vec::new());
    for number in 0..20 {
        let value = format!("{number:03}");
        match try_send(&producer, 0, &value) {
            Ok(delivered) => {
                assert!(delivered.spilled);
                expected.push(value);
            }
            // On its way when the broker went, or what the breaker has let through to see whether it is back.
            Err(error) => {
                assert_eq!(expected.len(), 1, "{value} queues behind what lies aside: {error}");
                unsure.extend(error.possibly_written().then_some(value));
            }
        }
    }
    assert!(expected.len() > 10, "{expected:?}");
    fake.broker.restart(0);
    wait_forwarded(&producer);
    assert!(!send(&producer, 0, "after").spilled, "the direct way again");
    expected.push("after".to_owned());
    let mut stored = stored(&log, &serdes, 2).swap_remove(0);
    stored.retain(|it| !unsure.contains(it));
    assert_eq!(stored, expected);
}

/// A broker that stores what it is sent and is never heard of it, for several times as long as a batch has: the next try is the
/// same batch to it, not another one.
#[cfg(feature = "kafka")]
#[test]
fn what_is_forwarded_while_answers_are_lost_is_there_once() {
    use krafka::testing::{ApiKey, Control};
    use schemawire::transport::sleep;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    let (_, fake) = block_on(crate::on_kafka::fake());
    let short = Duration::from_secs(1);
    let log = schemawire::transport::Kafka::builder(&fake.broker.bootstrap_servers());
    let log = log.connect_timeout(short).request_timeout(short);
    let log: Arc<dyn Transport> = Arc::new(block_on(log.connect()).expect("it answers"));
    let serdes = serdes();
    let breaker = Breaker::new("t", BreakerSettings { failures: 1, pause: soon() });
    let producer = producer(&log, &serdes, 1, |it| {
        it.breaker(&breaker).delivery_timeout(short).spill(Spill::on(Memory::new()))
    });
    let (is_storing, tries) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (stores, counts) = (Arc::clone(&is_storing), Arc::clone(&tries));
    fake.broker.on(ApiKey::Produce, move |_| {
        if !stores.load(Ordering::Relaxed) {
            return Control::Disconnect;
        }
        counts.fetch_add(1, Ordering::Relaxed);
        Control::ApplyThen(Box::new(Control::Disconnect))
    });
    let mut expected = Vec::new();
    while expected.len() < 5 {
        let value = format!("{:03}", expected.len());
        match try_send(&producer, 0, &value) {
            Ok(delivered) => {
                assert!(delivered.spilled);
                expected.push(value);
            }
            // What opens the breaker; the broker has not stored it.
            Err(error) => assert!(expected.is_empty(), "{error}"),
        }
    }
    is_storing.store(true, Ordering::Relaxed);
    // With pauses between them that come to seconds.
    while tries.load(Ordering::Relaxed) < 10 {
        block_on(sleep(Duration::from_millis(20)));
    }
    assert_eq!(producer.spilled(), 5, "nothing counts as forwarded yet");
    fake.broker.clear_hooks();
    wait_forwarded(&producer);
    assert_eq!(stored(&log, &serdes, 1), [expected]);
}

#[test]
fn so_much_lies_aside_and_no_more() {
    let (log, serdes) = (Faulty::new([]), serdes());
    log.script.always(Some(Fate::Refused));
    let producer = spilling(&log, &serdes, Spill::on(Memory::new()).limit(3000));
    let value = "x".repeat(900);
    for _ in 0..3 {
        assert!(send(&producer, 0, &value).spilled);
    }
    let error = block_on(producer.message(value.as_str()).partition(0).send()).expect_err("there is no room");
    assert!(matches!(&error, SendError::SpillFull { limit: 3000, .. }), "{error}");
    assert!(error.class().is_retriable() && !error.possibly_written());
    assert!(send(&producer, 1, &value).spilled, "the other partition has its own");
    log.script.always(None);
    wait_forwarded(&producer);
    let stored = stored(&log, &serdes, 2);
    assert_eq!((stored[0].len(), stored[1].len()), (3, 1));
}

#[test]
fn one_producer_has_a_spill() {
    let (log, serdes, aside) = (Faulty::new([]), serdes(), Memory::new());
    let first = spilling(&log, &serdes, Spill::on(aside.clone()));
    let builder = log.producer("t").value(&serdes, Json, &super::text()).spill(Spill::on(aside.clone()));
    let error = block_on(builder.build()).expect_err("it is taken");
    assert!(error.to_string().contains("`spill-t` is in use"), "{error}");
    let other = Spill::on(aside).name("other");
    let builder = log.producer("t").value(&serdes, Json, &super::text()).spill(other);
    block_on(builder.build()).expect("a spill of its own");
    log.script.always(Some(Fate::Refused));
    assert!(send(&first, 0, "a").spilled);
    log.script.always(None);
    wait_forwarded(&first);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A destination that comes and goes, acknowledgements that are lost while records are forwarded, and producers that end
    /// and begin anew: what was acknowledged, or laid aside, is there once and in order.
    #[test]
    fn what_is_laid_aside_is_there_once_and_in_order(
        steps in prop::collection::vec((0u32..2, 0u8..12), 1..80),
        losses in prop::collection::vec(prop::sample::select(&[Fate::Stored, Fate::AckLost, Fate::Refused][..]), 0..40),
    ) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("aside.db");
        let (log, serdes) = (Faulty::new([]), serdes());
        let mut producer = spilling(&log, &serdes, file(&path));
        let mut expected = vec![Vec::new(), Vec::new()];
        for (number, (partition, step)) in steps.into_iter().enumerate() {
            match step {
                // One whose acknowledgement was lost would wait for the destination: no loss is left open here.
                0 => log.script.always(Some(Fate::Refused)),
                1 => {
                    log.script.then(losses.iter().copied());
                    log.script.always(None);
                }
                2 => {
                    block_on(producer.close(Duration::from_secs(10))).expect("all is answered");
                    producer = spilling(&log, &serdes, file(&path));
                }
                _ => {}
            }
            let value = format!("{number:03}");
            send(&producer, partition, &value);
            expected[partition as usize].push(value);
        }
        log.script.always(None);
        wait_forwarded(&producer);
        block_on(producer.flush()).expect("all is answered");
        prop_assert_eq!(stored(&log, &serdes, 2), expected);
    }
}
