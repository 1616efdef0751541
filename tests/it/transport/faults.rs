//! Faults under the embedded log: full disks, flipped bytes, cut files, killed and second processes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Error, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pollster::block_on;
use schemawire::record::TopicPartition;
use schemawire::transport::embedded::{Faults, FileOperation};
use schemawire::transport::{
    ConsumerSpec, Embedded, Event, Place, PollLimits, ProducerSpec, TopicSpec, Transport, TransportErrorKind,
};

use super::embedded::{batch_of, values};
use crate::support::Mount;

/// A disk that is full while the switch is on.
fn full_disk(operations: &'static [FileOperation]) -> (Arc<AtomicBool>, Faults) {
    let full = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&full);
    let faults: Faults = Arc::new(move |operation| {
        let fails = switch.load(Ordering::SeqCst) && operations.contains(&operation);
        if fails { Err(Error::from(ErrorKind::StorageFull)) } else { Ok(()) }
    });
    (full, faults)
}

#[test]
fn on_a_full_disk_nothing_acknowledged_is_lost_and_writing_goes_on_afterwards() {
    use FileOperation::{SetLength, Sync, Write};
    for operations in [&[SetLength, Write][..], &[Write], &[Sync], &[SetLength, Write, Sync]] {
        let directory = tempfile::tempdir().unwrap();
        let (full, faults) = full_disk(operations);
        let log = Embedded::builder(directory.path().join("log.db")).faults(faults).open().unwrap();
        let at = TopicPartition::new("t", 0);
        block_on(async {
            log.create_topic(TopicSpec::new("t", 1)).await.unwrap();
            let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
            producer.append(&at, batch_of(["before".into()])).await.unwrap();

            full.store(true, Ordering::SeqCst);
            let large = || batch_of((0..2000).map(|number| format!("{number:0>500}")));
            let pending = [producer.append(&at, large()), producer.append(&at, batch_of(["behind".into()]))];
            let mut handed_back = Vec::new();
            for answer in pending {
                let error = answer.await.unwrap_err();
                assert!(error.class().is_retriable(), "{error}: {}", error.source);
                handed_back.push(*error.batch.expect("it comes back"));
            }
            let error = producer.append(&at, batch_of(["given up".into()])).await.unwrap_err();
            assert_eq!(error.source.kind, TransportErrorKind::Io);
            assert!(error.source.message.contains("the disk is full"), "{}", error.source);
            let error = log.create_topic(TopicSpec::new("u", 1)).await.unwrap_err();
            assert_eq!(error.kind, TransportErrorKind::Io);

            full.store(false, Ordering::SeqCst);
            for batch in handed_back {
                producer.append(&at, batch).await.expect("there is space again");
            }
            producer.append(&at, batch_of(["after".into()])).await.unwrap();
            let read = values(&log, "t").await.unwrap();
            assert_eq!(read.len(), 2003, "{operations:?}: each once");
            assert_eq!([&*read[0], &*read[2001], &*read[2002]], ["before", "behind", "after"]);
        });
        drop(log);
        let log = Embedded::open(directory.path().join("log.db")).unwrap();
        assert_eq!(block_on(values(&log, "t")).unwrap().len(), 2003);
    }
}

#[test]
fn a_real_file_system_that_is_full_loses_nothing() {
    let Some(mount) = Mount::new("size=6m") else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let path = mount.path().join("log.db");
    let ballast = mount.path().join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let log = Embedded::open(&path).unwrap();
    let at = TopicPartition::new("t", 0);
    block_on(async {
        log.create_topic(TopicSpec::new("t", 1)).await.unwrap();
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        let mut stored = 0;
        let batch = || batch_of((0..100).map(|number| format!("{number:0>1000}")));
        let error = loop {
            match producer.append(&at, batch()).await {
                Ok(_) => stored += 1,
                Err(error) => break error,
            }
            assert!(stored < 100, "6 MB never became full");
        };
        assert_eq!(error.source.kind, TransportErrorKind::Io, "{}", error.source);
        std::fs::remove_file(&ballast).unwrap();
        producer.append(&at, *error.batch.unwrap()).await.expect("there is space again");
        assert_eq!(values(&log, "t").await.unwrap().len(), (stored + 1) * 100);
    });
    drop(log);
    assert!(block_on(values(&Embedded::open(&path).unwrap(), "t")).unwrap().len() >= 100);
}

#[test]
fn a_read_only_directory_is_refused_with_what_to_do() {
    let Some(mount) = Mount::new("ro,size=1m") else {
        eprintln!("skipped: this user may not mount a read-only file system");
        return;
    };
    let error = Embedded::open(mount.path().join("log.db")).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Io);
    assert!(error.message.contains("read-only"), "{error}");
}

/// A log with two topics, and what stands in it.
fn sample(path: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let log = Embedded::open(path).unwrap();
    let mut expected = BTreeMap::new();
    block_on(async {
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        for topic in ["first", "second"] {
            log.create_topic(TopicSpec::new(topic, 1)).await.unwrap();
            let all: Vec<_> = (0..600).map(|number| format!("{topic} {number:0>200}")).collect();
            for some in all.chunks(20) {
                producer
                    .append(&TopicPartition::new(topic, 0), batch_of(some.iter().cloned()))
                    .await
                    .unwrap();
            }
            expected.insert(topic, all);
        }
    });
    expected
}

/// What a damaged log may do: refuse to open, or refuse to read, or give what was written. Answers whether it was noticed.
fn never_wrong(path: &Path, expected: &BTreeMap<&'static str, Vec<String>>) -> Option<String> {
    let log = match Embedded::open(path) {
        Ok(log) => log,
        Err(error) => {
            assert!(
                matches!(
                    error.kind,
                    TransportErrorKind::Corrupt | TransportErrorKind::UnknownVersion | TransportErrorKind::Io
                ),
                "{error:?}"
            );
            return Some(error.message);
        }
    };
    for (topic, expected) in expected {
        match block_on(values(&log, topic)) {
            Ok(values) => assert!(values == *expected, "wrong data of `{topic}` without an error"),
            Err(error) => return Some(error.message),
        }
    }
    None
}

#[test]
fn flipped_bytes_are_errors_and_never_wrong_data() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let expected = sample(&path);
    let good = std::fs::read(&path).unwrap();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let (mut named, mut noticed) = (0, 0);
    let rounds = setting("SCHEMAWIRE_FLIPS", 200);
    for _ in 0..rounds {
        let mut bad = good.clone();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let at = (random as usize) % bad.len();
        bad[at] ^= 1 << (random >> 61);
        std::fs::write(&path, &bad).unwrap();
        if let Some(message) = never_wrong(&path, &expected) {
            noticed += 1;
            named += usize::from(message.contains("first-0") || message.contains("second-0"));
        }
    }
    eprintln!("{rounds} flips: {noticed} noticed, {named} by the name of the batch");
    assert!(named > 0, "flips in batches are told by the name of the batch");
}

#[test]
fn no_flip_in_the_files_header_brings_an_older_state_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let expected = sample(&path);
    let good = std::fs::read(&path).unwrap();
    let mut noticed = 0;
    for at in 0..320 {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        std::fs::write(&path, &bad).unwrap();
        noticed += usize::from(never_wrong(&path, &expected).is_some());
    }
    assert!(noticed > 50, "{noticed} of 320");
}

#[test]
fn a_flipped_byte_of_a_batch_is_told_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let expected = sample(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let needle = expected["second"][330].as_bytes();
    let found: Vec<_> =
        (0..bytes.len() - needle.len()).filter(|&at| bytes[at..].starts_with(needle)).collect();
    assert!(!found.is_empty());
    for at in found {
        bytes[at + 10] ^= 4;
    }
    std::fs::write(&path, &bytes).unwrap();
    let log = Embedded::open(&path).unwrap();
    assert_eq!(block_on(values(&log, "first")).unwrap(), expected["first"], "the other topic is whole");
    let error = block_on(values(&log, "second")).unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Corrupt);
    assert!(error.message.contains("second-0") && error.message.contains("offset 320"), "{error}");
    block_on(async {
        // What lies behind it can still be read.
        let at = TopicPartition::new("second", 0);
        let mut consumer = log.open_consumer(ConsumerSpec::new(&["second"])).await.unwrap();
        assert!(matches!(consumer.next(PollLimits::default().now()).await.unwrap(), Event::Assigned { .. }));
        consumer.seek(&at, Place::Offset(340)).await.unwrap();
        let Event::Records { batch, .. } = consumer.next(PollLimits::default().now()).await.unwrap() else {
            panic!()
        };
        assert_eq!(batch.iter().next().unwrap().value, Some(expected["second"][340].as_bytes()));
    });
}

#[test]
fn a_cut_file_is_an_error_that_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let expected = sample(&path);
    let good = std::fs::read(&path).unwrap();
    for part in [1, 100, 320, 5_000, good.len() / 4, good.len() / 2, good.len() * 3 / 4, good.len() - 5000] {
        std::fs::write(&path, &good[..part]).unwrap();
        let message =
            never_wrong(&path, &expected).unwrap_or_else(|| panic!("cut to {part} bytes, nobody noticed"));
        let says = ["cut off", "damaged", "missing"].iter().any(|word| message.contains(word));
        assert!(says, "cut to {part} bytes: {message}");
    }
}

/// How many rounds of a test are run.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var_os(name).and_then(|it| it.to_str()?.parse().ok()).unwrap_or(default)
}

/// This test binary again, running one of the tests below with a log to work on.
fn child(test: &str, path: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    Command::new(program)
        .args(["--exact", test, "--nocapture", "--quiet"])
        .env("SCHEMAWIRE_CHILD_LOG", path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Not a test by itself: what a killed process does until then. Prints each acknowledged number.
#[test]
fn child_appends_until_it_is_killed() {
    let Some(path) = std::env::var_os("SCHEMAWIRE_CHILD_LOG") else { return };
    use std::io::Write;
    let log = Embedded::open(&path).unwrap();
    let at = TopicPartition::new("t", 0);
    block_on(async {
        log.create_topic(TopicSpec::new("t", 1)).await.unwrap();
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        let mut next = log.offset(&at, Place::Latest).await.unwrap();
        let mut pending = std::collections::VecDeque::new();
        let mut out = std::io::stdout().lock();
        loop {
            while pending.len() < 4 {
                pending.push_back(
                    producer.append(&at, batch_of((next..next + 10).map(|number| number.to_string()))),
                );
                next += 10;
            }
            let appended = pending.pop_front().unwrap().await.unwrap();
            writeln!(out, "acknowledged {}", appended.base_offset + 10).unwrap();
            out.flush().unwrap();
        }
    });
}

/// Not a test by itself: a process that tries to open a log that another has.
#[test]
fn child_opens_a_log() {
    let Some(path) = std::env::var_os("SCHEMAWIRE_CHILD_LOG") else { return };
    match Embedded::open(&path) {
        Ok(_) => println!("\nopened"),
        Err(error) => println!("\n{:?} {error}", error.kind),
    }
}

#[test]
fn after_kill_9_every_acknowledged_record_is_there_in_order_once() {
    let rounds = setting("SCHEMAWIRE_KILLS", 50);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let mut total = 0;
    for round in 0..rounds {
        let mut child = child("transport::faults::child_appends_until_it_is_killed", &path);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed after a number of acknowledgements that differs from round to round.
        let mut acknowledged = 0;
        let mut wanted = 1 + round % 7;
        while wanted > 0 {
            let line = lines.next().expect("the child still writes").unwrap();
            if let Some(number) = line.strip_prefix("acknowledged ") {
                acknowledged = number.parse().unwrap();
                wanted -= 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            acknowledged =
                line.strip_prefix("acknowledged ").and_then(|it| it.parse().ok()).unwrap_or(acknowledged);
        }
        let log = Embedded::open(&path).unwrap();
        let values = block_on(values(&log, "t")).unwrap();
        assert!(
            values.len() as u64 >= acknowledged,
            "round {round}: {acknowledged} acknowledged, {} there",
            values.len()
        );
        for (number, value) in values.iter().enumerate() {
            assert_eq!(*value, number.to_string(), "round {round}: in order, once");
        }
        total = values.len();
    }
    eprintln!("{rounds} kills, {total} records");
}

#[test]
fn a_second_process_is_told_who_holds_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.db");
    let log = Embedded::open(&path).unwrap();
    let said = || {
        let output = child("transport::faults::child_opens_a_log", &path).wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = said();
    assert!(text.contains("InUse") && text.contains(&format!("process {}", std::process::id())), "{text}");
    drop(log);
    assert!(said().contains("opened"));
}
