//! Records that flow from a producer to a member of a group, while something happens to the brokers.

use super::child::{Part, Process};
use super::cluster::Cluster;
use super::consume::Consume;
use super::count::Stored;
use super::ledger::Known;
use super::produce::Produce;
use super::scene::{Scene, records, row};

/// Zero lost, zero doubled, order kept, and nothing handled again that was committed.
pub(super) fn while_records_flow(
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
