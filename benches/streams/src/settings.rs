//! What is the same for every client, so that only the clients differ.

use std::time::Duration;

/// Partitions of every topic.
pub const PARTITIONS: u32 = 4;
/// How long a batch waits for company.
pub const LINGER: Duration = Duration::from_millis(5);
/// Records between two commits of a group.
pub const COMMIT_EVERY: u64 = 5_000;
/// Values that `send_batch`, and whatever resembles it elsewhere, takes at once.
pub const BATCH: usize = 1_000;
/// Bytes that may wait to be acknowledged, where a client is put under pressure: our default.
pub const BUFFER: usize = 32 << 20;
/// Partitions of the topics that are written to while a broker is killed; each broker leads one.
pub const FAILOVER_PARTITIONS: u32 = 3;
/// How long a client may stand still before its measurement is given up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// For krafka, bare: with its defaults a poll waits half a second for every broker that has nothing.
pub mod krafka {
    use std::time::Duration;

    pub const FETCH_MAX_WAIT: Duration = Duration::from_millis(10);
    pub const MAX_POLL_RECORDS: i32 = 5_000;
    /// As our transport has it; its own default is 16 KiB.
    pub const BATCH_SIZE: usize = 256 << 10;
    pub const MAX_BUFFERED_RECORDS: i32 = 20_000;
}
