//! Faults of three brokers, of their clients, and of both.

use std::time::Duration;

use super::child::{Part, Process};
use super::cluster::Cluster;
use super::consume::Consume;
use super::ledger::{Known, pause};
use super::plays;
use super::produce::Produce;
use super::scene::{Scene, records, row};
use super::transform::{Fault, Step, Transform};

/// What happens while records flow from a producer to a member of a group: zero lost, zero doubled, order kept, and nothing handled
/// again that was committed.
fn while_records_flow(
    fault: &str,
    change: impl FnOnce(Produce) -> Produce,
    play: impl FnOnce(&Scene, &Cluster, &mut Known),
) {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("flow", &cluster);
    scene.create(&scene.topic, 6);
    let produce = Produce { until: Some(scene.path("sent")), ..Produce::new(&scene.topic, records()) };
    let produce = Produce { pace: (records() / 10) as u32, ..produce };
    let consume = Consume::new(&scene.topic, &scene.group(), scene.path("handled"));
    let parts = [Part::Produce(change(produce)), Part::Consume(consume)];
    let processes = scene.start_each("process", &parts);
    let mut known = scene.known();
    known.wait("records before the fault", |known| {
        known.acknowledged >= records() / 5 && !known.handled.is_empty()
    });
    play(&scene, &cluster, &mut known);
    known.update();
    let before = known.acknowledged;
    known.wait("records behind the fault", |known| {
        known.acknowledged >= records() && known.acknowledged >= before + records() / 10
    });
    scene.set("sent");
    known.wait("the end of the producer", |known| known.has("sent"));
    known.wait("all records handled", |known| known.unhandled() == 0);
    scene.set("handled");
    processes.into_iter().for_each(Process::end);
    // Brokers that were down come back first: what they bring along counts, too.
    cluster.thaw();
    cluster.start();
    cluster.wait_in_sync(&scene.topic);
    let (stored, handled) = (scene.stored(&scene.topic), scene.handled());
    let (possibly, there) = stored.possibly_written;
    let beside = match stored.not_written + possibly {
        0 => String::new(),
        _ => format!(
            "{} refused as not written, {possibly} possibly written, of which {there} are there",
            stored.not_written
        ),
    };
    row(fault, scene.on(), Some(&stored), Some(&handled), &beside);
    stored.is_exact();
    handled.is_at_least_once();
}

fn as_it_is(produce: Produce) -> Produce {
    produce
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
    let slowly = |produce| Produce { pace: (records() / 50) as u32, ..produce };
    while_records_flow("rolling restart", slowly, |scene, cluster, _| {
        for number in 1..=3 {
            cluster.stop(number);
            cluster.start();
            cluster.wait_in_sync(&scene.topic);
        }
    });
}

/// A deadline that is over long before the brokers go on.
fn short(produce: Produce) -> Produce {
    Produce { delivery: 8_000, ..produce }
}

/// Nobody answers. Every handle resolves all the same: the producer's window would not move otherwise.
fn frozen(cluster: &Cluster, known: &mut Known) {
    known.update();
    let before = known.unacknowledged;
    cluster.freeze(&[1, 2, 3]);
    known.wait("records that are given up", |known| known.unacknowledged >= before + 50);
    cluster.thaw();
}

#[test]
fn all_brokers_frozen_past_the_deadline() {
    while_records_flow("freeze all brokers past the deadline", short, |_, cluster, known| {
        frozen(cluster, known);
    });
}

/// Others lead what it led, while it stands still; then it goes on, and believes for a moment that it still leads.
#[test]
fn a_leader_that_is_frozen_past_the_deadline() {
    while_records_flow("freeze the leader past the deadline", short, |scene, cluster, _| {
        cluster.freeze(&[cluster.leader(&scene.topic, 0)]);
        pause(Duration::from_secs(15));
        cluster.thaw();
    });
}

/// No broker answers, and the buffer is small: a send waits for room as long as it may, is refused, and nothing grows.
#[test]
fn a_full_buffer() {
    let small = |produce| Produce { buffer: Some((1_000, 500)), ..short(produce) };
    while_records_flow(
        "full buffer: all brokers frozen, room for 1,000 records",
        small,
        |_, cluster, known| {
            frozen(cluster, known);
        },
    );
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
    let to = format!("{}-out", scene.topic);
    scene.create(&scene.topic, 3);
    scene.create(&to, 3);
    scene
        .start("produce", &[Part::Produce(Produce { pace: 50_000, ..Produce::new(&scene.topic, records()) })])
        .end();
    let successor = Transform::new(&scene.topic, &to);
    let zombie = successor.clone().with(Fault::Freeze, Step::Appended, 3);
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
    let Some(cluster) = Cluster::of_this_run() else { return };
    plays::crashes_at_every_step(&Scene::on_brokers("steps", &cluster));
}

/// The leaders of all that a transaction touches go, one after the other, while transactions run.
#[test]
fn consume_transform_produce_while_brokers_are_killed() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    let scene = Scene::on_brokers("killed", &cluster);
    let to = format!("{}-out", scene.topic);
    scene.create(&scene.topic, 3);
    scene.create(&to, 3);
    scene
        .start("produce", &[Part::Produce(Produce { pace: 50_000, ..Produce::new(&scene.topic, records()) })])
        .end();
    let transform =
        Transform { most: (records() / 200).max(1) as usize, ..Transform::new(&scene.topic, &to) };
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
    let beside = format!("read committed; begun anew {} times", known.times("anew"));
    row("consume-transform-produce, each broker killed", scene.on(), Some(&stored), None, &beside);
    stored.is_exact();
}

#[test]
fn members_come_and_go() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    plays::members_come_and_go(&Scene::on_brokers("members", &cluster));
}

#[test]
fn a_topic_grows() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    plays::a_topic_grows(&Scene::on_brokers("grows", &cluster));
}

#[test]
fn a_handler_longer_than_the_session() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    plays::a_handler_longer_than_the_session(&Scene::on_brokers("slow", &cluster));
}

#[test]
fn a_poison_message() {
    let Some(cluster) = Cluster::of_this_run() else { return };
    plays::a_poison_message(&Scene::on_brokers("poison", &cluster));
}
