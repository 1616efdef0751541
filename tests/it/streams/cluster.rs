//! Three brokers that can be killed, frozen, and brought back.
//!
//! `scripts/streams.sh` starts them, says in `SCHEMAWIRE_THREE_BROKERS` in which folder, and stops them. A test has them for itself,
//! and gives them back thawed and running, also when it panics.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::child::signal;
use super::ledger::pause;
use crate::support::file;

/// The brokers, for one test at a time.
pub(super) struct Cluster {
    folder: PathBuf,
    /// `host:port` of each, with commas between.
    pub(super) brokers: String,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

/// A broker's number, and its process where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    number: u32,
    address: String,
    process: Option<u32>,
}

impl Cluster {
    /// Nothing, with a word about it, where none was started.
    pub(super) fn of_this_run() -> Option<Self> {
        let Some(folder) = std::env::var_os("SCHEMAWIRE_THREE_BROKERS") else {
            eprintln!("skipped: scripts/streams.sh starts the brokers that this needs");
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
            let process = words.nth(1).and_then(|it| it.parse().ok());
            Some(Node { number, address, process })
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

    fn process(&self, number: u32) -> u32 {
        let nodes = self.nodes();
        let node = nodes.iter().find(|node| node.number == number);
        node.and_then(|node| node.process)
            .unwrap_or_else(|| panic!("broker {number} does not run: {nodes:?}"))
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
        // All are looked up before the first of them no longer answers.
        let processes: Vec<u32> = numbers.iter().map(|number| self.process(*number)).collect();
        processes.into_iter().for_each(|process| signal("-STOP", process));
    }

    /// Lets go on all that were frozen. They are known from the files that the script keeps, since a frozen broker answers nothing.
    pub(super) fn thaw(&self) {
        for number in 1..=3 {
            let kept = std::fs::read_to_string(self.folder.join(format!("node-{number}/pid")));
            let process = kept.ok().and_then(|it| it.split(' ').next()?.parse().ok());
            if let Some(process) = process.filter(|process| is_alive(*process)) {
                signal("-CONT", process);
            }
        }
    }

    /// The broker that leads a partition.
    pub(super) fn leader(&self, topic: &str, partition: u32) -> u32 {
        let said = self.describe(topic);
        let line = said.lines().find(|line| line.contains(&format!("Partition: {partition}\t")));
        let line = line.unwrap_or_else(|| panic!("no partition {partition}: {said}"));
        word_behind(line, "Leader: ").parse().unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// The broker that leads the controllers.
    pub(super) fn controller(&self) -> u32 {
        let said = self.tool("MetadataQuorumCommand", &["describe", "--status"]);
        let line = said.lines().find(|line| line.starts_with("LeaderId:"));
        let number = line.and_then(|line| line.split_whitespace().last()?.parse().ok());
        number.unwrap_or_else(|| panic!("no controller: {said}"))
    }

    /// Waits until all replicas of a topic are in sync.
    pub(super) fn wait_in_sync(&self, topic: &str) {
        for _ in 0..60 {
            let said = self.describe(topic);
            let mut lines = said.lines().filter(|line| line.contains("Isr: ")).peekable();
            if lines.peek().is_some() && lines.all(|line| word_behind(line, "Isr: ").split(',').count() == 3)
            {
                return;
            }
            pause(Duration::from_millis(500));
        }
        panic!("{topic} does not get in sync: {}", self.describe(topic));
    }

    fn describe(&self, topic: &str) -> String {
        self.tool("TopicCommand", &["--describe", "--topic", topic])
    }

    /// One of Kafka's own tools: none of our code says who leads.
    fn tool(&self, class: &str, arguments: &[&str]) -> String {
        let jars = self.script("install");
        let mut java = Command::new("java");
        let java =
            java.args(["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", &format!("{}/*", jars.trim())]);
        let java =
            java.arg(format!("org.apache.kafka.tools.{class}")).args(["--bootstrap-server", &self.brokers]);
        let output = java.args(arguments).output().expect("java runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

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

fn word_behind<'l>(line: &'l str, what: &str) -> &'l str {
    let behind = line.split_once(what).map_or("", |(_, behind)| behind);
    behind.split(['\t', ' ']).next().unwrap_or_default()
}

/// Whether a process is there, and more than an entry that nobody has asked for yet.
fn is_alive(process: u32) -> bool {
    let state =
        Command::new("ps").args(["-o", "state=", "-p", &process.to_string()]).output().expect("ps runs");
    let state = String::from_utf8_lossy(&state.stdout);
    !matches!(state.trim().chars().next(), None | Some('Z'))
}
