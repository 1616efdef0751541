//! Faults of three brokers, of their clients, and of both: who dies, who comes, who takes over.

use pollster::block_on;
use schemawire::codec::Json;
use schemawire::producer::ProduceExt;

use super::child::Part;
use super::cluster::Cluster;
use super::consume::Consume;
use super::flow::while_records_flow;
use super::log;
use super::plays;
use super::produce::Produce;
use super::scene::{Scene, records, row};
use super::stepping::{Fault, Step};
use super::transform::Transform;

fn as_it_is(_: &Scene, produce: Produce) -> Produce {
    produce
}

/// A fault that is the same on every log.
fn on_brokers(name: &str, play: fn(&Scene)) {
    if let Some(cluster) = Cluster::of_this_run() {
        play(&Scene::on_brokers(name, &cluster));
    }
}

#[test]
fn kill_9_of_the_leader() {
    while_records_flow("kill -9 the leader", as_it_is, |scene, cluster, _| {
        cluster.kill(cluster.leader(&scene.topic, 0));
    });
}

#[test]
fn kill_9_of_the_controller() {
    while_records_flow("kill -9 the controller", as_it_is, |_, cluster, _| {
        cluster.kill(cluster.controller())
    });
}

#[test]
fn kill_9_of_a_broker_that_is_neither() {
    while_records_flow("kill -9 a follower", as_it_is, |scene, cluster, _| {
        let (leader, controller) = (cluster.leader(&scene.topic, 0), cluster.controller());
        let other = (1..=3).find(|number| ![leader, controller].contains(number));
        cluster.kill(other.expect("three brokers"));
    });
}

/// All brokers in turn, each back before the next goes.
#[test]
fn a_rolling_restart() {
    let slowly = |_: &Scene, produce| Produce { pace: (records() / 50) as u32, ..produce };
    while_records_flow("rolling restart", slowly, |scene, cluster, _| {
        for number in 1..=3 {
            cluster.stop(number);
            cluster.start();
            cluster.wait_in_sync(&scene.topic);
        }
    });
}

#[test]
fn kill_9_of_the_producer() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("producer", &cluster);
    scene.create(&scene.topic, 6);
    let produce = Part::Produce(Produce::new(&scene.topic, records()));
    let mut known = scene.known();
    for round in 1..=4 {
        let process = scene.start(&format!("round-{round}"), std::slice::from_ref(&produce));
        known.wait("records between two kills", |known| known.acknowledged >= records() * round / 6);
        process.kill();
    }
    scene.start("last", &[produce]).end();
    let stored = scene.stored(&scene.topic);
    let (open, there) = stored.unanswered;
    let beside = format!("{open} without an answer, of which {there} are there");
    row("4 x kill -9 the producer", scene.on(), Some(&stored), None, &beside);
    stored.is_exact();
    assert!(stored.acknowledged >= records() / 2, "{stored:?}");
}

#[test]
fn kill_9_of_a_consumer() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("consumer", &cluster);
    scene.create(&scene.topic, 6);
    let produce = Produce { pace: (records() / 10) as u32, ..Produce::new(&scene.topic, records()) };
    let consume = Consume::new(&scene.topic, &scene.group(), scene.path("handled"));
    let producer = scene.start("producer", &[Part::Produce(produce)]);
    let consume = Part::Consume(consume);
    let stays = scene.start("stays", std::slice::from_ref(&consume));
    let mut known = scene.known();
    for round in 1..=2 {
        let goes = scene.start(&format!("goes-{round}"), std::slice::from_ref(&consume));
        known.wait("another member", |known| known.times("joined") > round);
        let enough = known.handled.len() as u64 + records() / 10;
        known.wait("records between two kills", |known| known.handled.len() as u64 >= enough);
        goes.kill();
    }
    known.wait("all records sent", |known| known.has("sent"));
    known.wait("all records handled", |known| known.unhandled() == 0);
    scene.set("handled");
    stays.end();
    producer.end();
    let (stored, handled) = (scene.stored(&scene.topic), scene.handled());
    row(
        "2 x kill -9 one of two members",
        scene.on(),
        Some(&stored),
        Some(&handled),
        "at most 500 uncommitted at each kill",
    );
    stored.is_exact();
    handled.is_at_least_once();
    // At a kill, and at each rebalance where a member gives partitions away: what it has not committed by hand.
    assert!(handled.again <= 6 * 500, "{handled:?}");
}

#[test]
fn a_zombie_producer_is_fenced() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("zombie", &cluster);
    let successor = plays::filled(&scene, records());
    let to = successor.to.clone();
    let zombie = successor.clone().with(Fault::Freeze, Step::Appended, successor.halfway(records()));
    let zombie = scene.start("zombie", &[Part::Transform(zombie)]);
    let mut known = scene.known();
    known.wait("the zombie freezes", |known| known.has("frozen"));
    scene.start("successor", &[Part::Transform(successor)]).end();
    zombie.thaw();
    known.wait("the zombie is fenced", |known| known.has("fenced"));
    zombie.end();
    let stored = scene.stored(&to);
    row("a zombie in the middle of a transaction", scene.on(), Some(&stored), None, "fenced");
    stored.is_exact();
}

#[test]
fn consume_transform_produce_with_crashes_at_every_step() {
    on_brokers("steps", plays::crashes_at_every_step);
}

/// The leaders of all that a transaction touches go, one after the other, while transactions run.
#[test]
fn consume_transform_produce_while_brokers_are_killed() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("killed", &cluster);
    let transform = plays::filled(&scene, records());
    let to = transform.to.clone();
    let transform = Transform { most: (records() / 200).max(1) as usize, is_alone: true, ..transform };
    let process = scene.start("transform", &[Part::Transform(transform)]);
    let mut known = scene.known();
    for number in 1..=3 {
        known.wait("transactions before the kill", |known| known.times("transaction") >= 20 * number);
        cluster.kill(number as u32);
        cluster.start();
        cluster.wait_in_sync(&to);
    }
    process.end();
    known.update();
    let stored = scene.stored(&to);
    let (anew, fenced) = (known.times("anew"), known.times("fenced"));
    let beside = format!("read committed; begun anew {anew} times, after a broker's time-out {fenced} times");
    row("consume-transform-produce, each broker killed", scene.on(), Some(&stored), None, &beside);
    stored.is_exact();
}

#[test]
fn members_come_and_go() {
    on_brokers("members", plays::members_come_and_go);
}

#[test]
fn a_topic_grows() {
    on_brokers("grows", plays::a_topic_grows);
}

#[test]
fn a_handler_longer_than_the_session() {
    on_brokers("slow", plays::a_handler_longer_than_the_session);
}

#[test]
fn a_poison_message() {
    on_brokers("poison", plays::a_poison_message);
}

/// Brokers learn of a topic at different times, and whoever writes to it at once meets some that do not know it yet.
#[test]
fn a_topic_that_was_made_just_now_refuses_nothing() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("new", &cluster);
    let (log, serdes) = (scene.open(), block_on(log::serdes()));
    for number in 0..TOPICS {
        let topic = format!("{}-{number}", scene.topic);
        let keys: Vec<Vec<u8>> = (0..100_u32).map(|key| key.to_be_bytes().to_vec()).collect();
        let sent = block_on(async {
            log::create(&log, &topic, 6).await;
            let producer = log.producer(&topic).value(&serdes, Json, &log::text()).must_exist();
            let producer = producer.build().await.unwrap_or_else(|error| panic!("{topic}: {error:?}"));
            producer.send_batch_keyed(keys.iter().map(|key| (key, "first"))).await
        });
        let sent = sent.unwrap_or_else(|error| panic!("{topic} refuses: {error:?}"));
        assert_eq!(sent.len(), keys.len());
    }
}

const TOPICS: u32 = 10;
