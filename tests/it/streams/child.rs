//! Processes that can be killed: this test binary again, with work to do.
//!
//! The work goes over as JSON in an environment variable. What a process says goes into a file, and is shown when it ends otherwise
//! than it should.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::consume::{self, Consume};
use super::ledger::{Ledger, patience, pause};
use super::log;
use super::produce::{self, Produce};
use super::transform::{self, Transform};

/// What a process has to do: all parts at once, on one handle of the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) address: String,
    pub(super) ledger: PathBuf,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Part {
    Produce(Produce),
    Consume(Consume),
    Transform(Transform),
    /// Gives a topic so many partitions when that file exists.
    Grow {
        topic: String,
        partitions: u32,
        after: PathBuf,
    },
}

const WORK: &str = "SCHEMAWIRE_STREAMS_WORK";

/// Not a test by itself: what a process does that a test starts.
#[test]
fn work_of_a_child() {
    let Some(work) = std::env::var_os(WORK) else { return };
    let work = work.into_string().expect("UTF-8");
    do_now(serde_json::from_str(&work).expect("work"));
}

fn do_now(work: Work) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let ledger = Arc::new(Ledger::open(&work.ledger));
    let _failing = Failing(Arc::clone(&ledger));
    let log = runtime.block_on(log::open(&work.address));
    std::thread::scope(|scope| {
        for part in work.parts {
            let (log, ledger) = (Arc::clone(&log), Arc::clone(&ledger));
            let (runtime, path) = (runtime.handle().clone(), work.ledger.clone());
            scope.spawn(move || {
                let _failing = Failing(Arc::clone(&ledger));
                runtime.block_on(async {
                    match part {
                        Part::Produce(it) => produce::run(&log, &ledger, &path, it).await,
                        Part::Consume(it) => consume::run(&log, &ledger, it).await,
                        Part::Transform(it) => transform::run(&log, &ledger, it).await,
                        Part::Grow { topic, partitions, after } => {
                            log::wait_for(&after).await;
                            log.grow_topic(&topic, partitions).await.expect("it grows");
                            ledger.write("m grown\n");
                        }
                    }
                });
            });
        }
    });
}

/// A part that panics ends the process, and its test learns it.
struct Failing(Arc<Ledger>);

impl Drop for Failing {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.write("m failed\n");
            std::process::exit(70);
        }
    }
}

/// A process at its work; killed where it is not ended, also when its test panics, and also while it is frozen.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    said: PathBuf,
}

impl Process {
    pub(super) fn start(directory: &Path, name: &str, work: &Work) -> Self {
        let said = directory.join(format!("{name}.said"));
        let file = File::create(&said).expect("a file");
        let child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "streams::child::work_of_a_child", "--nocapture", "--quiet"])
            .env(WORK, serde_json::to_string(work).expect("JSON"))
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file"))
            .stderr(file)
            .spawn()
            .expect("this program starts again");
        Self { child, said }
    }

    /// `kill -9`; it must not have ended before.
    #[track_caller]
    pub(super) fn kill(mut self) {
        let status = self.child.try_wait().expect("a status");
        assert!(status.is_none(), "it was to be killed, and had ended: {status:?}\n{}", self.said());
        self.child.kill().expect("killed");
        self.child.wait().expect("killed");
    }

    /// Waits until it has ended by itself, in good order.
    #[track_caller]
    pub(super) fn end(mut self) {
        let status = self.status();
        assert!(status.success(), "it ended with {status}:\n{}", self.said());
    }

    /// Waits until it has ended, in whatever order.
    #[track_caller]
    pub(super) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.status();
        (status, self.said())
    }

    #[track_caller]
    fn status(&mut self) -> ExitStatus {
        for _ in 0..patience().as_millis() / 20 {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            pause(Duration::from_millis(20));
        }
        panic!("it does not end:\n{}", self.said());
    }

    pub(super) fn thaw(&self) {
        signal("-CONT", self.child.id());
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(super) fn signal(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status().expect("kill runs");
    assert!(sent.success(), "kill {signal} {process}");
}
