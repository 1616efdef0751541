//! How producers, consumers and topics are asked for.

use std::time::Duration;

use super::{TransportError, TransportErrorKind};

/// How a producer is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ProducerSpec {
    /// When a batch counts as stored.
    pub acknowledge: Acknowledge,
}

impl ProducerSpec {
    /// The same with another acknowledgement.
    #[must_use]
    pub const fn with_acknowledge(mut self, acknowledge: Acknowledge) -> Self {
        self.acknowledge = acknowledge;
        self
    }
}

/// When a batch counts as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acknowledge {
    /// When it is handed over; it may be lost.
    None,
    /// When one place has it, which may lose it in a crash of the machine (embedded: not yet synced to disk).
    Leader,
    /// When it survives: all in-sync replicas, or synced to disk.
    #[default]
    All,
}

/// How a consumer is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerSpec {
    /// The topics to read.
    pub topics: Vec<String>,
    /// The group to join; without one, all partitions are read and nothing is committed.
    pub group: Option<String>,
    /// Where to begin a partition without a committed offset.
    pub start: Place,
    /// How long a member may be silent before its partitions go to others.
    pub session_timeout: Duration,
}

impl ConsumerSpec {
    /// Reads these topics from the earliest record, without a group; session timeout 10 s.
    #[must_use]
    pub fn new(topics: &[&str]) -> Self {
        Self {
            topics: topics.iter().map(|&topic| topic.to_owned()).collect(),
            group: None,
            start: Place::Earliest,
            session_timeout: Duration::from_secs(10),
        }
    }

    /// Joins that group.
    #[must_use]
    pub fn with_group(mut self, group: &str) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Begins there.
    #[must_use]
    pub const fn with_start(mut self, start: Place) -> Self {
        self.start = start;
        self
    }

    /// Gives up a member that is silent for that long.
    #[must_use]
    pub const fn with_session_timeout(mut self, session_timeout: Duration) -> Self {
        self.session_timeout = session_timeout;
        self
    }
}

/// A place in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The oldest record that is kept.
    Earliest,
    /// Behind the newest record.
    Latest,
    /// That record, or the first one kept behind it.
    Offset(u64),
    /// The first record at or after that time, in milliseconds since 1970.
    Timestamp(i64),
}

/// How much [`RawConsumer::next`](super::RawConsumer::next) may give at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollLimits {
    /// The most bytes, except that one batch is always given whole.
    pub bytes: usize,
    /// How long to wait before answering [`Event::Idle`](super::Event::Idle); `None` waits without end.
    pub wait: Option<Duration>,
}

impl Default for PollLimits {
    fn default() -> Self {
        Self { bytes: 1 << 20, wait: None }
    }
}

impl PollLimits {
    /// Answers [`Event::Idle`](super::Event::Idle) at once when there is nothing to read.
    #[must_use]
    pub const fn now(mut self) -> Self {
        self.wait = Some(Duration::ZERO);
        self
    }

    /// Waits that long.
    #[must_use]
    pub const fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }
}

/// A topic as it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicSpec {
    /// Its name: 1 to 249 of letters, digits, `.`, `_`, `-`, as in Kafka.
    pub name: String,
    /// How many partitions, at least 1.
    pub partitions: u32,
    /// What is kept, and for how long.
    pub retention: Retention,
}

impl TopicSpec {
    /// The most partitions that a topic may have.
    pub const MAX_PARTITIONS: u32 = 10_000;

    /// A topic that keeps everything.
    #[must_use]
    pub fn new(name: &str, partitions: u32) -> Self {
        Self { name: name.into(), partitions, retention: Retention::default() }
    }

    /// The same with another retention.
    #[must_use]
    pub const fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }
}

impl TopicSpec {
    /// Refuses names and numbers that no transport takes.
    pub(crate) fn check(&self) -> Result<(), TransportError> {
        let refused = |message| Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let name = &self.name;
        if name.is_empty()
            || name.len() > 249
            || !name.bytes().all(allowed)
            || matches!(name.as_str(), "." | "..")
        {
            return refused(format!(
                "`{name}` is not a topic's name: use 1 to 249 letters, digits, `.`, `_` and `-`"
            ));
        }
        if self.partitions == 0 {
            return refused(format!("topic `{name}` needs at least 1 partition"));
        }
        if self.partitions > Self::MAX_PARTITIONS {
            let most = Self::MAX_PARTITIONS;
            return refused(format!(
                "topic `{name}` would have {} partitions; the most is {most}",
                self.partitions
            ));
        }
        Ok(())
    }
}

/// What a topic keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Records older than this go; `None` keeps them for ever.
    pub age: Option<Duration>,
    /// The oldest batches go while a partition is larger than this; `None` keeps all.
    pub bytes: Option<u64>,
    /// Only the newest record of each key is kept, and a tombstone for [`Retention::TOMBSTONES`], so that readers see it.
    pub compact: bool,
}

impl Retention {
    /// How long compaction keeps a tombstone behind its time: one day.
    pub const TOMBSTONES: Duration = Duration::from_hours(24);
}
