//! A log whose bytes have changed under it.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use pollster::block_on;
use schemawire::class::Class;
use schemawire::codec::Json;
use schemawire::consumer::{ConsumeExt, Consumer};
use schemawire::producer::ProduceExt;
use schemawire::registry::EmbeddedRegistry;
use schemawire::serdes::Serdes;
use schemawire::transport::{Embedded, Place};

use super::support::{at, text};

const DAMAGED: &str = "the one whose bytes change";

/// Three records, each a batch; those of the second are changed in the file.
async fn damaged(path: &Path, serdes: &Serdes) -> Embedded {
    let log = Embedded::open(path).expect("opens");
    let builder = log.producer("t").value(serdes, Json, &text());
    let producer = builder.build().await.expect("a producer");
    for value in ["first", DAMAGED, "last"] {
        producer.send(value).await.expect("acknowledged");
    }
    producer.close(Duration::from_secs(10)).await.expect("closes");
    log.close().await.expect("closes");
    drop(log);
    let mut bytes = std::fs::read(path).expect("a file");
    let needle = DAMAGED.as_bytes();
    let places: Vec<usize> =
        (0..bytes.len() - needle.len()).filter(|at| bytes[*at..].starts_with(needle)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| bytes[at + 4] ^= 1);
    std::fs::write(path, bytes).expect("written");
    Embedded::open(path).expect("its tree is whole")
}

async fn reader(log: &Embedded, serdes: &Serdes) -> Consumer<Json> {
    let builder = log.consumer("t").group("g").value(serdes, Json, &text()).stop_at_end();
    builder.build().await.expect("a consumer")
}

#[test]
fn a_batch_that_has_changed_is_an_error_with_its_place_until_it_is_passed_by_hand() {
    block_on(async {
        let directory = tempfile::tempdir().expect("a directory");
        let serdes = Serdes::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        let log = damaged(&directory.path().join("log.db"), &serdes).await;
        let mut consumer = reader(&log, &serdes).await;
        // The first one may come with what was read before it, or not at all while the second is in the way.
        consumer.seek(&at(0), Place::Offset(1)).await.err();
        let mut told = Vec::new();
        for _ in 0..3 {
            match consumer.next().await {
                Ok(Some(message)) => assert_eq!(message.offset(), 0, "nothing is passed over in silence"),
                Ok(None) => panic!("that is not the end"),
                Err(error) => {
                    assert_eq!(error.class(), Class::BadData);
                    told.push(
                        std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string),
                    );
                }
            }
        }
        assert!(told.last().is_some_and(|it| it.contains("t-0 at offset 1")), "{told:?}");
        consumer.seek(&at(0), Place::Offset(2)).await.expect("seeks");
        let message = consumer.next().await.expect("goes on").expect("a record");
        assert_eq!((message.offset(), message.value::<String>().expect("text")), (2, "last".to_owned()));
    });
}

#[test]
fn a_run_ends_with_the_error_and_commits_nothing_beyond_it() {
    block_on(async {
        let directory = tempfile::tempdir().expect("a directory");
        let serdes = Serdes::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        let log = damaged(&directory.path().join("log.db"), &serdes).await;
        let seen = RefCell::new(Vec::new());
        let run = reader(&log, &serdes).await.run(async |message| {
            seen.borrow_mut().push(message.offset());
            Ok(())
        });
        let error = run.await.expect_err("it cannot go on");
        assert_eq!(error.class(), Class::BadData, "{error}");
        assert!(seen.borrow().iter().all(|offset| *offset == 0), "{seen:?}");
        let committed = schemawire::transport::Transport::committed(&log, "g").await.expect("told");
        assert!(committed.values().all(|it| it.offset <= 1), "{committed:?}");
    });
}
