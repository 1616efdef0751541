//! How topics are asked for, and what they keep.

use std::time::Duration;

use super::super::{TransportError, TransportErrorKind};

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

    /// Whether it has to grow to have that many partitions; an error where that cannot be.
    pub(crate) fn grows_to(&self, partitions: u32) -> Result<bool, TransportError> {
        Self::new(&self.name, partitions).check()?;
        if partitions < self.partitions {
            let message = format!(
                "topic `{}` has {} partitions; none can be taken away, so it cannot have {partitions}",
                self.name, self.partitions
            );
            return Err(TransportError::new(TransportErrorKind::InvalidRequest, message));
        }
        Ok(partitions > self.partitions)
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
