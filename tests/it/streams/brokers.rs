//! Faults of three brokers, of their clients, and of both.

use std::collections::BTreeMap;
use std::time::Duration;

use super::child::{Part, Process};
use super::cluster::Cluster;
use super::consume::Consume;
use super::count::Stored;
use super::ledger::{Answer, Known, pause};
use super::number::Number;
use super::plays;
use super::produce::{Full, Produce};
use super::scene::{Scene, records, row};
use super::stepping::{Fault, Step};
use super::transform::Transform;

/// What happens while records flow from a producer to a member of a group: zero lost, zero doubled, order kept, and nothing handled
/// again that was committed.
fn while_records_flow(
    fault: &str,
    change: impl FnOnce(&Scene, Produce) -> Produce,
    play: impl FnOnce(&Scene, &Cluster, &mut Known),
) -> Option<(Stored, Known)> {
    let cluster = Cluster::of_this_run()?;
    let scene = Scene::on_brokers("flow", &cluster);
    scene.create(&scene.topic, 6);
    let produce = Produce { until: Some(scene.path("sent")), ..Produce::new(&scene.topic, records()) };
    let produce = Produce { pace: (records() / 10) as u32, ..produce };
    let consume = Consume::new(&scene.topic, &scene.group(), scene.path("handled"));
    let parts = [Part::Produce(change(&scene, produce)), Part::Consume(consume)];
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
    row(fault, scene.on(), Some(&stored), Some(&handled), &beside(&stored, &known));
    stored.is_exact();
    handled.is_at_least_once();
    Some((stored, known))
}

/// What else was counted, where there is any of it.
fn beside(stored: &Stored, known: &Known) -> String {
    let (possibly, there) = stored.possibly_written;
    let counts = [
        (stored.not_written, format!("{} refused as not written", stored.not_written)),
        (possibly, format!("{possibly} possibly written, of which {there} are there")),
        (known.times("spilled") as u64, format!("{} laid aside meanwhile", known.times("spilled"))),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text);
    counts.collect::<Vec<_>>().join(", ")
}

fn as_it_is(_: &Scene, produce: Produce) -> Produce {
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
    let slowly = |_: &Scene, produce| Produce { pace: (records() / 50) as u32, ..produce };
    while_records_flow("rolling restart", slowly, |scene, cluster, _| {
        for number in 1..=3 {
            cluster.stop(number);
            cluster.start();
            cluster.wait_in_sync(&scene.topic);
        }
    });
}

/// A deadline that is over long before the brokers go on.
fn short(_: &Scene, produce: Produce) -> Produce {
    Produce { delivery: DEADLINE, ..produce }
}

/// In milliseconds.
const DEADLINE: u64 = 8_000;

/// Nobody answers. Every handle resolves all the same: the producer's window would not move otherwise. When the brokers go on, so does
/// the producer: of what is sent from then on less is given up than comes within one deadline.
#[test]
fn all_brokers_frozen_past_the_deadline() {
    let mut thawed_at = BTreeMap::new();
    let played = while_records_flow("freeze all brokers past the deadline", short, |_, cluster, known| {
        known.update();
        let before = known.unacknowledged;
        cluster.freeze(&[1, 2, 3]);
        known.wait("records that are given up", |known| known.unacknowledged >= before + 50);
        cluster.thaw();
        known.update();
        thawed_at = known.next.clone();
    });
    let Some((stored, known)) = played else { return };
    assert!(stored.possibly_written.0 > 0, "some were on their way: {stored:?}");
    let is_behind = |number: &Number| thawed_at.get(&number.key).is_some_and(|next| number.sequence >= *next);
    let is_given_up = |answer| matches!(answer, Answer::NotWritten | Answer::PossiblyWritten);
    let given_up =
        known.sent.iter().filter(|(number, answer)| is_behind(number) && is_given_up(**answer)).count();
    eprintln!("{given_up} of those that were sent behind the thaw were given up");
    assert!((given_up as u64) < records() / 10 * DEADLINE / 1_000, "{given_up}: {stored:?}");
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

/// No broker answers for a while, and there is room for a tenth of the records. The process that sends holds that it never has more.
fn a_full_buffer(what: &str, full: impl FnOnce(&Scene) -> Full) -> Option<(Stored, Known)> {
    while_records_flow(
        &format!("room for a tenth, all brokers frozen: a record without room {what}"),
        |scene, produce| Produce { buffer: Some((records() as usize / 10, full(scene))), ..produce },
        |_, cluster, _| {
            cluster.freeze(&[1, 2, 3]);
            pause(Duration::from_secs(6));
            cluster.thaw();
        },
    )
}

#[test]
fn a_full_buffer_waits() {
    let Some((stored, _)) = a_full_buffer("waits", |_| Full::Waits) else { return };
    assert_eq!(stored.not_written + stored.possibly_written.0, 0, "all had time enough: {stored:?}");
}

#[test]
fn a_full_buffer_fails() {
    let Some((stored, _)) = a_full_buffer("fails", |_| Full::Fails) else { return };
    assert!(stored.not_written > 0 && stored.possibly_written.0 == 0, "{stored:?}");
}

#[test]
fn a_full_buffer_spills() {
    let Some((stored, known)) =
        a_full_buffer("is laid aside", |scene| Full::Spills(scene.path("aside.redb")))
    else {
        return;
    };
    assert_eq!(stored.not_written + stored.possibly_written.0, 0, "there was room aside: {stored:?}");
    assert!(known.has("spilled"), "nothing was laid aside");
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
