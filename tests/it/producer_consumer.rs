//! Producer and consumer together, over the log in memory, in a file, and on Kafka.

use std::sync::Arc;

use schemawire::codec::Json;
use schemawire::consumer::{ConsumeError, ConsumeExt, Consumer};
use schemawire::producer::{ProduceExt, Producer, SendError};
use schemawire::record::{Partitioner, TopicPartition, murmur2};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::Serdes;
use schemawire::transport::{Embedded, Memory, Place, Transport};

/// A log of each kind, so that every test runs on all.
fn on_every_log(test: impl Fn(Arc<dyn Transport>)) {
    on_local_logs(&test);
    #[cfg(feature = "kafka")]
    crate::on_kafka::each(test);
}

/// The logs of one process alone, where a member is polled while another one waits for it.
fn on_local_logs(test: impl Fn(Arc<dyn Transport>)) {
    test(Arc::new(Memory::new()));
    let directory = tempfile::tempdir().expect("a directory");
    test(Arc::new(Embedded::open(directory.path().join("log.redb")).expect("opens")));
}

async fn serdes(log: &Arc<dyn Transport>) -> Serdes {
    Serdes::new(EmbeddedRegistry::on(log).await.expect("a registry"))
}

fn text() -> Schema {
    Schema::json(r#"{"type": "string"}"#).expect("a schema")
}

async fn producer(log: &Arc<dyn Transport>, serdes: &Serdes, partitions: u32) -> Producer<Json> {
    log.producer("t").value(serdes, Json, &text()).create_with(partitions).build().await.expect("a producer")
}

async fn consumer(log: &Arc<dyn Transport>, serdes: &Serdes, group: &str) -> Consumer<Json> {
    let builder = log.consumer("t").group(group).value(serdes, Json, &text());
    builder.stop_at_end().build().await.expect("a consumer")
}

/// All that is left for a consumer, each done.
async fn drain(consumer: &mut Consumer<Json>) -> Vec<String> {
    let mut values = Vec::new();
    while let Some(message) = consumer.next().await.expect("reads") {
        values.push(message.value().expect("text"));
        message.done();
    }
    values
}

#[test]
fn records_come_back_in_order_with_their_offsets() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            for offset in 0..5 {
                let sent = producer.send(format!("v{offset}").as_str()).await.expect("acknowledged");
                assert_eq!((sent.at, sent.offset), (TopicPartition::new("t", 0), offset));
            }
            let mut consumer = consumer(&log, &serdes, "g").await;
            assert_eq!(drain(&mut consumer).await, ["v0", "v1", "v2", "v3", "v4"]);
            consumer.close().await.expect("closes");
        });
    });
}

#[test]
fn a_batch_of_sends_is_acknowledged_at_once_and_in_order() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            let values: Vec<String> = (0..2500).map(|number| format!("value {number:05}")).collect();
            let sent = producer.send_batch(&values).await.expect("acknowledged");
            assert!(sent.iter().enumerate().all(|(index, it)| it.offset == index as u64));
            assert_eq!(producer.buffered(), 0);
            assert_eq!(drain(&mut consumer(&log, &serdes, "g").await).await, values);
        });
    });
}

#[test]
fn handles_resolve_in_any_order_and_flush_sends_what_nobody_awaits() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            let mut handles: Vec<_> = ["a", "b", "c"].map(|it| producer.enqueue(it).expect("room")).into();
            let last = handles.pop().expect("three").await.expect("acknowledged");
            assert_eq!(last.offset, 2);
            for (handle, offset) in handles.into_iter().zip(0..) {
                assert_eq!(handle.await.expect("acknowledged").offset, offset);
            }
            drop(producer.enqueue("d").expect("room"));
            producer.flush().await.expect("flushed");
            drop(producer.enqueue("e").expect("room"));
            drop(producer);
            // Dropping hands the last batch over; a read behind it sees it as soon as it is stored.
            let mut reader =
                log.consumer("t").value(&serdes, Json, &text()).build().await.expect("a consumer");
            let mut seen = Vec::new();
            while seen.len() < 5 {
                let message = reader.next().await.expect("reads").expect("never ends");
                seen.push(message.value::<String>().expect("text"));
                message.done();
            }
            assert_eq!(seen, ["a", "b", "c", "d", "e"]);
        });
    });
}

#[test]
fn a_group_goes_on_where_its_commit_stands() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            producer.send_batch(["a", "b", "c"]).await.expect("acknowledged");
            let mut first = consumer(&log, &serdes, "g").await;
            first.next().await.expect("reads").expect("a").done();
            let unfinished = first.next().await.expect("reads").expect("b");
            drop(unfinished);
            first.next().await.expect("reads").expect("c").done();
            assert_eq!(
                first.positions(),
                [(TopicPartition::new("t", 0), 1)],
                "b is not done, so c does not count"
            );
            first.close().await.expect("closes");
            assert_eq!(drain(&mut consumer(&log, &serdes, "g").await).await, ["b", "c"]);
            assert_eq!(drain(&mut consumer(&log, &serdes, "other").await).await, ["a", "b", "c"]);
        });
    });
}

#[test]
fn a_log_in_a_file_is_the_same_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.redb");
    pollster::block_on(async {
        let open = || Arc::new(Embedded::open(&path).expect("opens")) as Arc<dyn Transport>;
        {
            let log = open();
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 2).await;
            producer.send_batch(["a", "b", "c"]).await.expect("acknowledged");
            let mut consumer = consumer(&log, &serdes, "g").await;
            consumer.next().await.expect("reads").expect("a record").done();
            consumer.close().await.expect("closes");
        }
        let log = open();
        let serdes = serdes(&log).await;
        assert_eq!(log.partitions("t").await.expect("there"), Some(2));
        assert_eq!(drain(&mut consumer(&log, &serdes, "g").await).await, ["b", "c"]);
    });
}

#[test]
fn a_keyed_record_goes_where_javas_partitioner_puts_it() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 7).await;
            for key in ["", "a", "foobar", "21", "überschrift"] {
                let sent = producer.send_keyed(key, "v").await.expect("acknowledged");
                assert_eq!(sent.at.partition, (murmur2(key.as_bytes()) & 0x7fff_ffff) % 7, "{key}");
            }
        });
    });
}

#[test]
fn records_without_a_key_share_a_batch_and_the_next_batch_goes_elsewhere() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 3).await;
            let mut partitions = Vec::new();
            for _ in 0..3 {
                let sent = producer.send_batch(["a", "b"]).await.expect("acknowledged");
                assert_eq!(sent.runs().count(), 1, "one batch, one partition");
                partitions.extend(sent.runs().map(|(first, _)| first.at.partition));
            }
            assert!(partitions[0] != partitions[1] && partitions[1] != partitions[2], "{partitions:?}");
        });
    });
}

#[test]
fn an_explicit_partition_and_a_users_own_partitioner_win() {
    #[derive(Debug)]
    struct Last;
    impl Partitioner for Last {
        fn partition(&self, _: Option<&[u8]>, partitions: u32) -> Option<u32> {
            Some(partitions - 1)
        }
    }
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let builder = log.producer("t").value(&serdes, Json, &text()).create_with(4).partitioner(Last);
            let producer = builder.build().await.expect("a producer");
            assert_eq!(producer.send("a").await.expect("acknowledged").at.partition, 3);
            assert_eq!(
                producer.message("b").partition(1).send().await.expect("acknowledged").at.partition,
                1
            );
            let error = producer.message("c").partition(4).send().await.expect_err("there are 4");
            assert!(
                matches!(error, SendError::UnknownPartition { partition: 4, partitions: 4, .. }),
                "{error}"
            );
        });
    });
}

#[test]
fn a_record_keeps_key_headers_time_and_its_null() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            let record =
                producer.message("v").key("k").header("h", Some(b"1")).header("h", None).timestamp(42);
            record.send().await.expect("acknowledged");
            producer.send_tombstone("k").await.expect("acknowledged");
            let mut consumer = consumer(&log, &serdes, "g").await;

            let message = consumer.next().await.expect("reads").expect("a record");
            assert_eq!(message.key::<&[u8]>().expect("a key"), b"k");
            assert_eq!(message.timestamp(), 42);
            let headers = message.headers();
            assert_eq!(headers.iter().collect::<Vec<_>>(), [("h", Some(&b"1"[..])), ("h", None)]);
            message.done();

            let tombstone = consumer.next().await.expect("reads").expect("a record");
            assert!(tombstone.is_tombstone());
            assert_eq!(tombstone.optional::<String>().expect("null reads"), None);
            let error = tombstone.value::<String>().expect_err("there is no value");
            assert_eq!(error.to_string(), "t-0 at offset 1 is a tombstone: it has no value");
            tombstone.done();
        });
    });
}

#[test]
fn a_tombstone_under_a_typed_key_has_the_bytes_of_that_key_and_goes_to_its_partition() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let number = Schema::json(r#"{"type": "integer"}"#).expect("a schema");
            let builder = log.producer("t").value(&serdes, Json, &text()).key(&serdes, Json, &number);
            let producer = builder.create_with(5).build().await.expect("a producer");
            for key in 0..20 {
                let written = producer.send_keyed(&key, "v").await.expect("acknowledged");
                let deleted = producer.send_tombstone(&key).await.expect("acknowledged");
                assert_eq!((deleted.at, deleted.offset), (written.at, written.offset + 1));
            }
            let builder = log.consumer("t").value(&serdes, Json, &text()).key(&serdes, Json, &number);
            let mut consumer = builder.stop_at_end().build().await.expect("a consumer");
            let mut state = std::collections::BTreeMap::new();
            let mut deleted = 0;
            while let Some(message) = consumer.next().await.expect("reads") {
                let key: i64 = message.key().expect("a number");
                match message.optional::<String>().expect("text or null") {
                    Some(value) => drop(state.insert(key, (value, message.key_bytes().map(<[u8]>::to_vec)))),
                    None => {
                        let (value, bytes) = state.remove(&key).expect("written before");
                        assert_eq!((value.as_str(), bytes.as_deref()), ("v", message.key_bytes()));
                        deleted += 1;
                    }
                }
                message.done();
            }
            assert_eq!((deleted, state.len()), (20, 0), "every key is gone");
        });
    });
}

#[test]
fn keys_may_have_a_schema_of_their_own() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let number = Schema::json(r#"{"type": "integer"}"#).expect("a schema");
            let builder = log.producer("t").value(&serdes, Json, &text()).key(&serdes, Json, &number);
            builder.build().await.expect("a producer").send_keyed(&7, "v").await.expect("acknowledged");
            let builder = log.consumer("t").value(&serdes, Json, &text()).key(&serdes, Json, &number);
            let mut consumer = builder.stop_at_end().build().await.expect("a consumer");
            let message = consumer.next().await.expect("reads").expect("a record");
            assert_eq!(message.key::<u32>().expect("a number"), 7);
            assert_eq!(message.value::<&str>().expect("text"), "v");
            message.done();
        });
    });
}

#[test]
fn a_message_that_does_not_read_is_an_error_with_its_place_and_the_next_one_reads() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            producer.send_batch(["a", "b"]).await.expect("acknowledged");
            let mut consumer = consumer(&log, &serdes, "g").await;
            let message = consumer.next().await.expect("reads").expect("a record");
            let error = message.value::<u32>().expect_err("it is a text");
            assert!(matches!(error, ConsumeError::Message { .. }), "{error:?}");
            assert_eq!(error.to_string(), "t-0 at offset 0 does not read");
            drop(message);
            let next = consumer.next().await.expect("reads").expect("a record");
            assert_eq!(next.value::<&str>().expect("text"), "b");
            next.done();
        });
    });
}

#[test]
fn an_id_that_no_registry_knows_is_told_by_its_message() {
    on_every_log(|log| {
        pollster::block_on(async {
            let elsewhere = Serdes::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
            for subject in ["x", "y"] {
                elsewhere
                    .prepare(
                        subject,
                        &Schema::json(&format!(r#"{{"title": "{subject}"}}"#)).expect("a schema"),
                    )
                    .await
                    .expect("registered");
            }
            producer(&log, &elsewhere, 1).await.send("stray").await.expect("acknowledged");
            let serdes = serdes(&log).await;
            producer(&log, &serdes, 1).await.send("good").await.expect("acknowledged");
            let mut consumer = consumer(&log, &serdes, "g").await;
            let stray = consumer.next().await.expect("goes on").expect("a record");
            let error = stray.value::<String>().expect_err("nobody knows its id");
            let source = std::error::Error::source(&error).expect("a cause").to_string();
            assert!(source.starts_with("the schema with id 3 is not loaded"), "{source}");
            drop(stray);
            let good = consumer.next().await.expect("reads").expect("a record");
            assert_eq!(good.value::<&str>().expect("text"), "good");
            good.done();
        });
    });
}

#[test]
fn a_full_buffer_refuses_or_waits_and_never_grows() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let builder = log.producer("t").value(&serdes, Json, &text()).buffer(2000);
            let producer = builder.build().await.expect("a producer");
            let value = "x".repeat(500);
            let mut handles = Vec::new();
            let full = loop {
                match producer.enqueue(value.as_str()) {
                    Ok(handle) => handles.push(handle),
                    Err(error) => break error,
                }
            };
            assert!(matches!(full, SendError::Full { limit: 2000, .. }), "{full}");
            assert!(full.class().is_retriable());
            assert!(producer.buffered() <= 2000, "{}", producer.buffered());
            producer.send(value.as_str()).await.expect("waits for room instead");
            assert_eq!(handles.len(), 3);
            for handle in handles {
                handle.await.expect("acknowledged");
            }
            assert_eq!(producer.buffered(), 0);
        });
    });
}

#[test]
fn a_value_that_does_not_fit_is_refused_before_anything_is_written() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
            let error = producer.send(&unwritable).await.expect_err("JSON has no such key");
            assert!(matches!(error, SendError::Serdes(_)), "{error}");
            assert!(!error.possibly_written());
            assert_eq!(log.offset(&TopicPartition::new("t", 0), Place::Latest).await.expect("there"), 0);
        });
    });
}

#[test]
fn a_record_over_the_limit_is_refused_and_the_next_one_is_taken() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 1).await;
            let large = "x".repeat(log.capabilities().max_batch);
            let error = producer.send(large.as_str()).await.expect_err("too large");
            assert!(matches!(error, SendError::TooLarge { .. }), "{error:?}");
            assert!(!error.possibly_written());
            producer.send("small").await.expect("acknowledged");
            assert_eq!(drain(&mut consumer(&log, &serdes, "g").await).await, ["small"]);
        });
    });
}

#[test]
fn a_topic_that_must_exist_and_does_not_is_refused() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let builder = log.producer("missing").value(&serdes, Json, &text()).must_exist();
            let error = builder.build().await.expect_err("there is no such topic");
            assert!(
                matches!(&error, SendError::Transport(it) if it.to_string().contains("missing")),
                "{error:?}"
            );
            let builder = log.consumer("missing").value(&serdes, Json, &text()).must_exist();
            builder.build().await.expect_err("there is no such topic");
        });
    });
}

#[test]
fn seeking_reads_again_and_commits_what_is_done_from_there() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            producer(&log, &serdes, 1).await.send_batch(["a", "b", "c"]).await.expect("acknowledged");
            let mut consumer = consumer(&log, &serdes, "g").await;
            assert_eq!(drain(&mut consumer).await, ["a", "b", "c"]);
            let at = TopicPartition::new("t", 0);
            consumer.seek(&at, Place::Offset(1)).await.expect("there");
            assert_eq!(drain(&mut consumer).await, ["b", "c"]);
            assert_eq!(consumer.positions(), [(at, 3)]);
        });
    });
}

#[test]
fn members_of_a_group_share_the_partitions() {
    on_local_logs(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 4).await;
            let mut first = consumer(&log, &serdes, "g").await;
            assert_eq!(drain(&mut first).await, Vec::<String>::new());
            assert_eq!(first.positions().len(), 4, "alone it has all");
            let mut second = consumer(&log, &serdes, "g").await;
            for _ in 0..10 {
                drain(&mut first).await;
                drain(&mut second).await;
            }
            assert_eq!((first.positions().len(), second.positions().len()), (2, 2));
            for partition in 0..4 {
                let value = format!("p{partition}");
                producer.message(value.as_str()).partition(partition).send().await.expect("acknowledged");
            }
            let mut seen = drain(&mut first).await;
            seen.extend(drain(&mut second).await);
            seen.sort();
            assert_eq!(seen, ["p0", "p1", "p2", "p3"], "each record once");
            second.close().await.expect("leaves");
            for _ in 0..10 {
                drain(&mut first).await;
            }
            assert_eq!(first.positions().len(), 4, "what the other had comes back");
        });
    });
}

#[test]
fn many_tasks_send_through_one_producer() {
    on_every_log(|log| {
        pollster::block_on(async {
            let serdes = serdes(&log).await;
            let producer = producer(&log, &serdes, 2).await;
            std::thread::scope(|scope| {
                for thread in 0..4 {
                    let producer = producer.clone();
                    scope.spawn(move || {
                        for number in 0..100 {
                            let key = format!("k{thread}");
                            let value = format!("{thread}:{number:03}");
                            pollster::block_on(producer.send_keyed(key.as_str(), value.as_str()))
                                .expect("acknowledged");
                        }
                    });
                }
            });
            let all = drain(&mut consumer(&log, &serdes, "g").await).await;
            assert_eq!(all.len(), 400);
            for thread in 0..4 {
                let own: Vec<&String> =
                    all.iter().filter(|it| it.starts_with(&format!("{thread}:"))).collect();
                assert_eq!(own.len(), 100);
                assert!(own.is_sorted(), "records of one key stay in order");
            }
        });
    });
}
