//! Control runs: the same faults without the protection have to show losses and doubles, or the other tests prove nothing.

use std::time::Duration;

use super::child::Part;
use super::cluster::Cluster;
use super::count::Stored;
use super::ledger::pause;
use super::produce::{Produce, Protection};
use super::scene::{Scene, records, row};

/// The followers are frozen, then the leader is killed, then the followers go on. What one replica alone had is gone.
fn followers_frozen_and_leader_killed(protection: Protection) -> Option<Stored> {
    play(protection, |cluster, scene, leader| {
        cluster.kill(leader);
        let _ = scene;
    })
}

/// The followers are frozen past the time-out of a request, and go on. What the leader stored and could not confirm is sent again.
fn followers_frozen(protection: Protection) -> Option<Stored> {
    play(protection, |_, _, _| pause(Duration::from_secs(6)))
}

fn play(protection: Protection, behind: impl FnOnce(&Cluster, &Scene, u32)) -> Option<Stored> {
    let cluster = Cluster::of_this_run()?;
    let scene = Scene::on_brokers("control", &cluster);
    scene.create(&scene.topic, 1);
    cluster.wait_in_sync(&scene.topic);
    let leader = cluster.leader(&scene.topic, 0);
    let followers: Vec<u32> = (1..=3).filter(|number| *number != leader).collect();
    let produce =
        Produce { protection, until: Some(scene.path("sent")), ..Produce::new(&scene.topic, records()) };
    let process = scene.start("produce", &[Part::Produce(produce)]);
    let mut known = scene.known();
    known.wait("records before the fault", |known| known.acknowledged >= records() / 5);
    cluster.freeze(&followers);
    // One replica alone goes on acknowledging, where that is enough.
    pause(Duration::from_secs(2));
    behind(&cluster, &scene, leader);
    cluster.thaw();
    known.update();
    let before = known.acknowledged;
    known.wait("records behind the fault", |known| {
        known.acknowledged >= records() && known.acknowledged >= before + records() / 10
    });
    scene.set("sent");
    process.end();
    cluster.start();
    cluster.wait_in_sync(&scene.topic);
    Some(scene.stored(&scene.topic))
}

#[test]
fn without_protection_a_killed_leader_loses_records_and_with_it_none() {
    let Some(stored) = followers_frozen_and_leader_killed(Protection::Off) else { return };
    let fault = "followers frozen, leader killed";
    row(
        &format!("*control, acks=1, not idempotent*: {fault}"),
        "3 brokers",
        Some(&stored),
        None,
        "has to lose",
    );
    assert!(stored.lost > 0, "the fault proves nothing: {stored:?}");
    let Some(stored) = followers_frozen_and_leader_killed(Protection::Full) else { return };
    row(fault, "3 brokers", Some(&stored), None, "");
    stored.is_exact();
}

#[test]
fn without_idempotence_frozen_followers_double_records_and_with_it_none() {
    let Some(stored) = followers_frozen(Protection::Repeating) else { return };
    let fault = "followers frozen past the request time-out";
    row(
        &format!("*control, acks=all, not idempotent*: {fault}"),
        "3 brokers",
        Some(&stored),
        None,
        "has to double",
    );
    assert!(stored.doubled > 0, "the fault proves nothing: {stored:?}");
    let Some(stored) = followers_frozen(Protection::Full) else { return };
    row(fault, "3 brokers", Some(&stored), None, "");
    stored.is_exact();
}
