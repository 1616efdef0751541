//! Topics: one for each measurement, gone when it is dropped.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::cluster::Cluster;
use crate::Failure;
use crate::settings::{PARTITIONS, PATIENCE};

#[derive(Debug)]
pub struct Topic<'c> {
    pub name: String,
    cluster: &'c Cluster,
}

impl<'c> Topic<'c> {
    /// Each node has a copy; the brokers spread the leaders.
    pub fn create(cluster: &'c Cluster) -> Result<Self, Failure> {
        Self::with(cluster, PARTITIONS as usize, TopicReplication::Fixed(cluster.nodes as i32))
    }

    /// A partition for each node, which leads it: whichever is killed, every topic loses the same.
    pub fn one_leader_a_node(cluster: &'c Cluster) -> Result<Self, Failure> {
        let nodes = cluster.nodes as i32;
        let replicas: Vec<Vec<i32>> =
            (0..nodes).map(|first| (0..nodes).map(|it| (first + it) % nodes + 1).collect()).collect();
        let replicas: Vec<&[i32]> = replicas.iter().map(Vec::as_slice).collect();
        Self::with(cluster, replicas.len(), TopicReplication::Variable(&replicas))
    }

    fn with(
        cluster: &'c Cluster,
        partitions: usize,
        replication: TopicReplication<'_>,
    ) -> Result<Self, Failure> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("streams-{}-{number}", std::process::id());
        let new = NewTopic::new(&name, partitions as i32, replication);
        let created = block_on(admin(cluster)?.create_topics([&new], &options()))??;
        for answer in created {
            answer.map_err(|(name, code)| format!("topic {name} was not created: {code}"))?;
        }
        let topic = Self { name, cluster };
        topic.await_replicas()?;
        Ok(topic)
    }

    /// Waits until every partition has a leader and every replica is in sync, as it is not behind a restart.
    pub fn await_replicas(&self) -> Result<(), Failure> {
        let client: BaseConsumer =
            ClientConfig::new().set("bootstrap.servers", &self.cluster.brokers).create()?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let metadata = client.fetch_metadata(Some(&self.name), PATIENCE)?;
            let whole = metadata.topics().iter().all(|topic| {
                let partitions = topic.partitions();
                !partitions.is_empty()
                    && partitions.iter().all(|it| it.leader() >= 0 && it.isr().len() == self.cluster.nodes)
            });
            if whole {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(format!("topic {} is not in sync after {PATIENCE:?}", self.name).into())
    }
}

impl Drop for Topic<'_> {
    fn drop(&mut self) {
        // The disk is the only reason, and the cluster goes at the end.
        if let Ok(admin) = admin(self.cluster) {
            let _ = block_on(admin.delete_topics(&[&self.name], &options()));
        }
    }
}

fn admin(cluster: &Cluster) -> Result<AdminClient<DefaultClientContext>, Failure> {
    Ok(ClientConfig::new().set("bootstrap.servers", &cluster.brokers).create()?)
}

fn options() -> AdminOptions {
    AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE))
}

fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future))
}
