//! Control runs: the same faults without the protection have to show losses and doubles, or the other tests prove nothing.

use std::time::Duration;

use super::child::Part;
use super::cluster::Cluster;
use super::count::Stored;
use super::ledger::pause;
use super::produce::{Produce, Protection};
use super::scene::{Scene, records, row};

/// Plays a fault without its protection, which has to do harm, and with it, which may not.
fn proves(
    fault: &str,
    (off, settings): (Protection, &str),
    (has_to, harm): (&str, impl Fn(&Stored) -> u64),
    behind: impl Fn(&Cluster, u32),
) {
    let Some(stored) = play(off, &behind) else { return };
    row(&format!("*control, {settings}*: {fault}"), "3 brokers", Some(&stored), None, has_to);
    assert!(harm(&stored) > 0, "the fault proves nothing: {stored:?}");
    let Some(stored) = play(Protection::Full, &behind) else { return };
    row(fault, "3 brokers", Some(&stored), None, "");
    stored.is_exact();
}

/// Records flow to one partition; its followers are frozen, then something happens to the leader, then they go on.
fn play(protection: Protection, behind: impl Fn(&Cluster, u32)) -> Option<Stored> {
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
    behind(&cluster, leader);
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

/// What one replica alone had is gone with it.
#[test]
fn without_protection_a_killed_leader_loses_records_and_with_it_none() {
    let lost = ("has to lose", |stored: &Stored| stored.lost);
    let off = (Protection::Off, "acks=1, not idempotent");
    proves("followers frozen, leader killed", off, lost, |cluster, leader| cluster.kill(leader));
}

/// What the leader stored and could not confirm is sent again.
#[test]
fn without_idempotence_frozen_followers_double_records_and_with_it_none() {
    let doubled = ("has to double", |stored: &Stored| stored.doubled);
    let off = (Protection::Repeating, "acks=all, not idempotent");
    let fault = "followers frozen past the request time-out";
    proves(fault, off, doubled, |_, _| pause(Duration::from_secs(6)));
}
