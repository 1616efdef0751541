//! Faults on the embedded log, whose producers and consumers live in one process.

use super::child::Part;
use super::consume::Consume;
use super::ledger::Answer;
use super::plays;
use super::produce::Produce;
use super::scene::{Scene, records, row};
use super::stepping::{Fault, Step};
use super::transform::Transform;
use crate::support::Mount;

/// The process of a producer and two members is killed again and again, and started again.
#[test]
fn kill_9_of_producer_and_consumers_loses_and_doubles_nothing() {
    let scene = Scene::embedded("kills");
    scene.create(&scene.topic, 4);
    let produce = Produce { until: Some(scene.path("sent")), ..Produce::new(&scene.topic, records()) };
    let consume = Consume::new(&scene.topic, "readers", scene.path("handled"));
    let parts = [Part::Produce(produce), Part::Consume(consume.clone()), Part::Consume(consume)];
    let mut known = scene.known();
    for round in 1..=4 {
        let process = scene.start(&format!("round-{round}"), &parts);
        let (sent, handled) = (records() * round / 5, known.handled.len() as u64 + records() / 10);
        known.wait("records between two kills", |known| {
            known.acknowledged >= sent && known.handled.len() as u64 >= handled
        });
        process.kill();
    }
    let process = scene.start("last", &parts);
    known.wait("all records sent", |known| known.acknowledged + known.unacknowledged >= records());
    scene.set("sent");
    known.wait("the end of the producer", |known| known.has("sent"));
    known.wait("all records handled", |known| known.unhandled() == 0);
    scene.set("handled");
    process.end();

    let (stored, handled) = (scene.stored(&scene.topic), scene.handled());
    stored.is_exact();
    handled.is_at_least_once();
    // At a kill each member may have 499 records behind its last commit, and at a rebalance who gives partitions away.
    assert!(handled.again <= (4 * 2 + 5) * 500, "{handled:?}");
    let open = known.sent.values().filter(|answer| **answer == Answer::None).count();
    row(
        "4 x kill -9 of producer and 2 members",
        scene.on(),
        Some(&stored),
        Some(&handled),
        &format!("{open} without an answer"),
    );
    assert!(stored.acknowledged >= records() * 9 / 10, "{stored:?}");
}

#[test]
fn consume_transform_produce_is_exactly_once_over_crashes_at_every_step() {
    plays::crashes_at_every_step(&Scene::embedded("steps"));
}

#[test]
fn a_transaction_in_trouble_before_its_commit_is_done_again_in_the_same_session() {
    let scene = Scene::embedded("trouble");
    let transform = Transform { most: 20, ..plays::filled(&scene, records() / 10) };
    let to = transform.to.clone();
    let steps = [Step::Polled, Step::Begun, Step::Appended, Step::Sent];
    for step in steps {
        let next = Transform { only: Some(3), ..transform.clone().with(Fault::Fail, step, 1) };
        scene.start(&format!("{step:?}"), &[Part::Transform(next)]).end();
    }
    scene.start("last", &[Part::Transform(transform)]).end();
    let known = scene.known();
    assert_eq!((known.times("aborted"), known.times("anew")), (steps.len(), 0));
    scene.stored(&to).is_exact();
}

#[test]
fn members_that_come_and_go_handle_each_record_once() {
    plays::members_come_and_go(&Scene::embedded("members"));
}

#[test]
fn a_topic_that_grows_while_records_flow_loses_and_doubles_nothing() {
    plays::a_topic_grows(&Scene::embedded("grows"));
}

#[test]
fn a_handler_that_sleeps_longer_than_the_session_does_not_cost_the_membership() {
    plays::a_handler_longer_than_the_session(&Scene::embedded("slow"));
}

/// The disk fills while records flow, for longer than a batch is tried, and is emptied again.
#[test]
fn a_full_disk_loses_nothing_and_what_is_told_of_each_record_is_exact() {
    // There is room for half of the records, and when the ballast is gone for all of them twice.
    let (half, rest) = (8 + records() / 8_000, 16 + records() / 1_000);
    let Some(mount) = Mount::new(&format!("size={}m", half + rest)) else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let ballast = mount.path().join("ballast");
    std::fs::write(&ballast, vec![1; (rest as usize) << 20]).unwrap();
    let scene = Scene::embedded_in("full", mount.path());
    scene.create(&scene.topic, 4);
    let produce = Produce {
        pace: 20_000,
        delivery: 2_000,
        until: Some(scene.path("sent")),
        ..Produce::new(&scene.topic, records())
    };
    let process = scene.start("produce", &[Part::Produce(produce)]);
    let mut known = scene.known();
    known.wait("records that are given up", |known| known.unacknowledged >= 100);
    std::fs::remove_file(&ballast).unwrap();
    let before = known.acknowledged;
    known.wait("records that are stored again", |known| {
        known.acknowledged >= records() && known.acknowledged >= before + 100
    });
    scene.set("sent");
    process.end();
    let stored = scene.stored(&scene.topic);
    let beside = format!("{} refused, {} possibly written", stored.not_written, stored.possibly_written.0);
    row("disk full for longer than the delivery timeout", scene.on(), Some(&stored), None, &beside);
    stored.is_exact();
}

#[test]
fn a_poison_message_stops_no_partition() {
    plays::a_poison_message(&Scene::embedded("poison"));
}

/// The owner of a transactional id hangs in the middle of a transaction, and another takes the id over.
#[test]
fn a_zombie_is_fenced_and_what_it_began_never_happened() {
    let scene = Scene::embedded("zombie");
    let successor = Transform { after: Some(scene.path("over")), ..plays::filled(&scene, records()) };
    let (to, half) = (successor.to.clone(), successor.halfway(records()));
    let zombie = Transform { after: None, goes_on: Some(scene.path("goes-on")), ..successor.clone() };
    let zombie = zombie.with(Fault::Hang, Step::Sent, half);
    let process = scene.start("both", &[Part::Transform(zombie), Part::Transform(successor)]);
    let mut known = scene.known();
    known.wait("the zombie hangs", |known| known.has("hanging"));
    scene.set("over");
    known.wait("its successor owns the id", |known| known.times("ready") == 2);
    scene.set("goes-on");
    known.wait("the zombie is fenced, and its successor through", |known| {
        known.has("fenced") && known.has("through")
    });
    process.end();
    let stored = scene.stored(&to);
    row("a zombie in the middle of a transaction", scene.on(), Some(&stored), None, "fenced");
    stored.is_exact();
}
