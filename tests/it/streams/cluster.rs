//! Three brokers that can be killed, frozen, and brought back.
//!
//! `scripts/faults.sh` starts them, says in `SCHEMAWIRE_THREE_BROKERS` in which folder, and stops them. A test has them for itself,
//! and gives them back thawed and running, also when it panics.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::child::signal;
use super::ledger::pause;
use super::wire::{self, Partition};
use crate::support::file;

/// The brokers, for one test at a time.
pub(super) struct Cluster {
    folder: PathBuf,
    /// `host:port` of each, with commas between.
    pub(super) brokers: String,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

/// A broker's number, and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    number: u32,
    address: String,
}

impl Cluster {
    /// Nothing, with a word about it, where none was started.
    pub(super) fn of_this_run() -> Option<Self> {
        let Some(folder) = std::env::var_os("SCHEMAWIRE_THREE_BROKERS") else {
            eprintln!("skipped: scripts/faults.sh starts the brokers that this needs");
            return None;
        };
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cluster = Self { folder: folder.into(), brokers: String::new(), _turn: turn };
        let nodes = cluster.nodes();
        assert_eq!(nodes.len(), 3, "{nodes:?}");
        let addresses: Vec<&str> = nodes.iter().map(|node| &*node.address).collect();
        cluster.brokers = addresses.join(",");
        Some(cluster)
    }

    /// What `scripts/kafka.sh status` says.
    fn nodes(&self) -> Vec<Node> {
        let said = self.script("status");
        let node = |line: &str| {
            let mut words = line.strip_prefix("node ")?.split(' ');
            let number = words.next()?.parse().ok()?;
            let address = words.next()?.to_owned();
            Some(Node { number, address })
        };
        said.lines().filter_map(node).collect()
    }

    fn script(&self, verb: &str) -> String {
        let mut script = Command::new(file("scripts/kafka.sh"));
        let script = script.arg(verb).arg("--dir").arg(&self.folder).stdin(Stdio::null());
        let output = script.stderr(Stdio::inherit()).output().expect("scripts/kafka.sh runs");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Starts those that are down, and waits until all answer.
    pub(super) fn start(&self) {
        let addresses = self.script("start");
        assert_eq!(addresses.trim(), self.brokers, "all brokers run");
    }

    #[track_caller]
    fn process(&self, number: u32) -> u32 {
        self.kept(number).unwrap_or_else(|| panic!("broker {number} does not run: {:?}", self.nodes()))
    }

    /// The process of a broker, where it is alive, from the file that the script keeps: a frozen broker answers nothing.
    fn kept(&self, number: u32) -> Option<u32> {
        let kept = std::fs::read_to_string(self.folder.join(format!("node-{number}/pid")));
        let process = kept.ok().and_then(|it| it.split(' ').next()?.parse().ok());
        process.filter(|process| is_alive(*process))
    }

    /// `kill -9`.
    pub(super) fn kill(&self, number: u32) {
        self.end(number, "-KILL");
    }

    /// Asks a broker to end, and waits until it has.
    pub(super) fn stop(&self, number: u32) {
        self.end(number, "-TERM");
    }

    fn end(&self, number: u32, how: &str) {
        let process = self.process(number);
        signal(how, process);
        // It is the child of nobody here: gone when there is no such process any more, or nothing but its entry.
        while is_alive(process) {
            pause(Duration::from_millis(20));
        }
    }

    pub(super) fn freeze(&self, numbers: &[u32]) {
        numbers.iter().for_each(|number| signal("-STOP", self.process(*number)));
    }

    /// Lets go on all that were frozen.
    pub(super) fn thaw(&self) {
        (1..=3).filter_map(|number| self.kept(number)).for_each(|process| signal("-CONT", process));
    }

    /// The broker that leads a partition.
    pub(super) fn leader(&self, topic: &str, partition: u32) -> u32 {
        until(&format!("{topic}-{partition} has a leader"), || {
            let known = self.addresses().find_map(|address| wire::partitions(address, topic))?;
            known.into_iter().find(|it| it.number == partition).map(|it| it.leader)
        })
    }

    /// The broker that leads the controllers.
    pub(super) fn controller(&self) -> u32 {
        until("there is a controller", || self.addresses().find_map(wire::controller))
    }

    /// Waits until all replicas of a topic are in sync, in the eyes of all brokers.
    #[track_caller]
    pub(super) fn wait_in_sync(&self, topic: &str) {
        wait_for_all(&self.brokers, topic, |known| known.iter().all(|partition| partition.in_sync == 3));
    }

    fn addresses(&self) -> impl Iterator<Item = &str> {
        self.brokers.split(',')
    }
}

/// Waits until all brokers know a topic, and that of its partitions.
#[track_caller]
pub(super) fn wait_for_all(brokers: &str, topic: &str, holds: impl Fn(&[Partition]) -> bool) {
    until(&format!("all of {brokers} know {topic} so"), || {
        let knows = |address| wire::partitions(address, topic).is_some_and(|known| holds(&known));
        brokers.split(',').all(knows).then_some(())
    });
}

#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE {
        if let Some(found) = look() {
            return found;
        }
        pause(Duration::from_millis(200));
    }
    panic!("it does not come about that {what}");
}

/// How many looks at the brokers, five a second, until they are given up.
const PATIENCE: u32 = 300;

impl Drop for Cluster {
    fn drop(&mut self) {
        self.thaw();
        if std::thread::panicking() {
            drop(self.script("start"));
        } else {
            self.start();
        }
    }
}

/// Whether a process is there, and more than an entry that nobody has asked for yet.
fn is_alive(process: u32) -> bool {
    let state =
        Command::new("ps").args(["-o", "state=", "-p", &process.to_string()]).output().expect("ps runs");
    let state = String::from_utf8_lossy(&state.stdout);
    !matches!(state.trim().chars().next(), None | Some('Z'))
}
