//! What is measured, and who takes part: a row each.

use serde::{Deserialize, Serialize};

#[derive(Debug)]
pub struct Case {
    pub name: &'static str,
    pub kind: Kind,
    /// Brokers that it needs; 0 for none.
    pub nodes: usize,
    /// Records where they are not chosen on the command line.
    pub records: Option<u64>,
    pub contenders: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// As many records as fast as it goes.
    Produce,
    /// A topic in a group, from its beginning, with a commit every [`COMMIT_EVERY`](crate::settings::COMMIT_EVERY) records.
    Consume,
    /// The same where one partition has everything, and the brokers of the others are idle.
    Hot,
    /// From `send` in a quiet moment until the handler has it.
    Latency,
    /// A broker is killed while a contender sends.
    Failover,
    /// The broker stands still; a million sends are tried, and most of them refused.
    Pressure,
}

pub const OURS: &str = "schemawire";
pub const OURS_BATCH: &str = "schemawire, send_batch";
pub const OURS_UNSYNCED: &str = "schemawire, embedded, not synced";
pub const OURS_SYNCED: &str = "schemawire, embedded, synced";
pub const KRAFKA: &str = "krafka";
pub const KRAFKA_CODEC: &str = "krafka, our codec";
pub const RDKAFKA: &str = "rdkafka";
pub const RDKAFKA_FUTURE: &str = "rdkafka, FutureProducer";
pub const RSKAFKA: &str = "rskafka, batches, not idempotent";

const PRODUCERS: &[&str] = &[OURS, OURS_BATCH, KRAFKA, KRAFKA_CODEC, RDKAFKA, RDKAFKA_FUTURE, RSKAFKA];

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    Case { name: "latency, embedded", kind: Kind::Latency, nodes: 0, records: Some(300), contenders: &[OURS_UNSYNCED, OURS_SYNCED] },
    Case { name: "produce, one broker", kind: Kind::Produce, nodes: 1, records: None, contenders: PRODUCERS },
    Case { name: "pressure", kind: Kind::Pressure, nodes: 1, records: Some(1_000_000), contenders: &[OURS, RDKAFKA] },
    Case { name: "produce, three brokers", kind: Kind::Produce, nodes: 3, records: None, contenders: PRODUCERS },
    Case { name: "consume, three brokers", kind: Kind::Consume, nodes: 3, records: None, contenders: &[OURS, KRAFKA, KRAFKA_CODEC, RDKAFKA] },
    Case { name: "hot partition", kind: Kind::Hot, nodes: 3, records: Some(50_000), contenders: &[OURS, KRAFKA, RDKAFKA] },
    Case { name: "latency, three brokers", kind: Kind::Latency, nodes: 3, records: Some(300), contenders: &[OURS, RDKAFKA] },
    Case { name: "failover", kind: Kind::Failover, nodes: 3, records: Some(25_000), contenders: &[OURS, KRAFKA, RDKAFKA] },
];
