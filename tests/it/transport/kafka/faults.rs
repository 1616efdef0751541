//! What goes wrong: nobody there, somebody else there, wrong credentials, answers that never come, bytes that changed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use futures_util::FutureExt;
use krafka::error::ErrorCode;
use krafka::testing::{ApiKey, Control, FakeBroker};
use schemawire::class::Class;
use schemawire::record::{Headers, TopicPartition};
use schemawire::transport::kafka::{KafkaBuilder, Sasl};
use schemawire::transport::{
    Acknowledge, CommitOutcome, Committed, ConsumerSpec, Event, Kafka, Place, PollLimits, ProducerSpec,
    Transport, TransportError, TransportErrorKind, sleep,
};

use super::fake::kafka;
use super::{batch, drain, texts};

/// A builder that does not wait for long.
fn hasty(brokers: &str) -> KafkaBuilder {
    Kafka::builder(brokers).connect_timeout(Duration::from_secs(1)).request_timeout(Duration::from_secs(2))
}

/// An error with all that is under it, as a person is shown it.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(|it| format!("{it}: ")).collect()
}

async fn refused(builder: KafkaBuilder) -> TransportError {
    builder.connect().await.expect_err("it cannot be connected to")
}

/// A server on a free port that answers each connection with these bytes, once something came.
fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 64];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
        }
    });
    address
}

#[tokio::test]
async fn an_address_at_which_nobody_is_is_named() {
    // Bound and let go: nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let error = refused(hasty(&free)).await;
    assert_eq!((error.kind, error.class()), (TransportErrorKind::Unreachable, Class::RETRY));
    assert!(error.message.contains(&free), "{error}");
}

#[tokio::test]
async fn what_answers_without_being_kafka_is_not_taken_for_it() {
    for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"", b"\0\0\0\x04\0\0\0\0"] {
        let address = server(answer);
        let error = refused(hasty(&address)).await;
        assert!(error.message.contains(&address), "{error}");
    }
}

#[tokio::test]
async fn addresses_that_are_none_and_time_outs_that_contradict_each_other_are_refused() {
    for brokers in ["", "host", "host:notaport"] {
        assert_eq!(refused(hasty(brokers)).await.kind, TransportErrorKind::InvalidRequest, "{brokers}");
    }
    let error = refused(hasty("127.0.0.1:1").connect_timeout(Duration::from_secs(3))).await;
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);
    assert!(error.message.contains("connect time-out of 3s") && error.message.contains("2s"), "{error}");

    let broker = FakeBroker::start().await.unwrap();
    let kafka = hasty(&broker.bootstrap_servers()).connect().await.unwrap();
    let spec = ProducerSpec::default().with_delivery_timeout(Duration::from_secs(1));
    let error = kafka.open_producer(spec).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);
    assert!(error.message.contains("delivery timeout of 1s") && error.message.contains("2s"), "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_denied_and_never_shown() {
    let broker = FakeBroker::start().await.unwrap();
    broker.require_sasl_plain("alerts", "right");
    let brokers = broker.bootstrap_servers();
    hasty(&brokers).sasl(Sasl::plain("alerts", "right")).connect().await.unwrap();
    let builder = hasty(&brokers).sasl(Sasl::plain("alerts", "a-wrong-one"));
    let shown = format!("{builder:?}");
    let error = refused(builder).await;
    assert_eq!((error.kind, error.class()), (TransportErrorKind::Denied, Class::Config), "{}", chain(&error));
    assert!(!chain(&error).contains("a-wrong-one") && !shown.contains("a-wrong-one"), "{shown}");
}

#[tokio::test]
async fn a_batch_that_may_have_arrived_is_told_from_one_that_never_left() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let at = TopicPartition::new("t", 0);
    let kafka = hasty(&broker.bootstrap_servers()).connect().await.unwrap();
    let spec = || ProducerSpec::default().with_delivery_timeout(Duration::from_secs(3));

    // The broker writes it, and hangs up before it says so, each time: it is there, once.
    let producer = kafka.open_producer(spec()).await.unwrap();
    broker.on(ApiKey::Produce, |_| Control::ApplyThen(Box::new(Control::Disconnect)));
    let error = producer.append(&at, batch(&["written"])).await.unwrap_err();
    assert!(error.possibly_written, "{}", chain(&error));
    assert_eq!(error.class(), Class::RETRY);
    assert_eq!(error.batch.map(|batch| texts(&batch)), Some(vec!["written".to_owned()]), "it comes back");
    broker.clear_hooks();

    // The broker says no: it is not there.
    let producer = kafka.open_producer(spec()).await.unwrap();
    broker.on_once(ApiKey::Produce, |_| Control::Error(ErrorCode::TopicAuthorizationFailed));
    let error = producer.append(&at, batch(&["refused"])).await.unwrap_err();
    assert!(!error.possibly_written, "{}", chain(&error));
    assert_eq!(error.source.kind, TransportErrorKind::Denied);

    // The answer is lost once: it is sent again, and stored once.
    broker.on_once(ApiKey::Produce, |_| Control::ApplyThen(Box::new(Control::Disconnect)));
    producer.append(&at, batch(&["again"])).await.unwrap();
    let mut consumer = kafka.open_consumer(ConsumerSpec::new(&["t"])).await.unwrap();
    assert_eq!(drain(&mut *consumer).await, ["written", "again"]);
}

#[tokio::test]
async fn a_batch_that_waits_for_its_answer_holds_up_no_question() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let at = TopicPartition::new("t", 0);
    let kafka = hasty(&broker.bootstrap_servers()).connect().await.unwrap();
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    // Nothing behind it on its connection is answered, either, as where a broker waits for a replica that is gone.
    broker.on_once(ApiKey::Produce, |_| Control::Silence);
    let mut append = producer.append(&at, batch(&["waits"]));
    while broker.request_count(ApiKey::Produce) == 0 {
        assert!((&mut append).now_or_never().is_none());
        sleep(Duration::from_millis(1)).await;
    }
    // Behind it, this would end with the request time-out.
    assert_eq!(kafka.offset(&at, Place::Latest).await.unwrap(), 0);
    assert!((&mut append).now_or_never().is_none(), "it still waits");
    append.await.unwrap();
    assert_eq!(kafka.offset(&at, Place::Latest).await.unwrap(), 1, "sent again, and there once");
}

#[tokio::test]
async fn what_is_closed_or_dropped_leaves_no_connection_behind() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let at = TopicPartition::new("t", 0);
    let kafka = kafka(&broker).await;
    for round in 1..=5 {
        let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
        producer.append(&at, batch(&["produced"])).await.unwrap();
        drop(producer);
        let group = ConsumerSpec::new(&["t"]).with_group("g");
        for spec in [ConsumerSpec::new(&["t"]), group.clone(), group] {
            let mut consumer = kafka.open_consumer(spec).await.unwrap();
            let event = consumer.next(PollLimits::default()).await.unwrap();
            assert!(matches!(event, Event::Assigned { .. }), "{event:?}");
            match round % 2 {
                0 => consumer.close().await.unwrap(),
                _ => drop(consumer),
            }
        }
        let mut transaction = kafka.open_transactional("id").await.unwrap();
        transaction.begin().await.unwrap();
        transaction.append(&at, batch(&["in a transaction"])).await.unwrap();
        transaction.commit().await.unwrap();
        drop(transaction);
        // One for questions, and one that producers share, for the next of them.
        until(|| broker.open_connections() <= 2).await;
    }
    drop(kafka);
    until(|| broker.open_connections() == 0).await;
}

async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("it is not so after a long while");
}

#[tokio::test]
async fn without_idempotence_a_lost_answer_doubles_so_the_test_above_proves_something() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let kafka = hasty(&broker.bootstrap_servers()).connect().await.unwrap();
    let spec = ProducerSpec::default().with_acknowledge(Acknowledge::Leader);
    let producer = kafka.open_producer(spec).await.unwrap();
    broker.on_once(ApiKey::Produce, |_| Control::ApplyThen(Box::new(Control::Disconnect)));
    producer.append(&TopicPartition::new("t", 0), batch(&["again"])).await.unwrap();
    let mut consumer = kafka.open_consumer(ConsumerSpec::new(&["t"])).await.unwrap();
    assert_eq!(drain(&mut *consumer).await, ["again", "again"]);
}

#[tokio::test]
async fn a_batch_whose_bytes_changed_is_told_and_can_be_passed_over() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let at = TopicPartition::new("t", 0);
    let kafka = kafka(&broker).await;
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    for value in ["bad", "good"] {
        producer.append(&at, batch(&[value])).await.unwrap();
    }
    broker.on_times(ApiKey::Fetch, 3, |_| Control::CorruptRecords);
    let mut consumer = kafka.open_consumer(ConsumerSpec::new(&["t"])).await.unwrap();
    let error = loop {
        match consumer.next(PollLimits::default()).await {
            Ok(Event::Assigned { .. }) => {}
            Ok(event) => panic!("{event:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (error.kind, error.class()),
        (TransportErrorKind::Corrupt, Class::BadData),
        "{}",
        chain(&error)
    );
    assert!(chain(&error).contains("t-0 offset 0"), "{}", chain(&error));
    broker.clear_hooks();
    consumer.seek(&at, Place::Offset(1)).await.unwrap();
    let found = loop {
        match consumer.next(PollLimits::default()).await {
            Ok(Event::Records { batch, .. }) => break texts(&batch),
            Ok(event) => panic!("{event:?}"),
            // Told once more, where it was met once more before the seek.
            Err(error) => assert_eq!(error.kind, TransportErrorKind::Corrupt),
        }
    };
    assert_eq!(found, ["good"]);
}

/// The broker that has the group is killed, and for some seconds no other has it: nobody who commits has to know.
#[tokio::test]
async fn a_commit_waits_until_another_broker_has_the_group_and_not_for_ever() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let builder = Kafka::builder(&broker.bootstrap_servers());
    let second = Duration::from_secs(1);
    let kafka = builder.connect_timeout(second).request_timeout(second).connect().await.unwrap();
    let mut consumer = kafka.open_consumer(ConsumerSpec::new(&["t"]).with_group("g")).await.unwrap();
    let Event::Assigned { generation, .. } = consumer.next(PollLimits::default()).await.unwrap() else {
        panic!("it is assigned first");
    };
    let offsets = [(TopicPartition::new("t", 0), Committed::at(0))];
    let away = |_: &_| Control::Error(ErrorCode::CoordinatorNotAvailable);
    // More often than the client tries.
    broker.on_times(ApiKey::OffsetCommit, 5, away);
    assert_eq!(consumer.commit(generation, &offsets).await.unwrap(), CommitOutcome::Stored);
    broker.on(ApiKey::OffsetCommit, away);
    let error = consumer.commit(generation, &offsets).await.unwrap_err();
    assert_eq!(
        (error.kind, error.class()),
        (TransportErrorKind::Unreachable, Class::RETRY),
        "{}",
        chain(&error)
    );
}

/// The group has taken a partition away and given it again, of which the consumer was not told yet: what it has read is of before.
#[tokio::test]
async fn offsets_that_were_read_before_a_partition_went_and_came_back_are_refused() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let at = TopicPartition::new("t", 0);
    let kafka = kafka(&broker).await;
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    producer.append(&at, batch(&["a", "b"])).await.unwrap();
    let spec = ConsumerSpec::new(&["t"]).with_group("g").with_session_timeout(Duration::from_secs(2));
    let mut consumer = kafka.open_consumer(spec).await.unwrap();
    let Event::Assigned { generation, .. } = consumer.next(PollLimits::default()).await.unwrap() else {
        panic!("it is assigned first");
    };
    assert_eq!(drain(&mut *consumer).await, ["a", "b"]);
    let offset = |offset| [(at.clone(), Committed::at(offset))];
    let (before, mut transaction) = (consumer.group_token(), kafka.open_transactional("id").await.unwrap());
    transaction.begin().await.unwrap();

    broker.on_once(ApiKey::Heartbeat, |_| Control::Error(ErrorCode::UnknownMemberId));
    while consumer.commit(generation, &offset(0)).await.unwrap() == CommitOutcome::Stored {
        sleep(Duration::from_millis(5)).await;
    }
    while let Err(error) = consumer.seek(&at, Place::Offset(0)).await {
        assert_eq!(error.kind, TransportErrorKind::NotAssigned, "it has gone, and is not back");
        sleep(Duration::from_millis(5)).await;
    }
    let token = consumer.group_token();
    assert_eq!(token, before, "that of the last assignment that was told");
    let error = transaction.send_offsets(&token, &offset(1)).await.unwrap_err();
    assert_eq!((error.kind, error.class()), (TransportErrorKind::Aborted, Class::Abort), "{}", chain(&error));
    transaction.abort().await.unwrap();

    assert_eq!(drain(&mut *consumer).await, ["a", "b"], "told of it, and read again");
    transaction.begin().await.unwrap();
    transaction.send_offsets(&consumer.group_token(), &offset(1)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(kafka.committed("g").await.unwrap()[&at].offset, 1);
}

#[tokio::test]
async fn a_full_buffer_makes_batches_wait_and_none_is_lost_or_overtaken() {
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", 1);
    let at = TopicPartition::new("t", 0);
    let kafka = kafka(&broker).await;
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    // More than the client holds, while the broker does not answer.
    broker.on_once(ApiKey::Produce, |_| Control::Delay(Duration::from_millis(300)));
    let large = vec![b'x'; 900_000];
    let pending: Vec<_> = (0..100_u32)
        .map(|number| {
            let mut batch = schemawire::record::Batch::new();
            batch.push(Some(&number.to_be_bytes()), Some(&large), &Headers::new(), None);
            producer.append(&at, batch)
        })
        .collect();
    for (offset, pending) in (0..).zip(pending) {
        assert_eq!(pending.await.unwrap().base_offset, offset, "in the order of the calls");
    }
}

/// More than is kept ready here, and more than the client stores: the poll stops for want of room, and goes on.
#[tokio::test]
async fn a_reader_that_is_far_behind_gets_all_of_it() {
    const PARTITIONS: u32 = 30;
    let broker = FakeBroker::start().await.unwrap();
    broker.create_topic("t", PARTITIONS as i32);
    let kafka = kafka(&broker).await;
    let producer = kafka.open_producer(ProducerSpec::default()).await.unwrap();
    let value = "x".repeat(500);
    for partition in 0..PARTITIONS {
        let records = batch(&[value.as_str(); 850]);
        producer.append(&TopicPartition::new("t", partition), records).await.unwrap();
    }
    let mut consumer = kafka.open_consumer(ConsumerSpec::new(&["t"])).await.unwrap();
    assert_eq!(drain(&mut *consumer).await.len(), 850 * PARTITIONS as usize);
}
