//! What every test needs: a place, a ledger, processes, and a row of the table in the end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pollster::block_on;
use schemawire::transport::Transport;

use super::child::{Part, Process, Work};
use super::cluster::{self, Cluster};
use super::count::{Handled, Stored};
use super::ledger::Known;
use super::log;

/// A fault and what it is played on.
pub(super) struct Scene {
    directory: tempfile::TempDir,
    address: String,
    pub(super) topic: String,
}

impl Scene {
    /// On an embedded log of its own.
    pub(super) fn embedded(name: &str) -> Self {
        let mut scene = Self::embedded_in(name, Path::new(""));
        scene.address = format!("file:{}", scene.path("log.redb").display());
        scene
    }

    /// On an embedded log of its own in that folder.
    pub(super) fn embedded_in(name: &str, folder: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let address = format!("file:{}", folder.join("log.redb").display());
        Self { directory, address, topic: name.to_owned() }
    }

    /// On these brokers, with a topic of its own.
    pub(super) fn on_brokers(name: &str, cluster: &Cluster) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let unique = directory.path().file_name().expect("a name").to_string_lossy().replace('.', "");
        Self { directory, address: format!("kafka://{}", cluster.brokers), topic: format!("{name}-{unique}") }
    }

    /// The group that reads the topic.
    pub(super) fn group(&self) -> String {
        format!("{}-readers", self.topic)
    }

    /// A file of this scene.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A file whose being there ends those who wait for it.
    pub(super) fn set(&self, name: &str) {
        std::fs::write(self.path(name), "").expect("a file");
    }

    /// The log, in this process.
    pub(super) fn open(&self) -> Arc<dyn Transport> {
        block_on(log::open(&self.address))
    }

    pub(super) fn create(&self, topic: &str, partitions: u32) {
        block_on(log::create(&self.open(), topic, partitions));
        if let Some(brokers) = self.address.strip_prefix("kafka://") {
            // Each broker learns of it in its own time, and the processes of a test ask any of them.
            cluster::wait_for_all(brokers, topic, |_| true);
        }
    }

    /// A process with that to do, all at once.
    pub(super) fn start(&self, name: &str, parts: &[Part]) -> Process {
        let work = Work { address: self.address.clone(), ledger: self.path("ledger"), parts: parts.to_vec() };
        Process::start(self.directory.path(), name, &work)
    }

    /// A process for each part; one for all where a log is held by one process alone.
    pub(super) fn start_each(&self, name: &str, parts: &[Part]) -> Vec<Process> {
        if self.is_embedded() {
            return vec![self.start(name, parts)];
        }
        let numbered = parts.iter().enumerate();
        numbered
            .map(|(index, part)| self.start(&format!("{name}-{index}"), std::slice::from_ref(part)))
            .collect()
    }

    /// Where it is, for the table.
    pub(super) fn on(&self) -> &'static str {
        if self.is_embedded() { "embedded log" } else { "3 brokers" }
    }

    pub(super) fn is_embedded(&self) -> bool {
        self.address.starts_with("file:")
    }

    /// What stands in the ledger.
    pub(super) fn known(&self) -> Known {
        Known::of(&self.path("ledger"))
    }

    /// Reads a topic again and counts it against what was sent.
    pub(super) fn stored(&self, topic: &str) -> Stored {
        Stored::count(&self.known().sent, &block_on(log::read_again(&self.open(), topic)))
    }

    pub(super) fn handled(&self) -> Handled {
        Handled::count(&self.known())
    }
}

/// How many records a test sends: 4,000, or as many as `SCHEMAWIRE_FAULT_RECORDS` says.
pub(super) fn records() -> u64 {
    std::env::var_os("SCHEMAWIRE_FAULT_RECORDS")
        .map_or(4_000, |it| it.to_str().and_then(|it| it.parse().ok()).expect("a number of records"))
}

/// What a fault came to, a row of the table: on standard error, and in the file that `SCHEMAWIRE_FAULTS` names.
pub(super) fn row(fault: &str, on: &str, stored: Option<&Stored>, handled: Option<&Handled>, beside: &str) {
    let stored_cells = |it: &Stored| {
        let Stored { acknowledged, lost, doubled, reordered, .. } = it;
        format!("{acknowledged} | {lost} | {doubled} | {reordered}")
    };
    let handled_cells = |it: &Handled| format!("{} | {} | {}", it.handled, it.lost, it.again);
    let row = format!(
        "| {fault} | {on} | {} | {} | {beside} |",
        stored.map_or_else(|| " | | | ".to_owned(), stored_cells),
        handled.map_or_else(|| " | | ".to_owned(), handled_cells)
    );
    eprintln!("{row}");
    if let Some(file) = std::env::var_os("SCHEMAWIRE_FAULTS") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(Path::new(&file));
        writeln!(file.expect("the table's file"), "{row}").expect("the table takes a row");
    }
}
