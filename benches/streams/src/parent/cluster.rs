//! Brokers: started by `scripts/kafka.sh` in a folder of their own and stopped at the end, or given.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use krafka::Kafka;
use krafka::admin::DescribeMetadataQuorumOptions;
use rustix::process::{Pid, Signal, kill_process};

use crate::Failure;

/// Brokers that answer.
#[derive(Debug)]
pub struct Cluster {
    /// As clients want them: host:port with commas between.
    pub brokers: String,
    pub nodes: usize,
    /// Where it lives, if it was started here.
    folder: Option<PathBuf>,
}

impl Cluster {
    /// A fresh one of that many nodes, or the one that is given. No node is no cluster.
    pub fn open(nodes: usize, given: Option<&str>) -> Result<Self, Failure> {
        match given {
            _ if nodes == 0 => Ok(Self { brokers: String::new(), nodes, folder: None }),
            Some(brokers) => Ok(Self { brokers: brokers.into(), nodes, folder: None }),
            None => {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/kafka-{nodes}"));
                script("stop", &folder, &[])?;
                if folder.exists() {
                    fs::remove_dir_all(&folder)?;
                }
                let brokers = script("start", &folder, &["--nodes", &nodes.to_string()])?;
                Ok(Self { brokers: brokers.trim().into(), nodes, folder: Some(folder) })
            }
        }
    }

    /// Whether its brokers may be killed and frozen.
    pub fn is_ours(&self) -> bool {
        self.folder.is_some()
    }

    /// Sends a signal to a broker, counted from 1.
    pub fn signal(&self, node: usize, signal: Signal) -> Result<(), Failure> {
        let folder = self.folder.as_ref().ok_or("a cluster that was not started here")?;
        let text = fs::read_to_string(folder.join(format!("node-{node}/pid")))?;
        let pid = text.split_whitespace().next().and_then(|it| it.parse().ok()).and_then(Pid::from_raw);
        Ok(kill_process(pid.ok_or("no pid")?, signal)?)
    }

    /// A broker that does not lead the controllers, another one each round. Killing the one that does costs an election on top, and then it
    /// is another one: not every contender would meet the same.
    pub fn follower(&self, round: usize) -> Result<usize, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let quorum = runtime.block_on(async {
            let admin = Kafka::builder(self.brokers.as_str()).connect().await?.admin();
            admin.describe_metadata_quorum(DescribeMetadataQuorumOptions::default()).await
        })?;
        let leader = usize::try_from(quorum.leader_id)?;
        let followers: Vec<usize> = (1..=self.nodes).filter(|node| *node != leader).collect();
        followers
            .get(round % followers.len().max(1))
            .copied()
            .ok_or_else(|| "there is one broker alone".into())
    }

    /// Starts the nodes that are down, and waits until all answer.
    pub fn restart(&self) -> Result<(), Failure> {
        let folder = self.folder.as_ref().ok_or("a cluster that was not started here")?;
        script("start", folder, &[]).map(drop)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder
            && script("stop", folder, &[]).is_ok()
        {
            // Gigabytes of records that nobody wants again.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn script(verb: &str, folder: &Path, more: &[&str]) -> Result<String, Failure> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/kafka.sh");
    let mut command = Command::new(script);
    command.arg(verb).arg("--dir").arg(folder).args(more);
    // The brokers outlive the script; a pipe would not end before they do.
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("scripts/kafka.sh {verb} failed: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
