//! Several types in one topic, written through one producer, read by a table of full names.

use std::cell::RefCell;

use schemawire::codec::{Avro, Codec, Protobuf};
use schemawire::consumer::{ConsumeError, ConsumeExt, Consumer, OnUnlisted, OwnedMessage, Types, Unlisted};
use schemawire::ids::KeyOrValue;
use schemawire::producer::ProduceExt;
use schemawire::record::Headers;
use schemawire::schema::Schema;
use schemawire::serdes::{RecordName, Serdes, TopicRecordName};
use serde::{Deserialize, Serialize};

use super::support::{Log, in_time};

const ORDER: &str =
    r#"{"type": "record", "name": "acme.Order", "fields": [{"name": "number", "type": "int"}]}"#;
const PAYMENT: &str =
    r#"{"type": "record", "name": "acme.Payment", "fields": [{"name": "cents", "type": "long"}]}"#;
/// As a later program sees it.
const ORDER_2: &str = r#"{"type": "record", "name": "acme.Order", "fields": [
    {"name": "number", "type": "long"}, {"name": "note", "type": "string", "default": "none"}]}"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    number: i64,
    #[serde(default, skip_serializing)]
    note: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Payment {
    cents: i64,
}

#[derive(Debug, PartialEq)]
enum Event {
    Order(Order),
    Payment(Payment),
}

fn order(number: i64) -> Order {
    Order { number, note: String::new() }
}

fn seen(number: i64) -> Event {
    Event::Order(Order { number, note: "none".into() })
}

async fn reader<C: Codec>(log: &Log, serdes: &Serdes, group: &str, codec: C) -> Consumer<C> {
    let builder = log.log.consumer("t").group(group).value_as_written(serdes, codec);
    builder.concurrency(1).stop_at_end().build().await.expect("opens")
}

/// What a run over the topic reads, and how it ends.
async fn run<C: Codec, E: 'static>(
    consumer: Consumer<C>,
    types: &Types<E>,
) -> (Vec<Option<E>>, Result<schemawire::consumer::Summary, ConsumeError>) {
    let read = RefCell::new(Vec::new());
    let summary = consumer.run(async |message: OwnedMessage<C>| {
        let value = types.read(&message).await?;
        read.borrow_mut().push(value);
        Ok(())
    });
    let summary = summary.await;
    (read.into_inner(), summary)
}

#[test]
fn types_of_one_topic_are_written_and_read_each_under_its_own_subject() {
    in_time(|log| async move {
        let registry = || std::sync::Arc::clone(log.serdes.registry());
        let both = [
            Serdes::builder().strategy(TopicRecordName).build(registry()),
            Serdes::builder().strategy(RecordName).build(registry()),
        ];
        for (serdes, prefix) in both.iter().zip(["t-", ""]) {
            let (order_schema, payment_schema) =
                (Schema::avro(ORDER).unwrap(), Schema::avro(PAYMENT).unwrap());
            let orders =
                log.log.producer("t").value(serdes, Avro, &order_schema).build().await.expect("opens");
            let payments = orders.writer(serdes, Avro, &payment_schema).await.expect("registered");
            assert_eq!(payments.subject(), format!("{prefix}acme.Payment"));
            orders.send_keyed("k", &order(1)).await.expect("acknowledged");
            orders
                .message_by(&payments, &Payment { cents: 250 })
                .key("k")
                .send()
                .await
                .expect("acknowledged");
            orders.send_tombstone("k").await.expect("acknowledged");
            // As a program sees them that has not written them.
            let reading = Serdes::builder().strategy(TopicRecordName).build(registry());
            let later = Schema::avro(ORDER_2).unwrap();
            let types = Types::new(&reading).on("acme.Order", Avro, &later, Event::Order).on(
                "acme.Payment",
                Avro,
                &payment_schema,
                Event::Payment,
            );
            let (read, summary) = run(reader(&log, &reading, "g", Avro).await, &types).await;
            assert_eq!(read, [Some(seen(1)), Some(Event::Payment(Payment { cents: 250 })), None]);
            assert_eq!(summary.expect("runs").handled, 3);
        }
    });
}

#[test]
fn a_type_that_is_not_listed_is_passed_over_a_dead_letter_or_the_end_as_configured() {
    in_time(|log| async move {
        let serdes =
            Serdes::builder().strategy(TopicRecordName).build(std::sync::Arc::clone(log.serdes.registry()));
        let (order_schema, payment_schema) = (Schema::avro(ORDER).unwrap(), Schema::avro(PAYMENT).unwrap());
        let orders = log.log.producer("t").value(&serdes, Avro, &order_schema).build().await.expect("opens");
        let payments = orders.writer(&serdes, Avro, &payment_schema).await.expect("registered");
        orders.send(&order(1)).await.expect("acknowledged");
        orders.message_by(&payments, &Payment { cents: 1 }).send().await.expect("acknowledged");
        orders.send(&order(2)).await.expect("acknowledged");
        let types = |unlisted| {
            let later = Schema::avro(ORDER_2).unwrap();
            Types::new(&serdes).on("acme.Order", Avro, &later, Event::Order).unlisted(unlisted)
        };

        let (read, summary) = run(reader(&log, &serdes, "skip", Avro).await, &types(OnUnlisted::Skip)).await;
        assert_eq!(read, [Some(seen(1)), None, Some(seen(2))]);
        assert_eq!(summary.expect("runs").dead_letters, 0);

        let (read, summary) =
            run(reader(&log, &serdes, "dead", Avro).await, &types(OnUnlisted::DeadLetter)).await;
        assert_eq!(read, [Some(seen(1)), Some(seen(2))]);
        let summary = summary.expect("runs");
        assert_eq!((summary.failed, summary.dead_letters), (1, 1), "tried once");
        let letter =
            schemawire::consumer::DeadLetter::of_headers(&log.records("t.dlq").await[0].headers).unwrap();
        assert_eq!(
            letter.reason,
            "t-0 at offset 1 has type `acme.Payment`, and a handler is there for `acme.Order` only"
        );

        let (read, summary) = run(reader(&log, &serdes, "stop", Avro).await, &types(OnUnlisted::Stop)).await;
        assert_eq!(read, [Some(seen(1))]);
        let error = summary.expect_err("it ends there");
        let ConsumeError::GivenUp { source, .. } = &error else { panic!("{error:?}") };
        assert!(source.is::<Unlisted>());
        assert_eq!(log.committed("stop").await, [(0, 1)]);
    });
}

#[test]
fn the_branch_of_a_top_level_union_that_was_written_is_the_type() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Union {
        #[serde(rename = "acme.Order")]
        Order(Order),
        #[serde(rename = "acme.Payment")]
        Payment(Payment),
    }
    in_time(|log| async move {
        let union = Schema::avro(&format!("[{ORDER}, {PAYMENT}]")).unwrap();
        let builder = log.log.producer("t").value(&log.serdes, Avro, &union);
        let producer = builder.build().await.expect("opens");
        producer.send(&Union::Payment(Payment { cents: 7 })).await.expect("acknowledged");
        producer.send(&Union::Order(order(3))).await.expect("acknowledged");

        let types = Types::new(&log.serdes)
            .on("acme.Order", Avro, &Schema::avro(ORDER_2).unwrap(), Event::Order)
            .on("acme.Payment", Avro, &Schema::avro(PAYMENT).unwrap(), Event::Payment);
        let (read, _) = run(reader(&log, &log.serdes, "table", Avro).await, &types).await;
        assert_eq!(read, [Some(Event::Payment(Payment { cents: 7 })), Some(seen(3))]);

        let builder = log.log.consumer("t").value(&log.serdes, Avro, &union).stop_at_end();
        let mut consumer = builder.build().await.expect("opens");
        let first = consumer.next().await.expect("reads").expect("a payment");
        assert_eq!(
            first.value::<Union>().expect("an enum reads it, too"),
            Union::Payment(Payment { cents: 7 })
        );
    });
}

#[derive(Clone, PartialEq, prost::Message)]
struct Placed {
    #[prost(int32, tag = "1")]
    number: i32,
}

impl prost::Name for Placed {
    const NAME: &'static str = "Placed";
    const PACKAGE: &'static str = "acme";
}

#[derive(Clone, PartialEq, prost::Message)]
struct Cancelled {
    #[prost(string, tag = "1")]
    reason: String,
}

impl prost::Name for Cancelled {
    const NAME: &'static str = "Events.Cancelled";
    const PACKAGE: &'static str = "acme";
}

#[test]
fn messages_of_one_protobuf_schema_are_told_apart_by_the_indexes_in_the_frame() {
    #[derive(Debug, PartialEq)]
    enum Change {
        Placed(Placed),
        Cancelled(Cancelled),
    }
    const FILE: &str = r#"syntax = "proto3"; package acme;
        message Placed { int32 number = 1; }
        message Events { message Cancelled { string reason = 1; } }"#;
    in_time(|log| async move {
        let schema = Schema::protobuf(FILE).unwrap();
        let builder = log.log.producer("t").value(&log.serdes, Protobuf, &schema);
        let producer = builder.build().await.expect("opens");
        let cancelled = Cancelled { reason: "late".into() };
        producer.send(&cancelled).await.expect("acknowledged");
        producer.send(&Placed { number: 1 }).await.expect("acknowledged");
        let types = Types::new(&log.serdes).on("acme.Placed", Protobuf, &schema, Change::Placed).on(
            "acme.Events.Cancelled",
            Protobuf,
            &schema,
            Change::Cancelled,
        );
        let (read, _) = run(reader(&log, &log.serdes, "g", Protobuf).await, &types).await;
        assert_eq!(read, [Some(Change::Cancelled(cancelled)), Some(Change::Placed(Placed { number: 1 }))]);
    });
}

#[test]
fn a_name_is_told_without_reading_the_value_and_never_guessed() {
    pollster::block_on(async {
        let log = Log::memory().await;
        let union = Schema::avro(&format!(r#"["null", "string", {ORDER}]"#)).unwrap();
        log.serdes.prepare("u", &union).await.expect("registered");
        let name = |payload: &[u8]| {
            let message = [&[0, 0, 0, 0, 1], payload].concat();
            log.serdes
                .type_name(&message, KeyOrValue::Value, &Headers::new())
                .map(|name| name.map(|it| it.to_string()))
        };
        for (payload, expected) in [
            (&b"\x00"[..], Some("null")),
            (b"\x02\x02x", Some("string")),
            (b"\x04\x0e", Some("acme.Order")),
            // A branch that does not exist, a negative one, one that is cut off, none.
            (b"\x06", None),
            (b"\x01", None),
            (b"\x80", None),
            (b"", None),
        ] {
            assert_eq!(name(payload).expect("framed").as_deref(), expected, "{payload:?}");
        }
        assert!(log.serdes.type_name(b"\x00", KeyOrValue::Value, &Headers::new()).is_err());
    });
}
