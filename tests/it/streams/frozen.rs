//! Brokers that stand still and go on: past the deadline of what was sent, and in front of a full buffer.

use std::collections::BTreeMap;
use std::time::Duration;

use super::count::Stored;
use super::flow::while_records_flow;
use super::ledger::{Answer, Known, pause};
use super::number::Number;
use super::produce::{Full, Produce};
use super::scene::{Scene, records};

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
        // What has no answer yet is bounded by the buffer alone.
        |scene, produce| Produce {
            buffer: Some((records() as usize / 10, full(scene))),
            window: usize::MAX,
            ..produce
        },
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
