//! Faults that are the same on every log: only where the processes are differs.

use pollster::block_on;
use schemawire::record::{Batch, Headers, TopicPartition};
use schemawire::transport::{Place, ProducerSpec};

use super::child::{Part, Process};
use super::consume::Consume;
use super::produce::Produce;
use super::scene::{Scene, records, row};
use super::stepping::{Fault, Step};
use super::transform::Transform;

/// A topic that holds so many records, another one that is empty, and the work of carrying them over.
pub(super) fn filled(scene: &Scene, records: u64) -> Transform {
    let to = format!("{}-out", scene.topic);
    scene.create(&scene.topic, 3);
    scene.create(&to, 3);
    let produce = Produce { pace: 50_000, ..Produce::new(&scene.topic, records) };
    scene.start("produce", &[Part::Produce(produce)]).end();
    Transform::new(&scene.topic, &to)
}

/// The process is gone at every step of a transaction, each time in another one; another goes on. Exactly once.
pub(super) fn crashes_at_every_step(scene: &Scene) {
    let transform = filled(scene, records());
    let transform = Transform { most: (records() / 50).max(1) as usize, ..transform };
    for (count, step) in Step::ALL.into_iter().enumerate() {
        let part = transform.clone().with(Fault::Crash, step, count as u32 + 1);
        let (status, said) = scene.start(&format!("{step:?}"), &[Part::Transform(part)]).ended();
        assert_eq!(status.code(), None, "it was to crash at {step:?}, and ended by itself:\n{said}");
    }
    scene.start("last", &[Part::Transform(transform.clone())]).end();
    let stored = scene.stored(&transform.to);
    let fault = "consume-transform-produce, a crash at each of 6 steps";
    row(fault, scene.on(), Some(&stored), None, "read committed");
    stored.is_exact();
    // Nothing goes wrong while the first topic is filled, though it was made just now.
    assert!(stored.acknowledged >= records() && stored.not_written == 0, "{stored:?}");
}

/// Members join and leave in good order while records flow. Each record is handled once, by somebody.
pub(super) fn members_come_and_go(scene: &Scene) {
    scene.create(&scene.topic, 6);
    let produce = Produce { pace: (records() / 20) as u32, ..Produce::new(&scene.topic, records()) };
    let member = |number: u32| Consume {
        after: (number > 1).then(|| scene.path(&format!("join-{number}"))),
        ..Consume::run(&scene.topic, &scene.group(), scene.path(&format!("leave-{number}")))
    };
    let mut parts = vec![Part::Produce(produce)];
    parts.extend((1..=4).map(|number| Part::Consume(member(number))));
    let processes = scene.start_each("process", &parts);
    let mut known = scene.known();
    let changes = ["join-2", "join-3", "join-4", "leave-1", "leave-2", "leave-3"];
    for (number, change) in changes.into_iter().enumerate() {
        let enough = records() * (number as u64 + 1) / 8;
        known.wait("records handled before the next change", |known| known.handled.len() as u64 >= enough);
        scene.set(change);
    }
    known.wait("all records sent", |known| known.has("sent"));
    known.wait("all records handled", |known| known.unhandled() == 0);
    scene.set("leave-4");
    processes.into_iter().for_each(Process::end);
    let (stored, handled) = (scene.stored(&scene.topic), scene.handled());
    row("4 members join, 3 leave, while records flow", scene.on(), Some(&stored), Some(&handled), "");
    stored.is_exact();
    handled.is_once();
}

/// A record that nobody can read lies in the middle.
pub(super) fn a_poison_message(scene: &Scene) {
    let letters = format!("{}.dlq", scene.topic);
    scene.create(&scene.topic, 2);
    scene.create(&letters, 2);
    let half = Produce { pace: 50_000, ..Produce::new(&scene.topic, records() / 2) };
    scene.start("before", &[Part::Produce(half.clone())]).end();
    block_on(poison(scene));
    scene.start("behind", &[Part::Produce(Produce { records: records(), ..half })]).end();
    let consume = Consume::run(&scene.topic, &scene.group(), scene.path("handled"));
    let process = scene.start("consume", &[Part::Consume(consume)]);
    scene.known().wait("all records handled", |known| known.unhandled() == 0);
    scene.set("handled");
    process.end();
    let handled = scene.handled();
    let letters = block_on(size(scene, &letters));
    let beside = format!("{} met, {letters} dead letters", handled.unreadable);
    row("a poison message in each of 2 partitions", scene.on(), None, Some(&handled), &beside);
    handled.is_once();
    assert_eq!((handled.unreadable, letters), (2, 2), "each is met once, is kept, and stops nobody");
}

/// How many records a topic of two partitions holds.
async fn size(scene: &Scene, topic: &str) -> u64 {
    let log = scene.open();
    let mut count = 0;
    for partition in 0..2 {
        count += log.offset(&TopicPartition::new(topic, partition), Place::Latest).await.expect("an end");
    }
    count
}

/// A handler sleeps for longer than the session, beside another member that would get its partitions.
pub(super) fn a_handler_longer_than_the_session(scene: &Scene) {
    scene.create(&scene.topic, 4);
    let session = 6_000;
    // Late enough for the group to have settled: a member that joins takes partitions from a handler that sleeps.
    let slow = Some((3, records() / 16 * 4 / 5, session * 5 / 2));
    let member =
        Consume { session, slow, ..Consume::run(&scene.topic, &scene.group(), scene.path("handled")) };
    let produce = Produce { pace: (records() / 10) as u32, ..Produce::new(&scene.topic, records()) };
    let produce = Produce { after: Some(scene.path("joined")), ..produce };
    let parts = [Part::Produce(produce), Part::Consume(member.clone()), Part::Consume(member)];
    let processes = scene.start_each("process", &parts);
    let mut known = scene.known();
    known.wait("both members", |known| known.times("joined") == 2);
    scene.set("joined");
    known.wait("a handler that sleeps", |known| known.has("sleeping"));
    known.wait("all records sent", |known| known.has("sent"));
    known.wait("all records handled", |known| known.unhandled() == 0);
    scene.set("handled");
    processes.into_iter().for_each(Process::end);
    let handled = scene.handled();
    row("a handler that sleeps for 2.5 sessions", scene.on(), None, Some(&handled), "");
    handled.is_once();
}

/// A topic gets more partitions while two members read and a producer writes; a producer that is opened later fills the new ones.
pub(super) fn a_topic_grows(scene: &Scene) {
    scene.create(&scene.topic, 3);
    let file = |name: &str| Some(scene.path(name));
    let produce = Produce { pace: (records() / 10) as u32, ..Produce::new(&scene.topic, records() / 2) };
    let behind = Produce { records: records(), after: file("grown"), ..produce.clone() };
    let before = Produce { until: file("before"), ..produce };
    let member = Consume::run(&scene.topic, &scene.group(), scene.path("handled"));
    let grow = Part::Grow { topic: scene.topic.clone(), partitions: 6, after: scene.path("grow") };
    let members = [Part::Consume(member.clone()), Part::Consume(member)];
    let [first, second] = members;
    let parts = [Part::Produce(before), Part::Produce(behind), first, second, grow];
    let processes = scene.start_each("process", &parts);
    let mut known = scene.known();
    known.wait("records before", |known| known.handled.len() as u64 >= records() / 10);
    scene.set("grow");
    known.wait("more partitions", |known| known.has("grown"));
    let grown_at = known.acknowledged;
    known.wait("records by who knows of three", |known| known.acknowledged >= grown_at + records() / 10);
    scene.set("before");
    known.wait("the end of the first producer", |known| known.has("sent"));
    scene.set("grown");
    known.wait("the end of the second", |known| known.times("sent") == 2);
    known.wait("all records handled", |known| known.unhandled() == 0);
    scene.set("handled");
    processes.into_iter().for_each(Process::end);
    let (stored, handled) = (scene.stored(&scene.topic), scene.handled());
    let read = known.partitions();
    let beside = format!("{} partitions read", read.len());
    row("3 partitions become 6 while records flow", scene.on(), Some(&stored), Some(&handled), &beside);
    stored.is_exact();
    handled.is_once();
    assert_eq!(read.len(), 6, "all are written and read: {read:?}");
}

/// A record in each partition whose value is no message.
async fn poison(scene: &Scene) {
    let log = scene.open();
    let producer = log.open_producer(ProducerSpec::default()).await.expect("opens");
    for partition in 0..2 {
        let mut batch = Batch::new();
        batch.push(Some(b"key-0"), Some(b"\xff\xff poison"), &Headers::new(), None);
        let at = TopicPartition::new(scene.topic.as_str(), partition);
        producer.append(&at, batch).await.expect("stored");
    }
}
