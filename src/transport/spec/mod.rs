//! How producers, consumers and topics are asked for.
//!
//! One set of words for every transport. What a transport does not have is said at the field; what contradicts itself is refused
//! when it is opened, with the two settings that do not go together.

mod consumer;
mod producer;
mod topic;

pub use consumer::{Assignor, ConsumerSpec, GroupProtocol, Isolation};
pub use producer::{Acknowledge, ProducerSpec};
pub use topic::{Retention, TopicSpec};

use std::time::Duration;

use super::{TransportError, TransportErrorKind};

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
    /// Answers [`Event::Idle`](super::Event::Idle) as soon as there is nothing more to read. A transport with a server asks it where
    /// the partitions end, and waits no longer than for that.
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

/// Settings that do not go together.
fn contradiction(message: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, message)
}
